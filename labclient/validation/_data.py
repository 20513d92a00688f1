"""Reference cases as they are shipped, and what a validation found."""

from datetime import datetime
from math import inf
from typing import Any

from msgspec import Struct

from labclient.plan import Text


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One certified quantity of a case.

    The bar is the log relative error to be reached. Without one the printed digits are the bar: our number may lie
    `within` so many units of the last printed place. Where we answer with a text, it must be this `value` exactly.
    """

    name: str
    value: str
    bar: float | None = None
    within: float = 0.5


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Data, the name of one function that computes with them, and what it must find."""

    id: str
    function: str
    input: dict[str, Any]
    expected: tuple[Expected, ...]
    level: str = ""


class CaseSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cases of one origin."""

    id: str
    title: Text
    source: str
    cases: tuple[Case, ...]


class Compared(Struct, frozen=True, kw_only=True):
    """A certified quantity beside ours. `lre` and `bar` are None where a text is compared, or where there is no
    answer, which `trouble` then explains."""

    set: str
    case: str
    level: str
    function: str
    quantity: str
    certified: str
    ours: str
    lre: float | None
    bar: float | None
    passed: bool
    trouble: str = ""

    @property
    def margin(self) -> float:
        """How far above the bar; infinite for what is exactly right, or exactly wrong."""
        if self.lre is None or self.bar is None:
            return inf if self.passed else -inf
        return self.lre - self.bar


class Place(Struct, frozen=True, kw_only=True):
    """Where it was computed: the program, this PC, and the parts that the numbers come from."""

    program: str
    pc: str
    system: str
    processor: str
    python: str
    numpy: str
    scipy: str


class Outcome(Struct, frozen=True, kw_only=True):
    """All that a validation report says. `made` is by this PC's clock; `cases_sha256` names the reference data."""

    made: datetime
    place: Place
    cases_sha256: str
    sets: tuple[CaseSet, ...]
    rows: tuple[Compared, ...]

    @property
    def missed(self) -> tuple[Compared, ...]:
        """The quantities below their bar."""
        return tuple(row for row in self.rows if not row.passed)

    @property
    def ok(self) -> bool:
        return bool(self.rows) and not self.missed

    def weakest(self) -> tuple[Compared, ...]:
        """Of each case the quantity that lies lowest above its bar, or deepest below it."""
        kept: dict[tuple[str, str], Compared] = {}
        for row in self.rows:
            known = kept.get((row.set, row.case))
            if known is None or row.margin < known.margin:
                kept[row.set, row.case] = row
        return tuple(kept.values())

    def rows_of(self, set_id: str) -> tuple[Compared, ...]:
        """The quantities of one set, in its order."""
        return tuple(row for row in self.rows if row.set == set_id)
