"""Settings: what was asked, as text; numbers that follow from them; commands with their places filled."""

import re
from collections.abc import Mapping
from decimal import Decimal
from math import prod
from typing import Final

from labclient.errors import DriverInvalid, NumberInvalid
from labclient.instruments._schema import Linear, Setting
from labclient.units import number
from labclient.words import Message, message

Value = str | int | float
PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def plain(value: Decimal) -> str:
    """A number as it is sent: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def canonical(setting: Setting, value: Value) -> str | Message:
    """The text of a value that the setting allows, or the sentence that says what is allowed."""
    if setting.kind == "word":
        return str(value) if value in setting.allowed else _allowed(setting, value)
    try:
        decimal = number(str(value))
    except NumberInvalid as trouble:
        return trouble.sentence
    if setting.allowed and decimal not in {number(str(one)) for one in setting.allowed}:
        return _allowed(setting, value)
    low, high = setting.lowest, setting.highest
    if (low is not None and decimal < number(repr(low))) or (high is not None and decimal > number(repr(high))):
        return message("{value} is not between {low} and {high}.", value=value, low=low, high=high)
    return plain(decimal)


def chosen(declared: Mapping[str, Setting], asked: Mapping[str, Value]) -> dict[str, str]:
    """Every declared setting with the asked value, or its default; raises `DriverInvalid`."""
    for name in asked:
        if name not in declared:
            known = ", ".join(declared)
            raise DriverInvalid(message("“{name}” is not a setting. Known: {known}.", name=name, known=known))
    texts: dict[str, str] = {}
    for name, setting in declared.items():
        text = canonical(setting, asked.get(name, setting.default))
        if isinstance(text, Message):
            raise DriverInvalid(message("Setting {name}: {why}", name=name, why=text))
        texts[name] = text
    return texts


def same(setting: Setting, asked: str, answered: str) -> bool:
    """Whether an instrument's answer means the value that was asked."""
    if setting.kind == "word":
        return answered.strip().upper() == asked.upper()
    try:
        return number(answered) == number(asked)
    except NumberInvalid:
        return False


def follow(linear: Linear, settings: Mapping[str, str]) -> float:
    """The number that a declared linear form gives under these settings."""

    def value(name: str) -> float:
        return float(number(settings[name]))

    return linear.base + sum(
        term.factor * prod(map(value, term.times)) / prod(map(value, term.over)) for term in linear.terms
    )


def names_in(linear: Linear) -> tuple[str, ...]:
    """The settings a linear form needs."""
    return tuple(name for term in linear.terms for name in (*term.times, *term.over))


def fill(template: str, settings: Mapping[str, str]) -> str:
    """A command with its `{setting}` places filled."""
    return PLACE.sub(lambda place: settings[place[1]], template)


def _allowed(setting: Setting, value: Value) -> Message:
    allowed = ", ".join(str(one) for one in setting.allowed)
    return message("{value} is not allowed. Allowed: {allowed}.", value=value, allowed=allowed)
