"""What happens to a standard in time: warm-up, drift, stability tests, transport; what the cases of this kind call."""

from collections.abc import Mapping, Sequence
from typing import Final

from labclient import metrology
from labclient.metrology import DriftForm, Leg, Session
from labclient.units import number
from labclient.validation._given import Call, Found, Given, floats


def _settling(times_s: Given, values: Given, limit: str, window_s: str, minimum_s: str = "0") -> Found:
    rule = metrology.SettlingRule(
        limit=float(number(limit)), window_s=float(number(window_s)), minimum_s=float(number(minimum_s))
    )
    found = metrology.settling(floats(times_s), floats(values), rule)
    judged = found.judgement
    return {
        "verdict": found.verdict.value,
        "waiting": "-" if found.waiting is None else found.waiting.value,
        "time": found.time_s,
        "d": "-" if judged is None else judged.difference,
        "u": "-" if judged is None else judged.u,
        "slope": "-" if found.slope is None else found.slope,
    }


def _drift(form: str, x: Given, y: Given, at: str, u: Given = "", knots: Given = "", u_system: str = "0") -> Found:
    fit = metrology.fit_drift(floats(x), floats(y), DriftForm(form), floats(u) or None, floats(knots))
    there = metrology.drift_at(fit, float(number(at)), float(number(u_system)))
    found: Found = {f"b{i}": one for i, one in enumerate(fit.coefficients)}
    found |= {"Birge": fit.birge, "y(at)": there.value, "u(y(at))": there.u}
    found |= {"extrapolated": "yes" if there.extrapolated else "no"}
    return found | ({} if fit.s is None else {"s": fit.s}) | ({} if fit.chi2 is None else {"χ²": fit.chi2})


def _choose_drift(x: Given, y: Given, u: Given = "") -> Found:
    found = metrology.choose_drift(floats(x), floats(y), floats(u) or None)
    return {"form": found.drift.form.value, "why": found.why.value}


def _trend(x: Given, y: Given, limit: str) -> Found:
    found = metrology.trend(floats(x), floats(y), float(number(limit)))
    return {
        "slope": found.slope,
        "u(slope)": found.u_slope,
        "t": "-" if found.t is None else found.t,
        "t critical": found.t_critical,
        "significant": "yes" if found.significant else "no",
        "u_lts": "-" if found.u_long_term is None else found.u_long_term,
        "verdict": found.verdict.value,
    }


def _two_times(first: str, second: str, sigma_pt: str, u_first: str, u_second: str) -> Found:
    y1, y2, sigma, u1, u2 = (float(number(one)) for one in (first, second, sigma_pt, u_first, u_second))
    found = metrology.two_times(y1, y2, sigma, u1, u2)
    return {
        "basic limit": found.basic_limit,
        "basic": "yes" if found.basic else "no",
        "widened limit": found.widened_limit,
        "widened": "yes" if found.widened else "no",
        "verdict": found.verdict.value,
    }


def _group_range(groups: Sequence[Given], limit: str) -> Found:
    found = metrology.group_range([floats(group) for group in groups], float(number(limit)))
    return {"statistic": found.statistic, "verdict": found.verdict.value}


def _monitoring(assigned: str, u_assigned: str, later: str, u_later: str) -> Found:
    x, u, y, u_y = (float(number(one)) for one in (assigned, u_assigned, later, u_later))
    found = metrology.monitoring(x, u, y, u_y)
    return {"difference": found.difference, "limit": found.limit, "agrees": "yes" if found.agrees else "no"}


def _transport(legs: Sequence[Mapping[str, str]], limit: str, u_day: str, planned: int) -> Found:
    """Each leg: mean, s and n before and after."""
    given = [
        Leg(id=str(i), **{side: _session(leg[side]) for side in leg if side not in ("drift", "u_drift")},
            drift=float(number(leg.get("drift", "0"))), u_drift=float(number(leg.get("u_drift", "0"))))
        for i, leg in enumerate(legs)
    ]  # fmt: skip
    found = metrology.transport(given, float(number(limit)), float(number(u_day)), planned)
    each: Found = {}
    for one in found.legs:
        each |= {f"d{one.id}": one.judgement.difference, f"u{one.id}": one.judgement.u}
        each |= {f"E{one.id}": "-" if one.e is None else one.e, f"u_trans{one.id}": one.u_rectangular}
    return each | {
        "d": found.judgement.difference,
        "u": found.judgement.u,
        "between": found.between,
        "verdict": found.verdict.value,
    }


def _session(text: str) -> Session:
    mean, s, n = floats(text)
    return Session(mean=mean, s=s, n=int(n))


OVER_TIME: Final[Mapping[str, Call]] = {
    "settling": _settling,
    "drift": _drift,
    "choose-drift": _choose_drift,
    "trend": _trend,
    "two-times": _two_times,
    "group-range": _group_range,
    "monitoring": _monitoring,
    "transport": _transport,
}
