"""The stability tests of standards, told beside the judgement of a run. Information: the readings of one run are not
independent of each other, so none of these opens or shuts a gate."""

from collections.abc import Iterator
from math import sqrt

import numpy as np

from labclient.evaluation._amounts import amount_told
from labclient.evaluation._data import Check, Figure, digits
from labclient.evaluation._readings import Array
from labclient.metrology import Method, group_range, trend, two_times
from labclient.plan import Plan, StabilityForm
from labclient.units import convert
from labclient.words import Message, message


def stability_information(plan: Plan, times: Array, values: Array) -> Iterator[Figure]:
    """The figures of every form that the plan names, each with its method."""
    limit = convert(float(plan.stability.limit.value), plan.stability.limit.unit, plan.unit)
    for asked in plan.stability.information:
        count = 2 if asked.form == "two-times" else asked.groups
        groups, moments = np.array_split(values, count), np.array_split(times, count)
        match asked.form:
            case "trend":
                figures = _trend(asked, moments, groups, limit, plan.unit)
            case "group-range":
                figures = _group_range(asked, groups, limit, plan.unit)
            case "two-times":
                figures = _two_times(asked, groups, limit, plan.unit)
        for name, number, *unit in figures:
            yield Figure(f"{asked.form}: {name}", number, *unit)


def _trend(
    asked: StabilityForm, moments: list[Array], groups: list[Array], limit: float, unit: str
) -> Iterator[tuple[str, ...]]:
    found = trend([_mean(one) for one in moments], [_mean(one) for one in groups], limit)
    yield "method", _claimed(asked, found.method)
    yield "groups", str(found.n)
    yield "change", digits(found.judgement.difference), unit
    yield "u(change)", digits(found.judgement.u), unit
    if found.t is not None:
        yield "t", digits(found.t)
    yield "critical t", digits(found.t_critical)
    yield "significant", "yes" if found.significant else "no"
    yield "smallest detectable change", digits(found.smallest_detectable), unit


def _group_range(asked: StabilityForm, groups: list[Array], limit: float, unit: str) -> Iterator[tuple[str, ...]]:
    found = group_range(groups, limit, least=2)
    yield "method", _claimed(asked, found.method)
    yield "groups", str(len(found.means))
    yield "range of the means", digits(found.statistic), unit
    if found.smallest_detectable is not None:
        yield "smallest detectable change", digits(found.smallest_detectable), unit


def _two_times(asked: StabilityForm, groups: list[Array], limit: float, unit: str) -> Iterator[tuple[str, ...]]:
    u = [float(np.std(one - one[0], ddof=1)) / sqrt(one.size) for one in groups]
    found = two_times(_mean(groups[0]), _mean(groups[1]), limit, u[0], u[1], share=1.0)
    yield "method", _claimed(asked, found.method)
    yield "change", digits(found.judgement.difference), unit
    yield "basic criterion met", "yes" if found.basic else "no"
    yield "widened limit", digits(found.widened_limit), unit
    yield "widened criterion met", "yes" if found.widened else "no"


def _claimed(asked: StabilityForm, known: Method) -> str:
    """The standard, edition and clause that the plan names, or else the program's."""
    named = asked if asked.standard else known
    edition = f":{named.edition}" if named.edition else ""
    return f"{named.standard}{edition}" + (f" ({named.clause})" if named.clause else "")


def _mean(values: Array) -> float:
    return float(values[0] + (values - values[0]).mean())


def forms_told(check: Check) -> Iterator[Message]:
    """What the stability forms of a check say, a sentence each."""
    figures = {figure.name: figure for figure in check.figures}
    if "trend: method" in figures:
        word = message("significant") if figures["trend: significant"].value == "yes" else message("not significant")
        yield message(
            "For information, {method}: the means of {n} groups changed by {change} along a line, u = {u}; the trend "
            "is {word}.",
            method=figures["trend: method"].value, n=figures["trend: groups"].value,
            change=_amount(figures["trend: change"]), u=_amount(figures["trend: u(change)"]), word=word,
        )  # fmt: skip
    if "group-range: method" in figures:
        yield message(
            "For information, {method}: the means of {n} groups span {range}.",
            method=figures["group-range: method"].value, n=figures["group-range: groups"].value,
            range=_amount(figures["group-range: range of the means"]),
        )  # fmt: skip
    if "two-times: method" in figures:
        met = [figures[f"two-times: {name} criterion met"].value == "yes" for name in ("basic", "widened")]
        word = message("the basic criterion is met") if met[0] else message("only the widened criterion is met")
        yield message(
            "For information, {method}: the halves of the run differ by {change}; {word}.",
            method=figures["two-times: method"].value, change=_amount(figures["two-times: change"]),
            word=word if any(met) else message("neither criterion is met"),
        )  # fmt: skip


def _amount(figure: Figure) -> str:
    return amount_told(figure.value, figure.unit)
