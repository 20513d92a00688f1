"""A built-in model computed beside the record, from what a person types: value, and u where uncertainties are typed."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec

from labclient.errors import ModelInvalid, NumberInvalid
from labclient.metrology._built_in import in_stated_units
from labclient.metrology._catalogue import BuiltIn, Input
from labclient.metrology._dimensions import scale
from labclient.metrology._model import parse_model
from labclient.metrology._monte_carlo import MonteCarlo, MonteCarloRule, Validation, monte_carlo, validate_budget
from labclient.metrology._propagation import Propagation, propagate
from labclient.metrology._uncertainty import Component, Coverage, Distribution
from labclient.units import convert, number
from labclient.words import message

_AMOUNT: Final = re.compile(r"\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*(.*)", re.ASCII | re.DOTALL)


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What a person typed for one input: "20.1 °C", and "0.05 K" as u or as half-width; without a unit, in the
    model's."""

    name: str
    value: str
    spread: str = ""
    form: Literal["u", "half-width"] = "u"


class Computed(msgspec.Struct, frozen=True, kw_only=True):
    """A built-in model at its inputs. Inputs and `propagation` are in the units of the model, the rest in `unit`."""

    built_in: BuiltIn
    inputs: tuple[Component, ...]
    usual: tuple[str, ...]
    """Inputs that nobody typed, taken at their usual value."""
    unit: str
    value: float
    factor: float
    """One unit of the model in `unit`, for differences."""
    propagation: Propagation | None = None
    """None where no uncertainty was typed."""
    drawn: MonteCarlo | None = None
    """In the unit of the model."""
    validation: Validation | None = None


def compute(
    built_in: BuiltIn,
    entered: Sequence[Entered],
    *,
    unit: str = "",
    k: float = 2.0,
    rule: MonteCarloRule | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Computed:
    """The model at what was typed, in `unit` or that of the model; with U = k·u_c when any uncertainty was typed
    besides that of the formula itself, which alone would say too little.

    An input that nobody typed takes its usual value, where it has one, and with it its usual uncertainty. With `rule`
    the distributions are drawn as well, and compared with the budget for the same probability. Raises `ModelInvalid`,
    `NumberInvalid`, `UnitUnknown` for what was typed, `DataUnfit` outside the range of the formula, and as `propagate`
    and `monte_carlo`.
    """
    given = {one.name: one for one in entered}
    names = [one.name for one in built_in.inputs]
    foreign = [one.name for one in entered if one.name not in names]
    if foreign or len(given) != len(entered):
        raise ModelInvalid(
            message("“{name}” is not an input of the model, or is given twice.",
                    name=foreign[0] if foreign else [one.name for one in entered][-1]),
            message("The inputs are {names}.", names=", ".join(names)),
        )  # fmt: skip
    missing = [one.name for one in built_in.inputs if one.name not in given and not one.usual]
    if missing:
        raise ModelInvalid(
            message("{names}: still needed.", names=", ".join(missing)),
            message("Each input is a number with its unit, such as 20.1 °C."),
        )
    own = {one.name for one in built_in.inputs if one.own}
    uncertain = any(one.spread.strip() for one in entered if one.name not in own)
    parts = [_component(one, given.get(one.name), uncertain=uncertain) for one in built_in.inputs]
    stated = in_stated_units(built_in, parts)
    model, asked = parse_model(built_in.call), unit or built_in.unit
    ratio = _ratio(built_in.unit, asked)
    found: dict[str, Any] = {
        "built_in": built_in,
        "inputs": tuple(stated),
        "usual": tuple(name for name in names if name not in given),
        "unit": asked,
        "factor": ratio,
    }
    if not uncertain:
        value = model.value({one.id: one.estimate for one in stated})
        return Computed(value=_converted(value, built_in.unit, asked, ratio), **found)
    propagated = propagate(model, stated, built_in.unit, Coverage(k=k), (), True)
    drawn = agreed = None
    if rule is not None:
        drawn = monte_carlo(model, stated, built_in.unit, rule, (), True, told)
        likewise = Coverage(form="t", probability=rule.probability)
        agreed = validate_budget(propagate(model, stated, built_in.unit, likewise, (), True), drawn)
    value = _converted(propagated.value, built_in.unit, asked, ratio)
    return Computed(value=value, propagation=propagated, drawn=drawn, validation=agreed, **found)


def amount(text: str, unit: str) -> tuple[float, str]:
    """A number with its unit, or with `unit` where none is written. Raises `NumberInvalid`, `UnitUnknown`."""
    found = _AMOUNT.fullmatch(text)
    if found is None or found[2][:1] in {",", ".", "'"}:
        raise NumberInvalid(
            message("“{text}” is not a number with a unit.", text=text),
            message("Write digits with a decimal point, then the unit: 20.1 °C"),
        )
    stated = found[2].strip() or unit
    return float(number(found[1])), scale(stated).dimension.stated or stated


def _component(of: Input, entered: Entered | None, *, uncertain: bool) -> Component:
    if entered is None:
        u = float(of.usual_u or 0) if uncertain else 0.0
        return Component(id=of.name, name=of.name, unit=of.unit, estimate=float(number(of.usual)), u=u)
    value, unit = amount(entered.value, of.unit)
    spread = 0.0
    if entered.spread.strip():
        width, its_unit = amount(entered.spread, unit)
        spread = width * _ratio(its_unit, unit)
        if spread < 0:
            raise NumberInvalid(message("{name}: an uncertainty is not negative.", name=of.name))
    if entered.form == "half-width":
        return Component(id=of.name, name=of.name, unit=unit, estimate=value, half_width=spread,
                         distribution=Distribution.RECTANGULAR)  # fmt: skip
    return Component(id=of.name, name=of.name, unit=unit, estimate=value, u=spread)


def _ratio(source: str, target: str) -> float:
    """What a difference in `source` is multiplied by; raises `ModelInvalid` between quantities."""
    if source == target:
        return 1.0
    one, other = scale(source), scale(target)
    percent = {one.dimension.stated, other.dimension.stated} >= {"%RH"}  # 2 % of a humidity is not 2 %RH
    if one.dimension.powers != other.dimension.powers or percent:
        raise ModelInvalid(message("{source} cannot be converted to {target}.", source=source, target=target))
    return one.factor / other.factor


def _converted(value: float, source: str, target: str, ratio: float) -> float:
    return convert(value, source, target) if source in ("°C", "K") else value * ratio
