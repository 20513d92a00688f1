"""The quick way through a block's rows: by arrays of bytes, ten times as fast as cell by cell.

It takes only rows in plain ASCII without quotes, each number in its usual form. Whatever it refuses may still be right.
"""

import numpy as np
from numpy.typing import NDArray

from labclient.notebook._blocks import OK, Columns, channel_words
from labclient.units import floats

_LF, _CR, _COMMA, _BLANK, _ZERO = b"\n\r, 0"
_MOST_DIGITS = 18
_LONGEST_CELL = 64
_POWERS = 10.0 ** np.arange(8, -1, -1)

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


def parse_plain(payload: bytes, first: int, statuses: tuple[str, ...]) -> Columns:
    """What the rows say, which count from `first`. Raises ValueError or `NumberInvalid` for rows to be looked at one by
    one, among them all that do not have the one form."""
    data = np.frombuffer(payload, np.uint8)
    starts, ends = _grid(data)
    rows, channels = len(starts), starts.shape[1] - 4
    index = np.arange(first, first + rows, dtype=np.int64)
    words = [channel_words(word, channels) for word in statuses]
    if channels < 1 or any(len(each) != channels for each in words):
        raise ValueError(statuses)
    if not np.array_equal(_integers(data, starts[:, 0], ends[:, 0]), index):
        raise ValueError(first)
    status = _places(data, starts[:, 2], ends[:, 2], statuses)
    values = np.full((rows, channels), np.nan, order="F")
    for channel in range(channels):
        good = np.array([each[channel] == OK for each in words])[status]
        if good.any():
            texts = _texts(data, starts[good, 3 + channel], ends[good, 3 + channel])
            values[good, channel] = floats(texts)
    return Columns(
        index=index,
        t_ns=_integers(data, starts[:, 1], ends[:, 1]),
        status=status,
        statuses=statuses,
        values=values,
    )


def _grid(data: Bytes) -> tuple[Places, Places]:
    """Where each cell begins and ends, rows × columns."""
    stops, commas = np.flatnonzero(data == _LF), np.flatnonzero(data == _COMMA)
    rows = len(stops)
    if rows == 0 or len(commas) % rows or stops[-1] != len(data) - 1 or np.count_nonzero(data == _CR) != rows:
        raise ValueError(rows)
    inner = commas.reshape(rows, -1)
    ends = np.column_stack([inner, stops - 1])
    starts = np.column_stack([np.append(0, stops[:-1] + 1), inner + 1])
    # No cell ends before it begins: so every comma lies in its own row.
    if (data[stops - 1] != _CR).any() or (starts > ends).any():
        raise ValueError(rows)
    return starts, ends


def _integers(data: Bytes, starts: Places, ends: Places) -> Places:
    """The integers in these cells, written without sign or leading zero."""
    lengths = ends - starts
    longest = int(lengths.max())
    if lengths.min() < 1 or longest > _MOST_DIGITS or ((data[starts] == _ZERO) & (lengths > 1)).any():
        raise ValueError(longest)
    digits = _windows(data, ends - longest, longest) - np.uint8(_ZERO)
    if lengths.min() < longest:
        digits[np.arange(longest) < longest - lengths[:, None]] = 0
    if digits.max() > 9:
        raise ValueError(digits.max())
    high, low = (half.astype(np.float64) @ _POWERS[9 - half.shape[1] :] for half in (digits[:, :-9], digits[:, -9:]))
    found: Places = high.astype(np.int64) * 10**9 + low.astype(np.int64)
    return found


def _windows(data: Bytes, starts: Places, width: int) -> Bytes:
    """From each place, `width` bytes; blanks before and after the data."""
    margin = np.full(width, _BLANK, np.uint8)
    padded = np.concatenate([margin, data, margin])
    return np.lib.stride_tricks.sliding_window_view(padded, width)[starts + width]


def _places(data: Bytes, starts: Places, ends: Places, words: tuple[str, ...]) -> Bytes:
    """The place in `words` of the word in each cell."""
    found = np.full(len(starts), len(words), np.uint8)
    for place in reversed(range(len(words))):
        word = np.frombuffer(words[place].encode(), np.uint8)
        fitting = np.flatnonzero(ends - starts == len(word))
        if len(word):
            fitting = fitting[(_windows(data, starts[fitting], len(word)) == word).all(axis=1)]
        found[fitting] = place
    if (found == len(words)).any():
        raise ValueError(words)
    return found


def _texts(data: Bytes, starts: Places, ends: Places) -> list[str]:
    """The texts in these cells, none of them empty or with blanks."""
    longest = int((ends - starts).max())
    if (ends == starts).any() or longest > _LONGEST_CELL:
        raise ValueError(longest)
    cells = _windows(data, starts, longest + 1)
    beyond = np.arange(longest + 1) >= (ends - starts)[:, None]
    cells[beyond] = _BLANK
    if np.count_nonzero(cells <= _BLANK) != np.count_nonzero(beyond):
        raise ValueError(longest)
    return cells.tobytes().decode("ascii").split()
