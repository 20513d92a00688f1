"""Values over days: cycles as dots, hollow where they do not count; means with bars; the drift with its band, dashed
where it is preliminary. It knows what is handed to it and nothing of anybody else's values."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyqtgraph as pg
from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QWidget

from labclient.clock import iso
from labclient.evaluation import Band
from labclient.signing import replacing
from labclient.ui._axes import Levels, Times
from labclient.ui._digits import grouped
from labclient.ui._plot_frame import Plot, Table
from labclient.ui._theme import current_theme, space
from labclient.words import Message, message, say

_ROOM: Final = 0.08  # of the span, on each side


def whole(number: str) -> str:
    """A number with its unit, never broken between them."""
    return number.replace(" ", "\u00a0")


class Dot(Struct, frozen=True):
    """A value at a time (s since 1970); `hollow`: it does not count."""

    time_s: float
    value: float
    hollow: bool = False


class Bar(Struct, frozen=True):
    """A value with half the length of its bar; `name` is told where there is room."""

    time_s: float
    value: float
    half: float
    name: str = ""


class Drawing(Struct, frozen=True, kw_only=True):
    """Everything in `unit`; shown as differences from `zero` in `shown`, of which one is `size` `unit`. Beyond
    `known_until_s` and before `known_from_s` the band is preliminary. `legend` tells what bars and band are; `nothing`
    is said where there are no values."""

    unit: str
    shown: str
    size: float
    zero: float | None
    dots: tuple[Dot, ...] = ()
    bars: tuple[Bar, ...] = ()
    band: tuple[Band, ...] = ()
    known_from_s: float = 0.0
    known_until_s: float = 0.0
    told: tuple[str, ...] = ()
    legend: Message | None = None
    nothing: Message = message("No values yet")


class DriftPlot(Plot):
    """Of one point. The zero of its axis is a display zero, one of the values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Levels("left"), Times(), parent)
        self._axis.show_time("wall", 0.0)
        self._view.setMouseEnabled(x=False, y=False)
        self._shown = Drawing(unit="", shown="", size=1.0, zero=None)
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._band.setZValue(-10)
        self._line, self._beyond = pg.PlotCurveItem(antialias=True), pg.PlotCurveItem(antialias=True)
        self._bars = pg.ErrorBarItem(x=np.empty(0), y=np.empty(0), height=np.empty(0))
        self._means, self._dots, self._hollow = (pg.ScatterPlotItem(pxMode=True) for _ in range(3))
        for one in (self._band, self._line, self._beyond, self._bars, self._dots, self._hollow, self._means):
            self._item.addItem(one, ignoreBounds=True)
        self._dress()
        self._speak()
        self.show_drawing(self._shown)

    @property
    def drawing(self) -> Drawing:
        """What is shown."""
        return self._shown

    def show_drawing(self, drawing: Drawing) -> None:
        """Show this and nothing else."""
        self._shown = drawing
        self.show_canvas(drawing.zero is not None)
        if drawing.zero is not None:
            self._draw(drawing, drawing.zero)
        self._speak()

    def described(self) -> str:
        return "; ".join(one for one in (self._caption.text(), self._caption.toolTip(), *self._shown.told) if one)

    def table(self) -> Table:
        shown = self._shown
        return lambda path: _write(path, shown)

    def suggested_file(self) -> Path:
        return Path(f"{self.heading or 'drift'}-drift.png".replace("/", "-"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.name_lower_axis()

    def _draw(self, drawing: Drawing, zero: float) -> None:
        moments = [[one.time_s for one in part] for part in (drawing.dots, drawing.bars, drawing.band)]
        begins = min((min(part) for part in moments if part), default=0.0)
        self._axis.show_time("wall", begins)

        def at(points: Sequence[Dot | Bar | Band]) -> tuple[np.ndarray, np.ndarray]:
            times = np.array([one.time_s - begins for one in points], dtype=float)
            return times, np.array([(one.value - zero) / drawing.size for one in points], dtype=float)

        def halves(points: Sequence[Bar | Band]) -> np.ndarray:
            return np.array([one.half / drawing.size for one in points], dtype=float)

        x, y = at(drawing.bars)
        self._means.setData(x, y)
        self._bars.setData(x=x, y=y, height=2 * halves(drawing.bars), beam=0.0)
        self._dots.setData(*at([one for one in drawing.dots if not one.hollow]))
        self._hollow.setData(*at([one for one in drawing.dots if one.hollow]))
        times, values = at(drawing.band)
        spread = halves(drawing.band)
        self._low.setData(times, values - spread)
        self._high.setData(times, values + spread)
        inside = (times + begins >= drawing.known_from_s) & (times + begins <= drawing.known_until_s)
        self._line.setData(times[inside], values[inside])
        self._beyond.setData(times, np.where(inside, np.nan, values), connect="finite")
        every_x = np.concatenate([at(drawing.dots)[0], x, times])
        dots = at(drawing.dots)[1]
        every_y = np.concatenate([dots, y - halves(drawing.bars), y + halves(drawing.bars), values - spread,
                                  values + spread])  # fmt: skip
        self._view.setRange(xRange=_roomy(every_x, 3600.0), yRange=_roomy(every_y, 1e-9), padding=0)

    def _dress(self) -> None:
        super()._dress()
        theme = current_theme()
        ground = QColor(theme.trace)
        ground.setAlpha(45)
        muted = QColor(theme.muted)
        self._band.setBrush(ground)
        self._line.setPen(pg.mkPen(theme.trace, width=2))
        self._beyond.setPen(pg.mkPen(theme.trace, width=1, style=Qt.PenStyle.DashLine))
        self._bars.setData(pen=pg.mkPen(theme.accent_strong, width=2))
        self._means.setPen(None)
        self._means.setBrush(QColor(theme.accent_strong))
        self._means.setSize(space(0.5))
        self._dots.setPen(None)
        self._dots.setBrush(muted)
        self._dots.setSize(space(0.28))
        self._hollow.setPen(pg.mkPen(theme.excluded, width=1))
        self._hollow.setBrush(None)
        self._hollow.setSize(space(0.35))

    def _speak(self) -> None:
        shown = self._shown
        self._axis.setLabel(say(message("time of this PC")), color=current_theme().muted)
        self.name_lower_axis()
        if shown.zero is None:
            told = shown.nothing
        else:
            zero = f"{grouped(f'{shown.zero:.8g}')} {shown.unit}".strip()
            reference = message("relative to display zero {zero}", zero=zero)
            told = message("{unit}, {reference}", unit=shown.shown or "1", reference=reference)
        self._caption.setText(say(told))
        self._caption.setToolTip(say(shown.legend) if shown.legend else "")
        self.setAccessibleName(say(message("Values over days")))
        super()._speak()


def _roomy(values: np.ndarray, least: float) -> tuple[float, float]:
    found = values[np.isfinite(values)]
    low, high = (float(found.min()), float(found.max())) if found.size else (0.0, 0.0)
    room = max((high - low) * _ROOM, least)
    return low - room, high + room


def _write(path: Path, shown: Drawing) -> None:
    """The numbers that are shown, with all their digits."""

    def row(kind: str, one: Dot | Bar | Band, half: str, counts: str = "1") -> str:
        return ",".join((kind, iso(datetime.fromtimestamp(one.time_s, UTC)), repr(one.value), half, counts))

    rows = [f"kind,time_utc,value_{shown.unit or '1'},half_width_{shown.unit or '1'},counts"]
    rows += [row("cycle", one, "", "0" if one.hollow else "1") for one in shown.dots]
    rows += [row("mean", one, repr(one.half)) for one in shown.bars]
    rows += [row("drift", one, repr(one.half)) for one in shown.band]
    with replacing(path) as file:
        file.write(("\ufeff" + "\r\n".join(rows) + "\r\n").encode())
