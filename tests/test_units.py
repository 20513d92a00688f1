"""Texts become numbers in one place, and only when they are numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NumberInvalid, UnitUnknown
from labclient.units import UNITS, convert, factor, fitting_unit, floats, number, unit


@pytest.mark.parametrize(
    ("text", "value"),
    [("+1.00001234E+01", "10.0001234"), (" 10.000012\r\n", "10.000012"), ("-.5", "-0.5"), ("7.", "7"), ("0", "0")],
)
def test_a_whole_text_that_is_a_number_becomes_that_number(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12,5",
        "1,000.0",
        "1 000",
        "１２.３",
        "12.3 V",
        "NaN",
        "inf",
        "0x10",
        "1e",
        "--1",
        "1.2.3",
        "1_000",
        "٣",
        "1e99999",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NumberInvalid):
        number(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e30"), max_value=Decimal("1e30")))
def test_no_digit_of_a_decimal_is_lost(value: Decimal) -> None:
    assert number(str(value)) == value


@given(st.text())
def test_a_text_is_a_number_or_refused(text: str) -> None:
    try:
        value = number(text)
    except NumberInvalid:
        return
    assert value.is_finite()


@pytest.mark.parametrize(("spelled", "symbol"), [("uV", "µV"), ("'C", "°C"), (" hPa ", "hPa"), ("ohm", "Ω")])
def test_common_spellings_name_the_same_unit(spelled: str, symbol: str) -> None:
    assert unit(spelled) == UNITS[symbol]


@pytest.mark.parametrize("text", ["", "volt", "psi", "mv", "MM", "%"[:0]])
def test_an_unknown_unit_is_an_error(text: str) -> None:
    with pytest.raises(UnitUnknown):
        unit(text)


def test_factors_are_exact_and_stay_within_a_quantity() -> None:
    assert factor("µV", "V") == Decimal("0.000001")
    assert factor("min", "s") == 60
    with pytest.raises(UnitUnknown):
        factor("V", "Pa")


def test_temperatures_convert_with_their_offset() -> None:
    assert convert(23.0, "°C", "K") == 296.15
    assert convert(296.15, "K", "°C") == pytest.approx(23.0, abs=1e-12)


@given(st.floats(min_value=-1e6, max_value=1e6), st.sampled_from(sorted(UNITS)))
def test_a_value_in_its_own_unit_keeps_every_bit(value: float, symbol: str) -> None:
    assert convert(value, symbol, symbol) == value


TEXTS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,20}(?:[eE][+-]?[0-9]{1,6})?", fullmatch=True),
    st.text("0123456789+-.eE_ \n٣", max_size=8),
)


@given(st.lists(TEXTS, max_size=5))
def test_many_texts_become_the_floats_they_become_one_by_one(texts: list[str]) -> None:
    try:
        one_by_one = [float(number(text)) for text in texts]
    except NumberInvalid:
        with pytest.raises(NumberInvalid):
            floats(texts)
    else:
        assert list(map(float.hex, floats(texts))) == list(map(float.hex, one_by_one))
        assert list(map(float.hex, floats(texts))) == [float(text).hex() for text in texts]


@pytest.mark.parametrize(
    ("extent", "symbol", "fitting", "size"),
    [
        (3e-6, "V", "µV", 1e-6),
        (4e-8, "mV", "nV", 1e-6),
        (2e-13, "V", "nV", 1e-9),
        (0.5, "kg", "g", 1e-3),
        (3e-4, "g", "µg", 1e-6),
        (12.0, "Pa", "Pa", 1.0),
        (0.02, "°C", "K", 1.0),
        (0.1, "%RH", "%RH", 1.0),
        (0.0, "V", "V", 1.0),
        (1.0, "furlong", "furlong", 1.0),
        (1e-3, "mm", "µm", 1e-3),
    ],
)
def test_differences_are_told_in_a_fitting_unit(extent: float, symbol: str, fitting: str, size: float) -> None:
    assert fitting_unit(extent, symbol) == (fitting, pytest.approx(size))
