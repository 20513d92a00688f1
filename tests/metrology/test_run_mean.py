"""The mean of a run is worth what its noise allows, never more."""

from math import sqrt

import numpy as np
import pytest

from labclient.errors import DataUnfit
from labclient.metrology import Ruler, oadev, run_mean, summary


def test_white_noise_averages_down() -> None:
    random = np.random.default_rng(1)
    found = [run_mean(random.standard_normal(400)) for _ in range(50)]
    assert np.median([one.u for one in found]) == pytest.approx(1 / sqrt(400), rel=0.15)


def test_a_mean_of_flicker_is_not_known_better_than_its_floor(flicker) -> None:
    ratios = []
    for run in flicker(20, 4096, 3):
        found = run_mean(run)
        assert found.u >= found.flicker_floor > 0
        assert found.u >= found.summary.u_mean
        ratios.append(found.flicker_floor / oadev(run, 1.0, [64.0]).deviations[0])
    assert np.median(ratios) == pytest.approx(1.0, rel=0.2)


def test_flicker_rules_a_long_run(flicker) -> None:
    run = flicker(1, 20000, 4)[0] + np.random.default_rng(5).standard_normal(20000)
    assert run_mean(run).ruled_by is Ruler.FLICKER
    assert run_mean(run).u > 3 * summary(run).s / sqrt(20000)


def test_the_last_digit_bounds_what_equal_readings_prove() -> None:
    found = run_mean([1.5] * 30, resolution=0.1)
    assert (found.ruled_by, found.u) == (Ruler.RESOLUTION, pytest.approx(0.1 / sqrt(12)))
    assert run_mean([1.5] * 30).u == 0.0


def test_few_readings_show_no_flicker() -> None:
    found = run_mean([1.0, 2.0, 3.0])
    assert (found.flicker_floor, found.u) == (0.0, found.summary.u_mean)
    with pytest.raises(DataUnfit):
        run_mean([1.0])
    with pytest.raises(DataUnfit):
        run_mean([1.0, 2.0], resolution=-1.0)
