"""Correlation between results that share inputs: against the library's own joint propagation and GTC."""

import math

import numpy as np
import pytest
from GTC import get_correlation, set_correlation, ureal
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Component, Correlation, joint_correlation, parse_model, propagate_several


def test_with_every_input_common_it_is_the_joint_propagation() -> None:
    inputs = [
        Component(id="V", name="V", unit="V", estimate=4.999, u=0.0032),
        Component(id="I", name="I", unit="A", estimate=0.019661, u=9.5e-6),
        Component(id="phi", name="phi", unit="rad", estimate=1.04446, u=0.00075),
    ]
    links = [Correlation("V", "I", -0.36), Correlation("V", "phi", 0.86), Correlation("I", "phi", -0.65)]
    models = {"R": parse_model("V/I*cos(phi)"), "X": parse_model("V/I*sin(phi)"), "Z": parse_model("V/I")}
    several = propagate_several(models, inputs, dict.fromkeys(models, "Ω"), correlations=links)
    budgets = [one.budget for one in several.results]
    r = joint_correlation(
        [[row.component.sensitivity * row.u for row in budget.rows] for budget in budgets],
        [budget.u_c for budget in budgets],
        [True, True, True],
        np.array([[1, -0.36, 0.86], [-0.36, 1, -0.65], [0.86, -0.65, 1]]),
    )
    assert r == pytest.approx(np.array(several.r), abs=1e-12)


def test_gtc_agrees_where_one_input_is_common_and_another_correlated_with_it() -> None:
    a, *b = (ureal(0, u, independent=False) for u in (0.5, 1.0, 2.0))
    for one in b:
        set_correlation(0.6, a, one)
    set_correlation(0.36, *b)  # what the two share through a, and nothing more
    first, second = a + b[0], 3 * a - b[1]
    r = joint_correlation(
        [[0.5, 1.0], [1.5, -2.0]],
        [first.u, second.u],
        [True, False],
        np.array([[1.0, 0.6], [0.6, 1.0]]),
    )
    assert r[0, 1] == pytest.approx(get_correlation(first, second), rel=1e-12)


def test_what_is_only_common_makes_them_one() -> None:
    assert joint_correlation([[2.0], [-5.0]], [2.0, 5.0], [True])[0, 1] == pytest.approx(-1.0)
    assert np.array_equal(joint_correlation([[3.0, 4.0], [4.0, 3.0]], [5.0, 5.0], [False, False]), np.eye(2))
    assert joint_correlation([[3.0, 4.0], [4.0, 3.0]], [5.0, 5.0], [True, False])[0, 1] == pytest.approx(12 / 25)


_parts = st.lists(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=4), min_size=2, max_size=5)


@given(_parts, st.floats(-0.99, 0.99), st.integers(0, 15))
def test_it_is_always_a_correlation_matrix_and_knows_no_unit(parts, r, marks) -> None:
    shared = np.eye(4)
    shared[0, 1] = shared[1, 0] = r
    array = np.array(parts) + 1e-3
    u = np.sqrt(np.einsum("ij,jk,ik->i", array, shared, array))
    if not (u > 1e-6).all():
        return
    common = [bool(marks >> place & 1) for place in range(4)]
    found = joint_correlation(array, u, common, shared)
    assert np.array_equal(found, found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-9
    assert np.abs(found).max() <= 1.0
    scale = np.arange(1, len(u) + 1) * 1e-3
    assert joint_correlation(array * scale[:, None], u * scale, common, shared) == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize(
    ("parts", "u", "common"),
    [
        ([[1.0], [1.0]], [1.0], [True]),
        ([[1.0], [1.0]], [1.0, 0.0], [True]),
        ([[1.0, 2.0], [1.0, 2.0]], [1.0, 1.0], [True]),
        ([[math.nan], [1.0]], [1.0, 1.0], [True]),
    ],
)
def test_unfit_numbers_are_refused(parts, u, common) -> None:
    with pytest.raises(DataUnfit):
        joint_correlation(parts, u, common)


def test_a_matrix_of_another_size_is_refused() -> None:
    with pytest.raises(DataUnfit):
        joint_correlation([[1.0], [1.0]], [1.0, 1.0], [True], np.eye(2))
