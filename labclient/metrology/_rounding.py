"""Rounding of a result and its expanded uncertainty, once, in decimal (JJF 1059.1-2012, 5.3.8; GB/T 8170)."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext

import msgspec

from labclient.errors import DataUnfit
from labclient.words import message


class RoundingRule(msgspec.Struct, frozen=True, kw_only=True):
    """How many digits of U stay, and whether U may be rounded down."""

    digits: int | None = 2
    """1 or 2 significant digits; None for the standard's advice: two when the first digit is 1 or 2, else one."""
    up: bool = False
    """Any digit dropped from U raises it (5.3.8.2); otherwise half to even. The value is always half to even."""


class Rounded(msgspec.Struct, frozen=True, kw_only=True):
    """A result as printed; both texts end at the same decimal place."""

    value_text: str
    U_text: str
    place: int
    """Power of ten of the last digit kept: −6 for 10.000012."""
    rule: RoundingRule


def round_result(value: Decimal | float, U: Decimal | float, rule: RoundingRule | None = None) -> Rounded:
    """Round U to the rule's digits and the value to U's last place.

    Pass unrounded numbers: a float counts with the 15 digits it surely holds, a Decimal with all of its digits.
    Raises `DataUnfit` when a number is not finite, U is not positive, the rule asks for other than 1 or 2 digits, or
    value and U lie too many powers of ten apart to be written out.
    """
    asked = rule or RoundingRule()
    exact, spread = _decimal(value), _decimal(U)
    if spread <= 0 or asked.digits not in (None, 1, 2):
        raise DataUnfit(message("U = {U} cannot be rounded to {digits} digits.", U=U, digits=asked.digits))
    digits = asked.digits or (2 if int(spread.scaleb(-spread.adjusted())) in (1, 2) else 1)
    place = spread.adjusted() - digits + 1
    if max(exact.adjusted(), 0) - min(place, 0) > 60 or place > 60:
        raise DataUnfit(message("{value} with U = {U} cannot be written out.", value=value, U=U))
    mode = ROUND_CEILING if asked.up else ROUND_HALF_EVEN
    with localcontext(prec=200):
        kept = spread.quantize(Decimal(1).scaleb(place), mode)
        if asked.digits is not None and kept.adjusted() > spread.adjusted():  # 0.0996 → 0.100 → 0.10
            place += 1
            kept = kept.quantize(Decimal(1).scaleb(place))
        rounded = exact.quantize(Decimal(1).scaleb(place), ROUND_HALF_EVEN)
    if not rounded:
        rounded = abs(rounded)
    return Rounded(value_text=f"{rounded:f}", U_text=f"{kept:f}", place=place, rule=asked)


def _decimal(number: Decimal | float) -> Decimal:
    exact = number if isinstance(number, Decimal) else Decimal(f"{number:.15g}")
    if not exact.is_finite():
        raise DataUnfit(message("{number} is not a finite number.", number=number))
    return exact
