"""A look at an instrument outside any participation: recorded into a small notebook of its own, then read back from it.

What the screen shows was on disk before; it belongs to no comparison and can never become part of one.
"""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event

from msgspec import Struct

from labclient.acquisition import Recorder, Series, Source, Tell
from labclient.clock import Clock
from labclient.errors import Trouble
from labclient.home import Home
from labclient.instruments import Device, Line
from labclient.notebook import SUFFIX, Channel, Notebook, Reader, blocks, channels_of
from labclient.participation._instruments import Instrument
from labclient.signing import NoteKey, storage

_LOOK_S = 0.5  # real seconds between looks at the record


class Told(Struct, frozen=True):
    """One reply as recorded: its index, its status, and the text of each channel."""

    index: int
    status: str
    texts: tuple[str, ...]


class Look(Struct, frozen=True):
    """What the notebook of a look says so far, and what was said on the line besides the readings."""

    channels: tuple[Channel, ...] = ()
    replies: tuple[Told, ...] = ()
    transcript: tuple[Line, ...] = ()


Show = Callable[[Look], object]


def diagnostic_file(home: Home) -> Path:
    """A new name for the notebook of a look, among this PC's own files."""
    folder = home.root / "diagnostics"
    with storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}{SUFFIX}"


def read_out(
    instrument: Instrument,
    settings: dict[str, str],
    count: int,
    into: Path,
    *,
    who: str,
    clock: Clock,
    tell: Tell,
    show: Show = lambda _look: None,
    stop: Event | None = None,
) -> Look:
    """Record `count` replies, good or not, into the new notebook `into`; returns what the notebook then says.

    `show` is told whenever it may say more; `stop` ends it early. Raises what connecting raises, `WrongUse` when `into`
    exists.
    """
    device, stop = instrument.device(settings, clock), stop or Event()
    body = {"diagnostic": instrument.id}
    key = NoteKey.generate("labclient-diagnostic")  # used once: nobody needs a checkpoint of a look
    with (
        Notebook.create(into, clock=clock, author=who, key=key, body=body) as notebook,
        Recorder(notebook) as recorder,
        Source(device, instrument.reading, recorder, clock, tell, author=who, station="") as source,
    ):
        try:
            run = source.start("functional", "diagnostic")
        except Trouble:
            show(Look(transcript=device.transcript))
            raise
        meaning = Series(
            run=run, role="X", artefact="", measurand="", operator=who, purpose="diagnostic", parameters=dict(settings)
        )
        watching = source.watch(meaning, 0.0)
        seen = recorder.committed
        while recorder.rows(run) < count and not (watching.done() or stop.is_set()):
            seen = recorder.wait_beyond(seen, _LOOK_S)
            show(_read_back(into, run, count, device))
        source.halt()
        watching.result()
        source.stop("finished")
    return _read_back(into, run, count, device)


def _read_back(path: Path, run: int, count: int, device: Device) -> Look:
    with Reader.open(path) as reader:
        text = "".join(reader.payload(block.seq).decode() for block in blocks(reader, run))
        rows = csv.reader(StringIO(text, newline=""), strict=True)
        told = tuple(Told(int(row[0]), row[2], tuple(row[3:-1])) for row in rows)
        return Look(channels_of(reader.entry(run)), told[:count], device.transcript)
