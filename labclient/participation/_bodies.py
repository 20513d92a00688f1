"""From what was typed to the body of an entry; what is wrong with it is said in the words of the screen."""

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from labclient.errors import EntryInvalid
from labclient.participation._fields import FIELD_NAMES
from labclient.stations import KINDS
from labclient.words import Message, message

Path = tuple[str | int, ...]
_ABSENT = msgspec.UNSET
_SHOWN = 40  # characters of what was given
_PLAIN = {bool: message("true or false"), int: message("the number of an entry"), str: message("a text")}


def body_of(kind: str, body: Struct | Mapping[str, Any]) -> Struct:
    """The body of an entry of `kind`, a key of `KINDS`. Raises `EntryInvalid`, which names the first field at fault."""
    typed = msgspec.to_builtins(body)
    try:
        return msgspec.convert(typed, KINDS[kind])
    except msgspec.ValidationError as error:
        raise _invalid(*_fault(KINDS[kind], typed)) from error


def _invalid(path: Path, kind: Any, given: Any) -> EntryInvalid:
    if not path:
        return EntryInvalid(message("An entry is a JSON object with its fields."))
    field, step = _name(path), message("Its place in the entry: {place}", place=_spelled(path))
    if kind is None:
        return EntryInvalid(message("“{field}” is no field of this entry.", field=field), step, path)
    expected = _expected(kind)
    if given is _ABSENT or given is None or (isinstance(given, str) and not given.strip()):
        return EntryInvalid(message("{field} is missing: {expected}.", field=field, expected=expected), step, path)
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    wrong = message("{field}: {expected}, not “{given}”.", field=field, expected=expected, given=shown)
    return EntryInvalid(wrong, step, path)


def _fault(kind: Any, given: Any, path: Path = ()) -> tuple[Path, Any, Any]:
    """The first place of `given` that is not what `kind` wants there, what it wants (None for a field too many), and
    what is given (`_ABSENT` for nothing)."""
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(given, dict):
        fields = msgspec.structs.fields(kind)
        for field in fields:
            if field.name not in given:
                if field.required:
                    return (*path, field.name), field.type, _ABSENT
            elif not _fits(field.type, given[field.name]):
                return _fault(field.type, given[field.name], (*path, field.name))
        more = next(name for name in given if name not in {field.name for field in fields})
        return (*path, more), None, given[more]
    rows = _bare(kind)
    if get_origin(rows) is tuple and isinstance(given, list):
        of = get_args(rows)[0]
        for place, row in enumerate(given):
            if not _fits(of, row):
                return _fault(of, row, (*path, place))
    return path, kind, given


def _fits(kind: Any, given: Any) -> bool:
    try:
        msgspec.convert(given, kind)
    except msgspec.ValidationError:
        return False
    return True


def _expected(kind: Any) -> Message:
    """What a field of this type holds, with an example where its declaration gives one."""
    meta = next((one for one in getattr(kind, "__metadata__", ()) if isinstance(one, Meta)), Meta())
    bare = _bare(kind)
    if meta.extra and isinstance(meta.extra.get("expected"), Message):
        return meta.extra["expected"]  # type: ignore[no-any-return]
    if get_origin(bare) is Literal:
        return message("one of {choices}", choices=", ".join(get_args(bare)))
    if get_origin(bare) is tuple:
        return message("a list with at least one row") if meta.min_length else message("a list")
    if bare is str and meta.max_length:
        return message("a text of at most {count} characters", count=meta.max_length)
    return _PLAIN.get(bare, message("a JSON object with its fields"))


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if hasattr(kind, "__metadata__") else kind


def _name(path: Path) -> Message | str:
    """A place as the screen names it: table, row from 1, field; a field that nobody knows by its own name."""
    said: Message | str = ""
    for place, step in enumerate(path):
        if isinstance(step, int):
            said = message("{table}, row {row}", table=said, row=step + 1)
        else:
            name = FIELD_NAMES.get(step, step)
            said = message("{whole}, {field}", whole=said, field=name) if place else name
    return said


def _spelled(path: Path) -> str:
    """A place as JSON paths are spelled: values[0].U"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
