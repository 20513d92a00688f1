"""Joint Monte Carlo: correlation as by the budget, regions as by their distributions."""

from math import sqrt

import numpy as np
import pytest

from labclient.errors import DataUnfit
from labclient.metrology import (
    Component,
    Correlation,
    MonteCarloRule,
    monte_carlo,
    monte_carlo_several,
    parse_model,
    propagate_several,
)

RULE = MonteCarloRule(seed=11)
OHM = {"R": parse_model("V/I*cos(phi)"), "X": parse_model("V/I*sin(phi)"), "Z": parse_model("V/I")}
UNITS = dict.fromkeys(OHM, "Ω")
INPUTS = [
    Component(id="V", name="", unit="V", estimate=4.999, u=0.0032094),
    Component(id="I", name="", unit="A", estimate=0.019661, u=9.471e-6),
    Component(id="phi", name="", unit="rad", estimate=1.04446, u=0.00075206),
]
LINKS = [Correlation("V", "I", -0.36), Correlation("V", "phi", 0.86), Correlation("I", "phi", -0.65)]


def plain(**u: float) -> list[Component]:
    return [Component(id=name, name="", unit="1", estimate=0.0, u=one) for name, one in u.items()]


def test_impedance_agrees_with_its_budget() -> None:
    """GUM H.2 drawn: values, uncertainties and correlations of R, X, Z."""
    found = monte_carlo_several(OHM, INPUTS, UNITS, RULE, LINKS)
    budget = propagate_several(OHM, INPUTS, UNITS, correlations=LINKS)
    assert found.stable
    assert found.names == ("R", "X", "Z")
    for mean, u, one in zip(found.means, found.u, budget.results, strict=True):
        assert mean == pytest.approx(one.value, abs=0.02 * one.budget.u_c)
        assert u == pytest.approx(one.budget.u_c, rel=0.02)
    assert np.allclose(found.r, budget.r, atol=0.02)


def test_regions_of_two_independent_normal_results_are_those_of_theory() -> None:
    models = {"a": parse_model("x"), "b": parse_model("y")}
    found = monte_carlo_several(models, plain(x=1.0, y=3.0), {"a": "1", "b": "1"}, RULE)
    assert found.rank == 2
    assert found.k_ellipsoid == pytest.approx(sqrt(5.9915), abs=0.02)
    assert found.k_rectangle == pytest.approx(2.2365, abs=0.02)
    assert found.r[0][1] == pytest.approx(0.0, abs=0.02)


def test_one_result_has_the_interval_of_the_single_computation() -> None:
    model = parse_model("x*x + y")
    single = monte_carlo(model, plain(x=1.0, y=1.0), "1", RULE)
    found = monte_carlo_several({"a": model}, plain(x=1.0, y=1.0), {"a": "1"}, RULE)
    assert found.u[0] == pytest.approx(single.u, rel=0.02)
    assert found.k_ellipsoid == pytest.approx(found.k_rectangle)


def test_results_that_depend_on_each_other_have_a_lower_rank() -> None:
    models = {"sum": parse_model("x + y"), "twice": parse_model("2*(x + y)"), "x": parse_model("x")}
    found = monte_carlo_several(models, plain(x=1.0, y=1.0), dict.fromkeys(models, "1"), RULE)
    assert found.rank == 2
    assert found.r[0][1] == pytest.approx(1.0)
    assert found.k_ellipsoid == pytest.approx(sqrt(5.9915), abs=0.03)


def test_the_same_seed_gives_the_same_digits() -> None:
    first, second = (monte_carlo_several(OHM, INPUTS, UNITS, RULE, LINKS) for _ in range(2))
    assert first == second


def test_a_result_without_scatter_and_no_result_are_refused() -> None:
    with pytest.raises(DataUnfit):
        monte_carlo_several({}, plain(x=1.0), {}, RULE)
    with pytest.raises(DataUnfit, match="does not change"):
        monte_carlo_several({"a": parse_model("x*0 + 1")}, plain(x=1.0), {"a": "1"}, RULE)
    with pytest.raises(DataUnfit):
        monte_carlo_several({"a": parse_model("x")}, plain(x=1.0), {"a": "1"}, MonteCarloRule(seed=1, probability=1.0))
