"""The drift page of a participant: its own values, nothing of anybody else's, in every state."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import NAME, Desk, Office, office
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.evaluation import DayMean, OwnPoint, OwnValue, own_line
from labclient.ui import _drift_page
from labclient.ui._drift_page import DriftPage, own_drawing
from labclient.ui._drift_plot import DriftPlot

from .conftest import missing_glyphs
from .desks import Window, unnamed

__all__ = ["office"]
DAY = 86400.0


@pytest.fixture
def window(qtbot: QtBot, light: object) -> Iterator[Window]:
    made = Window(DriftPage)
    qtbot.addWidget(made)
    made.resize(853 - 226, 480 - 130)
    made.show()
    yield made
    made.leave()


def page_of(window: Window) -> DriftPage:
    (page,) = window.pages
    assert isinstance(page, DriftPage)
    return page


def notebook(office: Office, tmp_path: Path, *, measured: bool = True, excluded: bool = False) -> Path:
    folder = tmp_path / "bench"
    folder.mkdir()
    desk = Desk(office, folder).until("measurement")
    if measured:
        cycles = desk.measure()
        if excluded:
            desk.p.enter("exclusion", {"cycles": [cycles[0]], "reason": "door opened"}, "P-01")
    desk.p.close()
    return folder / NAME


def shown(window: Window, path: Path, qtbot: QtBot) -> DriftPage:
    window.take_up(path, qtbot)
    page = page_of(window)
    qtbot.waitUntil(lambda: page.found is not None, timeout=60_000)
    return page


def test_before_the_first_cycle_it_says_what_will_come(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    page = shown(window, notebook(office, tmp_path, measured=False), qtbot)
    assert page.plot._caption.text() == "No cycle is measured yet. The values appear here as soon as there are any."
    assert not page.plot._canvas.isVisible()
    assert not page.table.isVisible()


def test_two_days_are_points_without_a_line(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> None:
    page = shown(window, notebook(office, tmp_path), qtbot)
    assert page.said.text() == "Days measured: 2. At least 3 are needed for a line."
    assert (len(page.plot.drawing.dots), len(page.plot.drawing.bars), page.plot.drawing.band) == (4, 2, ())
    assert page.table.item(0, 0).text() == "10V"
    assert page.table.item(0, 1).text() == "2"
    page.point.setCurrentIndex(1)
    assert page.plot.heading.endswith("1.018V")
    assert page.plot.drawing.zero == pytest.approx(1.0180043, abs=1e-5)


def test_an_excluded_cycle_is_hollow(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> None:
    page = shown(window, notebook(office, tmp_path, excluded=True), qtbot)
    assert [one.hollow for one in page.plot.drawing.dots] == [True, False, False, False]
    assert "Excluded cycles: 1." in page.said.text()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_axis_names_a_display_zero_and_nothing_says_deviation(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot, language: str
) -> None:
    words.use_language(language)
    page = shown(window, notebook(office, tmp_path), qtbot)
    caption = page.plot._caption.text()
    assert "display zero" in caption if language == "en" else "显示零点" in caption
    told = " ".join((caption, page.said.text(), page.plot.described()))
    assert "deviation" not in told.lower()
    assert "偏差" not in told
    assert not missing_glyphs(told)
    assert [(type(one.parent()).__name__, one.objectName()) for one in unnamed(page)] == []


def test_a_bug_is_kept_and_the_next_change_is_shown(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    path = notebook(office, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(_drift_page, "own_drift", broken)
        window.take_up(path, qtbot)
        qtbot.waitUntil(lambda: len(window.faults) == 1, timeout=60_000)
    window.faults.clear()
    assert page_of(window).found is None
    assert shown(window, path, qtbot).found is not None


def point(values: list[float]) -> OwnPoint:
    days = tuple(DayMean(day=i, time_s=1.77e9 + i * DAY, n=2, mean=v, u=1e-8) for i, v in enumerate(values))
    cycles = tuple(OwnValue(seq=i, day=i, time_s=one.time_s, value=one.mean) for i, one in enumerate(days))
    line = own_line(days, 1.77e9 + 10 * DAY)
    return OwnPoint(point="10V", unit="V", told="value", values=cycles, days=days, line=line)


def test_a_line_is_drawn_on_to_the_departure_and_dashed_where_it_is_preliminary(light: object, qtbot: QtBot) -> None:
    plot = DriftPlot()
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    plot.show()
    plot.show_drawing(own_drawing(point([10.0, 10.0000001, 10.0000002, 10.0000003])))
    within, beyond = plot._line.getData()[0], plot._beyond.getData()[0]
    assert within[-1] <= 3 * DAY < beyond[-1] == pytest.approx(10 * DAY)
    assert "preliminary" in plot.described()


def test_its_numbers_are_written_with_all_their_digits(light: object, qtbot: QtBot, tmp_path: Path) -> None:
    plot = DriftPlot()
    qtbot.addWidget(plot)
    drawing = own_drawing(point([10.0, 10.0000001, 10.0000002, 10.0000003]))
    plot.show_drawing(drawing)
    plot.table()(tmp_path / "drift.csv")
    rows = list(csv.DictReader((tmp_path / "drift.csv").read_text("utf-8-sig").splitlines()))
    assert [float(row["value_V"]) for row in rows if row["kind"] == "cycle"] == [one.value for one in drawing.dots]
    assert {row["kind"] for row in rows} == {"cycle", "mean", "drift"}
