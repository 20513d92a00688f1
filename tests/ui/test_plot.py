"""The live plot shows what was read, where it was read, and hints at nothing else."""

import gc
import sys
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from labclient.ui._plot import RunPlot
from labclient.ui._scales import display_zero, grown, grown_time, segments, time_step, touching
from labclient.ui._theme import DARK, LIGHT, Theme, Type, apply, type_font
from labclient.words import message, use_language

from .conftest import missing_glyphs


@pytest.fixture
def plot(qtbot: object, light: Theme) -> RunPlot:
    found = RunPlot()
    found.resize(1000, 400)
    found.set_unit("V")
    found.show()
    return found


def drawn(plot: RunPlot) -> tuple[np.ndarray, np.ndarray]:
    """The lines on screen, two points each."""
    plot._redraw()
    x, y = plot._trace.curve.getData()
    return x.reshape(-1, 2), y.reshape(-1, 2)


def painted(plot: RunPlot, colour: str) -> np.ndarray:
    """Where the drawing area is painted in a colour."""
    plot._redraw()
    image = plot._canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return (pixels & 0xFFFFFF) == (QColor(colour).rgb() & 0xFFFFFF)


def test_the_newest_spike_is_on_screen(plot: RunPlot) -> None:
    plot.append(np.arange(100_000) / 1000, 10 + np.zeros(100_000))
    plot.append(np.array([100.0]), np.array([10.000005]))
    _, y = drawn(plot)
    assert y.max() == pytest.approx(5.0, rel=0.01)


def test_a_flat_run_is_a_line_without_holes(plot: RunPlot, light: Theme) -> None:
    plot.append(np.arange(100_000) / 10_000, np.full(100_000, 10.0))
    columns = painted(plot, light.trace).any(axis=0)
    inside = np.flatnonzero(columns)
    assert len(inside) > 800
    assert columns[inside[0] : inside[-1]].all()


def test_a_pause_stays_blank(plot: RunPlot, light: Theme) -> None:
    times = np.concatenate((np.arange(0, 4, 1e-4), np.arange(6, 10, 1e-4)))
    plot.append(times, 1 + 1e-6 * np.sin(times))
    columns = painted(plot, light.trace).any(axis=0)
    inside = np.flatnonzero(columns)
    blank = ~columns[inside[0] : inside[-1]]
    assert 0.19 < blank.mean() < 0.21


def test_few_readings_are_joined_and_seen_one_by_one(plot: RunPlot) -> None:
    plot.append(np.array([0.0, 1, 2, 9, 10, 11]), np.array([1, 2, 1, 2, np.nan, 1.0]))
    x, _ = drawn(plot)
    assert x.tolist() == [[0, 1], [1, 2]]
    assert len(plot._trace.dots.getData()[0]) == 5


def test_the_axis_tells_of_the_display_zero_and_never_of_a_deviation(plot: RunPlot) -> None:
    plot.append(np.arange(10.0), 9.99999421 + 1e-6 * np.arange(10))
    plot._redraw()
    assert plot.zero == 9.9999942
    assert plot._caption.text() == "µV, relative to display zero 9.999\u2009994\u20092 V"
    said = " ".join((plot._axis.labelText, plot._caption.text(), plot._follow.text()))
    assert not {"deviation", "error", "nominal"} & set(said.lower().split())


def test_the_trace_keeps_its_colour_whatever_the_values(plot: RunPlot, light: Theme) -> None:
    plot.set_band(-1e-6, 1e-6)
    plot.append(np.arange(100.0), 10 + 1e-5 * np.arange(100))
    assert plot._trace.curve.opts["pen"].color().name() == light.trace
    assert not painted(plot, light.alarm).any()


def test_the_band_lies_about_the_display_zero(plot: RunPlot) -> None:
    plot.set_band(-2e-6, 2e-6)
    plot.append(np.arange(10.0), 10 + 1e-6 * np.sin(np.arange(10.0)))
    plot._redraw()
    assert plot._region.isVisible()
    assert plot._region.getRegion() == pytest.approx((-2.0, 2.0))
    assert plot._view.viewRange()[1] == pytest.approx([-3.0, 3.0])
    plot.set_band(None)
    assert not plot._region.isVisible()


def test_the_range_grows_in_steps_and_holds_all(plot: RunPlot) -> None:
    seen = set()
    for second in range(40):
        plot.append(np.array([float(second)]), np.array([10 + 1e-7 * second]))
        plot._redraw()
        (start, end), (low, high) = plot._view.viewRange()
        assert start <= 0 <= second <= end
        assert low * plot._scale <= 1e-7 * second <= high * plot._scale
        seen.add((end, round(high * plot._scale, 12)))
    assert len(seen) <= 13


def test_a_run_that_is_over_fills_the_plot(plot: RunPlot) -> None:
    plot.append(np.arange(62.0), np.ones(62))
    plot._redraw()
    assert plot._view.viewRange()[0] == [0, 75]
    plot.set_growing(False)
    plot._redraw()
    assert plot._view.viewRange()[0] == [0, 61]


@pytest.mark.parametrize("height", [130, 200, 400, 900])
def test_the_values_at_the_axis_stand_clear_of_each_other(plot: RunPlot, height: int) -> None:
    plot.resize(1000, height)
    plot.append(np.arange(100.0), 10 + 1e-6 * np.sin(np.arange(100.0)))
    plot._redraw()
    (_, (low, high)), size = plot._view.viewRange(), plot._left.height()
    ((step, places),) = plot._left.tickValues(low, high, size)
    assert len(places) >= 2
    assert step / (high - low) * size >= QFontMetricsF(type_font(Type.SMALL)).height()


def test_a_low_plot_gives_its_room_to_the_curve(plot: RunPlot) -> None:
    plot.append(np.arange(100.0), np.ones(100))
    assert plot._axis.label.isVisible()
    plot.resize(1000, plot.minimumSizeHint().height())
    plot._redraw()
    assert not plot._axis.label.isVisible()
    plot._speak()
    assert not plot._axis.label.isVisible()
    assert plot._view.height() >= 2 * plot.fontMetrics().height()


def test_a_plot_without_readings_has_no_axes(plot: RunPlot) -> None:
    assert not plot._canvas.isVisible()
    plot.append(np.zeros(1), np.ones(1))
    assert plot._canvas.isVisible()


def test_values_of_several_connections_have_no_common_zero(plot: RunPlot) -> None:
    plot.set_unit("V")
    plot.tell_reference(message("change in each connection"))
    plot.append(np.arange(3.0), 1e-6 * np.arange(3.0))
    plot._redraw()
    assert plot._caption.text() == "µV, change in each connection"


def test_the_plot_follows_until_it_is_moved_and_again_after_end(plot: RunPlot, qtbot: object) -> None:
    plot.append(np.arange(100.0), np.ones(100))
    plot._redraw()
    told: list[bool] = []
    plot.followed.connect(told.append)
    QTest.keyClick(plot, Qt.Key.Key_Up)
    near = plot._view.viewRange()[0]
    plot.append(np.arange(100.0, 200), np.ones(100))
    plot._redraw()
    assert plot._view.viewRange()[0] == near
    assert plot._follow.isVisible()
    QTest.mouseClick(plot._follow, Qt.MouseButton.LeftButton)
    plot._redraw()
    assert plot._view.viewRange()[0][1] >= 199
    assert not plot._follow.isVisible()
    assert told == [False, True]


def test_end_lets_the_plot_follow_again(plot: RunPlot) -> None:
    plot.append(np.arange(100.0), np.ones(100))
    plot._redraw()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
        QTest.keyClick(plot, key)
        assert not plot.following
        QTest.keyClick(plot, Qt.Key.Key_End)
        assert plot.following


def test_a_close_look_fits_what_is_in_view_and_hides_nothing(plot: RunPlot) -> None:
    times = np.arange(1000.0)
    values = 10 + np.where(times < 500, 0, 1e-4) + 1e-7 * np.sin(times)
    plot.append(times, values)
    plot._redraw()
    plot._leave()
    plot._view.setXRange(600, 700, padding=0)
    plot._redraw()
    low, high = plot._view.viewRange()[1]
    assert low <= 99.9
    assert high >= 100.1
    assert high - low < 1
    plot.append(np.array([1000.0]), np.array([9.0]))
    plot._redraw()
    assert plot._view.viewRange()[0] == [600, 700]


def test_a_mouse_pan_stops_following(plot: RunPlot) -> None:
    plot.append(np.arange(100.0), np.ones(100))
    plot._redraw()
    plot._view.sigRangeChangedManually.emit([True, False])
    assert not plot.following


def test_clearing_begins_anew(plot: RunPlot) -> None:
    plot.append(np.arange(10.0), np.ones(10))
    plot.clear()
    plot.append(np.arange(3.0), np.full(3, 5.0))
    assert plot.zero == 5.0
    assert drawn(plot)[0].max() == 2.0


def test_readings_without_a_value_have_no_zero(plot: RunPlot) -> None:
    plot.append(np.arange(3.0), np.full(3, np.nan))
    assert plot.zero is None
    assert len(drawn(plot)[0]) == 0


def test_only_the_windows_thread_may_draw(plot: RunPlot) -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            plot.append(np.zeros(1), np.zeros(1))
        except RuntimeError as error:
            caught.append(error)

    thread = Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_many_readings_are_drawn_together(plot: RunPlot, qtbot: object) -> None:
    plot._redraw()
    plot._timer.stop()
    plot.append(np.zeros(1), np.ones(1))
    assert plot._timer.isActive()
    left = plot._timer.interval()
    plot.append(np.ones(1), np.ones(1))
    assert plot._timer.interval() == left >= 33
    plot._paint_s = 0.05
    plot._timer.stop()
    plot.append(np.full(1, 2.0), np.ones(1))
    assert plot._timer.interval() == 150


def test_a_hidden_plot_draws_nothing(plot: RunPlot) -> None:
    plot.append(np.arange(10.0), np.ones(10))
    plot._redraw()
    plot.hide()
    before = plot._trace.curve.getData()[0]
    plot.append(np.arange(10.0, 20), np.ones(10))
    plot._redraw()
    assert plot._trace.curve.getData()[0] is before
    assert not any(timer.isActive() and not timer.isSingleShot() for timer in plot.findChildren(QTimer))


def test_the_plot_changes_its_theme(plot: RunPlot, qapp: QApplication) -> None:
    apply(qapp, DARK)
    assert plot._trace.curve.opts["pen"].color().name() == DARK.trace
    assert plot._left.textPen().color().name() == DARK.muted
    assert plot._canvas.backgroundBrush().color().name() == DARK.surface
    apply(qapp, LIGHT)
    assert plot._trace.curve.opts["pen"].color().name() == LIGHT.trace


def test_the_plot_is_named_for_screen_readers_in_both_languages(plot: RunPlot) -> None:
    assert plot.accessibleName() == "Readings over time"
    assert plot.accessibleDescription() == "No reading yet"
    for language in ("zh_CN", "en"):
        use_language(language)
        QApplication.sendEvent(plot, QEvent(QEvent.Type.LanguageChange))
        assert missing_glyphs(plot._caption.text() + plot._axis.labelText + plot._follow.text()) == set()


def test_time_is_elapsed_or_this_pcs(plot: RunPlot) -> None:
    assert plot._axis.tickStrings([0, 90, 3723], 1, 30) == ["0:00", "1:30", "1:02:03"]
    assert plot._axis.tickStrings([0.25], 1, 0.05) == ["0.25 s"]
    plot.set_time_axis("wall", 1_790_000_000.0)
    ticks = plot._axis.tickValues(0, 3600, 900)[0][1]
    assert all(told.endswith(("0", "5")) for told in plot._axis.tickStrings(ticks, 1, 600))
    assert plot._axis.labelText == "time of this PC"


def test_drawing_keeps_its_hands_off_none(plot: RunPlot) -> None:
    """Some releases of Qt for Python lose a reference to None with each call that returns nothing."""
    plot.append(np.arange(10_000.0), np.random.default_rng(1).normal(size=10_000))
    plot._redraw()
    plot._canvas.viewport().repaint()
    before = sys.getrefcount(None)
    for _ in range(20):
        plot._redraw()
        plot._canvas.viewport().repaint()
    assert -20 <= sys.getrefcount(None) - before <= 200


def test_frames_leave_nothing_behind(plot: RunPlot) -> None:
    def alive() -> int:
        gc.collect()
        return sum(isinstance(one, QObject) for one in gc.get_objects())

    plot.append(np.arange(10_000.0), np.ones(10_000))
    drawn(plot)
    before = alive()
    for _ in range(50):
        drawn(plot)
    assert alive() <= before


def test_a_closed_plot_leaves_nothing_behind(nothing_left: object) -> None:
    with nothing_left(QWidget):  # type: ignore[operator]
        plot = RunPlot()
        plot.append(np.arange(100.0), np.ones(100))
        plot.grab()
        plot.close()
        plot.deleteLater()
        del plot


@given(st.floats(1e-12, 1e12))
def test_ranges_grow_by_one_two_five(extent: float) -> None:
    step = grown(extent)
    assert extent <= step <= 2.5 * extent * (1 + 1e-12)
    assert f"{step:e}"[0] in "125"


def test_nothing_has_no_range() -> None:
    assert grown(0.0) == 0.0
    assert grown(float("nan")) == 0.0


@given(st.floats(0, 1e7))
def test_times_grow_by_round_steps(seconds: float) -> None:
    assert seconds <= grown_time(seconds) <= max(10, 2 * seconds)
    assert seconds / 8 <= time_step(seconds, 8) * (1 + 1e-9)


@given(st.floats(-1e6, 1e6))
def test_the_display_zero_is_near_its_reading(value: float) -> None:
    assert abs(display_zero(value) - value) <= 0.5001e-7 * abs(value)


def test_lines_do_not_cross_gaps() -> None:
    x, _, alone = segments(np.array([0.0, 1, 2, 8, 9, 10, 20]), np.array([0, 1, np.nan, 3, 4, 5, 6.0]))
    assert x.tolist() == [0, 1, 8, 9, 9, 10]
    assert np.flatnonzero(alone).tolist() == [6]


def test_stretched_columns_touch_and_hide_nothing() -> None:
    low, high = np.array([0.0, 5, 1, 1]), np.array([1.0, 6, 2, 1])
    joined = np.array([False, True, True, False])
    new_low, new_high = touching(low, high, joined, 0.0)
    assert (new_low <= low).all()
    assert (new_high >= high).all()
    assert new_low[1] == 1
    assert new_high[2] == 5
    assert (new_low[3], new_high[3]) == (1, 1)
    assert touching(low, high, joined, 0.5)[1][3] == 1.25
