import numpy as np
import pytest

from labclient.metrology._noise import noise

RUNS = 600


def ratio(runs: np.ndarray, half: int) -> float:
    """Mean predicted variance of the difference of the halves over the one that is seen."""
    seen = runs[:, half : 2 * half].mean(axis=1) - runs[:, :half].mean(axis=1)
    predicted = [noise(run).u_difference(half) ** 2 for run in runs]
    return float(np.mean(predicted) / np.mean(seen**2))


def test_white_noise_is_never_understated() -> None:
    runs = np.random.default_rng(11).standard_normal((RUNS, 120))
    assert 1.0 < ratio(runs, 60) < 3.0


def test_flicker_noise_is_predicted_within_its_own_scatter(flicker) -> None:
    assert ratio(flicker(RUNS, 120, 12), 60) == pytest.approx(1.0, abs=0.2)


def test_the_two_terms_are_told_apart(flicker) -> None:
    white = noise(np.random.default_rng(13).standard_normal(20000))
    assert (white.white, white.flicker) == (pytest.approx(1.0, rel=0.05), pytest.approx(0.0, abs=0.002))
    mixed = noise(flicker(1, 20000, 14)[0])
    assert mixed.flicker > 0.1
    assert mixed.white < mixed.flicker / 2


def test_a_linear_drift_is_not_noise() -> None:
    run = np.random.default_rng(15).standard_normal(120)
    plain, drifting = noise(run), noise(run + 0.5 * np.arange(120))
    assert drifting.white == pytest.approx(plain.white, rel=1e-6)
    assert drifting.flicker == pytest.approx(plain.flicker, rel=1e-6, abs=1e-9)


def test_scale_carries_through_and_equal_readings_have_none() -> None:
    run = np.random.default_rng(16).standard_normal(64)
    assert noise(run * 1e-9 + 10).u_difference(32) == pytest.approx(noise(run).u_difference(32) * 1e-9, rel=1e-5)
    assert noise(np.full(64, 3.0)).u_difference(32) == 0
