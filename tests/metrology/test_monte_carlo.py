import math

import numpy as np
import pytest

from labclient.errors import DataUnfit
from labclient.metrology import (
    Component,
    Correlation,
    Coverage,
    Distribution,
    MonteCarloRule,
    monte_carlo,
    parse_model,
    propagate,
    validate_budget,
)

SUM = parse_model("a + b + c + d")


def normal(id_: str, estimate: float, u: float, **more: object) -> Component:
    return Component(id=id_, name=id_, unit="1", estimate=estimate, u=u, **more)


def between(id_: str, low: float, high: float, distribution: Distribution = Distribution.RECTANGULAR) -> Component:
    middle, half = (low + high) / 2, (high - low) / 2
    return Component(id=id_, name=id_, unit="1", estimate=middle, half_width=half, distribution=distribution)


def four(last: float = 1.0) -> list[Component]:
    edges = [math.sqrt(3) * u for u in (1.0, 1.0, 1.0, last)]
    return [between(id_, -edge, edge) for id_, edge in zip("abcd", edges, strict=True)]


def mass() -> tuple:
    model = parse_model("(m_rc + dm)*(1 + (rho_a - 1.2)*(1/rho_w - 1/rho_r)) - 100000")
    return model, [
        normal("m_rc", 100_000.0, 0.050), normal("dm", 1.234, 0.020), between("rho_a", 1.1, 1.3),
        between("rho_w", 7e3, 9e3), between("rho_r", 7.95e3, 8.05e3),
    ]  # fmt: skip


def test_jcgm_101_9_2_2_four_normals() -> None:
    inputs = [normal(id_, 0.0, 1.0) for id_ in "abcd"]
    found = monte_carlo(SUM, inputs, "1", MonteCarloRule(seed=1, interval="symmetric"))
    assert found.stable
    assert (found.mean, found.u) == (pytest.approx(0.0, abs=0.02), pytest.approx(2.0, abs=0.02))
    assert found.symmetric == pytest.approx((-3.92, 3.92), abs=0.04)
    low, high = found.shortest  # where it lies is ill determined for a flat-topped curve, its length is not
    assert high - low == pytest.approx(7.84, abs=0.05)


def test_jcgm_101_9_2_3_four_rectangles() -> None:
    found = monte_carlo(SUM, four(), "1", MonteCarloRule(seed=2, interval="symmetric"))
    assert found.u == pytest.approx(2.0, abs=0.01)
    assert found.symmetric == pytest.approx((-3.88, 3.88), abs=0.02)


def test_jcgm_101_9_2_4_one_rectangle_rules_and_the_budget_fails() -> None:
    rule = MonteCarloRule(seed=3, interval="symmetric", digits=2, share=0.2)
    found = monte_carlo(SUM, four(10.0), "1", rule)
    assert (found.u, found.symmetric) == (pytest.approx(10.1, abs=0.05), pytest.approx((-17.0, 17.0), abs=0.1))
    check = validate_budget(propagate(SUM, four(10.0), "1", Coverage(k=1.96, probability=0.95)), found)
    assert check.validated is False
    assert (check.d_low, check.d_high) == pytest.approx((2.8, 2.8), abs=0.2)


def test_jcgm_101_9_3_mass_where_only_second_order_sees_the_air() -> None:
    model, inputs = mass()
    budget = propagate(model, inputs, "1", Coverage(k=1.96, probability=0.95))
    assert (budget.value, budget.budget.u_c) == (pytest.approx(1.234), pytest.approx(0.0539, abs=5e-5))
    assert (budget.second_order.u_c, budget.second_order.matters) == (pytest.approx(0.0750, abs=5e-5), True)
    found = monte_carlo(model, inputs, "1", MonteCarloRule(seed=4, digits=1, share=0.2))
    assert (found.mean, found.u) == (pytest.approx(1.234, abs=5e-4), pytest.approx(0.0754, abs=5e-4))
    assert found.shortest == pytest.approx((1.0834, 1.3825), abs=3e-3)
    assert validate_budget(budget, found).validated is False


@pytest.mark.parametrize(("x1", "mean", "u", "high"), [(0.0, 50e-6, 50e-6, 150e-6), (0.010, 150e-6, 112e-6, 367e-6)])
def test_jcgm_101_9_4_comparison_loss(x1: float, mean: float, u: float, high: float) -> None:
    inputs = [normal("x1", x1, 0.005), normal("x2", 0.0, 0.005)]
    found = monte_carlo(parse_model("x1**2 + x2**2"), inputs, "1", MonteCarloRule(seed=5))
    assert (found.mean, found.u) == (pytest.approx(mean, rel=0.01), pytest.approx(u, rel=0.01))
    assert found.shortest[0] == pytest.approx(0.0, abs=1e-6)
    assert found.shortest[1] == pytest.approx(high, rel=0.015)
    assert found.symmetric[0] > found.shortest[0]


def test_jcgm_101_9_5_gauge_block() -> None:
    model = parse_model("l_s + d0 + d1 + d2 - l_s*(d_alpha*(theta + Delta) + alpha_s*d_theta) - 5e7")
    inputs = [
        normal("l_s", 50_000_623.0, 25.0, dof=18.0), normal("d0", 215.0, 5.8, dof=24.0),
        normal("d1", 0.0, 3.9, dof=5.0), normal("d2", 0.0, 6.7, dof=8.0),
        between("alpha_s", 9.5e-6, 13.5e-6), normal("theta", -0.1, 0.2),
        between("Delta", -0.5, 0.5, Distribution.ARCSINE),
        Component(id="d_alpha", name="", unit="1", half_width=1e-6, distribution=Distribution.RECTANGULAR, dof=50.0),
        Component(id="d_theta", name="", unit="1", half_width=0.05, distribution=Distribution.RECTANGULAR, dof=2.0),
    ]  # fmt: skip
    found = monte_carlo(model, inputs, "1", MonteCarloRule(seed=6, probability=0.99))
    assert (found.mean, found.u) == (pytest.approx(838, abs=1), pytest.approx(36, abs=0.6))
    assert found.shortest == pytest.approx((745, 932), abs=3)


def test_a_budget_of_a_straight_normal_model_is_validated() -> None:
    inputs = [normal(id_, 0.0, 1.0) for id_ in "abcd"]
    budget = propagate(SUM, inputs, "1", Coverage(form="t"))
    rule = MonteCarloRule(seed=7, digits=1, share=0.2, interval="symmetric")
    assert validate_budget(budget, monte_carlo(SUM, inputs, "1", rule)).validated is True
    rough = monte_carlo(SUM, inputs, "1", MonteCarloRule(seed=7, digits=1, interval="symmetric"))
    assert validate_budget(budget, rough).validated is None  # too rough to say
    with pytest.raises(DataUnfit):
        validate_budget(propagate(SUM, inputs, "1", Coverage(form="t", probability=0.99)), rough)


def test_the_seed_repeats_the_answer() -> None:
    model, inputs = mass()
    rule = MonteCarloRule(seed=11, digits=1)
    assert monte_carlo(model, inputs, "1", rule) == monte_carlo(model, inputs, "1", rule)
    other = monte_carlo(model, inputs, "1", MonteCarloRule(seed=12, digits=1))
    assert other.mean != monte_carlo(model, inputs, "1", rule).mean
    assert other.generator == f"PCG64, numpy {np.__version__}"


@pytest.mark.parametrize(
    ("distribution", "beta", "share_beyond_one_u"),
    [
        (Distribution.RECTANGULAR, None, 1 - 1 / math.sqrt(3)),
        (Distribution.TRIANGULAR, None, (1 - 1 / math.sqrt(6)) ** 2),
        (Distribution.ARCSINE, None, 0.5),
        (Distribution.TRAPEZOID, 0.5, None),
        (Distribution.TRAPEZOID, 0.0, (1 - 1 / math.sqrt(6)) ** 2),
    ],
)
def test_each_distribution_has_its_width_and_shape(distribution, beta, share_beyond_one_u) -> None:
    one = Component(id="x", name="", unit="1", estimate=5.0, half_width=2.0, distribution=distribution, beta=beta)
    found = monte_carlo(parse_model("x"), [one], "1", MonteCarloRule(seed=8, probability=0.999, interval="symmetric"))
    assert found.u == pytest.approx(propagate(parse_model("x"), [one], "1").budget.u_c, rel=0.005)
    assert 3.0 <= found.symmetric[0] <= found.symmetric[1] <= 7.0
    if share_beyond_one_u is not None:
        rule = MonteCarloRule(seed=9, probability=1 - share_beyond_one_u, interval="symmetric")
        low, high = monte_carlo(parse_model("x"), [one], "1", rule).symmetric
        assert (high - low) / 2 == pytest.approx(found.u, rel=0.02)


def test_few_degrees_of_freedom_widen_a_normal_input() -> None:
    found = monte_carlo(parse_model("x"), [normal("x", 0.0, 1.0, dof=4.0)], "1", MonteCarloRule(seed=10))
    assert found.symmetric == pytest.approx((-2.776, 2.776), abs=0.02)
    assert found.u == pytest.approx(math.sqrt(2), rel=0.02)


@pytest.mark.parametrize(("dof", "u"), [(math.inf, math.sqrt(3.0)), (8.0, math.sqrt(3.0 * 8 / 6))])
def test_correlated_inputs_are_drawn_together(dof: float, u: float) -> None:
    inputs = [normal("a", 0.0, 1.0, dof=dof), normal("b", 0.0, 1.0, dof=dof)]
    link = [Correlation("a", "b", 0.5)]
    found = monte_carlo(parse_model("a + b"), inputs, "1", MonteCarloRule(seed=13), link)
    assert found.u == pytest.approx(u, rel=0.01)
    whole = monte_carlo(parse_model("a - b"), inputs, "1", MonteCarloRule(seed=13), [Correlation("a", "b", 1.0)])
    assert whole.u == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("inputs", "links"),
    [
        ([between("a", -1, 1), normal("b", 0.0, 1.0)], [Correlation("a", "b", 0.5)]),
        ([normal("a", 0.0, 1.0, dof=3.0), normal("b", 0.0, 1.0)], [Correlation("a", "b", 0.5)]),
        ([normal("a", 0.0, 1.0), normal("b", 0.0, 1.0)], [Correlation("a", "z", 0.5)]),
        ([normal("a", 0.0, 1.0, dof=0.5), normal("b", 0.0, 1.0)], []),
        ([normal("a", 0.0, 1.0, distribution=Distribution.TRAPEZOID), normal("b", 0.0, 1.0)], []),
        (
            [normal("a", 0.0, 1.0), normal("b", 0.0, 1.0), normal("c", 0.0, 1.0)],
            [Correlation("a", "b", 0.9), Correlation("b", "c", 0.9), Correlation("a", "c", -0.9)],
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(inputs, links) -> None:
    with pytest.raises(DataUnfit):
        monte_carlo(parse_model("a + b"), inputs, "1", MonteCarloRule(seed=1), links)


@pytest.mark.parametrize(
    "wrong", [{"probability": 1.0}, {"digits": 3}, {"most": 1}, {"seed": -1}, {"share": 0.0}, {"share": math.nan}]
)
def test_an_impossible_rule_is_refused(wrong: dict) -> None:
    with pytest.raises(DataUnfit):
        monte_carlo(parse_model("a"), [normal("a", 0.0, 1.0)], "1", MonteCarloRule(**{"seed": 1, **wrong}))


def test_draws_that_leave_the_model_without_a_value_are_refused() -> None:
    with pytest.raises(DataUnfit):
        monte_carlo(parse_model("ln(x)"), [normal("x", 1.0, 1.0)], "1", MonteCarloRule(seed=1))


def test_an_answer_that_does_not_become_stable_says_so() -> None:
    found = monte_carlo(parse_model("x"), [normal("x", 0.0, 1.0, dof=1.0)], "1", MonteCarloRule(seed=1, most=50_000))
    assert (found.stable, found.trials) == (False, 50_000)
