"""From the record to the reported value: cycles, corrections to the reference conditions, budget, rounding."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, TypeVar

import msgspec
import numpy as np

import labclient
from labclient.clock import iso
from labclient.errors import DataUnfit
from labclient.evaluation._budget import Given, certified_value, dof_text, lines
from labclient.evaluation._cautions import cautions
from labclient.evaluation._checks import environment_runs
from labclient.evaluation._cycles import Measured, measured, sets
from labclient.evaluation._data import (
    Correlated,
    Drawn,
    Figure,
    Outlying,
    PointResult,
    Result,
    SecondOrderTerms,
    digits,
)
from labclient.evaluation._examined import information, outlying
from labclient.evaluation._inputs import BudgetDeclared, Standard
from labclient.evaluation._joint import JOINT_METHOD, joint_of
from labclient.evaluation._readings import all_readings
from labclient.evaluation._updown import hysteresis, up_and_down_figures
from labclient.evaluation._valued import Told, Valued, drawn, fixed_value, valued
from labclient.metrology import (
    MonteCarlo,
    Propagation,
    RoundingRule,
    TypeA,
    Validation,
    parse_model,
    round_result,
    type_a,
    validate_budget,
)
from labclient.notebook import Reader
from labclient.plan import Plan, Point
from labclient.words import message

_Body = TypeVar("_Body", Standard, BudgetDeclared)


def result(record: Reader, plan: Plan, entries: int, told: Told | None = None) -> Result:
    """The results of all points, from the first `entries` entries of the record.

    The value of a point is that of the plan's model; without one it is S·(X/S), or S + (X − S), or an error of
    indication, mean − S, as the scheme's method says, with the mean taken over the plan's independent level, and the
    transfer standard's coefficients taken to their reference conditions.
    `told` hears how far a Monte Carlo computation is; what it raises ends it. Raises `DataUnfit` when something is
    missing.
    """
    standard = _latest(record, entries, "standard", Standard)
    declared = _latest(record, entries, "budget", BudgetDeclared)
    cycles = measured(record, plan, entries)
    points = []
    for place, point in enumerate(plan.points):
        mine = [one for one in cycles if one.point == point.id]
        counting = [one for one in mine if not one.excluded]
        _check_complete(plan, point, mine, counting)
        given = Given(
            plan=plan,
            point=point,
            standard=standard,
            certified=certified_value(standard, point),
            declared=declared,
            levels=_levels(record, plan, counting, entries),
            hysteresis=hysteresis(counting),
        )
        points.append(_point_result(given, counting, mine, _share(told, place, len(plan.points))))
    return Result(
        entries=entries,
        program=labclient.__version__,
        methods=_methods(plan),
        points=tuple(points),
        joint=joint_of(plan, points),
    )


def _methods(plan: Plan) -> tuple[str, ...]:
    rule = plan.measurement
    drawing = ("monte-carlo-adaptive/1",) if plan.monte_carlo else ()
    model = ("model-expression/1", *_formulas(plan.model.expression)) if plan.model else ()
    level = f"type-a-{rule.independent_level}/1"
    joint = (JOINT_METHOD,) if plan.common_rows else ()
    return (rule.scheme.method, level, *model, "gum-first-order/1", *joint, *drawing, plan.rounding.method)


def _formulas(expression: str) -> tuple[str, ...]:
    return tuple(f"formula-{name}/1" for name in parse_model(expression).formulas)


def _share(told: Told | None, place: int, points: int) -> Told | None:
    """What a point's computation tells, as part of the whole."""
    return None if told is None else lambda done, most: told(place * most + done, points * most)


def _point_result(
    given: Given, counting: Sequence[Measured], everything: Sequence[Measured], told: Told | None
) -> PointResult:
    plan = given.plan
    scatter = _scatter(plan, counting)
    found = valued(given, scatter)
    drawing, U, k = None, found.budget.U, found.budget.k
    if plan.monte_carlo is not None:
        drawing = _drawn(*drawn(given, scatter, found, told))
        if found.undefined:
            U = (float(drawing.high) - float(drawing.low)) / 2
            k = U / found.budget.u_c
    rounded = round_result(found.value, U, RoundingRule(digits=None, up=plan.rounding.up))
    with_excluded = _with_excluded(given, found, _scatter(plan, everything))
    mean_time = float(np.mean([one.time_s for one in counting]))
    outliers, told_figures = _examined(given, counting)
    second_order = _second_order(found)
    return PointResult(
        point=given.point.id,
        unit=plan.unit,
        value=digits(found.value),
        u_c=digits(found.budget.u_c),
        U=digits(U),
        k=str(plan.coverage.k) if plan.coverage.k is not None else digits(k),
        dof=dof_text(found.budget.nu_eff),
        reported_value=rounded.value_text,
        reported_U=rounded.U_text,
        mean_time=iso(datetime.fromtimestamp(mean_time, UTC)),
        cycles=len(counting),
        excluded_cycles=len(everything) - len(counting),
        value_without_exclusions=digits(with_excluded),
        standard_value=digits(given.standard_value),
        mean_of_cycles=digits(scatter.mean),
        corrections=found.corrections,
        budget=tuple(lines(found.budget, with_estimates=plan.model is not None)),
        model=plan.model.expression if plan.model else "",
        correlations=tuple(Correlated(one.first, one.second, digits(one.r)) for one in found.budget.correlations),
        second_order=second_order,
        monte_carlo=drawing,
        outliers=outliers,
        information=(*up_and_down_figures(plan, counting), *told_figures),
        cautions=tuple(cautions(given, found, U, second_order, drawing, outliers)),
    )


def _with_excluded(given: Given, found: Valued, everything: TypeA) -> float:
    """What the value would be if every cycle counted; the corrections stay those of the counting cycles."""
    if given.plan.model is not None:
        return valued(given, everything).value
    return fixed_value(given, everything.mean) + found.value - found.measured


def _second_order(found: Valued) -> SecondOrderTerms | None:
    if found.propagation is None:
        return None
    terms = found.propagation.second_order
    return SecondOrderTerms(digits(terms.u), digits(terms.u_c), digits(terms.shift), terms.matters)


def _drawn(compared: Propagation | None, found: MonteCarlo) -> Drawn:
    agreed = validate_budget(compared, found) if compared else None
    low, high = found.symmetric if found.rule.interval == "symmetric" else found.shortest
    return Drawn(
        generator=found.generator,
        seed=found.rule.seed,
        trials=found.trials,
        stable=found.stable,
        probability=digits(found.rule.probability),
        interval=found.rule.interval,
        mean=digits(found.mean),
        u=digits(found.u),
        low=digits(low),
        high=digits(high),
        budget_U=digits(compared.budget.U) if compared else "",
        tolerance=digits(agreed.tolerance if agreed else found.tolerance),
        validated=_confirmed(agreed, found),
    )


def _confirmed(agreed: Validation | None, found: MonteCarlo) -> Literal["yes", "no", "unsure"]:
    """Whether the drawn interval is the budget's: a difference beyond both tolerances is one, however stable."""
    if agreed is None:
        return "unsure"
    if agreed.validated is None:
        return "no" if max(agreed.d_low, agreed.d_high) > agreed.tolerance + found.tolerance else "unsure"
    return "yes" if agreed.validated else "no"


def _examined(given: Given, counting: Sequence[Measured]) -> tuple[tuple[Outlying, ...], tuple[Figure, ...]]:
    plan = given.plan
    rule = plan.examination
    if rule is None:
        return (), ()

    def without(left: Sequence[Measured]) -> tuple[str, str]:
        try:
            again = valued(given, _scatter(plan, left))
        except DataUnfit:  # too little is left to say anything
            return "", ""
        return digits(again.value), "" if again.undefined else digits(again.budget.U)

    return tuple(outlying(rule, sets(plan, counting), without)), tuple(information(rule, counting))


def _check_complete(plan: Plan, point: Point, mine: Sequence[Measured], counting: Sequence[Measured]) -> None:
    """Raise `DataUnfit` unless every cycle that the plan asks for was measured, and none counts twice."""
    rule = plan.measurement
    asked = {(day, cycle) for day in range(1, rule.days + 1) for cycle in range(1, rule.cycles + 1)}
    have = {(one.day, one.cycle) for one in mine} & asked
    if have != asked:
        raise DataUnfit(
            message("{point}: {have} of {total} cycles measured.", point=point.id, have=len(have), total=len(asked))
        )
    if len({(one.day, one.cycle) for one in counting} & asked) != len(counting):
        raise DataUnfit(message("{point}: a cycle counts twice, or the plan does not ask for it.", point=point.id))
    if not counting:
        raise DataUnfit(message("{point}: no cycle counts.", point=point.id))


def _scatter(plan: Plan, cycles: Sequence[Measured]) -> TypeA:
    groups = [[one] for one in cycles] if plan.measurement.independent_level == "cycle" else sets(plan, cycles)
    return type_a([[one.value for one in group] for group in groups])


def _levels(record: Reader, plan: Plan, cycles: Sequence[Measured], entries: int) -> dict[tuple[str, str], float]:
    """Mean of each influence at the times of the cycles, interpolated between the readings of the room."""
    levels: dict[tuple[str, str], float] = {}
    times = [one.time_s for one in cycles]
    for influence, unit in _influences(plan):
        room = all_readings(record, environment_runs(record, plan, entries), influence, unit, entries)
        if not len(room.times):
            raise DataUnfit(message("There are no readings of the {influence}.", influence=influence))
        levels[influence, unit] = float(np.mean(np.interp(times, room.times, room.values)))
    return levels


def _influences(plan: Plan) -> dict[tuple[str, str], None]:
    """The influences that the value depends on, each in the unit it is needed in."""
    if plan.model is None:
        return {(one.influence, one.reference.unit): None for one in plan.transfer_standard.coefficients}
    return {(str(row.influence), row.unit): None for row in plan.budget if row.origin == "influence"}


def _latest(record: Reader, entries: int, kind: str, body: type[_Body]) -> _Body:
    found = None
    for entry in record.entries({kind}, 0, entries):
        found = entry.body
    if found is None:
        raise DataUnfit(message("The record has no entry “{kind}” yet.", kind=kind))
    return msgspec.convert(found, body)
