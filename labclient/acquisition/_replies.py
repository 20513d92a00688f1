"""What a source hands over: a batch of replies, as columns, so that a stream needs no object per reading."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


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


def joined(batches: Sequence[Replies], terminator: bytes) -> Replies:
    """All replies of `batches`, which share their channels, as one batch."""
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


def _raws(batch: Replies, terminator: bytes) -> Sequence[bytes]:
    if batch.raws is not None:
        return batch.raws
    return [text.encode("latin-1") + terminator for text in batch.texts[0]]
