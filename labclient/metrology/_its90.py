"""Platinum resistance thermometers on the International Temperature Scale of 1990.

Reference functions and their approximate inverses: Preston-Thomas, Metrologia 27 (1990) 3, equations (9a) to (10b) and
table 4. The inverse is only the start of an iteration on the reference function, so that both directions agree.
"""

from collections.abc import Sequence
from math import exp, isfinite, log
from typing import Final

from labclient.errors import DataUnfit
from labclient.metrology._numbers import LARGEST
from labclient.words import message

TRIPLE_POINT: Final = 273.16
"""Of water, K."""
_A: Final = (
    -2.13534729, 3.18324720, -1.80143597, 0.71727204, 0.50344027, -0.61899395, -0.05332322, 0.28021362, 0.10715224,
    -0.29302865, 0.04459872, 0.11868632, -0.05248134,
)  # fmt: skip
_B: Final = (
    0.183324722, 0.240975303, 0.209108771, 0.190439972, 0.142648498, 0.077993465, 0.012475611, -0.032267127,
    -0.075291522, -0.056470670, 0.076201285, 0.123893204, -0.029201193, -0.091173542, 0.001317696, 0.026025526,
)  # fmt: skip
_C: Final = (
    2.78157254, 1.64650916, -0.13714390, -0.00649767, -0.00234444, 0.00511868, 0.00187982, -0.00204472, -0.00046122,
    0.00045724,
)  # fmt: skip
_D: Final = (
    439.932854, 472.418020, 37.684494, 7.472018, 2.920828, 0.005184, -0.963864, -0.188732, 0.191203, 0.049025,
)  # fmt: skip


def its90_w(temperature: float) -> float:
    """Reference ratio W_r(T) of a temperature in K, from 13.8033 K to 1234.93 K; raises `DataUnfit` outside."""
    if not 13.8 <= temperature <= 1234.94:
        raise DataUnfit(
            message("{temperature} K lies outside the range of the platinum thermometer.", temperature=temperature)
        )
    if temperature < TRIPLE_POINT:
        return exp(_polynomial(_A, (log(temperature / TRIPLE_POINT) + 1.5) / 1.5))
    return _polynomial(_C, (temperature - 754.15) / 481)


def its90_slope(temperature: float) -> float:
    """dW_r/dT at a temperature in K, per K: the sensitivity of W; raises as `its90_w`."""
    w = its90_w(temperature)
    if temperature < TRIPLE_POINT:
        return w * _slope(_A, (log(temperature / TRIPLE_POINT) + 1.5) / 1.5) / (1.5 * temperature)
    return _slope(_C, (temperature - 754.15) / 481) / 481


def its90_temperature(w_r: float) -> float:
    """Temperature in K of a reference ratio W_r, the inverse of `its90_w`; raises `DataUnfit` outside the range."""
    if not (isfinite(w_r) and 0.00119 <= w_r <= 4.28646):
        raise DataUnfit(message("W = {w} lies outside the range of the platinum thermometer.", w=w_r))
    if w_r < 1:
        temperature = TRIPLE_POINT * _polynomial(_B, (w_r ** (1 / 6) - 0.65) / 0.35)
    else:
        temperature = 273.15 + _polynomial(_D, (w_r - 2.64) / 1.64)
    for _ in range(4):
        temperature = min(max(temperature, 13.8), 1234.94)
        temperature -= (its90_w(temperature) - w_r) / its90_slope(temperature)
    return temperature


def its90_reference(w: float, a: float, b: float, c: float = 0.0) -> float:
    """W_r of a measured W by a thermometer's certificate.

    Above the triple point W − W_r = a(W − 1) + b(W − 1)² + c(W − 1)³ (equation 14, to 933.473 K), below it
    a(W − 1) + b(W − 1)·ln W (equation 13, from 83.8058 K; c is not used). Raises `DataUnfit` for W outside the range of
    platinum or numbers that are not finite.
    """
    if not (all(abs(one) <= LARGEST for one in (a, b, c)) and 0 < w <= 10):
        raise DataUnfit(message("W = {w} lies outside the range of the platinum thermometer.", w=w))
    over = w - 1
    deviation = a * over + b * over**2 + c * over**3 if over >= 0 else a * over + b * over * log(w)
    return w - deviation


def _polynomial(coefficients: Sequence[float], x: float) -> float:
    total = 0.0
    for one in reversed(coefficients):
        total = total * x + one
    return total


def _slope(coefficients: Sequence[float], x: float) -> float:
    return _polynomial([k * one for k, one in enumerate(coefficients)][1:], x)
