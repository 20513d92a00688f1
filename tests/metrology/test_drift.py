import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import fit_line, line_at


def test_norris_agrees_to_twelve_certified_digits(case, lre) -> None:
    reference = case("strd_norris")
    rows, expected = reference.rows(), reference.expected
    line = fit_line([float(row["x"]) for row in rows], [float(row["y"]) for row in rows])
    assert lre(line.intercept, expected["estimates"]["B0"]) >= 12
    assert lre(line.slope, expected["estimates"]["B1"]) >= 12
    assert lre(line.u_intercept, expected["standard_deviations"]["B0"]) >= 12
    assert lre(line.u_slope, expected["standard_deviations"]["B1"]) >= 12
    assert lre(line.s, expected["residual_standard_deviation"]) >= 12
    assert line.dof == expected["anova"]["residual"]["df"]


def test_the_drifting_ring_is_referred_to_each_laboratory(case) -> None:
    reference = case("ring_linear_drift")
    expected = reference.expected
    rows = reference.rows("ring_linear_drift_pilot")
    line = fit_line([float(row["day"]) for row in rows], [float(row["value_uV"]) for row in rows])
    assert line.intercept == pytest.approx(expected["a"], rel=1e-12)
    assert line.slope == pytest.approx(expected["b_per_day"], rel=1e-12)
    assert (line.s, line.u_intercept, line.u_slope) == pytest.approx(
        (expected["s"], expected["se_a"], expected["se_b"]), rel=1e-12
    )
    for lab in expected["labs"]:
        found = line_at(line, lab["day"])
        assert (found.value, found.u) == pytest.approx((lab["ref"], lab["u_line"]), rel=1e-12)
        assert not found.extrapolated


def test_the_covariance_is_that_of_intercept_and_slope(case) -> None:
    reference = case("ring_linear_drift")
    rows = reference.rows("ring_linear_drift_pilot")
    line = fit_line([float(row["day"]) for row in rows], [float(row["value_uV"]) for row in rows])
    # cov(value at 0, value at 1) = u²(b0) + cov(b0, b1)
    assert line.covariance(0, 1) - line.covariance(0, 0) == pytest.approx(reference.expected["cov_ab"], rel=1e-9)


def test_a_prediction_outside_the_fitted_times_says_so() -> None:
    line = fit_line([0.0, 1.0, 2.0], [0.0, 1.1, 1.9])
    assert line_at(line, 2.1).extrapolated
    assert line_at(line, -0.1).extrapolated
    assert not line_at(line, 2.0).extrapolated


@given(
    st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), min_size=3, max_size=30),
    st.integers(-(2**30), 2**30),
    st.integers(-(2**20), 2**20),
    st.randoms(),
)
def test_epoch_origin_and_order_do_not_matter(points, epoch: int, origin: int, random) -> None:
    times = [float(t) for t, _ in points]
    if len(set(times)) == 1:
        with pytest.raises(DataUnfit):
            fit_line(times, times)
        return
    plain = fit_line(times, [float(y) for _, y in points])
    random.shuffle(points)
    moved = fit_line([float(t + epoch) for t, _ in points], [float(y + origin) for _, y in points])
    assert moved.slope == pytest.approx(plain.slope, rel=1e-9, abs=1e-9)
    assert moved.s == pytest.approx(plain.s, rel=1e-9, abs=1e-9)
    assert line_at(moved, epoch + 5.0).value == pytest.approx(line_at(plain, 5.0).value + origin, rel=1e-9, abs=1e-6)


def test_points_on_a_line_leave_no_scatter() -> None:
    line = fit_line(np.arange(10.0), 3 + 0.5 * np.arange(10.0))
    assert (line.slope, line.intercept, line.s) == (pytest.approx(0.5), pytest.approx(3.0), pytest.approx(0, abs=1e-14))
    flat = fit_line([1.0, 2.0, 3.0], [7.0, 7.0, 7.0])
    assert (flat.slope, flat.s, flat.level) == (0, 0, 7)


@pytest.mark.parametrize(
    ("times", "values"),
    [
        ([0.0, 1.0], [1.0, 2.0]),
        ([1.0] * 4, [1.0, 2, 3, 4]),
        ([0.0, 1, 2], [1.0, 2]),
        ([0.0, 1, math.nan], [1.0, 2, 3]),
        ([0.0, 1, 2], [1.0, math.inf, 3]),
        ([0.0, 1, 2], [1e300, 2, 3]),
    ],
)
def test_unfit_points_are_refused(times, values) -> None:
    with pytest.raises(DataUnfit):
        fit_line(times, values)
