"""What makes a plan's measurement model, and what goes with it, possible: names, units and values of its inputs."""

from collections.abc import Iterator
from decimal import Decimal

from labclient.errors import ModelInvalid, UnitUnknown
from labclient.metrology import check_ranges, check_units, parse_model
from labclient.plan._data import BudgetRow, Plan
from labclient.plan._schemes import method_of
from labclient.words import Message, message

_ONLY_IN_A_MODEL = frozenset({"influence", "nominal", "plan"})

_UNIT_GIVEN = frozenset({"readings", "coefficient", "nominal", "hysteresis"})


def input_unit(plan: Plan, row: BudgetRow) -> str:
    """The unit of a budget row as an input of the model."""
    if row.unit:
        return row.unit
    if row.origin == "readings" and plan.measurement.scheme.form == "ratio":
        return "1"
    if row.origin == "coefficient":
        found = [one for one in plan.transfer_standard.coefficients if one.influence == row.influence]
        return "1" if not found else f"1/{found[0].reference.unit}".replace("°C", "K")
    return plan.unit


def influences_asked(plan: Plan) -> dict[str, str]:
    """The influences whose uncertainty every laboratory declares, with the unit that suits."""
    if plan.model is not None:
        return {str(row.influence): row.unit for row in plan.budget if row.origin == "influence"}
    wanted = {row.influence for row in plan.budget if row.origin == "coefficient"}
    known = {one.influence: one.reference.unit for one in plan.transfer_standard.coefficients}
    return {name: unit for name, unit in known.items() if name in wanted}


def model_faults(plan: Plan) -> Iterator[Message]:
    """Everything impossible about the model, its inputs and what is computed beside it."""
    yield from _rows(plan)
    if plan.model is None:
        if plan.measurement.scheme.form == "direct" and not method_of(plan.measurement.scheme).error:
            yield message("model: readings of the transfer standard alone need a model that makes a value of them.")
    else:
        yield from _expression(plan, plan.model.expression)
    yield from _drawing(plan)
    yield from _sanity(plan)


def _rows(plan: Plan) -> Iterator[Message]:
    for row in plan.budget:
        where = f"budget.{row.id}"
        if plan.model is None and (row.origin in _ONLY_IN_A_MODEL or row.unit or row.value is not None):
            yield message("{where}: only a plan with a model has such a row.", where=where)
        if row.unit and row.origin in _UNIT_GIVEN:
            yield message("{where}: the unit of such a row is given by what it comes from.", where=where)
        if row.origin == "influence" and (row.influence is None or not row.unit):
            yield message("{where}: name the influence and its unit.", where=where)
        if (row.origin == "plan") != (row.value is not None):
            yield message("{where}: a value belongs to a row that comes from the plan, and to no other.", where=where)
        if row.u is not None and (row.origin != "plan" or row.u < 0):
            yield message("{where}: u belongs to a value of the plan and is not negative.", where=where)


def _expression(plan: Plan, text: str) -> Iterator[Message]:
    try:
        model = parse_model(text)
    except ModelInvalid as trouble:
        yield message("model.expression: {reason}", reason=trouble.sentence)
        return
    ids = {row.id for row in plan.budget}
    for name in model.names:
        if name not in ids:
            yield message("model.expression: “{name}” is no row of the budget.", name=name)
    for row in plan.budget:
        if row.id not in model.names:
            yield message("budget.{id}: the model does not use this row.", id=row.id)
    if ids != set(model.names):
        return
    try:
        check_units(model, {row.id: input_unit(plan, row) for row in plan.budget}, plan.unit)
        known = {row.id: (float(row.value), input_unit(plan, row)) for row in plan.budget if row.value is not None}
        check_ranges(model, known)
    except (ModelInvalid, UnitUnknown) as trouble:
        if trouble.step is None:
            yield message("model.expression: {reason}", reason=trouble.sentence)
        else:
            yield message("model.expression: {reason} {step}", reason=trouble.sentence, step=trouble.step)
    for row in plan.budget:
        if row.id in model.own_errors and row.origin == "plan" and not row.u:
            yield message("budget.{id}: it is the error of a formula and needs the formula's uncertainty as u.",
                          id=row.id)  # fmt: skip


def _drawing(plan: Plan) -> Iterator[Message]:
    asked = plan.monte_carlo
    if asked is None:
        return
    if not Decimal("0.5") < asked.probability < 1:
        yield message("monte_carlo.probability: {p} does not lie between 0.5 and 1.", p=asked.probability)
    elif asked.most * (1 - asked.probability) < 200:
        yield message("monte_carlo.most: {most} trials are too few for this probability.", most=asked.most)
    if plan.coverage.probability not in (None, asked.probability):
        yield message("monte_carlo.probability: it is another than that of the coverage.")


def _sanity(plan: Plan) -> Iterator[Message]:
    rule = plan.sanity
    if not 0 < rule.cmc <= 10:
        yield message("sanity.cmc: a factor lies above 0 and up to 10, not at {value}.", value=rule.cmc)
    low, high = rule.relative_low or Decimal(0), rule.relative_high
    if low < 0 or (high is not None and high <= low):
        yield message("sanity: the lower limit is not below the upper one.")
