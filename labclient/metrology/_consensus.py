"""One reference value from the results of several laboratories, and whether they agree about it.

Values and their standard uncertainties u = U/k come in one unit; each result has its own k. Results are taken as
independent. Two laboratories make a reference value possible, not good.
"""

from itertools import combinations, islice
from math import sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import LARGEST, Array, Numbers, finite
from labclient.words import message

_MOST_LABS: Final = 20  # subsets are tried one by one
_BLOCK: Final = 10_000
_NORMAL_95: Final = 1.959963984540054  # Φ⁻¹(0.975)


class Degree(msgspec.Struct, frozen=True, kw_only=True):
    """Degree of equivalence of one laboratory: d = x − x_ref, its u and a 95 % interval, in the unit of the values."""

    d: float
    u: float
    low: float
    high: float


class WeightedMean(msgspec.Struct, frozen=True, kw_only=True):
    """The inverse-variance weighted mean and the χ² test of its members (Cox's procedure A)."""

    n: int
    value: float
    u: float
    chi2: float
    dof: int
    p: float
    """Probability of a χ² this large or larger when every u is right."""
    consistent: bool
    """p ≥ the level of the test. When false, this mean must not serve as reference value."""
    birge: float
    """Birge ratio √(χ²/ν): by how much the values scatter more than their u say."""
    degrees: tuple[Degree, ...]
    """Of all laboratories in the order given, members of the mean or not."""


class MonteCarloMedian(msgspec.Struct, frozen=True, kw_only=True):
    """The median with the uncertainty that the laboratories' own u give it (Cox's procedure B)."""

    n: int
    value: float
    u: float
    low: float
    high: float
    """95 % interval of the median, equal parts beyond each end."""
    degrees: tuple[Degree, ...]
    draws: int
    seed: int
    generator: str


class ConsistentSubset(msgspec.Struct, frozen=True, kw_only=True):
    """The largest set of results that agree; which laboratories are left out is a hint and no verdict."""

    places: tuple[int, ...]
    """Members, from 0 in the order given."""
    mean: WeightedMean
    alternatives: int
    """Other consistent sets of the same size; when there are any, this one only has the smallest χ²."""


class RandomEffects(msgspec.Struct, frozen=True, kw_only=True):
    """A mean that grants every laboratory one more, common standard deviation τ beyond its own u."""

    method: str
    n: int
    value: float
    u: float
    """1/√Σw with w = 1/(u² + τ²)."""
    u_hksj: float
    """The same from the scatter seen: √(Σw·(x − x̄)²/((n − 1)·Σw)) (Hartung, Knapp, Sidik, Jonkman)."""
    tau: float
    q: float
    """Σ((x − x̄)/u)² about the weighted mean without τ."""


def weighted_mean(values: Numbers, u: Numbers, members: Numbers | None = None, level: float = 0.05) -> WeightedMean:
    """x = Σx/u² / Σ1/u² of the members, u(x) = (Σ1/u²)^−½, χ² test at `level` (Cox, Metrologia 39 (2002) 589, A).

    u(d)² = u² − u(x)² for a member, because its own value sits in the mean, and u² + u(x)² for any other; the interval
    is d ± 1.96·u(d). `members` tells by 1 and 0 who enters the mean; all do unless it is given. Raises `DataUnfit` for
    fewer than two members, an u that is not positive, lists of different length, or values not finite.
    """
    x, spread, origin, unit = _scaled(values, u)
    inside = np.ones(x.size, dtype=np.bool_) if members is None else finite(members) > 0
    if inside.size != x.size or inside.sum() < 2 or not 0 < level < 1:
        raise DataUnfit(message("A mean needs two members, and a mark for every laboratory whether it is one."))
    weights = inside / spread**2
    mean, variance = float(weights @ x / weights.sum()), float(1 / weights.sum())
    chi2, dof = float(weights @ (x - mean) ** 2), int(inside.sum()) - 1
    u_d = np.sqrt(np.where(inside, spread**2 * _of_others(weights) * variance, spread**2 + variance))
    p = _chi2_tail(dof, chi2)
    return WeightedMean(
        n=dof + 1,
        value=origin + mean * unit,
        u=sqrt(variance) * unit,
        chi2=chi2,
        dof=dof,
        p=p,
        consistent=p >= level,
        birge=sqrt(chi2 / dof),
        degrees=tuple(
            Degree(d=d * unit, u=s * unit, low=(d - _NORMAL_95 * s) * unit, high=(d + _NORMAL_95 * s) * unit)
            for d, s in zip((x - mean).tolist(), u_d.tolist(), strict=True)
        ),
    )


def monte_carlo_median(values: Numbers, u: Numbers, draws: int = 100_000, seed: int = 1) -> MonteCarloMedian:
    """The median of normal draws about each value (Cox, Metrologia 39 (2002) 589, procedure B; JCGM 101:2008).

    Its mean over the draws is the reference value; the degrees of equivalence come from the same draws, so what a
    laboratory shares with the median is in them. The same seed gives the same digits. Raises `DataUnfit` as
    `weighted_mean` does, and for fewer than 10 000 draws.
    """
    x, spread, origin, unit = _scaled(values, u)
    if draws < _BLOCK:
        raise DataUnfit(message("{n} values are too few: at least {least} are needed.", n=draws, least=_BLOCK))
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = x + spread * generator.standard_normal((draws, x.size))
    medians = np.median(drawn, axis=1)
    value = float(medians.mean())
    drawn -= medians[:, None]
    lows, highs = np.quantile(drawn, (0.025, 0.975), axis=0)
    low, high = np.quantile(medians, (0.025, 0.975))
    return MonteCarloMedian(
        n=x.size,
        value=origin + value * unit,
        u=float(medians.std(ddof=1)) * unit,
        low=origin + float(low) * unit,
        high=origin + float(high) * unit,
        degrees=tuple(
            Degree(d=float(d) * unit, u=float(s) * unit, low=float(a) * unit, high=float(b) * unit)
            for d, s, a, b in zip(x - value, drawn.std(axis=0, ddof=1), lows, highs, strict=True)
        ),
        draws=draws,
        seed=seed,
        generator="numpy PCG64",
    )


def largest_consistent_subset(values: Numbers, u: Numbers, level: float = 0.05) -> ConsistentSubset:
    """The largest subset whose weighted mean passes the χ² test (Cox, Metrologia 44 (2007) 187), of up to 20 results.

    All subsets of a size are tried; among equals the smallest χ² is taken and the number of others told. Raises
    `DataUnfit` as `weighted_mean` does, for more than 20 results, and when no two results agree.
    """
    x, spread, _, _ = _scaled(values, u)
    if x.size > _MOST_LABS:
        raise DataUnfit(message("{n} values are too many for this test: at most {most}.", n=x.size, most=_MOST_LABS))
    for size in range(x.size, 1, -1):
        passing = sorted(_consistent(x, spread, size, level))
        if passing:
            places = passing[0][1]
            marks = [float(place in places) for place in range(x.size)]
            mean = weighted_mean(values, u, marks, level)
            return ConsistentSubset(places=places, mean=mean, alternatives=len(passing) - 1)
    raise DataUnfit(message("No two results agree within their uncertainties."))


def dersimonian_laird(values: Numbers, u: Numbers) -> RandomEffects:
    """τ² = max(0, (Q − (n − 1)) / (Σw − Σw²/Σw)), w = 1/u² (DerSimonian and Laird, Control. Clin. Trials 7 (1986) 177).

    Raises `DataUnfit` as `weighted_mean` does.
    """
    x, spread, origin, unit = _scaled(values, u)
    w = 1 / spread**2
    excess = max(0.0, _q(x, spread, 0.0) - (x.size - 1))
    tau2 = excess / float(w @ _of_others(w) / w.sum())
    return _random_effects("dersimonian-laird/1", x, spread, tau2, origin, unit)


def mandel_paule(values: Numbers, u: Numbers) -> RandomEffects:
    """τ² that solves Σ(x − x̄)²/(u² + τ²) = n − 1, or 0 (Paule and Mandel, J. Res. NBS 87 (1982) 377).

    Newton's steps from 0: the sum falls with τ² and is convex, so none overshoots. Raises `DataUnfit` as
    `weighted_mean` does.
    """
    x, spread, origin, unit = _scaled(values, u)
    tau2 = 0.0
    for _ in range(2000):
        w = 1 / (spread**2 + tau2)
        residuals = x - float(w @ x / w.sum())
        fall = float(w**2 @ residuals**2)
        step = (float(w @ residuals**2) - (x.size - 1)) / fall if fall else 0.0
        if step <= 1e-14 * tau2:
            break
        tau2 += step
    return _random_effects("mandel-paule/1", x, spread, tau2, origin, unit)


def _scaled(values: Numbers, u: Numbers) -> tuple[Array, Array, float, float]:
    """Values about their median and uncertainties, both in units of the smallest uncertainty, with median and unit."""
    x, spread = finite(values, least=2), finite(u, least=2)
    if x.size != spread.size or (spread <= 0).any():
        raise DataUnfit(message("Every value needs its standard uncertainty, above zero."))
    origin, unit = float(np.median(x)), float(spread.min())
    if unit < max(float(np.abs(x - origin).max()), float(spread.max())) / LARGEST**0.5:
        raise DataUnfit(message("The values lie too many of their uncertainties apart to be computed with."))
    return (x - origin) / unit, spread / unit, origin, unit


def _of_others(w: Array) -> Array:
    """Σw without each one's own: exact where total less own would cancel."""
    table = np.tile(w, (w.size, 1))
    np.fill_diagonal(table, 0.0)
    return np.asarray(table.sum(axis=1))


def _chi2_tail(dof: int, chi2: float) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(dof, chi2))


def _consistent(x: Array, spread: Array, size: int, level: float) -> list[tuple[float, tuple[int, ...]]]:
    """χ² and places of every consistent subset of a size."""
    from scipy.special import chdtri

    w = 1 / spread**2
    limit = float(chdtri(size - 1, level))
    subsets = combinations(range(x.size), size)
    found: list[tuple[float, tuple[int, ...]]] = []
    while block := list(islice(subsets, _BLOCK)):
        chosen = np.array(block)
        ws, xs = w[chosen], x[chosen]
        means = (ws * xs).sum(axis=1) / ws.sum(axis=1)
        chi2 = (ws * (xs - means[:, None]) ** 2).sum(axis=1)
        found += [(float(chi2[i]), block[i]) for i in np.flatnonzero(chi2 <= limit).tolist()]
    return found


def _q(x: Array, spread: Array, tau2: float) -> float:
    w = 1 / (spread**2 + tau2)
    return float(w @ (x - w @ x / w.sum()) ** 2)


def _random_effects(method: str, x: Array, spread: Array, tau2: float, origin: float, unit: float) -> RandomEffects:
    w = 1 / (spread**2 + tau2)
    total = float(w.sum())
    return RandomEffects(
        method=method,
        n=x.size,
        value=origin + float(w @ x) / total * unit,
        u=unit / sqrt(total),
        u_hksj=sqrt(_q(x, spread, tau2) / ((x.size - 1) * total)) * unit,
        tau=sqrt(tau2) * unit,
        q=_q(x, spread, 0.0),
    )
