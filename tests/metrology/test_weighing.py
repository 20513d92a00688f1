"""Weighing designs against the solution matrices that NIST publishes, and against plain reasoning."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import SXXS, circular, cycle, position, weigh

INCREASING = [[1, -1, 0], [1, 0, -1], [0, 1, -1], [0, -1, 1], [-1, 0, 1], [-1, 1, 0]]
TWO_ONE = [
    [1, -1, 0, 0, 0], [1, 0, -1, 0, 0], [0, 1, -1, 0, 0], [1, 0, 0, -1, -1], [0, 1, 0, -1, -1], [0, 0, 1, -1, -1],
    [0, 0, 0, 1, -1],
]  # fmt: skip
# NIST/SEMATECH e-Handbook, 2.3.4.1.19 and 2.3.4.1.7: design, restraint, divisor, solution matrix, its last row for
# the restraint, factors K1 of the repeatability standard deviation
PUBLISHED = {
    "1,1,1 increasing": (
        INCREASING, [0, 0, 1], 6,
        [[1, -1, 0], [2, 1, 0], [1, 2, 0], [-1, -2, 0], [-2, -1, 0], [-1, 1, 0]], [6, 6, 6], [0.5774, 0.5774, 0.0],
    ),
    "2,2,2,1,1": (
        TWO_ONE, [1, 1, 0, 0, 0], 16,
        [[4, -4, 0, 0, 0], [2, -2, -6, -1, -1], [-2, 2, -6, -1, -1], [2, -2, -2, -3, -3], [-2, 2, -2, -3, -3],
         [0, 0, 4, -2, -2], [0, 0, 0, 8, -8]],
        [8, 8, 8, 4, 4], [0.3536, 0.3536, 0.6124, 0.5863, 0.5863],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_design_is_solved_as_published(name: str) -> None:
    design, restraint, divisor, matrix, of_restraint, k1 = PUBLISHED[name]
    for i in range(len(design)):
        unit = [float(j == i) for j in range(len(design))]
        found = weigh(design, unit, restraint, 0.0, s=1.0)
        assert found.values == tuple(one / divisor for one in matrix[i])
        assert [round(one, 4) for one in found.u] == k1
    level = weigh(design, [0.0] * len(design), restraint, 1.0, u_value=1.0, s=1.0)
    assert level.values == tuple(one / divisor for one in of_restraint)


def test_what_the_observations_do_not_hold_stays_in_the_residuals() -> None:
    masses = [2.0, 2.0, 2.0, 1.0, 1.0]
    noise = [0.25, -0.5, 0.125, 0.0, 0.5, -0.25, 0.375]
    observed = [sum(a * m for a, m in zip(row, masses, strict=True)) + e for row, e in zip(TWO_ONE, noise, strict=True)]
    found = weigh(TWO_ONE, observed, [1, 1, 0, 0, 0], 4.0)
    assert found.dof == 3
    assert found.s**2 * 3 == pytest.approx(sum(one**2 for one in found.residuals))
    design = np.array(TWO_ONE)
    assert np.allclose(design.T @ found.residuals, 0, atol=1e-14)


def test_the_restraint_s_uncertainty_is_common_to_all() -> None:
    found = weigh(INCREASING, [0.1, 0.2, 0.1, -0.1, -0.2, -0.1], [0, 0, 1], 100.0, u_value=0.5)
    assert found.s == pytest.approx(0.0, abs=1e-15)
    assert np.allclose(found.covariance, 0.25)


def test_covariance_is_what_each_observation_s_scatter_makes_of_it() -> None:
    """s²·M·Mᵀ of the solution matrix M, and u² of what the restraint's value does to each artefact."""
    zero = [0.0] * 7
    m = np.array([weigh(TWO_ONE, np.eye(7)[i], [1, 1, 0, 0, 0], 0.0, s=1.0).values for i in range(7)]).T
    level = np.array(weigh(TWO_ONE, zero, [1, 1, 0, 0, 0], 1.0, s=1.0).values)
    found = weigh(TWO_ONE, zero, [1, 1, 0, 0, 0], 4.0, 0.02, s=0.01)
    assert np.allclose(found.repeatability, 1e-4 * m @ m.T, rtol=1e-12)
    assert np.allclose(found.covariance, 1e-4 * m @ m.T + 4e-4 * np.outer(level, level), rtol=1e-12)


@settings(max_examples=25)
@given(st.floats(-1, 1), st.floats(-1e-3, 1e-3), st.floats(-5, 5))
def test_abba_is_the_cycle_that_cancels_a_drift(difference: float, rate: float, zero: float) -> None:
    times = [0.0, 10.0, 20.0, 30.0]
    readings = [zero + rate * t + (difference if role == "B" else 0.0) for t, role in zip(times, "ABBA", strict=True)]
    found = circular("ABBA", times, readings, "A", 100.0)
    positions = tuple(position("SX"["AB".index(r)], [t], [v]) for r, t, v in zip("ABBA", times, readings, strict=True))
    assert found.artefacts == ("A", "B")
    assert found.values[1] - 100.0 == pytest.approx(cycle(SXXS, positions).value, abs=1e-12)
    assert found.drift == pytest.approx(rate, abs=1e-12)


def test_a_circle_of_three_closes_on_its_drift() -> None:
    times = [0.0, 1.0, 2.0, 3.0]
    readings = [10.0, 12.5, 9.5, 13.0]  # drift 1 per step; B is 1.5, C −2.5 above A
    found = circular("ABCA", times, readings, "A", 1000.0, u_value=0.3, s=0.25)
    assert found.values == (1000.0, 1001.5, 997.5)
    assert (found.drift, found.dof) == (1.0, 0)
    # B = y₂ − ⅔·y₁ − ⅓·y₄ and C = y₃ − ⅓·y₁ − ⅔·y₄
    assert found.repeatability[1][1] == pytest.approx(0.0625 * 14 / 9)
    assert found.repeatability[1][2] == pytest.approx(0.0625 * 4 / 9)
    assert found.u[0] == pytest.approx(0.3)


def test_a_circle_that_does_not_come_back_has_no_drift() -> None:
    with pytest.raises(DataUnfit):
        circular("ABC", [0, 1, 2], [1.0, 2.0, 3.0], "A", 0.0, s=1.0)
    with pytest.raises(DataUnfit, match="judge their scatter"):
        circular("ABCA", [0, 1, 2, 3], [1.0, 2.0, 3.0, 4.0], "A", 0.0)


@settings(max_examples=15)
@given(st.permutations(range(7)), st.integers(-50, 50), st.integers(-20, 20))
def test_order_shift_and_unit_do_not_matter(order: list[int], shift: int, power: int) -> None:
    observed = [Fraction(x, 8) for x in (3, -1, 4, 1, -5, 9, 2)]
    plain = weigh(TWO_ONE, observed, [1, 1, 0, 0, 0], 4.0)
    moved = weigh([TWO_ONE[i] for i in order], [observed[i] for i in order], [1, 1, 0, 0, 0], 4.0 + 2 * shift)
    assert moved.values[:2] == tuple(one + shift for one in plain.values[:2])
    assert moved.u == plain.u
    scaled = weigh(TWO_ONE, [one * Fraction(2) ** power for one in observed], [1, 1, 0, 0, 0], 4.0 * 2.0**power)
    assert scaled.values == tuple(one * 2.0**power for one in plain.values)
    assert scaled.u == pytest.approx([one * 2.0**power for one in plain.u], rel=1e-14)


def test_a_design_that_leaves_something_open_is_refused() -> None:
    with pytest.raises(DataUnfit):
        weigh([[1, -1, 0], [1, -1, 0]], [1.0, 1.0], [1, 0, 0], 5.0)
    with pytest.raises(DataUnfit):
        weigh([[1, -1]], [1.0, 2.0], [1, 0], 5.0, s=1.0)
    with pytest.raises(DataUnfit):
        weigh([[1, -1], [1, -1]], [1.0, 2.0], [1, 0], 5.0, times=[1.0])
    with pytest.raises(DataUnfit):
        weigh([[1, -1], [1, -1]], [1.0, 2.0], [1, 0], 5.0, u_value=-1.0)
    with pytest.raises(DataUnfit):
        circular("ABA", [0, 1, 2], [1.0, 2.0, 1.0], "C", 5.0, s=1.0)
