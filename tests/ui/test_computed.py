"""The budget on the screen: one unit and one last place, so that components compare at a glance."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.evaluation import BudgetLine, PointResult
from labclient.ui._computed import budget_texts, by_itself, result_texts, share


def _line(u: str, unit: str, contribution: str, portion: str = "0.5") -> BudgetLine:
    return BudgetLine("row", "B", "normal", u, unit, "1", contribution, "inf", portion, "test")


def _point(*lines: BudgetLine, u_c: str = "1.2e-06", unit: str = "V") -> PointResult:
    return PointResult("10V", unit, "10.000013", u_c, "2.4e-06", "2", "inf", "10.0000130", "0.0000024", "", 10, 0, "10",
                       "10", "1", (), lines)  # fmt: skip


def test_components_of_the_results_quantity_end_at_the_same_place_in_the_same_unit() -> None:
    point = _point(
        _line("1e-06", "V", "1e-06"), _line("462", "nV", "4.62e-07"), _line("1.8e-08", "V", "1.8e-08"),
        _line("0.05", "K", "1.2e-07"), _line("1.27e-08", "1", "1.27e-07"),
    )  # fmt: skip
    rows = budget_texts(point, {"row": "Name"})
    assert [row[3] for row in rows] == ["1.000 µV", "0.462 µV", "0.018 µV", "0.0500 K", "12.7 nV/V"]
    assert [row[4] for row in rows] == ["1.000 µV", "0.462 µV", "0.018 µV", "0.120 µV", "0.127 µV"]
    assert [row[:3] for row in rows] == [("10V", "Name", "B")] * 5


def test_a_result_without_a_unit_is_told_without_one() -> None:
    (row,) = budget_texts(_point(_line("2e-05", "1", "2e-05"), u_c="0.00013", unit="1"), {})
    assert row[3:5] == ("0.0000200", "0.0000200")


def test_infinitely_many_degrees_of_freedom_have_their_sign() -> None:
    assert result_texts(_point()) == ("10V", "10.0000130", "0.0000024", "V", "2", "∞", "10")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("0.696", "69.6 %"),
        ("0.0004", "< 0.1 %"),
        ("1e-09", "< 0.1 %"),
        ("0.0005", "< 0.1 %"),
        ("0.0006", "0.1 %"),
        ("0.0", "0.0 %"),
    ],
)
def test_a_share_too_small_for_its_place_is_not_said_to_be_none(told: str, shown: str) -> None:
    assert share(told) == shown


@given(st.floats(1e-15, 1e9), st.sampled_from(["V", "nV", "K", "%RH", "1", "hPa"]))
def test_no_number_has_an_exponent_and_each_keeps_three_digits(value: float, unit: str) -> None:
    said = by_itself(repr(value), unit).split(" ")[0]
    assert re.fullmatch(r"\d+(\.\d+)?", said)
    shown = Decimal(said)
    assert len(shown.as_tuple().digits) >= 3
