"""What surrounds the plot's curve: its drawing area, its axis of values and its axis of time."""

from datetime import datetime
from math import ceil, floor, log10
from time import perf_counter
from typing import Literal

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QPaintEvent
from PySide6.QtWidgets import QWidget

from labclient.ui._scales import grown, time_step
from labclient.ui._theme import Type, type_font

TimeAxis = Literal["elapsed", "wall"]

_NEARLY = 1e-6  # of a step: a range that ends at a tick shows it
_MOST = 7  # steps on an axis of values


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """The drawing area; knows how long its last painting took."""

    def __init__(self, parent: QWidget) -> None:
        self.last_s = 0.0
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def paintEvent(self, event: QPaintEvent) -> None:
        started = perf_counter()
        super().paintEvent(event)
        self.last_s = perf_counter() - started


class Levels(pg.AxisItem):  # type: ignore[misc]
    """The axis of values: no more ticks than lines of text have room, with a true minus."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        room = QFontMetricsF(type_font(Type.SMALL)).height() * 1.2
        step = grown((high - low) / min(max(2, int(size / room)), _MOST))
        if not step:
            return []
        first, last = ceil(low / step - _NEARLY), floor(high / step + _NEARLY)
        return [(step, [place * step for place in range(first, last + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        told: list[str] = super().tickStrings(values, scale, spacing)
        return [one.replace("-", "−") for one in told]


class Times(pg.AxisItem):  # type: ignore[misc]
    """A time axis with round ticks: elapsed as h:mm:ss, wall time as this PC shows it."""

    def __init__(self) -> None:
        self.kind: TimeAxis = "elapsed"
        self.started_s = 0.0
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)

    def show_time(self, kind: TimeAxis, started_s: float) -> None:
        self.kind, self.started_s = kind, started_s
        self.picture = None
        self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        room = QFontMetricsF(type_font(Type.SMALL)).horizontalAdvance("00:00:00") * 1.8
        step = time_step(high - low, max(2, int(size / room)))
        shift = self._shift()
        first, last = ceil((low + shift) / step), floor((high + shift) / step)
        return [(step, [place * step - shift for place in range(first, last + 1)])]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        return [self.told(value, spacing) for value in values]

    def _shift(self) -> float:
        """Seconds from local midnight before the start to the start, so that wall ticks are round for the reader."""
        if self.kind == "elapsed":
            return 0.0
        start = datetime.fromtimestamp(self.started_s).astimezone()
        return (start - start.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()

    def told(self, value: float, step: float) -> str:
        """A time as it stands at the axis, where neighbours are `step` seconds apart."""
        decimals = 0 if step >= 1 else min(6, -floor(log10(step)))
        if self.kind == "wall":
            moment = datetime.fromtimestamp(self.started_s + value + 1e-9).astimezone()
            return moment.strftime("%m-%d" if step >= 86400 else "%H:%M" if step >= 60 else "%H:%M:%S")
        if decimals:
            return f"{value:.{decimals}f} s"
        whole = round(value)
        sign, whole = ("−" if whole < 0 else ""), abs(whole)
        hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
        return f"{sign}{hours}:{minutes:02}:{seconds:02}" if hours else f"{sign}{minutes}:{seconds:02}"
