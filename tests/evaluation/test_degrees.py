"""Results against the reference value: methods, membership, what the transfer standard leaves open."""

from datetime import date

import pytest
from conftest import case, case_rows

from labclient.errors import DataUnfit, GateClosed, WrongUse
from labclient.evaluation import agreement_of, check_released, missing_laboratories, monitor, reference_told
from labclient.metrology import Agreement
from labclient.words import say

from .visits import lab, one_point, visit

PLAN = one_point()
SEEN = monitor([visit(PLAN, day, 10.0 + noise) for day, noise in ((0, 2e-8), (30, -2e-8), (60, 1e-8), (90, -1e-8))])
FAIR = [lab("LAB01", 20, 10.0000005, 2e-6), lab("LAB02", 40, 9.9999998, 2e-6), lab("LAB03", 70, 10.0000002, 2e-6)]


def found(results=FAIR, method=None, plan=PLAN, seen=SEEN):
    (one,) = agreement_of(plan, seen, results, method)
    return one


def test_the_ring_gives_the_reference_cases_scores() -> None:
    expected = case("ring_linear_drift")["expected"]
    visits = [visit(PLAN, float(row["day"]), float(row["value_uV"]), u=0.11105554165971795, common=0.25)
              for row in case_rows("ring_linear_drift_pilot")]  # fmt: skip
    results = [lab(row["lab"], float(row["day"]), float(row["value_uV"]), float(row["U_uV"]), float(row["k"]))
               for row in case_rows("ring_linear_drift_labs")]  # fmt: skip
    assert isinstance(expected, dict)
    one = found(results, seen=monitor(visits))
    for row, said in zip(one.rows, expected["labs"], strict=True):
        assert row.reference == pytest.approx(said["ref"], rel=1e-9)
        assert row.en.difference == pytest.approx(said["d"], abs=1e-9)
        assert row.zeta is not None
        assert row.zeta.score == pytest.approx(said["zeta"], rel=1e-6)


def test_the_pilots_value_is_the_reference_unless_the_plan_says_otherwise() -> None:
    one = found()
    assert one.reference.method == "pilot"
    assert {row.verdict for row in one.rows} == {Agreement.SATISFACTORY}
    assert all(row.zeta is not None and not row.member for row in one.rows)
    assert {row.u_reference for row in one.rows} == {2e-7}


def test_members_of_the_weighted_mean_have_the_minus_sign_and_no_zeta() -> None:
    one = found(method="weighted-mean")
    assert one.reference.members == ("LAB01", "LAB02", "LAB03")
    assert all("U² − U_ref²" in row.en.formula and row.zeta is None for row in one.rows)
    assert one.reference.holds


@pytest.mark.parametrize("method", ["median", "dersimonian-laird", "mandel-paule"])
def test_other_means_have_the_plus_sign(method: str) -> None:
    one = found(method=method)
    assert one.reference.members == ()
    assert all("U² + U_ref²" in row.en.formula for row in one.rows)


def test_an_inconsistent_mean_serves_nobody() -> None:
    results = [lab("LAB01", 20, 10.0, 2e-7), lab("LAB02", 40, 10.00001, 2e-7)]
    one = found(results, "weighted-mean")
    assert (one.reference.holds, one.rows) == (False, ())
    assert "must not serve" in say(reference_told(one)[-1])


def test_who_is_not_in_the_consistent_subset_is_scored_with_the_plus_sign() -> None:
    results = [*FAIR, lab("LAB04", 50, 10.0001, 2e-6)]
    one = found(results, "largest-consistent-subset")
    assert one.reference.members == ("LAB01", "LAB02", "LAB03")
    last = one.rows[-1]
    assert (last.member, last.verdict) == (False, Agreement.UNSATISFACTORY)
    assert last.zeta is not None


def test_drift_between_two_laboratories_is_no_difference_between_them() -> None:
    drifting = monitor([visit(PLAN, day, 10.0 + 1e-7 * day) for day in (0, 30, 60, 90)])
    results = [lab("LAB01", 20, 10.000002, 1e-6), lab("LAB02", 80, 10.000008, 1e-6)]
    for method in ("pilot", "weighted-mean"):
        one = found(results, method, seen=drifting)
        assert [row.en.difference for row in one.rows] == pytest.approx([0.0, 0.0], abs=1e-12)


def test_a_result_that_the_standard_cannot_tell_is_inconclusive() -> None:
    one = found([lab("LAB01", 20, 10.0, 2e-9)])
    assert one.rows[0].verdict is Agreement.INCONCLUSIVE
    assert one.rows[0].ratio is not None
    assert one.rows[0].ratio > 1


def test_any_k_is_brought_to_two() -> None:
    narrow, wide = found([lab("LAB01", 20, 10.000001, 2e-6, 2.0)]), found([lab("LAB01", 20, 10.000001, 3e-6, 3.0)])
    assert narrow.rows[0].en.score == pytest.approx(wide.rows[0].en.score)


def test_z_scores_stand_where_the_plan_has_a_sigma() -> None:
    plan = one_point(sigma_pt={"value": "1", "unit": "µV"})
    one = found(plan=plan, seen=monitor([visit(plan, day, 10.0) for day in (0, 30, 60)]))
    assert one.rows[0].z is not None
    assert one.rows[0].z.score == pytest.approx(0.5)
    assert one.rows[0].z_prime is not None
    assert abs(one.rows[0].z_prime.score) < 0.5


@pytest.mark.parametrize(("score", "verdict"), [("En", "satisfactory"), ("z", "unsatisfactory")])
def test_the_score_that_the_plan_names_decides(score: str, verdict: str) -> None:
    plan = one_point(sigma_pt={"value": "0.1", "unit": "µV"}, score=score)
    one = found(plan=plan, seen=monitor([visit(plan, day, 10.0) for day in (0, 30, 60)]))
    assert (one.rows[0].by, one.rows[0].verdict.value) == (score, verdict)
    assert (say(reference_told(one)[-1]) == "The score z decides.") == (score == "z")


def test_zeta_is_as_inconclusive_as_en_and_stands_for_no_member() -> None:
    plan = one_point(score="zeta")
    seen = monitor([visit(plan, day, 10.0 + noise) for day, noise in ((0, 2e-8), (30, -2e-8), (60, 1e-8))])
    unclear = found([lab("LAB01", 20, 10.0, 2e-9)], plan=plan, seen=seen)
    assert (unclear.rows[0].by, unclear.rows[0].verdict) == ("zeta", Agreement.INCONCLUSIVE)
    members = found(FAIR, "weighted-mean", plan=plan, seen=seen)
    assert {row.by for row in members.rows} == {"En"}


def test_a_mean_of_one_laboratory_is_none() -> None:
    with pytest.raises(DataUnfit, match="two results"):
        found(FAIR[:1], "median")


def test_two_results_of_one_laboratory_are_refused() -> None:
    with pytest.raises(WrongUse, match="two results"):
        found([FAIR[0], FAIR[0]])


def test_nothing_is_compared_before_the_last_report_is_due() -> None:
    last = max(one.report_due for one in PLAN.participants)
    with pytest.raises(GateClosed, match=str(last)):
        check_released(PLAN, last, None)
    check_released(PLAN, last, "all reports are in")
    check_released(PLAN, date(last.year, last.month, last.day + 1), None)


def test_who_has_not_reported_is_named() -> None:
    assert missing_laboratories(PLAN, FAIR[:1]) == ("LAB02", "LAB03")
