"""Reading a block's rows again: from the text alone, strictly."""

import csv
from contextlib import suppress
from io import StringIO
from math import copysign, isnan, nan

import numpy as np
from numpy.typing import NDArray

from labclient.errors import NotebookDamaged, NumberInvalid
from labclient.notebook._blocks import FIXED, OK, Columns, channel_words
from labclient.notebook._entry import Entry
from labclient.notebook._plain import parse_plain
from labclient.units import number
from labclient.words import message

_TROUBLES = (KeyError, TypeError, ValueError, IndexError, OverflowError, csv.Error, NumberInvalid)


def read_rows(entry: Entry, payload: bytes) -> NDArray[np.float64]:
    """The values of block `entry` from its rows alone: what `block` wrote beside them. Raises `NotebookDamaged` when
    the rows are not of the one form, count otherwise than the entry, or have a status that it does not name."""
    try:
        statuses, start = tuple(map(str, entry.body["statuses"])), int(entry.body["t0_ns"])
        found = _parsed(payload, int(entry.body["first"]), statuses)
        if len(found.index) != entry.body["rows"]:
            raise ValueError(len(found.index))
        offsets = (found.t_ns - start).astype(np.float64)
        return np.column_stack([offsets, *([found.status] if len(statuses) > 1 else []), found.values])
    except _TROUBLES as error:
        raise NotebookDamaged(message("The rows of block {seq} cannot be read.", seq=entry.seq)) from error


def differing_row(found: Columns, payload: bytes) -> int | None:
    """The index of the first reply whose text says other than its values, or None: the time and status must be the
    same, a number bit-equal to its text, a value absent where the status is not "ok"."""
    try:
        said = _parsed(payload, int(found.index[0]), found.statuses)
    except _TROUBLES:
        return _first_differing(found, payload)
    if (
        np.array_equal(said.t_ns, found.t_ns)
        and np.array_equal(said.status, found.status)
        and np.array_equal(_bits(said.values), _bits(found.values))
    ):
        return None
    return _first_differing(found, payload)


def _parsed(payload: bytes, first: int, statuses: tuple[str, ...]) -> Columns:
    """What the rows say, which count from `first`; raises one of `_TROUBLES` unless each is of the one form."""
    if payload.isascii() and b'"' not in payload:
        with suppress(*_TROUBLES):  # then told, or refused, one by one
            return parse_plain(payload, first, statuses)
    indices, times, words, *texts, _ = zip(
        *csv.reader(StringIO(payload.decode(), newline=""), strict=True), strict=True
    )
    t_ns = list(map(int, times))
    if list(map(str, range(first, first + len(indices)))) != list(indices) or list(map(str, t_ns)) != list(times):
        raise ValueError(first)
    each = {word: channel_words(word, len(texts)) for word in set(words)}
    if any(len(said) != len(texts) for said in each.values()):
        raise ValueError(statuses)
    rows = zip(words, zip(*texts, strict=True), strict=True)
    return Columns(
        index=np.arange(first, first + len(indices), dtype=np.int64),
        t_ns=np.array(t_ns, np.int64),
        status=np.array(list(map(statuses.index, words)), np.uint8),
        statuses=statuses,
        values=np.array(
            [
                [float(number(text)) if said == OK else nan for text, said in zip(row, each[word], strict=True)]
                for word, row in rows
            ]
        ),
    )


def _bits(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(values, np.float64).view(np.int64)


def _first_differing(found: Columns, payload: bytes) -> int | None:
    """As `differing_row`, one reply after the other."""
    channels = found.values.shape[1]
    rows = csv.reader(StringIO(payload.decode(errors="replace"), newline=""), strict=True)
    indices: list[int] = found.index.tolist()
    expected = zip(indices, found.t_ns.tolist(), found.status.tolist(), found.values.tolist(), strict=True)
    try:
        for row, (index, t_ns, status, numbers) in zip(rows, expected, strict=True):
            word = found.statuses[status]
            fits = len(row) == len(FIXED) + channels + 1 and row[:3] == [str(index), str(t_ns), word]
            if not fits or not all(map(_says, row[3:-1], channel_words(word, channels), numbers)):
                return index
    except (ValueError, csv.Error):
        return indices[0]
    return None


def _says(text: str, status: str, value: float) -> bool:
    if status != OK:
        return isnan(value)
    try:
        said = float(number(text))
    except NumberInvalid:
        return False
    return said == value and copysign(1.0, said) == copysign(1.0, value)
