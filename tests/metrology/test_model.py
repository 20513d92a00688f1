import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit, ModelInvalid, UnitUnknown
from labclient.metrology import parse_model
from labclient.metrology._dimensions import scale
from labclient.metrology._taylor import Taylor


def derivatives(text: str, x: float) -> list[float]:
    """f, f′, f″, f‴ at x."""
    series = parse_model(text).series({"x": Taylor.along(x, np.ones(1))}).c[:, 0]
    return [float(c) * math.factorial(k) for k, c in enumerate(series)]


def tangent(x: float) -> list[float]:
    t, s = math.tan(x), math.cos(x) ** -2
    return [t, s, 2 * t * s, 2 * s * s + 4 * t * t * s]


def tower(x: float) -> list[float]:
    f, m = x**x, math.log(x) + 1
    return [f, f * m, f * (m * m + 1 / x), f * (m**3 + 3 * m / x - 1 / x**2)]


def test_a_model_is_what_it_says() -> None:
    model = parse_model(" (V / I) * cos(phi) - 2**-1 ")
    assert model.names == ("V", "I", "phi")
    assert model.value({"V": 6.0, "I": 2.0, "phi": 0.0}) == 2.5
    assert parse_model("-x**2").value({"x": 3.0}) == -9.0
    assert parse_model("电压*2").value({"电压": 3.0}) == 6.0
    assert parse_model("µ").names == parse_model("μ").names
    assert model == parse_model("(V / I) * cos(phi) - 2**-1")


def test_a_model_takes_arrays_and_one_constant_fills_them() -> None:
    x = np.array([1.0, 4.0, 9.0])
    assert parse_model("sqrt(x) + 1").values({"x": x}).tolist() == [2.0, 3.0, 4.0]
    assert parse_model("7").values({"x": x}).tolist() == [7.0, 7.0, 7.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(x)", lambda x: [math.exp(x)] * 4),
        ("ln(x)", lambda x: [math.log(x), 1 / x, -1 / x**2, 2 / x**3]),
        ("log10(x)", lambda x: [c / math.log(10) for c in (math.log(x), 1 / x, -1 / x**2, 2 / x**3)]),
        ("sin(x)", lambda x: [math.sin(x), math.cos(x), -math.sin(x), -math.cos(x)]),
        ("cos(x)", lambda x: [math.cos(x), -math.sin(x), -math.cos(x), math.sin(x)]),
        ("tan(x)", tangent),
        ("sqrt(x)", lambda x: [x**0.5, 0.5 * x**-0.5, -0.25 * x**-1.5, 0.375 * x**-2.5]),
        ("x**x", tower),
        ("1/x", lambda x: [1 / x, -1 / x**2, 2 / x**3, -6 / x**4]),
        ("x*x*x - 2*x", lambda x: [x**3 - 2 * x, 3 * x * x - 2, 6 * x, 6.0]),
        ("abs(-x)", lambda x: [x, 1.0, 0.0, 0.0]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("x", [0.3, 1.0, 1.4])
def test_derivatives_are_those_of_the_textbook(text: str, expected, x: float) -> None:
    assert derivatives(text, x) == pytest.approx(expected(x), rel=1e-12, abs=1e-13)


def test_a_square_has_derivatives_at_zero() -> None:
    assert derivatives("x**2", 0.0) == [0.0, 0.0, 2.0, 0.0]


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "x y", "x = 1", "x; y", "lambda: 1", "__import__('os')", "f(x)", "sin(x, y)", "sin(*x)", "sin(x=1)",
        "x.real", "x[0]", "'a'", "1j", "True", "None", "x if y else z", "x < y", "x and y", "x // y", "x % y", "x ^ 2",
        "~x", "[x]", "(x, y)", "sin", "1e999", "x\ny", "(" * 250 + "x" + ")" * 250, "-" * 150 + "x", "x+" * 1500 + "x",
        "１,2", "f'{x}'", "1_000", "0x1F", "0b1", "(y := 2)", "await x", "yield x", "x\0y",
    ],
)  # fmt: skip
def test_nothing_but_an_expression_is_a_model(text: str) -> None:
    with pytest.raises(ModelInvalid):
        parse_model(text)


@given(st.text(max_size=60) | st.text("xy01.+-*/() ,sincoexpqrtlg=[]'_", max_size=60))
def test_any_text_is_a_model_or_refused(text: str) -> None:
    try:
        model = parse_model(text)
    except ModelInvalid:
        return
    try:
        value = model.value(dict.fromkeys(model.names, 1.5))
    except DataUnfit:
        return
    assert math.isfinite(value)


@pytest.mark.parametrize(
    "text", ["1/x", "1/(1/x)", "ln(x)", "sqrt(x-1)", "x**-1", "(x-1)**0.5", "10**(10**(300+x))", "1/exp(1000+x)"]
)
def test_a_point_without_a_value_is_refused_and_never_a_number(text: str) -> None:
    with pytest.raises(DataUnfit):
        parse_model(text).value({"x": 0.0})
    with pytest.raises(DataUnfit):
        parse_model(text).values({"x": np.array([2.0, 0.0])})


@pytest.mark.parametrize("text", ["abs(x)", "sqrt(x)", "x**0.5"])
def test_a_point_without_a_slope_is_refused(text: str) -> None:
    with pytest.raises(DataUnfit):
        derivatives(text, 0.0)


def test_an_input_that_is_not_given_is_named() -> None:
    with pytest.raises(ModelInvalid, match="beta"):
        parse_model("alpha + beta").value({"alpha": 1.0})


@pytest.mark.parametrize(
    ("text", "factor", "dimension"),
    [
        ("kg/m³", 1.0, "kg·m^-3"),
        ("g·cm^-3".replace("cm", "mm"), 1e6, "kg·m^-3"),
        ("1/K", 1.0, "K^-1"),
        ("K⁻¹", 1.0, "K^-1"),
        ("ppm/K", 1e-6, "K^-1"),
        ("µm/(m·°C)", 1e-6, "K^-1"),
        ("mV/mA", 1.0, "A^-2·kg·m^2·s^-3"),
        ("m/s²", 1.0, "m·s^-2"),
        ("%", 1e-2, "1"),
        ("rad", 1.0, "1"),
        ("kΩ", 1e3, "A^-2·kg·m^2·s^-3"),
    ],
)
def test_products_of_units_are_read(text: str, factor: float, dimension: str) -> None:
    found = scale(text)
    assert found.factor == pytest.approx(factor, rel=1e-15)
    assert str(found.dimension) == dimension


@pytest.mark.parametrize("text", ["", "furlong", "m//s", "m/s/s", "kg/m^9", "V A"])
def test_other_units_are_unknown(text: str) -> None:
    with pytest.raises(UnitUnknown):
        scale(text)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("a + b", {"a": "V", "b": "A"}),
        ("a - 20", {"a": "°C"}),
        ("exp(a)", {"a": "m"}),
        ("a**b", {"a": "m", "b": "1"}),
        ("2**a", {"a": "s"}),
    ],
)
def test_an_equation_between_unlike_quantities_is_refused(text: str, units: dict[str, str]) -> None:
    with pytest.raises(ModelInvalid):
        parse_model(text).dimension({name: scale(unit).dimension for name, unit in units.items()})


def test_dimensions_follow_the_model() -> None:
    given_units = {"U": "V", "R": "Ω", "x": "1", "L": "m"}
    dimensions = {name: scale(unit).dimension for name, unit in given_units.items()}
    for text, unit in [
        ("U/R", "A"), ("(L**2)**(1/2)", "m"), ("sqrt(L*L)", "m"), ("exp(x)*abs(-U)", "V"), ("L**0 + x", "1"),
        ("+L - 2*L", "m"),
    ]:  # fmt: skip
        assert parse_model(text).dimension(dimensions).powers == scale(unit).dimension.powers, text
