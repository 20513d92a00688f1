"""What a report says of the results: values, how they came about, corrections, budgets."""

from collections.abc import Iterator
from typing import Any

from labclient.evaluation import (
    BudgetLine,
    PointResult,
    Result,
    chain_told,
    coefficient_shown,
    examined_told,
    joint_told,
)
from labclient.package._report_numbers import (
    at_place,
    dof_text,
    few,
    in_unit,
    moment_text,
    power_of,
    quantity_text,
    shown,
)
from labclient.plan import Plan
from labclient.typesetting import both
from labclient.units import INFLUENCES, number


def result_shown(plan: Plan, one: PointResult) -> dict[str, Any]:
    return {
        "point": one.point,
        "nominal": quantity_text(plan.point(one.point).nominal),
        "value": one.reported_value,
        "U": one.reported_U,
        "unit": one.unit,
        "k": few(number(one.k)),
        "dof": dof_text(one.dof),
        "cycles": one.cycles,
        "excluded": one.excluded_cycles,
        "mean_time": moment_text(one.mean_time),
    }


def told_shown(plan: Plan, one: PointResult) -> dict[str, Any]:
    """A model's way to the value, and what was looked at; exclusions stand in their own place."""
    chain = chain_told(plan, one) if one.model else ()
    looked = examined_told(one) if one.outliers or one.information or one.monte_carlo or one.second_order else ()
    return {"point": one.point, "lines": [both(told) for told in (*chain, *looked)]}


def joint_shown(result: Result) -> dict[str, Any] | None:
    """How the points are correlated: through what, and the matrix; None where the plan asks for none."""
    joint = result.joint
    if joint is None:
        return None
    rows = [
        {"point": point, "r": [coefficient_shown(r) for r in row]}
        for point, row in zip(joint.points, joint.r, strict=True)
    ]
    return {"said": both(next(joint_told(result))), "rows": rows}


def corrections_shown(one: PointResult) -> Iterator[dict[str, Any]]:
    for correction in one.corrections:
        yield {
            "point": one.point,
            "influence": both(INFLUENCES[correction.name]),
            "mean": f"{few(number(correction.influence), 5)} {correction.influence_unit}",
            "added": shown(correction.value, one.unit),
        }


def budget_shown(plan: Plan, one: PointResult) -> dict[str, Any]:
    """The lines of one point in the plan's order; contributions and u_c share a power of ten and a last place."""
    u_c = number(one.u_c)
    power = power_of(u_c)
    place = (u_c.adjusted() - 2) - power
    lines = {line.row: line for line in one.budget}

    def scaled(text: str) -> str:
        return at_place(number(text).scaleb(-power), min(place, 0))

    def cells(line: BudgetLine) -> dict[str, Any]:
        return {
            "u": shown(line.u, line.unit),
            "c": shown(line.sensitivity),
            "contribution": scaled(line.contribution),
            "dof": dof_text(line.dof),
            "share": at_place(number(line.share) * 100, -1),
        }

    return {
        "point": one.point,
        "lines": [cells(lines[row.id]) if row.id in lines else None for row in plan.budget],
        "scale": in_unit(one.unit, power),
        "u_c": scaled(one.u_c),
        "dof": dof_text(one.dof),
        "k": few(number(one.k)),
        "U": one.reported_U,
        "unit": one.unit,
    }
