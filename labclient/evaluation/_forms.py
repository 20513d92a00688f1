"""The stability tests of standards, told beside the judgement of a run. Information: the readings of one run are not
independent of each other, so none of these opens or shuts a gate."""

from collections.abc import Iterator
from math import sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.evaluation._data import Figure, digits
from labclient.evaluation._readings import Array
from labclient.metrology import Method, group_range, trend, two_times
from labclient.plan import Plan, StabilityForm
from labclient.units import convert
from labclient.words import Message, message

METHOD_OF: Final[dict[str, Method]] = {
    "trend": Method("trend", "ISO 33405", "2024", "ISO Guide 35:2017, 8.7.3, B.3"),
    "group-range": Method("group-range", "JJF 1033", "2023", ""),
    "two-times": Method("two-times", "ISO 13528", "2022", "B.5"),
}
"""What is claimed where the plan names no standard."""

FORM_NAMES: Final[dict[str, Message]] = {
    "trend": message("trend of the group means"),
    "group-range": message("largest less smallest group mean"),
    "two-times": message("two halves compared"),
}


def stability_information(plan: Plan, times: Array, values: Array) -> Iterator[Figure]:
    """The figures of every form that the plan names, each with its method."""
    limit = convert(float(plan.stability.limit.value), plan.stability.limit.unit, plan.unit)
    for asked in plan.stability.information:
        method = _method(asked)
        yield Figure(f"{asked.form}: method", _claimed(method))
        for name, number, unit in _figures(asked, method, times, values, limit, plan.unit):
            yield Figure(f"{asked.form}: {name}", number, unit)


def _figures(
    asked: StabilityForm, method: Method, times: Array, values: Array, limit: float, unit: str
) -> Iterator[tuple[str, str, str]]:
    count = 2 if asked.form == "two-times" else asked.groups
    groups, moments = np.array_split(values, count), np.array_split(times, count)
    match asked.form:
        case "trend":
            found = trend([_mean(one) for one in moments], [_mean(one) for one in groups], limit, method=method)
            yield "groups", str(found.n), ""
            yield "change", digits(found.judgement.difference), unit
            yield "u(change)", digits(found.judgement.u), unit
            if found.t is not None:
                yield "t", digits(found.t), ""
            yield "critical t", digits(found.t_critical), ""
            yield "significant", "yes" if found.significant else "no", ""
            yield "smallest detectable change", digits(found.smallest_detectable), unit
        case "group-range":
            most = group_range(groups, limit, least=2, method=method)
            yield "groups", str(len(most.means)), ""
            yield "range of the means", digits(most.statistic), unit
            if most.smallest_detectable is not None:
                yield "smallest detectable change", digits(most.smallest_detectable), unit
        case "two-times":
            u = [float(np.std(one - one[0], ddof=1)) / sqrt(one.size) for one in groups]
            both = two_times(_mean(groups[0]), _mean(groups[1]), limit, u[0], u[1], share=1.0, method=method)
            yield "change", digits(both.judgement.difference), unit
            yield "basic criterion met", "yes" if both.basic else "no", ""
            yield "widened limit", digits(both.widened_limit), unit
            yield "widened criterion met", "yes" if both.widened else "no", ""


def _method(asked: StabilityForm) -> Method:
    known = METHOD_OF[asked.form]
    if not asked.standard:
        return known
    return msgspec.structs.replace(known, standard=asked.standard, edition=asked.edition, clause=asked.clause)


def _claimed(method: Method) -> str:
    edition = f":{method.edition}" if method.edition else ""
    return f"{method.standard}{edition}" + (f" ({method.clause})" if method.clause else "")


def _mean(values: Array) -> float:
    return float(values[0] + (values - values[0]).mean())
