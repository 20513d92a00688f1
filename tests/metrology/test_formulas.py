"""Built-in models as functions of an expression: numbers, derivatives, draws, units, ranges."""

import math
from collections.abc import Callable
from decimal import Decimal, localcontext

import GTC
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit, ModelInvalid
from labclient.metrology import (
    BUILT_IN,
    Component,
    MonteCarloRule,
    check_ranges,
    check_units,
    its90_reference,
    its90_slope,
    its90_temperature,
    its90_w,
    monte_carlo,
    parse_model,
    propagate,
)
from labclient.metrology._taylor import Taylor

AIR = "air_density(t, p, h, x_co2, formula)"
AIR_UNITS = {"t": "°C", "p": "hPa", "h": "1", "x_co2": "ppm", "formula": "1"}
AT = {"t": 21.3, "p": 99800.0, "h": 0.47, "x_co2": 4.3e-4, "formula": 0.0}
A, B, C = -1.2e-4, 3.1e-5, 2e-6


def component(name: str, value: float, u: float, unit: str = "1") -> Component:
    return Component(id=name, name="", unit=unit, estimate=value, u=u)


def decimal_air(t: Decimal, p: Decimal, h: Decimal, x: Decimal, formula: Decimal) -> Decimal:
    """CIPM-2007 again, in 50 digits."""
    d = Decimal
    k = t + d("273.15")
    saturated = (d("1.2378847e-5") * k * k - d("1.9121316e-2") * k + d("33.93711047") - d("6.3431645e3") / k).exp()
    vapour = h * (d("1.00062") + d("3.14e-8") * p + d("5.6e-7") * t * t) * saturated / p
    virial = (
        d("1.58123e-6") - d("2.9331e-8") * t + d("1.1043e-10") * t * t
        + (d("5.707e-6") - d("2.051e-8") * t) * vapour + (d("1.9898e-4") - d("2.376e-6") * t) * vapour * vapour
    )  # fmt: skip
    z = 1 - p / k * virial + (p / k) ** 2 * (d("1.83e-11") - d("0.765e-8") * vapour * vapour)
    dry = (d("3.483740") + d("1.4446") * (x - d("0.0004"))) / 1000
    return dry * p / (z * k) * (1 - d("0.3780") * vapour) * (1 + formula)


def derivatives(of: Callable[..., Decimal], at: list[str], place: int) -> list[float]:
    """f, f′, f″/2, f‴/6 along one argument by central differences in 60 digits: exact in all digits of a float."""
    with localcontext() as context:
        context.prec = 60
        step = Decimal("1e-10") * max(abs(Decimal(at[place])), Decimal("1e-3"))

        def f(times: int) -> Decimal:
            return of(*(Decimal(one) + (times * step if i == place else 0) for i, one in enumerate(at)))

        first = (f(1) - f(-1)) / (2 * step)
        second = (f(1) - 2 * f(0) + f(-1)) / (2 * step**2)
        third = (f(2) - 2 * f(1) + 2 * f(-1) - f(-2)) / (12 * step**3)
        return [float(one) for one in (f(0), first, second, third)]


def series(text: str, at: dict[str, float]) -> np.ndarray:
    """Taylor coefficients along each input, shape (4, inputs)."""
    steps = np.eye(len(at))
    return parse_model(text).series({name: Taylor.along(one, steps[i]) for i, (name, one) in enumerate(at.items())}).c


def test_air_density_and_its_derivatives_are_exact() -> None:
    found = series(AIR, AT)
    for place, name in enumerate(AT):
        expected = derivatives(decimal_air, [repr(one) for one in AT.values()], place)
        scale = abs(expected[0])
        for order, (ours, theirs) in enumerate(zip(found[:, place], expected, strict=True)):
            assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-15 * scale / max(abs(AT[name]), 1e-3) ** order), name


def test_air_density_agrees_with_an_independent_propagation() -> None:
    u = {"t": 0.05, "p": 10.0, "h": 0.01, "x_co2": 5e-5, "formula": 22e-6}
    t, p, h, x, f = (GTC.ureal(AT[name], u[name]) for name in AT)
    k = t + 273.15
    saturated = GTC.exp(1.2378847e-5 * k**2 - 1.9121316e-2 * k + 33.93711047 - 6.3431645e3 / k)
    vapour = h * (1.00062 + 3.14e-8 * p + 5.6e-7 * t**2) * saturated / p
    virial = (
        1.58123e-6 - 2.9331e-8 * t + 1.1043e-10 * t**2 + (5.707e-6 - 2.051e-8 * t) * vapour
        + (1.9898e-4 - 2.376e-6 * t) * vapour**2
    )  # fmt: skip
    z = 1 - p / k * virial + (p / k) ** 2 * (1.83e-11 - 0.765e-8 * vapour**2)
    theirs = (3.483740 + 1.4446 * (x - 0.0004)) * 1e-3 * p / (z * k) * (1 - 0.3780 * vapour) * (1 + f)
    inputs = [
        component("t", 21.3, 0.05, "°C"), component("p", 998.0, 0.1, "hPa"), component("h", 0.47, 0.01),
        component("x_co2", 430.0, 50.0, "ppm"), component("formula", 0.0, 22e-6),
    ]  # fmt: skip
    ours = propagate(parse_model(AIR), inputs, "kg/m³")
    assert ours.units_checked
    assert ours.value == pytest.approx(theirs.x, rel=1e-14)
    assert ours.budget.u_c == pytest.approx(theirs.u, rel=1e-12)


def test_a_formula_stands_anywhere_in_a_model_and_can_be_drawn() -> None:
    text = f"buoyancy(I, {AIR}, rho_s, rho) + resolution"
    inputs = [
        component("I", 1000.0, 0.001, "g"), component("t", 20.0, 0.1, "°C"), component("p", 1013.25, 0.2, "hPa"),
        component("h", 0.5, 0.02), component("x_co2", 400.0, 50.0, "ppm"), component("formula", 0.0, 22e-6),
        component("rho_s", 8000.0, 10.0, "kg/m³"), component("rho", 2700.0, 5.0, "kg/m³"),
        component("resolution", 0.0, 0.05, "mg"),
    ]  # fmt: skip
    found = propagate(parse_model(text), inputs, "kg")
    air = parse_model(AIR).value({"t": 20.0, "p": 101325.0, "h": 0.5, "x_co2": 4e-4, "formula": 0.0})
    assert found.value == pytest.approx((1 - air / 8000) / (1 - air / 2700), rel=1e-14)
    drawn = monte_carlo(parse_model(text), inputs, "kg", MonteCarloRule(seed=5, digits=1))
    assert drawn.u == pytest.approx(found.budget.u_c, rel=0.02)
    assert drawn.mean == pytest.approx(found.value, abs=found.budget.u_c / 20)


@pytest.mark.parametrize(("w", "above"), [(1.39, True), (3.2, True), (1.0, True), (0.9, False), (0.25, False)])
def test_its90_gives_the_temperature_and_its_sensitivities(w: float, above: bool) -> None:
    coefficients = {"a": A, "b": B} | ({"c": C} if above else {})
    text = "its90_above(W, a, b, c)" if above else "its90_below(W, a, b)"
    found = series(text, {"W": w, **coefficients})
    w_r = its90_reference(w, A, B, C if above else 0.0)
    assert found[0, 0] == pytest.approx(its90_temperature(w_r) - 273.15, abs=1e-11)
    slope = its90_slope(found[0, 0] + 273.15)
    over = w - 1
    by_w = 1 - A - (2 * B * over + 3 * C * over**2 if above else B * (math.log(w) + over / w))
    by_b = over**2 if above else over * math.log(w)
    assert found[1, 0] == pytest.approx(by_w / slope, rel=1e-12)
    assert found[1, 1] == pytest.approx(-over / slope, rel=1e-12, abs=1e-15)
    assert found[1, 2] == pytest.approx(-by_b / slope, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("kelvin", [30.0, 90.0, 250.0, 280.0, 500.0, 1200.0])
def test_the_reference_function_and_its_inverse_have_derivatives_to_the_third_order(kelvin: float) -> None:
    """Against differences of the slope, which is known exactly, and the rule for the derivatives of an inverse."""
    step = 1e-3 * kelvin
    slopes = [its90_slope(kelvin + times * step) for times in (-2, -1, 0, 1, 2)]
    second = (slopes[0] - 8 * slopes[1] + 8 * slopes[3] - slopes[4]) / (12 * step)
    third = (-slopes[0] + 16 * slopes[1] - 30 * slopes[2] + 16 * slopes[3] - slopes[4]) / (12 * step**2)
    ours = series("its90_reference(t)", {"t": kelvin - 273.15})[:, 0]
    assert ours[0] == pytest.approx(its90_w(kelvin), rel=1e-13)
    assert ours[1] == pytest.approx(slopes[2], rel=1e-12)
    assert 2 * ours[2] == pytest.approx(second, rel=1e-6, abs=1e-9 * slopes[2])
    assert 6 * ours[3] == pytest.approx(third, rel=1e-3, abs=1e-7 * slopes[2])
    inverse = series("its90_temperature(W_r)", {"W_r": ours[0]})[:, 0]
    f1, f2, f3 = ours[1], 2 * ours[2], 6 * ours[3]
    assert inverse[1] == pytest.approx(1 / f1, rel=1e-10)
    assert 2 * inverse[2] == pytest.approx(-f2 / f1**3, rel=1e-8)
    assert 6 * inverse[3] == pytest.approx((3 * f2**2 - f1 * f3) / f1**5, rel=1e-7)


@given(st.floats(0.01, 660.0), st.floats(-0.02, 0.02), st.floats(-0.01, 0.01), st.floats(-1e-3, 1e-3))
def test_ratio_and_temperature_are_inverse_to_each_other(t: float, a: float, b: float, c: float) -> None:
    text = "its90_above(its90_ratio_above(t, a, b, c), a, b, c)"
    found = series(text, {"t": t, "a": a, "b": b, "c": c})
    assert found[0, 0] == pytest.approx(t, abs=1e-9)
    assert found[1] == pytest.approx([1.0, 0.0, 0.0, 0.0], abs=1e-7)


@given(st.floats(-189.0, 0.0), st.floats(-0.02, 0.02), st.floats(-0.005, 0.005))
def test_ratio_and_temperature_are_inverse_below_the_triple_point(t: float, a: float, b: float) -> None:
    found = series("its90_below(its90_ratio_below(t, a, b), a, b)", {"t": t, "a": a, "b": b})
    assert found[0, 0] == pytest.approx(t, abs=1e-8)
    assert found[1] == pytest.approx([1.0, 0.0, 0.0], abs=1e-6)


def test_draws_pass_the_triple_point_where_the_estimate_stands() -> None:
    inputs = [component("W", 1.0, 1e-4), component("a", A, 0.0), component("b", B, 0.0), component("c", 0.0, 0.0)]
    text = parse_model("its90_above(W, a, b, c)")
    drawn = monte_carlo(text, inputs, "°C", MonteCarloRule(seed=3, digits=1))
    assert drawn.mean == pytest.approx(0.01, abs=1e-3)
    assert drawn.u == pytest.approx(propagate(text, inputs, "°C").budget.u_c, rel=0.02)


@pytest.mark.parametrize("sign", [1, -1])
def test_coefficients_that_no_thermometer_has_are_refused(sign: int) -> None:
    with pytest.raises(DataUnfit):
        parse_model("its90_ratio_above(t, a, b, c)").value(
            {"t": 650.0, "a": sign * 0.1, "b": sign * 0.1, "c": sign * 0.1}
        )


@pytest.mark.parametrize(
    ("change", "named"),
    [({"t": 14.9}, "t from 15 to 27 °C; here it is 14.9"), ({"t": 293.15}, "293.15"), ({"p": 5.9e4}, "Pa"),
     ({"h": 50.0}, "here it is 50"), ({"x_co2": 0.5}, "x_co2"), ({"formula": 1.0}, "formula")],
)  # fmt: skip
def test_an_estimate_outside_the_range_of_a_formula_is_refused(change: dict[str, float], named: str) -> None:
    with pytest.raises(DataUnfit) as refused:
        parse_model(AIR).value(AT | change)
    assert named in refused.value.tell()
    assert "air_density" in refused.value.tell()


def test_a_temperature_outside_the_subrange_of_the_coefficients_is_refused() -> None:
    with pytest.raises(DataUnfit, match=r"from 0 to 660\.323 °C"):
        parse_model("its90_above(W, a, b, c)").value({"W": 0.9, "a": A, "b": B, "c": C})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t + air_density(t, p)", "air_density, at character 5, has 2 arguments instead of 5"),
        ("air_density(t, p, h, x_co2, 0)", "formula, at character 29, must be an input"),
        ("air_density(t, p, h, x_co2, formula + 0)", "must be an input"),
        ("air_density(*t)", "is not allowed"),
        ("air_density(t=1)", "is not allowed"),
        ("sin(t, t)", "“sin(t, t)”, at character 1, is not allowed"),
        ("T_90(t)", "is not allowed"),
        ("cos", "is not allowed"),
    ],
)
def test_a_call_that_is_none_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ModelInvalid) as refused:
        parse_model(text)
    assert said in refused.value.tell()


@pytest.mark.parametrize(
    ("text", "units", "unit", "said"),
    [
        (f"m + {AIR}", {"m": "g", **AIR_UNITS}, "kg/m³", "At character 1, “m + air_density"),
        (f"x*{AIR}", {"x": "1", **AIR_UNITS, "p": "V"}, "kg/m³", "At character 3, “air_density"),
        (AIR, {**AIR_UNITS, "t": "K"}, "kg/m³", "needs t in °C; it is in K"),
        (AIR, {**AIR_UNITS, "h": "%RH"}, "kg/m³", "Multiply it by 0.01"),
        (AIR, AIR_UNITS, "kg", "The model gives"),
        ("gas_volume(V, p, t, Z, p, T, Z)", {"V": "m³", "p": "kPa", "t": "°C", "T": "K", "Z": "1"}, "m³", "kelvin(…)"),
        ("its90_temperature(W) + d", {"W": "1", "d": "K"}, "K", "The model gives °C, the result is to be in K"),
        ("kelvin(t) - d", {"t": "°C", "d": "K"}, "°C", "The model gives K, the result is to be in °C"),
        ("kelvin(kelvin(t) + d)", {"t": "°C", "d": "K"}, "K", "kelvin needs t in °C; it is in K"),
        ("kelvin(t) - celsius(T)", {"t": "°C", "T": "K"}, "K", "K and °C are added or subtracted"),
    ],
)
def test_units_that_do_not_fit_a_formula_are_refused(text: str, units: dict[str, str], unit: str, said: str) -> None:
    with pytest.raises(ModelInvalid) as refused:
        check_units(parse_model(text), units, unit)
    assert said in refused.value.tell()


@pytest.mark.parametrize(
    ("text", "units", "unit"),
    [
        ("air_density(t, p, h*0.01, x_co2, formula)", {**AIR_UNITS, "h": "%RH"}, "kg/m³"),
        ("air_density(celsius(t), p, h, x_co2, formula)", {**AIR_UNITS, "t": "K"}, "kg/m³"),
        ("kelvin(its90_temperature(W) + d)", {"W": "1", "d": "K"}, "K"),
        ("its90_temperature(W) - its90_temperature(V)", {"W": "1", "V": "1"}, "K"),
        ("length(L, alpha, t, t_ref)", {"L": "mm", "alpha": "1/K", "t": "°C", "t_ref": "°C"}, "mm"),
        ("length + kelvin", {"length": "mm", "kelvin": "mm"}, "mm"),  # names of formulas stay free as inputs
    ],
)
def test_units_that_fit_are_taken(text: str, units: dict[str, str], unit: str) -> None:
    check_units(parse_model(text), units, unit)


def test_what_is_known_is_held_against_the_range_before_anything_is_measured() -> None:
    model = parse_model("air_density(t, p, 0.5, x_co2, formula)")
    check_ranges(model, {"p": (1013.25, "hPa"), "x_co2": (400.0, "ppm")})
    for known in ({"p": (1013.25, "kPa")}, {"x_co2": (400.0, "1")}):
        with pytest.raises(ModelInvalid, match="At character"):
            check_ranges(model, known)
    with pytest.raises(ModelInvalid, match=r"At character 19, “-0\.5”"):
        check_ranges(parse_model("air_density(t, p, -0.5, x_co2, formula)"), {})


def test_a_model_tells_its_formulas_and_their_own_errors() -> None:
    model = parse_model(f"buoyancy(I, {AIR}, rho_s, rho)")
    assert model.formulas == ("air-density", "buoyancy")
    assert model.own_errors == {"formula"}


@given(
    st.lists(st.sampled_from(["t", "1", "sin(t)", "kelvin(t)", "", "*t", "t=1", "air_density", "-"]), max_size=6),
    st.sampled_from(sorted(one.function for one in BUILT_IN.values())),
)
def test_any_call_is_a_model_or_a_refusal(arguments: list[str], function: str) -> None:  # fmt: skip
    try:
        names = set(parse_model(f"{function}({', '.join(arguments)})").names)
    except ModelInvalid:
        names = set()
    assert names <= {"t", "air_density"}
