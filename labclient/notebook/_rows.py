"""Reading a block's rows again: from the text alone, strictly, a column at a time."""

import csv
from collections.abc import Sequence
from io import StringIO
from itertools import compress
from math import copysign, isnan, nan

import numpy as np
from numpy.typing import NDArray

from labclient.errors import NotebookDamaged, NumberInvalid
from labclient.notebook._blocks import FIXED, OK, Columns, channel_words
from labclient.notebook._entry import Entry
from labclient.units import floats, number
from labclient.words import message

_END = "\r\n"
_OF_INTEGERS = b"0123456789\n"
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
    indices, times, words, *texts, _ = _cells(payload.decode())
    rows = len(indices)
    if "\n".join(indices) != "\n".join(map(str, range(first, first + rows))):
        raise ValueError(first)
    kinds = {word: (statuses.index(word), channel_words(word, len(texts))) for word in set(words)}
    if any(len(each) != len(texts) for _, each in kinds.values()):
        raise ValueError(statuses)
    values = np.empty((rows, len(texts)), order="F")
    for channel, column in enumerate(texts):
        values[:, channel] = _numbers(column, words, {word: each[channel] == OK for word, (_, each) in kinds.items()})
    return Columns(
        index=np.arange(first, first + rows, dtype=np.int64),
        t_ns=np.array(_integers(times), np.int64),
        status=np.zeros(rows, np.uint8) if len(statuses) == 1 else np.array([kinds[w][0] for w in words], np.uint8),
        statuses=statuses,
        values=values,
    )


def _integers(texts: Sequence[str]) -> list[int]:
    """The integers that the texts are; raises ValueError for any that is not written as str() would."""
    integers, joined = list(map(int, texts)), "\n" + "\n".join(texts)
    sure = not joined.encode().translate(None, _OF_INTEGERS) and "\n0" not in joined
    if not sure and list(map(str, integers)) != list(texts):
        raise ValueError(texts)
    return integers


def _numbers(
    texts: Sequence[str], words: Sequence[str], good: dict[str, bool]
) -> Sequence[float] | NDArray[np.float64]:
    """The numbers of one channel, NaN where the reply's status says that there is none."""
    if all(good.values()):
        return floats(texts)
    mask = [good[word] for word in words]
    column = np.full(len(texts), nan)
    column[mask] = floats(list(compress(texts, mask)))
    return column


def _cells(text: str) -> list[Sequence[str]]:
    """The cells of CSV rows, column by column; raises ValueError or csv.Error when they make no table."""
    rows = text.count(_END)
    if '"' in text or not text.endswith(_END) or not text.count("\r") == text.count("\n") == rows:
        return list(zip(*csv.reader(StringIO(text, newline=""), strict=True), strict=True))
    width = text.count(",", 0, text.index(_END)) + 1
    cells = text.replace(_END, ",\n").split(",")
    # A line feed begins a cell. Are all of them in the first column, every row has `width` cells.
    firsts = "".join(cells[::width]).split("\n")[:-1]
    if len(cells) != rows * width + 1 or len(firsts) != rows:
        raise ValueError(rows)
    return [firsts, *(cells[column::width] for column in range(1, width))]


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
