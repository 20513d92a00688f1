"""What every computation asks of its numbers before it starts."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from labclient.errors import DataUnfit
from labclient.words import message

Array = NDArray[np.float64]
Numbers = Sequence[float] | NDArray[np.float64]
LARGEST = 1e150  # squares and their sums stay in range


def finite(values: Numbers, least: int = 1) -> Array:
    """`values` as a one-dimensional array of at least `least` finite numbers; raises `DataUnfit`."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise DataUnfit(message("One series of numbers is needed, not a table of {n} dimensions.", n=array.ndim))
    if array.size < least:
        raise DataUnfit(message("{n} values are too few: at least {least} are needed.", n=array.size, least=least))
    unfit = np.flatnonzero(~(np.abs(array) <= LARGEST))
    if unfit.size:
        first = int(unfit[0])
        raise DataUnfit(
            message(
                "Value {position} is {value}: that cannot be computed with.", position=first + 1, value=array[first]
            )
        )
    return array


def timed(times: Numbers, values: Numbers, least: int = 1) -> tuple[Array, Array]:
    """Times that strictly increase and as many values, all finite; raises `DataUnfit`."""
    when, what = finite(times, least), finite(values, least)
    same_length(when, what)
    backward = np.flatnonzero(np.diff(when) <= 1 / LARGEST)
    if backward.size:
        raise DataUnfit(message("Time does not advance at value {position}.", position=int(backward[0]) + 2))
    return when, what


def same_length(times: Array, values: Array) -> None:
    """Raise `DataUnfit` unless every value has its time."""
    if times.size != values.size:
        raise DataUnfit(message("There are {times} times for {values} values.", times=times.size, values=values.size))


def stated(*numbers: float) -> None:
    """Raise `DataUnfit` unless all of an answer's numbers are finite."""
    if not all(map(isfinite, numbers)):
        raise DataUnfit(message("The numbers of the fit are too far apart in size."))


def positive(number: float) -> float:
    """`number` itself when it is finite and above zero; raises `DataUnfit`."""
    if not (isfinite(number) and number > 0):
        raise DataUnfit(message("{number} is not a positive number.", number=number))
    return number


def not_negative(number: float) -> float:
    """`number` itself when it is finite and not below zero; raises `DataUnfit`."""
    if not (isfinite(number) and number >= 0):
        raise DataUnfit(message("{number} is negative or not finite.", number=number))
    return number
