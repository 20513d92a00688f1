"""How a report shows the numbers of the record: a few digits in a fitting unit, nothing invented."""

from decimal import Decimal
from typing import Any

from labclient.clock import parse_iso
from labclient.plan import Quantity, Text
from labclient.typesetting import Both
from labclient.units import UNITS, number

Shown = dict[str, Any]
"""A number to be typeset: its digits "n", power of ten "e" and "unit"."""


def shown(text: str, unit: str = "1", digits: int = 3) -> Shown:
    """A number of the record to a few significant digits, in the prefixed unit that suits its size."""
    value = number(text)
    power = power_of(value)
    return {"n": few(value.scaleb(-power), digits), **in_unit(unit, power)}


def power_of(value: Decimal) -> int:
    """The power of 1000 that leaves 0.1 … 100 before it; large numbers stay as they are."""
    return min(3 * ((value.adjusted() + 1) // 3), 0) if value else 0


def in_unit(unit: str, power: int) -> Shown:
    """A unit times a power of ten: the prefixed unit where the table has one."""
    base = UNITS.get(unit)
    for one in UNITS.values() if base and power else ():
        if (
            base
            and one.quantity == base.quantity
            and one.symbol.endswith(unit)
            and one.factor == base.factor.scaleb(power)
        ):
            return {"e": 0, "unit": one.symbol}
    return {"e": power, "unit": "" if unit == "1" else unit}


def few(value: Decimal, digits: int = 3) -> str:
    """At most so many significant digits, none invented; a whole number is shown whole."""
    if value == value.to_integral_value():
        return at_place(value, 0)
    if len(value.as_tuple().digits) <= digits:
        return f"{value:f}".replace("-", "−")
    return at_place(value, min(value.adjusted() - digits + 1, 0))


def at_place(value: Decimal, place: int) -> str:
    """Rounded for display to a power of ten, with a true minus sign."""
    return f"{value.quantize(Decimal(1).scaleb(place)):f}".replace("-", "−")


def quantity_text(quantity: Quantity) -> str:
    return f"{quantity.value:f} {quantity.unit}"


def dof_text(text: str) -> str:
    return {"inf": "∞", "undefined": "—"}.get(text, text)


def moment_text(text: str) -> str:
    return f"{parse_iso(text):%Y-%m-%d %H:%M:%S} UTC"


def text_of(text: Text) -> Both:
    return {"zh": text.zh, "en": text.en}
