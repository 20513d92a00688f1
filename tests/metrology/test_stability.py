import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Verdict, fit_line, stability

RUNS, N = 400, 120
TIMES = np.arange(N) * 10.0


def white(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((RUNS, N))


def verdicts(runs: np.ndarray, limit: float) -> dict[Verdict, float]:
    found = [stability(TIMES, run, limit).verdict for run in runs]
    return {verdict: found.count(verdict) / len(found) for verdict in Verdict}


def test_noise_alone_seldom_fails_even_against_a_limit_of_almost_nothing(flicker) -> None:
    assert verdicts(white(1), 1e-9)[Verdict.FAIL] < 0.05
    assert verdicts(flicker(RUNS, N, 2), 1e-9)[Verdict.FAIL] < 0.08
    assert verdicts(white(3) + flicker(RUNS, N, 4), 1e-9)[Verdict.FAIL] < 0.13


def test_noise_alone_hardly_ever_fails_against_a_limit_of_its_own_size(flicker) -> None:
    floor = flicker(RUNS, N, 5)
    assert verdicts(floor, float(floor.std()))[Verdict.FAIL] <= 0.01
    assert verdicts(white(6), 0.5)[Verdict.FAIL] <= 0.001


def test_a_slope_test_calls_most_pure_flicker_runs_a_trend(flicker) -> None:
    lines = [fit_line(TIMES, run) for run in flicker(RUNS, N, 7)]
    share = np.mean([abs(line.slope) > 1.98 * line.u_slope for line in lines])
    assert 0.6 < share < 0.75  # why significance of a slope is no verdict


def test_a_drift_of_several_limits_fails(flicker) -> None:
    drift = np.linspace(0, 4.0, N)
    assert verdicts(white(8) + drift, 1.0)[Verdict.FAIL] > 0.97
    quiet = flicker(RUNS, N, 9)
    scale = float(quiet.std())
    assert verdicts(quiet + 8 * scale * np.linspace(0, 1, N), 2 * scale)[Verdict.FAIL] > 0.9


def test_a_drift_beyond_the_limit_seldom_passes(flicker) -> None:
    for noise in (white(10), flicker(RUNS, N, 11)):
        limit = 4 * float(noise.std())
        assert verdicts(noise + 1.2 * limit * np.linspace(0, 1, N), limit)[Verdict.PASS] < 0.01


def test_quiet_readings_pass_a_generous_limit() -> None:
    assert verdicts(white(12), 3.0)[Verdict.PASS] > 0.97


@pytest.mark.parametrize("n", [16, 17, 120, 121])
def test_the_change_of_a_straight_line_is_last_minus_first(n: int) -> None:
    times = np.arange(n) * 2.5 + 1e6
    result = stability(times, 10 + 3e-6 * np.arange(n) / (n - 1), limit=1e-6)
    assert result.judgement.difference == pytest.approx(3e-6, rel=1e-8)
    assert result.verdict is Verdict.FAIL
    assert result.duration_s == pytest.approx(2.5 * (n - 1))


def test_a_pause_between_readings_counts_as_time() -> None:
    times = np.concatenate((np.arange(60), 1000 + np.arange(60))) * 1.0
    assert stability(times, times * 1e-3, 0.1).judgement.difference == pytest.approx(times[-1] * 1e-3)


@given(st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3), st.floats(1e-6, 1e6))
def test_shift_and_unit_do_not_change_the_verdict(seed: int, shift: float, scale: float) -> None:
    run = np.random.default_rng(seed).standard_normal(40)
    times = np.arange(40.0)
    a = stability(times, run, 1.3)
    b = stability(times * 60, (run + shift) * scale, 1.3 * scale)
    assert b.judgement.difference == pytest.approx(a.judgement.difference * scale, rel=1e-6, abs=1e-9 * scale)
    assert b.judgement.u == pytest.approx(a.judgement.u * scale, rel=1e-5, abs=1e-9 * scale)


def test_the_result_carries_its_method_and_what_it_could_have_seen() -> None:
    result = stability(TIMES, white(13)[0], limit=2.0, k=2.0)
    assert result.method == "reading-stability/1"
    assert result.n == N
    assert result.smallest_detectable == pytest.approx(4 * result.judgement.u)


def test_resolution_is_the_least_uncertainty_of_equal_readings() -> None:
    assert stability(TIMES, [1.0] * N, limit=0.1).judgement.u == 0
    result = stability(TIMES, [1.0] * N, limit=0.1, resolution=0.1)
    assert result.judgement.u == pytest.approx(0.1 / math.sqrt(6) * 2 * (N - 1) / N)
    assert result.verdict is Verdict.PASS or result.judgement.u * 2 > 0.1


@pytest.mark.parametrize(
    ("times", "values"),
    [
        (TIMES[:15], np.zeros(15)),
        (TIMES, np.zeros(N - 1)),
        (TIMES[::-1], np.zeros(N)),
        (TIMES, np.full(N, math.nan)),
        (TIMES, np.full(N, 1e300)),
        (np.zeros(N), np.zeros(N)),
    ],
)
def test_unfit_runs_are_refused(times, values) -> None:
    with pytest.raises(DataUnfit):
        stability(times, values, 1.0)
