import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from labclient.errors import DataUnfit
from labclient.metrology import normality


def test_published_example_of_the_test(case) -> None:
    reference = case("normality_shapiro_wilk")
    result = normality([float(row["pounds"]) for row in reference.rows()])
    assert result.w == pytest.approx(reference.expected["W_scipy"], rel=1e-9)
    assert result.p == pytest.approx(reference.expected["p_scipy"], rel=1e-7)
    assert (round(result.w, 2), result.p < 0.01) == (reference.expected["W_printed"], True)


@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 11, 12, 13, 20, 50, 500, 5000])
@pytest.mark.parametrize("shape", ["standard_normal", "standard_exponential", "random"])
def test_agrees_with_an_independent_implementation(n: int, shape: str) -> None:
    values = getattr(np.random.default_rng(n), shape)(n)
    result, peer = normality(values), stats.shapiro(values)
    assert result.w == pytest.approx(peer.statistic, rel=1e-8)
    assert result.p == pytest.approx(peer.pvalue, rel=1e-6)


def test_normal_values_fail_at_five_percent_in_five_percent_of_trials() -> None:
    trials = np.random.default_rng(11).standard_normal((2000, 15))
    assert sum(normality(values).p < 0.05 for values in trials) == pytest.approx(100, abs=30)


@given(
    st.lists(st.integers(-1000, 1000), min_size=3, max_size=40).filter(lambda v: len(set(v)) > 1),
    st.integers(-1000, 1000),
    st.integers(-60, 60),
    st.randoms(),
)
def test_unit_and_order_do_not_matter(values: list[int], shift: int, power: int, random) -> None:
    plain = normality(values)
    random.shuffle(values)
    moved, mirrored = normality([(v + shift) * 2.0**power for v in values]), normality([-v for v in values])
    assert 0 < plain.w <= 1
    assert 0 <= plain.p <= 1
    for other in (moved, mirrored):
        assert other.w == pytest.approx(plain.w, abs=1e-12)
        assert other.p == pytest.approx(plain.p, rel=1e-6, abs=1e-7)


def test_one_wild_value_among_equal_ones_is_far_from_normal() -> None:
    result = normality([0.0] * 9 + [1e-200])
    assert result.w == pytest.approx(stats.shapiro([0.0] * 9 + [1.0]).statistic)
    assert result.p < 1e-6


def test_three_values_know_their_probability_exactly() -> None:
    assert normality([0.0, 0.0, 1.0]).p == pytest.approx(0, abs=1e-7)
    assert normality([1.0, 2.0, 3.0]).p == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize(
    "values",
    [[], [1.0], [1.0, 2.0], [1.0] * 5, [1.0, 2.0, math.nan], [1.0, 2.0, math.inf], [1e300, 1.0, 2.0], range(5001)],
)
def test_unfit_values_are_refused(values) -> None:
    with pytest.raises(DataUnfit):
        normality(values)
