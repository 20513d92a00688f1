import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import Side, Standing, cochran, dixon, gesd, grubbs, grubbs_pair
from labclient.metrology._critical import cochran_critical, dixon_critical, grubbs_critical, grubbs_pair_critical

READINGS = [10.0, 10.1, 9.9, 10.05, 9.95, 10.02, 9.98, 12.0]
TESTS = [grubbs, grubbs_pair, dixon]


@pytest.mark.parametrize("column", ["0.10", "0.05", "0.025", "0.01", "0.005"])
def test_grubbs_critical_values_are_those_of_the_tables(column: str, case) -> None:
    for row in case("table_grubbs_critical").rows():
        head = next(name for name in row if name.startswith(f"a{column}_"))
        assert grubbs_critical(int(row["n"]), float(column)) == pytest.approx(float(row[head]), abs=6e-5)


def test_cochran_critical_values_are_those_of_the_tables(case) -> None:
    for row in case("table_cochran_critical").rows():
        groups = int(row.pop("p"))
        for head, text in row.items():
            n, alpha = head[1:].split("_a")
            assert cochran_critical(groups, int(n), float(alpha)) == pytest.approx(float(text), abs=6e-5)


def test_dixon_critical_values_are_those_of_a_simulated_table(case) -> None:
    for row in case("table_dixon_critical").rows():
        if row["n"] in {"3", "4", "7", "8", "10", "11", "13", "14", "20", "30", "100"}:
            for alpha in ("0.005", "0.01", "0.05"):
                assert dixon_critical(int(row["n"]), float(alpha)) == pytest.approx(float(row[alpha]), abs=0.002)


def test_three_values_have_dixon_values_in_closed_form() -> None:
    for alpha in (0.05, 0.01):
        r = dixon_critical(3, alpha)
        assert 0.5 - 3 / math.pi * math.atan((2 * r - 1) / math.sqrt(3)) == pytest.approx(alpha, rel=0.005)


def test_pair_critical_values_are_those_printed_in_iso_5725_2() -> None:
    printed = {4: (0.0000, 0.0002), 5: (0.0018, 0.0090), 6: (0.0116, 0.0349), 7: (0.0308, 0.0708)}
    printed |= {8: (0.0563, 0.1101), 9: (0.0851, 0.1492), 10: (0.1150, 0.1864), 20: (0.3585, 0.4391)}
    for n, both in printed.items():
        found = grubbs_pair_critical(n, 0.005), grubbs_pair_critical(n, 0.025)
        assert found == pytest.approx(both, abs=1.5e-4)


@pytest.mark.parametrize("n", [5, 30])
def test_critical_values_hold_what_they_promise(n: int) -> None:
    trials = np.random.default_rng(n).standard_normal((2000, n))
    for test in TESTS:
        answers = [test(values, Side.HIGH) for values in trials]
        assert sum(a.standing is not Standing.INSIDE for a in answers) == pytest.approx(100, abs=35)
        assert sum(a.standing is Standing.OUTLIER for a in answers) == pytest.approx(20, abs=16)


def test_a_value_far_out_is_proposed_and_nothing_is_removed() -> None:
    for test in (grubbs, dixon):
        answer = test(READINGS)
        assert (answer.standing, answer.suspects, answer.side) == (Standing.OUTLIER, (7,), Side.HIGH)
        assert (answer.everything.n, answer.without.n) == (8, 7)
        assert answer.everything.mean == pytest.approx(np.mean(READINGS))
        assert answer.without.s == pytest.approx(np.std(READINGS[:7], ddof=1))


def test_grubbs_statistic_and_limits_by_hand() -> None:
    answer = grubbs([1.0, 2.0, 3.0, 4.0, 10.0])
    assert answer.statistic == pytest.approx(6 / math.sqrt(12.5))
    assert (round(answer.critical_5, 3), round(answer.critical_1, 3)) == (1.715, 1.764)  # ISO 5725-2, p = 5
    assert grubbs([1.0, 2.0, 3.0, 4.0, 10.0], Side.HIGH).critical_5 == pytest.approx(1.671, abs=1e-3)


def test_between_both_levels_a_suspect_is_a_straggler() -> None:
    answer = grubbs([9.9, 9.95, 10.0, 10.05, 10.1, 10.0, 9.97, 10.02, 10.03, 10.24])
    assert answer.critical_5 < answer.statistic < answer.critical_1
    assert answer.standing is Standing.STRAGGLER


def test_an_end_that_was_not_asked_for_is_not_judged() -> None:
    assert grubbs(READINGS, Side.LOW).standing is Standing.INSIDE
    assert grubbs(READINGS, Side.LOW).suspects == (2,)


def test_two_outliers_mask_each_other_but_not_as_a_pair() -> None:
    values = [10.0, 10.1, 9.9, 10.05, 9.95, 12.0, 12.05]
    assert grubbs(values).standing is Standing.INSIDE
    pair = grubbs_pair(values)
    assert (pair.standing, pair.suspects, pair.without.n) == (Standing.OUTLIER, (6, 5), 5)
    everything, rest = np.var(values) * 7, np.var(values[:5]) * 5
    assert pair.statistic == pytest.approx(rest / everything)


@pytest.mark.parametrize(
    ("n", "ratio"),
    [
        (7, lambda x: (x[-1] - x[-2]) / (x[-1] - x[0])),
        (10, lambda x: (x[-1] - x[-2]) / (x[-1] - x[1])),
        (13, lambda x: (x[-1] - x[-3]) / (x[-1] - x[1])),
        (14, lambda x: (x[-1] - x[-3]) / (x[-1] - x[2])),
    ],
)
def test_dixon_takes_the_ratio_of_its_size(n: int, ratio) -> None:
    values = np.sort(np.random.default_rng(n).standard_normal(n))
    assert dixon(values, Side.HIGH).statistic == pytest.approx(ratio(values))
    assert dixon(-values, Side.LOW).statistic == pytest.approx(ratio(values))


def test_rosner_example_of_three_masked_outliers(case) -> None:
    reference = case("outlier_rosner_gesd")
    values = [float(row["x"]) for row in reference.rows()]
    answer = gesd(values, reference.expected["max_outliers"])
    assert [values[place] for place in answer.suspects] == reference.expected["outliers"]
    for step, expected in zip(answer.steps, reference.expected["gesd"], strict=True):
        assert values[step.place] == expected["value"]
        assert step.statistic == pytest.approx(expected["R"], rel=1e-9)
        assert step.critical_5 == pytest.approx(expected["lam"], rel=1e-9)
    assert (answer.n, answer.without.n) == (54, 51)
    assert set(answer.outliers) <= set(answer.suspects)


def test_one_group_that_scatters_more() -> None:
    answer = cochran([1.0, 1.1, 0.9, 5.0, 1.0, 1.05], 4)
    assert (answer.standing, answer.suspect) == (Standing.OUTLIER, 3)
    assert answer.statistic == pytest.approx(25 / (25 + 1 + 1.21 + 0.81 + 1 + 1.05**2))
    assert (answer.everything.dof, answer.without.dof) == (18, 15)
    assert answer.without.s < 1.1 < answer.everything.s


def test_soya_duplicates_scatter_alike(case) -> None:
    reference = case("homogeneity_iupac_soya")
    s = [abs(float(row["a"]) - float(row["b"])) / math.sqrt(2) for row in reference.rows()]
    answer = cochran(s, 2)
    assert answer.statistic == pytest.approx(reference.expected["cochran_ratio"], rel=1e-9)
    assert answer.critical_5 == pytest.approx(reference.expected["cochran_crit_5pct_p12_n2"], rel=1e-9)
    assert answer.standing is Standing.INSIDE


@given(
    st.lists(st.integers(-1000, 1000), min_size=5, max_size=20, unique=True),
    st.integers(-1000, 1000),
    st.integers(-60, 60),
    st.randoms(),
)
def test_unit_and_order_do_not_matter(values: list[int], shift: int, power: int, random) -> None:
    shuffled = values.copy()
    random.shuffle(shuffled)
    moved = [(v + shift) * 2.0**power for v in shuffled]
    for test in TESTS:
        for side in (Side.LOW, Side.HIGH):
            plain, other = test(values, side), test(moved, side)
            assert other.statistic == pytest.approx(plain.statistic, rel=1e-6, abs=1e-9)
            assert [shuffled[i] for i in other.suspects] == [values[i] for i in plain.suspects]
            assert other.without.s * 2.0**-power == pytest.approx(plain.without.s, rel=1e-6)
    assert gesd(moved, 3).steps[0].statistic == pytest.approx(gesd(values, 3).steps[0].statistic, rel=1e-6)


@given(st.lists(st.sampled_from([0.0, 1.0, 1e-9, 1e149, -1e149]), min_size=4, max_size=12))
def test_coarse_and_extreme_values_get_a_finite_answer_or_a_reason(values: list[float]) -> None:
    for test in (*TESTS, lambda v: gesd(v, 2)):
        try:
            answer = test(values)
        except DataUnfit:
            assert len(set(values)) == 1
        else:
            assert math.isfinite(answer.everything.s)
            assert math.isfinite(answer.without.s)


def test_a_resolved_step_among_equal_values_is_seen_at_its_end() -> None:
    values = [5.0] * 9 + [5.1]
    assert (dixon(values).statistic, dixon(values).side) == (1.0, Side.HIGH)
    assert dixon(values, Side.LOW).statistic == 0
    assert gesd(values, 3).steps[1].statistic == 0


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [3.0] * 6, [1.0, 2.0, 3.0, math.nan], [1e300, 1.0, 2.0, 3.0]])
def test_unfit_values_are_refused(values: list) -> None:
    for test in (*TESTS, lambda v: gesd(v, 1)):
        with pytest.raises(DataUnfit):
            test(values)


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(DataUnfit):
        gesd([1.0, 2.0, 3.0], 2)
    with pytest.raises(DataUnfit):
        gesd([1.0, 2.0, 3.0], 0)
    with pytest.raises(DataUnfit):
        dixon(range(101))


@pytest.mark.parametrize(
    ("s", "n"), [([1.0], 3), ([1.0, 2.0], 1), ([0.0, 0.0], 3), ([-1.0, 1.0], 3), ([math.nan, 1], 3)]
)
def test_unfit_scatter_is_refused(s: list[float], n: int) -> None:
    with pytest.raises(DataUnfit):
        cochran(s, n)
