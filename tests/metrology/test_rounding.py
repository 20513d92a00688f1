from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import DataUnfit
from labclient.metrology import RoundingRule, round_result

TWO, ADVICE = RoundingRule(digits=2), RoundingRule(digits=None)


def test_the_cases_of_jjf1059_digit_by_digit(case) -> None:
    rows = case("rounding_jjf1059").rows()
    for row in rows:
        rule = RoundingRule(digits=int(row["sig_digits"][0]), up=row["mode"] == "up")
        result = round_result(Decimal(row["value"]), Decimal(row["U"]), rule)
        assert (result.value_text, result.U_text) == (row["rounded_value"], row["rounded_U"]), row
    assert len(rows) == 15


@pytest.mark.parametrize(
    ("value", "spread", "texts"),
    [
        ("10.057762", "0.027", ("10.058", "0.027")),
        ("10.057762", "0.0312", ("10.06", "0.03")),
        ("10.057762", "0.96", ("10.1", "1.0")),
        ("10.057762", "0.0296", ("10.058", "0.030")),
    ],
)
def test_the_advice_gives_two_digits_to_a_first_digit_of_one_or_two(value: str, spread: str, texts) -> None:
    result = round_result(Decimal(value), Decimal(spread), ADVICE)
    assert (result.value_text, result.U_text) == texts


def test_a_float_counts_with_the_digits_it_holds() -> None:
    assert round_result(1.245, 0.1 + 0.2, RoundingRule(digits=2, up=True)).U_text == "0.30"
    assert round_result(1.245, 0.01, RoundingRule(digits=1)).value_text == "1.24"


def test_zero_carries_no_sign() -> None:
    assert round_result(Decimal("-0.0004"), Decimal("0.10"), TWO).value_text == "0.00"


def test_places_are_powers_of_ten() -> None:
    assert round_result(Decimal("10.0000123"), Decimal("0.0000021"), TWO).place == -7
    assert round_result(Decimal("12345.678"), Decimal(283), TWO).place == 1


@given(
    value=st.decimals("-1e6", "1e6", places=9),
    spread=st.decimals("1e-9", "1e4", places=9).filter(lambda u: u > 0),
    digits=st.sampled_from([1, 2, None]),
    up=st.booleans(),
)
def test_rounding_moves_each_number_by_less_than_its_last_place(value, spread, digits, up) -> None:
    rule = RoundingRule(digits=digits, up=up)
    result = round_result(value, spread, rule)
    unit = Decimal(1).scaleb(result.place)
    assert abs(Decimal(result.value_text) - value) <= unit / 2
    moved = Decimal(result.U_text) - spread
    assert 0 <= moved < unit if up else abs(moved) <= unit / 2
    assert len(Decimal(result.U_text).normalize().as_tuple().digits) <= 2
    again = round_result(Decimal(result.value_text), Decimal(result.U_text), rule)
    assert Decimal(again.U_text) == Decimal(result.U_text)


@given(value=st.decimals("-1e3", "1e3", places=6), power=st.integers(-6, 6))
def test_another_decimal_unit_gives_the_same_digits(value, power: int) -> None:
    spread = Decimal("0.00273")
    plain, moved = round_result(value, spread), round_result(value.scaleb(power), spread.scaleb(power))
    assert Decimal(moved.value_text) == Decimal(plain.value_text).scaleb(power)


@pytest.mark.parametrize(
    ("value", "spread"),
    [
        ("1", "0"),
        ("1", "-1"),
        ("NaN", "1"),
        ("1", "NaN"),
        ("Infinity", "1"),
        ("1E+300", "1"),
        ("1", "1E-300"),
        ("1", "1E+90"),
    ],
)
def test_numbers_that_cannot_be_written_are_refused(value: str, spread: str) -> None:
    with pytest.raises(DataUnfit):
        round_result(Decimal(value), Decimal(spread))


@pytest.mark.parametrize("digits", [0, 3, -1])
def test_more_than_two_digits_are_refused(digits: int) -> None:
    with pytest.raises(DataUnfit):
        round_result(1.0, 0.1, RoundingRule(digits=digits))
