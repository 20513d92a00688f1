"""The watcher: a thread of its own that reads a notebook while it is written, and tells the window what is durable.

It opens the file like any other reader, so it sees nothing that is not committed; the window itself reads no file.
"""

import csv
from pathlib import Path
from threading import Event, Thread

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from labclient.clock import parse_iso
from labclient.errors import Trouble
from labclient.notebook import Channel, Entry, Reader, channels_of, read_columns
from labclient.participation import State, first_state, fold
from labclient.ui._happening import happenings

_LOOK_S = 0.05
_PATIENCE = 600  # looks at a file that is not there yet: half a minute


class LiveReplies(Struct, frozen=True, eq=False):
    """Replies that have just become durable: `times` in seconds since the run began, `values` rows × channels with NaN
    where there is no value; `texts` and `status` are those of the last reply. `role` and `direction` say what was
    connected, `series` names the entry that says so; `started_s` is the start of the run in seconds since 1970 UTC.
    Only `fresh` ones are of now; others were in the notebook when it was opened."""

    fresh: bool
    run: int
    task: str
    role: str
    direction: str
    channels: tuple[Channel, ...]
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    texts: tuple[str, ...]
    status: str
    series: int = -1
    started_s: float = 0.0
    point: str = ""
    approach: str = ""


class Snapshot(Struct, frozen=True, eq=False):
    """The notebook as of its first `size` entries."""

    path: Path
    state: State
    size: int

    def only_readings_since(self, before: "Snapshot") -> bool:
        """Whether the state has only grown since `before`, and says nothing else."""
        ours, theirs = self.state, before.state
        names = State.__struct_fields__
        return all(getattr(ours, name) is getattr(theirs, name) for name in names if name != "size")


class Watcher(QObject):
    """Follows one notebook at a time. Signals: `advanced` (Snapshot), `replied` (LiveReplies), `happened`
    (Happening), `troubled` (Trouble), `crashed` (exception)."""

    advanced = Signal(object)
    replied = Signal(object)
    happened = Signal(object)
    troubled = Signal(object)
    crashed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._thread: Thread | None = None
        self._stop = Event()

    def follow(self, path: Path) -> None:
        """Leave the notebook followed so far and follow this one, from its beginning."""
        self.leave()
        self._stop = Event()
        self._thread = Thread(target=self._work, args=(path, self._stop), name="watcher", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Stop following; returns when the file is closed."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self, path: Path, stop: Event) -> None:
        _make_ready()
        try:
            with _opened(path, stop) as reader:
                self._follow(reader, path, stop)
        except Trouble as trouble:
            if not stop.is_set():
                self.troubled.emit(trouble)
        except Exception as fault:  # noqa: BLE001 - a bug: the window keeps a report and says so
            self.crashed.emit(fault)

    def _follow(self, reader: Reader, path: Path, stop: Event) -> None:
        runs: dict[int, Entry] = {}
        series: dict[int, Entry] = {}
        stopped: set[int] = set()
        state: State | None = None
        size = 0
        while not stop.is_set():
            now = reader.size
            if now > size and (state is not None or now > 2):
                known = state or first_state(reader)
                entries = list(reader.entries(None, size, now))
                fresh = size > 0
                state, size = fold(known, entries), now
                self.advanced.emit(Snapshot(path, state, size))
                for entry in entries:
                    if entry.kind == "run-start":
                        runs[entry.seq] = entry
                    elif entry.kind == "series":
                        series[entry.seq] = entry
                    elif entry.kind == "run-stop":
                        stopped.add(entry.body["run"])
                    elif entry.kind == "block":
                        run, meaning = runs[entry.body["run"]], series[entry.body["series"]]
                        self.replied.emit(_live(reader, run, meaning, entry, fresh=fresh))
                    going_on = (run for seq, run in runs.items() if seq not in stopped)
                    for one in happenings(entry, going_on, fresh=fresh):
                        self.happened.emit(one)
            stop.wait(_LOOK_S)


def _make_ready() -> None:
    """Load what the first median or interval of a run needs: in its middle that would hold the window's thread up."""
    import numpy.ma  # noqa: F401
    import scipy.special  # noqa: F401


def _opened(path: Path, stop: Event) -> Reader:
    """A reader of a notebook that may be about to be begun."""
    for _ in range(_PATIENCE):
        try:
            return Reader.open(path)
        except Trouble:
            if stop.wait(_LOOK_S):
                break
    return Reader.open(path)


def _live(reader: Reader, start: Entry, series: Entry, block: Entry, *, fresh: bool) -> LiveReplies:
    columns = read_columns(reader, block)
    last = reader.payload(block.seq).decode().rstrip("\r\n").rpartition("\r\n")[2]
    row = next(csv.reader([last]))
    began = int(start.body["clock"]["monotonic_ns"])
    return LiveReplies(
        fresh=fresh,
        run=start.seq,
        task=str(start.body["task"]),
        role=str(series.body.get("role", "")),
        direction=str(series.body.get("direction", "")),
        channels=channels_of(start),
        times=(columns.t_ns - began) / 1e9,
        values=columns.values,
        texts=tuple(row[3:-1]),
        status=row[2],
        series=series.seq,
        started_s=parse_iso(str(start.body["clock"]["utc"])).timestamp(),
        point=str(series.body.get("point", "")),
        approach=str((series.body.get("parameters") or {}).get("approach", "")),
    )
