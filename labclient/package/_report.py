"""The readable report of a participation: one bilingual PDF/A, the same bytes for the same data.

Every number is the one on record. Reported values stand as they were rounded, once; what explains them (uncertainty
components, corrections, figures of the checks) is shown to a few digits, while the record keeps all of them.
"""

from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from labclient.clock import parse_iso
from labclient.evaluation import Check, Result, Standard, cautions_told
from labclient.home import shipped
from labclient.package._report_brought import BROUGHT_WORDS, RunByHand, SatelliteTold, brought
from labclient.package._report_checks import check_shown
from labclient.package._report_numbers import moment_text, text_of
from labclient.package._report_points import budget_shown, corrections_shown, joint_shown, result_shown, told_shown
from labclient.plan import Plan
from labclient.signing import write_whole
from labclient.typesetting import Both, both
from labclient.typesetting import typeset as render
from labclient.words import message


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
_DISTRIBUTION: Final = {
    "normal": message("normal"),
    "t": message("t distribution"),
    "rectangular": message("rectangular"),
    "triangular": message("triangular"),
    "arcsine": message("arcsine"),
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
        "title": text_of(plan.title),
        "measurand": text_of(plan.measurand),
        "plan": plan.id,
        "plan_revision": plan.revision,
        "origin": both(_ORIGIN[data.origin]),
        "assurance": both(_ASSURANCE[plan.assurance]),
        "laboratory": data.laboratory,
        "laboratory_name": _laboratory(plan, data.laboratory),
        "revision": data.revision,
        "transfer": {"maker": transfer.maker, "model": transfer.model, "serial": transfer.serial},
        "standard": msgspec.to_builtins(data.standard),
        "results": [result_shown(plan, one) for one in points],
        "coverage": "" if plan.coverage.probability is None else f"{(plan.coverage.probability * 100).normalize():f}",
        "warnings": [both(told) for one in points for told in cautions_told(one)],
        "told": [told for one in points if (told := told_shown(plan, one))["lines"]],
        "joint": joint_shown(data.result),
        "corrections": [shown for one in points for shown in corrections_shown(one)],
        "checks": [check_shown(plan, one, data.attempts.get(one.check, 1)) for one in data.checks],
        "rows": [
            text_of(row.name) | {"evaluation": row.evaluation, "distribution": both(_DISTRIBUTION[row.distribution])}
            for row in plan.budget
        ],
        "budgets": [budget_shown(plan, one) for one in points],
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
        "made": moment_text(data.made),
        "program": data.program,
        "methods": data.result.methods,
    }


def _laboratory(plan: Plan, code: str) -> Both:
    known = {one.laboratory.code: one.laboratory for one in plan.participants} | {plan.pilot.code: plan.pilot}
    return text_of(known[code].name) if code in known else {"zh": "", "en": ""}
