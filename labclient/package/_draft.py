"""Drafts: a plan or a trust list on its way to the pilot's signature, with every fault named where it stands.

A draft may carry whole lines that begin with `//`; they are for the person who writes it and are never signed.
"""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from labclient.errors import PlanInvalid, Trouble
from labclient.package._origin import PLAN_JSON, TRUST_JSON
from labclient.plan import Plan, TrustList, faults, read_plan, read_trust
from labclient.signing import as_utf8, canonical, parse_strict
from labclient.words import Message, message

Kind = Literal["plan", "trust"]
_KINDS: dict[str, tuple[Kind, type[Struct]]] = {
    "labclient-plan/1": ("plan", Plan),
    "labclient-trust/1": ("trust", TrustList),
}


class Fault(Struct, frozen=True):
    """Something wrong at a place of a draft, such as `points[0].nominal.unit`; the place is empty for the whole."""

    where: str
    sentence: Message


def without_comments(data: bytes) -> bytes:
    """The draft with its comment lines made empty, so that line numbers stay."""
    lines = as_utf8(data).split(b"\n")
    return b"\n".join(b"" if line.lstrip().startswith(b"//") else line for line in lines)


def draft_kind(data: bytes) -> Kind:
    """Whether a draft is a plan or a trust list, by its `format`. Raises `PlanInvalid`."""
    return _KINDS[_format(_parsed(data))][0]


def draft_faults(data: bytes) -> tuple[Fault, ...]:
    """Everything that is wrong with a draft; empty when it can be signed."""
    try:
        document = _parsed(data)
        name, kind = _KINDS[_format(document)]
    except Trouble as trouble:
        return (Fault("", trouble.sentence),)
    found = tuple(_shape(document, kind, ""))
    if found:
        return found
    if name == "plan":
        found = tuple(Fault("", one) for one in faults(msgspec.convert(document, Plan)))
    try:
        _read(name, data)
    except PlanInvalid as trouble:
        return found or (Fault("", trouble.sentence),)
    return found


def signable(data: bytes) -> tuple[str, bytes]:
    """The name and the bytes of a faultless draft as they stand in the signed container. Raises `PlanInvalid`."""
    kind = draft_kind(data)
    _read(kind, data)
    return (PLAN_JSON if kind == "plan" else TRUST_JSON), canonical(_parsed(data))


def _read(kind: Kind, data: bytes) -> Plan | TrustList:
    clean = without_comments(data)
    return read_plan(clean) if kind == "plan" else read_trust(clean)


def _parsed(data: bytes) -> Any:
    try:
        return parse_strict(without_comments(data))
    except Trouble as error:
        raise PlanInvalid(message("The draft cannot be read: {reason}", reason=error.sentence)) from error


def _format(document: Any) -> str:
    said = document.get("format") if isinstance(document, dict) else None
    if not isinstance(said, str) or said not in _KINDS:
        raise PlanInvalid(
            message("This is neither a plan nor a trust list."),
            message("Its “format” says which: {known}.", known=", ".join(_KINDS)),
        )
    return said


def _shape(value: Any, kind: Any, where: str) -> Iterator[Fault]:
    """Every place whose value is not of its kind, as deep as the structs and lists go."""
    if get_origin(kind) in {Union, UnionType}:
        if value is None and type(None) in get_args(kind):
            return
        kind = next(one for one in get_args(kind) if one is not type(None))
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for name in value.keys() - fields.keys():
            allowed = ", ".join(fields)
            yield Fault(_at(where, name), message("This field is not known. Allowed: {allowed}.", allowed=allowed))
        for name, field in fields.items():
            if name in value:
                yield from _shape(value[name], field.type, _at(where, name))
            elif field.required:
                yield Fault(_at(where, name), message("This field is missing."))
    elif get_origin(kind) is tuple and isinstance(value, list):
        for place, one in enumerate(value):
            yield from _shape(one, get_args(kind)[0], f"{where}[{place}]")
    else:
        try:
            msgspec.convert(value, kind, strict=True)
        except msgspec.ValidationError as error:
            yield Fault(where, message("{reason}", reason=str(error)))


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
