"""What makes a plan possible: the rules between its fields. Each broken rule is one precise message."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from labclient.errors import UnitUnknown
from labclient.plan._data import Plan, Quantity, Range
from labclient.plan._joint_rules import joint_faults
from labclient.plan._model_rules import model_faults
from labclient.plan._monitoring_rules import monitoring_faults
from labclient.plan._schemes import scheme_faults
from labclient.signing import same_person
from labclient.units import QUANTITIES, factor, unit
from labclient.words import Message, message


def faults(plan: Plan) -> tuple[Message, ...]:
    """Everything that is impossible in a plan whose fields are well formed; empty when it can be worked by."""
    return (
        *_numbers(msgspec.to_builtins(plan, builtin_types=(Decimal, date)), "plan"),
        *_units(plan),
        *_points(plan),
        *_applied(plan),
        *_dates(plan),
        *_limits(plan),
        *_warm_up(plan),
        *_scheme(plan),
        *scheme_faults(plan),
        *_budget(plan),
        *model_faults(plan),
        *monitoring_faults(plan),
        *joint_faults(plan),
        *_people(plan),
    )


def _numbers(value: object, where: str) -> Iterator[Message]:
    if isinstance(value, Decimal) and not value.is_finite():
        yield message("{where}: {value} is not a number.", where=where, value=value)
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple | list) else ()
    for name, child in children:
        yield from _numbers(child, f"{where}.{name}")


def _units(plan: Plan) -> Iterator[Message]:
    yield from _of_quantity("unit", plan.unit, plan.quantity)
    for where, quantity, expected in (
        ("warm_up.limit", plan.warm_up.limit, plan.quantity),
        ("warm_up.window", plan.warm_up.window, "time"),
        ("warm_up.minimum", plan.warm_up.minimum, "time"),
        ("warm_up.longest", plan.warm_up.longest, "time"),
        ("warm_up.interval", plan.warm_up.interval, "time"),
        ("stability.limit", plan.stability.limit, plan.quantity),
        ("environment.interval", plan.environment.interval, "time"),
        ("measurement.scheme.wait", plan.measurement.scheme.wait, "time"),
        ("measurement.zero_limit", plan.measurement.zero_limit, plan.quantity),
    ):
        yield from _positive(where, quantity, expected)
    for index, coefficient in enumerate(plan.transfer_standard.coefficients):
        where = f"transfer_standard.coefficients[{index}]"
        yield from _of_quantity(f"{where}.reference.unit", coefficient.reference.unit, coefficient.influence)
        if coefficient.u < 0:
            yield message("{where}: an uncertainty cannot be negative.", where=f"{where}.u")
    for name, ranges in (
        ("environment", plan.environment.limits),
        ("arrival.transport", plan.arrival.transport_limits),
    ):
        for limits in ranges:
            yield from _range(f"{name}_limits.{limits.quantity}", limits)


def _of_quantity(where: str, symbol: str, quantity: str) -> Iterator[Message]:
    try:
        found = unit(symbol).quantity
    except UnitUnknown as error:
        yield message("{where}: {reason}", where=where, reason=error.sentence)
        return
    if found != quantity:
        yield message("{where}: “{unit}” is not a unit of {quantity}.", where=where, unit=symbol,
                      quantity=QUANTITIES.get(quantity, quantity))  # fmt: skip


def _positive(where: str, quantity: Quantity, expected: str) -> Iterator[Message]:
    yield from _of_quantity(f"{where}.unit", quantity.unit, expected)
    if not quantity.value > 0:
        yield message("{where}: the value must be above zero, not {value}.", where=where, value=quantity.value)


def _range(where: str, limits: Range) -> Iterator[Message]:
    yield from _of_quantity(f"{where}.unit", limits.unit, limits.quantity)
    if limits.low is None and limits.high is None:
        yield message("{where}: a limit is missing.", where=where)
    if limits.low is not None and limits.high is not None and limits.low >= limits.high:
        yield message("{where}: the lower limit is not below the upper one.", where=where)


def _points(plan: Plan) -> Iterator[Message]:
    if not plan.points:
        yield message("points: a plan needs at least one point.")
    ids = [point.id for point in plan.points]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield message("points: the id “{id}” is used twice.", id=id)
    for point in plan.points:
        yield from _of_quantity(f"points.{point.id}.nominal.unit", point.nominal.unit, plan.quantity)
        yield from _positive(f"points.{point.id}.tolerance", point.tolerance, plan.quantity)


def _applied(plan: Plan) -> Iterator[Message]:
    """Amounts that may be put on the transfer standard, both of one quantity."""
    if (applied := plan.transfer_standard.applied) is None:
        return
    where = "transfer_standard.applied"
    try:
        quantity = unit(applied.greatest.unit).quantity
    except UnitUnknown as error:
        yield message("{where}: {reason}", where=f"{where}.greatest.unit", reason=error.sentence)
        return
    yield from _positive(f"{where}.greatest", applied.greatest, quantity)
    if applied.confirm_above is not None:
        yield from _of_quantity(f"{where}.confirm_above.unit", applied.confirm_above.unit, quantity)
        if applied.confirm_above.value < 0:
            yield message("{where}: a value either way is not negative.", where=f"{where}.confirm_above")


def _dates(plan: Plan) -> Iterator[Message]:
    codes = [one.laboratory.code for one in plan.participants]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield message("participants: the laboratory “{code}” appears twice.", code=code)
    for one in plan.participants:
        if not one.arrives <= one.departs <= one.report_due:
            yield message(
                "participants.{code}: arrival {arrives}, departure {departs} and report {due} are not in this order.",
                code=one.laboratory.code,
                arrives=one.arrives,
                departs=one.departs,
                due=one.report_due,
            )


def _limits(plan: Plan) -> Iterator[Message]:
    if plan.stability.readings < 16:
        yield message("stability.readings: at least 16 are needed, not {n}.", n=plan.stability.readings)
    for one in plan.stability.information:
        if plan.stability.readings < 2 * one.groups or (one.form == "trend" and one.groups < 3):
            yield message("stability.information.{form}: {groups} groups do not suit the readings of a run.",
                          form=one.form, groups=one.groups)  # fmt: skip
    for where, k in (("warm_up.k", plan.warm_up.k), ("stability.k", plan.stability.k)):
        if not Decimal(1) <= k <= Decimal(10):
            yield message("{where}: a coverage factor lies between 1 and 10, not at {k}.", where=where, k=k)
    if (plan.coverage.k is None) == (plan.coverage.probability is None):
        yield message("coverage: give either k or a probability.")
    if plan.coverage.probability is not None and not Decimal("0.5") < plan.coverage.probability < 1:
        yield message("coverage.probability: {p} does not lie between 0.5 and 1.", p=plan.coverage.probability)


def _warm_up(plan: Plan) -> Iterator[Message]:
    """A warm-up that can be judged at all: a reading in each twelfth of a window, two windows within the time."""
    rule = plan.warm_up
    given = (rule.window, rule.interval, rule.minimum, rule.longest)
    try:
        window, interval, minimum, longest = (one.value * factor(one.unit, "s") for one in given)
    except UnitUnknown:  # named already
        return
    if window < 12 * interval:
        yield message("warm_up.interval: a window needs twelve readings.")
    if longest < max(minimum, 2 * window):
        yield message("warm_up.longest: it is shorter than two windows, or than the minimum.")


def _scheme(plan: Plan) -> Iterator[Message]:
    roles = {step.role for step in plan.measurement.scheme.steps}
    if plan.measurement.scheme.form == "direct":
        if "X" not in roles or "S" in roles:
            yield message("measurement.scheme.steps: a direct reading is of X alone.")
    elif not {"S", "X"} <= roles:
        yield message("measurement.scheme.steps: both S and X must be measured.")
    for role in sorted(roles - {"Z"}):
        directions = [step.direction for step in plan.measurement.scheme.steps if step.role == role]
        if "-" in directions and directions.count("+") != directions.count("-"):
            yield message("measurement.scheme.steps: {role} is not reversed as often as it is measured.", role=role)
    yield from _reversals(plan)
    rule, each = plan.measurement, plan.measurement.cycles_per_set_up
    if (rule.independent_level == "set-up") != (each is not None) or rule.cycles % (each or 1):
        yield message("measurement.cycles_per_set_up: a number that divides the cycles of a day, where set-ups count.")
    groups = rule.days * {"cycle": rule.cycles, "set-up": rule.cycles // (each or 1), "day": 1}[rule.independent_level]
    if groups < 2:
        yield message("measurement: at least two cycles are needed for a standard deviation.")


def _reversals(plan: Plan) -> Iterator[Message]:
    """A role that is reversed is reversed at once: the value is taken from neighbours."""
    steps = [step for step in plan.measurement.scheme.steps if step.role in {"S", "X"}]
    reversing = {step.role for step in steps if step.direction == "-"}
    waiting = None
    for step in steps:
        if waiting is None:
            waiting = step if step.role in reversing else None
        elif step.role == waiting.role and step.direction != waiting.direction:
            waiting = None
        else:
            yield message("measurement.scheme.steps: {role} is not reversed at once.", role=waiting.role)
            return


def _budget(plan: Plan) -> Iterator[Message]:
    ids = [row.id for row in plan.budget]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield message("budget: the row “{id}” appears twice.", id=id)
    for needed in ("certificate", "readings"):
        if sum(row.origin == needed for row in plan.budget) != 1:
            yield message("budget: exactly one row must come from “{origin}”.", origin=needed)
    influences = {one.influence for one in plan.transfer_standard.coefficients}
    for row in plan.budget:
        if row.origin == "coefficient" and row.influence not in influences:
            yield message("budget.{id}: the transfer standard has no coefficient for this influence.", id=row.id)


def _people(plan: Plan) -> Iterator[Message]:
    if len(set(plan.roles)) != len(plan.roles) or "operator" not in plan.roles:
        yield message("roles: each role once, the operator always.")
    needed = {"three-keys": 3, "laboratory-key": 1, "paper": 0}[plan.assurance]
    if len(plan.roles) < needed:
        yield message("roles: the assurance level “{level}” needs {count} roles.", level=plan.assurance, count=needed)
    for role in plan.instruments.opened_by:
        if role not in plan.roles:
            yield message("instruments.opened_by: the plan has no role “{role}”.", role=role)
    copied = plan.transcription
    if copied and same_person(copied.transcribed_by, copied.confirmed_by):
        yield message("transcription: the person who confirms must be another than the one who typed.")
