"""Fits, schemes, checks, reference values and scores: what the cases of this kind call."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import sqrt
from typing import Final

from labclient import metrology
from labclient.units import number
from labclient.validation._given import Call, Found, Given, floats, numbers


def _regress(
    y: Given, x: Given = "", powers: Sequence[int] = (), columns: Sequence[Given] = (), names: Sequence[str] = ()
) -> Found:
    """On powers of `x`, or on `columns`, of which a single number stands for itself repeated."""
    values = numbers(y)
    table = [[one**power if power else Decimal(1) for one in numbers(x)] for power in powers]
    table += [found * len(values) if len(found) == 1 else found for found in map(numbers, columns)]
    fit = metrology.regress(table, values)
    called = names or [str(power) for power in powers or range(len(table))]
    found: Found = {f"B{name}": b for name, b in zip(called, fit.coefficients, strict=True)}
    found |= {f"u(B{name})": sqrt(fit.covariance[i][i]) for i, name in enumerate(called)}
    return found | ({"s": fit.s} if fit.s is not None else {})


def _line(x: Given, y: Given, at: str = "0") -> Found:
    line = metrology.fit_line(floats(x), floats(y))
    there = metrology.line_at(line, float(number(at)))
    return {
        "B0": line.intercept,
        "B1": line.slope,
        "u(B0)": line.u_intercept,
        "u(B1)": line.u_slope,
        "r(B0,B1)": -line.centre * line.u_slope / line.u_intercept,
        "s": line.s,
        "y(at)": there.value,
        "u(y(at))": there.u,
        "extrapolated": _yes(there.extrapolated),
    }


def _judge(difference: str, u: str, limit: str) -> Found:
    found = metrology.judge(*(float(number(one)) for one in (difference, u, limit)))
    return {"verdict": found.verdict.value}


def _cycle(roles: str, times_s: Given, values: Given) -> Found:
    schemes = {one.id: one for one in (metrology.SXXS, metrology.SXS, metrology.SX)}
    positions = [
        metrology.position(role, [time], [value])
        for role, time, value in zip(roles.split("-"), floats(times_s), floats(values), strict=True)
    ]
    found = metrology.cycle(schemes[roles], tuple(positions))
    return {"value": found.value, "time": found.time_s, "lever": found.lever_s}


def _stability(values: Given, limit: str) -> Found:
    readings = floats(values)
    found = metrology.stability(list(map(float, range(len(readings)))), readings, float(number(limit)))
    return {"d": found.judgement.difference, "u": found.judgement.u, "verdict": found.verdict.value}


def _excursions(times_s: Given, values: Given, high: str) -> Found:
    limits = metrology.Limits(quantity="temperature", unit="°C", high=float(number(high)))
    found = metrology.excursions(floats(times_s), floats(values), limits)
    return {"outside": found.outside_s, "maximum": found.maximum, "verdict": found.verdict.value}


def _consensus(values: Given, U: Given, k: Given) -> Found:
    """Reference values of several laboratories, each with its own k."""
    x = floats(values)
    u = [expanded / factor for expanded, factor in zip(floats(U), floats(k), strict=True)]
    mean, dl, mp = metrology.weighted_mean(x, u), metrology.dersimonian_laird(x, u), metrology.mandel_paule(x, u)
    return {
        "x (weighted)": mean.value,
        "u (weighted)": mean.u,
        "χ²": mean.chi2,
        "p": mean.p,
        "Birge": mean.birge,
        "x (DL)": dl.value,
        "u (DL)": dl.u,
        "τ (DL)": dl.tau,
        "x (MP)": mp.value,
        "u (MP)": mp.u,
        "τ (MP)": mp.tau,
        "median": metrology.median(x),
        "MADe": metrology.mad(x),
    }


def _en(x: str, U: str, x_ref: str, U_ref: str) -> Found:
    value, spread, reference, reference_spread = (float(number(one)) for one in (x, U, x_ref, U_ref))
    return {"En": metrology.en_score(value, spread, reference, reference_spread).score}


def _its90(celsius: str) -> Found:
    w = metrology.its90_w(float(number(celsius) + Decimal("273.15")))
    return {"W_r": w, "t": metrology.its90_temperature(w) - 273.15}


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


COMPARISON: Final[Mapping[str, Call]] = {
    "regress": _regress,
    "line": _line,
    "judge": _judge,
    "cycle": _cycle,
    "stability": _stability,
    "excursions": _excursions,
    "consensus": _consensus,
    "en": _en,
    "its90": _its90,
}
