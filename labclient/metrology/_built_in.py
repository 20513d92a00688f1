"""Measurement models that many laboratories keep in a spreadsheet: expressions with named inputs in stated units.

Each is an ordinary `Model`: its sensitivities, budget and Monte Carlo come from the expression. Empirical formulas,
whose constants carry units, are written for the numbers of their inputs in the units stated here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from labclient.errors import ModelInvalid
from labclient.metrology._dimensions import scale
from labclient.metrology._model import Model, parse_model
from labclient.metrology._propagation import Propagation, propagate
from labclient.metrology._uncertainty import Component, Correlation, Coverage
from labclient.units import convert
from labclient.words import Message, message


class Input(msgspec.Struct, frozen=True):
    """An input of a built-in model: its name there, its unit there, and what it is."""

    name: str
    unit: str
    meaning: Message


class BuiltIn(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its inputs, the unit of its result and where it comes from."""

    id: str
    title: Message
    source: str
    text: str
    unit: str
    inputs: tuple[Input, ...]

    @property
    def model(self) -> Model:
        return parse_model(self.text)


def _air_density() -> str:
    """CIPM-2007: equations (1), (4) and appendix A, with t in °C, p in Pa, h and x_co2 from 0 to 1."""
    kelvin = "(t + 273.15)"
    saturation = f"exp(1.2378847e-5*{kelvin}**2 - 1.9121316e-2*{kelvin} + 33.93711047 - 6.3431645e3/{kelvin})"
    vapour = f"(h*(1.00062 + 3.14e-8*p + 5.6e-7*t**2)*{saturation}/p)"
    virial = (
        f"(1.58123e-6 - 2.9331e-8*t + 1.1043e-10*t**2 + (5.707e-6 - 2.051e-8*t)*{vapour}"
        f" + (1.9898e-4 - 2.376e-6*t)*{vapour}**2)"
    )
    compressibility = f"(1 - p/{kelvin}*{virial} + (p/{kelvin})**2*(1.83e-11 - 0.765e-8*{vapour}**2))"
    dry = "(3.483740 + 1.4446*(x_co2 - 0.0004))*1e-3"
    return f"{dry}*p/({compressibility}*{kelvin})*(1 - 0.3780*{vapour})*(1 + formula)"


_AIR: Final = Input("rho_a", "kg/m³", message("density of the air"))
_MODELS: Final = (
    BuiltIn(
        id="air-density",
        title=message("Density of moist air"),
        source="CIPM-2007: Picard, Davis, Gläser, Fujii, Metrologia 45 (2008) 149",
        text=_air_density(),
        unit="kg/m³",
        inputs=(
            Input("t", "°C", message("temperature of the air")),
            Input("p", "Pa", message("pressure of the air")),
            Input("h", "1", message("relative humidity, from 0 to 1")),
            Input("x_co2", "1", message("mole fraction of carbon dioxide, usually 0.0004")),
            Input("formula", "1", message("relative error of the formula: 0 with u = 22e-6")),
        ),
    ),
    BuiltIn(
        id="buoyancy",
        title=message("Mass from a balance reading, air buoyancy corrected"),
        source="OIML D 28:2004",
        text="I*(1 - rho_a/rho_s)/(1 - rho_a/rho)",
        unit="kg",
        inputs=(
            Input("I", "kg", message("reading of the balance")),
            _AIR,
            Input("rho_s", "kg/m³", message("density of the adjusting weights, usually 8000 kg/m³")),
            Input("rho", "kg/m³", message("density of the object")),
        ),
    ),
    BuiltIn(
        id="weighing",
        title=message("Conventional mass by comparison with a standard"),
        source="OIML R 111-1:2004, annex C",
        text="m_r + d*S + (rho_a - rho_0)*(V_t - V_r)",
        unit="kg",
        inputs=(
            Input("m_r", "kg", message("conventional mass of the standard")),
            Input("d", "kg", message("difference of the readings, drift cancelled by the S-X-X-S cycle")),
            Input("S", "1", message("sensitivity: mass over reading of a small weight")),
            _AIR,
            Input("rho_0", "kg/m³", message("reference density of the air, 1.2 kg/m³")),
            Input("V_t", "m³", message("volume of the object")),
            Input("V_r", "m³", message("volume of the standard")),
        ),
    ),
    BuiltIn(
        id="pressure-head",
        title=message("Pressure at another height"),
        source="p + (ρ_f − ρ_a)·g·h",
        text="p + (rho_f - rho_a)*g*h",
        unit="Pa",
        inputs=(
            Input("p", "Pa", message("pressure at the reference level of the standard")),
            Input("rho_f", "kg/m³", message("density of the pressure medium")),
            _AIR,
            Input("g", "m/s²", message("local acceleration of free fall")),
            Input("h", "m", message("height of the standard above the instrument")),
        ),
    ),
    BuiltIn(
        id="length",
        title=message("Length at the reference temperature"),
        source="ISO 1:2022",
        text="L/(1 + alpha*(t - t_ref))",
        unit="m",
        inputs=(
            Input("L", "m", message("measured length")),
            Input("alpha", "1/K", message("coefficient of linear thermal expansion")),
            Input("t", "°C", message("temperature of the artefact")),
            Input("t_ref", "°C", message("reference temperature, usually 20 °C")),
        ),
    ),
    BuiltIn(
        id="gas-volume",
        title=message("Volume of gas at reference conditions"),
        source="ISO 13443:1996; p·V = Z·n·R·T",
        text="V*p*T_ref*Z_ref/(p_ref*T*Z)",
        unit="m³",
        inputs=(
            Input("V", "m³", message("volume at the conditions of measurement")),
            Input("p", "Pa", message("absolute pressure of the gas")),
            Input("T", "K", message("temperature of the gas")),
            Input("Z", "1", message("compressibility factor at the conditions of measurement")),
            Input("p_ref", "Pa", message("reference pressure, usually 101325 Pa")),
            Input("T_ref", "K", message("reference temperature, usually 293.15 K")),
            Input("Z_ref", "1", message("compressibility factor at reference conditions")),
        ),
    ),
)
BUILT_IN: Final[Mapping[str, BuiltIn]] = {one.id: one for one in _MODELS}


def propagate_built_in(
    built_in: BuiltIn,
    inputs: Sequence[Component],
    coverage: Coverage | None = None,
    correlations: Sequence[Correlation] = (),
) -> Propagation:
    """Value and budget of a built-in model; each input may come in any unit of its quantity, a temperature in °C or K.

    Raises `ModelInvalid` for a missing input or one of another quantity, `UnitUnknown` for an unknown unit, and as
    `propagate`.
    """
    return propagate(built_in.model, in_stated_units(built_in, inputs), built_in.unit, coverage, correlations, True)


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
    ratio = source.factor / target.factor
    estimate = convert(one.estimate, one.unit, unit) if unit in ("°C", "K") else one.estimate * ratio
    return msgspec.structs.replace(
        one,
        unit=unit,
        estimate=estimate,
        u=None if one.u is None else one.u * ratio,
        half_width=None if one.half_width is None else one.half_width * ratio,
    )
