"""From the record to the reported value: cycles, corrections to the reference conditions, budget, rounding."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import numpy as np

import labclient
from labclient.clock import iso
from labclient.errors import DataUnfit
from labclient.evaluation._budget import Given, budget, certified_value, dof_text, lines
from labclient.evaluation._checks import environment_runs
from labclient.evaluation._cycles import Measured, measured
from labclient.evaluation._data import Correction, PointResult, Result, digits
from labclient.evaluation._inputs import BudgetDeclared, Standard
from labclient.evaluation._readings import all_readings
from labclient.metrology import RoundingRule, TypeA, round_result, type_a
from labclient.notebook import Reader
from labclient.plan import Plan, Point
from labclient.words import message

_Body = TypeVar("_Body", Standard, BudgetDeclared)


def result(record: Reader, plan: Plan, entries: int) -> Result:
    """The results of all points, from the first `entries` entries of the record.

    The value of a point is S·(X/S), or S + (X − S), with the mean taken over the plan's independent level, and the
    transfer standard's coefficients taken to their reference conditions. Raises `DataUnfit` when something is missing.
    """
    standard = _latest(record, entries, "standard", Standard)
    declared = _latest(record, entries, "budget", BudgetDeclared)
    cycles = measured(record, plan, entries)
    rule = plan.measurement
    points = []
    for point in plan.points:
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
        )
        points.append(_point_result(given, counting, mine))
    return Result(
        entries=entries,
        program=labclient.__version__,
        methods=(rule.scheme.method, f"type-a-{rule.independent_level}/1", "gum-first-order/1", plan.rounding.method),
        points=tuple(points),
    )


def _point_result(given: Given, counting: Sequence[Measured], everything: Sequence[Measured]) -> PointResult:
    plan = given.plan
    scatter = _scatter(plan, counting)
    measured_value = _value(given, scatter.mean)
    corrections = _corrections(given, measured_value)
    value = measured_value + sum(float(one.value) for one in corrections)
    combined = budget(given, scatter, measured_value)
    rounded = round_result(value, combined.U, RoundingRule(digits=None, up=plan.rounding.up))
    with_excluded = _value(given, _scatter(plan, everything).mean) + value - measured_value
    mean_time = float(np.mean([one.time_s for one in counting]))
    return PointResult(
        point=given.point.id,
        unit=plan.unit,
        value=digits(value),
        u_c=digits(combined.u_c),
        U=digits(combined.U),
        k=str(plan.coverage.k) if plan.coverage.k is not None else digits(combined.k),
        dof=dof_text(combined.nu_eff),
        reported_value=rounded.value_text,
        reported_U=rounded.U_text,
        mean_time=iso(datetime.fromtimestamp(mean_time, UTC)),
        cycles=len(counting),
        excluded_cycles=len(everything) - len(counting),
        value_without_exclusions=digits(with_excluded),
        standard_value=digits(given.standard_value),
        mean_of_cycles=digits(scatter.mean),
        corrections=corrections,
        budget=tuple(lines(combined)),
    )


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


def _value(given: Given, mean: float) -> float:
    return given.standard_value * mean if given.ratio else given.standard_value + mean


def _scatter(plan: Plan, cycles: Sequence[Measured]) -> TypeA:
    if plan.measurement.independent_level == "cycle":
        return type_a([[one.value] for one in cycles])
    days = sorted({one.day for one in cycles})
    return type_a([[one.value for one in cycles if one.day == day] for day in days])


def _levels(record: Reader, plan: Plan, cycles: Sequence[Measured], entries: int) -> dict[str, float]:
    """Mean of each influence at the times of the cycles, interpolated between the readings of the room."""
    levels: dict[str, float] = {}
    times = [one.time_s for one in cycles]
    for one in plan.transfer_standard.coefficients:
        room = all_readings(record, environment_runs(record, plan, entries), one.influence, one.reference.unit, entries)
        if not len(room.times):
            raise DataUnfit(message("There are no readings of the {influence}.", influence=one.influence))
        levels[one.influence] = float(np.mean(np.interp(times, room.times, room.values)))
    return levels


def _corrections(given: Given, value: float) -> tuple[Correction, ...]:
    return tuple(
        Correction(
            name=one.influence,
            value=digits(-value * float(one.value) * given.away(one)),
            influence=digits(given.levels[one.influence]),
            influence_unit=one.reference.unit,
        )
        for one in given.plan.transfer_standard.coefficients
    )


def _latest(record: Reader, entries: int, kind: str, body: type[_Body]) -> _Body:
    found = None
    for entry in record.entries({kind}, 0, entries):
        found = entry.body
    if found is None:
        raise DataUnfit(message("The record has no entry “{kind}” yet.", kind=kind))
    return msgspec.convert(found, body)
