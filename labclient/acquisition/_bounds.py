"""How much may be put out, and from where on a person confirms: rules over decimal numbers, asked before any byte."""

from decimal import Decimal

from msgspec import Struct

from labclient.errors import GateClosed, WrongUse
from labclient.units import factor, number, unit
from labclient.words import Message, message


class Bound(Struct, frozen=True):
    """The largest amount either way, in the output's unit, and whose limit it is."""

    amount: Decimal
    whose: Message


class Bounds(Struct, frozen=True):
    """All limits of one output in `unit`. `missing` says which one is not known: then nothing may be put out.

    Above `confirm_above` (either way) a person confirms by name, for the reason `because`; None confirms everything.
    """

    unit: str
    lowest: Decimal
    highest: Decimal
    bounds: tuple[Bound, ...] = ()
    missing: tuple[Message, ...] = ()
    confirm_above: Decimal | None = None
    because: Message = message("nothing says from where on it is dangerous")

    @property
    def least(self) -> Bound | None:
        """The limit that holds: the smallest of all."""
        return min(self.bounds, key=lambda one: one.amount, default=None)

    def told(self) -> tuple[str, ...]:
        """Every limit, for the record."""
        family = f"{self.lowest} … {self.highest} {self.unit}"
        return (family, *(f"{one.amount} {self.unit}" for one in self.bounds))

    def allow(self, value: Decimal) -> None:
        """Raise `GateClosed` unless this value may be put out."""
        if self.missing or not self.bounds:
            raise GateClosed(
                self.missing[0] if self.missing else message("No limit is known."),
                message("Without a limit nothing is put out: enter it first."),
            )
        if not self.lowest <= value <= self.highest:
            raise GateClosed(
                message("{value} {unit} is beyond what this family puts out: {low} to {high} {unit}.", value=value,
                        unit=self.unit, low=self.lowest, high=self.highest),
                message("Choose a value within the limit; nothing was sent."),
            )  # fmt: skip
        for bound in sorted(self.bounds, key=lambda one: one.amount):
            if abs(value) > bound.amount:
                raise GateClosed(
                    message("{value} {unit} is beyond the limit of {limit} {unit}: {whose}.", value=value,
                            unit=self.unit, limit=bound.amount, whose=bound.whose),
                    message("Choose a value within the limit; nothing was sent."),
                )  # fmt: skip

    def needs_name(self, value: Decimal) -> bool:
        """Whether a person has to confirm this value by name."""
        return self.confirm_above is None or abs(value) > self.confirm_above


def amount(text: str, symbol: str, wanted: str) -> Decimal:
    """A typed value in the unit `wanted`, exactly. Raises `NumberInvalid`, `UnitUnknown`, `WrongUse`."""
    value = number(text)
    if not value.is_finite() or len(value.as_tuple().digits) > 15 or abs(value.adjusted()) > 15:
        raise WrongUse(message("“{text}” has too many digits.", text=text[:40]),
                       message("Give at most twelve digits."))  # fmt: skip
    found = unit(symbol)
    if found.offset or unit(wanted).offset:
        raise WrongUse(message("{source} cannot be converted to {target}.", source=symbol, target=wanted))
    return value * factor(found.symbol, unit(wanted).symbol)


def quantity_text(text: str) -> tuple[str, str]:
    """Number and unit of a text such as “100 V”. Raises `WrongUse`."""
    value, _, symbol = text.strip().partition(" ")
    if not (value and symbol.strip()):
        raise WrongUse(
            message("“{text}” is no amount with its unit.", text=text),
            message("Write number, blank and unit, such as 100 V."),
        )
    return value, symbol.strip()
