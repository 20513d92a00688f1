"""Transport: a common error cancels, a change is found, and a few quiet legs prove nothing."""

from math import sqrt

import numpy as np
import pytest

from labclient.errors import DataUnfit
from labclient.metrology import (
    ClockCheck,
    Leg,
    Limits,
    Session,
    Verdict,
    by_pc_clock,
    excursions,
    transport,
    u_transport,
)


def leg(d: float, s: float = 0.0, n: int = 1, name: str = "L", **more: object) -> Leg:
    return Leg(id=name, before=Session(mean=10.0, s=s, n=n), after=Session(mean=10.0 + d, s=s, n=n), **more)


def session(row: dict[str, str], when: str) -> Session:
    return Session(mean=float(row[f"mean_{when}"]), s=float(row[f"s_{when}"]), n=int(row[f"n_{when}"]))


def test_the_reference_case(case) -> None:
    reference = case("transport_before_after")
    rows = reference.rows()
    legs = [Leg(id=row["leg"], before=session(row, "before"), after=session(row, "after")) for row in rows]
    limit = reference.about["target_U_of_comparison"] / 3
    found = transport(legs, limit, u_day=float(rows[0]["u_intermediate_std"]))
    for ours, expected in zip(found.legs, reference.expected, strict=True):
        assert ours.judgement.difference == pytest.approx(expected["delta"], abs=1e-14)
        assert ours.judgement.u == pytest.approx(expected["u_delta"], rel=1e-9)
        assert ours.e == pytest.approx(expected["E"], rel=1e-9)
        assert ours.u_rectangular == pytest.approx(expected["u_transport_rect"], rel=1e-9)
    assert [one.judgement.verdict for one in found.legs] == [Verdict.PASS, Verdict.PASS, Verdict.FAIL]
    assert [one.judgement.difference / (3 * limit) for one in found.legs] == pytest.approx(
        [one["ratio_to_target_U"] for one in reference.expected]
    )
    assert found.verdict is Verdict.FAIL


def test_an_error_common_to_both_artefacts_cancels_with_the_check_standard() -> None:
    before, after = Session(mean=10.0, s=0.0, n=1), Session(mean=10.5, s=0.0, n=1)
    checks = {"check_before": Session(mean=1.0, s=0.0, n=1), "check_after": Session(mean=1.5, s=0.3, n=9)}
    found = transport([Leg(id="1", before=before, after=after, **checks)], 1.0, u_day=0.2, planned=1)
    assert found.legs[0].judgement.difference == 0.0
    assert found.legs[0].judgement.u == pytest.approx(sqrt(0.1**2 + 2 * 0.2**2))


def test_a_predicted_drift_is_no_transport() -> None:
    found = transport([leg(0.5, drift=0.5, u_drift=0.1)], 1.0, u_day=0.0, planned=1)
    assert (found.judgement.difference, found.judgement.u) == (0.0, pytest.approx(0.1))


def test_only_the_planned_number_of_legs_opens_the_gate() -> None:
    few = transport([leg(0.01)] * 2, 1.0, u_day=0.1, planned=3)
    assert (few.verdict, few.missing, few.judgement.verdict) == (Verdict.UNDECIDED, 1, Verdict.PASS)
    assert transport([leg(0.01)] * 3, 1.0, u_day=0.1, planned=3).verdict is Verdict.PASS


def test_one_failed_leg_fails_all_even_before_the_plan_s_number() -> None:
    found = transport([leg(0.0), leg(5.0)], 1.0, u_day=0.1, planned=3)
    assert found.verdict is Verdict.FAIL


def test_legs_that_scatter_do_not_pass_by_their_mean() -> None:
    """+0.8 and −0.8 average to nothing: still each journey changes the standard by that much."""
    found = transport([leg(0.8), leg(-0.8), leg(0.8), leg(-0.8)], 1.0, u_day=0.01, planned=4)
    assert found.judgement.difference == pytest.approx(0.0, abs=1e-12)
    assert found.between == pytest.approx(0.8 * sqrt(4 / 3), rel=1e-3)
    assert found.verdict is Verdict.UNDECIDED


def test_u_covers_the_change_of_the_next_leg() -> None:
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        changes = 0.3 + 0.2 * random.standard_normal(6)
        seen = [leg(float(c + 0.1 * sqrt(2) * random.standard_normal())) for c in changes[:5]]
        found = transport(seen, 1.0, u_day=0.1, planned=5).judgement
        inside += abs(changes[5] - found.difference) <= 2 * found.u
    assert 0.8 < inside / 400 < 0.99  # five legs know their own scatter poorly


def test_what_the_drift_line_holds_is_not_counted_again() -> None:
    assert u_transport(1.0) == pytest.approx(1 / (2 * sqrt(3)))
    assert u_transport(-1.0, corrected=False) == pytest.approx(1 / sqrt(3))
    assert u_transport(1.0, s_line=0.5, u_session=0.5) == u_transport(1.0)
    assert u_transport(1.0, s_line=0.25, u_session=0.15) == pytest.approx(sqrt(1 / 12 - 0.2**2))
    assert u_transport(1.0, s_line=9.0, u_session=0.1) == 0.0


def test_without_any_uncertainty_e_is_not_a_number_and_so_none() -> None:
    found = transport([leg(0.1)], 1.0, u_day=0.0, planned=1)
    assert (found.legs[0].e, found.verdict) == (None, Verdict.PASS)


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [leg(0.0, n=0)],
        [leg(float("nan"))],
        [leg(1e300)],
        [leg(0.0, s=-1.0)],
        [leg(0.0, check_before=Session(mean=1.0, s=0.1, n=2))],
    ],
)
def test_unfit_legs_are_refused(legs: list[Leg]) -> None:
    with pytest.raises(DataUnfit):
        transport(legs, 1.0, u_day=0.1)


def test_a_fast_logger_clock_is_set_back() -> None:
    once = by_pc_clock([0.0, 3600.0], [ClockCheck(at_s=7200.0, ahead_s=90.0)])
    assert once.tolist() == [-90.0, 3510.0]
    twice = by_pc_clock(
        [0.0, 1000.0, 2000.0], [ClockCheck(at_s=0.0, ahead_s=0.0), ClockCheck(at_s=2000.0, ahead_s=2.0)]
    )
    assert twice.tolist() == [0.0, 999.0, 1998.0]


def test_an_excursion_moves_with_the_clock_and_keeps_its_length() -> None:
    times, values = [0.0, 60.0, 120.0, 180.0], [20.0, 24.0, 24.0, 20.0]
    limits = Limits(quantity="temperature", unit="°C", high=22.0)
    plain = excursions(times, values, limits).excursions[0]
    moved = excursions(by_pc_clock(times, [ClockCheck(at_s=0.0, ahead_s=300.0)]), values, limits).excursions[0]
    assert (moved.start_s, moved.duration_s) == (plain.start_s - 300.0, plain.duration_s)


@pytest.mark.parametrize("count", [0, 3])
def test_a_clock_is_checked_once_or_twice(count: int) -> None:
    with pytest.raises(DataUnfit):
        by_pc_clock([0.0], [ClockCheck(at_s=float(i), ahead_s=0.0) for i in range(count)])
    with pytest.raises(DataUnfit):
        by_pc_clock([0.0], [ClockCheck(at_s=1.0, ahead_s=0.0)] * 2)
