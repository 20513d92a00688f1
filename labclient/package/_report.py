"""The readable report of a participation: one bilingual PDF/A, the same bytes for the same data.

Every number is the one on record. Reported values stand as they were rounded, once; what explains them (uncertainty
components, corrections, figures of the checks) is shown to a few digits, while the record keeps all of them.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from labclient.clock import parse_iso
from labclient.evaluation import (
    BudgetLine,
    Check,
    CheckName,
    PointResult,
    Result,
    Standard,
    cautions_told,
    chain_told,
    coefficient_shown,
    examined_told,
    joint_told,
)
from labclient.home import shipped
from labclient.package._report_brought import BROUGHT_WORDS, RunByHand, SatelliteTold, brought
from labclient.plan import Plan, Quantity, Range, Text
from labclient.signing import write_whole
from labclient.typesetting import Both, both
from labclient.typesetting import typeset as render
from labclient.units import UNITS, number
from labclient.words import Message, message

Shown = dict[str, Any]
"""A number to be typeset: its digits "n", power of ten "e" and "unit"."""


class ReportData(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report says. `attempts` counts how often each check was made; `root` is the head of the log's tree
    over `entries` entries, in hex; `made` is a moment of the log, ISO 8601."""

    plan: Plan
    origin: Literal["signed", "transcribed"]
    laboratory: str
    revision: int
    result: Result
    checks: tuple[Check, ...]
    attempts: dict[str, int]
    standard: Standard
    notebook: str
    entries: int
    root: str
    simulated: bool
    deviations: tuple[str, ...]
    exclusions: tuple[str, ...]
    satellites: tuple[SatelliteTold, ...] = ()
    by_hand: tuple[RunByHand, ...] = ()
    made: str
    program: str


_WORDS: Final = BROUGHT_WORDS | {
    "report": message("Report of comparison results"),
    "band": message("SIMULATED — demonstration only"),
    "plan": message("Plan"),
    "origin": message("Origin of the plan"),
    "revision": message("Revision"),
    "laboratory": message("Laboratory"),
    "assurance": message("Assurance level"),
    "measurand": message("Measurand"),
    "transfer_standard": message("Transfer standard"),
    "standard": message("Laboratory's standard"),
    "model": message("Model"),
    "serial": message("Serial number"),
    "certificate": message("Certificate"),
    "results": message("Results"),
    "point": message("Point"),
    "nominal": message("Nominal value"),
    "value": message("Reported value"),
    "unit": message("Unit"),
    "cycles": message("Cycles (excluded)"),
    "mean_time": message("Mean time"),
    "clock": message("Mean time: recorded by this PC, clock unchecked."),
    "corrections": message("Corrections applied"),
    "influence": message("Influence"),
    "mean": message("Mean"),
    "added": message("Added to the value"),
    "checks": message("Checks"),
    "check": message("Check"),
    "method": message("Method"),
    "limit": message("Limit"),
    "judged": message("Judged"),
    "verdict": message("Verdict"),
    "attempts": message("Attempts"),
    "readings": message("readings"),
    "largest": message("largest"),
    "budget": message("Uncertainty budget"),
    "component": message("Component"),
    "type": message("Type"),
    "distribution": message("Distribution"),
    "share": message("Share"),
    "deviations": message("Deviations from the plan"),
    "exclusions": message("Exclusions"),
    "none": message("None"),
    "without": message("Value if every measured cycle counted"),
    "warnings": message("Warnings, seen and passed"),
    "told": message("How the values were computed and what was looked at besides"),
    "notebook": message("Notebook"),
    "entries": message("Entries"),
    "root": message("Head of the log"),
    "program": message("Computed by"),
    "made": message("Revision, time"),
    "shortened": message(
        "Reported values and U are rounded once; other figures are shortened, the record keeps all digits."
    ),
    "signatures": message("Signatures prove who signed and that nothing changed since, not that the content is true."),
}
_ORIGIN: Final = {"signed": message("signed by the pilot"), "transcribed": message("transcribed")}
_ASSURANCE: Final = {
    "paper": message("Paper: signed by hand"),
    "laboratory-key": message("One key of the laboratory"),
    "three-keys": message("Three keys and seal"),
}
_VERDICT: Final = {
    "pass": message("Pass"),
    "fail": message("Fail"),
    "undecided": message("Cannot be judged yet"),
}
_CHECK: Final[dict[CheckName, Message]] = {
    "functional": message("Functional check at arrival"),
    "transport": message("Transport conditions"),
    "settling": message("Warm-up and settling"),
    "stability": message("Reading stability"),
    "zero": message("Zero readings"),
    "environment": message("Environment"),
}
_DISTRIBUTION: Final = {
    "normal": message("normal"),
    "t": message("t distribution"),
    "rectangular": message("rectangular"),
    "triangular": message("triangular"),
    "arcsine": message("arcsine"),
}
_INFLUENCE: Final = {
    "temperature": message("temperature"),
    "relative humidity": message("relative humidity"),
    "pressure": message("air pressure"),
    "acceleration": message("acceleration"),
}


def make_report(data: ReportData, path: Path) -> None:
    """Typeset the report and write it whole or not at all; raises `StorageTrouble`."""
    write_whole(path, typeset(data))


def typeset(data: ReportData) -> bytes:
    """The report as PDF/A-2a: a function of `data`, the template, the catalogue and the fonts alone."""
    return render(shipped("resources", "report", "report.typ"), _contents(data), parse_iso(data.made))


def _contents(data: ReportData) -> dict[str, Any]:
    plan, points, transfer = data.plan, data.result.points, data.plan.transfer_standard
    return {
        "words": {name: both(sentence) for name, sentence in _WORDS.items()},
        "simulated": data.simulated,
        "title": _text(plan.title),
        "measurand": _text(plan.measurand),
        "plan": plan.id,
        "plan_revision": plan.revision,
        "origin": both(_ORIGIN[data.origin]),
        "assurance": both(_ASSURANCE[plan.assurance]),
        "laboratory": data.laboratory,
        "laboratory_name": _laboratory(plan, data.laboratory),
        "revision": data.revision,
        "transfer": {"maker": transfer.maker, "model": transfer.model, "serial": transfer.serial},
        "standard": msgspec.to_builtins(data.standard),
        "results": [_result(plan, one) for one in points],
        "coverage": "" if plan.coverage.probability is None else f"{(plan.coverage.probability * 100).normalize():f}",
        "warnings": [both(told) for one in points for told in cautions_told(one)],
        "told": [*(told for one in points if (told := _told(plan, one))["lines"]), *_joint(data.result)],
        "corrections": [shown for one in points for shown in _corrections(one)],
        "checks": [_check(data, one) for one in data.checks],
        "rows": [
            _text(row.name) | {"evaluation": row.evaluation, "distribution": both(_DISTRIBUTION[row.distribution])}
            for row in plan.budget
        ],
        "budgets": [_budget(plan, one) for one in points],
        "deviations": data.deviations,
        "exclusions": data.exclusions,
        "without": [
            {"point": one.point, "value": one.value_without_exclusions, "unit": one.unit}
            for one in points
            if one.excluded_cycles
        ],
        **brought(data.satellites, data.by_hand),
        "notebook": data.notebook,
        "entries": data.entries,
        "root": data.root,
        "made": _moment(data.made),
        "program": data.program,
        "methods": data.result.methods,
    }


def _laboratory(plan: Plan, code: str) -> Both:
    known = {one.laboratory.code: one.laboratory for one in plan.participants} | {plan.pilot.code: plan.pilot}
    return _text(known[code].name) if code in known else {"zh": "", "en": ""}


def _result(plan: Plan, one: PointResult) -> dict[str, Any]:
    return {
        "point": one.point,
        "nominal": _quantity(plan.point(one.point).nominal),
        "value": one.reported_value,
        "U": one.reported_U,
        "unit": one.unit,
        "k": _few(number(one.k)),
        "dof": _dof(one.dof),
        "cycles": one.cycles,
        "excluded": one.excluded_cycles,
        "mean_time": _moment(one.mean_time),
    }


def _told(plan: Plan, one: PointResult) -> dict[str, Any]:
    """A model's way to the value, and what was looked at; exclusions stand in their own place."""
    chain = chain_told(plan, one) if one.model else ()
    looked = examined_told(one) if one.outliers or one.information or one.monte_carlo or one.second_order else ()
    return {"point": one.point, "lines": [both(told) for told in (*chain, *looked)]}


def _joint(result: Result) -> list[dict[str, Any]]:
    """How the points are correlated; every coefficient, however many they are."""
    joint = result.joint
    if joint is None:
        return []
    first = next(joint_told(result))
    pairs = [
        message("r({first}, {second}) = {r}", first=one, second=joint.points[k], r=coefficient_shown(joint.r[j][k]))
        for j, one in enumerate(joint.points)
        for k in range(j + 1, len(joint.points))
    ]
    return [{"point": ", ".join(joint.points), "lines": [both(told) for told in (first, *pairs)]}]


def _corrections(one: PointResult) -> Iterator[dict[str, Any]]:
    for correction in one.corrections:
        yield {
            "point": one.point,
            "influence": both(_INFLUENCE[correction.name]),
            "mean": f"{_few(number(correction.influence), 5)} {correction.influence_unit}",
            "added": _shown(correction.value, one.unit),
        }


def _budget(plan: Plan, one: PointResult) -> dict[str, Any]:
    """The lines of one point in the plan's order; contributions and u_c share a power of ten and a last place."""
    u_c = number(one.u_c)
    power = _power(u_c)
    place = (u_c.adjusted() - 2) - power
    lines = {line.row: line for line in one.budget}

    def scaled(text: str) -> str:
        return _at(number(text).scaleb(-power), min(place, 0))

    def cells(line: BudgetLine) -> dict[str, Any]:
        return {
            "u": _shown(line.u, line.unit),
            "c": _shown(line.sensitivity),
            "contribution": scaled(line.contribution),
            "dof": _dof(line.dof),
            "share": _at(number(line.share) * 100, -1),
        }

    return {
        "point": one.point,
        "lines": [cells(lines[row.id]) if row.id in lines else None for row in plan.budget],
        "scale": _unit(one.unit, power),
        "u_c": scaled(one.u_c),
        "dof": _dof(one.dof),
        "k": _few(number(one.k)),
        "U": one.reported_U,
        "unit": one.unit,
    }


def _check(data: ReportData, one: Check) -> dict[str, Any]:
    figures = {figure.name: figure for figure in one.figures}
    ranges: tuple[Range, ...] = ()
    if one.check == "transport":
        ranges = data.plan.arrival.transport_limits
    elif one.check == "environment":
        ranges = data.plan.environment.limits
    tolerance = figures.get("tolerance")
    limit = figures.get("limit") or tolerance
    seen = [_seen(figures, limits) for limits in ranges if f"{limits.quantity}: lowest" in figures]
    return {
        "name": both(_CHECK[one.check]),
        "verdict": both(_VERDICT[one.verdict]),
        "passed": one.verdict == "pass",
        "method": one.method,
        "limits": [_limits(limits) for limits in ranges],
        "limit": _shown(limit.value, limit.unit) | {"two_sided": limit is tolerance} if limit else None,
        "seen": seen,
        "interval": _interval(figures) if {"change", "u(change)", "k"} <= figures.keys() else None,
        "largest": _shown(figures["largest"].value.lstrip("-"), figures["largest"].unit)
        if "largest" in figures
        else None,
        "readings": figures["readings"].value if "readings" in figures else "",
        "attempts": data.attempts.get(one.check, 1),
    }


def _limits(limits: Range) -> str:
    low, high = (None if one is None else f"{one:f}" for one in (limits.low, limits.high))
    if low is None:
        return f"≤ {high} {limits.unit}"
    return f"≥ {low} {limits.unit}" if high is None else f"{low}～{high} {limits.unit}"


def _seen(figures: dict[str, Any], limits: Range) -> str:
    low, high = (_few(number(figures[f"{limits.quantity}: {end}"].value), 4) for end in ("lowest", "highest"))
    return f"{high} {limits.unit}" if limits.low is None else f"{low}～{high} {limits.unit}"


def _interval(figures: dict[str, Any]) -> dict[str, Any] | None:
    """|d| ± k·u in one unit to one place; None when the judgement had no finite uncertainty."""
    texts = [figures[name].value for name in ("change", "u(change)", "k")]
    if any(text.lstrip("-") in {"inf", "nan"} for text in texts):
        return None
    change, u, k = map(number, texts)
    distance, width = abs(change), k * u
    larger = max(distance, width)
    power = _power(larger)
    place = min(larger.adjusted() - 2 - power, 0)
    return {
        "d": _at(distance.scaleb(-power), place),
        "w": _at(width.scaleb(-power), place),
        "k": _few(k),
        **_unit(figures["change"].unit, power),
    }


def _shown(text: str, unit: str = "1", digits: int = 3) -> Shown:
    """A number of the record to a few significant digits, in the prefixed unit that suits its size."""
    value = number(text)
    power = _power(value)
    return {"n": _few(value.scaleb(-power), digits), **_unit(unit, power)}


def _power(value: Decimal) -> int:
    """The power of 1000 that leaves 0.1 … 100 before it; large numbers stay as they are."""
    return min(3 * ((value.adjusted() + 1) // 3), 0) if value else 0


def _unit(unit: str, power: int) -> Shown:
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


def _few(value: Decimal, digits: int = 3) -> str:
    """At most so many significant digits, none invented; a whole number is shown whole."""
    if value == value.to_integral_value():
        return _at(value, 0)
    if len(value.as_tuple().digits) <= digits:
        return f"{value:f}".replace("-", "−")
    return _at(value, min(value.adjusted() - digits + 1, 0))


def _at(value: Decimal, place: int) -> str:
    """Rounded for display to a power of ten, with a true minus sign."""
    return f"{value.quantize(Decimal(1).scaleb(place)):f}".replace("-", "−")


def _quantity(quantity: Quantity) -> str:
    return f"{quantity.value:f} {quantity.unit}"


def _dof(text: str) -> str:
    return {"inf": "∞", "undefined": "—"}.get(text, text)


def _moment(text: str) -> str:
    return f"{parse_iso(text):%Y-%m-%d %H:%M:%S} UTC"


def _text(text: Text) -> Both:
    return {"zh": text.zh, "en": text.en}
