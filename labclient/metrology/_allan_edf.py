"""Which noise is it, and how many independent differences does an Allan deviation rest on?

The differences of adjoining means are correlated as the noise makes them. With ρ(j) their correlation at lag j,
M of them are worth edf = M / (1 + 2 Σ (1 − j/M)·ρ(j)²) independent ones (NIST SP 1065 (2008), 5.4.1, after Greenhall
and Riley 2003); ρ follows from the generalised autocovariance of each power-law noise. Readings count as true means
over their spacing, so that white readings are independent; this moves edf from the tables' by up to 15 % for small m.
"""

from functools import lru_cache
from math import ceil, inf, sqrt

import numpy as np

from labclient.metrology._numbers import Array

_ENOUGH = 2**13  # means that tell the noise
_FINE = 64  # lags per averaging time that show the shape of ρ
_FINE_PHASE = 4096  # flicker phase noise shows its sampling in the logarithm only


def noise_power(parts: list[Array], m: int, before: int) -> int:
    """α of the means of m readings by their lag-1 autocorrelation (SP 1065, 5.5.3); `before` where they are too few."""
    longest = max(parts, key=len)
    means = np.diff(longest[: _ENOUGH * m + 1 : m])
    if means.size < 30:
        return before
    for order in range(3):
        rest = means - means.mean()
        squares = float(rest @ rest)
        if squares == 0:
            return before
        r = float(rest[1:] @ rest[:-1]) / squares
        share = r / (1 + r)
        if share < 0.25 or order == 2:
            return max(-2, min(2, round(-2 * (share + order))))
        means = np.diff(means)
    raise AssertionError


def degrees_of_freedom(power: int, m: int, count: int, overlapping: bool, modified: bool) -> float:
    """Equivalent degrees of freedom of `count` differences of means of m readings under noise ∝ f^power."""
    modified = modified and m > 1  # for single readings both are one
    if power == 2 and not modified:
        apart = m if overlapping else 1
        terms = sum(max(0.0, 1 - k * apart / count) * r**2 for k, r in ((1, 4 / 6), (2, 1 / 6)))
        return max(1.0, count / (1 + 2 * terms))
    fine = min(m, _FINE_PHASE if power == 1 and not modified else _FINE)
    lags = fine if overlapping else 1
    effective = count * lags / m if overlapping else float(count)
    width = 1.0 if modified else (inf if power <= 0 else float(fine))
    squared = _squared_correlations(power, lags, width)
    j = np.arange(1, min(ceil(effective), squared.size + 1))
    return max(1.0, effective / (1 + 2 * float((1 - j / effective) @ squared[: j.size])))


def chi2_interval(edf: float, probability: float) -> tuple[float, float]:
    """Factors that take a deviation to the ends of its confidence interval (SP 1065, 5.3.2)."""
    from scipy.special import chdtri

    tail = (1 - probability) / 2
    return sqrt(edf / float(chdtri(edf, tail))), sqrt(edf / float(chdtri(edf, 1 - tail)))


@lru_cache(maxsize=256)
def _squared_correlations(power: int, lags: int, width: float) -> Array:
    """ρ² at lags j / `lags` averaging times, up to three of them."""
    t = np.arange(3 * lags + 1) / lags
    weights = ((0, 6.0), (1, -4.0), (-1, -4.0), (2, 1.0), (-2, 1.0))
    covariance = sum((w * _filtered(t + shift, power, width) for shift, w in weights), np.zeros_like(t))
    found: Array = (covariance[1:] / covariance[0]) ** 2
    return found


def _filtered(t: Array, power: int, width: float) -> Array:
    if width == inf:
        return _generalised(t, power + 2)
    step = 1 / width
    return 2 * _generalised(t, power) - _generalised(t - step, power) - _generalised(t + step, power)


def _generalised(t: Array, power: int) -> Array:
    """Generalised autocovariance of phase with noise ∝ f^(power − 2), but for its factor."""
    size = np.abs(t)
    exponent = 3 - power
    if power % 2 == 0:
        return -size if power == 2 else size**exponent
    return size**exponent * np.log(np.where(size > 0, size, 1.0))
