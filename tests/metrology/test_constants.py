"""Constants that standards print, found again from the distributions and sources they come from (docs/formulas.md)."""

from math import exp, pi, sqrt

import numpy as np
import pytest
from scipy.special import ndtr

from labclient.metrology import (
    BUILT_IN,
    MAD_TO_S,
    coverage_factor,
    homogeneity,
    its90_w,
    parse_model,
    range_method,
)
from labclient.metrology._critical import grubbs_critical
from labclient.metrology._robust import _CLIPPED_TO_S

GRID = np.linspace(-8.0, 8.0, 1601)


def range_moments(n: int) -> tuple[float, float]:
    """Mean d₂ and standard deviation d₃ of the range of n standard normal values."""
    density = np.exp(-(GRID**2) / 2) / sqrt(2 * pi)
    below = ndtr(GRID)
    d2 = np.trapezoid(1 - (1 - below) ** n - below**n, GRID)
    inside = np.maximum(below[None, :] - below[:, None], 0.0) ** (n - 2)
    span = np.maximum(GRID[None, :] - GRID[:, None], 0.0)
    joint = n * (n - 1) * density[:, None] * density[None, :] * inside
    square = np.trapezoid(np.trapezoid(span**2 * joint, GRID), GRID)
    return float(d2), sqrt(float(square) - float(d2) ** 2)


@pytest.mark.parametrize("n", range(2, 10))
def test_range_factors_and_their_freedom_follow_from_the_normal_distribution(n: int) -> None:
    d2, d3 = range_moments(n)
    found = range_method([0.0] * (n - 1) + [1.0])
    assert found.divisor == pytest.approx(d2, abs=0.0051)
    assert found.dof == pytest.approx((d2 / d3) ** 2 / 2, abs=0.051)  # ν = ½ (u/Δu)²


def test_robust_factors_follow_from_the_normal_distribution() -> None:
    assert pytest.approx(1 / coverage_factor(0.5), abs=5e-5) == MAD_TO_S
    inside = 2 * ndtr(1.5) - 1
    variance = inside - 2 * 1.5 * exp(-(1.5**2) / 2) / sqrt(2 * pi) + 1.5**2 * (1 - inside)
    assert pytest.approx(1 / sqrt(variance), abs=1e-3) == _CLIPPED_TO_S


def test_factors_of_the_expanded_homogeneity_criterion_are_those_printed() -> None:
    f1 = [2.10, 2.01, 1.94, 1.88, 1.83, 1.79, 1.75, 1.72, 1.69, 1.67, 1.64, 1.62, 1.60, 1.59]
    f2 = [1.43, 1.25, 1.11, 1.01, 0.93, 0.86, 0.80, 0.75, 0.71, 0.68, 0.64, 0.62, 0.59, 0.57]
    for g, first, second in zip(range(7, 21), f1, f2, strict=True):
        found = homogeneity([[0.0, 1.0]] * (g - 1) + [[0.0, 1.5]], 1.0)
        assert (found.f1, found.f2) == pytest.approx((first, second), abs=0.0051)


def test_grubbs_values_are_those_printed_in_gb_t_4883() -> None:
    printed = {3: 1.153, 4: 1.463, 5: 1.672, 6: 1.822, 7: 1.938, 8: 2.032, 9: 2.110, 10: 2.176}
    for n, value in printed.items():
        assert grubbs_critical(n, 0.05) == pytest.approx(value, abs=1.1e-3)


@pytest.mark.parametrize(
    ("temperature", "w"),
    [(13.8033, 0.001190068069), (17.035, 0.002296459022), (20.27, 0.004235355538), (24.5561, 0.008449736237),
     (54.3584, 0.091718040322), (83.8058, 0.215859751998), (234.3156, 0.844142105150)],
)  # fmt: skip
def test_the_reference_function_below_the_triple_point_to_twelve_digits(temperature: float, w: float) -> None:
    assert its90_w(temperature) == pytest.approx(w, rel=3e-10)


def test_both_reference_functions_meet_at_the_triple_point() -> None:
    assert its90_w(273.16 * (1 - 1e-13)) == pytest.approx(1.0, abs=1.1e-8)
    assert its90_w(273.16) == pytest.approx(1.0, abs=1e-8)


def test_air_density_agrees_with_a_published_computation() -> None:
    """18 °C, 750 hPa, 45 %: 0.893463(6) kg/m³ by two programs of other people."""
    model = parse_model(BUILT_IN["air-density"].call)
    found = model.value({"t": 18.0, "p": 75e3, "h": 0.45, "x_co2": 4e-4, "formula": 0.0})
    assert found == pytest.approx(0.893463, abs=1.1e-6)
