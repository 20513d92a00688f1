import math
from collections import defaultdict
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from labclient.errors import DataUnfit
from labclient.metrology import between_units, homogeneity

batches = st.integers(2, 4).flatmap(
    lambda m: st.lists(st.lists(st.integers(-1000, 1000), min_size=m, max_size=m), min_size=2, max_size=8)
)


def grouped(rows: list[dict[str, str]], by: str, value: str) -> list[list[Decimal]]:
    units = defaultdict(list)
    for row in rows:
        units[row[by]].append(Decimal(row[value]))
    return list(units.values())


def test_certified_analysis_of_variance(case, lre) -> None:
    reference = case("strd_sirstv")
    rows = reference.rows()
    factor, value = list(rows[0])
    found = between_units(grouped(rows, factor, value))
    assert lre(found.f, "1.18046237440255") >= 12
    assert lre(math.sqrt(found.ms_within), "0.104076068334656") >= 12


def test_scatter_in_the_thirteenth_digit_is_kept(lre) -> None:
    """Built like the stiffest of NIST's sets: nine treatments of 2001 values about 10¹²."""
    alternating = [Decimal(1), Decimal("-1")] * 1000
    levels = ["0.4", "0.3", "0.5", "0.3", "0.6", "0.2", "0.5", "0.4", "0.6"]
    centre = [Decimal("1e12") + Decimal(level) for level in levels]
    found = between_units([[c, *(c + part / 10 for part in alternating)] for c in centre])
    exact = np.array([float(level) for level in levels])
    assert lre(found.ms_between, 2001 * exact.var(ddof=1)) >= 12
    assert lre(found.ms_within, 2000 * 0.01 / 2000) >= 12


def test_bottles_of_a_reference_material(case) -> None:
    reference = case("homogeneity_crm_x")
    found, expected = between_units(grouped(reference.rows(), "bottle", "value")), reference.expected
    assert (found.units, found.n0) == (expected["bottles"], expected["n_per_bottle"])
    for ours, name in (
        (found.mean, "mean"),
        (found.ms_between, "MS_between"),
        (found.ms_within, "MS_within"),
        (found.f, "F"),
        (found.p, "p"),
        (found.s_between / found.mean, "s_bb_relative"),
        (found.u_hidden / found.mean, "s_bb_min_relative (u*_bb)"),
        (found.u_bb / found.mean, "u_hom_relative"),
    ):
        assert ours == pytest.approx(expected[name], rel=1e-12)


def test_duplicates_of_soya_flour(case) -> None:
    reference = case("homogeneity_iupac_soya")
    expected = reference.expected
    found = homogeneity([[float(row["a"]), float(row["b"])] for row in reference.rows()], 0.3 * expected["sigma_p"])
    form = expected["ISO13528_form"]
    assert (found.f1, found.f2) == pytest.approx((expected["F1_m12"], expected["F2_m12"]), rel=1e-12)
    assert (found.s_x, found.s_w, found.s_s) == pytest.approx((form["s_x"], form["s_w"], form["s_s"]), rel=1e-12)
    assert (found.limit, found.sufficient) == (pytest.approx(form["limit_0.3_sigma_pt"]), form["pass"])
    assert found.expanded_limit**2 == pytest.approx(expected["critical_value_1.79_0.86"], rel=2e-3)
    assert found.not_refuted is expected["sufficient"]


@given(st.lists(st.lists(st.integers(-1000, 1000), min_size=2, max_size=6), min_size=2, max_size=8))
def test_f_agrees_with_an_independent_implementation(units: list[list[int]]) -> None:
    found = between_units(units)
    if found.ms_within == 0 or found.ms_between < 1e-9:
        return
    peer = stats.f_oneway(*units)
    assert found.f == pytest.approx(peer.statistic, rel=1e-9)
    assert found.p == pytest.approx(peer.pvalue, rel=1e-6, abs=1e-12)


@given(batches, st.integers(-1000, 1000), st.integers(-60, 60), st.randoms())
def test_shift_scale_and_order_carry_through(units: list[list[int]], shift: int, power: int, random) -> None:
    plain = homogeneity(units, 10.0)
    moved = [[(v + shift) * 2.0**power for v in random.sample(unit, len(unit))] for unit in units]
    random.shuffle(moved)
    other = homogeneity(moved, 10.0 * 2.0**power)
    for name in ("s_x", "s_w", "s_s", "expanded_limit"):
        assert getattr(other, name) * 2.0**-power == pytest.approx(getattr(plain, name), rel=1e-6, abs=1e-4)
    assert other.between.mean * 2.0**-power == pytest.approx(plain.between.mean + shift, abs=1e-8)


def test_units_with_different_numbers_have_an_effective_one() -> None:
    found = between_units([[1.0, 2.0, 3.0], [2.0], [4.0, 5.0]])
    assert found.n0 == pytest.approx((6 - 14 / 6) / 2)
    assert (found.dof_between, found.dof_within) == (2, 3)


def test_few_noisy_replicates_hide_what_they_cannot_see() -> None:
    found = between_units([[1.0, 3.0], [1.0, 3.0]])
    assert (found.s_between, found.f, found.p) == (0, 0, 1)
    assert found.u_bb == found.u_hidden == pytest.approx(1.0)


def test_different_units_fail_and_noisy_ones_are_not_refuted() -> None:
    apart = homogeneity([[1.0, 1.01], [2.0, 2.01], [3.0, 3.01]], 0.1)
    assert (apart.sufficient, apart.not_refuted) == (False, False)
    noisy = homogeneity([[1.0, 2.0], [2.0, 2.8], [1.2, 1.6], [2.3, 1.9]], 0.1)
    assert (noisy.sufficient, noisy.not_refuted) == (False, True)


def test_values_without_any_scatter_are_a_stated_result() -> None:
    alike = between_units([[5.0, 5.0], [5.0, 5.0]])
    assert (alike.f, alike.p, alike.u_bb, alike.mean) == (None, 1.0, 0.0, 5.0)
    apart = between_units([[5.0, 5.0], [6.0, 6.0]])
    assert (apart.f, apart.p) == (None, 0.0)
    assert apart.u_bb == pytest.approx(math.sqrt(0.5))


@pytest.mark.parametrize(
    "units",
    [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], []], [[1.0, math.nan], [1.0, 2.0]], [[1e300, 1.0], [1.0, 2.0]]],
)
def test_unfit_units_are_refused(units: list) -> None:
    with pytest.raises(DataUnfit):
        between_units(units)


@pytest.mark.parametrize(
    ("units", "limit"),
    [([[1.0, 2.0], [1.0]], 1.0), ([[1.0, 2.0], [1.0, 2.0]], 0.0), ([[1.0, 2.0], [1.0, 2.0]], math.nan)],
)
def test_a_limit_and_equal_numbers_are_needed(units: list, limit: float) -> None:
    with pytest.raises(DataUnfit):
        homogeneity(units, limit)
