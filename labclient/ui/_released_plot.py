"""All laboratories at one point: d with its U as a bar, the reference value with its U as a band. The verdict is told
by the shape of the mark; the own laboratory by a larger mark and its name between arrows."""

from pathlib import Path
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QResizeEvent

from labclient.metrology import Agreement
from labclient.package import PointTold, ReleasedPoint, difference, expanded, point_told
from labclient.signing import replacing
from labclient.ui._axes import Levels
from labclient.ui._plot_frame import Plot, Table
from labclient.ui._theme import current_theme, space
from labclient.words import message, say

_SHAPES: Final = {
    Agreement.SATISFACTORY: "o",
    Agreement.QUESTIONABLE: "s",
    Agreement.UNSATISFACTORY: "x",
    Agreement.INCONCLUSIVE: "d",
}
_HOLLOW: Final = {Agreement.QUESTIONABLE, Agreement.INCONCLUSIVE}
_ROOM: Final = 1.1


class ReleasePlot(Plot):
    """Of one point of a released report."""

    def __init__(self) -> None:
        super().__init__(Levels("left"), pg.AxisItem("bottom"))
        self._view.setMouseEnabled(x=False, y=False)
        self._shown: ReleasedPoint | None = None
        self._told: PointTold | None = None
        self._own = ""
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._band.setZValue(-10)
        self._zero = pg.PlotCurveItem()
        self._bars = pg.ErrorBarItem(x=np.empty(0), y=np.empty(0), height=np.empty(0))
        self._marks = pg.ScatterPlotItem(pxMode=True)
        for one in (self._band, self._zero, self._bars, self._marks):
            self._item.addItem(one, ignoreBounds=True)
        self._dress()
        self._speak()

    def show_point(self, point: ReleasedPoint, own: str) -> None:
        """Show this point; `own` is the laboratory that looks at it, empty for nobody."""
        self._shown, self._told, self._own = point, point_told(point), own
        self._draw()
        self._speak()

    def described(self) -> str:
        if self._shown is None or self._told is None:
            return ""
        rows = [f"{row.laboratory}: {row.d} ± {row.U_2} {self._told.shown}, {say(row.verdict_told)}"
                for row in self._told.rows]  # fmt: skip
        return "; ".join((self._caption.text(), *rows))

    def table(self) -> Table:
        point = self._shown
        return lambda path: _write(path, point)

    def suggested_file(self) -> Path:
        return Path(f"{self.heading or 'released'}.png".replace("/", "-").replace(" ", "_"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.name_lower_axis()

    def _draw(self) -> None:
        point, told = self._shown, self._told
        if point is None or told is None or not point.rows:
            return
        theme = current_theme()
        x = np.arange(len(point.rows), dtype=float)
        y = np.array([difference(row) / told.size for row in point.rows])
        half = np.array([expanded(row) / told.size for row in point.rows])
        self._axis.setTicks([[(place, self._name(row.laboratory)) for place, row in enumerate(told.rows)]])
        self._bars.setData(x=x, y=y, height=2 * half, beam=0.12, pen=pg.mkPen(theme.text, width=2))
        steps = np.repeat(x, 2) + np.tile([-0.5, 0.5], len(x))  # the band may differ from one laboratory to the next
        reference = np.repeat([2 * float(row.u_reference) / told.size for row in point.rows], 2)
        self._low.setData(steps, -reference)
        self._high.setData(steps, reference)
        self._zero.setData([-0.5, len(x) - 0.5], [0.0, 0.0])
        self._marks.setData(spots=[
            {
                "pos": (float(at), float(value)),
                "symbol": _SHAPES[row.verdict],
                "size": space(0.85 if row.laboratory == self._own else 0.6),
                "pen": pg.mkPen(_colour(row.verdict), width=2),
                "brush": QColor(theme.surface if row.verdict in _HOLLOW else _colour(row.verdict)),
            }
            for at, value, row in zip(x, y, told.rows, strict=True)
        ])  # fmt: skip
        extent = told.extent / told.size * _ROOM
        self._view.setRange(xRange=(-0.6, len(x) - 0.4), yRange=(-extent, extent), padding=0)

    def _name(self, laboratory: str) -> str:
        return f"▶ {laboratory} ◀" if laboratory == self._own else laboratory

    def _dress(self) -> None:
        super()._dress()
        theme = current_theme()
        ground = QColor(theme.trace)
        ground.setAlpha(45)
        self._band.setBrush(ground)
        self._zero.setPen(pg.mkPen(theme.trace, width=1))
        self._draw()

    def _speak(self) -> None:
        self._axis.setLabel(say(message("Laboratory")), color=current_theme().muted)
        self.name_lower_axis()
        if self._told is not None:
            self._caption.setText(say(
                message("d ± U (k = 2) in {unit}; band: reference value ± U; ● satisfactory, ✕ unsatisfactory, "
                        "□ questionable, ◇ inconclusive", unit=self._told.shown)
            ))  # fmt: skip
            self._caption.setToolTip(self._caption.text())
        self._caption.setWordWrap(True)
        self.setAccessibleName(say(message("Results beside the reference value")))
        super()._speak()


def _colour(verdict: Agreement) -> str:
    theme = current_theme()
    return {
        Agreement.SATISFACTORY: theme.ok,
        Agreement.QUESTIONABLE: theme.attention,
        Agreement.UNSATISFACTORY: theme.alarm,
        Agreement.INCONCLUSIVE: theme.blocked,
    }[verdict]


def _write(path: Path, point: ReleasedPoint | None) -> None:
    """The numbers that are shown, with all their digits."""
    unit = point.unit if point else "1"
    rows = [f"laboratory,time_utc,value_{unit},U_{unit},k,reference_{unit},u_reference_{unit},u_TS_{unit},by,verdict"]
    for row in point.rows if point else ():
        rows.append(",".join((row.laboratory, row.time, row.value, row.U, row.k, row.reference, row.u_reference,
                              row.u_TS, row.by, row.verdict)))  # fmt: skip
    with replacing(path) as file:
        file.write(("\ufeff" + "\r\n".join(rows) + "\r\n").encode())
