import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Agreement, Membership, en_score, weighted_mean, z_prime_score, z_score, zeta_score

size = st.floats(0.01, 100)


def test_en_examples_of_iso_13528(case) -> None:
    reference = case("score_iso13528_e4_en")
    for row in reference.rows():
        found = en_score(float(row["x"]), float(row["U"]), float(row["x_pt"]), float(row["U_pt"]))
        expected = reference.expected[row["lab"]]
        assert found.score == pytest.approx(expected["En"], rel=1e-12)
        assert (found.agreement is Agreement.SATISFACTORY) is (expected["verdict"] == "satisfactory")


def test_all_scores_with_and_without_the_transfer_standard(case) -> None:
    reference = case("scores_set")
    about = reference.about["reference"]
    x_ref, u_ref, u_ts, sigma = about["x_ref"], about["u_ref_value"], about["u_TS"], about["sigma_pt"]
    for row, expected in zip(reference.rows(), reference.expected, strict=True):
        x, U, u = float(row["x"]), float(row["U"]), float(row["U"]) / float(row["k"])
        with_ts, zeta = en_score(x, U, x_ref, 2 * u_ref, 2 * u_ts), zeta_score(x, u, x_ref, u_ref, u_ts)
        assert with_ts.score == pytest.approx(expected["En_with_TS"], rel=1e-12)
        assert en_score(x, U, x_ref, 2 * u_ref).score == pytest.approx(expected["En_without_TS"], rel=1e-12)
        assert zeta.score == pytest.approx(expected["zeta"], rel=1e-12)
        assert zeta.ratio == pytest.approx(expected["u_TS_over_u_lab"], rel=1e-12)
        assert z_score(x, x_ref, sigma).score == pytest.approx(expected["z"], rel=1e-12)
        assert z_prime_score(x, x_ref, sigma, math.hypot(u_ref, u_ts)).score == pytest.approx(
            expected["z_prime"], rel=1e-12
        )


def test_a_small_en_proves_nothing_where_the_standard_was_worse_than_the_laboratory() -> None:
    assert en_score(100.02, 0.02, 100.0, 0.04, 0.06).agreement is Agreement.INCONCLUSIVE
    assert en_score(100.02, 0.02, 100.0, 0.04, 0.06, most_ratio=4.0).agreement is Agreement.SATISFACTORY
    assert en_score(100.2, 0.02, 100.0, 0.04, 0.06).agreement is Agreement.UNSATISFACTORY
    assert en_score(100.02, 0.06, 100.0, 0.04, 0.06).agreement is Agreement.SATISFACTORY


def test_minus_only_for_a_member_of_the_weighted_mean() -> None:
    outside = en_score(10.0, 0.5, 10.3, 0.3, 0.1)
    member = en_score(10.0, 0.5, 10.3, 0.3, 0.1, Membership.WEIGHTED_MEAN)
    assert outside.denominator == pytest.approx(math.sqrt(0.25 + 0.09 + 0.01))
    assert member.denominator == pytest.approx(math.sqrt(0.25 - 0.09 + 0.01))
    assert ("−" in member.formula, "−" in outside.formula) == (True, False)


def test_member_form_is_that_of_the_weighted_mean_itself() -> None:
    values, u = [10.0, 10.4, 9.8], [0.1, 0.2, 0.3]
    mean = weighted_mean(values, u)
    for x, own, degree in zip(values, u, mean.degrees, strict=True):
        found = en_score(x, 2 * own, mean.value, 2 * mean.u, membership=Membership.WEIGHTED_MEAN)
        assert found.denominator == pytest.approx(2 * degree.u)


def test_a_member_cannot_be_better_than_its_mean() -> None:
    with pytest.raises(DataUnfit, match="member"):
        en_score(10.0, 0.3, 10.0, 0.3, membership=Membership.WEIGHTED_MEAN)


@pytest.mark.parametrize(
    ("z", "agreement"),
    [
        (2.0, Agreement.SATISFACTORY),
        (-2.0, Agreement.SATISFACTORY),
        (2.1, Agreement.QUESTIONABLE),
        (-2.9, Agreement.QUESTIONABLE),
        (3.0, Agreement.UNSATISFACTORY),
        (-3.0, Agreement.UNSATISFACTORY),
    ],
)
def test_limits_of_the_z_scores(z: float, agreement: Agreement) -> None:
    assert z_score(z, 0.0, 1.0).agreement is agreement
    assert z_prime_score(5 * z, 0.0, 4.0, 3.0).agreement is agreement
    assert zeta_score(5 * z, 4.0, 0.0, 3.0).agreement is agreement


@given(st.integers(-500, 500), st.integers(-500, 500), size, size, size, st.integers(-100, 100), st.integers(-60, 60))
def test_a_score_knows_no_unit_and_turns_with_its_sign(x, x_ref, U, U_ref, U_ts, shift, power) -> None:
    scale = 2.0**power
    plain = en_score(x, U, x_ref, U_ref, U_ts)
    moved = en_score((x + shift) * scale, U * scale, (x_ref + shift) * scale, U_ref * scale, U_ts * scale)
    turned = en_score(-x, U, -x_ref, U_ref, U_ts)
    assert moved.score == pytest.approx(plain.score, rel=1e-12)
    assert (moved.agreement, turned.score, turned.agreement) == (plain.agreement, -plain.score, plain.agreement)
    assert math.copysign(1, plain.score) == math.copysign(1, x - x_ref)


@given(st.floats(-100, 100), size, size, size)
def test_a_worse_standard_never_turns_a_pass_into_a_failure(d: float, U: float, U_ref: float, U_ts: float) -> None:
    if en_score(d, U, 0.0, U_ref).agreement is Agreement.SATISFACTORY:
        assert en_score(d, U, 0.0, U_ref, U_ts).agreement is not Agreement.UNSATISFACTORY


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(bad: float) -> None:
    for place in range(5):
        numbers = [1.0, 1.0, 1.0, 1.0, 1.0]
        numbers[place] = bad
        with pytest.raises(DataUnfit):
            en_score(*numbers)
        with pytest.raises(DataUnfit):
            zeta_score(*numbers)
    with pytest.raises(DataUnfit):
        z_score(1.0, 1.0, bad)
    with pytest.raises(DataUnfit):
        z_prime_score(1.0, 1.0, 1.0, bad)


@pytest.mark.parametrize("numbers", [(1.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, -1.0), (1e300, 1e-300, 0.0, 0.0)])
def test_impossible_uncertainties_are_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(DataUnfit):
        en_score(*numbers)
    with pytest.raises(DataUnfit):
        zeta_score(*numbers)


def test_extreme_sizes_stay_in_range() -> None:
    assert en_score(1e300, 1e299, 0.9e300, 0.0).score == pytest.approx(1.0)
    assert en_score(2e-300, 1e-300, 1e-300, 0.0).score == pytest.approx(1.0)
    assert en_score(5.0, 2e-200, 5.0, 1e-200, membership=Membership.WEIGHTED_MEAN).score == 0
