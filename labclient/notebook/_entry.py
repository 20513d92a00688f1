"""Entries: one thing that happened, as one line of canonical JSON.

The line is what is kept, hashed and exported. Payload and values lie beside it; the line holds length and digest of
both.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from labclient.clock import iso
from labclient.errors import NotebookDamaged, NotebookTrouble, WrongUse
from labclient.signing import canonical
from labclient.words import message

BODY_VERSION = 1
MAX_PAYLOAD = 512 << 20
_MAX_DEPTH = 32
_MAX_INTEGER = 2**53 - 1


class Draft(Struct, frozen=True, eq=False, kw_only=True):
    """An entry not yet made. `body` holds texts, integers, truth values, null, lists and mappings of these; measured
    numbers are texts. `values` is a float64 array, rows × columns."""

    kind: str
    body: Mapping[str, Any]
    author: str
    station: str = ""
    payload: bytes | None = None
    values: NDArray[np.float64] | None = None


class Digest(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Length in bytes and SHA-256 (hexadecimal) of what lies beside a line; values have rows and columns too."""

    length: int
    sha256: str
    rows: int = 0
    columns: int = 0


class Entry(Struct, frozen=True, kw_only=True):
    """An entry as it is in the log: `t` is UTC by the clock of this PC, `line` the leaf of the tree."""

    seq: int
    t: str
    mono_ns: int
    author: str
    station: str
    kind: str
    version: int
    body: Mapping[str, Any]
    payload: Digest | None
    values: Digest | None
    line: bytes


class _Line(Struct, forbid_unknown_fields=True, omit_defaults=True):
    seq: int
    t: str
    mono_ns: str
    author: str
    station: str
    kind: str
    version: int
    body: dict[str, Any]
    payload: Digest | None = None
    values: Digest | None = None


def _refuse_float(text: str) -> NoReturn:
    raise ValueError(text)


_decode = msgspec.json.Decoder(_Line, float_hook=_refuse_float).decode


def encode(draft: Draft, seq: int, utc: datetime, mono_ns: int) -> tuple[Entry, bytes | None]:
    """The entry that `draft` becomes at place `seq`, and the bytes of its values.

    The nanoseconds of the monotonic clock are written as text: a PC up for 105 days counts beyond 2^53.
    """
    vals = None if draft.values is None else column_bytes(draft.values)
    line = _Line(
        seq=seq,
        t=iso(utc),
        mono_ns=str(mono_ns),
        author=draft.author,
        station=draft.station,
        kind=draft.kind,
        version=BODY_VERSION,
        body=dict(draft.body),
        payload=None if draft.payload is None else digest(draft.payload),
        values=None if draft.values is None or vals is None else digest(vals, *draft.values.shape),
    )
    return _entry(line, canonical(msgspec.to_builtins(line))), vals


def decode(line: bytes) -> Entry:
    """The entry that a line says; raises `NotebookDamaged` when it says none."""
    try:
        parsed = _decode(line)
        return _entry(parsed, line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotebookDamaged(message("A line of the notebook cannot be read: {cause}", cause=str(error))) from error


def understood(entry: Entry) -> Entry:
    """The entry, if this version knows the form of its body; raises `NotebookTrouble` for a newer one."""
    if entry.version > BODY_VERSION:
        raise NotebookTrouble(
            message("Entry {seq} was written by a newer labclient (form {version}).", seq=entry.seq,
                    version=entry.version),
            message("Open it with that version; nothing was changed. Checking and exporting still work."),
        )  # fmt: skip
    return entry


def check_draft(draft: Draft) -> None:
    """Raises `WrongUse` for a draft that cannot be written without losing something."""
    for text in (draft.kind, draft.author, draft.station):
        _check_text(text)
    check_body(draft.body)
    if draft.payload is not None and len(draft.payload) > MAX_PAYLOAD:
        raise WrongUse(
            message("{size} bytes are too many for one entry; {limit} fit.", size=len(draft.payload), limit=MAX_PAYLOAD)
        )
    if draft.values is not None and (draft.values.ndim != 2 or draft.values.dtype != np.float64):
        raise WrongUse(message("Values must be a table of float64 numbers."))


def check_body(body: Mapping[str, Any]) -> None:
    """Raises `WrongUse` for a body with anything but texts, integers, truth values, null, lists and mappings."""
    for value in _leaves(dict(body), 0):
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, float):
            raise WrongUse(message("{value} is a float; a measured number is written as text.", value=repr(value)))
        elif isinstance(value, int):
            if abs(value) > _MAX_INTEGER:
                raise WrongUse(message("{value} is too large for an integer; write it as text.", value=value))
        elif value is not None:
            raise WrongUse(message("A {kind} cannot be written into an entry.", kind=type(value).__name__))


def digest(data: bytes, rows: int = 0, columns: int = 0) -> Digest:
    """Length and SHA-256 of `data`."""
    return Digest(len(data), sha256(data).hexdigest(), rows, columns)


def holds(kept: Digest | None, data: bytes | None) -> bool:
    """Whether `data` is what the line said it is."""
    if kept is None or data is None:
        return kept is None and data is None
    return kept.length == len(data) and kept.sha256 == sha256(data).hexdigest()


def column_bytes(values: NDArray[np.float64]) -> bytes:
    """Values as written: little-endian float64, one column after the other."""
    return values.astype("<f8", copy=False).tobytes(order="F")


def columns_of(kept: Digest, data: bytes) -> NDArray[np.float64]:
    """Values as read: rows × columns, read-only; raises `NotebookDamaged` when the bytes do not make that table."""
    if min(kept.rows, kept.columns) < 0 or kept.rows * kept.columns * 8 != len(data):
        raise NotebookDamaged(message("The values do not make a table of {rows} rows.", rows=kept.rows))
    table: NDArray[np.float64] = np.frombuffer(data, dtype="<f8").reshape(kept.columns, kept.rows).T
    return table


def _entry(line: _Line, text: bytes) -> Entry:
    return Entry(
        seq=line.seq,
        t=line.t,
        mono_ns=int(line.mono_ns),
        author=line.author,
        station=line.station,
        kind=line.kind,
        version=line.version,
        body=line.body,
        payload=line.payload,
        values=line.values,
        line=text,
    )


def _leaves(value: Any, depth: int) -> Iterator[Any]:
    if depth > _MAX_DEPTH:
        raise WrongUse(message("The body of an entry is nested deeper than {limit} levels.", limit=_MAX_DEPTH))
    if isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise WrongUse(message("{name} is not a text and cannot name a field.", name=repr(name)))
            yield name
            yield from _leaves(member, depth + 1)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _leaves(member, depth + 1)
    else:
        yield value


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WrongUse(message("A text holds half a character and cannot be written.")) from error
