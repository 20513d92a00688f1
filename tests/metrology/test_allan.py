import math

import allantools
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import oadev

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
