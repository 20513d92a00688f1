"""Dimensions of units: is a measurement model an equation between quantities, and not only between numbers?"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

import msgspec

from labclient.errors import ModelInvalid, UnitUnknown
from labclient.units import unit as known_unit
from labclient.words import message

_OF_QUANTITY: Final[Mapping[str, Mapping[str, int]]] = {
    "voltage": {"kg": 1, "m": 2, "s": -3, "A": -1},
    "current": {"A": 1},
    "resistance": {"kg": 1, "m": 2, "s": -3, "A": -2},
    "capacitance": {"kg": -1, "m": -2, "s": 4, "A": 2},
    "pressure": {"kg": 1, "m": -1, "s": -2},
    "time": {"s": 1},
    "frequency": {"s": -1},
    "length": {"m": 1},
    "mass": {"kg": 1},
    "temperature": {"K": 1},
    "acceleration": {"m": 1, "s": -2},
    "relative humidity": {},
    "ratio": {},
}
_PURE: Final = ("rad",)  # numbers of dimension one that the table of units does not hold
_FACTOR: Final = re.compile(r"(?P<symbol>[^\W\d_¹²³⁴⁵⁶]+|°C|%|%RH|1)(?P<power>[⁻]?[¹²³⁴⁵⁶]|\^-?[1-6])?")
_RAISED: Final = str.maketrans("⁻¹²³⁴⁵⁶", "-123456")


class Dimension(msgspec.Struct, frozen=True):
    """Exponents of the SI base units, and the number itself where a model writes one.

    `stated` is the unit of an input while it is nothing but that input. `zero` is °C or K where a formula gave a
    temperature: sums keep it, and whoever asks for the other scale is refused.
    """

    powers: tuple[tuple[str, Fraction], ...] = ()
    number: Fraction | None = None
    stated: str = ""
    zero: str = ""

    def __neg__(self) -> "Dimension":
        return Dimension(self.powers, None if self.number is None else -self.number)

    def __pos__(self) -> "Dimension":
        return self

    def __abs__(self) -> "Dimension":
        return Dimension(self.powers)

    def __add__(self, other: "Dimension") -> "Dimension":
        return self._same(other, lambda a, b: a + b, self.zero or other.zero)

    def __sub__(self, other: "Dimension") -> "Dimension":
        of_both = self.zero if not (self.zero and other.zero) else ""  # the difference of two temperatures has no zero
        return self._same(other, lambda a, b: a - b, of_both)

    def __mul__(self, other: "Dimension") -> "Dimension":
        return Dimension(self._joined(other, 1), self._numbers(other, lambda a, b: a * b))

    def __truediv__(self, other: "Dimension") -> "Dimension":
        return Dimension(self._joined(other, -1), self._numbers(other, lambda a, b: a / b if b else None))

    def __pow__(self, other: "Dimension") -> "Dimension":
        if other.powers:
            raise ModelInvalid(message("An exponent has the unit {unit}; it must be a number.", unit=str(other)))
        if not self.powers:
            return Dimension()
        if other.number is None:
            raise ModelInvalid(
                message("{unit} is raised to a power that varies; only a number can be.", unit=str(self))
            )
        return Dimension(tuple((base, power * other.number) for base, power in self.powers if other.number))

    def pure(self) -> "Dimension":
        """A number of dimension one, as exp, ln and sin ask for; raises `ModelInvalid`."""
        if self.powers:
            raise ModelInvalid(message("A function is taken of a quantity in {unit}.", unit=str(self)))
        return Dimension()

    def root(self) -> "Dimension":
        return Dimension(tuple((base, power / 2) for base, power in self.powers))

    def __str__(self) -> str:
        return "·".join(base if power == 1 else f"{base}^{power}" for base, power in self.powers) or "1"

    def _same(self, other: "Dimension", of: Callable[[Fraction, Fraction], Fraction], zero: str) -> "Dimension":
        if self.powers != other.powers:
            raise ModelInvalid(
                message("{a} and {b} are added or subtracted.", a=str(self), b=str(other)),
                message("Give a constant that has a unit as an input of the model."),
            )
        if self.zero and other.zero and self.zero != other.zero:
            raise ModelInvalid(
                message("{a} and {b} are added or subtracted.", a=self.zero, b=other.zero),
                message("Take both to one scale with kelvin(…) or celsius(…)."),
            )
        return Dimension(self.powers, self._numbers(other, of), zero=zero)

    def _joined(self, other: "Dimension", sign: int) -> tuple[tuple[str, Fraction], ...]:
        powers = dict(self.powers)
        for base, power in other.powers:
            powers[base] = powers.get(base, Fraction(0)) + sign * power
        return tuple(sorted((base, power) for base, power in powers.items() if power))

    def _numbers(self, other: "Dimension", of: Callable[[Fraction, Fraction], Fraction | None]) -> Fraction | None:
        return None if self.number is None or other.number is None else of(self.number, other.number)


class Scale(msgspec.Struct, frozen=True):
    """A unit in terms of coherent SI units. °C is K here: a model gets the number of kelvins from 0 °C, as written."""

    dimension: Dimension
    factor: float = 1.0


def scale(text: str) -> Scale:
    """The unit that a text names, products and powers included: "V", "kg/m³", "1/K", "mm/(m·K)".

    Raises `UnitUnknown` when a part of it is in no table.
    """
    try:
        return _single(text.strip())
    except UnitUnknown:
        above, _, below = text.strip().partition("/")
        below = below.removeprefix("(").removesuffix(")")
        parts = [(part, 1) for part in above.split("·")] + [(part, -1) for part in below.split("·") if part]
        whole, factor = Dimension(), 1.0
        for part, sign in parts:
            match = _FACTOR.fullmatch(part.strip())
            if match is None:
                raise
            power = sign * int((match["power"] or "1").removeprefix("^").translate(_RAISED))
            one = _single(match["symbol"])
            whole *= Dimension(tuple((base, exponent * power) for base, exponent in one.dimension.powers))
            factor *= one.factor**power
        return Scale(whole, factor)


def _single(symbol: str) -> Scale:
    if symbol in _PURE:
        return Scale(Dimension())
    found = known_unit(symbol)
    powers = _OF_QUANTITY[found.quantity]
    dimension = Dimension(tuple(sorted((base, Fraction(power)) for base, power in powers.items())))
    return Scale(msgspec.structs.replace(dimension, stated=found.symbol), float(found.factor))
