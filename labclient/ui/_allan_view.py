"""The Allan deviation of a run over the averaging time, on logarithmic axes: where averaging stops helping."""

from collections.abc import Iterable
from math import ceil, floor, log10
from pathlib import Path
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from labclient.evaluation import Averaging, averaging_told, duration
from labclient.metrology import Allan
from labclient.signing import replacing
from labclient.ui._plot_frame import Act, Plot, Table
from labclient.ui._theme import Type, current_theme, space, type_font
from labclient.units import fitting_unit
from labclient.words import message, say

_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_MARGIN: Final = 0.12  # of a decade
_FAINT: Final = 90  # of 255: an older result


class Decades(pg.AxisItem):  # type: ignore[misc]
    """An axis of powers of ten; within a few decades their 1, 2 and 5."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        heads: tuple[int, ...] = (1, 2, 5) if high - low < 1.5 else (1,)
        room = QFontMetricsF(type_font(Type.SMALL)).height() * (1.3 if self.orientation == "left" else 4)
        step = max(1, ceil((high - low) / max(size / room, 1))) if heads == (1,) else 1
        found = [
            power + log10(head)
            for power in range(floor(low), ceil(high) + 1)
            for head in heads
            if (heads != (1,) or power % step == 0) and low <= power + log10(head) <= high
        ]
        return [(1.0, found)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        return [_number(10**value) for value in values]


class AllanPlot(Plot):
    """Octaves joined by a line, their interval as a band, dotted how white noise would fall, and a ring where averaging
    stops helping. Left and right move a cursor from one averaging time to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Decades("left"), Decades("bottom"), parent)
        self._axis.enableAutoSIPrefix(False)
        self._view.setMouseEnabled(x=False, y=False)
        self._seen: Averaging | None = None
        self._old, self._place = False, -1
        self._shaded: bool | None = None
        self._unit, self._size = "", 1.0
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._band.setZValue(-10)
        self._white = pg.PlotCurveItem(antialias=True)
        self._curve = pg.PlotCurveItem(antialias=True)
        self._dots, self._best = pg.ScatterPlotItem(pxMode=True), pg.ScatterPlotItem(pxMode=True)
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.hide()
        for one in (self._band, self._white, self._curve, self._dots, self._best, self._cursor):
            self._item.addItem(one, ignoreBounds=True)
        self._dress()
        self._speak()
        self.show_result(None)

    @property
    def seen(self) -> Averaging | None:
        """What is shown, None for nothing."""
        return self._seen

    @property
    def table_shown(self) -> Allan | None:
        """The deviations shown."""
        return self._seen.allan if self._seen else None

    def show_result(self, seen: Averaging | None) -> None:
        """Show what was computed; None: nothing yet."""
        self._seen, self._old = seen, False
        table = self.table_shown
        if table is None or self._place >= len(table.taus):
            self._place = -1
        self._draw()

    def set_old(self) -> None:
        """A newer result is being computed: what is shown is that of fewer readings."""
        self._old = True
        self._shade()
        self._name()

    def described(self) -> str:
        if self._seen is None or self._seen.allan is None:
            return self._caption.text()
        told = (*map(say, averaging_told(self._seen)), self._readout.text())
        return "; ".join(one for one in (self._caption.text(), *told) if one)

    def acts(self) -> Iterable[Act]:
        return (
            (message("Next averaging time"), "→", lambda: self._move(1), None),
            (message("Averaging time before"), "←", lambda: self._move(-1), None),
        )

    def table(self) -> Table:
        seen, table = self._seen, self.table_shown
        if seen is None or table is None:
            raise RuntimeError("nothing is shown")
        return lambda path: _write(path, table, seen.unit)

    def suggested_file(self) -> Path:
        return Path(f"{self.heading.split('   ')[0] or 'allan'}-allan.png")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier and key in _STEPS:
            self._move(_STEPS[key])
        elif key == Qt.Key.Key_Escape and self._place >= 0:
            self._place = -1
            self._tell_cursor()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.name_lower_axis()

    def _move(self, by: int) -> None:
        if (table := self.table_shown) is not None:
            self._place = min(max(self._place + by, 0), len(table.taus) - 1)
            self._tell_cursor()

    def _draw(self) -> None:
        table = self.table_shown
        self.show_canvas(table is not None and any(table.deviations))
        if table is not None and any(table.deviations):
            self._unit, self._size = fitting_unit(max(table.deviations), self._seen.unit if self._seen else "")
            there = np.array(table.deviations) > 0
            x = np.log10(np.array(table.taus)[there])
            y, low, high = (
                np.log10(np.array(one)[there] / self._size) for one in (table.deviations, table.low, table.high)
            )
            for curve, level in ((self._low, low), (self._high, high), (self._curve, y), (self._dots, y)):
                curve.setData(x, level)
            self._white.setData(x[[0, -1]], y[0] - (x[[0, -1]] - x[0]) / 2)
            self._best.setData([log10(table.best_tau)], [log10((table.floor or 1e-300) / self._size)])
            self._view.setRange(xRange=(x[0] - _MARGIN, x[-1] + _MARGIN), padding=0,
                                yRange=(low.min() - _MARGIN, high.max() + _MARGIN))  # fmt: skip
        self._shade()
        self._name()
        self._tell_cursor()

    def _tell_cursor(self) -> None:
        table = self.table_shown
        shown = table is not None and self._place >= 0
        self._cursor.setVisible(shown)
        told = ""
        if table is not None and shown:
            at = self._place
            self._cursor.setPos(log10(table.taus[at]))
            deviation, low, high = (f"{one[at] / self._size:.3g}" for one in (table.deviations, table.low, table.high))
            named = {"tau": duration(table.taus[at]), "unit": self._unit, "n": table.counts[at]}
            told = say(message("{tau}: {deviation} {unit} ({low} … {high}), {n} differences", deviation=deviation,
                               low=low, high=high, **named))  # fmt: skip
        self.put_readout(told)
        self.describe()

    def _dress(self) -> None:
        super()._dress()
        theme = current_theme()
        self._white.setPen(pg.mkPen(QColor(theme.muted), width=1, style=Qt.PenStyle.DotLine))
        self._dots.setPen(None)
        self._dots.setSize(space(0.3))
        self._best.setBrush(None)
        self._best.setSize(space(0.75))
        self._cursor.setPen(pg.mkPen(theme.accent_strong, width=1))
        self._shaded = None
        self._shade()

    def _shade(self) -> None:
        """An older result is faint. Pens are dear: they are changed only when that changes."""
        if self._shaded == self._old:
            return
        self._shaded, theme = self._old, current_theme()
        trace, best, ground = QColor(theme.trace), QColor(theme.attention), QColor(theme.trace)
        for colour in (trace, best):
            colour.setAlpha(_FAINT if self._old else 255)
        ground.setAlpha(20 if self._old else 50)
        self._curve.setPen(pg.mkPen(trace, width=1))
        self._dots.setBrush(trace)
        self._best.setPen(pg.mkPen(best, width=2))
        self._band.setBrush(ground)

    def _speak(self) -> None:
        self._axis.setLabel(say(message("averaging time, s")), color=current_theme().muted)
        self.name_lower_axis()
        self._caption.setToolTip(
            say(message("Band: interval of 68 %. Dotted: how white noise falls. Ring: longer averages are no better."))
        )
        self.setAccessibleName(say(message("Allan deviation over averaging time")))
        self._name()
        super()._speak()

    def _name(self) -> None:
        """What is shown, above it."""
        if self.table_shown is None:
            told = message("No Allan deviation yet")
        elif self._old:
            told = message("{unit}, Allan deviation — older", unit=self._unit or "1")
        else:
            told = message("{unit}, Allan deviation", unit=self._unit or "1")
        self._caption.setText(say(told))


def _number(value: float) -> str:
    """A power of ten and its multiples, short."""
    if 1e-3 <= value < 1e5:
        return f"{value:.3g}" if value < 1e3 else f"{value:.0f}"
    head, _, power = f"{value:.0e}".partition("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if head == "1" else f"{head}·10{raised}"


def _write(path: Path, table: Allan, unit: str) -> None:
    head = f"tau_s,deviation_{unit},low_{unit},high_{unit},differences,edf,noise"
    columns = (table.taus, table.deviations, table.low, table.high, table.counts, table.edf, table.noise)
    rows = (",".join(repr(one) for one in row) for row in zip(*columns, strict=True))
    with replacing(path) as file:
        file.write(("\ufeff" + "\r\n".join((head, *rows)) + "\r\n").encode())
