"""Does a value lie too far out to be chance? Tests that propose and never remove.

Each answer carries the mean and standard deviation with and without its suspects, so that a person can decide. Beyond
the 5 % critical value a suspect is a straggler (歧离值): kept and marked. Beyond the 1 % value it is a statistical
outlier (统计离群值): to be excluded only for a physical cause, or where the plan says so (ISO 5725-2:2019; GB/T 4883).
All tests suppose normal values.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._critical import (
    cochran_critical,
    dixon_critical,
    dixon_form,
    gesd_critical,
    grubbs_critical,
    grubbs_pair_critical,
)
from labclient.metrology._numbers import Array, Numbers, finite
from labclient.metrology._statistics import Pooled, pooled
from labclient.words import message

STRAGGLER_LEVEL: Final = 0.05
OUTLIER_LEVEL: Final = 0.01


class Side(StrEnum):
    """Where an outlier is looked for. `BOTH` takes the end further out, at half the level for each end."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"


class Standing(StrEnum):
    """How far out the suspects stand."""

    INSIDE = "inside"
    STRAGGLER = "straggler"
    OUTLIER = "outlier"


class Scatter(msgspec.Struct, frozen=True, kw_only=True):
    """Mean and standard deviation of a single value, both in the unit of the values."""

    n: int
    mean: float
    s: float


class OutlierTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test of the value, or pair of values, that lies furthest out."""

    method: str
    n: int
    side: Side
    """The side of the suspects."""
    statistic: float
    critical_5: float
    critical_1: float
    """Critical values at 5 % and 1 %, of the side that was asked for."""
    standing: Standing
    suspects: tuple[int, ...]
    """Places of the values further out, from 0 in the order given, the furthest first; of equal values the first."""
    everything: Scatter
    without: Scatter
    """Without the suspects, whatever their standing."""


class GesdStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step: the value furthest from the mean of those left, at `place` from 0."""

    place: int
    statistic: float
    critical_5: float
    critical_1: float


class Gesd(msgspec.Struct, frozen=True, kw_only=True):
    """The generalised ESD test of up to as many outliers as were asked for."""

    method: str
    n: int
    steps: tuple[GesdStep, ...]
    suspects: tuple[int, ...]
    """Places of stragglers and outliers (5 %), the furthest first."""
    outliers: tuple[int, ...]
    """Those of them that are outliers (1 %)."""
    everything: Scatter
    without: Scatter
    """Without all suspects."""


class Cochran(msgspec.Struct, frozen=True, kw_only=True):
    """Does one group scatter more than the others?"""

    method: str
    groups: int
    n: int
    statistic: float
    """C: the largest variance over the sum of all."""
    critical_5: float
    critical_1: float
    standing: Standing
    suspect: int
    """Place of the group with the largest variance, from 0."""
    everything: Pooled
    without: Pooled


def grubbs(values: Numbers, side: Side = Side.BOTH) -> OutlierTest:
    """Grubbs' test of one outlier among at least 3 values: G = |x − x̄|/s (ISO 5725-2:2019; GB/T 4883).

    Masked when there are two: see `grubbs_pair` and `gesd`. Raises `DataUnfit` for too few values, values that are not
    finite, or values all equal.
    """
    x = np.sort(_spread(values, 3))
    x -= x.mean()
    s = float(x.std(ddof=1))
    found, statistic = _further(side, -float(x[0]) / s, float(x[-1]) / s)
    limits = _limits(side, lambda alpha: grubbs_critical(x.size, alpha))
    return _test("grubbs/1", values, found, statistic, limits, _standing(statistic, *limits), 1)


def grubbs_pair(values: Numbers, side: Side = Side.BOTH) -> OutlierTest:
    """Grubbs' test of two outliers at one end, from 4 values: S²(without the pair) / S²(all) (ISO 5725-2:2019).

    Here a *small* statistic is significant. Raises `DataUnfit` as `grubbs` does.
    """
    x = np.sort(_spread(values, 4))
    found, closeness = _further(side, -_squares(x[2:]) / _squares(x), -_squares(x[:-2]) / _squares(x))
    limits = _limits(side, lambda alpha: grubbs_pair_critical(x.size, alpha))
    standing = _standing(closeness, -limits[0], -limits[1])
    return _test("grubbs-pair/1", values, found, -closeness, limits, standing, 2)


def dixon(values: Numbers, side: Side = Side.BOTH) -> OutlierTest:
    """Dixon's test of one outlier among 3 to 100 values: gap over range (Dixon, Biometrics 9 (1953) 74; GB/T 4883).

    r₁₀ for n ≤ 7, r₁₁ for n ≤ 10, r₂₁ for n ≤ 13, r₂₂ beyond. Where gap and range are both zero, r is zero. For `BOTH`
    the halved level is exact up to n = 7 and a little strict beyond. Raises `DataUnfit` as `grubbs` does, and for more
    than 100 values.
    """
    x = np.sort(_spread(values, 3))
    if x.size > 100:
        raise DataUnfit(message("{n} values are too many for this test: at most {most}.", n=x.size, most=100))
    found, statistic = _further(side, _gap(-x[::-1]), _gap(x))
    limits = _limits(side, lambda alpha: dixon_critical(x.size, alpha))
    return _test("dixon/1", values, found, statistic, limits, _standing(statistic, *limits), 1)


def gesd(values: Numbers, most: int) -> Gesd:
    """Generalised extreme Studentized deviate test of up to `most` outliers, two-sided (Rosner 1983; ISO 16269-4:2010).

    Takes the value furthest from the mean away `most` times; the number of suspects is the last step whose statistic
    exceeds its critical value, so that outliers do not mask each other. The critical values hold well from n = 25 and
    fairly from 15 (Rosner). Raises `DataUnfit` for fewer than `most` + 2 values, `most` < 1, values that are not
    finite, and values that are all equal.
    """
    if most < 1:
        raise DataUnfit(message("{number} is not a positive number.", number=most))
    x = _spread(values, most + 2)
    places = np.arange(x.size)
    steps: list[GesdStep] = []
    for step in range(1, most + 1):
        extent = float(np.ptp(x))
        x = (x - x[0]) / extent if extent else x
        s = float(x.std(ddof=1))
        deviations = np.abs(x - x.mean())
        furthest = int(deviations.argmax())
        steps.append(
            GesdStep(
                place=int(places[furthest]),
                statistic=float(deviations[furthest]) / s if extent else 0.0,
                critical_5=gesd_critical(places.size + step - 1, step, STRAGGLER_LEVEL),
                critical_1=gesd_critical(places.size + step - 1, step, OUTLIER_LEVEL),
            )
        )
        x, places = np.delete(x, furthest), np.delete(places, furthest)
    suspects = _up_to_last(steps, [step.statistic > step.critical_5 for step in steps])
    outliers = _up_to_last(steps, [step.statistic > step.critical_1 for step in steps])
    everything = finite(values)
    return Gesd(
        method="gesd/1",
        n=everything.size,
        steps=tuple(steps),
        suspects=suspects,
        outliers=outliers,
        everything=_scatter(everything),
        without=_scatter(np.delete(everything, suspects)),
    )


def cochran(s_list: Numbers, n: int) -> Cochran:
    """Cochran's test of the largest of several standard deviations, each from `n` values (ISO 5725-2:2019).

    Where the groups differ a little in size, n is the size of most of them. One-sided. Raises `DataUnfit` for fewer
    than two groups, n < 2, an s that is negative or not finite, or when no group scatters at all.
    """
    s = finite(s_list, least=2)
    if n < 2 or (s < 0).any() or not s.any():
        raise DataUnfit(message("Each standard deviation to be compared needs two values, and one must be above zero."))
    squares = (s / s.max()) ** 2
    suspect = int(squares.argmax())
    statistic = float(1 / squares.sum())
    limits = cochran_critical(s.size, n, STRAGGLER_LEVEL), cochran_critical(s.size, n, OUTLIER_LEVEL)
    return Cochran(
        method="cochran/1",
        groups=s.size,
        n=n,
        statistic=statistic,
        critical_5=limits[0],
        critical_1=limits[1],
        standing=_standing(statistic, *limits),
        suspect=suspect,
        everything=pooled(s, [n - 1] * s.size),
        without=pooled(np.delete(s, suspect), [n - 1] * (s.size - 1)),
    )


def _spread(values: Numbers, least: int) -> Array:
    """The values about their first, in units of their range."""
    array = finite(values, least)
    scale = float(np.ptp(array))
    if scale == 0:
        raise DataUnfit(message("All values are equal: none of them lies further out."))
    return np.asarray((array - array[0]) / scale)


def _squares(x: Array) -> float:
    rest = x - x.mean()
    return float(rest @ rest)


def _gap(x: Array) -> float:
    """Dixon's ratio of the highest of ascending values."""
    j, i = dixon_form(x.size)
    gap, span = float(x[-1] - x[-1 - j]), float(x[-1] - x[i])
    return gap / span if span else 0.0


def _further(side: Side, low: float, high: float) -> tuple[Side, float]:
    """The end to be judged and its statistic, where the larger lies further out."""
    if side is Side.LOW or (side is Side.BOTH and low > high):
        return Side.LOW, low
    return Side.HIGH, high


def _limits(side: Side, critical: Callable[[float], float]) -> tuple[float, float]:
    ends = 2 if side is Side.BOTH else 1
    return critical(STRAGGLER_LEVEL / ends), critical(OUTLIER_LEVEL / ends)


def _standing(statistic: float, critical_5: float, critical_1: float) -> Standing:
    if statistic > critical_1:
        return Standing.OUTLIER
    return Standing.STRAGGLER if statistic > critical_5 else Standing.INSIDE


def _test(
    method: str,
    values: Numbers,
    side: Side,
    statistic: float,
    limits: tuple[float, float],
    standing: Standing,
    count: int,
) -> OutlierTest:
    array = finite(values)
    order = np.argsort(array if side is Side.LOW else -array, kind="stable")
    suspects = tuple(int(place) for place in order[:count])
    return OutlierTest(
        method=method,
        n=array.size,
        side=side,
        statistic=statistic,
        critical_5=limits[0],
        critical_1=limits[1],
        standing=standing,
        suspects=suspects,
        everything=_scatter(array),
        without=_scatter(np.delete(array, suspects)),
    )


def _up_to_last(steps: Sequence[GesdStep], exceeds: Sequence[bool]) -> tuple[int, ...]:
    last = max((number for number, yes in enumerate(exceeds, 1) if yes), default=0)
    return tuple(step.place for step in steps[:last])


def _scatter(array: Array) -> Scatter:
    scale = float(np.ptp(array)) or 1.0
    rest = (array - array[0]) / scale
    s = float(rest.std(ddof=1)) * scale
    return Scatter(n=array.size, mean=float(array[0]) + float(rest.mean()) * scale, s=s)
