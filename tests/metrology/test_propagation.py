import math

import numpy as np
import pytest
from GTC import cos, get_correlation, get_covariance, multiple_ureal, set_correlation, sin, ureal
from GTC import value as gtc_value
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit, ModelInvalid
from labclient.metrology import Component, Correlation, Coverage, parse_model, propagate, propagate_several

GAUGE_BLOCK = parse_model("l_s + d0 + d1 + d2 - l_s*(d_alpha*(theta_bar + Delta) + alpha_s*d_theta)")
# GUM H.1: name, unit, estimate, u, ν; and what it prints
GAUGE_INPUTS = [
    Component(id=name, name=name, unit=unit, estimate=estimate, u=u, dof=dof)
    for name, unit, estimate, u, dof in [
        ("l_s", "nm", 50_000_623.0, 25.0, 18.0),
        ("d0", "nm", 215.0, 5.8, 24.0),
        ("d1", "nm", 0.0, 3.9, 5.0),
        ("d2", "nm", 0.0, 6.7, 8.0),
        ("alpha_s", "1/K", 11.5e-6, 2e-6 / math.sqrt(3), math.inf),
        ("d_alpha", "1/K", 0.0, 1e-6 / math.sqrt(3), 50.0),
        ("theta_bar", "K", -0.1, 0.2, math.inf),
        ("Delta", "K", 0.0, 0.5 / math.sqrt(2), math.inf),
        ("d_theta", "K", 0.0, 0.05 / math.sqrt(3), 2.0),
    ]
]
IMPEDANCE = [  # GUM H.2: V/V, I/A, φ/rad, observed together
    (5.007, 0.019663, 1.0456),
    (4.994, 0.019639, 1.0438),
    (5.005, 0.019640, 1.0468),
    (4.990, 0.019685, 1.0428),
    (4.999, 0.019678, 1.0433),
]


def test_gum_h1_as_printed() -> None:
    result = propagate(GAUGE_BLOCK, GAUGE_INPUTS, "nm", Coverage(form="t", probability=0.99))
    assert round(result.value) == 50_000_838
    assert result.units_checked
    assert result.budget.u_c == pytest.approx(31.66387911, rel=1e-8)
    assert (round(result.budget.u_c), result.budget.nu_eff) == (32, 16)
    assert (round(result.budget.k, 2), round(result.budget.U)) == (2.92, 92)  # 2.92 × 31.66; the guide takes 2.92 × 32


def test_gum_h1_second_order_terms_are_noticed() -> None:
    result = propagate(GAUGE_BLOCK, GAUGE_INPUTS, "nm")
    assert result.second_order.u == pytest.approx(11.84403958, rel=1e-7)
    assert (round(result.second_order.u_c), result.second_order.matters) == (34, True)
    assert [row.component.id for row in result.budget.rows] == [one.id for one in GAUGE_INPUTS]  # none dropped


def test_gum_h2_as_printed_with_correlated_results() -> None:
    observed = np.array(IMPEDANCE)
    means, n = observed.mean(axis=0), len(observed)
    u = observed.std(axis=0, ddof=1) / math.sqrt(n)
    r = np.corrcoef(observed.T)
    ids, units = ("V", "I", "phi"), ("V", "A", "rad")
    inputs = [
        Component(id=i, name=i, unit=unit, estimate=float(x), u=float(s), evaluation="A")
        for i, unit, x, s in zip(ids, units, means, u, strict=True)
    ]
    links = [Correlation(ids[i], ids[j], float(r[i, j])) for i, j in ((0, 1), (0, 2), (1, 2))]
    models = {"R": parse_model("V/I*cos(phi)"), "X": parse_model("V/I*sin(phi)"), "Z": parse_model("V/I")}
    found = propagate_several(models, inputs, dict.fromkeys(models, "Ω"), correlations=links)
    printed = [(127.732, 0.071), (219.847, 0.295), (254.260, 0.236)]
    for one, (value, u_value) in zip(found.results, printed, strict=True):
        assert (one.value, one.budget.u_c) == (pytest.approx(value, abs=6e-4), pytest.approx(u_value, abs=6e-4))
    assert (found.r[0][1], found.r[0][2], found.r[1][2]) == pytest.approx((-0.588, -0.485, 0.993), abs=6e-4)

    v, i, phi = multiple_ureal(means.tolist(), u.tolist(), n - 1)
    for (a, b), (j, k) in zip(((v, i), (v, phi), (i, phi)), ((0, 1), (0, 2), (1, 2)), strict=True):
        set_correlation(float(r[j, k]), a, b)
    oracle = [v / i * cos(phi), v / i * sin(phi), v / i]
    for one, theirs in zip(found.results, oracle, strict=True):
        assert one.value == pytest.approx(gtc_value(theirs), rel=1e-13)
        assert one.budget.u_c == pytest.approx(math.sqrt(get_covariance(theirs, theirs)), rel=1e-10)
    assert found.r[0][1] == pytest.approx(get_correlation(oracle[0], oracle[1]), rel=1e-9)


@given(
    st.floats(0.5, 20), st.floats(0.5, 20), st.floats(0.1, 1.4), st.floats(1e-6, 0.1), st.floats(1e-6, 0.1),
    st.floats(1e-6, 0.1), st.integers(1, 100),
)  # fmt: skip
def test_gtc_agrees(a: float, b: float, c: float, ua: float, ub: float, uc: float, dof: int) -> None:
    inputs = [
        Component(id="a", name="", unit="1", estimate=a, u=ua, dof=float(dof)),
        Component(id="b", name="", unit="1", estimate=b, u=ub, dof=7.0),
        Component(id="c", name="", unit="1", estimate=c, u=uc),
    ]
    result = propagate(parse_model("a*b/sin(c) + a**2 - a*cos(c)"), inputs, "1")
    x, y, z = ureal(a, ua, dof), ureal(b, ub, 7), ureal(c, uc)
    oracle = x * y / sin(z) + x**2 - x * cos(z)
    assert result.value == pytest.approx(oracle.x, rel=1e-12)
    assert result.budget.u_c == pytest.approx(oracle.u, rel=1e-11)
    assert result.budget.nu_eff == pytest.approx(oracle.df, abs=1.0) or oracle.df > 1e6


def test_units_are_brought_together_before_the_model_sees_numbers() -> None:
    inputs = [
        Component(id="U", name="", unit="mV", estimate=5.0, u=0.01),
        Component(id="I", name="", unit="µA", estimate=2.0, u=0.001),
    ]
    result = propagate(parse_model("U / I"), inputs, "kΩ")
    assert result.value == pytest.approx(2.5, rel=1e-15)
    assert [row.component.sensitivity for row in result.budget.rows] == pytest.approx([0.5, -1.25])


@given(st.sampled_from(["V", "mV", "µV", "kV"]), st.sampled_from(["A", "mA", "nA"]))
def test_a_change_of_units_changes_nothing(volts: str, amperes: str) -> None:
    sizes = {"V": 1.0, "mV": 1e3, "µV": 1e6, "kV": 1e-3, "A": 1.0, "mA": 1e3, "nA": 1e9}
    inputs = [
        Component(id="U", name="", unit=volts, estimate=5.0 * sizes[volts], u=0.01 * sizes[volts]),
        Component(id="I", name="", unit=amperes, estimate=2.0 * sizes[amperes], u=0.3 * sizes[amperes]),
    ]
    result = propagate(parse_model("U / I"), inputs, "Ω")
    assert (result.value, result.budget.u_c) == (pytest.approx(2.5), pytest.approx(0.375033332))
    assert result.second_order.u_c == pytest.approx(0.407387, rel=1e-5)


def test_an_unknown_unit_leaves_numbers_as_they_are_and_says_so() -> None:
    inputs = [Component(id="x", name="", unit="hop", estimate=3.0, u=0.1)]
    result = propagate(parse_model("x + 1"), inputs, "hop")
    assert (result.value, result.units_checked) == (4.0, False)


@pytest.mark.parametrize(("text", "unit"), [("x", "A"), ("x + 20", "V"), ("x*x", "V"), ("x + y", "V")])
def test_a_model_of_another_dimension_or_input_is_refused(text: str, unit: str) -> None:
    with pytest.raises(ModelInvalid):
        propagate(parse_model(text), [Component(id="x", name="", unit="V", estimate=1.0, u=0.1)], unit)


def test_a_flat_place_has_no_budget_of_the_first_order() -> None:
    with pytest.raises(DataUnfit):
        propagate(parse_model("x**2"), [Component(id="x", name="", unit="1", u=0.005)], "1")


def test_a_straight_model_has_no_second_order() -> None:
    inputs = [Component(id=i, name="", unit="V", estimate=1.0, u=0.5) for i in "ab"]
    found = propagate(parse_model("a - 2*b"), inputs, "V").second_order
    assert (found.u, found.shift, found.matters) == (0.0, 0.0, False)
