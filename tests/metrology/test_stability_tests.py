import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Verdict, fit_line, group_range, monitoring, trend, two_times, yearly


def test_the_trend_of_a_reference_material(case) -> None:
    reference = case("stability_crm_x")
    rows, expected = reference.rows(), reference.expected["time_unit_day"]
    result = trend([float(row["day"]) for row in rows], [float(row["value"]) for row in rows], limit=1e-4)
    assert (result.slope, result.u_slope) == pytest.approx((expected["slope"], expected["se_slope"]), rel=1e-10)
    assert (result.t, result.t_critical) == pytest.approx((-expected["t"], expected["t_crit_95"]), rel=1e-10)
    assert result.significant
    assert result.u_long_term is None  # it holds only without a trend
    assert (result.method.id, result.method.standard, result.method.edition) == ("trend", "ISO 33405", "2024")
    assert result.verdict is Verdict.PASS  # the trend is sure, and small against this limit


@pytest.mark.parametrize(("groups", "missed"), [(4, 0.62), (6, 0.29)])
def test_few_groups_miss_a_drift_of_four_standard_deviations(groups: int, missed: float) -> None:
    times = np.linspace(0, 1, groups)
    runs = np.random.default_rng(groups).standard_normal((4000, groups)) + 4 * times
    found = [trend(times, run, limit=3.0) for run in runs]
    assert 1 - np.mean([one.significant for one in found]) == pytest.approx(missed, abs=0.03)
    # what no significance would have let through, the interval does not
    assert np.mean([one.verdict is Verdict.PASS for one in found]) < 0.03


def test_most_runs_of_pure_flicker_have_a_significant_trend(flicker) -> None:
    found = [trend(np.arange(120.0), run, limit=1.0).significant for run in flicker(1500, 120, 7)]
    assert np.mean(found) == pytest.approx(0.67, abs=0.05)


def test_what_must_hold_longer_is_less_certain() -> None:
    times, values = [0.0, 1, 2, 3, 4], [1.0, 1.1, 0.9, 1.05, 1.0]
    plain, long = trend(times, values, 1.0), trend(times, values, 1.0, horizon=40.0)
    line = fit_line(times, values)
    assert (plain.u_long_term, long.u_long_term) == pytest.approx((4 * line.u_slope, 40 * line.u_slope))
    assert plain.judgement.k == pytest.approx(3.1824463)  # t of three degrees of freedom
    assert trend(times, values, 1.0, k=2.0).judgement.k == 2.0
    assert plain.smallest_detectable == pytest.approx(2 * 3.1824463 * 4 * line.u_slope)


def test_values_on_a_line_have_no_t() -> None:
    result = trend([0.0, 1.0, 2.0], [5.0, 5.0, 5.0], 0.1)
    assert (result.t, result.significant, result.verdict) == (None, False, Verdict.PASS)


def test_the_groups_of_a_new_measurement_standard(case) -> None:
    reference = case("jjf1033_stability_groups")
    rows, expected = reference.rows(), reference.expected
    groups = [[float(row["value"]) for row in rows if row["group"] == str(g)] for g in range(1, 5)]
    result = group_range(groups, 5e-4)
    assert result.means == pytest.approx(expected["group_means"], rel=1e-12)
    assert result.statistic == pytest.approx(expected["stability"], rel=1e-9)
    assert result.verdict is Verdict.PASS
    assert group_range(groups, 3e-4).verdict is Verdict.FAIL
    assert (result.method.standard, result.method.edition) == ("JJF 1033", "2023")
    pooled_s = math.sqrt(np.mean([s**2 for s in expected["group_s"]]))
    assert result.smallest_detectable == pytest.approx(4 * pooled_s * math.sqrt(2 / len(groups[0])), rel=1e-6)
    assert group_range([[1.0]] * 4, 1.0).smallest_detectable is None


def test_a_range_equal_to_its_limit_does_not_pass() -> None:
    assert group_range([[0.0], [1.0], [0.5], [0.5]], 1.0).verdict is Verdict.FAIL


def test_neighbouring_years_are_compared() -> None:
    assert yearly([1.0, 1.4, 1.7, 2.0], 0.5).statistic == pytest.approx(0.4)
    assert yearly([1.0, 1.4, 0.8], 0.5).verdict is Verdict.FAIL


def test_both_forms_of_iso_13528(case) -> None:
    about = case("stability_iso13528_criteria").about
    given_, expected = about["input"], about["expected"]
    u1, u2 = given_["s1"] / math.sqrt(given_["g1"]), given_["s2"] / math.sqrt(given_["g2"])
    result = two_times(given_["y1"], given_["y2"], given_["sigma_pt"], u1, u2)
    assert (result.basic, result.widened) == (expected["basic_pass"], expected["expanded_pass"])
    assert result.basic_limit == pytest.approx(expected["limit_basic"])
    assert result.widened_limit == pytest.approx(expected["limit_expanded"])
    assert result.judgement.u == pytest.approx(expected["u_diff"])
    assert result.verdict is Verdict.UNDECIDED  # the widened form would have let it through
    assert result.smallest_detectable == pytest.approx(4 * expected["u_diff"])


def test_without_a_sigma_the_limit_of_the_plan_is_used() -> None:
    assert two_times(1.0, 1.1, 0.2, 0.01, 0.01, share=1.0).basic_limit == 0.2


def test_monitoring_compares_with_both_uncertainties() -> None:
    assert monitoring(10.0, 0.3, 11.0, 0.4).agrees
    assert not monitoring(10.0, 0.3, 11.01, 0.4).agrees
    assert monitoring(10.0, 0.3, 11.0, 0.4).limit == pytest.approx(1.0)


@given(st.integers(0, 2**32 - 1), st.integers(3, 20), st.integers(-1000, 1000), st.integers(-20, 20))
def test_shift_and_unit_change_no_verdict(seed: int, n: int, shift: int, power: int) -> None:
    times, values = np.arange(n) * 1.0, np.round(np.random.default_rng(seed).standard_normal(n) * 64) / 64
    size = 2.0**power
    a, b = trend(times, values, 2.3), trend(times * 86400 + 1e9, (values + shift) * size, 2.3 * size)
    assert (a.verdict, a.significant) == (b.verdict, b.significant)
    groups = [[v] for v in values] * 2
    assert (
        group_range(groups, 2.3).verdict is group_range([[(g[0] + shift) * size] for g in groups], 2.3 * size).verdict
    )


@pytest.mark.parametrize(
    "refused",
    [
        lambda: trend([0.0, 1.0], [1.0, 2.0], 1.0),
        lambda: trend([0.0, 1.0, 2.0], [1.0, 2.0, math.nan], 1.0),
        lambda: trend([0.0, 1.0, 2.0], [1.0, 2.0, 2.0], 0.0),
        lambda: trend([0.0, 1.0, 2.0], [1.0, 2.0, 2.0], 1.0, horizon=-1.0),
        lambda: group_range([[1.0]] * 3, 1.0),
        lambda: group_range([[1.0]] * 3 + [[]], 1.0),
        lambda: group_range([[1.0]] * 4, math.inf),
        lambda: yearly([1.0], 1.0),
        lambda: yearly([1.0, math.inf], 1.0),
        lambda: two_times(1.0, math.nan, 0.1, 0.1, 0.1),
        lambda: two_times(1.0, 1.0, 0.0, 0.1, 0.1),
        lambda: two_times(1.0, 1.0, 1.0, -0.1, 0.1),
        lambda: monitoring(1.0, 0.0, 1.0, 0.0),
        lambda: monitoring(1e300, 1.0, 1.0, 1.0),
    ],
)
def test_unfit_numbers_are_refused(refused) -> None:
    with pytest.raises(DataUnfit):
        refused()
