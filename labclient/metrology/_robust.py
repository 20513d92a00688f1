"""Location and scatter that a few wild values cannot carry away."""

from math import sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Array, Numbers, finite
from labclient.words import message

MAD_TO_S: Final = 1.4826  # makes the median absolute deviation estimate s of normal values: 1 / Φ⁻¹(3/4)
_CLIP = 1.5
_CLIPPED_TO_S = 1.134  # makes up for the scatter that clipping at 1.5 s* takes from normal values
_STEPS = 1000


class Robust(msgspec.Struct, frozen=True, kw_only=True):
    """Robust mean x* and robust standard deviation s* of a single value, in the unit of the values."""

    n: int
    mean: float
    s: float
    u_mean: float
    """1.25·s*/√n (ISO 13528:2022, 7.7): a little above s/√n, because clipping wastes some of the values."""
    clipped: int
    """How many values lie beyond x* ± 1.5 s* and were counted at that border."""


def median(values: Numbers) -> float:
    """The middle value, or the mean of the two middle ones; raises `DataUnfit` for none or for values not finite."""
    return float(np.median(finite(values)))


def mad(values: Numbers) -> float:
    """MADe = 1.4826 · median |x − median|: s of normal values, from their middle half (ISO 13528:2022, C.2.2).

    In the unit of the values; zero when more than half of them are equal. Raises `DataUnfit` for fewer than two values
    or values that are not finite.
    """
    return _mad(finite(values, least=2))


def algorithm_a(values: Numbers) -> Robust:
    """Algorithm A (ISO 13528:2022, C.3.1; ISO 5725-5:1998): clip at x* ± 1.5 s*, take mean and 1.134·s, repeat.

    Starts from median and MADe and repeats until both stand still to 12 digits; the standard stops at the third digit.
    Equal values give s* = 0. Raises `DataUnfit` for fewer than two values, for values that are not finite, and when
    more than half are equal but not all: MADe is then zero and says nothing of the rest.
    """
    array = finite(values, least=2)
    origin, scale = median(array), float(np.ptp(array))
    if scale == 0:
        return Robust(n=array.size, mean=origin, s=0.0, u_mean=0.0, clipped=0)
    x = (array - origin) / scale
    mean, s = 0.0, _mad(x)
    if s == 0:
        raise DataUnfit(
            message("More than half of the values are equal: no robust standard deviation follows from them."),
            message("Record more digits, or state the median alone."),
        )
    for _ in range(_STEPS):
        inside = np.clip(x, mean - _CLIP * s, mean + _CLIP * s)
        moved, spread = float(inside.mean()), _CLIPPED_TO_S * float(inside.std(ddof=1))
        still = abs(moved - mean) <= 1e-12 * s and abs(spread - s) <= 1e-12 * s
        mean, s = moved, spread
        if still:
            break
    else:
        raise DataUnfit(message("Mean and standard deviation do not settle in {n} steps.", n=_STEPS))
    return Robust(
        n=x.size,
        mean=origin + mean * scale,
        s=s * scale,
        u_mean=1.25 * s * scale / sqrt(x.size),
        clipped=int((np.abs(x - mean) > _CLIP * s).sum()),
    )


def _mad(array: Array) -> float:
    return MAD_TO_S * float(np.median(np.abs(array - np.median(array))))
