"""The readable copy of a released report: one bilingual PDF/A, the same bytes for the same data.

What laboratories reported stands as they rounded it; differences and their uncertainties are shown to a few digits,
scores to two decimals. The record beside it keeps all digits.
"""

from typing import Any, Final

from labclient.clock import parse_iso
from labclient.evaluation import FORM_NAMES, short, shown_unit, signed
from labclient.home import shipped
from labclient.metrology import Agreement, DriftForm
from labclient.package._released_data import Released, ReleasedPoint, ReleasedRow
from labclient.package._released_told import PointTold, RowTold, difference, expanded, formed_told, point_told
from labclient.plan import Plan, Text
from labclient.typesetting import Both, both, typeset
from labclient.words import Message, message

_K: Final = 2.0
_WORDS: Final = {
    "report": message("Released report of the comparison"),
    "band": message("SIMULATED — demonstration only"),
    "plan": message("Plan"),
    "plan_hash": message("Plan, SHA-256"),
    "revision": message("Revision"),
    "released": message("Released"),
    "pilot": message("Pilot laboratory"),
    "measurand": message("Measurand"),
    "transfer_standard": message("Transfer standard"),
    "nominal": message("Nominal value"),
    "reference": message("Reference value"),
    "drift": message("Drift of the transfer standard"),
    "laboratory": message("Laboratory"),
    "date": message("Date"),
    "reported": message("Reported value ± U"),
    "unit": message("Unit"),
    "verdict": message("Verdict"),
    "picture": message("Drawn: d ± U (k = 2); grey, the reference value ± U; disc: satisfactory, cross: "
                       "unsatisfactory, square: questionable, ring: inconclusive."),
    "packages": message("What the results were taken from"),
    "package": message("Package, SHA-256"),
    "missing": message("No result is there of"),
    "methods": message("Methods"),
    "method": message("Method"),
    "formula": message("Formula"),
    "source": message("Source"),
    "early": message("Compared before the last report was due"),
    "supersedes": message("In place of the report with SHA-256"),
    "program": message("Computed by"),
    "formed": message("Scores are formed with 2·u, whatever k was reported, and with unrounded numbers. Each result is "
                      "compared at its own time."),
    "member": message("* member of the mean: the minus sign holds in its En."),
    "signatures": message("Signatures prove who signed and that nothing changed since, not that the content is true."),
}  # fmt: skip
_MARKS: Final = {
    Agreement.SATISFACTORY: "disc",
    Agreement.QUESTIONABLE: "square",
    Agreement.UNSATISFACTORY: "cross",
    Agreement.INCONCLUSIVE: "ring",
}


def release_pdf(released: Released, plan: Plan) -> bytes:
    """The report as PDF/A-2a: a function of `released`, the plan's texts, the template, the catalogue and the fonts."""
    template = shipped("resources", "report", "released.typ")
    return typeset(template, _contents(released, plan), parse_iso(released.released))


def _contents(released: Released, plan: Plan) -> dict[str, Any]:
    transfer = plan.transfer_standard
    unclear = message(
        "Inconclusive: u_TS/u_lab lies above {ratio}; the transfer standard leaves open whether the laboratory agrees.",
        ratio=released.most_ratio,
    )
    words = _WORDS | {"unclear": unclear}
    return {
        "words": {name: both(sentence) for name, sentence in words.items()},
        "simulated": released.simulated,
        "title": _text(plan.title),
        "measurand": _text(plan.measurand),
        "comparison": released.comparison,
        "revision": released.revision,
        "supersedes": released.supersedes,
        "plan_revision": released.plan.revision,
        "plan_sha256": released.plan.sha256,
        "released": f"{parse_iso(released.released):%Y-%m-%d %H:%M:%S} UTC",
        "pilot": released.pilot,
        "pilot_name": _text(plan.pilot.name),
        "transfer": " ".join(one for one in (transfer.maker, transfer.model, transfer.serial) if one),
        "early": released.before_due,
        "points": [_point(plan, one) for one in released.points],
        "laboratories": [
            {"code": one.laboratory, "revision": one.revision, "package": one.package_sha256}
            for one in released.laboratories
        ],
        "missing": ", ".join(released.missing),
        "rules": [{"id": one.id, "formula": one.formula, "source": one.source} for one in released.rules],
        "program": released.program,
    }


def _point(plan: Plan, one: ReleasedPoint) -> dict[str, Any]:
    told = point_told(one)
    band = _K * max(float(row.u_reference) for row in one.rows)
    return {
        "point": one.point,
        "nominal": one.nominal,
        "unit": one.unit,
        "reference": [both(sentence) for sentence in formed_told(one, up=plan.rounding.up)],
        "drift": both(_drift_told(one)),
        "shown": told.shown,
        "symbols": told.symbols,
        "rows": [_row(row, shown, told) for row, shown in zip(one.rows, told.rows, strict=True)],
        "band": band / told.extent,
        "edge": f"{short(told.extent, told.size)} {told.shown}",
        "some_members": any(row.member for row in one.rows),
        "unclear": any(row.verdict == "inconclusive" for row in one.rows),
    }


def _row(row: ReleasedRow, shown: RowTold, of: PointTold) -> dict[str, Any]:
    return {
        "laboratory": shown.laboratory,
        "date": shown.day,
        "value": shown.value,
        "U": shown.U,
        "k": shown.k,
        "d": shown.d,
        "u_TS": shown.u_ts,
        "ratio": shown.ratio,
        "scores": [shown.scores.get(name, "–") for name in of.scores],
        "by": shown.by,
        "member": shown.member,
        "verdict": both(shown.verdict_told),
        "mark": _MARKS[shown.verdict],
        "at": difference(row) / of.extent,
        "half": expanded(row) / of.extent,
    }


def _drift_told(one: ReleasedPoint) -> Message:
    drift = one.drift
    form = FORM_NAMES[DriftForm(drift.form)] if drift.form else message("none")
    u_trans, u_common = (_amount(float(text), one.unit) for text in (drift.u_transport, drift.u_common))
    if drift.slope is None or drift.u_slope is None:
        return message("Visits: {n}; form: {form}; transport: u = {u_trans}; common to all visits: u = {u_common}",
                       n=drift.visits, form=form, u_trans=u_trans, u_common=u_common)  # fmt: skip
    unit, size = shown_unit(max(abs(float(drift.slope)), float(drift.u_slope)), one.unit)
    return message(
        "Visits: {n}; form: {form}; slope {slope} ± {u} {unit} a day (k = 1); transport: u = {u_trans}; common to all "
        "visits: u = {u_common}",
        n=drift.visits, form=form, slope=signed(float(drift.slope), size), u=short(float(drift.u_slope), size),
        unit=unit, u_trans=u_trans, u_common=u_common,
    )  # fmt: skip


def _amount(value: float, unit: str) -> str:
    shown, size = shown_unit(value, unit)
    return f"{short(value, size)} {shown}".strip()


def _text(text: Text) -> Both:
    return {"zh": text.zh, "en": text.en}
