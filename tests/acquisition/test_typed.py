"""What a person types is one number in the right unit, or it is refused in words; what is odd is asked again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.acquisition import Typed, doubt, in_words, read_typed
from labclient.errors import NumberInvalid, UnitUnknown
from labclient.words import say

WIDE = str.maketrans("0123456789.+-eE", "０１２３４５６７８９．＋－ｅＥ")


@pytest.mark.parametrize(
    ("typed", "text"),
    [("12.5", "12.5"), (" 12.50 ", "12.50"), ("-0.001", "-0.001"), ("1.2e-3", "1.2e-3"), ("12.5 mV", "12.5"),
     ("12.5mV", "12.5"), ("１２．５", "12.5"), ("－１２．５　ｍＶ", "-12.5"), (".5", ".5")],
)  # fmt: skip
def test_a_number_with_or_without_its_unit_is_taken(typed: str, text: str) -> None:
    read = read_typed(typed, "mV")
    assert (read.text, read.value) == (text, Decimal(text))
    assert read.wide == (not typed.isascii())


@pytest.mark.parametrize("typed", ["12.5 V", "12.5 kg", "12.5 x", "12.5 ppm"])
def test_another_unit_is_refused_and_never_converted(typed: str) -> None:
    with pytest.raises(UnitUnknown):
        read_typed(typed, "mV")


@pytest.mark.parametrize(
    "typed",
    ["12,5", "1,234.5", "1.234,5", "1 234", "1'234", "1’234", "１２，５", "12.5.1", "--5", "1e",
     "5e99999", "1e400", "²", "1½", "①", "٣", "12。5", "", " ", ",", "nan", "inf", "0x10",
     "1_000", "9" * 100, "1" + " " * 50 + "2" * 20],
)  # fmt: skip
def test_whatever_could_be_another_number_is_refused(typed: str) -> None:
    with pytest.raises((NumberInvalid, UnitUnknown)):
        read_typed(typed, "mV")


def test_a_decimal_comma_is_said_back_with_both_ways_to_mean_it() -> None:
    with pytest.raises(NumberInvalid) as refused:
        read_typed("12,5", "V")
    assert "one two comma five" in refused.value.tell()
    assert "Type 12.5 if" in refused.value.tell()
    assert "125 if" in refused.value.tell()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_full_width_forms_are_the_same_number(value: Decimal) -> None:
    assert read_typed(str(value).translate(WIDE), "V").value == read_typed(str(value), "V").value == value


@given(st.text(max_size=80))
def test_any_text_is_one_finite_number_or_refused(text: str) -> None:
    try:
        read = read_typed(text, "V")
    except (NumberInvalid, UnitUnknown):
        return
    assert abs(float(read.value)) < float("inf")
    assert read.text.isascii()


@pytest.mark.parametrize(
    ("text", "words"),
    [("12.5", "one two point five"), ("-0.3", "minus zero point three"), ("1e2", "one times ten to the power two")],
)
def test_a_number_is_said_digit_by_digit(text: str, words: str) -> None:
    said = in_words(text)
    assert (said if isinstance(said, str) else say(said, "en")) == words


def typed(*texts: str) -> list[Typed]:
    return [Typed(text, Decimal(text)) for text in texts]


@pytest.mark.parametrize(
    ("new", "earlier", "resolution"),
    [
        ("10.0112", ("10.0012", "10.0011"), ""),  # a digit slipped
        ("10.01", ("10.0012",), ""),  # digits left out
        ("1.00012", ("10.0012",), ""),
        ("10.0021", ("10.0002", "10.0001"), ""),  # two digits changed places
        ("12.3", (), "0.2"),
    ],
)
def test_a_slip_is_doubted(new: str, earlier: tuple[str, ...], resolution: str) -> None:
    assert doubt(typed(new)[0], typed(*earlier), resolution) is not None


@pytest.mark.parametrize(
    ("new", "earlier", "resolution"),
    [
        ("10.0112", (), ""),
        ("10.0013", ("10.0012",), ""),
        ("10.0022", ("10.0012",), ""),  # ten last digits
        ("10.5", ("10.0", "10.4", "9.9"), ""),
        ("12.4", (), "0.2"),
    ],
)
def test_what_readings_do_is_not_doubted(new: str, earlier: tuple[str, ...], resolution: str) -> None:
    assert doubt(typed(new)[0], typed(*earlier), resolution) is None


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), min_size=1, max_size=15))
def test_a_repeated_reading_is_never_doubted(values: list[Decimal]) -> None:
    earlier = [Typed(str(value), value) for value in values]
    assert doubt(earlier[-1], earlier) is None
