"""A built-in model with inputs in any unit of their quantity: value, sensitivities, budget."""

from collections.abc import Sequence

import msgspec

from labclient.errors import ModelInvalid
from labclient.metrology._catalogue import BuiltIn
from labclient.metrology._dimensions import scale
from labclient.metrology._model import parse_model
from labclient.metrology._propagation import Propagation, propagate
from labclient.metrology._uncertainty import Component, Correlation, Coverage
from labclient.units import convert
from labclient.words import message


def propagate_built_in(
    built_in: BuiltIn,
    inputs: Sequence[Component],
    coverage: Coverage | None = None,
    correlations: Sequence[Correlation] = (),
) -> Propagation:
    """Value and budget of a built-in model; each input may come in any unit of its quantity, a temperature in °C or K.

    Raises `DataUnfit` outside the range of the formula, `ModelInvalid` for a missing input or one of another quantity,
    `UnitUnknown` for an unknown unit, and as `propagate`.
    """
    model, stated = parse_model(built_in.call), in_stated_units(built_in, inputs)
    return propagate(model, stated, built_in.unit, coverage, correlations, True)


def in_stated_units(built_in: BuiltIn, inputs: Sequence[Component]) -> list[Component]:
    """The inputs with their numbers in the units of the model; raises as `propagate_built_in`."""
    stated = {one.name: one.unit for one in built_in.inputs}
    foreign = [one.id for one in inputs if one.id not in stated]
    if foreign:
        raise ModelInvalid(message("The model has no input {name}.", name=foreign[0]))
    return [_converted(one, stated[one.id]) for one in inputs]


def _converted(one: Component, unit: str) -> Component:
    if one.unit == unit:
        return one
    source, target = scale(one.unit), scale(unit)
    if source.dimension.powers != target.dimension.powers:
        raise ModelInvalid(
            message("{name} is in {unit}; it is needed in {asked}.", name=one.id, unit=one.unit, asked=unit)
        )
    percent = 0.01 if (source.dimension.stated, unit) == ("%RH", "1") else 1.0
    ratio = percent * source.factor / target.factor
    estimate = convert(one.estimate, one.unit, unit) if unit in ("°C", "K") else one.estimate * ratio
    return msgspec.structs.replace(
        one,
        unit=unit,
        estimate=estimate,
        u=None if one.u is None else one.u * ratio,
        half_width=None if one.half_width is None else one.half_width * ratio,
    )
