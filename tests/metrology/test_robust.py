import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from labclient.errors import DataUnfit
from labclient.metrology import algorithm_a, mad, median

CREOSOTE = [24.140, 20.155, 19.500, 20.300, 20.705, 17.570, 20.100, 20.940, 21.185]  # ISO 5725-5:1998, cell means
numbers = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=40)


def test_iso_5725_5_example_of_algorithm_a() -> None:
    result = algorithm_a(CREOSOTE)
    assert (round(result.mean, 5), round(result.s, 5)) == (20.41214, 1.06984)  # as R's metRology gives them
    assert result.u_mean == pytest.approx(1.25 * result.s / 3)
    assert (result.n, result.clipped) == (9, 2)


def test_algorithm_a_stands_at_its_own_fixed_point() -> None:
    result = algorithm_a(CREOSOTE)
    clipped = np.clip(CREOSOTE, result.mean - 1.5 * result.s, result.mean + 1.5 * result.s)
    assert clipped.mean() == pytest.approx(result.mean, rel=1e-11)
    assert 1.134 * clipped.std(ddof=1) == pytest.approx(result.s, rel=1e-11)


@given(numbers)
def test_median_and_mad_agree_with_an_independent_implementation(values: list[int]) -> None:
    assert median(values) == float(np.median(values))
    assert mad(values) == pytest.approx(stats.median_abs_deviation(values, scale="normal"), rel=1e-5)


def test_normal_values_keep_their_mean_and_standard_deviation() -> None:
    values = np.random.default_rng(5).normal(10.0, 0.2, 20_000)
    result = algorithm_a(values)
    assert result.mean == pytest.approx(10.0, abs=0.01)
    assert result.s == pytest.approx(0.2, rel=0.02)
    assert mad(values) == pytest.approx(0.2, rel=0.02)


def test_a_slipped_decimal_point_hardly_moves_the_robust_mean() -> None:
    good = [10.01, 9.98, 10.02, 10.00, 9.99, 10.03, 9.97]
    assert algorithm_a([*good, 100.1]).mean == pytest.approx(algorithm_a(good).mean, abs=0.02)


@given(numbers, st.integers(-1000, 1000), st.integers(-60, 60), st.randoms())
def test_shift_scale_and_order_carry_through(values: list[int], shift: int, power: int, random) -> None:
    try:
        plain = algorithm_a(values)
    except DataUnfit:
        assert mad(values) == 0
        return
    random.shuffle(values)
    moved = algorithm_a([(v + shift) * 2.0**power for v in values])
    size = max(abs(v) for v in values) + 1000
    assert moved.mean * 2.0**-power == pytest.approx(plain.mean + shift, abs=1e-9 * size)
    assert moved.s * 2.0**-power == pytest.approx(plain.s, rel=1e-6)


def test_equal_values_have_no_scatter() -> None:
    result = algorithm_a([7.0] * 4)
    assert (result.mean, result.s, result.u_mean, result.clipped) == (7.0, 0.0, 0.0, 0)
    assert mad([7.0] * 4) == 0


def test_two_values_are_a_mean_and_a_scatter() -> None:
    assert algorithm_a([1.0, 3.0]).mean == 2
    assert algorithm_a([1e-200, 3e-200]).s == pytest.approx(1e-200 * algorithm_a([1.0, 3.0]).s)


def test_mostly_equal_values_have_no_robust_scatter_to_state() -> None:
    with pytest.raises(DataUnfit, match="equal"):
        algorithm_a([1.0, 1.0, 1.0, 5.0])


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan], [1.0, -math.inf], [1e300, 1.0], [[1.0, 2.0]]])
def test_unfit_values_are_refused(values: list) -> None:
    for function in (mad, algorithm_a):
        with pytest.raises(DataUnfit):
            function(values)


def test_the_median_of_one_value_is_that_value() -> None:
    assert median([3.0]) == 3
    with pytest.raises(DataUnfit):
        median([])
