"""What the verbs of the pilot's monitoring answer a machine: measured numbers as texts, with all their digits."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from labclient.clock import iso
from labclient.evaluation import At, Degree, Degrees, Monitored, Visit, monitored_told, reference_told
from labclient.metrology import Judgement, Score
from labclient.plan import Plan
from labclient.words import say


def head_json(plan: Plan, visits: Sequence[Visit]) -> dict[str, Any]:
    """What is common to both answers."""
    return {
        "comparison": plan.id,
        "plan_revision": plan.revision,
        "pilot": plan.pilot.code,
        "visits": [{"file": one.source, "computed": one.computed, "simulated": one.simulated} for one in visits],
    }


def point_json(seen: Monitored) -> dict[str, Any]:
    """One point of the monitoring."""
    drift, moved = seen.drift, seen.transport
    return {
        "point": seen.point,
        "unit": seen.unit,
        "visits": [
            {"time": time_text(one.time_s), "value": repr(one.value), "u": repr(one.u), "u_visit": repr(one.u_visit),
             "u_common": repr(one.u_common), "cycles": one.cycles}
            for one in seen.visits
        ],
        "form": drift.form.value if drift else None,
        "rule": seen.why.value if seen.why else None,
        "birge": repr(drift.birge) if drift else None,
        "slope_per_day": _text(seen.slope),
        "u_slope_per_day": _text(seen.u_slope),
        "t": _text(seen.t),
        "t_critical": _text(seen.t_critical),
        "u_common": repr(seen.u_common),
        "stability": _judgement_json(seen.stability),
        "transport": None if moved is None else {
            "verdict": moved.verdict.value, "missing": moved.missing, "pooled": _judgement_json(moved.judgement),
            "legs": [{"id": one.id, "E_tr": _text(one.e), **(_judgement_json(one.judgement) or {})}
                     for one in moved.legs],
        },
        "u_transport": repr(seen.u_transport),
        "laboratories": [_at_json(one) for one in seen.at],
        "sentences": [say(one) for one in monitored_told(seen)],
    }  # fmt: skip


def _at_json(there: At) -> dict[str, Any]:
    return {
        "laboratory": there.laboratory, "time": time_text(there.time_s), "planned": there.planned,
        "value": repr(there.value), "u_drift": repr(there.u_drift), "u_TS": repr(there.u_ts),
        "ratio": _text(there.ratio), "can_be_judged": there.conclusive, "preliminary": there.extrapolated,
    }  # fmt: skip


def degrees_json(found: Degrees) -> dict[str, Any]:
    """One point of the comparison."""
    one = found.reference
    return {
        "point": found.point,
        "unit": found.unit,
        "reference": {"method": one.method, "value": repr(one.value), "u": repr(one.u), "members": list(one.members),
                      "chi2": _text(one.chi2), "dof": one.dof, "p": _text(one.p), "tau": _text(one.tau),
                      "holds": one.holds},
        "laboratories": [_degree_json(row) for row in found.rows],
        "sentences": [say(sentence) for sentence in reference_told(found)],
    }  # fmt: skip


def _degree_json(row: Degree) -> dict[str, Any]:
    return {
        "laboratory": row.result.laboratory, "time": time_text(row.result.time_s), "value": repr(row.result.value),
        "U": repr(row.result.U), "k": repr(row.result.k), "reference": repr(row.reference),
        "u_reference": repr(row.u_reference), "u_TS": repr(row.u_ts), "ratio": _text(row.ratio),
        "member": row.member, "verdict": row.verdict.value, "by": row.by, "En": _score_json(row.en),
        "zeta": _score_json(row.zeta),
        "z": _score_json(row.z), "z_prime": _score_json(row.z_prime),
    }  # fmt: skip


def _score_json(one: Score | None) -> dict[str, str] | None:
    return None if one is None else {
        "formula": one.formula, "difference": repr(one.difference), "denominator": repr(one.denominator),
        "score": repr(one.score),
    }  # fmt: skip


def _judgement_json(one: Judgement | None) -> dict[str, str] | None:
    return None if one is None else {
        "verdict": one.verdict.value, "change": repr(one.difference), "u": repr(one.u), "k": repr(one.k),
        "limit": repr(one.limit),
    }  # fmt: skip


def _text(value: float | None) -> str | None:
    return None if value is None else repr(value)


def time_text(time_s: float) -> str:
    """A moment (s since 1970) in UTC."""
    return iso(datetime.fromtimestamp(time_s, UTC))
