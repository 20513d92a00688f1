"""What one does with a plot: cursors, marks at their moment, another time axis, pictures and numbers, by keys too."""

import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from participation.world import Office, office
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labclient.evaluation import write_stretch
from labclient.notebook import Reader
from labclient.ui import _plot_marks
from labclient.ui._plot import RunPlot
from labclient.ui._plot_cursors import Cursors, readout, span
from labclient.ui._plot_marks import Mark, Missing
from labclient.ui._plot_save import png, write_plot
from labclient.ui._preferences import Lately
from labclient.ui._pyramid import Pyramid
from labclient.ui._theme import Theme
from labclient.words import message, say, use_language

from .conftest import missing_glyphs
from .desks import notebook_at

__all__ = ["office"]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def plot(qtbot: QtBot, light: Theme) -> RunPlot:
    found = RunPlot()
    qtbot.addWidget(found)
    found.resize(1000, 400)
    found.set_unit("V")
    found.heading = "COMPARISON_LAB01   Stability"
    found.show()
    return found


@pytest.fixture
def filled(plot: RunPlot) -> RunPlot:
    plot.append(np.arange(100.0), 10 + 1e-6 * (np.arange(100) % 7))
    plot._redraw()
    return plot


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), plain.bytesPerLine() // 4) & 0xFFFFFF


def columns_of(plot: RunPlot, colour: str) -> np.ndarray:
    """Which columns of the drawing area show a colour."""
    plot._redraw()
    return np.flatnonzero((pixels(plot._canvas.grab().toImage()) == (QColor(colour).rgb() & 0xFFFFFF)).any(axis=0))


def x_of(plot: RunPlot, time: float) -> float:
    return float(plot._view.mapViewToScene(QPointF(time, 0)).x())


# Cursors


def test_cursors_are_moved_by_keys_from_reading_to_reading(filled: RunPlot) -> None:
    QTest.keyClick(filled, Qt.Key.Key_Right, CONTROL)
    (a,) = filled._cursors.standing(filled.pyramid)
    QTest.keyClick(filled, Qt.Key.Key_Right, CONTROL)
    QTest.keyClick(filled, Qt.Key.Key_Left, SHIFT)
    QTest.keyClick(filled, Qt.Key.Key_Left, SHIFT)
    first, second = filled._cursors.standing(filled.pyramid)
    assert (first.name, second.name) == ("A", "B")
    assert first.time == a.time + 1
    assert second.time == a.time - 1
    assert filled.following
    QTest.keyClick(filled, Qt.Key.Key_Escape)
    assert not filled._cursors
    filled._redraw()
    assert not filled._readout.isVisible()


def test_cursors_say_value_difference_time_between_and_mean(filled: RunPlot) -> None:
    filled.put_cursor("A", 3.2)
    filled.put_cursor("B", 12.9)
    filled._redraw()
    told = filled._readout.text()
    assert "A 3.0 s: +3 µV" in told
    assert "B 13 s: +6 µV" in told or "B 13.0 s: +6 µV" in told
    assert "B − A: +3 µV in 10 s" in told
    assert "mean of 11 readings: +3.545 µV" in told
    filled.set_uncertainty(2e-6)
    filled._redraw()
    assert "+3 µV, u = 2 µV" in filled._readout.text()
    assert "B − A: +3 µV, u = 2.8 µV, in 10 s" in filled._readout.text()


def test_a_cursor_out_of_sight_is_followed(filled: RunPlot) -> None:
    filled.look_at(0, 5)
    for _ in range(5):
        QTest.keyClick(filled, Qt.Key.Key_Right, CONTROL)
    (one,) = filled._cursors.standing(filled.pyramid)
    start, end = filled._view.viewRange()[0]
    assert one.time > 5
    assert start <= one.time <= end


def test_a_click_puts_a_cursor_and_with_shift_the_other(filled: RunPlot) -> None:
    viewport = filled._canvas.viewport()
    for time, keys in ((20, Qt.KeyboardModifier.NoModifier), (60, SHIFT)):
        at = filled._canvas.mapFromScene(filled._view.mapViewToScene(QPointF(time, 3.0)))
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, keys, at)
    assert [(one.name, one.time) for one in filled._cursors.standing(filled.pyramid)] == [("A", 20), ("B", 60)]
    assert filled.following


def test_a_cursor_stands_where_it_is_while_readings_come_in(filled: RunPlot, light: Theme) -> None:
    filled.put_cursor("A", 50)
    filled.append(np.arange(100.0, 200), np.full(100, 10.0))
    filled._redraw()
    assert filled._cursors.standing(filled.pyramid)[0].time == 50
    assert abs(columns_of(filled, light.accent_strong) - x_of(filled, 50)).min() <= 1


@settings(max_examples=50)
@given(st.lists(st.booleans(), min_size=1, max_size=300), st.lists(st.sampled_from([-1, 1]), max_size=40),
       st.sampled_from([5, 1000]))  # fmt: skip
def test_a_cursor_always_stands_on_a_value(there: list[bool], steps: list[int], columns: int) -> None:
    pyramid, cursors = Pyramid(), Cursors()
    pyramid.append(np.arange(float(len(there))), np.where(there, 1.0, np.nan))
    for by in steps:
        cursors.step("A", pyramid, (0, len(there)), columns, by)
        standing = cursors.standing(pyramid)
        assert bool(standing) == any(there)
        assert all(there[one.place] for one in standing)


def test_a_length_of_time_is_told_in_its_size() -> None:
    assert [span(one) for one in (0, 0.000123, 59.94, 60, -90, 3723.4)] == ["0 s", "0.000123 s", "59.9 s", "1:00",
                                                                             "1:30", "1:02:03"]  # fmt: skip
    assert readout((), Pyramid(), zero=0, unit="V", scale=1, u=None, told_time=span) == ()


# Marks


def test_marks_stand_at_their_moment(filled: RunPlot, light: Theme) -> None:
    before = columns_of(filled, light.text)
    filled.add_mark(Mark("note", 25.0, 25.0, message("{text}", text="the door was opened")))
    after = columns_of(filled, light.text)
    assert not len(before)
    assert abs(after[0] - x_of(filled, 25)) <= 2
    assert after[-1] - after[0] > 60  # its words beside it
    filled.clear()
    assert not filled.marks.marks


def test_gaps_and_excluded_stretches_are_hatched_each_in_its_own_way(filled: RunPlot, light: Theme) -> None:
    filled.add_mark(Mark("gap", 10, 20, message("Gap in run {run}: {reason}", run=1, reason="no answer")))
    filled.set_excluded([Mark("excluded", 60, 80, message("Cycle {n} is excluded: {reason}", n=2, reason="touched"))])
    hatched = columns_of(filled, light.edge)
    assert np.isin(np.arange(x_of(filled, 11), x_of(filled, 19)).astype(int), hatched).mean() > 0.9
    crossed = columns_of(filled, light.excluded)
    assert x_of(filled, 60) - 1 <= crossed[0] <= crossed[-1] <= x_of(filled, 80) + 1
    assert len(crossed) > 0.9 * (x_of(filled, 80) - x_of(filled, 60))
    assert columns_of(filled, light.trace)[-1] > x_of(filled, 80)  # its readings stay in the curve
    filled.set_excluded([])
    assert not len(columns_of(filled, light.excluded))


def test_readings_without_a_value_are_seen_where_they_are(filled: RunPlot, light: Theme) -> None:
    filled.append(np.array([100.0, 101, 102]), np.array([10.0, np.nan, 10.0]))
    feet = columns_of(filled, light.attention)
    assert abs(feet.mean() - x_of(filled, 101)) <= 2
    assert "without a value: 1" in filled.described()


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=9), max_size=30), st.sampled_from([4, 10_000]))
def test_every_reading_without_a_value_lies_in_a_stretch(parts: list[list[bool]], most: int) -> None:
    missing, first = Missing(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_plot_marks, "_MOST_STRETCHES", most)
        for part in parts:
            missing.add(first + np.arange(float(len(part))), np.array(part))
            first += len(part)
    whole = [there for part in parts for there in part]
    silent = [time for time, there in enumerate(whole) if not there]
    stretches = list(zip(missing.starts.tolist(), missing.ends.tolist(), strict=True))
    assert missing.count == len(silent)
    assert all(any(start <= time <= end for start, end in stretches) for time in silent)
    assert all(not whole[int(start)] and not whole[int(end)] for start, end in stretches)
    assert all(before[1] < after[0] - 1 for before, after in pairwise(stretches))
    if most > 10:
        assert sum(int(end - start) + 1 for start, end in stretches) == len(silent)


def test_what_was_connected_is_told_where_there_is_room(filled: RunPlot, light: Theme) -> None:
    for start in range(0, 100, 10):
        filled.add_mark(Mark("stage", start, start, message("Connected"), "SX"[start // 10 % 2]))
    lines = columns_of(filled, light.line)
    assert all(abs(lines - x_of(filled, start)).min() <= 1 for start in range(10, 100, 10))
    for start in np.arange(0, 100, 0.1):
        filled.add_mark(Mark("stage", start, start, message("Connected"), "S"))
    assert len(columns_of(filled, light.line)) < 50


def test_whoever_points_at_a_mark_is_told_what_it_is(filled: RunPlot) -> None:
    filled.add_mark(Mark("note", 25.0, 25.0, message("{text}", text="the door was opened")))
    filled._pointed(QPointF(x_of(filled, 25) + 3, 100))
    assert filled._canvas.toolTip() == "the door was opened"
    filled._pointed(QPointF(x_of(filled, 50), 100))
    assert filled._canvas.toolTip() == ""


# Words


def test_the_description_says_what_is_shown(filled: RunPlot) -> None:
    filled.add_mark(Mark("gap", 10, 20, message("Gap")))
    filled.add_mark(Mark("note", 25.0, 25.0, message("{text}", text="the door was opened")))
    filled.look_at(10, 40)
    filled._redraw()
    filled.setFocus()
    told = filled.accessibleDescription()
    for part in ("relative to display zero 10 V", "100 readings over 1:39", "from 0 µV to 6 µV", "gaps: 1", "notes: 1",
                 "the door was opened", "shown: 0:10 to 0:40"):  # fmt: skip
        assert part in told
    assert not {"deviation", "error", "nominal"} & set(told.lower().replace(";", " ").split())


def test_every_word_has_its_glyphs_in_both_languages(filled: RunPlot) -> None:
    filled.put_cursor("A", 1)
    filled.put_cursor("B", 5)
    for language in ("zh_CN", "en"):
        use_language(language)
        filled._redraw()
        said = [say(label) for label, *_ in filled.acts()]
        assert missing_glyphs(filled._readout.text() + filled.described() + "".join(said)) == set()


def test_all_that_can_be_done_is_in_a_menu_reached_by_tab(filled: RunPlot, qtbot: QtBot) -> None:
    assert filled._more.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert filled._more.accessibleName()
    menu = filled.menu()
    labels = [action.text() for action in menu.actions()]
    assert "Copy the picture\tCtrl+C" in labels
    assert any(action.isCheckable() and action.isChecked() for action in menu.actions())
    wall = next(action for action in menu.actions() if action.text() == "Time of this PC")
    wall.trigger()
    assert filled._axis.kind == "wall"
    assert RunPlot().menu().actions()[1].isChecked()  # the next plot likes it too
    next(one for one in filled.menu().actions() if one.text() == "Time of this PC").trigger()
    assert (filled._axis.kind, Lately.plot_time) == ("elapsed", "elapsed")
    filled.clear()
    assert not any(action.isEnabled() for action in filled.menu().actions())


# Pictures and numbers


def test_a_picture_goes_to_the_clipboard_with_its_words(filled: RunPlot, light: Theme) -> None:
    QTest.keyClick(filled, Qt.Key.Key_C, CONTROL)
    data = QGuiApplication.clipboard().mimeData()
    assert "100 readings over 1:39" in data.text()
    seen = pixels(QImage(data.imageData()))
    assert seen.shape == (800, 2000)
    assert (seen == (QColor(light.trace).rgb() & 0xFFFFFF)).any(axis=0).sum() > 500


def test_a_picture_holds_every_word_of_the_plot(filled: RunPlot) -> None:
    filled.put_cursor("A", 3)
    filled._redraw()
    drawn = filled.picture().svg().decode()
    for part in ("COMPARISON_LAB01", "relative to display zero", "time since start", "A 3"):
        assert part in drawn
    assert 'viewBox="0 0 1000 400"' in drawn


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_is_written_whole(filled: RunPlot, qtbot: QtBot, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"plot.{ending}"
    with qtbot.waitSignal(filled.saved) as done:
        write_plot(filled, path)
    assert done.args == [path]
    assert abs(QImage(str(path)).width() / QImage(str(path)).height() - 2.5) < 0.01
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_packed_picture_keeps_its_description(filled: RunPlot) -> None:
    read = QImage.fromData(png(filled.picture().image()))
    assert read.text("Description") == filled.described()


def test_the_numbers_are_those_of_the_record_in_the_range_shown(
    plot: RunPlot, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    notebook = notebook_at(office, tmp_path / "lab", "measurement")
    with Reader.open(notebook) as reader:
        run = next(one.seq for one in reader.entries({"run-start"}) if one.body["task"] == "stability")
    whole = tmp_path / "whole.csv"
    assert write_stretch(notebook, run, whole) == 20
    times = [float(row["elapsed_s"]) for row in csv.DictReader(whole.read_text("utf-8-sig").splitlines())]
    plot.append(np.array(times), np.full(len(times), 10.0))
    plot.set_source(notebook, run)
    plot.look_at(times[3] - 0.1, times[8] + 0.1)
    with qtbot.waitSignal(plot.saved):
        write_plot(plot, tmp_path / "part.csv")
    rows = list(csv.reader((tmp_path / "part.csv").read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows[1:]] == ["3", "4", "5", "6", "7", "8"]
    assert rows[1:] == list(csv.reader(whole.read_text("utf-8-sig").splitlines()))[4:10]
    assert plot.suggested_file() == notebook.with_name(f"{notebook.stem}-run-{run}.png")


def test_what_cannot_be_written_is_refused_with_the_way_on(filled: RunPlot, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_text("mine")
    for name, step in (("plot.pdf", "The ending says what is written"), ("mine.png", "Choose another name."),
                       ("nowhere/plot.png", "")):  # fmt: skip
        with qtbot.waitSignal(filled.troubled) as told:
            write_plot(filled, tmp_path / name)
        (trouble,) = told.args
        assert trouble.step is None or say(trouble.step).startswith(step)
    assert (tmp_path / "mine.png").read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.png"]
