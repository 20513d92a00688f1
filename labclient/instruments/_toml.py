"""TOML into frozen structs, with messages that name file, line, field and what is allowed."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from labclient.errors import DriverInvalid, Trouble
from labclient.signing import as_utf8, read_small
from labclient.words import Message, message

T = TypeVar("T")
_MOST_BYTES = 8 << 20
_AT = re.compile(r"(?P<reason>.*?)(?: - at `(?P<path>[^`]*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.+)`")
_MISSING = re.compile(r"Object missing required field `(?P<field>.+)`")
_WRONG = re.compile(r"Expected `(?P<expected>.+)`, got `(?P<got>.+)`")
_INVALID = re.compile(r"Invalid enum value (?P<value>.+)")


def decode(text: str, kind: type[T], source: Path) -> T:
    """The content of a TOML text as `kind`; raises `DriverInvalid`."""
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except tomllib.TOMLDecodeError as trouble:
        raise DriverInvalid(message("{file} is not TOML: {reason}", file=source.name, reason=str(trouble))) from trouble
    except RecursionError as trouble:
        raise DriverInvalid(message("{file} is nested too deeply.", file=source.name)) from trouble
    except msgspec.ValidationError as trouble:
        found = _AT.fullmatch(str(trouble))
        reason, path = (found["reason"], found["path"] or "$") if found else (str(trouble), "$")
        field = _UNKNOWN.fullmatch(reason)
        place = f"{path}.{field['field']}" if field else path
        raise invalid(source, text, place.removeprefix("$").lstrip("."), _why(reason, path, kind)) from trouble


def read_text(path: Path) -> str:
    """The text of a TOML file; raises `DriverInvalid` when it cannot be read."""
    try:
        return as_utf8(read_small(path, _MOST_BYTES)).decode().replace("\r\n", "\n")
    except (Trouble, UnicodeDecodeError) as trouble:
        reason = trouble.sentence if isinstance(trouble, Trouble) else str(trouble)
        raise DriverInvalid(message("{file} cannot be read: {reason}", file=str(path), reason=reason)) from trouble


def invalid(source: Path, text: str, field: str, why: Message) -> DriverInvalid:
    """The exception for a wrong `field` (a dotted path such as `reading[0].unit`) of a TOML text."""
    return DriverInvalid(
        message(
            "{file}, line {line}, {field}: {why}", file=source.name, line=line_of(text, field), field=field, why=why
        )
        if field
        else message("{file}: {why}", file=source.name, why=why)
    )


def line_of(text: str, field: str) -> int:
    """The line (from 1) that a dotted path points to, as near as the text allows."""
    names = [(name, int(index or 0)) for name, index in re.findall(r"([^.\[\]]+)(?:\[(\d+)\])?", field)]
    lines = text.splitlines()
    start = reached = 0
    for depth in range(1, len(names) + 1):
        dotted = r"\s*\.\s*".join(re.escape(name) for name, _ in names[:depth])
        header = re.compile(rf"\s*\[\[?\s*{dotted}\s*\]\]?\s*(#.*)?")
        hits = [number for number, line in enumerate(lines) if number >= start and header.fullmatch(line)]
        if len(hits) > names[depth - 1][1]:
            start, reached = hits[names[depth - 1][1]], depth
    if reached < len(names):
        key = re.compile(rf"\s*{re.escape(names[reached][0])}\s*[.=]")
        start = next((number for number in range(start, len(lines)) if key.match(lines[number])), start)
    return start + 1


def _why(reason: str, path: str, kind: type[object]) -> Message:
    if found := _UNKNOWN.fullmatch(reason):
        allowed = ", ".join(_fields(kind, path))
        return message("“{field}” is not a field here. Allowed: {allowed}.", field=found["field"], allowed=allowed)
    if found := _MISSING.fullmatch(reason):
        return message("The field “{field}” is missing.", field=found["field"])
    if found := _WRONG.fullmatch(reason):
        return message("{expected} is expected here, not {got}.", expected=found["expected"], got=found["got"])
    if found := _INVALID.fullmatch(reason):
        allowed = ", ".join(str(value) for value in _choices(kind, path))
        return message("{value} is not allowed. Allowed: {allowed}.", value=found["value"], allowed=allowed)
    return message("{reason}", reason=reason)


def _step(kind: Any, name: str) -> Any:
    """The type of the field `name` of `kind`, looking through tuples, dicts and unions."""
    for candidate in (kind, *get_args(kind)):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            known = {field.encode_name: field.type for field in msgspec.structs.fields(candidate)}
            if name in known:
                return known[name]
    return next(iter(get_args(kind)[1:]), kind)


def _at(kind: Any, path: str) -> Any:
    for name in re.findall(r"[^.\[\]$]+(?=[.\[]|$)", path.removeprefix("$")):
        if not re.fullmatch(r"\d+|\.\.\.", name):
            kind = _step(kind, name)
    return kind


def _fields(kind: type[object], path: str) -> list[str]:
    found = _at(kind, path)
    for candidate in (found, *get_args(found)):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            return [field.encode_name for field in msgspec.structs.fields(candidate)]
    return []


def _choices(kind: type[object], path: str) -> list[object]:
    found = _at(kind, path)
    while any(get_args(argument) for argument in get_args(found)):
        found = next(argument for argument in get_args(found) if get_args(argument))
    return list(get_args(found))
