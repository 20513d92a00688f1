"""What a report says of the checks: limits, what was seen against them, verdicts."""

from typing import Any, Final

from labclient.evaluation import Check, CheckName
from labclient.package._report_numbers import at_place, few, in_unit, power_of, shown
from labclient.plan import Plan, Range
from labclient.typesetting import both
from labclient.units import number
from labclient.words import Message, message

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


def check_shown(plan: Plan, one: Check, attempts: int) -> dict[str, Any]:
    """One row of the table of checks."""
    figures = {figure.name: figure for figure in one.figures}
    ranges: tuple[Range, ...] = ()
    if one.check == "transport":
        ranges = plan.arrival.transport_limits
    elif one.check == "environment":
        ranges = plan.environment.limits
    tolerance = figures.get("tolerance")
    limit = figures.get("limit") or tolerance
    seen = [_seen(figures, limits) for limits in ranges if f"{limits.quantity}: lowest" in figures]
    return {
        "name": both(_CHECK[one.check]),
        "verdict": both(_VERDICT[one.verdict]),
        "passed": one.verdict == "pass",
        "method": one.method,
        "limits": [_limits(limits) for limits in ranges],
        "limit": shown(limit.value, limit.unit) | {"two_sided": limit is tolerance} if limit else None,
        "seen": seen,
        "interval": _interval(figures) if {"change", "u(change)", "k"} <= figures.keys() else None,
        "largest": shown(figures["largest"].value.lstrip("-"), figures["largest"].unit)
        if "largest" in figures
        else None,
        "readings": figures["readings"].value if "readings" in figures else "",
        "attempts": attempts,
    }


def _limits(limits: Range) -> str:
    low, high = (None if one is None else f"{one:f}" for one in (limits.low, limits.high))
    if low is None:
        return f"≤ {high} {limits.unit}"
    return f"≥ {low} {limits.unit}" if high is None else f"{low}～{high} {limits.unit}"


def _seen(figures: dict[str, Any], limits: Range) -> str:
    low, high = (few(number(figures[f"{limits.quantity}: {end}"].value), 4) for end in ("lowest", "highest"))
    return f"{high} {limits.unit}" if limits.low is None else f"{low}～{high} {limits.unit}"


def _interval(figures: dict[str, Any]) -> dict[str, Any] | None:
    """|d| ± k·u in one unit to one place; None when the judgement had no finite uncertainty."""
    texts = [figures[name].value for name in ("change", "u(change)", "k")]
    if any(text.lstrip("-") in {"inf", "nan"} for text in texts):
        return None
    change, u, k = map(number, texts)
    distance, width = abs(change), k * u
    larger = max(distance, width)
    power = power_of(larger)
    place = min(larger.adjusted() - 2 - power, 0)
    return {
        "d": at_place(distance.scaleb(-power), place),
        "w": at_place(width.scaleb(-power), place),
        "k": few(k),
        **in_unit(figures["change"].unit, power),
    }
