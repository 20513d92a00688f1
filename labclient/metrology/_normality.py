"""Could these values come from one normal distribution?"""

from math import asin, exp, log, pi, sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Array, Numbers, finite
from labclient.words import message

METHOD: Final = "shapiro-wilk/1"
_MOST = 5000  # beyond, the approximation of p has not been checked by its author


class Normality(msgspec.Struct, frozen=True, kw_only=True):
    """Shapiro–Wilk test: W is 1 for values that lie like normal ones, smaller otherwise."""

    method: str
    n: int
    w: float
    p: float
    """Probability of a W this small or smaller when the values are normal. A large p does not prove normality."""


def normality(values: Numbers) -> Normality:
    """Shapiro–Wilk test of 3 to 5000 values, in any unit and order (Shapiro and Wilk, Biometrika 52 (1965) 591).

    W = (Σ aᵢ·x₍ᵢ₎)² / Σ (x − x̄)² with weights and p by Royston, Applied Statistics 44 (1995) 547 (algorithm AS R94);
    p is exact for three values. Raises `DataUnfit` for fewer than 3 or more than 5000 values, values that are not
    finite, and values that are all equal.
    """
    array = np.sort(finite(values, least=3))
    n, scale = array.size, float(np.ptp(array))
    if n > _MOST:
        raise DataUnfit(message("{n} values are too many for this test: at most {most}.", n=n, most=_MOST))
    if scale == 0:
        raise DataUnfit(message("All values are equal: nothing can be said of their distribution."))
    x = (array - array[0]) / scale
    x -= x.mean()
    x /= sqrt(float(x @ x))
    weights = _weights(n)
    rest = x - float(weights @ x) * weights
    lack = float(rest @ rest)  # 1 − W, not as a difference of near equals
    return Normality(method=METHOD, n=n, w=1 - lack, p=_probability(n, lack))


def _weights(n: int) -> Array:
    """Antisymmetric weights a of unit length for values in ascending order."""
    from scipy.special import ndtri

    if n == 3:
        return np.array([-sqrt(0.5), 0.0, sqrt(0.5)])
    expected = ndtri((np.arange(1, n + 1) - 0.375) / (n + 0.25))  # of normal values in order (Blom's approximation)
    squares, root = float(expected @ expected), 1 / sqrt(n)
    weights = np.empty(n)
    last = expected[-1] / sqrt(squares) + _polynomial(root, 0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056)
    weights[[0, -1]] = -last, last
    edge = 1
    left, share = squares - 2 * expected[-1] ** 2, 1 - 2 * last**2
    if n > 5:
        next_ = expected[-2] / sqrt(squares) + _polynomial(root, 0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
        weights[[1, -2]] = -next_, next_
        edge = 2
        left, share = left - 2 * expected[-2] ** 2, share - 2 * next_**2
    weights[edge:-edge] = expected[edge:-edge] * sqrt(share / left)
    return weights


def _probability(n: int, lack: float) -> float:
    """P(W or less) from 1 − W: ln(1 − W), for n ≤ 11 once more transformed, is about normal."""
    from scipy.special import ndtr

    if n == 3:
        return 1 - 6 / pi * asin(sqrt(min(lack, 0.25)))
    if lack == 0:
        return 1.0
    y = log(lack)
    if n <= 11:
        bound = _polynomial(n, -2.273, 0.459)
        if y >= bound:
            return 0.0  # a W below what the approximation knows
        y = -log(bound - y)
        mean = _polynomial(n, 0.5440, -0.39978, 0.025054, -6.714e-4)
        s = exp(_polynomial(n, 1.3822, -0.77857, 0.062767, -0.0020322))
    else:
        mean = _polynomial(log(n), -1.5861, -0.31082, -0.083751, 0.0038915)
        s = exp(_polynomial(log(n), -0.4803, -0.082676, 0.0030302))
    return float(ndtr((mean - y) / s))


def _polynomial(x: float, *coefficients: float) -> float:
    return sum(c * x**power for power, c in enumerate(coefficients))
