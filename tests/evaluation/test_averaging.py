"""What a run says of averaging: the same numbers as the formula, gaps never spanned, advice that follows from them."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.evaluation import (
    Averaging,
    _averaging,
    averaging,
    averaging_of,
    averaging_told,
    duration,
    reading_stability,
    verdict_told,
)
from labclient.evaluation._averaging_told import white_until
from labclient.metrology import Verdict, allan, oadev, stability
from labclient.words import say

from .records import small_plan

PLAN = small_plan()
LIMIT = 6e-6


def white(n: int, s: float = 1e-6, seed: int = 1) -> np.ndarray:
    return 10.0 + s * np.random.default_rng(seed).standard_normal(n)


def seen(values: np.ndarray, step: float = 10.0, **more: float) -> Averaging:
    return averaging(PLAN, step * np.arange(len(values)), values, "V", **more)


def told(one: Averaging) -> str:
    return "\n".join(say(sentence) for sentence in (verdict_told(one), *averaging_told(one)))


def test_a_recorded_run_says_what_its_check_says(record, write) -> None:
    values = white(32)
    run = write.readings("stability", values.tolist())
    found, check = averaging_of(record.reader, PLAN, run), reading_stability(record.reader, PLAN, run)
    assert found.stability is not None
    assert found.verdict.value == check.verdict
    assert float(check.figure("change").value) == pytest.approx(found.stability.judgement.difference, rel=1e-6)
    assert float(check.figure("lowest Allan deviation").value) == found.allan.floor
    assert (found.n, found.needed, found.tau0, found.together, found.gaps) == (32, 16, 10.0, 1, 0)


def test_no_difference_of_the_check_spans_a_gap_of_the_run(record, write) -> None:
    values = np.concatenate((white(32, seed=2), 1.0 + white(32, seed=3)))  # something happened while nobody read
    times = 10.0 * np.arange(64) + 600.0 * (np.arange(64) >= 32)
    run, _ = write.run("stability", [({"role": "X"}, [(t, (v,)) for t, v in zip(times, values, strict=True)])])
    found, check = averaging_of(record.reader, PLAN, run), reading_stability(record.reader, PLAN, run)
    assert found.gaps == 1
    assert float(check.figure("lowest Allan deviation").value) == pytest.approx(found.allan.floor, rel=1e-9)
    assert float(check.figure("lowest Allan deviation").value) < 1e-5


def test_units_of_the_instrument_are_those_of_the_plan(record, write) -> None:
    values = white(32)
    volts = averaging(PLAN, np.arange(32.0), values, "V", 1e-7)
    millivolts = averaging(PLAN, np.arange(32.0), 1e3 * values, "mV", 1e-4)
    assert millivolts.unit == volts.unit == "V"
    assert millivolts.allan.deviations == pytest.approx(volts.allan.deviations, rel=1e-6)
    assert millivolts.stability.judgement.u == pytest.approx(volts.stability.judgement.u, rel=1e-6)


def test_a_missing_reading_is_spanned_by_no_difference() -> None:
    values = np.concatenate((white(40), 5 + white(40, seed=2)))
    times = np.concatenate((np.arange(40.0), 41 + np.arange(40.0)))
    found = averaging(PLAN, times, values, "V")
    assert found.gaps == 1
    assert found.allan == allan(values, 1.0, gaps=[40])
    assert max(found.allan.deviations) < 1e-5
    assert "Gaps: 1. No average spans them." in told(found)


def test_a_reading_without_value_is_a_missing_one() -> None:
    values = white(60)
    values[30] = np.nan
    found = seen(values)
    assert (found.n, found.gaps) == (59, 1)


@given(st.integers(2, 5), st.integers(0, 40), st.lists(st.integers(20, 900), min_size=1, max_size=4))
def test_means_of_readings_show_the_same_deviations(power: int, seed: int, pieces: list[int]) -> None:
    together = 2**power
    most = max(16, sum(pieces) // together + 1)
    values = white(sum(pieces), seed=seed)
    starts = np.cumsum([0, *pieces[:-1]])
    times = np.arange(sum(pieces)) + np.repeat(50.0 * np.arange(len(pieces)), pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_averaging, "MOST", most)
        found = averaging(PLAN, times, values, "V")
    assert found.together <= together
    assert found.gaps == len(pieces) - 1
    if found.allan is None or found.together == 1:
        return
    whole = [values[a : a + n // found.together * found.together] for a, n in zip(starts, pieces, strict=True)]
    means = [one.reshape(-1, found.together).mean(axis=1) for one in whole if len(one)]
    if means:
        gaps = np.cumsum([len(one) for one in means])[:-1].tolist()
        expected = allan(np.concatenate(means), float(found.together), gaps=gaps)
        long = len(expected.taus)
        assert found.allan.taus[-long:] == expected.taus
        assert found.allan.deviations[-long:] == pytest.approx(expected.deviations, rel=1e-9)
    ratios = np.diff(np.log2(found.allan.taus))
    assert ratios == pytest.approx(np.ones(len(ratios)))


def test_a_long_run_costs_no_more_and_keeps_its_short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_averaging, "MOST", 1000)
    values = white(8000)
    found, full = seen(values), oadev(values, 10.0)
    assert found.together == 8
    assert found.allan.taus == full.taus[: len(found.allan.taus)]
    assert found.allan.deviations == pytest.approx(full.deviations[: len(found.allan.taus)], rel=0.5)
    assert found.stability.judgement.u == pytest.approx(
        stability(10.0 * np.arange(8000), values, LIMIT).judgement.u, rel=0.2
    )
    assert "through means of 8 readings" in told(found)


def test_nothing_is_judged_before_the_plans_readings_are_there() -> None:
    found = seen(white(15))
    assert (found.verdict, found.stability) == (Verdict.UNDECIDED, None)
    assert say(verdict_told(found)) == "Cannot judge yet: 15 of 16 readings, about 10 s more."
    with pytest.raises(DataUnfit):
        averaging(PLAN, np.arange(3.0), np.full(3, np.nan), "V")


def test_one_reading_has_no_deviation() -> None:
    found = seen(white(1))
    assert (found.allan, found.span_s, found.tau0) == (None, 0.0, 0.0)
    assert say(verdict_told(found)) == "Cannot judge yet: 1 of 16 readings, about ? more."


@pytest.mark.parametrize(
    ("values", "verdict", "sentence"),
    [
        (white(64, 1e-7), Verdict.PASS, "Stable: the readings changed by less than the plan allows."),
        (white(64, 1e-7) + 1e-6 * np.arange(64), Verdict.FAIL, "Not stable"),
        (white(64, 2e-5), Verdict.UNDECIDED, "the interval of the change reaches across the limit"),
    ],
)
def test_the_verdict_is_said_in_words(values, verdict, sentence) -> None:
    found = seen(values)
    assert found.verdict is verdict
    assert sentence in told(found)
    assert "smallest detectable change" in told(found)


def test_readings_that_would_decide_do_decide() -> None:
    found = seen(white(64, 1.2e-5, seed=4))
    assert found.verdict is Verdict.UNDECIDED
    assert found.decides_after is not None
    assert found.decides_after > 64
    one = found.stability
    u = 2 * np.sqrt(4 * one.white**2 / found.decides_after + max(0, (one.judgement.u / 2) ** 2 - 4 * one.white**2 / 64))
    assert abs(abs(one.judgement.difference) - one.judgement.limit) >= 2 * u * (1 - 1e-6)
    assert f"about {found.decides_after} readings would decide" in told(found)


def test_noise_that_stays_is_not_waited_for() -> None:
    walk = 10.0 + 2e-6 * np.cumsum(np.random.default_rng(5).choice([-1, 1], 64)) * 0.6
    coarse = seen(np.round(walk, 5), resolution=1e-5)
    assert coarse.verdict is Verdict.UNDECIDED
    assert coarse.decides_after is None
    assert "More readings would not decide" in told(coarse)


def test_advice_names_where_averaging_stops() -> None:
    helps = seen(white(512))
    assert "Averaging helps as far as this run can tell" in told(helps) or "White noise up to" in told(helps)
    walk = 10.0 + np.cumsum(np.random.default_rng(2).standard_normal(512)) * 1e-7 + 1e-6 * (white(512, 1.0) - 10)
    stops = seen(walk)
    assert stops.allan.best_tau < 512 * 10 / 4
    assert f"Averaging helps up to about {duration(stops.allan.best_tau)}" in told(stops)


def test_white_noise_is_claimed_only_where_the_run_shows_it() -> None:
    table = oadev(white(256), 1.0)
    until = white_until(table, 256)
    assert until is None or until <= 64
    assert white_until(msgspec.structs.replace(table, noise=(-1,) * len(table.taus)), 256) is None


def test_times_are_told_in_their_size() -> None:
    assert [duration(one) for one in (0.5, 90, 119, 600, 7199, 7200)] == ["0.5 s", "90 s", "119 s", "10 min", "120 min",
                                                                          "2 h"]  # fmt: skip
