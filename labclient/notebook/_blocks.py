"""Blocks: the replies of one commit, as CSV rows for people and float64 columns for arithmetic.

Payload, one row a reply, RFC 4180 with CRLF, UTF-8: `index,t_ns,status,TEXT per channel,raw`
    index   counts the replies of the run from 0
    t_ns    monotonic clock of the run, nanoseconds
    status  one word when it holds for all channels, else one word a channel, joined by ";"
    TEXT    what the driver took for the channel's number, as the instrument sent it, in the channel's unit
    raw     empty when the reply was the one text and the block's terminator; else the reply's bytes (see `raw_cell`)

Values, one column after the other: nanoseconds since `t0_ns`; where the block has more than one status, the place of
the row's status in `statuses`; one column a channel. A channel without "ok" has no value: its cell is NaN.

Body: run, series, first (index of the first row), rows, t0_ns, t1_ns (first and last t_ns, as text), statuses,
terminator (as in a raw cell).
"""

import re
from collections.abc import Iterable, Sequence
from math import nan

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from labclient.errors import NotebookDamaged
from labclient.notebook._entry import Draft, Entry
from labclient.notebook._reader import Reader
from labclient.words import message

OK = "ok"
NOTHING = "\\empty"
_MOST_STATUSES = 255
FIXED = ("index", "t_ns", "status")
_SPECIAL = re.compile(r'[",\r\n]')
_PLAIN = re.compile(rb"[ -\[\]-~]*")
_ESCAPED = re.compile(r"\\(?:\\|x([0-9a-f]{2}))")


class Columns(Struct, frozen=True, eq=False, kw_only=True):
    """Replies as arrays, one row each: `status` holds places in `statuses`; `values` is rows × channels."""

    index: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    status: NDArray[np.uint8]
    statuses: tuple[str, ...]
    values: NDArray[np.float64]


def block(
    run: int,
    series: int,
    first: int,
    *,
    t_ns: Sequence[int],
    status: Sequence[str],
    texts: Sequence[Sequence[str]],
    raws: Sequence[bytes] | None,
    values: NDArray[np.float64],
    terminator: bytes,
    author: str,
    station: str = "",
) -> Draft:
    """The block of these replies. `texts` holds one sequence a channel, `values` is rows × channels; `raws` may be None
    when every reply was its one text and `terminator`. Raises ValueError as `check_replies`."""
    check_replies(t_ns, status, texts, raws, values)
    statuses, rows = tuple(dict.fromkeys(status)), len(t_ns)
    codes = np.fromiter(map(statuses.index, status), np.float64, rows) if len(statuses) > 1 else None
    values = np.where(np.isnan(values), nan, values)  # one NaN, so that the rows alone give the same bytes again
    cells = [map(str, range(first, first + rows)), map(str, t_ns), _quoted(status), *map(_quoted, texts)]
    cells.append(iter([""] * rows) if raws is None else _quoted(_raw_cells(texts, raws, terminator)))
    payload = "\r\n".join(map(",".join, zip(*cells, strict=True))) + "\r\n"
    offsets = (np.asarray(t_ns, np.int64) - int(t_ns[0])).astype(np.float64)
    return Draft(
        kind="block",
        author=author,
        station=station,
        body={
            "run": run,
            "series": series,
            "first": first,
            "rows": rows,
            "t0_ns": str(t_ns[0]),
            "t1_ns": str(t_ns[-1]),
            "statuses": list(statuses),
            "terminator": raw_cell(terminator),
        },
        payload=payload.encode(),
        values=np.column_stack([offsets, values] if codes is None else [offsets, codes, values]),
    )


def check_replies(
    t_ns: Sequence[int],
    status: Sequence[str],
    texts: Sequence[Sequence[str]],
    raws: Sequence[bytes] | None,
    values: NDArray[np.float64],
) -> None:
    """Raises ValueError for a source's mistake: no or unequally many replies, raw bytes missing where they cannot be
    told from the text, a text that cannot be written, or a value where the status is not "ok"."""
    rows, channels = len(t_ns), len(texts)
    lengths = {len(status), *map(len, texts), *(() if raws is None else (len(raws),))}
    if rows == 0 or lengths != {rows} or values.shape != (rows, channels) or (raws is None and channels != 1):
        raise ValueError("replies of unequal lengths")
    for texts_of_one in texts:
        "".join(texts_of_one).encode("latin-1" if raws is None else "utf-8")
    words = dict.fromkeys(status)
    if len(words) > _MOST_STATUSES:
        raise ValueError("too many statuses")
    for word in words:
        if word == OK:
            continue
        each = channel_words(word, channels)
        if len(each) != channels:
            raise ValueError(word)
        silent = [channel for channel, said in enumerate(each) if said != OK]
        if silent:
            mine = values if len(words) == 1 else values[[one == word for one in status]]
            if not np.isnan(mine[:, silent]).all():
                raise ValueError(f"a value with status {word}")


def header(channels: Sequence[str]) -> bytes:
    """The head line of a run's CSV."""
    return (",".join(_quoted([*FIXED, *channels, "raw"])) + "\r\n").encode()


def columns(entry: Entry, table: NDArray[np.float64]) -> Columns:
    """The replies of a block from its body and values; raises `NotebookDamaged` when they do not fit each other."""
    try:
        statuses = tuple(map(str, entry.body["statuses"]))
        first, rows, start = int(entry.body["first"]), int(entry.body["rows"]), int(entry.body["t0_ns"])
        coded = len(statuses) > 1
        if len(table) != rows or rows < 1 or not 0 < len(statuses) <= _MOST_STATUSES:
            raise ValueError(rows)
        with np.errstate(invalid="ignore"):
            status = table[:, 1].astype(np.uint8) if coded else np.zeros(rows, np.uint8)
            offsets = table[:, 0].astype(np.int64)
        if status.max() >= len(statuses) or (coded and (status != table[:, 1]).any()) or (offsets != table[:, 0]).any():
            raise ValueError(statuses)
        return Columns(
            index=np.arange(first, first + rows, dtype=np.int64),
            t_ns=offsets + start,
            status=status,
            statuses=statuses,
            values=table[:, 2 if coded else 1 :],
        )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise NotebookDamaged(message("Block {seq} contradicts itself.", seq=entry.seq)) from error


def read_columns(reader: Reader, entry: Entry) -> Columns:
    """The replies of block `entry`, without their texts."""
    return columns(entry, reader.values(entry.seq))


def channel_words(status: str, channels: int) -> list[str]:
    """The status of each channel, from the status of a reply."""
    words = status.split(";")
    return words * channels if len(words) == 1 else words


def raw_cell(raw: bytes) -> str:
    r"""Bytes as printable ASCII: `\` is `\\`, any other byte outside blank to tilde is `\xNN`, none at all is `\empty`.
    A first `=` or `@` is escaped too, so that a spreadsheet does not take the cell for a formula."""
    if not raw:
        return NOTHING
    if _PLAIN.fullmatch(raw) and raw[0] not in b"=@":
        return raw.decode("ascii")
    text = "".join(chr(b) if 32 <= b < 127 and b != 92 else "\\\\" if b == 92 else f"\\x{b:02x}" for b in raw)
    return f"\\x{raw[0]:02x}{text[1:]}" if raw[0] in b"=@" else text


def raw_bytes(cell: str) -> bytes:
    """The bytes that `raw_cell` wrote."""
    if cell == NOTHING:
        return b""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else "\\", cell).encode("latin-1")


def _raw_cells(texts: Sequence[Sequence[str]], raws: Sequence[bytes], terminator: bytes) -> list[str]:
    if len(texts) != 1:
        return list(map(raw_cell, raws))
    ends = terminator.decode("latin-1")
    return [
        "" if raw and raw.decode("latin-1") == text + ends else raw_cell(raw)
        for text, raw in zip(texts[0], raws, strict=True)
    ]


def _quoted(cells: Sequence[str]) -> Iterable[str]:
    if not _SPECIAL.search("".join(cells)):
        return cells
    return ['"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell for cell in cells]
