import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import SettlingRule, SettlingWatch, Verdict, Waiting, settling

RULE = SettlingRule(limit=2e-6, window_s=900, minimum_s=1800)


def warm_up(times: np.ndarray, noise: float = 0.0, seed: int = 1) -> np.ndarray:
    values = 10.00002 - 6e-5 * np.exp(-times / 900)
    return values + noise * np.random.default_rng(seed).standard_normal(times.size)


def test_the_warm_up_case_settles_when_its_windows_agree_and_not_before(case) -> None:
    rows = case("warmup_exponential").rows()
    times = np.array([float(row["t_s"]) for row in rows])
    values = np.array([float(row["value_V"]) for row in rows])
    passed = [t for t, n in zip(times, range(1, times.size + 1), strict=True)
              if settling(times[:n], values[:n], RULE).verdict is Verdict.PASS]  # fmt: skip
    # with window = time constant, the means of windows that end at t differ by A·(e − 1)²·exp(−t/τ)
    closed = 900 * math.log(6e-5 * (math.e - 1) ** 2 / 2e-6)
    assert closed - 60 <= passed[0] <= closed + 2 * 900 / 12
    assert passed == [t for t in times if t >= passed[0]]


def test_a_moving_value_fails_and_a_still_one_passes() -> None:
    times = np.arange(0, 2000, 10.0)
    assert settling(times, warm_up(times, 1e-8), RULE).verdict is Verdict.FAIL
    times = np.arange(0, 9000, 10.0)
    assert settling(times, warm_up(times, 1e-8), RULE).verdict is Verdict.PASS


def test_noise_that_hides_the_change_is_undecided() -> None:
    times = np.arange(0, 9000, 10.0)
    state = settling(times, warm_up(times, 3e-5), RULE)
    assert (state.verdict, state.waiting) == (Verdict.UNDECIDED, None)
    assert state.judgement is not None


def test_the_minimum_time_is_awaited_even_by_a_still_value() -> None:
    rule = SettlingRule(limit=1.0, window_s=80, minimum_s=3600)
    times = np.arange(0, 3599, 5.0)
    early = settling(times, np.sin(times), rule)
    assert (early.verdict, early.waiting) == (Verdict.UNDECIDED, Waiting.TIME)
    times = np.arange(0, 3612, 5.0)
    assert settling(times, 0.01 * np.sin(times), rule).verdict is Verdict.PASS


def test_readings_are_missing_before_two_windows_and_after_a_gap() -> None:
    times = np.arange(0, 1790, 10.0)
    assert settling(times, warm_up(times), RULE).waiting is Waiting.READINGS
    assert settling([], [], RULE).waiting is Waiting.READINGS
    times = np.concatenate((np.arange(0, 5000, 10.0), np.arange(5300, 6000, 10.0)))
    assert settling(times, warm_up(times), RULE).waiting is Waiting.READINGS


def test_the_answer_is_that_of_the_definition() -> None:
    random = np.random.default_rng(5)
    times = np.sort(random.uniform(0, 5000, 900))
    values = warm_up(times, 2e-6)
    state = settling(times, values, RULE)
    end = math.floor(times[-1] / 75) * 75
    assert state.time_s == end
    means = [values[(times >= end - (24 - i) * 75) & (times < end - (23 - i) * 75)].mean() for i in range(24)]
    assert state.judgement is not None
    assert state.judgement.difference == pytest.approx(np.mean(means[12:]) - np.mean(means[:12]), rel=1e-6)
    assert state.n == ((times >= end - 1800) & (times < end)).sum()


@given(st.integers(0, 2**32 - 1), st.integers(2, 400), st.floats(10, 500))
def test_online_and_batch_answer_alike_at_every_reading(seed: int, n: int, window: float) -> None:
    random = np.random.default_rng(seed)
    times = np.cumsum(random.exponential(3.0, n))
    values = random.standard_normal(n)
    rule = SettlingRule(limit=1.0, window_s=window, minimum_s=100)
    watch = SettlingWatch(rule)
    for i in range(n):
        watch.add(float(times[i]), float(values[i]))
        if i % 37 == 0:
            assert watch.state() == settling(times[: i + 1], values[: i + 1], rule)
    assert watch.state() == settling(times, values, rule)


def test_memory_stays_that_of_two_windows() -> None:
    watch = SettlingWatch(SettlingRule(limit=1.0, window_s=12, minimum_s=0))
    for i in range(5000):
        watch.add(i * 0.5, 1.0)
    assert len(watch._parts) <= 25


def test_a_false_fail_on_noise_is_rare(flicker) -> None:
    rule = SettlingRule(limit=0.5, window_s=96, minimum_s=0)
    times = np.arange(0, 193, 1.0)
    runs = np.random.default_rng(6).standard_normal((400, times.size)) + flicker(400, times.size, 7)
    found = [settling(times, run, rule).verdict for run in runs]
    assert found.count(Verdict.FAIL) / 400 < 0.05


def test_a_change_beyond_the_limit_seldom_passes(flicker) -> None:
    rule = SettlingRule(limit=1.0, window_s=96, minimum_s=0)
    times = np.arange(0, 193, 1.0)
    runs = np.random.default_rng(8).standard_normal((400, times.size)) + flicker(400, times.size, 9)
    found = [settling(times, run + 1.2 * times / 96, rule).verdict for run in runs]
    assert found.count(Verdict.PASS) / 400 < 0.03


def test_the_slope_is_shown_per_second() -> None:
    times = np.arange(0, 4000, 10.0)
    state = settling(times, 5 + 1e-3 * times, RULE)
    assert state.slope == pytest.approx(1e-3, rel=1e-9)


@pytest.mark.parametrize(
    ("times", "values"),
    [
        ([0.0, 1.0], [1.0]),
        ([1.0, 0.5], [1.0, 1.0]),
        ([-1.0], [1.0]),
        ([0.0], [math.nan]),
        ([math.inf], [1.0]),
        ([0.0], [1e300]),
    ],
)
def test_unfit_readings_are_refused(times, values) -> None:
    with pytest.raises(DataUnfit):
        settling(times, values, RULE)


@pytest.mark.parametrize(
    "change", [{"limit": 0}, {"window_s": -1}, {"minimum_s": -1}, {"k": math.nan}, {"resolution": -1}]
)
def test_unfit_rules_are_refused(change) -> None:
    with pytest.raises(DataUnfit):
        SettlingWatch(SettlingRule(**({"limit": 1.0, "window_s": 10, "minimum_s": 0} | change)))
