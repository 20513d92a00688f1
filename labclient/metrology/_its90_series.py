"""The reference function of the ITS-90 and its inverse for many temperatures at once, and with derivatives.

The polynomials are those of `_its90`; a derivative follows from the arithmetic of `Taylor`, and that of the inverse
from Newton's iteration on the series, which gains one order each time.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._its90 import _A, _B, _C, _D, TRIPLE_POINT
from labclient.metrology._numbers import Array
from labclient.metrology._taylor import FUNCTIONS, ORDER, Taylor
from labclient.words import message

_LOW, _HIGH = 13.8, 1234.94
_LEAST, _MOST = 0.00119, 4.28646
_NEWTON: Final = 4


def ratios(temperatures: Array) -> Array:
    """W_r of each temperature in K; raises `DataUnfit` when one lies outside 13.8033 K to 1234.93 K."""
    _within(temperatures, _LOW, _HIGH)
    below = np.exp(_horner(_A, (np.log(np.minimum(temperatures, TRIPLE_POINT) / TRIPLE_POINT) + 1.5) / 1.5))
    above = _horner(_C, (np.maximum(temperatures, TRIPLE_POINT) - 754.15) / 481)
    found: Array = np.where(temperatures < TRIPLE_POINT, below, above)
    return found


def temperatures(w_r: Array) -> Array:
    """The temperature in K of each reference ratio; raises `DataUnfit` outside the range of the thermometer."""
    _within(w_r, _LEAST, _MOST)
    below = TRIPLE_POINT * _horner(_B, (np.minimum(w_r, 1.0) ** (1 / 6) - 0.65) / 0.35)
    found: Array = np.where(w_r < 1, below, 273.15 + _horner(_D, (np.maximum(w_r, 1.0) - 2.64) / 1.64))
    for _ in range(_NEWTON):
        found = np.clip(found, _LOW, _HIGH)
        found = found - (ratios(found) - w_r) / _slopes(found)
    return found


def ratio_series(temperature: Taylor) -> Taylor:
    """W_r with its derivatives."""
    _within(temperature.c[0], _LOW, _HIGH)
    low, high = Taylor(temperature.c.copy()), Taylor(temperature.c.copy())
    low.c[0] = np.minimum(low.c[0], TRIPLE_POINT)
    high.c[0] = np.maximum(high.c[0], TRIPLE_POINT)
    x = (FUNCTIONS["ln"](low / _exact(TRIPLE_POINT)) + _exact(1.5)) / _exact(1.5)
    below = FUNCTIONS["exp"](_horner(_A, x, _exact))
    above = _horner(_C, (high - _exact(754.15)) / _exact(481.0), _exact)
    return Taylor(np.where(temperature.c[0] < TRIPLE_POINT, below.c, above.c))


def temperature_series(w_r: Taylor) -> Taylor:
    """The inverse with its derivatives."""
    at = temperatures(w_r.c[0])
    found, slope = Taylor.along(0.0, np.zeros_like(at)), Taylor.along(0.0, np.zeros_like(at))
    found.c[0], slope.c[0] = at, _slopes(at)
    for _ in range(ORDER):
        found -= (ratio_series(found) - w_r) / slope
    return found


def _slopes(temperatures: Array) -> Array:
    """dW_r/dT of each, per K."""
    flat = np.ravel(temperatures)
    at = Taylor(np.stack([flat, np.ones_like(flat), *([np.zeros_like(flat)] * (ORDER - 1))]))
    slopes: Array = ratio_series(at).c[1].reshape(np.shape(temperatures))
    return slopes


def _within(numbers: Array, low: float, high: float) -> None:
    if not ((numbers >= low) & (numbers <= high)).all():
        raise DataUnfit(message("The model leaves the range of the platinum thermometer, 13.8033 K to 1234.93 K."))


def _exact(number: float) -> Taylor:
    return Taylor.along(number, np.zeros(1))


def _horner(coefficients: Sequence[float], x: Any, constant: Callable[[float], Any] = float) -> Any:
    total = constant(0.0)
    for one in reversed(coefficients):
        total = total * x + constant(one)
    return total
