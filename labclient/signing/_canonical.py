"""JSON out in one form, JSON in without doubt."""

import json
import re
from math import isfinite
from typing import Any, NoReturn

from labclient.errors import NotVerified
from labclient.words import message

MAX_BYTES = 64 << 20
MAX_DEPTH = 64
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def canonical(value: Any) -> bytes:
    """The one JSON text of `value`, as RFC 8785 (JCS) writes it. Raises ValueError for NaN, infinities, lone surrogates
    and integers beyond 2^53: handing those over is a mistake of the caller."""
    import rfc8785

    return rfc8785.dumps(value)


def parse_strict(data: bytes, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The value of a JSON text from outside. Raises NotVerified for more than `max_bytes` or `max_depth` levels,
    anything but UTF-8, a duplicate key, NaN or an infinity, a number or a character that no JSON reader need keep."""
    if len(data) > max_bytes:
        raise NotVerified(
            message("The JSON text has {size} bytes; {limit} are allowed.", size=len(data), limit=max_bytes)
        )
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotVerified(message("The JSON text is not UTF-8 (byte {position}).", position=error.start)) from error
    _check_depth(text, max_depth)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except json.JSONDecodeError as error:
        raise NotVerified(
            message("This is not JSON: line {line}, column {column}.", line=error.lineno, column=error.colno)
        ) from error
    except ValueError as error:  # an integer of thousands of digits
        raise NotVerified(message("The JSON text holds a number that cannot be kept.")) from error
    if "\\u" in text:
        _check_characters(value)
    return value


def _check_depth(text: str, limit: int) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > limit:
            raise NotVerified(message("The JSON text is nested deeper than {limit} levels.", limit=limit))


def _check_characters(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise NotVerified(message("The JSON text holds half a character.")) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotVerified(message("The JSON text says “{name}” twice.", name=twice))
    return found


def _constant(text: str) -> NoReturn:
    raise NotVerified(message("{text} is not a JSON number.", text=text))


def _float(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise NotVerified(message("{text} is not a JSON number.", text=text))
    return number
