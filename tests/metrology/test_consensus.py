import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from labclient.errors import DataUnfit
from labclient.metrology import (
    dersimonian_laird,
    largest_consistent_subset,
    mandel_paule,
    median,
    monte_carlo_median,
    weighted_mean,
)

CADMIUM = [27.044, 26.022, 26.340, 26.787, 26.796], [math.sqrt(v * 1e-3) for v in (3, 76, 464, 3, 14)]  # Paule, Mandel
ESTIMATORS = [weighted_mean, dersimonian_laird, mandel_paule, lambda x, u: monte_carlo_median(x, u, 10_000)]
results = st.lists(st.tuples(st.integers(-100, 100), st.integers(1, 50)), min_size=2, max_size=9)


def lead_in_wine(case) -> tuple[list[float], list[float], list[float], list[str]]:
    rows = case("kc_ccqm_k30_lead_in_wine").rows()
    x = [float(row["value_mg_per_kg"]) for row in rows]
    u = [float(row["U_mg_per_kg"]) / float(row["k"]) for row in rows]
    return x, u, [float(row["in_KCRV"]) for row in rows], [row["lab"] for row in rows]


def members(case) -> tuple[list[float], list[float]]:
    x, u, marks, _ = lead_in_wine(case)
    kept = [i for i, mark in enumerate(marks) if mark]
    return [x[i] for i in kept], [u[i] for i in kept]


def test_key_comparison_fails_procedure_a(case) -> None:
    x, u, marks, _ = lead_in_wine(case)
    found, expected = weighted_mean(x, u, marks), case("kc_ccqm_k30_lead_in_wine").expected["weighted_mean_included"]
    assert (found.value, found.u) == pytest.approx((expected["y"], expected["u"]), rel=1e-12)
    assert (found.chi2, found.p, found.birge) == pytest.approx(
        (expected["chi2"], expected["p"], expected["birge"]), rel=1e-9
    )
    assert (found.dof, found.consistent) == (expected["dof"], False)
    assert len(found.degrees) == 11
    for i, degree in enumerate(found.degrees):
        sign = -1 if marks[i] else 1
        assert degree.d == pytest.approx(x[i] - found.value, rel=1e-9)
        assert degree.u == pytest.approx(math.sqrt(u[i] ** 2 + sign * found.u**2), rel=1e-9)


def test_key_comparison_under_random_effects(case) -> None:
    expected = case("kc_ccqm_k30_lead_in_wine").expected
    for function, name in ((dersimonian_laird, "dersimonian_laird_included"), (mandel_paule, "mandel_paule_included")):
        found, theirs = function(*members(case)), expected[name]
        assert found.value == pytest.approx(theirs["y"], rel=1e-10)
        assert found.u == pytest.approx(theirs["u"], rel=1e-8)
        assert found.tau == pytest.approx(theirs["tau"], rel=1e-8)
        assert found.u_hksj == pytest.approx(theirs.get("u_HKSJ", found.u), rel=1e-8)
        assert found.q == pytest.approx(expected["mandel_paule_included"]["Q_at_0"], rel=1e-10)


def test_key_comparison_has_one_largest_consistent_subset(case) -> None:
    x, u, _, labs = lead_in_wine(case)
    found = largest_consistent_subset(x, u)
    expected = case("kc_ccqm_k30_lead_in_wine").expected["largest_consistent_subset_all_11"]
    assert [labs[place] for place in found.places] == expected["labs"]
    assert (found.alternatives == 0) is expected["unique"]
    assert found.mean.value == pytest.approx(expected["weighted_mean"]["y"], rel=1e-12)
    assert found.mean.chi2 == pytest.approx(expected["weighted_mean"]["chi2"], rel=1e-9)


def test_key_comparison_median(case) -> None:
    x, u = members(case)
    assert median(x) == case("kc_ccqm_k30_lead_in_wine").expected["median_included"]["y"]
    found = monte_carlo_median(x, u)
    assert found.value == pytest.approx(2.98, abs=3 * found.u)
    assert found.low < found.value < found.high


def test_published_mandel_paule_example() -> None:
    found = mandel_paule(*CADMIUM)
    assert (round(found.value, 5), round(found.u, 5), round(found.tau, 5)) == (26.71213, 0.17114, 0.32438)


def test_mandel_paule_solves_its_equation() -> None:
    found, (x, u) = mandel_paule(*CADMIUM), CADMIUM
    assert sum((a - found.value) ** 2 / (b**2 + found.tau**2) for a, b in zip(x, u, strict=True)) == pytest.approx(4)


def test_median_of_three_equal_laboratories_has_the_textbook_scatter() -> None:
    found = monte_carlo_median([10.0, 10.0, 10.0], [0.1, 0.1, 0.1], draws=200_000)
    assert found.u == pytest.approx(0.1 * 0.6698, rel=0.01)  # s of the middle of three normal values
    assert found.value == pytest.approx(10.0, abs=0.001)
    assert found.degrees[0].u < 0.1


def test_the_seed_decides_every_digit() -> None:
    assert monte_carlo_median(*CADMIUM, seed=7) == monte_carlo_median(*CADMIUM, seed=7)
    assert monte_carlo_median(*CADMIUM, seed=7).value != monte_carlo_median(*CADMIUM, seed=8).value


def test_chi2_agrees_with_an_independent_implementation() -> None:
    found, (x, u) = weighted_mean(*CADMIUM), CADMIUM
    w = [1 / v**2 for v in u]
    assert found.value == pytest.approx(np.average(x, weights=w), rel=1e-12)
    assert found.p == pytest.approx(stats.chi2.sf(found.chi2, 4), rel=1e-9)


def test_right_uncertainties_fail_procedure_a_in_five_percent_of_trials() -> None:
    rng = np.random.default_rng(2)
    u = np.array([0.1, 0.2, 0.3, 0.5, 1.0])
    failed = sum(not weighted_mean(5 + u * rng.standard_normal(5), u).consistent for _ in range(2000))
    assert failed == pytest.approx(100, abs=35)


@given(results, st.integers(-100, 100), st.integers(-60, 60))
def test_shift_and_scale_carry_through(labs: list[tuple[int, int]], shift: int, power: int) -> None:
    x, u = [float(a) for a, _ in labs], [float(b) for _, b in labs]
    scale = 2.0**power
    for estimate in ESTIMATORS[:3]:
        plain, moved = estimate(x, u), estimate([(a + shift) * scale for a in x], [b * scale for b in u])
        assert moved.value / scale == pytest.approx(plain.value + shift, abs=1e-9)
        assert moved.u / scale == pytest.approx(plain.u, rel=1e-9)


def test_the_drawn_median_moves_with_unit_and_origin() -> None:
    x, u = CADMIUM
    plain, moved = monte_carlo_median(x, u), monte_carlo_median([(a + 5) * 1000 for a in x], [b * 1000 for b in u])
    assert moved.value / 1000 == pytest.approx(plain.value + 5, rel=1e-12)
    assert (moved.u / 1000, moved.degrees[1].d / 1000) == pytest.approx((plain.u, plain.degrees[1].d), rel=1e-9)


@given(results, st.randoms())
def test_order_does_not_matter(labs: list[tuple[int, int]], random) -> None:
    shuffled = random.sample(labs, len(labs))
    for estimate in ESTIMATORS[:3]:
        plain, other = (estimate([float(a) for a, _ in some], [float(b) for _, b in some]) for some in (labs, shuffled))
        assert other.value == pytest.approx(plain.value, abs=1e-9)
        assert other.u == pytest.approx(plain.u, rel=1e-9)


@given(results)
def test_a_mean_lies_among_its_values_and_is_no_worse_than_the_best(labs: list[tuple[int, int]]) -> None:
    x, u = [float(a) for a, _ in labs], [float(b) for _, b in labs]
    for estimate in ESTIMATORS[:3]:
        assert min(x) - 1e-9 <= estimate(x, u).value <= max(x) + 1e-9
    assert weighted_mean(x, u).u < min(u)
    assert mandel_paule(x, u).u >= weighted_mean(x, u).u * (1 - 1e-12)


@given(results)
def test_a_consistent_subset_is_consistent_and_none_is_larger_than_all(labs: list[tuple[int, int]]) -> None:
    x, u = [float(a) for a, _ in labs], [float(b) for _, b in labs]
    try:
        found = largest_consistent_subset(x, u)
    except DataUnfit:
        assert not weighted_mean(x, u).consistent
        return
    assert found.mean.consistent
    assert (len(found.places) == len(x)) is weighted_mean(x, u).consistent


def test_equally_large_subsets_are_told() -> None:
    found = largest_consistent_subset([0.0, 0.5, 10.0, 10.1], [1.0, 1.0, 1.0, 1.0])
    assert (found.places, found.alternatives) == ((2, 3), 1)


def test_results_that_nobody_shares_leave_no_subset() -> None:
    with pytest.raises(DataUnfit, match="agree"):
        largest_consistent_subset([0.0, 100.0, 200.0], [1.0, 1.0, 1.0])


def test_equal_results_agree_perfectly() -> None:
    found = weighted_mean([3.0, 3.0, 3.0], [0.1, 0.2, 0.3])
    assert (found.chi2, found.p, found.consistent, found.birge) == (0, 1, True, 0)
    assert mandel_paule([3.0, 3.0], [0.1, 0.1]).tau == dersimonian_laird([3.0, 3.0], [0.1, 0.1]).tau == 0


def test_extreme_sizes_stay_in_range() -> None:
    for estimate in ESTIMATORS:
        assert math.isfinite(estimate([1e140, 2e140], [1e139, 1e80]).u)
        assert estimate([1e-200, 2e-200], [1e-200, 1e-200]).u > 0
    assert weighted_mean([1.0, 2.0], [1.0, 1e20]).degrees[0].u == pytest.approx(1e-20)
    assert mandel_paule([0.0, 1e60], [1.0, 1.0]).tau == pytest.approx(1e60 / math.sqrt(2))


@pytest.mark.parametrize(
    ("x", "u"),
    [
        ([], []),
        ([1.0], [1.0]),
        ([1.0, 2.0], [1.0]),
        ([1.0, 2.0], [1.0, 0.0]),
        ([1.0, 2.0], [1.0, -1.0]),
        ([1.0, math.nan], [1.0, 1.0]),
        ([1.0, 2.0], [1.0, math.inf]),
        ([1e300, 2.0], [1.0, 1.0]),
        ([1e140, 2.0], [1.0, 1.0]),
    ],
)
def test_unfit_results_are_refused(x: list[float], u: list[float]) -> None:
    for estimate in (*ESTIMATORS, largest_consistent_subset):
        with pytest.raises(DataUnfit):
            estimate(x, u)


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(DataUnfit):
        weighted_mean([1.0, 2.0], [1.0, 1.0], [1.0, 0.0])
    with pytest.raises(DataUnfit):
        weighted_mean([1.0, 2.0], [1.0, 1.0], [1.0])
    with pytest.raises(DataUnfit):
        monte_carlo_median([1.0, 2.0], [1.0, 1.0], draws=100)
    with pytest.raises(DataUnfit):
        largest_consistent_subset([1.0] * 21, [1.0] * 21)
