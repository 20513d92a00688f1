"""`labclient drift`: what the pilot laboratory's visits say."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from labclient.cli._common import add_json, add_trust
from labclient.cli._drift_json import head_json, point_json, time_text
from labclient.cli._out import as_json, line, text
from labclient.cli._verbs import Verbs
from labclient.errors import NumberInvalid, UnitUnknown, WrongUse
from labclient.evaluation import (
    Asked,
    Monitored,
    Visit,
    at_told,
    eight_digits,
    monitor,
    monitored_told,
    pooled,
    same_comparison,
    short,
    shown_unit,
    signed,
)
from labclient.home import this_pc
from labclient.metrology import DriftForm, Verdict
from labclient.package import open_trust
from labclient.participation import read_visit
from labclient.plan import Plan, Quantity, TrustList
from labclient.units import number, unit
from labclient.words import message, say

_FORMS: Final = tuple(form.value for form in DriftForm)


def add(verbs: Verbs) -> None:
    drift = verbs.add("drift", message("the pilot: the transfer standard's drift over its own visits"), _drift)
    drift.add_argument("visits", type=Path, nargs="+", metavar="VISIT",
                       help=say(message("notebooks or packages of the pilot laboratory")))  # fmt: skip
    add_asked(drift)
    add_trust(drift)
    add_json(drift)


def add_asked(parser: ArgumentParser) -> None:
    """What a person may say beside the plan."""
    parser.add_argument("--form", choices=_FORMS, help=say(message("the form of the drift, instead of the plan's")))
    parser.add_argument("--step", type=_day, nargs=2, metavar=("BEFORE", "AFTER"),
                        help=say(message("the last date before a step and the first after it")))  # fmt: skip
    parser.add_argument("--u-lab", type=_quantity, metavar="QUANTITY",
                        help=say(message("standard uncertainty that laboratories claim, as “0.5 µV”")))  # fmt: skip


def _drift(asked: Namespace) -> int:
    visits = visits_of(asked)
    plan = same_comparison(visits)
    found = monitor(visits, asked_of(asked))
    verdict = pooled(found)
    if asked.json:
        as_json(head_json(plan, visits) | {"verdict": verdict.value, "points": [point_json(one) for one in found]})
    else:
        _tell_visits(plan, visits)
        for one in found:
            _tell_point(one)
    return 1 if verdict is Verdict.FAIL else 0


def trust_of(asked: Namespace) -> TrustList | None:
    """The trust list that is named; None for the one accepted on this PC."""
    return open_trust(asked.trust, datetime.now(UTC)).trust if asked.trust is not None else None


def visits_of(asked: Namespace) -> list[Visit]:
    """The pilot's visits that are named."""
    trust, home, now = trust_of(asked), this_pc(), datetime.now(UTC)
    return [read_visit(path, home, now, trust) for path in asked.visits]


def asked_of(asked: Namespace) -> Asked:
    """What a person says beside the plan; raises `WrongUse`."""
    if (asked.step is None) == (asked.form == "step"):
        raise WrongUse(message("--step and --form step belong together."))
    return Asked(
        form=DriftForm(asked.form) if asked.form else None,
        step=tuple(asked.step) if asked.step else None,
        u_laboratory=asked.u_lab,
    )


def _tell_visits(plan: Plan, visits: Sequence[Visit]) -> None:
    line(message("{comparison}, {pilot}; visits: {n}", comparison=plan.id, n=len(visits), pilot=plan.pilot.code))
    for one in visits:
        if one.computed:
            line(message("{file}: no finished result; computed now from what it holds", file=one.source))
        if one.simulated:
            line(message("{file}: simulated clock: a demonstration, not a measurement", file=one.source))


def _tell_point(seen: Monitored) -> None:
    zero = eight_digits(seen.visits[0].value)
    extent = max(abs(one.value - zero) + one.u_visit for one in seen.visits)
    shown, size = shown_unit(extent, seen.unit)
    line(message("{point}: relative to display zero {zero} {unit}", point=seen.point, zero=f"{zero:.8g}",
                 unit=seen.unit))  # fmt: skip
    for one in seen.visits:
        told = f"{signed(one.value - zero, size)} {shown}, u = {short(one.u_visit, size)} {shown}, n = {one.cycles}"
        text(f"    {_day_of(one.time_s)}  {told}")
    for sentence in monitored_told(seen):
        line(message("    {sentence}", sentence=sentence))
    for there in seen.at:
        line(message("    {laboratory}, {day}: {value} {unit}, u_TS = {u} {unit}, u_TS/u_lab = {ratio}: {conclusion}",
                     laboratory=there.laboratory, day=_day_of(there.time_s)[:10],
                     value=signed(there.value - zero, size), unit=shown, u=short(there.u_ts, size),
                     ratio="–" if there.ratio is None else short(there.ratio), conclusion=at_told(there)))  # fmt: skip
        if there.extrapolated:
            line(message("    {laboratory}: preliminary, beyond the visits", laboratory=there.laboratory))


def _day_of(time_s: float) -> str:
    return time_text(time_s)[:16].replace("T", " ")


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ArgumentTypeError(say(message("“{text}” is not a date such as 2026-03-02", text=given))) from None


def _quantity(given: str) -> Quantity:
    """A value with its unit, apart by a blank."""
    value, _, name = given.strip().partition(" ")
    try:
        found = Quantity(Decimal(number(value)), unit(name).symbol)
    except (NumberInvalid, UnitUnknown) as trouble:
        raise ArgumentTypeError(say(trouble.sentence)) from None
    if found.value <= 0:
        raise ArgumentTypeError(say(message("“{text}” is not above zero", text=given)))
    return found
