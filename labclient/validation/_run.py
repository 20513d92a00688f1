"""Computing the cases and comparing: the log relative error against the bar."""

import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal, localcontext
from math import isfinite
from typing import Final

from labclient import __version__
from labclient.errors import Trouble
from labclient.validation._data import Case, CaseSet, Compared, Expected, Outcome, Place
from labclient.validation._functions import FUNCTIONS
from labclient.validation._given import Found
from labclient.validation._suite import DIGEST, shipped_cases
from labclient.words import say

DIGITS: Final = 15
"""Significant digits that are certified, and that a binary float surely holds."""


def validate(now: datetime, sets: Sequence[CaseSet] | None = None) -> Outcome:
    """Compute every case on this PC; `now` is the moment by its clock. Raises as `shipped_cases` without `sets`.

    A case that ends in a fault of any kind is missed, with the reason: a broken installation fails in any way.
    """
    cases = shipped_cases() if sets is None else tuple(sets)
    rows = tuple(row for one in cases for case in one.cases for row in _compared(one.id, case))
    return Outcome(made=now, place=_place(), cases_sha256=DIGEST if sets is None else "", sets=cases, rows=rows)


def log_relative_error(ours: float, certified: Decimal) -> float:
    """LRE = −log₁₀(|q − c| / |c|), or −log₁₀|q| for c = 0, from 0 to 15: about the number of agreeing digits.

    Source: NIST StRD; McCullough, The American Statistician 52 (1998) 358. The difference is taken in decimal.
    """
    if not isfinite(ours):
        return 0.0
    with localcontext(prec=60):
        error = abs(Decimal(ours) - certified)
        if certified:
            error /= abs(certified)
        return float(min(Decimal(DIGITS), max(Decimal(0), -error.log10()))) if error else float(DIGITS)


def bar_of(expected: Expected) -> float:
    """The LRE to be reached: the stated one, or that of `within` units of the last printed place."""
    if expected.bar is not None:
        return expected.bar
    certified = Decimal(expected.value)
    place = int(certified.as_tuple().exponent)
    allowed = Decimal(str(expected.within)).scaleb(place)
    return float((abs(certified) / allowed).log10()) if certified else -float(allowed.log10())


def _compared(set_id: str, case: Case) -> Iterator[Compared]:
    found: Found = {}
    trouble = ""
    try:
        found = FUNCTIONS[case.function](**case.input)
    except Trouble as expected:
        trouble = say(expected.sentence)
    except Exception as fault:  # noqa: BLE001 - each is told in the report, and misses the bar
        trouble = f"{type(fault).__name__}: {fault}"
    for one in case.expected:
        ours = found.get(one.name)
        lre = bar = None
        if ours is None or isinstance(ours, str):
            passed = ours == one.value
        else:
            lre, bar = log_relative_error(float(ours), Decimal(one.value)), bar_of(one)
            passed = lre >= bar
        yield Compared(
            set=set_id,
            case=case.id,
            level=case.level,
            function=case.function,
            quantity=one.name,
            certified=one.value,
            ours="" if ours is None else str(ours),
            lre=lre,
            bar=bar,
            passed=passed,
            trouble=trouble,
        )


def _place() -> Place:
    import numpy as np
    import scipy

    return Place(
        program=__version__,
        pc=platform.node(),
        system=platform.platform(),
        processor=platform.processor() or platform.machine(),
        python=sys.version.split()[0],
        numpy=np.__version__,
        scipy=scipy.__version__,
    )
