"""Numbers that carry their derivatives: a Taylor series to the third order along several directions at once.

With x = x₀ + d·t, every operation of a model is done on the coefficients of t⁰ … t³, so that the result's coefficients
are exact derivatives along d and not differences (Griewank & Walther, Evaluating Derivatives, 2nd ed., ch. 13).
"""

from collections.abc import Callable, Mapping
from math import log as ln
from typing import Final

import numpy as np

from labclient.metrology._numbers import Array

ORDER: Final = 3


class Taylor:
    """Coefficients, shape (4, number of directions)."""

    __slots__ = ("c",)

    def __init__(self, c: Array) -> None:
        self.c = c

    @classmethod
    def along(cls, value: float, steps: Array) -> "Taylor":
        """value + steps·t; `steps` holds one number for each direction."""
        c = np.zeros((ORDER + 1, steps.size))
        c[0], c[1] = value, steps
        return cls(c)

    def __pos__(self) -> "Taylor":
        return self

    def __neg__(self) -> "Taylor":
        return Taylor(-self.c)

    def __abs__(self) -> "Taylor":
        if (self.c[0] == 0).any():
            raise FloatingPointError("no derivative of |x| at 0")
        return Taylor(np.sign(self.c[0]) * self.c)

    def __add__(self, other: "Taylor") -> "Taylor":
        return Taylor(self.c + other.c)

    def __sub__(self, other: "Taylor") -> "Taylor":
        return Taylor(self.c - other.c)

    def __mul__(self, other: "Taylor") -> "Taylor":
        return Taylor(np.stack([sum(self.c[i] * other.c[k - i] for i in range(k + 1)) for k in range(ORDER + 1)]))

    def __truediv__(self, other: "Taylor") -> "Taylor":
        return self * other._power(-1.0)

    def __pow__(self, exponent: "Taylor") -> "Taylor":
        if exponent.c[1:].any():
            return _exp(exponent * _ln(self))
        return self._power(float(exponent.c[0, 0]))

    def _power(self, n: float) -> "Taylor":
        x = self.c[0]
        derivatives, factor = [x**n], 1.0
        for k in range(ORDER):
            factor *= n - k
            derivatives.append(factor * x ** (n - k - 1) if factor else np.zeros_like(x))
        return self._through(*derivatives)

    def _through(self, f0: Array, f1: Array, f2: Array, f3: Array) -> "Taylor":
        """The series of f(self) from f and its derivatives at the value (Faà di Bruno)."""
        _, a, b, c = self.c
        return Taylor(np.stack((f0, f1 * a, f1 * b + f2 * a**2 / 2, f1 * c + f2 * a * b + f3 * a**3 / 6)))


def _exp(x: Taylor) -> Taylor:
    value = np.exp(x.c[0])
    return x._through(value, value, value, value)


def _ln(x: Taylor) -> Taylor:
    v = x.c[0]
    return x._through(np.log(v), 1 / v, -1 / v**2, 2 / v**3)


def _log10(x: Taylor) -> Taylor:
    return Taylor(_ln(x).c / ln(10))


def _sin(x: Taylor) -> Taylor:
    s, c = np.sin(x.c[0]), np.cos(x.c[0])
    return x._through(s, c, -s, -c)


def _cos(x: Taylor) -> Taylor:
    s, c = np.sin(x.c[0]), np.cos(x.c[0])
    return x._through(c, -s, -c, s)


def _tan(x: Taylor) -> Taylor:
    return _sin(x) / _cos(x)


def _sqrt(x: Taylor) -> Taylor:
    return x._power(0.5)


FUNCTIONS: Final[Mapping[str, Callable[[Taylor], Taylor]]] = {
    "abs": abs,
    "cos": _cos,
    "exp": _exp,
    "ln": _ln,
    "log10": _log10,
    "sin": _sin,
    "sqrt": _sqrt,
    "tan": _tan,
}
