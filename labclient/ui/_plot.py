"""The live plot of a run: readings relative to a display zero, over time.

Each pixel column is one vertical line between its extremes, stretched to touch its neighbours; below four readings a
column the readings themselves are joined. Gaps stay blank. The display zero is a value of this run: the plot knows
nothing of a nominal value and nothing of other laboratories.
"""

from math import ceil, floor, isfinite
from time import perf_counter
from typing import Any, Final, Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QThread, QTimer, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from labclient.ui._axes import Canvas, Levels, TimeAxis, Times
from labclient.ui._digits import grouped
from labclient.ui._pyramid import Floats, Pyramid
from labclient.ui._scales import display_zero, grown, grown_time, segments, touching
from labclient.ui._theme import S1, S2, Type, current_theme, space, type_font
from labclient.units import fitting_unit
from labclient.words import Message, message, say

_FRAME_S: Final = 0.04
_SLOW_S: Final = 0.015
_PER_COLUMN: Final = 4
_FEW: Final = 160
_LOW: Final = 10  # lines of text; a lower plot names no axis of time


class RunPlot(QWidget):
    """A run's readings. `append` takes times in seconds since the start of the run and values in the unit of
    `set_unit`; both from the thread of the window only (`RuntimeError` otherwise). The plot follows the run until the
    reader moves it; End, or the button, lets it follow again."""

    followed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pyramid = Pyramid()
        self._zero: float | None = None
        self._unit, self._shown_unit, self._scale = "", "", 1.0
        self._band: tuple[float, float] | None = None
        self._low = self._high = self._paint_s = 0.0
        self._following, self._moving, self._growing = True, False, True
        self._reference: Message | None = None
        self._marks: dict[str, tuple[Floats, Floats]] = {}

        self._canvas = Canvas(self)
        self._axis = Times()
        item = self._canvas.getPlotItem()
        item.setAxisItems({"bottom": self._axis, "left": Levels("left")})
        item.setMenuEnabled(False)
        item.hideButtons()
        self._view: Any = item.getViewBox()
        self._view.disableAutoRange()
        self._view.setDefaultPadding(0)
        self._view.setMouseEnabled(x=True, y=False)
        self._left: Any = item.getAxis("left")
        self._left.enableAutoSIPrefix(False)
        self._region = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self._region.setZValue(-20)
        self._curve = pg.PlotCurveItem(connect="pairs")
        self._dots = pg.ScatterPlotItem(pxMode=True)
        self._scatter = {"excluded": pg.ScatterPlotItem(symbol="x"), "flagged": pg.ScatterPlotItem(symbol="t")}
        for one in (self._region, self._curve, self._dots, *self._scatter.values()):
            item.addItem(one)
        self._view.sigRangeChangedManually.connect(self._moved_by_hand)
        self._view.sigRangeChanged.connect(self._range_changed)

        self._caption = QLabel()
        self._follow = QPushButton()
        self._follow.setProperty("role", "quiet")
        self._follow.clicked.connect(self.follow)
        self._head = QHBoxLayout()
        self._head.addWidget(self._caption, 1)
        self._head.addWidget(self._follow)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self._canvas, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

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
        finite = values[np.isfinite(values)]
        if len(finite):
            if self._zero is None:
                self._zero = display_zero(float(finite[0]))
                self._low = self._high = 0.0
                self._speak()
            self._low = min(self._low, float(finite.min()) - self._zero)
            self._high = max(self._high, float(finite.max()) - self._zero)
        self._pyramid.append(times, values)
        self._due()

    def clear(self) -> None:
        """Begin anew: no readings, no display zero, no marks, no band, and following."""
        self._pyramid, self._zero, self._band = Pyramid(), None, None
        self._low = self._high = 0.0
        self._marks = {}
        self._region.hide()
        self._growing = True
        self._speak()
        self.follow()

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

    def set_band(self, low: float | None, high: float | None = None) -> None:
        """Draw the limits of the settling or stability criterion, as differences from the display zero; None: none."""
        self._band = None if low is None or high is None else (low, high)
        self._region.setVisible(self._band is not None)
        self._due()

    def set_marks(self, kind: Literal["excluded", "flagged"], times_s: Floats, values: Floats) -> None:
        """Show which readings are excluded (a cross) or flagged (a triangle); they stay in the curve."""
        self._marks[kind] = (np.asarray(times_s, np.float64), np.asarray(values, np.float64))
        self._due()

    def set_time_axis(self, kind: TimeAxis, started_s: float = 0.0) -> None:
        """Time since the start, or time of this PC, where `started_s` is the start in seconds since 1970 UTC."""
        self._axis.show_time(kind, started_s)
        self._speak()

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
        elif self._zero is not None:
            self._fit_levels(self._zero)
        self._draw_curve()
        self._draw_marks()
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
        bottom, top = -grown(max(-low, least)) / self._scale, grown(max(high, least)) / self._scale
        first, last = self._pyramid.span if len(self._pyramid) else (0.0, 1.0)
        if self._growing or last <= first:
            first = floor(first)
            last = first + grown_time(last - first)
        self._show((first, last), (bottom, top))

    def _fit_levels(self, zero: float) -> None:
        """Hold all that is in the reader's range of time; no change while it fills a quarter of what is shown."""
        times, (bottom, top) = self._view.viewRange()
        low, high = ((level - zero) / self._scale for level in self._pyramid.extremes(*self._pyramid.within(*times)))
        if isfinite(low) and not (bottom <= low and high <= top and high - low >= (top - bottom) / 4):
            step = grown(max((high - low) / 5, 1e-9 * abs(zero) / self._scale, 1e-9))
            self._show(times, ((floor(low / step) - 0.5) * step, (ceil(high / step) + 0.5) * step))

    def _show(self, times: tuple[float, float], levels: tuple[float, float]) -> None:
        self._moving = True
        self._view.setRange(xRange=times, yRange=levels, padding=0)
        self._moving = False

    def _draw_curve(self) -> None:
        if self._zero is None:
            self._curve.setData([], [])
            self._dots.setData([], [])
            return
        (start, end), _ = self._view.viewRange()
        columns = max(1, ceil(self._view.width()))
        first, behind = self._pyramid.within(start, end)
        if behind - first < _PER_COLUMN * columns:
            times, values = self._pyramid.samples(first - 1, behind + 1)
            levels = (values - self._zero) / self._scale
            x, y, alone = segments(times, levels)
            few = behind - first <= _FEW
            self._curve.setData(x, y, connect="pairs", antialias=few)
            dotted = np.isfinite(levels) if few else alone
            self._dots.setData(times[dotted], levels[dotted])
            return
        found = self._pyramid.query(start, end, columns)
        pixel = self._view.viewPixelSize()[1]
        low, high = (found.low - self._zero) / self._scale, (found.high - self._zero) / self._scale
        low, high = touching(low, high, found.joined, pixel)
        self._curve.setData(
            np.repeat(found.times, 2), np.stack((low, high), axis=1).ravel(), connect="pairs", antialias=False
        )
        self._dots.setData([], [])

    def _draw_marks(self) -> None:
        for kind, scatter in self._scatter.items():
            times, values = self._marks.get(kind, (np.empty(0), np.empty(0)))
            scatter.setData(times, (values - (self._zero or 0.0)) / self._scale)

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
        if event.key() == Qt.Key.Key_End:
            self.follow()
            return
        (start, end), _ = self._view.viewRange()
        width, middle = end - start, (start + end) / 2
        ranges = {
            Qt.Key.Key_Left: (start - width / 4, end - width / 4),
            Qt.Key.Key_Right: (start + width / 4, end + width / 4),
            Qt.Key.Key_Up: (middle - width / 4, middle + width / 4),
            Qt.Key.Key_Down: (middle - width, middle + width),
        }
        asked = ranges.get(Qt.Key(event.key()))
        if asked is None:
            super().keyPressEvent(event)
            return
        self.look_at(*asked)

    # Looks and words

    def sizeHint(self) -> QSize:
        return self._lines(11)

    def minimumSizeHint(self) -> QSize:
        return self._lines(7)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_time()

    def _name_time(self) -> None:
        """A low plot has no room for more than its times."""
        self._axis.showLabel(self.height() >= self._lines(_LOW).height())

    def _lines(self, count: float) -> QSize:
        height = QFontMetricsF(type_font(Type.SMALL)).height()
        return QSize(round(13 * height), round(count * height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pg.mkPen(theme.accent if self.hasFocus() else theme.line, width=2 if self.hasFocus() else 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), space(S1), space(S1))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._due()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_timer"):
            return
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._dress()
        elif event.type() == QEvent.Type.LanguageChange:
            self._speak()

    def _dress(self) -> None:
        theme, small = current_theme(), type_font(Type.SMALL)
        self._canvas.setBackground(theme.surface)
        self._curve.setPen(pg.mkPen(theme.trace, width=1))
        self._dots.setPen(None)
        self._dots.setBrush(theme.trace)
        self._dots.setSize(space(0.22))
        for kind, colour in (("excluded", theme.excluded), ("flagged", theme.attention)):
            self._scatter[kind].setPen(pg.mkPen(colour, width=2 if kind == "excluded" else 1))
            self._scatter[kind].setBrush(colour if kind == "excluded" else None)
            self._scatter[kind].setSize(space(0.6))
        self._region.setBrush(QBrush(QColor(theme.band)))
        for line in self._region.lines:
            line.setPen(pg.mkPen(theme.limit, width=1, style=Qt.PenStyle.DashLine))
        for axis in (self._left, self._axis):
            axis.setPen(theme.edge)
            axis.setTextPen(theme.muted)
            axis.setTickFont(small)
            axis.label.setFont(small)
            axis.setStyle(maxTickLevel=0, tickLength=-space(0.25), tickTextOffset=space(0.25))
        digits = QFontMetricsF(small)
        self._canvas.getPlotItem().layout.setContentsMargins(0, digits.height() / 2, digits.height(), 0)
        self._left.setWidth(round(digits.horizontalAdvance("−0.0000") + digits.height() * 0.5))
        self._caption.setFont(small)
        margin = space(S2)
        self._column.setContentsMargins(margin, space(S1), margin, space(S1))
        self._column.setSpacing(0)
        self._due()

    def _speak(self) -> None:
        theme = current_theme()
        style = {"color": theme.muted}
        self._axis.setLabel(
            say(message("time of this PC") if self._axis.kind == "wall" else message("time since start")), **style
        )
        self._name_time()
        self._follow.setText(say(message("Follow (End)")))
        if self._zero is None:
            told = say(message("No reading yet"))
        else:
            unit, zero = self._shown_unit or "1", f"{grouped(f'{self._zero:.8g}')} {self._unit}".strip()
            reference = self._reference or message("relative to display zero {zero}", zero=zero)
            told = say(message("{unit}, {reference}", unit=unit, reference=reference))
        self._canvas.setVisible(self._zero is not None)
        self._caption.setText(told)
        self.setAccessibleName(say(message("Readings over time")))
        self.setAccessibleDescription(told)
