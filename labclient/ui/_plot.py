"""The live plot of a run: readings relative to a display zero, over time.

Each pixel column is one vertical line between its extremes, stretched to touch its neighbours, with their mean on it
where there is room; below four readings a column the readings themselves are joined. Gaps stay blank. The display zero
is a value of this run: the plot knows nothing of a nominal value and nothing of other laboratories.
"""

from collections.abc import Iterable
from functools import partial
from math import ceil, floor, isfinite
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, QThread, QTimer, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from labclient.evaluation import write_stretch
from labclient.ui._axes import Levels, TimeAxis, Times
from labclient.ui._digits import grouped
from labclient.ui._plot_cursors import Cursors, Name, readout
from labclient.ui._plot_frame import Act, Plot, Table
from labclient.ui._plot_marks import Above, Ground, Mark, Marks, Missing
from labclient.ui._plot_trace import Seen, Trace, look
from labclient.ui._plot_words import described
from labclient.ui._preferences import Lately
from labclient.ui._pyramid import Floats, Pyramid
from labclient.ui._scales import display_zero, grown, grown_time
from labclient.ui._theme import current_theme
from labclient.units import fitting_unit
from labclient.words import Message, message, say

_FRAME_S: Final = 0.04
_SLOW_S: Final = 0.015
_EDGES: Final = (1, 2, 3, 5)
_ROOM: Final = 1.04  # so that no reading lies on the edge
_ARROWS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_CURSOR_KEYS: Final[dict[Qt.KeyboardModifier, Name]] = {
    Qt.KeyboardModifier.ControlModifier: "A",
    Qt.KeyboardModifier.ShiftModifier: "B",
}


class RunPlot(Plot):
    """A run's readings. `append` takes times in seconds since the start of the run and values in the unit of
    `set_unit`; both from the thread of the window only (`RuntimeError` otherwise). The plot follows the run until the
    reader moves it; End, or the button, lets it follow again. Ctrl and Shift with the arrows move cursor A and B."""

    followed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Levels("left"), Times(), parent)
        self._pyramid, self._cursors, self.marks = Pyramid(), Cursors(), Marks()
        self._zero: float | None = None
        self._unit, self._shown_unit, self._scale = "", "", 1.0
        self._band: tuple[float, float] | None = None
        self._u: float | None = None
        self._low = self._high = self._paint_s = 0.0
        self._following, self._moving, self._growing = True, False, True
        self._reference: Message | None = None
        self._source: tuple[Path, int] | None = None
        self._axis.show_time(Lately.plot_time, 0.0)

        self._view.setMouseEnabled(x=True, y=False)
        self._region = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._region.setZValue(-20)
        self._ground, self._above = Ground(self.marks), Above(self.marks)
        self._ground.setZValue(-10)
        self._above.setZValue(10)
        self._trace = Trace()
        for one in (self._region, self._ground, *self._trace.items, self._above):
            self._item.addItem(one, ignoreBounds=True)
        self._view.sigRangeChangedManually.connect(self._moved_by_hand)
        self._view.sigRangeChanged.connect(self._range_changed)
        self._canvas.scene().sigMouseClicked.connect(self._clicked)
        self._canvas.scene().sigMouseMoved.connect(self._pointed)

        self._follow = QPushButton()
        self._follow.setProperty("role", "quiet")
        self._follow.clicked.connect(self.follow)
        self._head.insertWidget(1, self._follow)

        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._redraw)
        self._dress()
        self._speak()
        self.clear()

    # What the page says

    def append(self, times_s: Floats, values: Floats) -> None:
        """Add readings (seconds, in the plot's unit); NaN is a reading without a value and breaks the line."""
        if QThread.currentThread() != self.thread():
            raise RuntimeError("the plot belongs to the window's thread")
        times, values = np.asarray(times_s, np.float64), np.asarray(values, np.float64)
        self._pyramid.append(times, values)
        there = np.isfinite(values)
        finite = values[there]
        if len(finite):
            if self._zero is None:
                self._zero = display_zero(float(finite[0]))
                self._low = self._high = 0.0
                self._speak()
            self._low = min(self._low, float(finite.min()) - self._zero)
            self._high = max(self._high, float(finite.max()) - self._zero)
        self.marks.missing.add(times, there)
        self._due()

    def clear(self) -> None:
        """Begin anew: no readings, no display zero, no marks, no cursors, no band, and following."""
        self._pyramid, self._zero, self._band, self._u = Pyramid(), None, None, None
        self._low = self._high = 0.0
        self._cursors.clear()
        self.marks.missing = Missing()
        for kept in (self.marks.marks, self.marks.cursors):
            kept.clear()
        self.put_readout("")
        self._region.hide()
        self._growing = True
        self._speak()
        self.follow()

    @property
    def pyramid(self) -> Pyramid:
        """The readings; only ever added to, so that another thread may read what was there when it was asked."""
        return self._pyramid

    def set_source(self, notebook: Path, run: int) -> None:
        """Where the readings are recorded: numbers are written from there."""
        self._source = (notebook, run)

    def set_growing(self, growing: bool) -> None:
        """Whether more readings are to come: only then is room left for them."""
        if growing != self._growing:
            self._growing = growing
            self._due()

    def tell_reference(self, reference: Message) -> None:
        """What the values are differences from, where that is no display zero of the plot's own."""
        self._reference = reference
        self._speak()

    def set_unit(self, unit: str) -> None:
        """The unit of all values and of the band."""
        self._unit = unit
        self._due()

    def set_uncertainty(self, u: float | None) -> None:
        """The standard uncertainty of one reading, as far as its scatter shows it; None while it is not known."""
        self._u = u
        if self._cursors:
            self._due()

    def set_band(self, low: float | None, high: float | None = None) -> None:
        """Draw the limits of the settling or stability criterion, as differences from the display zero; None: none."""
        self._band = None if low is None or high is None else (low, high)
        self._region.setVisible(self._band is not None)
        self._due()

    def add_mark(self, mark: Mark) -> None:
        """Show something that happened, at its moment."""
        self.marks.marks.append(mark)
        self._due()

    def set_excluded(self, marks: list[Mark]) -> None:
        """Show which stretches are excluded; their readings stay in the curve."""
        if marks != self.marks.of("excluded"):
            self.marks.marks[:] = [*self.marks.of("note", "stage", "gap"), *marks]
            self._due()

    def set_time_axis(self, kind: TimeAxis, started_s: float | None = None) -> None:
        """Time since the start, or time of this PC, where `started_s` is the start in seconds since 1970 UTC."""
        self._axis.show_time(kind, self._axis.started_s if started_s is None else started_s)
        self._speak()
        self._due()

    def set_start(self, started_s: float) -> None:
        """When the run began, in seconds since 1970 UTC."""
        self.set_time_axis(self._axis.kind, started_s)

    def follow(self) -> None:
        """Show the whole run and grow with it."""
        self._following = True
        self._follow.hide()
        self.followed.emit(True)
        self._due()

    def look_at(self, start_s: float, end_s: float) -> None:
        """Show a range of time, and follow no more."""
        self._leave()
        self._view.setXRange(start_s, end_s, padding=0)

    @property
    def following(self) -> bool:
        return self._following

    @property
    def zero(self) -> float | None:
        """The display zero, in the plot's unit; None before the first value."""
        return self._zero

    # Drawing

    def draw_now(self) -> None:
        """Draw and paint at once, without waiting for the timer."""
        self._redraw()
        self._canvas.viewport().repaint()

    def _due(self) -> None:
        if not self._timer.isActive():
            wait = _FRAME_S if self._paint_s < _SLOW_S else max(_FRAME_S, 3 * self._paint_s)
            self._timer.start(round(1000 * wait))

    def _redraw(self) -> None:
        if not self.isVisible():
            return
        started = perf_counter()
        self._choose_unit()
        if self._following:
            self._fit()
        start, end = self._view.viewRange()[0]
        seen = look(self._pyramid, start, end, self._columns())
        if not self._following and self._zero is not None:
            self._fit_levels(self._zero, seen)
        if self._zero is None:
            self._trace.clear()
        else:
            self._trace.draw(seen, self._zero, self._scale, self._view.viewPixelSize()[1])
        self._stand_cursors()
        self._above.update()
        self._paint_s = perf_counter() - started + self._canvas.last_s

    def _choose_unit(self) -> None:
        widest = max(-self._low, self._high)
        if self._band and (not widest or max(map(abs, self._band)) <= 10 * widest):
            widest = max(widest, *map(abs, self._band))
        unit, scale = fitting_unit(widest, self._unit)
        if (unit, scale) != (self._shown_unit, self._scale):
            self._shown_unit, self._scale = unit, scale
            self._speak()
        if self._band:
            self._region.setRegion([limit / self._scale for limit in self._band])

    def _fit(self) -> None:
        low, high = self._low, self._high
        widest = max(-low, high)
        if self._band and max(map(abs, self._band)) <= 10 * (widest or float("inf")):
            low, high = min(low, 1.1 * self._band[0]), max(high, 1.1 * self._band[1])
        least = max(high - low, 1e-9 * abs(self._zero or 0.0), 1e-12 * self._scale) / 20
        bottom, top = (_edge(max(one, least)) / self._scale for one in (-low, high))
        first, last = self._pyramid.span if len(self._pyramid) else (0.0, 1.0)
        if self._growing or last <= first:
            first = floor(first)
            last = first + grown_time(last - first)
        self._show((first, last), (-bottom, top))

    def _fit_levels(self, zero: float, seen: Seen) -> None:
        """Hold all that is in the reader's range of time; no change while it fills a quarter of what is shown."""
        times, (bottom, top) = self._view.viewRange()
        low, high = ((level - zero) / self._scale for level in (seen.low, seen.high))
        if isfinite(low) and not (bottom <= low and high <= top and high - low >= (top - bottom) / 4):
            step = grown(max((high - low) / 5, 1e-9 * abs(zero) / self._scale, 1e-9))
            self._show(times, ((floor(low / step) - 0.5) * step, (ceil(high / step) + 0.5) * step))

    def _show(self, times: tuple[float, float], levels: tuple[float, float]) -> None:
        self._moving = True
        self._view.setRange(xRange=times, yRange=levels, padding=0)
        self._moving = False

    def _columns(self) -> int:
        return max(1, ceil(float(self._view.width())))

    # Moving about

    def _moved_by_hand(self, *_: object) -> None:
        self._leave()

    def _range_changed(self, *_: object) -> None:
        if not self._moving:
            self._due()

    def _leave(self) -> None:
        if self._following and len(self._pyramid):
            self._following = False
            self._follow.show()
            self.followed.emit(False)
        self._due()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        (start, end), _ = self._view.viewRange()
        width, middle = end - start, (start + end) / 2
        ranges = {
            Qt.Key.Key_Left: (start - width / 4, end - width / 4),
            Qt.Key.Key_Right: (start + width / 4, end + width / 4),
            Qt.Key.Key_Up: (middle - width / 4, middle + width / 4),
            Qt.Key.Key_Down: (middle - width, middle + width),
        }
        if key == Qt.Key.Key_End:
            self.follow()
        elif modifiers in _CURSOR_KEYS and key in _ARROWS:
            self._step_cursor(_CURSOR_KEYS[modifiers], _ARROWS[key])
        elif key == Qt.Key.Key_Escape and self._cursors:
            self.clear_cursors()
        elif not modifiers and key in ranges:
            self.look_at(*ranges[key])
        else:
            super().keyPressEvent(event)

    # Cursors

    def put_cursor(self, name: Name, time: float) -> None:
        """Put a cursor on the reading nearest in time."""
        self._cursors.put(name, self._pyramid, time)
        self._due()

    def clear_cursors(self) -> None:
        """Take both away."""
        self._cursors.clear()
        self._due()

    def _step_cursor(self, name: Name, by: int) -> None:
        (start, end), _ = self._view.viewRange()
        stands = self._cursors.step(name, self._pyramid, (start, end), self._columns(), by)
        if stands is not None and not start <= stands <= end:
            self.look_at(stands - (end - start) / 2, stands + (end - start) / 2)
        self._due()

    def _stand_cursors(self) -> None:
        standing = self._cursors.standing(self._pyramid)
        if not standing and not self.marks.cursors:
            return
        zero = self._zero or 0.0
        self.marks.cursors[:] = [(one.name, one.time, (one.value - zero) / self._scale) for one in standing]
        step = (self._view.viewRange()[0][1] - self._view.viewRange()[0][0]) / self._columns()
        told = readout(standing, self._pyramid, zero=zero, unit=self._shown_unit or "1", scale=self._scale, u=self._u,
                       told_time=partial(self._axis.told, step=step))  # fmt: skip
        self.put_readout("   ".join(map(say, told)))
        self.describe()

    def _clicked(self, event: object) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._zero is None:  # type: ignore[attr-defined]
            return
        place: QPointF = event.scenePos()  # type: ignore[attr-defined]
        if self._view.sceneBoundingRect().contains(place):
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier  # type: ignore[attr-defined]
            self.put_cursor("B" if shift else "A", self._view.mapSceneToView(place).x())

    def _pointed(self, place: QPointF) -> None:
        """What a mark is, for whoever points at it."""
        reach = 5 * self._view.viewPixelSize()[0]
        found = self.marks.near(self._view.mapSceneToView(place).x(), reach)
        self._canvas.setToolTip(say(found.words) if found else "")

    # Looks and words

    def acts(self) -> Iterable[Act]:
        wall = self._axis.kind == "wall"
        return (
            (message("Follow the run"), "End", self.follow, self._following),
            (message("Time of this PC"), "", partial(self._like_axis, "elapsed" if wall else "wall"), wall),
            (message("Cursor A (Ctrl and arrows)"), "", partial(self._step_cursor, "A", 1), None),
            (message("Cursor B (Shift and arrows)"), "", partial(self._step_cursor, "B", 1), None),
            (message("No cursors"), "Esc", self.clear_cursors, None),
        )

    def _like_axis(self, kind: TimeAxis) -> None:
        Lately.plot_time = kind
        self.set_time_axis(kind)

    def table(self) -> Table:
        start, end = self._view.viewRange()[0]
        if self._source is None:
            raise RuntimeError("readings that are recorded nowhere")
        notebook, run = self._source
        return lambda path: write_stretch(notebook, run, path, start, end)

    def suggested_file(self) -> Path:
        if self._source is None:
            return Path("plot.png")
        notebook, run = self._source
        return notebook.with_name(f"{notebook.stem}-run-{run}.png")

    def described(self) -> str:
        if self._zero is None:
            return self._caption.text()
        shown = None if self._following else self._view.viewRange()[0]
        told = described(self._pyramid, self.marks, (self._low, self._high), self._shown_unit or "1", self._scale)
        if shown:
            start, end = (self._axis.told(one, 1.0) for one in shown)
            told += (message("shown: {start} to {end}", start=start, end=end),)
        return "; ".join(one for one in (self._caption.text(), *map(say, told), self._readout.text()) if one)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.name_lower_axis()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._due()

    def _dress(self) -> None:
        super()._dress()
        theme = current_theme()
        self._trace.dress(theme)
        self._region.setBrush(QBrush(QColor(theme.band)))
        for line in self._region.lines:
            line.setPen(pg.mkPen(theme.limit, width=1, style=Qt.PenStyle.DashLine))
        self._due()

    def _speak(self) -> None:
        wall = self._axis.kind == "wall"
        self._axis.setLabel(
            say(message("time of this PC") if wall else message("time since start")), color=current_theme().muted
        )
        self.name_lower_axis()
        self._follow.setText(say(message("Follow (End)")))
        if self._zero is None:
            told = say(message("No reading yet"))
        else:
            unit, zero = self._shown_unit or "1", f"{grouped(f'{self._zero:.8g}')} {self._unit}".strip()
            reference = self._reference or message("relative to display zero {zero}", zero=zero)
            told = say(message("{unit}, {reference}", unit=unit, reference=reference))
        self.show_canvas(self._zero is not None)
        self._caption.setText(told)
        self.setAccessibleName(say(message("Readings over time")))
        super()._speak()


def _edge(extent: float) -> float:
    """Where an axis ends that has to hold `extent`: at a round number, or a little beyond it."""
    end = grown(extent, _EDGES)
    return end * _ROOM if extent * _ROOM > end else end
