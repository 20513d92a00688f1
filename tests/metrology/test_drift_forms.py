import math

import numpy as np
import pytest
from GTC import type_a
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import DriftForm, Why, choose_drift, drift_at, fit_drift, fit_line, line_at

DAYS = [0.0, 30.0, 60.0, 90.0, 120.0]
PILOT = [2.1, 3.05, 4.2, 5.0, 6.1]


def test_the_drifting_ring_is_referred_to_each_laboratory(case) -> None:
    reference = case("ring_linear_drift")
    rows = reference.rows("ring_linear_drift_pilot")
    days, values = [float(row["day"]) for row in rows], [float(row["value_uV"]) for row in rows]
    choice = choose_drift(days, values)
    assert (choice.drift.form, choice.why, choice.rule) == (DriftForm.LINE, Why.SLOPE, "drift-choice/1")
    for lab in reference.expected["labs"]:
        found = drift_at(choice.drift, lab["day"], u_system=reference.about["u_pilot_systematic"])
        assert (found.value, found.u) == (pytest.approx(lab["ref"], rel=1e-12), pytest.approx(lab["u_ref"], rel=1e-12))
        assert drift_at(choice.drift, lab["day"]).u == pytest.approx(lab["u_line"], rel=1e-12)


def test_the_line_is_that_of_the_readings() -> None:
    drift, line = fit_drift(DAYS, PILOT, DriftForm.LINE), fit_line(DAYS, PILOT)
    for time in (-5.0, 0.0, 47.0, 130.0):
        ours, theirs = drift_at(drift, time), line_at(line, time)
        assert (ours.value, ours.u) == (pytest.approx(theirs.value), pytest.approx(theirs.u))
        assert ours.extrapolated is theirs.extrapolated is (not 0 <= time <= 120)
    assert drift.covariance(10.0, 80.0) == pytest.approx(line.covariance(10.0, 80.0))


def test_gtc_agrees_on_weighted_lines() -> None:
    u = [0.1, 0.2, 0.1, 0.3, 0.1]
    ours = fit_drift(DAYS, PILOT, DriftForm.LINE, u)
    theirs = type_a.line_fit_wls(DAYS, PILOT, u)
    a, b = theirs.a_b
    at_45 = a + 45 * b
    assert ours.birge == 1
    assert drift_at(ours, 45.0).value == pytest.approx(at_45.x, rel=1e-12)
    assert drift_at(ours, 45.0).u == pytest.approx(at_45.u, rel=1e-9)
    assert ours.chi2 == pytest.approx(theirs.ssr, rel=1e-9)


def test_equal_uncertainties_change_no_value() -> None:
    for form in (DriftForm.CONSTANT, DriftForm.LINE):
        plain, weighed = fit_drift(DAYS, PILOT, form), fit_drift(DAYS, PILOT, form, [0.5] * 5)
        assert weighed.coefficients == pytest.approx(plain.coefficients, rel=1e-15)


def test_two_values_and_their_uncertainties_make_a_line() -> None:
    drift = fit_drift([0.0, 10.0], [1.0, 2.0], DriftForm.LINE, [0.1, 0.1])
    assert drift_at(drift, 5.0).u == pytest.approx(0.1 / math.sqrt(2))
    assert (drift.dof, drift.birge) == (0, 1)
    with pytest.raises(DataUnfit):
        fit_drift([0.0, 10.0], [1.0, 2.0], DriftForm.LINE)


def test_a_constant_is_not_known_better_than_its_range_allows() -> None:
    drift = fit_drift([0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 6.0], DriftForm.CONSTANT)
    assert drift_at(drift, 1.0).value == 1.5
    assert drift_at(drift, 1.0).u == pytest.approx(max(1.5, 6 / (2 * math.sqrt(3))))


def test_a_loop_lies_between_its_opening_and_closing_value() -> None:
    drift = fit_drift([0.0, 10.0, 20.0], [0.0, 1.0, 5.0], DriftForm.PIECEWISE, [0.1, 0.1, 0.3])
    assert [drift_at(drift, time).value for time in (5.0, 10.0, 15.0)] == [0.5, 1.0, 3.0]
    assert drift_at(drift, 5.0).u == pytest.approx(0.1 / math.sqrt(2))
    assert drift_at(drift, 15.0).u == pytest.approx(math.hypot(0.05, 0.15))
    assert drift_at(drift, 25.0).extrapolated
    assert drift_at(drift, 25.0).value == 7.0


def test_several_values_at_each_end_of_a_loop_show_its_scatter() -> None:
    times, values = [0.0, 0.0, 10.0, 10.0], [1.0, 1.2, 3.0, 3.2]
    drift = fit_drift(times, values, DriftForm.PIECEWISE)
    assert drift_at(drift, 5.0).value == pytest.approx(2.1)
    assert (drift.dof, drift.s) == (2, pytest.approx(0.1 * math.sqrt(2)))


def test_inside_a_step_the_mean_of_both_sides_carries_half_the_step() -> None:
    times, values = [0.0, 10.0, 40.0, 50.0], [1.0, 1.2, 3.0, 3.2]
    drift = fit_drift(times, values, DriftForm.STEP, knots=(10.0, 40.0))
    assert [drift_at(drift, time).value for time in (0.0, 10.0, 25.0, 40.0, 50.0)] == pytest.approx(
        [1.1, 1.1, 2.1, 3.1, 3.1]
    )
    s = 0.1 * math.sqrt(2)
    assert drift_at(drift, 0.0).u == pytest.approx(s / math.sqrt(2))
    assert drift_at(drift, 25.0).u == pytest.approx(math.hypot(s / 2, 2 / (2 * math.sqrt(3))))
    known = fit_drift(times, values, DriftForm.STEP, knots=(20.0, 20.0))
    assert [drift_at(known, time).value for time in (19.9, 20.0)] == pytest.approx([1.1, 3.1])


def test_the_rule_picks_the_simplest_form_that_the_values_allow() -> None:
    days = np.arange(10.0) * 30
    noise = np.random.default_rng(5).standard_normal(10)
    assert choose_drift(days, 5 + 0.1 * noise).why is Why.NO_SLOPE
    assert choose_drift(days, 0.01 * days + 0.1 * noise).why is Why.SLOPE
    assert choose_drift(days, 1e-4 * days**2 + 0.1 * noise).why is Why.CURVATURE
    zigzag = np.where(np.arange(10) % 2, 1.0, 0.0) + 0.01 * days
    choice = choose_drift(days, zigzag, np.full(10, 0.1))
    assert (choice.why, choice.drift.form) == (Why.MISFIT, DriftForm.PIECEWISE)
    assert [one.form.value for one in choice.tried] == ["constant", "line", "quadratic", "piecewise"]
    assert choice.tried[1].birge > 1
    assert choose_drift(DAYS, PILOT).tried[-1].form is DriftForm.LINE  # five values are too few for a quadratic


def test_equal_values_are_a_constant_without_scatter() -> None:
    choice = choose_drift(DAYS, [7.0] * 5)
    assert (choice.drift.form, drift_at(choice.drift, 60.0).value, drift_at(choice.drift, 60.0).u) == ("constant", 7, 0)


@given(
    st.sampled_from(list(DriftForm)), st.randoms(use_true_random=False), st.integers(-(2**20), 2**20),
    st.integers(-(2**20), 2**20), st.integers(-9, 9),
)  # fmt: skip
def test_order_origin_and_unit_do_not_matter(form: DriftForm, random, epoch: int, shift: int, power: int) -> None:
    points = [(float(t), float(v)) for t, v in zip((0, 0, 8, 8, 24, 32, 32), (1, 2, 5, 3, 8, 13, 11), strict=True)]
    knots = {DriftForm.STEP: (8.0, 24.0), DriftForm.PIECEWISE: (0.0, 8.0, 32.0)}.get(form, ())
    plain = fit_drift(*zip(*points, strict=True), form, knots=knots)
    random.shuffle(points)
    size = 2.0**power
    times, values = zip(*((t + epoch, (v + shift) * size) for t, v in points), strict=True)
    moved = fit_drift(times, values, form, knots=[knot + epoch for knot in knots])
    for time in (3.0, 16.0, 32.0):
        a, b = drift_at(plain, time), drift_at(moved, time + epoch)
        assert b.value == pytest.approx((a.value + shift) * size, rel=1e-9, abs=1e-9 * size)
        assert b.u == pytest.approx(a.u * size, rel=1e-9)


@pytest.mark.parametrize(
    ("times", "values", "form", "knots"),
    [
        ([1.0] * 4, [1.0, 2, 3, 4], DriftForm.LINE, ()),
        (DAYS, PILOT, DriftForm.QUADRATIC, ()),
        (DAYS, PILOT, DriftForm.STEP, ()),
        (DAYS, PILOT, DriftForm.STEP, (0.0, 90.0)),
        (DAYS, PILOT, DriftForm.STEP, (90.0, 60.0)),
        (DAYS, PILOT, DriftForm.STEP, (150.0, 160.0)),
        (DAYS, PILOT, DriftForm.PIECEWISE, ()),
        (DAYS, PILOT, DriftForm.PIECEWISE, (0.0, 60.0)),
        (DAYS, PILOT, DriftForm.PIECEWISE, (0.0, 60.0, 60.0, 120.0)),
        (DAYS, [*PILOT[:4], math.nan], DriftForm.LINE, ()),
        (DAYS, PILOT[:4], DriftForm.LINE, ()),
        ([], [], DriftForm.CONSTANT, ()),
        ([1.0], [1.0], DriftForm.CONSTANT, ()),
    ],
)
def test_unfit_values_are_refused(times, values, form, knots) -> None:
    with pytest.raises(DataUnfit):
        fit_drift(times, values, form, knots=knots)


def test_no_value_at_no_time() -> None:
    with pytest.raises(DataUnfit):
        drift_at(fit_drift(DAYS, PILOT, DriftForm.LINE), math.nan)
