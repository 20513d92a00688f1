"""From what was read to what is reported, and whether what is reported can be true."""

from enum import StrEnum
from math import isfinite

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._dimensions import scale
from labclient.metrology._numbers import finite, not_negative, positive
from labclient.words import message


class AtNominal(msgspec.Struct, frozen=True, kw_only=True):
    """A reading taken to the exact nominal point; all but `sensitivity` in the unit of the reading."""

    value: float
    correction: float
    """S·(nominal − applied)."""
    u_correction: float
    """|nominal − applied|·u(S): what not knowing S adds. The applied value's own uncertainty enters the budget of the
    result by `sensitivity`, once, as that of the standard."""
    sensitivity: float
    """∂value/∂applied = −S."""


class Doubt(StrEnum):
    """Something in a result that a person must look at before it is sent."""

    UNIT = "unit"
    """U is not stated in a unit of the value's quantity."""
    BELOW_CMC = "below CMC"
    """U is smaller than the laboratory's accredited capability."""
    TOO_SMALL = "too small"
    """U over |value| lies below the plan's band: a slip of a prefix or of a power of ten."""
    TOO_LARGE = "too large"
    """U over |value| lies above the plan's band."""


def to_nominal(reading: float, applied: float, nominal: float, slope: float = 1.0, u_slope: float = 0.0) -> AtNominal:
    """y = reading + S·(nominal − applied): what the instrument would have read at the exact nominal.

    `slope` is S, change of the reading per change of the applied quantity, near 1 when both are in one unit; `applied`
    and `nominal` are in the unit of the applied quantity. Example: applied 100.001, reading 100.005, nominal 100.000
    give 100.004. Raises `DataUnfit` for numbers that are not finite or a negative u(S).
    """
    finite([reading, applied, nominal, slope, u_slope])
    away = nominal - applied
    return AtNominal(
        value=reading + slope * away,
        correction=slope * away,
        u_correction=abs(away) * not_negative(u_slope),
        sensitivity=-slope,
    )


def doubts(
    value: float,
    U: float,
    unit: str,
    U_unit: str = "",
    cmc: float | None = None,
    band: tuple[float, float] | None = None,
) -> tuple[Doubt, ...]:
    """What is doubtful in value ± U before anybody compares it with anything; empty when nothing is.

    `U_unit` is that of U (default: `unit`); `cmc` the smallest U of the laboratory's scope for this point, in `unit`,
    at the same coverage; `band` the plan's lowest and highest U/|value|. Raises `DataUnfit` for numbers that are not
    finite, U ≤ 0, a CMC ≤ 0 or a band that is none, `UnitUnknown` for two different units of which one is unknown.
    """
    finite([value])
    spread = positive(U)
    if U_unit not in ("", unit):
        of_value, of_spread = scale(unit), scale(U_unit)
        if of_value.dimension.powers != of_spread.dimension.powers:
            return (Doubt.UNIT,)
        spread *= of_spread.factor / of_value.factor
    found = [Doubt.BELOW_CMC] if cmc is not None and spread < positive(cmc) else []
    if band is not None:
        low, high = band
        if not (isfinite(high) and 0 <= low <= high):
            raise DataUnfit(message("A band from {low} to {high} holds no ratio.", low=low, high=high))
        if spread < low * abs(value):
            found.append(Doubt.TOO_SMALL)
        elif spread > high * abs(value):
            found.append(Doubt.TOO_LARGE)
    return tuple(found)
