"""How the results of the points are correlated through what the plan says is one quantity at all of them.

A function of a computed result and its plan alone: whoever holds both computes it again.
"""

from collections.abc import Iterator, Sequence
from math import copysign, sqrt
from typing import Final

import numpy as np

from labclient.evaluation._data import BudgetLine, Joint, PointResult, Result
from labclient.metrology import joint_correlation
from labclient.plan import Plan
from labclient.units import number
from labclient.words import Message, message

JOINT_METHOD: Final = "joint-first-order/1"
_PLACES: Final = 6
_NEAR: Final = 1.5e-6  # between two computers the last place kept may differ by one
MOST_PAIRED: Final = 4  # the coefficients of more points are a table


def joint_of(plan: Plan, points: Sequence[PointResult]) -> Joint | None:
    """The correlation matrix of the points; None where the plan asks for none."""
    if not plan.common_rows:
        return None
    parts = [dict(_sources(plan, one)) for one in points]
    names = list(parts[0])
    links = {frozenset((pair.first, pair.second)): float(number(pair.r)) for pair in points[0].correlations}
    within = np.array([[1.0 if a == b else links.get(frozenset((a[0], b[0])), 0.0) for b in names] for a in names])
    r = joint_correlation(
        [[part[name] for name in names] for part in parts],
        [float(number(one.u_c)) for one in points],
        [row in plan.common_rows for row, _ in names],
        within,
    )
    return Joint(
        method=JOINT_METHOD,
        common=plan.common_rows,
        points=tuple(one.point for one in points),
        r=tuple(tuple(f"{value + 0.0:.{_PLACES}f}".replace("-0.000000", "0.000000") for value in row) for row in r),
    )


def same_joint(said: Joint | None, again: Joint | None) -> bool:
    """Whether two matrices are the same to the places kept."""
    if said is None or again is None:
        return said is again
    if (said.method, said.common, said.points) != (again.method, again.common, again.points):
        return False
    if [len(row) for row in said.r] != [len(row) for row in again.r] or len(said.r) != len(again.r):
        return False
    pairs = ((a, b) for ours, theirs in zip(said.r, again.r, strict=True) for a, b in zip(ours, theirs, strict=True))
    return all(abs(float(number(a)) - float(number(b))) <= _NEAR for a, b in pairs)


def joint_told(result: Result) -> Iterator[Message]:
    """What makes the results correlated, and each coefficient where they are few."""
    joint = result.joint
    if joint is None:
        return
    yield message("The results are correlated through what is one quantity at all points: {rows}.",
                  rows=", ".join(joint.common))  # fmt: skip
    pairs = [(j, k) for j in range(len(joint.points)) for k in range(j)]
    for j, k in pairs if len(joint.points) <= MOST_PAIRED else ():
        yield message("r({first}, {second}) = {r}", first=joint.points[k], second=joint.points[j],
                      r=coefficient_shown(joint.r[j][k]))  # fmt: skip


def coefficient_shown(r: str) -> str:
    """A coefficient to three decimals, with a true minus sign."""
    return f"{float(r):.3f}".replace("-", "−")


def _sources(plan: Plan, one: PointResult) -> Iterator[tuple[tuple[str, int], float]]:
    """The signed contributions of a point, by row; a row may be of two quantities that are told apart by a number."""
    linked = {name for pair in one.correlations for name in (pair.first, pair.second)}
    rows = {row.id: row for row in plan.budget}
    for line in one.budget:
        if plan.model is None and rows[line.row].origin == "coefficient" and line.row not in linked:
            first, second = _of_coefficient(plan, one, line, str(rows[line.row].influence))
            yield (line.row, 0), first
            yield (line.row, 1), second
        else:
            yield (line.row, 0), copysign(float(number(line.contribution)), float(number(line.sensitivity)))


def _of_coefficient(plan: Plan, one: PointResult, line: BudgetLine, influence: str) -> tuple[float, float]:
    """A correction −y·c·(x − x₀) is uncertain by x, −y·c·u(x), and by c, −y·(x − x₀)·u(c): with the signs of this
    point, because at another x the second may go the other way."""
    coefficient = next(c for c in plan.transfer_standard.coefficients if c.influence == influence)
    level = next(c for c in one.corrections if c.name == influence)
    away = float(number(level.influence)) - float(coefficient.reference.value)
    value, whole = float(number(one.value)), float(number(line.contribution))
    by_coefficient = -value * away * float(coefficient.u)
    by_influence = sqrt(max(0.0, (whole - by_coefficient) * (whole + by_coefficient)))
    return copysign(by_influence, -value * float(coefficient.value)), by_coefficient
