"""The trace of a run: what is drawn of its readings at any zoom."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyqtgraph as pg

from labclient.ui._pyramid import Columns, Floats, Pyramid
from labclient.ui._scales import segments, touching
from labclient.ui._theme import Theme, space

_PER_COLUMN: Final = 4
_FEW: Final = 160
_ROOM_PX: Final = 12  # a lower envelope has no room for its mean


@dataclass(frozen=True)
class Seen:
    """What lies in a range of time: its readings with one on either side, or columns of them; how many, and their
    extremes (NaN without any)."""

    samples: tuple[Floats, Floats] | None
    columns: Columns | None
    count: int
    low: float
    high: float


def look(pyramid: Pyramid, start: float, end: float, columns: int) -> Seen:
    """The readings from `start` to `end` as they fit `columns` pixel columns."""
    first, behind = pyramid.within(start, end)
    if behind - first < _PER_COLUMN * columns:
        samples = pyramid.samples(first - 1, behind + 1)
        return Seen(samples, None, behind - first, *pyramid.extremes(first, behind))
    found = pyramid.query(start, end, columns)
    if not len(found.low):
        return Seen(None, found, behind - first, np.nan, np.nan)
    return Seen(None, found, behind - first, float(found.low.min()), float(found.high.max()))


class Trace:
    """The items of a plot that show readings, relative to a zero and in a unit of size `scale`."""

    def __init__(self) -> None:
        self.curve = pg.PlotCurveItem(connect="pairs")
        self.mean = pg.PlotCurveItem()
        self.dots = pg.ScatterPlotItem(pxMode=True)

    @property
    def items(self) -> tuple[pg.GraphicsObject, ...]:
        return self.curve, self.mean, self.dots

    def clear(self) -> None:
        self._show_only()

    def draw(self, seen: Seen, zero: float, scale: float, pixel: float) -> None:
        """Show what is seen; `pixel` is the height of one in that unit."""
        if seen.samples:
            self._draw_samples(*seen.samples, zero, scale, few=seen.count <= _FEW)
        elif seen.columns:
            self._draw_columns(seen.columns, zero, scale, pixel)

    def dress(self, theme: Theme) -> None:
        self.curve.setPen(pg.mkPen(theme.trace, width=1))
        self.mean.setPen(pg.mkPen(theme.text, width=1))
        self.dots.setPen(None)
        self.dots.setBrush(theme.trace)
        self.dots.setSize(space(0.22))

    def _draw_samples(self, times: Floats, values: Floats, zero: float, scale: float, *, few: bool) -> None:
        levels = (values - zero) / scale
        x, y, alone = segments(times, levels)
        self.curve.setData(x, y, connect="pairs", antialias=few)
        dotted = np.isfinite(levels) if few else alone
        self.dots.setData(times[dotted], levels[dotted])
        self._show_only(self.curve, self.dots)

    def _draw_columns(self, found: Columns, zero: float, scale: float, pixel: float) -> None:
        low, high = (found.low - zero) / scale, (found.high - zero) / scale
        room = len(low) > 0 and float(np.median(high - low)) >= _ROOM_PX * pixel
        low, high = touching(low, high, found.joined, pixel)
        self.curve.setData(
            np.repeat(found.times, 2), np.stack((low, high), axis=1).ravel(), connect="pairs", antialias=False
        )
        if room:
            joined = np.append(found.joined[1:], False)
            self.mean.setData(found.times, (found.mean - zero) / scale, connect=joined, antialias=False)
        self._show_only(self.curve, *([self.mean] if room else []))

    def _show_only(self, *shown: pg.GraphicsObject) -> None:
        """An item with nothing to show costs time all the same."""
        for item in self.items:
            item.setVisible(item in shown)
