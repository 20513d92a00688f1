import math

import pytest

from labclient.errors import ModelInvalid, UnitUnknown
from labclient.metrology import (
    BUILT_IN,
    Component,
    MonteCarloRule,
    in_stated_units,
    monte_carlo,
    parse_model,
    propagate,
    propagate_built_in,
)

VALUES = {
    "air-density": {"t": 20.0, "p": 101325.0, "h": 0.5, "x_co2": 0.0004, "formula": 0.0},
    "buoyancy": {"I": 1.0, "rho_a": 1.2, "rho_s": 8000.0, "rho": 1000.0},
    "weighing": {"m_r": 1.0, "d": 2e-6, "S": 1.001, "rho_a": 1.1, "rho_0": 1.2, "V_t": 1.25e-4, "V_r": 1.27e-4},
    "pressure-head": {"p": 1e5, "rho_f": 860.0, "rho_a": 1.2, "g": 9.80665, "h": 0.1},
    "length": {"L": 0.1, "alpha": 11.5e-6, "t": 21.0, "t_ref": 20.0},
    "gas-volume": {"V": 2.0, "p": 2e5, "T": 300.0, "Z": 0.999, "p_ref": 101325.0, "T_ref": 293.15, "Z_ref": 1.0},
}


def inputs(id_: str, u: float = 1e-6, **units: str) -> list[Component]:
    built_in = BUILT_IN[id_]
    return [
        Component(id=one.name, name="", unit=units.get(one.name, one.unit), estimate=VALUES[id_][one.name], u=u)
        for one in built_in.inputs
    ]


def air_density(t: float, p: float, h: float, x: float) -> float:
    """The equation of state with molar masses and the gas constant, as CIPM-2007 begins."""
    kelvin = t + 273.15
    psv = math.exp(1.2378847e-5 * kelvin**2 - 1.9121316e-2 * kelvin + 33.93711047 - 6.3431645e3 / kelvin)
    xv = h * (1.00062 + 3.14e-8 * p + 5.6e-7 * t**2) * psv / p
    z = (
        1
        - p / kelvin * (1.58123e-6 - 2.9331e-8 * t + 1.1043e-10 * t**2 + (5.707e-6 - 2.051e-8 * t) * xv
        + (1.9898e-4 - 2.376e-6 * t) * xv**2)
        + (p / kelvin) ** 2 * (1.83e-11 - 0.765e-8 * xv**2)
    )  # fmt: skip
    m_air, m_water = 28.96546e-3 + 12.011e-3 * (x - 0.0004), 18.01528e-3
    return p * m_air / (z * 8.314472 * kelvin) * (1 - xv * (1 - m_water / m_air))


@pytest.mark.parametrize(("t", "p", "h", "x"), [(20, 101325, 0.5, 4e-4), (15, 6e4, 0.0, 4e-4), (27, 1.1e5, 1.0, 5e-4)])
def test_air_density_is_that_of_the_equation_of_state(t: float, p: float, h: float, x: float) -> None:
    found = parse_model(BUILT_IN["air-density"].call).value({"t": t, "p": p, "h": h, "x_co2": x, "formula": 0.0})
    assert found == pytest.approx(air_density(t, p, h, x), rel=5e-6)  # its constants are rounded


def test_air_density_changes_as_published() -> None:
    result = propagate_built_in(BUILT_IN["air-density"], inputs("air-density"))
    assert result.value == pytest.approx(1.1993, abs=1e-4)
    relative = {row.component.id: row.component.sensitivity / result.value for row in result.budget.rows}
    assert relative["p"] == pytest.approx(1e-5, rel=0.02)
    assert relative["t"] == pytest.approx(-4e-3, abs=5e-4)
    assert relative["h"] == pytest.approx(-9e-3, rel=0.05)
    assert relative["x_co2"] == pytest.approx(0.4, rel=0.05)
    assert relative["formula"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("id_", "expected"),
    [
        ("buoyancy", (1 - 1.2 / 8000) / (1 - 1.2 / 1000)),
        ("weighing", 1 + 2e-6 * 1.001 - 0.1 * (1.25e-4 - 1.27e-4)),
        ("pressure-head", 1e5 + 858.8 * 9.80665 * 0.1),
        ("length", 0.1 / (1 + 11.5e-6)),
        ("gas-volume", 2.0 * 2e5 / 101325 * 293.15 / 300 / 0.999),
    ],
)
def test_each_model_gives_its_formula_and_is_right_by_dimension(id_: str, expected: float) -> None:
    built_in = BUILT_IN[id_]
    assert propagate_built_in(built_in, inputs(id_)).value == pytest.approx(expected, rel=1e-14)
    checked = propagate(parse_model(built_in.call), inputs(id_), built_in.unit)
    assert checked.units_checked
    assert checked.value == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("id_", BUILT_IN)
def test_a_model_has_the_inputs_that_it_names(id_: str) -> None:
    built_in = BUILT_IN[id_]
    assert built_in.id == id_
    assert set(parse_model(built_in.call).names) == {one.name for one in built_in.inputs}


def test_inputs_come_in_any_unit_of_their_quantity() -> None:
    built_in = BUILT_IN["air-density"]
    plain = propagate_built_in(built_in, inputs("air-density", u=0.1))
    others = [
        Component(id="t", name="", unit="K", estimate=293.15, u=0.1),
        Component(id="p", name="", unit="hPa", estimate=1013.25, half_width=0.001 * math.sqrt(3), divisor=math.sqrt(3)),
        Component(id="h", name="", unit="%", estimate=50.0, u=10.0),
        Component(id="x_co2", name="", unit="ppm", estimate=400.0, u=1e5),
        Component(id="formula", name="", unit="1", u=0.1),
    ]
    found = propagate_built_in(built_in, others)
    assert (found.value, found.budget.u_c) == (pytest.approx(plain.value), pytest.approx(plain.budget.u_c))
    assert [row.component.unit for row in found.budget.rows] == ["°C", "Pa", "1", "1", "1"]


def test_a_built_in_model_can_be_drawn() -> None:
    built_in = BUILT_IN["length"]
    found = in_stated_units(built_in, inputs("length", u=1e-7, t="°C"))
    drawn = monte_carlo(parse_model(built_in.call), found, "m", MonteCarloRule(seed=1, digits=1), as_written=True)
    assert drawn.u == pytest.approx(propagate_built_in(built_in, found).budget.u_c, rel=0.02)


def test_an_input_of_another_quantity_or_name_is_refused() -> None:
    for wrong in ({"p": "V"}, {"t": "Pa"}):
        with pytest.raises(ModelInvalid):
            propagate_built_in(BUILT_IN["air-density"], inputs("air-density", **wrong))
    with pytest.raises(UnitUnknown):
        propagate_built_in(BUILT_IN["air-density"], inputs("air-density", p="psi"))
    with pytest.raises(ModelInvalid):
        propagate_built_in(BUILT_IN["length"], inputs("length")[:-1])
    with pytest.raises(ModelInvalid):
        propagate_built_in(BUILT_IN["length"], [*inputs("length"), Component(id="extra", name="", unit="m", u=1.0)])
