"""Critical values of outlier tests on normal values, computed from their distributions instead of read from tables.

`alpha` is one-sided: the chance that the named end of n normal values gives a statistic at least as extreme.
"""

from functools import lru_cache
from math import exp, lgamma, pi, sqrt

import numpy as np

from labclient.metrology._numbers import Array


def grubbs_critical(n: int, alpha: float) -> float:
    """(n−1)/√n · √(t²/(n−2+t²)) with t of n−2 degrees of freedom at alpha/n (Grubbs, Ann. Math. Statist. 21 (1950) 27).

    Exact while no two values can exceed it at once, and an upper bound otherwise.
    """
    t = _student(n - 2, alpha / n)
    return (n - 1) / sqrt(n) * t / sqrt(n - 2 + t * t)


def gesd_critical(n: int, step: int, alpha: float) -> float:
    """λ of step 1, 2 … of the generalised ESD test, two-sided in alpha (Rosner, Technometrics 25 (1983) 165)."""
    left = n - step + 1
    t = _student(left - 2, alpha / (2 * left))
    return (left - 1) * t / sqrt((left - 2 + t * t) * left)


def cochran_critical(groups: int, n: int, alpha: float) -> float:
    """1 / (1 + (p−1)/F) with F of n−1 and (p−1)(n−1) degrees of freedom at 1 − alpha/p (ISO 5725-2:2019)."""
    from scipy.special import fdtri

    f = float(fdtri(n - 1, (groups - 1) * (n - 1), 1 - alpha / groups))
    return 1 / (1 + (groups - 1) / f)


def dixon_form(n: int) -> tuple[int, int]:
    """(j, i) of r_ji = (gap to the j-th neighbour) / (range without i values at the far end), as tables use them."""
    if n <= 7:
        return 1, 0
    if n <= 10:
        return 1, 1
    return (2, 1) if n <= 13 else (2, 2)


@lru_cache(maxsize=128)
def dixon_critical(n: int, alpha: float) -> float:
    """Critical r of the form for n, by Dixon's integral (Ann. Math. Statist. 22 (1951) 68), n up to 100, to 0.0001.

    With x the suspect, x − v the value that closes the range and x − r·v the neighbour of the gap, the density of r is
    n!/(i!·m!·(j−1)!) ∬ Φ(x−v)^i · (Φ(x−rv) − Φ(x−v))^m · (Φ(x) − Φ(x−rv))^(j−1) · φ(x)·φ(x−v)·φ(x−rv)·v dv dx with
    m = n − i − j − 2 values in the middle.
    """
    ratios, tail = _dixon_tail(n)
    return float(np.interp(alpha, tail, ratios))


@lru_cache(maxsize=128)
def grubbs_pair_critical(n: int, alpha: float) -> float:
    """Lower critical value of S²(without the two largest) / S²(all), n from 4 (Grubbs 1950).

    The largest value takes the part sin²θ of S². It leaves a normal sample of n − 1 whose own shape is independent of
    θ, so the ratio of the pair is cos²θₙ·cos²θₙ₋₁, and the second value being the smaller bounds θₙ₋₁.
    """
    below = _largest(n - 1)
    first = _number_times_density(n)
    bound = np.interp(_next_bound(n), _ANGLES, below)

    def chance(ratio: float) -> float:
        needed = np.arccos(np.minimum(np.sqrt(ratio) / np.maximum(np.cos(_ANGLES), 1e-300), 1.0))
        return float(np.trapezoid(first * np.maximum(bound - np.interp(needed, _ANGLES, below), 0.0), _ANGLES))

    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) < alpha else (low, middle)
    return (low + high) / 2


_ANGLES: Array = np.linspace(0.0, np.pi / 2, 4001)


def _largest(n: int) -> Array:
    """Distribution over `_ANGLES` of the largest of n values, by recursion from that of one value less."""
    below = np.zeros_like(_ANGLES)
    below[-1] = 1.0  # the larger of two values takes all of S²
    for m in range(3, n + 1):
        density = _number_times_density(m) * np.interp(_next_bound(m), _ANGLES, below)
        below = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2))) * _ANGLES[1]
        below /= below[-1]
    return below


def _number_times_density(n: int) -> Array:
    """n · density of θ of any one value: cosⁿ⁻³θ, as for one coordinate of a random direction in n − 1 dimensions."""
    return np.asarray(n * exp(lgamma((n - 1) / 2) - lgamma((n - 2) / 2)) / sqrt(pi) * np.cos(_ANGLES) ** (n - 3))


def _next_bound(n: int) -> Array:
    """Largest θ of the next value that keeps it below the one at θ: sin θₙ₋₁ = tan θₙ·√(n/(n−2))."""
    return np.asarray(np.arcsin(np.minimum(np.tan(_ANGLES) * sqrt(n / (n - 2)), 1.0)))


@lru_cache(maxsize=16)
def _dixon_tail(n: int) -> tuple[Array, Array]:
    """Ratios from 1 down to 0 and the chance of each or more."""
    from scipy.special import ndtr

    j, i = dixon_form(n)
    middle = n - i - j - 2
    nodes, weights = np.polynomial.legendre.leggauss(64)
    x = (7 * nodes + 1)[:, None]  # −6 … 8 holds the largest of up to 100 values
    v = (6.5 * (nodes + 1))[None, :]  # 0 … 13
    fixed = 7 * 6.5 * weights[:, None] * weights * v * ndtr(x - v) ** i * np.exp(-(x**2 + (x - v) ** 2) / 2)
    fixed *= exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(middle + 1) - lgamma(j)) / (2 * pi) ** 1.5
    ratios = np.linspace(1.0, 0.0, 257)
    density = np.empty_like(ratios)
    for k, r in enumerate(ratios):
        y = x - r * v
        inner = (ndtr(y) - ndtr(x - v)) ** middle * (ndtr(x) - ndtr(y)) ** (j - 1)
        density[k] = np.sum(fixed * inner * np.exp(-(y**2) / 2))
    tail = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2))) / 256
    return ratios, tail / tail[-1]


def _student(dof: float, alpha: float) -> float:
    from scipy.special import stdtrit

    return -float(stdtrit(dof, alpha))
