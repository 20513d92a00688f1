"""What the transport logger saw of one quantity on the way, beside the plan's limits."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QWidget

from labclient.clock import iso
from labclient.evaluation import duration
from labclient.metrology import Exposure, Sampling
from labclient.signing import replacing
from labclient.ui._arrival_work import Course, thinned
from labclient.ui._axes import Levels, Times
from labclient.ui._plot_frame import Plot, Table
from labclient.ui._theme import current_theme, space
from labclient.units import INFLUENCES
from labclient.words import Message, message, say

QUANTITIES: Final[dict[str, Message]] = INFLUENCES | {"acceleration": message("shock")}
_ROOM: Final = 0.08


class LoggerPlot(Plot):
    """The curve of a level, or a line for each peak; limits dashed, what is beyond them in another colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Levels("left"), Times(), parent)
        self._view.setMouseEnabled(x=False, y=False)
        self._course: Course | None = None
        self._curve, self._beyond = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._marks = pg.ScatterPlotItem(pxMode=True, symbol="t")
        self._limits = [pg.InfiniteLine(angle=0), pg.InfiniteLine(angle=0)]
        for one in (*self._limits, self._curve, self._beyond, self._marks):
            self._item.addItem(one, ignoreBounds=True)
        self._dress()
        self._speak()

    def show_course(self, course: Course) -> None:
        """Show this and nothing else."""
        self._course = course
        self._draw(course)
        self._speak()

    def described(self) -> str:
        return say(exposure_told(self._course.exposure)) if self._course else ""

    def table(self) -> Table:
        assert self._course is not None
        course = self._course
        return lambda path: _write(path, course)

    def suggested_file(self) -> Path:
        quantity = self._course.exposure.limits.quantity if self._course else "logger"
        return Path(f"{self.heading or 'transport'}-{quantity}.png".replace("/", "-").replace(" ", "-"))

    def sizeHint(self) -> QSize:
        return self.lines(9)

    def minimumSizeHint(self) -> QSize:
        return self.lines(6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.name_lower_axis()

    def _draw(self, course: Course) -> None:
        limits = course.exposure.limits
        begins = float(course.times[0])
        self._axis.show_time("wall", begins)
        times, values = thinned(course.times - begins, course.values)
        low = -np.inf if limits.low is None else limits.low
        high = np.inf if limits.high is None else limits.high
        outside = (values < low) | (values > high)
        if limits.sampling is Sampling.PEAK:
            self._curve.setData(np.repeat(times, 2), np.column_stack((np.zeros(len(values)), values)).ravel(),
                                connect="pairs")  # fmt: skip
            self._beyond.setData(np.empty(0), np.empty(0))
        else:
            self._curve.setData(times, values)
            self._beyond.setData(times, np.where(outside, values, np.nan), connect="finite")
        self._marks.setData(times[outside], values[outside])
        shown = [value for value in (limits.low, limits.high) if value is not None]
        for line, value in zip(self._limits, (limits.low, limits.high), strict=True):
            line.setVisible(value is not None)
            if value is not None:
                line.setValue(value)
        base = [0.0] if limits.sampling is Sampling.PEAK else []
        every = np.array([*shown, *base, float(values.min()), float(values.max())])
        room = max((every.max() - every.min()) * _ROOM, 1e-9)
        span = max(float(times[-1]), 60.0)
        self._view.setRange(xRange=(-0.02 * span, 1.02 * span), yRange=(every.min() - room, every.max() + room),
                            padding=0)  # fmt: skip

    def _dress(self) -> None:
        super()._dress()
        theme = current_theme()
        self._curve.setPen(pg.mkPen(theme.trace, width=1))
        self._beyond.setPen(pg.mkPen(theme.alarm, width=2))
        self._marks.setPen(None)
        self._marks.setBrush(QColor(theme.alarm))
        self._marks.setSize(space(0.35))
        for line in self._limits:
            line.setPen(pg.mkPen(theme.limit, width=1, style=Qt.PenStyle.DashLine))

    def _speak(self) -> None:
        self._axis.setLabel(say(message("time of this PC")), color=current_theme().muted)
        self.name_lower_axis()
        if self._course is not None:
            limits = self._course.exposure.limits
            told = message("{quantity}, {unit}; dashed: the plan's limits", quantity=QUANTITIES[limits.quantity],
                           unit=limits.unit)  # fmt: skip
            self._caption.setText(say(told))
            self.setAccessibleName(say(QUANTITIES[limits.quantity]))
        super()._speak()


def exposure_told(one: Exposure) -> Message:
    """Lowest, highest and time outside, in words."""
    quantity, unit = QUANTITIES[one.limits.quantity], one.limits.unit
    if one.limits.sampling is Sampling.PEAK:
        if not one.excursions:
            return message("{quantity}: highest {high} {unit}, never beyond the limit.", quantity=quantity,
                           high=f"{one.maximum:.4g}", unit=unit)  # fmt: skip
        return message("{quantity}: highest {high} {unit}, {count} × beyond the limit, first at {moment}.",
                       quantity=quantity, high=f"{one.maximum:.4g}", unit=unit, count=len(one.excursions),
                       moment=_moment(one.excursions[0].start_s))  # fmt: skip
    if not one.excursions:
        return message("{quantity}: from {low} to {high} {unit}, never outside the limits.", quantity=quantity,
                       low=f"{one.minimum:.4g}", high=f"{one.maximum:.4g}", unit=unit)  # fmt: skip
    return message(
        "{quantity}: from {low} to {high} {unit}, outside the limits {count} × for {time} in all, first at {moment}.",
        quantity=quantity, low=f"{one.minimum:.4g}", high=f"{one.maximum:.4g}", unit=unit,
        time=duration(one.outside_s), count=len(one.excursions), moment=_moment(one.excursions[0].start_s),
    )  # fmt: skip


def _moment(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _write(path: Path, course: Course) -> None:
    limits = course.exposure.limits
    rows = [f"time_utc,{limits.quantity.replace(' ', '_')}_{limits.unit}"]
    rows += [f"{iso(datetime.fromtimestamp(time, UTC))},{value!r}"
             for time, value in zip(course.times.tolist(), course.values.tolist(), strict=True)]  # fmt: skip
    with replacing(path) as file:
        file.write(("\ufeff" + "\r\n".join(rows) + "\r\n").encode())
