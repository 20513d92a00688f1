import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import regress


def columns(rows: list[dict[str, str]], parameters: int, name: str) -> list[list[Decimal]]:
    if name == "longley":
        return [[Decimal(1)] * len(rows), *([Decimal(row[f"x{i}"]) for row in rows] for i in range(1, 7))]
    powers = range(1, 2) if name == "noint1" else range(parameters)
    return [[Decimal(row["x"]) ** k if k else Decimal(1) for row in rows] for k in powers]


@pytest.mark.parametrize("name", ["norris", "pontius", "noint1", "longley", "wampler1", "wampler2", "wampler3"])
def test_certified_linear_fits_agree_to_fourteen_digits(name: str, case, lre) -> None:
    reference = case(f"strd_{name}")
    expected, rows = reference.expected, reference.rows()
    found = regress(columns(rows, expected["parameters"], name), [Decimal(row["y"]) for row in rows])
    certified = [*expected["estimates"].values(), *expected["standard_deviations"].values()]
    ours = [*found.coefficients, *(math.sqrt(found.covariance[i][i]) for i in range(len(found.coefficients)))]
    assert len(certified) == len(ours)
    assert min(lre(a, b) for a, b in zip(ours, certified, strict=True)) >= 13.9
    assert lre(found.s, expected["residual_standard_deviation"]) >= 13.9
    assert found.dof == expected["anova"]["residual"]["df"]


@pytest.mark.parametrize(("name", "digits"), [("norris", 12), ("pontius", 12), ("longley", 8), ("wampler3", 12)])
def test_floats_hold_the_certified_fits_as_well(name: str, digits: int, case, lre) -> None:
    reference = case(f"strd_{name}")
    expected, rows = reference.expected, reference.rows()
    x = [[float(one) for one in column] for column in columns(rows, expected["parameters"], name)]
    found = regress(x, [float(row["y"]) for row in rows])
    assert min(lre(a, b) for a, b in zip(found.coefficients, expected["estimates"].values(), strict=True)) >= digits


def test_a_weighted_mean_is_the_simplest_weighted_fit() -> None:
    found = regress([[1.0, 1.0]], [10.0, 11.0], [1.0, 2.0])
    assert found.coefficients[0] == pytest.approx(10.2)
    assert math.sqrt(found.covariance[0][0]) == pytest.approx(1 / math.sqrt(1.25))
    assert (found.chi2, found.birge, found.s) == (pytest.approx(0.2), 1.0, None)


def test_values_that_scatter_beyond_their_uncertainties_enlarge_them_and_say_by_how_much() -> None:
    found = regress([[1.0] * 3], [0.0, 3.0, 6.0], [1.0] * 3)
    assert (found.chi2, found.birge) == (18.0, 3.0)
    assert math.sqrt(found.covariance[0][0]) == pytest.approx(3 / math.sqrt(3))


@given(
    st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=4, max_size=12, unique_by=lambda p: p[0])
)
def test_numpy_agrees(points: list[tuple[int, int]]) -> None:
    x, y = (np.array(one, dtype=float) for one in zip(*points, strict=True))
    found = regress([np.ones_like(x), x], y)
    slope, intercept = np.polyfit(x, y, 1)
    assert found.coefficients == pytest.approx((intercept, slope), rel=1e-9, abs=1e-9)
    assert found.s == pytest.approx(math.sqrt(((y - intercept - slope * x) ** 2).sum() / (x.size - 2)), abs=1e-7)


@given(st.integers(-(10**9), 10**9), st.integers(-30, 30))
def test_shift_and_unit_of_the_values_carry_through_exactly(shift: int, power: int) -> None:
    x, y, size = [0.0, 1.0, 2.0, 5.0], [3.0, 5.0, 4.0, 9.0], 2.0**power
    plain, moved = regress([[1.0] * 4, x], y), regress([[1.0] * 4, x], [(v + shift) * size for v in y])
    assert moved.coefficients[1] == plain.coefficients[1] * size
    assert moved.s == pytest.approx(plain.s * size, rel=1e-15)


def test_a_scatter_too_small_for_its_square_is_not_lost() -> None:
    assert regress([[1.0, 1.0]], [0.0, 2e-200]).s == pytest.approx(math.sqrt(2) * 1e-200)


@pytest.mark.parametrize(
    ("x", "y", "u"),
    [
        ([], [1.0], None),
        ([[1.0]], [1.0], None),
        ([[1.0, 1.0], [0.0, 1.0]], [1.0, 2.0], None),
        ([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]], [1.0, 2.0, 3.0], None),
        ([[1.0, 1.0]], [1.0], None),
        ([[1.0, 1.0]], [1.0, math.nan], None),
        ([[1.0, math.inf]], [1.0, 2.0], None),
        ([[1.0, 1.0]], [1.0, 1e300], None),
        ([[1.0, 1.0]], [1.0, 2.0], [1.0, 0.0]),
        ([[1.0, 1.0]], [1.0, 2.0], [1.0, -1.0]),
        ([[1.0, 1.0]], [1.0, 2.0], [1.0]),
        ([[1.0, 1.0, 1.0], [1e-150, 2e-150, 4e-150]], [1e150, -1e150, 3e149], None),
    ],
)
def test_unfit_numbers_are_refused(x, y, u) -> None:
    with pytest.raises(DataUnfit):
        regress(x, y, u)
