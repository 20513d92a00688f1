"""The formulas of the disciplines that many laboratories keep in a spreadsheet, as data: inputs, ranges, sources.

Empirical formulas, whose constants carry units, are written for the numbers of their inputs in the units stated here.
"""

from collections.abc import Mapping
from math import inf
from typing import Final

import msgspec

from labclient.words import Message, message


class Input(msgspec.Struct, frozen=True):
    """An input of a built-in model: its name there, its unit there, and what it is.

    The formula holds from `low` to `high`. `own` is the formula's own error: never a bare number, so that its
    uncertainty has a row of the budget. `usual` and `usual_u` are what most laboratories enter, as text.
    """

    name: str
    unit: str
    meaning: Message
    low: float = -inf
    high: float = inf
    own: bool = False
    usual: str = ""
    usual_u: str = ""


class BuiltIn(msgspec.Struct, frozen=True, kw_only=True):
    """A model with its inputs, its result and where it comes from; `text` is the formula in their names."""

    id: str
    title: Message
    source: str
    text: str
    result: Input
    inputs: tuple[Input, ...]

    @property
    def unit(self) -> str:
        return self.result.unit

    @property
    def function(self) -> str:
        """Its name in an expression."""
        return self.id.replace("-", "_")

    @property
    def call(self) -> str:
        """It as an expression of its inputs, which is refused outside its range."""
        return f"{self.function}({', '.join(one.name for one in self.inputs)})"


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
_CELSIUS: Final = message("temperature by the ITS-90")
_RATIO: Final = message("ratio of the thermometer: its resistance over that at the triple point of water")
_REFERENCE: Final = message("reference ratio of the ITS-90")
_A: Final = Input("a", "1", message("coefficient a of the thermometer's certificate"), -0.1, 0.1)
_B: Final = Input("b", "1", message("coefficient b of the thermometer's certificate"), -0.1, 0.1)
_C: Final = Input("c", "1", message("coefficient c of the thermometer's certificate"), -0.1, 0.1, usual="0")
_ITS: Final = "ITS-90: Preston-Thomas, Metrologia 27 (1990) 3"
_WHOLE: Final = (-259.3467, 961.78)
_HOT: Final = (0.0, 660.323)
_COLD: Final = (-189.3442, 0.01)
_MODELS: Final = (
    BuiltIn(
        id="air-density",
        title=message("Density of moist air"),
        source="CIPM-2007: Picard, Davis, Gläser, Fujii, Metrologia 45 (2008) 149",
        text=_air_density(),
        result=Input("rho_a", "kg/m³", message("density of the air")),
        inputs=(
            Input("t", "°C", message("temperature of the air"), 15.0, 27.0),
            Input("p", "Pa", message("pressure of the air"), 6e4, 1.1e5),
            Input("h", "1", message("relative humidity, from 0 to 1"), 0.0, 1.0),
            Input("x_co2", "1", message("mole fraction of carbon dioxide, usually 0.0004"), 0.0, 0.01, usual="0.0004"),
            Input(
                "formula",
                "1",
                message("relative error of the formula: 0 with u = 22e-6"),
                -0.001,
                0.001,
                own=True,
                usual="0",
                usual_u="0.000022",
            ),
        ),
    ),
    BuiltIn(
        id="buoyancy",
        title=message("Mass from a balance reading, air buoyancy corrected"),
        source="OIML D 28:2004",
        text="I*(1 - rho_a/rho_s)/(1 - rho_a/rho)",
        result=Input("m", "kg", message("mass of the object")),
        inputs=(
            Input("I", "kg", message("reading of the balance")),
            _AIR,
            Input("rho_s", "kg/m³", message("density of the adjusting weights, usually 8000 kg/m³"), usual="8000"),
            Input("rho", "kg/m³", message("density of the object")),
        ),
    ),
    BuiltIn(
        id="weighing",
        title=message("Conventional mass by comparison with a standard"),
        source="OIML R 111-1:2004, annex C",
        text="m_r + d*S + (rho_a - rho_0)*(V_t - V_r)",
        result=Input("m_t", "kg", message("conventional mass of the object")),
        inputs=(
            Input("m_r", "kg", message("conventional mass of the standard")),
            Input("d", "kg", message("difference of the readings, drift cancelled by the S-X-X-S cycle")),
            Input("S", "1", message("sensitivity: mass over reading of a small weight")),
            _AIR,
            Input("rho_0", "kg/m³", message("reference density of the air, 1.2 kg/m³"), usual="1.2"),
            Input("V_t", "m³", message("volume of the object")),
            Input("V_r", "m³", message("volume of the standard")),
        ),
    ),
    BuiltIn(
        id="pressure-head",
        title=message("Pressure at another height"),
        source="p + (ρ_f − ρ_a)·g·h",
        text="p + (rho_f - rho_a)*g*h",
        result=Input("p_h", "Pa", message("pressure at the reference level of the instrument")),
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
        result=Input("L_ref", "m", message("length at the reference temperature")),
        inputs=(
            Input("L", "m", message("measured length")),
            Input("alpha", "1/K", message("coefficient of linear thermal expansion")),
            Input("t", "°C", message("temperature of the artefact")),
            Input("t_ref", "°C", message("reference temperature, usually 20 °C"), usual="20"),
        ),
    ),
    BuiltIn(
        id="gas-volume",
        title=message("Volume of gas at reference conditions"),
        source="ISO 13443:1996; p·V = Z·n·R·T",
        text="V*p*T_ref*Z_ref/(p_ref*T*Z)",
        result=Input("V_ref", "m³", message("volume at reference conditions")),
        inputs=(
            Input("V", "m³", message("volume at the conditions of measurement")),
            Input("p", "Pa", message("absolute pressure of the gas")),
            Input("T", "K", message("temperature of the gas")),
            Input("Z", "1", message("compressibility factor at the conditions of measurement")),
            Input("p_ref", "Pa", message("reference pressure, usually 101325 Pa"), usual="101325"),
            Input("T_ref", "K", message("reference temperature, usually 293.15 K"), usual="293.15"),
            Input("Z_ref", "1", message("compressibility factor at reference conditions"), usual="1"),
        ),
    ),
    BuiltIn(
        id="its90-above",
        title=message("Temperature of a platinum thermometer, from 0 °C to 660 °C"),
        source=f"{_ITS}, equation (14)",
        text="T_90(W - a*(W - 1) - b*(W - 1)**2 - c*(W - 1)**3) - 273.15",
        result=Input("t", "°C", _CELSIUS, *_HOT),
        inputs=(Input("W", "1", _RATIO), _A, _B, _C),
    ),
    BuiltIn(
        id="its90-below",
        title=message("Temperature of a platinum thermometer, from −189 °C to 0.01 °C"),
        source=f"{_ITS}, equation (13)",
        text="T_90(W - a*(W - 1) - b*(W - 1)*ln(W)) - 273.15",
        result=Input("t", "°C", _CELSIUS, *_COLD),
        inputs=(Input("W", "1", _RATIO), _A, _B),
    ),
    BuiltIn(
        id="its90-ratio-above",
        title=message("Ratio of a platinum thermometer at a temperature, from 0 °C to 660 °C"),
        source=f"{_ITS}, equation (14)",
        text="W_above(W_r(t + 273.15), a, b, c)",
        result=Input("W", "1", _RATIO),
        inputs=(Input("t", "°C", _CELSIUS, *_HOT), _A, _B, _C),
    ),
    BuiltIn(
        id="its90-ratio-below",
        title=message("Ratio of a platinum thermometer at a temperature, from −189 °C to 0.01 °C"),
        source=f"{_ITS}, equation (13)",
        text="W_below(W_r(t + 273.15), a, b)",
        result=Input("W", "1", _RATIO),
        inputs=(Input("t", "°C", _CELSIUS, *_COLD), _A, _B),
    ),
    BuiltIn(
        id="its90-temperature",
        title=message("Temperature of a reference ratio"),
        source=f"{_ITS}, equations (9a) and (10a)",
        text="T_90(W_r) - 273.15",
        result=Input("t", "°C", _CELSIUS, *_WHOLE),
        inputs=(Input("W_r", "1", _REFERENCE),),
    ),
    BuiltIn(
        id="its90-reference",
        title=message("Reference ratio of a temperature"),
        source=f"{_ITS}, equations (9a) and (10a)",
        text="W_r(t + 273.15)",
        result=Input("W_r", "1", _REFERENCE),
        inputs=(Input("t", "°C", _CELSIUS, *_WHOLE),),
    ),
    BuiltIn(
        id="kelvin",
        title=message("Thermodynamic temperature of a Celsius temperature"),
        source="T/K = t/°C + 273.15",
        text="t + 273.15",
        result=Input("T", "K", message("thermodynamic temperature"), 0.0),
        inputs=(Input("t", "°C", message("Celsius temperature")),),
    ),
    BuiltIn(
        id="celsius",
        title=message("Celsius temperature of a thermodynamic temperature"),
        source="t/°C = T/K − 273.15",
        text="T - 273.15",
        result=Input("t", "°C", message("Celsius temperature")),
        inputs=(Input("T", "K", message("thermodynamic temperature"), 0.0),),
    ),
)
BUILT_IN: Final[Mapping[str, BuiltIn]] = {one.id: one for one in _MODELS}
