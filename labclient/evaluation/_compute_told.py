"""What a computation with a built-in model says: one account for window and command line."""

from collections.abc import Iterator
from typing import Any, Final

from labclient.metrology import BuiltIn, Computed, Input, RoundingRule, Row, round_result
from labclient.words import Message, message, say

NOT_RECORDED: Final = message("Computed for the eye: nothing of this is recorded in a notebook.")


def input_told(of: Input) -> Message:
    """What an input is, its unit, its range and its usual value."""
    told = message("{name} in {unit}: {meaning}", name=of.name, unit=of.unit, meaning=of.meaning)
    if of.low > -1e300 and of.high < 1e300:
        told = message("{told}; from {low} to {high}", told=told, low=f"{of.low:g}", high=f"{of.high:g}")
    if of.usual:
        told = message("{told}; {usual} where none is given", told=told, usual=of.usual)
    return told


def model_told(of: BuiltIn) -> Iterator[Message]:
    """The model, its function in a plan, its inputs, its source."""
    yield message("{title}: {function}", title=of.title, function=of.call)
    for one in of.inputs:
        yield message("    {input}", input=input_told(one))
    yield message("    gives {name} in {unit}: {meaning}", name=of.result.name, unit=of.unit, meaning=of.result.meaning)
    yield message("    Source: {source}", source=of.source)


def computed_told(of: Computed) -> Iterator[Message]:
    """Value and U, the inputs with what each contributes, the drawn interval, and that none of it is recorded."""
    name, unit = of.built_in.result.name, of.unit
    found = of.propagation
    if found is None:
        yield message("{name} = {amount}", name=name, amount=_amount(f"{of.value:.12g}", unit))
    else:
        U = found.budget.U * of.factor
        rounded = round_result(of.value, U, RoundingRule(digits=2))
        yield message("{name} = {amount}, U = {U}, k = {k}", name=name, amount=_amount(rounded.value_text, unit),
                      U=_amount(rounded.U_text, _difference(unit)), k=f"{found.budget.k:g}")  # fmt: skip
        yield message("u = {u}; not rounded: {amount}", amount=_amount(f"{of.value:.12g}", unit),
                      u=_amount(f"{found.budget.u_c * of.factor:.3g}", _difference(unit)))  # fmt: skip
        if found.second_order.matters:
            yield message("The model is curved over these uncertainties: believe Monte Carlo rather than U.")
    yield from _inputs(of)
    yield from _drawn(of)
    yield message("{title}. Source: {source}", title=of.built_in.title, source=of.built_in.source)
    yield NOT_RECORDED


def _inputs(of: Computed) -> Iterator[Message]:
    rows: dict[str, Row] = {row.component.id: row for row in of.propagation.budget.rows} if of.propagation else {}
    for one in of.inputs:
        told = message("{name} = {amount}", name=one.id, amount=_amount(f"{one.estimate:.12g}", one.unit))
        if one.id in of.usual:
            told = message("{told} (usual value)", told=told)
        row = rows.get(one.id)
        if row is not None and row.u:
            told = message("{told}, u = {u}, c = {c}, share of u²: {share} %", told=told,
                           u=_amount(f"{row.u:.3g}", _difference(one.unit)), share=f"{row.share * 100:.1f}",
                           c=f"{row.component.sensitivity * of.factor:.6g}")  # fmt: skip
        elif row is not None:
            told = message("{told}, taken as exact", told=told)
        yield message("    {input}", input=told)


def _drawn(of: Computed) -> Iterator[Message]:
    if of.drawn is None:
        return
    shift = of.value - of.propagation.value * of.factor if of.propagation else 0.0
    low, high = (one * of.factor + shift for one in of.drawn.symmetric)
    u = _amount(f"{of.drawn.u * of.factor:.3g}", _difference(of.unit))
    yield message("Monte Carlo, {trials} trials: the values lie from {low} to {high} with {percent} %; u = {u}",
                  trials=of.drawn.trials, percent=f"{of.drawn.rule.probability * 100:g}", low=f"{low:.9g}",
                  high=_amount(f"{high:.9g}", of.unit), u=u)  # fmt: skip
    agreed = of.validation.validated if of.validation else None
    yield {
        True: message("It agrees with the budget."),
        False: message("It does NOT agree with the budget: believe this interval rather than U."),
        None: message("It is not stable enough to confirm the budget."),
    }[agreed]


def _amount(number: str, unit: str) -> str:
    return number if unit == "1" else f"{number} {unit}"


def _difference(unit: str) -> str:
    """The unit of an uncertainty: of a Celsius temperature it is the kelvin."""
    return "K" if unit == "°C" else unit


def computed_as_json(of: Computed) -> dict[str, Any]:
    """The same for machines; measured numbers are texts."""
    found, drawn = of.propagation, of.drawn
    rows = {row.component.id: row for row in found.budget.rows} if found else {}
    shift = of.value - found.value * of.factor if found else 0.0
    return {
        "model": of.built_in.id,
        "source": of.built_in.source,
        "recorded": False,
        "value": repr(of.value),
        "unit": of.unit,
        "u": repr(found.budget.u_c * of.factor) if found else None,
        "U": repr(found.budget.U * of.factor) if found else None,
        "k": repr(found.budget.k) if found else None,
        "inputs": [
            {"name": one.id, "value": repr(one.estimate), "unit": one.unit, "usual": one.id in of.usual}
            | ({"u": repr(rows[one.id].u), "sensitivity": repr(rows[one.id].component.sensitivity * of.factor),
                "share": repr(rows[one.id].share)} if rows else {})
            for one in of.inputs
        ],
        "monte_carlo": None if drawn is None else {
            "generator": drawn.generator, "seed": drawn.rule.seed, "trials": drawn.trials, "stable": drawn.stable,
            "probability": repr(drawn.rule.probability), "u": repr(drawn.u * of.factor),
            "low": repr(drawn.symmetric[0] * of.factor + shift), "high": repr(drawn.symmetric[1] * of.factor + shift),
            "validated": of.validation.validated if of.validation else None,
        },
        "sentences": [say(one).strip() for one in computed_told(of)],
    }  # fmt: skip
