"""The pilot's monitoring: form, prediction, transport, and whether the comparison can be judged."""

from datetime import date
from math import hypot, sqrt

import msgspec
import pytest
from conftest import case, case_rows

from labclient.errors import DataUnfit, WrongUse
from labclient.evaluation import Asked, Monitored, at_told, monitor, monitored_told, pooled
from labclient.metrology import DriftForm, Verdict, Why
from labclient.plan import Plan, Quantity
from labclient.words import say

from .visits import BEGIN, DAY, one_point, visit

LIMITED = one_point(limit={"value": "5", "unit": "µV"}, u_laboratory={"value": "1", "unit": "µV"})
MOVED = one_point(transport={"limit": {"value": "2", "unit": "µV"}, "u_day": {"value": "0.1", "unit": "µV"}, "legs": 2})


def line_of(plan: Plan, slope: float, *, days: tuple[float, ...] = (0, 30, 60, 90), **other) -> list:
    bumps = (3e-8, -2e-8, -3e-8, 2e-8)
    return [visit(plan, day, 10 + slope * day + bump, **other) for day, bump in zip(days, bumps, strict=False)]


def only(found: tuple[Monitored, ...]) -> Monitored:
    (one,) = found
    return one


def told(seen: Monitored) -> str:
    return " ".join(map(say, monitored_told(seen)))


def test_the_ring_is_followed_as_the_reference_case_says() -> None:
    expected = case("ring_linear_drift")["expected"]
    plan = one_point()
    visits = [visit(plan, float(row["day"]), float(row["value_uV"]), u=0.11, common=0.25)
              for row in case_rows("ring_linear_drift_pilot")]  # fmt: skip
    seen = only(monitor(visits))
    assert seen.drift is not None
    assert (seen.drift.form, seen.why) == (DriftForm.LINE, Why.SLOPE)
    assert isinstance(expected, dict)
    assert seen.slope == pytest.approx(expected["b_per_day"], rel=1e-9)
    assert seen.u_common == 0.25
    for lab in expected["labs"]:
        there = seen.seen_at(BEGIN + lab["day"] * DAY)
        assert there.value == pytest.approx(lab["ref"], rel=1e-9)


def test_a_constant_is_chosen_without_slope_and_the_line_is_judged_all_the_same() -> None:
    seen = only(monitor(line_of(LIMITED, 0.0)))
    assert seen.drift is not None
    assert (seen.drift.form, seen.why) == (DriftForm.CONSTANT, Why.NO_SLOPE)
    assert seen.stability is not None
    assert seen.stability.u > 0
    assert seen.stability.verdict is Verdict.PASS
    assert seen.stability.limit == pytest.approx(5e-6)


@pytest.mark.parametrize(
    ("slope", "u", "verdict"),
    [(1e-8, 1e-7, Verdict.PASS), (1e-6, 1e-7, Verdict.FAIL), (1e-9, 5e-6, Verdict.UNDECIDED)],
)
def test_stability_is_an_interval_against_the_plans_limit(slope: float, u: float, verdict: Verdict) -> None:
    found = monitor(line_of(LIMITED, slope, u=u))
    assert only(found).stability is not None
    assert pooled(found) is verdict


def test_without_a_limit_nothing_passes() -> None:
    found = monitor(line_of(one_point(), 0.0))
    assert pooled(found) is Verdict.UNDECIDED
    assert "Stability is not judged" in told(only(found))


def test_one_visit_says_nothing_of_drift_and_its_value_is_preliminary() -> None:
    seen = only(monitor([visit(LIMITED, 0, 10.0)]))
    assert seen.drift is seen.line is seen.stability is None
    assert all(one.extrapolated for one in seen.at)
    assert told(seen) == "One visit says nothing of the drift: at least two are needed."


def test_two_visits_give_a_line_by_their_uncertainties() -> None:
    seen = only(monitor([visit(LIMITED, 0, 10.0), visit(LIMITED, 100, 10.000005)]))
    assert seen.drift is not None
    assert seen.drift.form is DriftForm.LINE
    assert seen.u_slope == pytest.approx(sqrt(2) * 1e-7 / 100)


def test_visits_that_jump_are_joined_loop_by_loop() -> None:
    values = (10.0, 10.000004, 10.0000005, 10.0000045, 10.0)
    seen = only(monitor([visit(LIMITED, 30 * place, value) for place, value in enumerate(values)]))
    assert seen.drift is not None
    assert (seen.drift.form, seen.why) == (DriftForm.PIECEWISE, Why.MISFIT)
    assert seen.seen_at(BEGIN + 45 * DAY).value == pytest.approx((values[1] + values[2]) / 2)


def test_every_laboratory_is_told_what_the_standard_adds_at_its_time() -> None:
    seen = only(monitor(line_of(LIMITED, 1e-8, days=(0, 30, 50, 80))))
    assert [one.laboratory for one in seen.at] == ["LAB01", "LAB02", "LAB03"]
    for one in seen.at:
        assert one.planned
        assert one.u_ts == pytest.approx(hypot(one.u_drift, seen.u_transport))
        assert one.ratio == pytest.approx(one.u_ts / 1e-6)
        assert say(at_told(one)) == "can be judged"
    assert [one.extrapolated for one in seen.at] == [False, False, True]


def test_a_standard_less_certain_than_the_laboratories_judges_nobody() -> None:
    found = monitor(
        line_of(LIMITED, 1e-8), Asked(u_laboratory=Quantity(value=LIMITED.points[0].nominal.value, unit="nV"))
    )
    assert {say(at_told(one)) for one in only(found).at} == {"cannot be judged"}


def test_what_laboratories_claim_need_not_be_known() -> None:
    (first, *_) = only(monitor(line_of(one_point(), 1e-8))).at
    assert (first.ratio, say(at_told(first))) == (None, "u_lab is not known")


@pytest.mark.parametrize(
    ("after", "check", "verdict"),
    [(10.0000001, 9.0, Verdict.PASS), (10.00001, 9.0, Verdict.FAIL), (10.00001, 9.00001, Verdict.PASS)],
)
def test_a_leg_is_the_change_beside_the_check_standard(after: float, check: float, verdict: Verdict) -> None:
    visits = [
        visit(MOVED, 0, 10.0, check=9.0),
        visit(MOVED, 1, after, check=check),
        visit(MOVED, 2, after, check=check),
    ]
    seen = only(monitor(visits, Asked(form=DriftForm.PIECEWISE)))
    assert seen.transport is not None
    assert seen.transport.verdict is verdict
    assert [leg.id for leg in seen.transport.legs] == ["1–2", "2–3"]
    assert seen.transport.legs[0].e is not None
    assert "E_tr = " in told(seen)


def test_a_leg_that_the_plan_asks_for_is_missed() -> None:
    seen = only(monitor([visit(MOVED, 0, 10.0, check=9.0), visit(MOVED, 1, 10.0, check=9.0)]))
    assert seen.transport is not None
    assert (seen.transport.missing, seen.transport.verdict) == (1, Verdict.UNDECIDED)


def test_without_a_check_standard_transport_is_not_judged() -> None:
    seen = only(monitor([visit(MOVED, 0, 10.0), visit(MOVED, 1, 10.0)]))
    assert seen.transport is None
    assert "Transport is not judged" in told(seen)


def test_drift_is_not_charged_to_the_journeys() -> None:
    visits = [visit(MOVED, 30 * i, 10 + 3e-6 * i, check=9.0) for i in range(4)]
    seen = only(monitor(visits))
    assert seen.transport is not None
    assert [leg.judgement.difference for leg in seen.transport.legs] == pytest.approx([0.0] * 3, abs=1e-12)


def test_a_step_lies_between_two_dates() -> None:
    values = (10.0, 10.0, 10.00001, 10.00001)
    visits = [visit(LIMITED, 10 * i, value) for i, value in enumerate(values)]
    found = monitor(visits, Asked(form=DriftForm.STEP, step=(date(2026, 1, 16), date(2026, 1, 24))))
    assert only(found).seen_at(BEGIN + 5 * DAY).value == pytest.approx(10.0)
    with pytest.raises(WrongUse, match="two dates"):
        monitor(visits, Asked(form=DriftForm.STEP))


def test_a_form_that_the_plan_names_is_taken() -> None:
    seen = only(monitor(line_of(one_point(form="constant"), 1e-6)))
    assert seen.drift is not None
    assert (seen.drift.form, seen.why) == (DriftForm.CONSTANT, None)


def test_what_is_no_visit_of_this_pilot_is_refused() -> None:
    first = visit(LIMITED, 0, 10.0)
    with pytest.raises(WrongUse, match="pilot laboratory's own"):
        monitor([first, visit(LIMITED, 10, 10.0, laboratory="LAB01")])
    other = msgspec.structs.replace(LIMITED, id="OTHER", revision=1)
    with pytest.raises(WrongUse, match="belongs to the comparison OTHER"):
        monitor([first, visit(other, 10, 10.0)])


def test_a_visit_given_twice_is_refused() -> None:
    with pytest.raises(DataUnfit, match="same mean time"):
        monitor([visit(LIMITED, 0, 10.0), visit(LIMITED, 0, 10.0)])


def test_no_visit_is_none() -> None:
    with pytest.raises(WrongUse, match="no visit"):
        monitor([])
