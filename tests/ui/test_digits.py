"""Big digits show a reading as it was sent, and never an old one as if it were live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from labclient.ui._digits import NO_READING, BigDigits, grouped
from labclient.ui._theme import LIGHT, Theme, apply


@pytest.fixture
def digits(qtbot: object, light: Theme) -> BigDigits:
    found = BigDigits()
    found.resize(800, 200)
    return found


def ink(digits: BigDigits) -> tuple[int, int]:
    """Width and height of what is painted of the digits, in pixels."""
    image = digits.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    ground = image.pixel(0, 0)
    rows = range(image.height() - digits.fontMetrics().height())
    painted = [(x, y) for y in rows for x in range(image.width()) if image.pixel(x, y) != ground]
    xs, ys = {x for x, _ in painted}, {y for _, y in painted}
    return max(xs) - min(xs), max(ys) - min(ys)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+9.99999421", "+9.999 994 21"),
        ("-12.5", "−12.5"),
        ("10000.0021", "10 000.002 1"),
        ("1013.25", "1013.25"),
        ("-1.00000073E-05", "−1.000 000 73E−05"),
        ("12345678", "12 345 678"),
        ("OVLD 3", "OVLD 3"),
        (NO_READING, NO_READING),
    ],
)
def test_digits_are_grouped_by_three_from_the_point(text: str, shown: str) -> None:
    assert grouped(text) == shown.replace(" ", "\u2009" if text != "OVLD 3" else " ")


@given(st.from_regex(r"[+-]?\d{1,12}(\.\d{0,12})?([eE][+-]?\d{1,2})?", fullmatch=True))
def test_grouping_loses_and_adds_nothing(text: str) -> None:
    ascii_text = "".join(str(int(one)) if one.isdecimal() else one for one in text)
    assert grouped(ascii_text).replace("\u2009", "").replace("−", "-") == ascii_text


def test_a_reading_is_shown_and_said_as_it_was_sent(digits: BigDigits) -> None:
    digits.show_reading("+9.99999421", "V", "ok")
    assert digits.live
    assert digits.accessibleName() == "+9.99999421 V"


def test_before_the_first_reading_nothing_looks_live(digits: BigDigits) -> None:
    assert not digits.live
    assert digits.shown == NO_READING
    assert digits.accessibleName() == "No reading yet"


def test_dashes_and_their_point_stand_on_one_line(digits: BigDigits) -> None:
    wide, high = ink(digits)
    assert high < wide / 10


def test_a_stale_reading_is_gone(digits: BigDigits) -> None:
    digits.show_reading("1.5", "V", "ok")
    live = digits.grab().toImage()
    digits.show_stale()
    assert not digits.live
    assert digits.shown == NO_READING
    assert digits.accessibleName() == "No fresh reading"
    assert digits.grab().toImage() != live
    digits.clear()
    assert digits.accessibleName() == "No reading yet"


@pytest.mark.parametrize("status", ["overload", "underload", "busy", "error", "stale", "something else"])
def test_a_reading_without_a_value_has_no_digits(digits: BigDigits, status: str) -> None:
    digits.show_reading("9.9E37", "V", status)
    assert not digits.live
    assert digits.shown == NO_READING
    assert "9.9" not in digits.accessibleName()


@pytest.mark.parametrize("status", ["unstable", "settling"])
def test_a_value_that_is_not_steady_says_so(digits: BigDigits, status: str) -> None:
    digits.show_reading("100.0013", "g", status)
    assert not digits.live
    assert digits.shown == grouped("100.0013")
    assert digits.accessibleName().startswith("100.0013 g · ")


def test_digits_grow_with_the_widget_and_stay_inside(digits: BigDigits) -> None:
    digits.show_reading("+9.99999421", "V", "ok")
    small = ink(digits)
    digits.resize(1600, 400)
    large = ink(digits)
    assert small[0] < 800
    assert large[0] < 1600
    assert large[1] > 1.8 * small[1]


def test_digits_keep_their_size_while_the_text_changes(digits: BigDigits) -> None:
    digits.show_reading("+10.00000073", "V", "ok")
    high = ink(digits)[1]
    digits.show_reading("+9.9", "V", "ok")
    assert abs(ink(digits)[1] - high) <= 1


def test_digits_are_readable_from_two_metres(digits: BigDigits) -> None:
    """A digit of 1/200 of the distance, 10 mm at 2 m, on a screen of 96 pixels an inch."""
    digits.resize(digits.sizeHint())
    digits.show_reading("+9.99999421", "V", "ok")
    assert ink(digits)[1] >= 10 / 25.4 * 96


def test_everything_fits_at_the_smallest_size(qapp: QApplication, digits: BigDigits) -> None:
    for scale in (1.0, 2.0):
        apply(qapp, LIGHT, scale)
        digits.show_reading("+100.0013456", "mV", "ok")
        digits.resize(digits.minimumSizeHint())
        wide, high = ink(digits)
        assert wide < digits.width()
        assert high < digits.height()
    apply(qapp, LIGHT)


def test_digits_leave_nothing_behind(nothing_left: object) -> None:
    with nothing_left(QObject):  # type: ignore[operator]
        digits = BigDigits()
        digits.show_reading("1", "V", "ok")
        digits.grab()
        digits.deleteLater()
        del digits
