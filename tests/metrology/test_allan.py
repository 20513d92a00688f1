import math

import allantools
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import AllanKind, AllanWatch, adev, allan, oadev
from labclient.metrology._allan_edf import degrees_of_freedom

NBS14 = [892.0, 809.0, 823.0, 798.0, 671.0, 644.0, 883.0, 903.0, 677.0]


def test_nbs14_as_published() -> None:
    result = oadev(NBS14, 1.0)
    assert result.taus == (1.0, 2.0, 4.0)
    assert result.deviations[:2] == (pytest.approx(91.22945, abs=5e-6), pytest.approx(85.95287, abs=5e-6))
    assert result.counts == (8, 6, 2)


def test_the_thousand_points_of_sp1065_as_published(case) -> None:
    reference = case("allan_nbs14_1000pt")
    readings = [int(row["lcg_integer"]) / 2147483647 for row in reference.rows()]
    result = oadev(readings, 1.0, [1, 10, 100])
    assert result.deviations == pytest.approx(reference.expected["OADEV"], rel=2e-7)


@pytest.mark.parametrize("n", [3, 17, 1000, 65536])
def test_allantools_agrees_to_twelve_digits(n: int) -> None:
    readings = np.random.default_rng(n).standard_normal(n)
    result = oadev(readings, 0.5)
    phase = np.concatenate(([0.0], np.cumsum(readings - readings.mean()))) * 0.5
    taus, theirs, _, counts = allantools.oadev(phase, rate=2.0, data_type="phase", taus=np.array(result.taus))
    ours = dict(zip(result.taus, zip(result.deviations, result.counts, strict=True), strict=True))
    assert len(taus) >= len(ours) - 1  # allantools leaves out a single difference
    for tau, deviation, count in zip(taus, theirs, counts, strict=True):
        assert ours[tau] == (pytest.approx(deviation, rel=1e-12), count)


def test_a_large_common_value_costs_no_digits() -> None:
    readings = np.round(np.random.default_rng(4).standard_normal(4096) * 1024) / 1024
    plain, high = oadev(readings, 1.0), oadev(readings + 2.0**20, 1.0)
    assert high.deviations == pytest.approx(plain.deviations, rel=1e-11)


def test_white_noise_averages_down_and_a_drift_does_not() -> None:
    white = np.random.default_rng(5).standard_normal(2**16)
    result = oadev(white, 1.0)
    for tau, deviation in list(zip(result.taus, result.deviations, strict=True))[:10]:
        assert deviation == pytest.approx(tau**-0.5, rel=0.1)
    drift = oadev(np.arange(1000) * 1e-3, 1.0)
    assert drift.deviations == pytest.approx([tau * 1e-3 / math.sqrt(2) for tau in drift.taus])
    assert drift.best_tau == 1.0


def test_the_advice_is_the_smallest_deviation_that_can_be_trusted(flicker) -> None:
    readings = np.random.default_rng(6).standard_normal(4096) + np.arange(4096) * 2e-3
    result = oadev(readings, 2.0)
    assert result.floor == min(result.deviations)
    assert result.taus[result.deviations.index(result.floor)] == result.best_tau
    assert 2.0 < result.best_tau <= 4096 * 2.0 / 4
    assert oadev(NBS14, 1.0).best_tau == 2.0


@given(st.integers(0, 2**32 - 1), st.integers(2, 200), st.floats(-1e6, 1e6), st.floats(1e-9, 1e9))
def test_shift_and_scale_carry_through(seed: int, n: int, shift: float, scale: float) -> None:
    readings = np.random.default_rng(seed).standard_normal(n)
    plain, moved = oadev(readings, 1.0), oadev((readings + shift) * scale, 1.0)
    assert moved.deviations == pytest.approx([scale * d for d in plain.deviations], rel=1e-6, abs=1e-8 * scale)


def test_equal_readings_have_no_deviation() -> None:
    assert set(oadev([10.0] * 64, 1.0).deviations) == {0.0}


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan], [1.0, 1e300]])
def test_unfit_readings_are_refused(values) -> None:
    with pytest.raises(DataUnfit):
        oadev(values, 1.0)


@pytest.mark.parametrize(
    ("tau0", "taus"), [(0.0, "octaves"), (math.nan, "octaves"), (1.0, [1.5]), (1.0, [5]), (1.0, [0]), (1.0, [])]
)
def test_impossible_averaging_times_are_refused(tau0, taus) -> None:
    with pytest.raises(DataUnfit):
        oadev(NBS14, tau0, taus)


def test_the_nbs14_sets_as_published_for_every_kind(case) -> None:
    for name, data, tolerance in (("allan_nbs14_10pt", "phase", 1e-6), ("allan_nbs14_1000pt", "frequency", 2e-7)):
        reference = case(name)
        column = "phase" if data == "phase" else "lcg_integer"
        size = 1.0 if data == "phase" else 2147483647.0
        values = [float(row[column]) / size for row in reference.rows()]
        for kind in AllanKind:
            expected = reference.expected[kind.value.upper()]
            result = allan(values, 1.0, reference.expected["tau"], kind=kind, data=data)
            assert result.deviations == pytest.approx(expected, rel=tolerance), kind


@pytest.mark.parametrize("kind", AllanKind)
@pytest.mark.parametrize("n", [40, 1000, 30000])
def test_allantools_agrees_for_every_kind_from_readings_and_from_phase(kind: AllanKind, n: int) -> None:
    readings = np.random.default_rng(n).standard_normal(n)
    phase = np.concatenate(([0.0], np.cumsum(readings - readings.mean()))) * 0.5
    theirs = getattr(allantools, kind.value)
    for ours in (allan(readings, 0.5, kind=kind), allan(phase, 0.5, kind=kind, data="phase")):
        taus, deviations, _, counts = theirs(phase, rate=2.0, data_type="phase", taus=np.array(ours.taus))
        known = dict(zip(ours.taus, zip(ours.deviations, ours.counts, strict=True), strict=True))
        assert len(taus) >= len(known) - 2
        for tau, deviation, count in zip(taus, deviations, counts, strict=True):
            # its sums of sums lose two digits more for mdev
            assert known[tau][0] == pytest.approx(deviation, rel=1e-12 if kind is not AllanKind.MODIFIED else 1e-10)
            assert known[tau][1] == count


@pytest.mark.parametrize("modified", [False, True])
@pytest.mark.parametrize("power", [2, 1, 0, -1, -2])
@pytest.mark.parametrize(("m", "n"), [(16, 100), (16, 1000), (128, 1000), (1000, 10000)])
def test_degrees_of_freedom_are_those_of_greenhall_and_riley(power: int, m: int, n: int, modified: bool) -> None:
    count = n - 3 * m + 2 if modified else n - 2 * m + 1
    theirs = allantools.edf_greenhall(power, 2, m, n + 1, overlapping=True, modified=modified)
    assert degrees_of_freedom(power, m, count, True, modified) == pytest.approx(theirs, rel=0.02 if m > 16 else 0.06)


@pytest.mark.parametrize(("n", "m"), [(40, 1), (100, 4), (100, 16), (200, 32)])
def test_degrees_of_freedom_of_white_readings_are_exact(n: int, m: int) -> None:
    window = np.concatenate((-np.ones(m), np.ones(m)))
    differences = np.array([np.pad(window, (i, n - 2 * m - i)) for i in range(n - 2 * m + 1)])
    product = differences @ differences.T
    exact = np.trace(product) ** 2 / (product**2).sum()
    assert degrees_of_freedom(0, m, len(differences), True, False) == pytest.approx(exact, rel=1e-9)


def test_without_overlap_the_degrees_of_freedom_are_fewer_than_the_differences() -> None:
    result = adev(np.random.default_rng(2).standard_normal(1024), 1.0)
    for one, count in zip(result.edf, result.counts, strict=True):
        assert 1 <= one <= count
    assert result.edf[0] == pytest.approx(1023 / 1.5, rel=0.01)  # ρ(1) = −1/2 for white noise


def test_the_interval_holds_the_true_deviation_as_often_as_it_says(flicker) -> None:
    rng = np.random.default_rng(8)
    for runs, truth in ((rng.standard_normal((400, 256)), lambda m: m**-0.5), (flicker(400, 256, 9), None)):
        found = [oadev(run, 1.0) for run in runs]
        for index, m in ((0, 1), (3, 8), (5, 32)):
            true = truth(m) if truth else math.sqrt(np.mean([one.deviations[index] ** 2 for one in found]))
            held = np.mean([one.low[index] <= true <= one.high[index] for one in found])
            assert 0.58 < held < 0.77


def test_the_noise_is_named(flicker) -> None:
    white = np.random.default_rng(10).standard_normal(8192)
    assert oadev(white, 1.0).noise[:7] == (0,) * 7
    assert oadev(np.cumsum(white), 1.0).noise[:6] == (-2,) * 6
    assert oadev(np.diff(white), 1.0).noise[:6] == (2,) * 6
    assert oadev(flicker(1, 8192, 11)[0], 1.0).noise[2:6].count(-1) >= 3
    assert oadev(white[:20], 1.0).noise[0] == 0  # too few to say


def test_no_difference_spans_a_gap() -> None:
    first, second = np.random.default_rng(12).standard_normal((2, 64))
    whole = allan(np.concatenate((first, second + 100.0)), 1.0, [1, 2, 4, 8], gaps=[64])
    parts = [allan(part, 1.0, [1, 2, 4, 8]) for part in (first, second)]
    for i, deviation in enumerate(whole.deviations):
        pooled = math.sqrt(sum(p.deviations[i] ** 2 * p.counts[i] for p in parts) / sum(p.counts[i] for p in parts))
        assert deviation == pytest.approx(pooled, rel=1e-10)
        assert whole.counts[i] == sum(p.counts[i] for p in parts)
    assert max(allan(np.arange(128.0), 1.0, gaps=[64]).taus) == 32
    phase = np.concatenate(([0.0], np.cumsum(first)))
    moved = allan(np.concatenate((phase, phase + 1e3)), 1.0, data="phase", gaps=[65])
    assert moved.deviations == pytest.approx(allan(first, 1.0).deviations, rel=1e-9)
    ends = allan(np.concatenate((first, second)), 1.0, [1], kind=AllanKind.MODIFIED, gaps=[1, 3, 64])
    assert ends.counts == (1 + 60 + 63,)


@given(st.lists(st.integers(1, 70), min_size=1, max_size=8), st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3))
def test_the_watch_says_what_the_batch_says(blocks: list[int], seed: int, level: float) -> None:
    readings = level + np.random.default_rng(seed).standard_normal(sum(blocks))
    watch = AllanWatch(0.5, longest=1024)
    for block in np.split(readings, np.cumsum(blocks)[:-1]):
        watch.add(block)
    if readings.size < 2:
        with pytest.raises(DataUnfit):
            watch.state()
        return
    live, batch = watch.state(), oadev(readings, 0.5)
    assert (live.taus, live.counts, live.best_tau) == (batch.taus, batch.counts, batch.best_tau)
    assert live.deviations == pytest.approx(batch.deviations, rel=1e-8)
    assert all(low <= d <= high for low, d, high in zip(live.low, live.deviations, live.high, strict=True) if d)


def test_the_watch_keeps_a_gap_and_no_more_than_it_needs(flicker) -> None:
    first, second = np.random.default_rng(13).standard_normal((2, 500))
    watch = AllanWatch(1.0, longest=64)
    watch.add(first)
    watch.gap()
    watch.add([])
    watch.add(second)
    batch = allan(np.concatenate((first, second)), 1.0, [1, 2, 4, 8, 16, 32, 64], gaps=[500])
    assert watch.state().deviations == pytest.approx(batch.deviations, rel=1e-9)
    assert watch.n == 1000
    with pytest.raises(DataUnfit):
        watch.add([1.0, math.nan])
    assert watch.n == 1000
    long = AllanWatch(1.0)
    long.add(flicker(1, 8192, 14)[0])
    assert long.state().noise[2:7] == (-1,) * 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"gaps": [0]}, {"gaps": [9]}, {"gaps": [3, 3]}, {"gaps": list(range(1, 9))},
        {"probability": 1.0}, {"probability": 0.0},
        {"kind": AllanKind.MODIFIED, "taus": [4]}, {"data": "phase", "gaps": [2, 4, 6, 8]},
    ],
)  # fmt: skip
def test_impossible_requests_are_refused(wrong: dict) -> None:
    with pytest.raises(DataUnfit):
        allan(NBS14, 1.0, **wrong)


def test_an_impossible_watch_is_refused() -> None:
    for tau0, longest in ((0.0, 8), (math.nan, 8), (1.0, 0)):
        with pytest.raises(DataUnfit):
            AllanWatch(tau0, longest)
