"""The plot's arithmetic: ranges that grow in steps, ticks of time, and lines that hide nothing."""

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labclient.ui._pyramid import GAP, Floats

_SPANS: Final = (
    10,
    15,
    20,
    30,
    45,
    60,
    75,
    90,
    120,
    150,
    180,
    240,
    300,
    360,
    450,
    600,
    750,
    900,
    1200,
    1500,
    1800,
    2400,
    3000,
    3600,
    4500,
    5400,
    7200,
    9000,
    10800,
    14400,
    18000,
    21600,
    28800,
    36000,
    43200,
    54000,
    64800,
)
_TIMES: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def display_zero(value: float) -> float:
    """`value` to eight digits: short enough to be read, near enough that nothing is lost below it."""
    return float(f"{value:.7e}")


def grown(extent: float, heads: Sequence[float] = (1, 2, 5)) -> float:
    """The smallest of `heads` × 10ⁿ that is not below `extent`; 0 for 0."""
    if not extent > 0 or not isfinite(extent):
        return 0.0
    decade = floor(log10(extent))
    steps = (float(f"{head}e{power}") for power in (decade - 1, decade, decade + 1) for head in heads)
    return next(step for step in steps if step >= extent)


def grown_time(seconds: float) -> float:
    """The shortest round time that is not below `seconds`: 10 s, 15 s, 20 s, 30 s … 18 h, then whole days. What
    is left free behind a run that grows is a third of the plot at most, mostly a fifth."""
    return next((float(step) for step in _SPANS if step >= seconds), 86400.0 * ceil(seconds / 86400))


def time_step(span: float, ticks: int) -> float:
    """A round step that puts at most `ticks` ticks on a span of time, all in seconds."""
    least = span / max(ticks, 1)
    if least <= 1:
        return grown(least)
    return next((float(step) for step in _TIMES if step >= least), 86400.0 * ceil(least / 86400))


def segments(times: Floats, levels: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Readings as separate lines, two points each, none across a gap or a missing value; and which readings no line
    touches."""
    there = np.isfinite(levels)
    if len(times) < 2:
        return np.empty(0), np.empty(0), there
    steps = np.diff(times)
    joined = there[:-1] & there[1:] & (steps <= GAP * np.median(steps))
    starts = np.flatnonzero(joined)
    ends = np.stack((starts, starts + 1), axis=1).ravel()
    alone = there.copy()
    alone[ends] = False
    return times[ends], levels[ends], alone


def touching(low: Floats, high: Floats, joined: NDArray[np.bool_], least: float) -> tuple[Floats, Floats]:
    """Columns stretched to touch the one before where they are joined to it, and each at least `least` high."""
    stretched_low, stretched_high = low.copy(), high.copy()
    stretched_low[1:] = np.where(joined[1:], np.minimum(low[1:], high[:-1]), low[1:])
    stretched_high[1:] = np.where(joined[1:], np.maximum(high[1:], low[:-1]), high[1:])
    short = np.maximum(least - (stretched_high - stretched_low), 0) / 2
    return stretched_low - short, stretched_high + short
