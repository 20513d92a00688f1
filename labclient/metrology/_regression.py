"""Linear least squares without rounding: the normal equations are solved in rational numbers.

A measured number, as text or float, is a rational number; sums, products and quotients of such numbers are again.
Solved so, no digit is lost to badly conditioned columns, and the only rounding is that of the answer. Made for the tens
to thousands of values of a drift or a calibration curve, not for the readings of a run.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ldexp, sqrt

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import LARGEST, Numbers
from labclient.words import message

Exact = Numbers | Sequence[Decimal] | Sequence[Fraction]


class Regression(msgspec.Struct, frozen=True, kw_only=True):
    """values ≈ Σ coefficientⱼ · columnⱼ."""

    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    """Of the coefficients. Unweighted: s²·(XᵀX)⁻¹. Weighted: (XᵀWX)⁻¹ as the stated uncertainties give it, times the
    square of `birge`."""
    n: int
    dof: int
    s: float | None
    """Standard deviation of a single value, √(Σ r² / dof); None when the fit is weighted."""
    chi2: float | None
    """Σ (r/u)² of a weighted fit."""
    birge: float
    """√(χ²/dof) where a weighted fit scatters more than its uncertainties say and they were enlarged by it, else 1."""


def regress(columns: Sequence[Exact], values: Exact, u: Exact | None = None) -> Regression:
    """Least squares of `values`, shape (n,), on `columns`, p of shape (n,); weighted by 1/u² when `u` is given.

    Formulas: Draper & Smith, Applied Regression Analysis, 3rd ed., ch. 5 and 9. A column of ones is the intercept.
    Decimals count with all their digits. Raises `DataUnfit` for numbers that are not finite, lists of different length,
    columns that depend on each other, u ≤ 0, n < p, and n = p without `u`: nothing is then known of the scatter.
    """
    y = _rational(values)
    x = [_rational(column) for column in columns]
    weights = [Fraction(1)] * len(y) if u is None else [1 / one**2 if one > 0 else Fraction(-1) for one in _rational(u)]
    n, p = len(y), len(x)
    if not x or any(len(column) != n for column in (*x, weights)):
        raise DataUnfit(message("A fit needs as many numbers in every column as there are values."))
    if any(weight < 0 for weight in weights):
        raise DataUnfit(message("Every uncertainty of a weighted fit must be above zero."))
    if n < p or (n == p and u is None):
        raise DataUnfit(
            message("{n} values do not determine {p} coefficients and their scatter.", n=n, p=p),
            message("Give the standard uncertainty of each value, or choose a simpler form."),
        )
    weighed = [[w * a for w, a in zip(weights, column, strict=True)] for column in x]
    normal = [[_dot(row, column) for column in x] for row in weighed]
    inverse = _inverted(normal)
    right = [_dot(row, y) for row in weighed]
    b = [_dot(row, right) for row in inverse]
    squares = _dot([w * a for w, a in zip(weights, y, strict=True)], y) - _dot(b, right)
    dof = n - p
    variance = squares / dof if dof else Fraction(0)
    scale = variance if u is None else max(Fraction(1), variance)
    try:
        return Regression(
            coefficients=tuple(float(one) for one in b),
            covariance=tuple(tuple(float(scale * one) for one in row) for row in inverse),
            n=n,
            dof=dof,
            s=root(variance) if u is None else None,
            chi2=None if u is None else float(squares),
            birge=1.0 if u is None else root(scale),
        )
    except OverflowError as error:
        raise DataUnfit(message("The numbers of the fit are too far apart in size.")) from error


def root(number: Fraction) -> float:
    """√number, also where the number itself is too small or too large for a float."""
    half = (number.numerator.bit_length() - number.denominator.bit_length()) // 2
    return ldexp(sqrt(number / Fraction(4) ** half), half)


def _rational(values: Exact) -> list[Fraction]:
    plain = values.tolist() if isinstance(values, np.ndarray) else values
    try:
        found = [Fraction(value) for value in plain]
    except (ValueError, OverflowError, TypeError) as error:
        raise DataUnfit(message("A fit takes finite numbers only.")) from error
    if any(abs(one) > LARGEST for one in found):
        raise DataUnfit(message("A fit takes finite numbers only."))
    return found


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((one * other for one, other in zip(a, b, strict=True)), Fraction(0))


def _inverted(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss–Jordan; exact, so that any pivot but zero will do."""
    p = len(matrix)
    rows = [[*row, *(Fraction(i == j) for j in range(p))] for i, row in enumerate(matrix)]
    for k in range(p):
        pivot = next((i for i in range(k, p) if rows[i][k]), None)
        if pivot is None:
            raise DataUnfit(message("The columns of the fit depend on each other: it has no single answer."))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [one / rows[k][k] for one in rows[k]]
        for i in range(p):
            if i != k and rows[i][k]:
                share = rows[i][k]
                rows[i] = [one - share * other for one, other in zip(rows[i], rows[k], strict=True)]
    return [row[p:] for row in rows]
