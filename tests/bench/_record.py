"""A notebook with an open run, and readings of a 7½-digit multimeter to put into it."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from labclient.acquisition import Recorder, Replies, Series
from labclient.clock import SystemClock
from labclient.notebook import Channel, Draft, Notebook, block, run_start, run_stop, series
from labclient.signing import NoteKey
from labclient.units import floats

AUTHOR = "Operator A"
RATE = 50_000
BATCH = 500
_BLOCK = 5000  # what a commit each 100 ms holds at 50 000/s
_MONTH_NS = 30 * 86400 * 10**9  # a PC that was not restarted for a month: times as long as they get


def lines(count: int, seed: int = 1) -> bytes:
    """Replies as a device pushes them."""
    dice = random.Random(seed)
    return b"".join(b"%+.8E\n" % dice.gauss(10.0, 1e-6) for _ in range(count))


def parsed(chunk: bytes) -> Replies:
    """The replies in a chunk of whole lines."""
    texts = chunk.decode("ascii").split("\n")[:-1]
    now = time.monotonic_ns()
    return Replies(
        t_ns=range(now, now + len(texts)),
        status=["ok"] * len(texts),
        texts=[texts],
        raws=None,
        values=np.array(floats(texts)).reshape(-1, 1),
    )


def begin(record: Notebook | Recorder) -> tuple[int, int]:
    """Open a run of one channel; its number and that of its series."""
    enter = record.append if isinstance(record, Notebook) else record.enter
    start = run_start(
        purpose="diagnostic",
        task="stability",
        channels=[Channel("voltage", "voltage", "V")],
        instrument={},
        clock=record.clock,
        author=AUTHOR,
    )
    run = enter(start)[0].seq
    return run, enter(series(run, msgspec.to_builtins(meaning(run)), author=AUTHOR))[0].seq


def meaning(run: int) -> Series:
    """A series of the transfer standard at the bench's only artefact."""
    return Series(run=run, role="X", artefact="A1", measurand="voltage", operator=AUTHOR, purpose="diagnostic")


@contextmanager
def new_notebook(path: Path) -> Iterator[Notebook]:
    """An empty notebook of this PC's clock."""
    key = NoteKey.generate("bench")
    with Notebook.create(path, clock=SystemClock(), author=AUTHOR, key=key, body={}) as notebook:
        yield notebook


@contextmanager
def recording(path: Path) -> Iterator[tuple[Recorder, int, int]]:
    """A recorder on a new notebook, with a run and a series."""
    with new_notebook(path) as notebook:
        run, member = begin(notebook)
        with Recorder(notebook) as recorder:
            yield recorder, run, member


def blocks(run: int, member: int, readings: int) -> Iterator[Draft]:
    """The blocks of a stream of so many readings at 50 000/s."""
    texts = lines(min(readings, 100_000)).decode("ascii").split("\n")[:-1]
    values = np.array(floats(texts)).reshape(-1, 1)
    for first in range(0, readings, _BLOCK):
        count = min(_BLOCK, readings - first)
        low = first % len(texts)
        yield block(
            run,
            member,
            first,
            t_ns=range(_MONTH_NS + first * 20_000, _MONTH_NS + (first + count) * 20_000, 20_000),
            status=["ok"] * count,
            texts=[texts[low : low + count]],
            raws=None,
            values=values[low : low + count],
            terminator=b"\n",
            author=AUTHOR,
        )


def fill(notebook: Notebook, readings: int) -> int:
    """Append a stopped run of so many readings; its number."""
    run, member = begin(notebook)
    waiting: list[Draft] = []
    for draft in blocks(run, member, readings):
        waiting.append(draft)
        if len(waiting) == 20:
            notebook.append(*waiting)
            waiting.clear()
    notebook.append(*waiting, run_stop(run, rows=readings, reason="done", author=AUTHOR))
    return run
