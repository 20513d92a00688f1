"""Numbers of the record for the eye."""

from labclient.units import UNITS, fitting_unit

_DIGITS = 4


def amount_told(value: str, unit: str) -> str:
    """A number of the record for the eye: four digits in the prefixed unit that suits its size."""
    fitting, size = fitting_unit(abs(float(value)), unit) if unit in UNITS else (unit, 1.0)
    return f"{float(value) / size:.{_DIGITS}g} {fitting}".removesuffix(" 1")
