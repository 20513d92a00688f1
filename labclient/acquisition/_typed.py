"""A reading typed by a person: what counts as one, what is asked again.

Only digits, sign, decimal point and exponent make a number, as everywhere. Full-width forms of these (１２．３) are
the same characters written wider and are taken; a comma, a blank or an apostrophe between digits can mean two numbers
and is never taken for either.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import isfinite
from typing import Literal

from msgspec import Struct

from labclient.errors import NumberInvalid, UnitUnknown
from labclient.units import number, unit
from labclient.words import Message, message

_PARTS = re.compile(r"(?P<number>[-+0-9.,'’` ]*(?:[eE][-+]?[0-9]+)?)(?P<unit>.*)", re.DOTALL)
_ONE_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_LONGEST = 60
_LAST_DIGITS = 10
_REMEMBERED = 10

_SPOKEN: dict[str, Message] = {
    "0": message("zero"), "1": message("one"), "2": message("two"), "3": message("three"), "4": message("four"),
    "5": message("five"), "6": message("six"), "7": message("seven"), "8": message("eight"), "9": message("nine"),
    ".": message("point"), ",": message("comma"), "-": message("minus"), "+": message("plus"),
    "e": message("times ten to the power"), "E": message("times ten to the power"), " ": message("blank"),
    "'": message("apostrophe"), "’": message("apostrophe"), "`": message("apostrophe"),
}  # fmt: skip


class Typed(Struct, frozen=True):
    """A number as typed: its `text` in plain digits, its value, and whether other characters were typed for them."""

    text: str
    value: Decimal
    wide: bool = False


def read_typed(typed: str, expected: str) -> Typed:
    """The reading that a person typed, in the unit `expected`, which may stand behind it.

    Raises `NumberInvalid`, which says back character by character what was typed, or `UnitUnknown` for another unit.
    """
    plain = _narrowed(typed).strip()
    parts = _PARTS.fullmatch(plain)
    digits, behind = (parts["number"].strip(), parts["unit"].strip()) if parts else (plain, "")
    if not digits or len(typed) > _LONGEST:
        raise NumberInvalid(
            message("“{text}” is not a number.", text=typed[:_LONGEST]),
            message("Type the reading in digits: 10.000012"),
        )
    if behind and unit(behind) != unit(expected):
        raise UnitUnknown(
            message("The reading is in {unit} here, not in {other}.", unit=expected, other=behind),
            message("Type it as the instrument shows it in {unit}; nothing is converted.", unit=expected),
        )
    try:
        value = number(digits)
        if isfinite(float(value)):
            return Typed(digits, value, plain != typed.strip())
        raise NumberInvalid(message("“{text}” is not a number.", text=digits))
    except NumberInvalid as trouble:
        raise NumberInvalid(
            message("“{text}” is not taken: it reads “{words}”.", text=typed, words=in_words(digits)), _way_on(digits)
        ) from trouble


def in_words(text: str) -> Message | str:
    """A number character by character, so that a slip is heard."""
    said: list[Message | str] = [_SPOKEN.get(one, one) for one in text]
    return reduce(lambda words, word: message("{words} {word}", words=words, word=word), said[1:], said[0])


class Doubt(Struct, frozen=True):
    """Why a reading should be looked at again: it is no multiple of the last digit `figure`, has other digits behind
    the point than the `figure` of the one before, or lies `figure` last digits away from those before."""

    text: str
    why: Literal["step", "digits", "jump"]
    figure: str

    @property
    def sentence(self) -> Message:
        if self.why == "step":
            return message("{text} is no multiple of the last digit, {step}.", text=self.text, step=self.figure)
        if self.why == "digits":
            return message(
                "{text} has {places} digits behind the point; the reading before has {before}.",
                text=self.text, places=_places(number(self.text)), before=self.figure,
            )  # fmt: skip
        return message("{text} lies {count} last digits away from the readings before.",
                       text=self.text, count=self.figure)  # fmt: skip


def doubt(new: Typed, earlier: Sequence[Typed], resolution: str = "") -> Doubt | None:
    """Why a reading should be looked at again beside the `earlier` ones of the same quantity in the same place, in
    order: another number of digits, or a jump of more than ten times their range, at least ten last digits. None when
    there is no reason. `resolution` is the step of the last digit, "" when unknown. Nothing is refused here.
    """
    if resolution and Fraction(new.value) % Fraction(number(resolution)):
        return Doubt(new.text, "step", resolution)
    if not earlier:
        return None
    places, before = _places(new.value), _places(earlier[-1].value)
    if places != before:
        return Doubt(new.text, "digits", str(before))
    values = [one.value for one in earlier[-_REMEMBERED:]]
    low, high = min(values), max(values)
    step = number(resolution) if resolution else Decimal(1).scaleb(-places)
    away = max(new.value - high, low - new.value)
    if away > _LAST_DIGITS * max(high - low, step):
        return Doubt(new.text, "jump", f"{away / step:.0f}")
    return None


def _narrowed(text: str) -> str:
    """The same with full-width forms as plain characters: nothing else that NFKC would change (², ½, ①) is a digit."""
    return "".join(
        unicodedata.normalize("NFKC", one) if unicodedata.decomposition(one).startswith("<wide>") else one
        for one in text
    )


def _way_on(digits: str) -> Message:
    if _ONE_COMMA.fullmatch(digits):
        return message(
            "Type {point} if the comma is a decimal sign, {plain} if it marks thousands.",
            point=digits.replace(",", "."), plain=digits.replace(",", ""),
        )  # fmt: skip
    return message("Type digits with a decimal point, without thousands marks or blanks: 10.000012")


def _places(value: Decimal) -> int:
    """Digits behind the point, as the exponent moves it."""
    return max(0, -int(value.as_tuple().exponent))
