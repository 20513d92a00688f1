"""What a source hands over: a batch of replies as columns, so that a stream needs no object per reading, or one reply
as the device gave it, so that a poll makes no columns of one row."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import nan

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from labclient.instruments import Lines, Reply
from labclient.notebook import OK, check_replies


class Replies(Struct, frozen=True, eq=False, kw_only=True):
    """Replies in the order they came; all columns have one length.

    t_ns    monotonic clock, nanoseconds
    status  one word a reply when it holds for all channels ("ok", "overload" …), else one word a channel, joined by ";"
    texts   one sequence a channel: the text of its number as sent, in the channel's unit; "" when there is none
    raws    the bytes of each reply; None when every reply was its one text and the terminator
    values  rows × channels; NaN wherever the status is not "ok"
    """

    t_ns: Sequence[int]
    status: Sequence[str]
    texts: Sequence[Sequence[str]]
    raws: Sequence[bytes] | None
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.t_ns)


def replies(*given: Reply) -> Replies:
    """Replies of a device as one batch: a value only where the status is "ok"."""
    return Replies(
        t_ns=[one.t_ns for one in given],
        status=[one.status for one in given],
        texts=[list(texts) for texts in zip(*(one.texts for one in given), strict=True)],
        raws=[one.raw for one in given],
        values=np.array([one.values if one.status == OK else (nan,) * len(one.values) for one in given], np.float64),
    )


def streamed(lines: Lines) -> Replies:
    """Lines of a stream as one batch: a value only where the status is "ok"."""
    values = np.array(lines.values, np.float64).T
    values[[word != OK for word in lines.status]] = nan
    return Replies(t_ns=lines.t_ns, status=lines.status, texts=lines.texts, raws=lines.raws, values=values)


def part(given: Replies, rows: Sequence[int]) -> Replies:
    """These rows of a batch."""
    return Replies(
        t_ns=[given.t_ns[row] for row in rows],
        status=[given.status[row] for row in rows],
        texts=[[texts[row] for row in rows] for texts in given.texts],
        raws=None if given.raws is None else [given.raws[row] for row in rows],
        values=given.values[list(rows)],
    )


def check(given: Replies | Reply) -> None:
    """Raises ValueError for replies that contradict themselves, as `check_replies`."""
    if isinstance(given, Reply):
        if given.status == OK and len(given.texts) == len(given.values):  # most are, and nearly nothing is left to ask
            "".join(given.texts).encode()
            return
        given = replies(given)
    check_replies(given.t_ns, given.status, given.texts, given.raws, given.values)


def joined(given: Iterable[Replies | Reply], terminator: bytes) -> Replies:
    """All replies that were `given`, which share their channels, as one batch."""
    batches = list(_batches(given))
    if len(batches) == 1:
        return batches[0]
    raws: list[bytes] | None = None
    if any(batch.raws is not None for batch in batches):
        raws = list(chain.from_iterable(_raws(batch, terminator) for batch in batches))
    return Replies(
        t_ns=list(chain.from_iterable(batch.t_ns for batch in batches)),
        status=list(chain.from_iterable(batch.status for batch in batches)),
        texts=[list(chain.from_iterable(parts)) for parts in zip(*(batch.texts for batch in batches), strict=True)],
        raws=raws,
        values=np.concatenate([batch.values for batch in batches]),
    )


def _batches(given: Iterable[Replies | Reply]) -> Iterator[Replies]:
    """The same in the same order, single replies that follow each other put together."""
    singles: list[Reply] = []
    for one in given:
        if isinstance(one, Reply):
            singles.append(one)
            continue
        if singles:
            yield replies(*singles)
            singles = []
        yield one
    if singles:
        yield replies(*singles)


def _raws(batch: Replies, terminator: bytes) -> Sequence[bytes]:
    if batch.raws is not None:
        return batch.raws
    return [text.encode("latin-1") + terminator for text in batch.texts[0]]
