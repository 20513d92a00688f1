"""Runs in the notebook: the bodies that writer and readers agree on.

    run-start   purpose, task, channels [{name, quantity, unit, resolution}], instrument, clock {utc, monotonic_ns};
                its seq is the run's number
    series      run, and what the replies mean; its seq is the series' number
    block       replies of one run and series (`_blocks`)
    gap         run, after (index of the last reply before it, -1 if none), reason, from_ns, to_ns
    run-stop    run, rows (replies in all), reason
    attachment  name, media_type, what; the payload is the file

Nanoseconds of the monotonic clock are written as text. Every entry pairs them with UTC, so a run that goes on after a
restart, when the count began anew, is placed in time by the entries around its blocks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct, ValidationError, convert, to_builtins
from numpy.typing import NDArray

from labclient.clock import Clock, iso
from labclient.errors import NotebookDamaged, WrongUse
from labclient.notebook._blocks import Columns, read_columns
from labclient.notebook._entry import Draft, Entry
from labclient.notebook._reader import Reader
from labclient.words import message

Purpose = Literal["trial", "diagnostic", "record"]
Task = Literal["functional", "stability", "settling", "measurement", "environment"]
_FIXED = {"index", "t_ns", "status", "raw"}


class Channel(Struct, frozen=True):
    """One stream of readings of a run; `resolution` is the step of its last digit in `unit`, "" when unknown."""

    name: str
    quantity: str
    unit: str
    resolution: str = ""


class RunData(Struct, frozen=True, eq=False, kw_only=True):
    """Replies of a run as arrays, one row each.

    `status` holds places in `statuses`, `values` is rows × channels with NaN where there is no value, `series` the
    number of each row's series; `t_ns` is on the monotonic clock of the run's start.
    """

    run: int
    channels: tuple[Channel, ...]
    index: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    status: NDArray[np.uint8]
    statuses: tuple[str, ...]
    values: NDArray[np.float64]
    series: NDArray[np.int32]


class Interrupted(Struct, frozen=True):
    """A run that was begun and not stopped: its start, its replies so far and the last one's time (None without)."""

    start: Entry
    rows: int
    last_ns: int | None

    @property
    def run(self) -> int:
        return self.start.seq


def run_start(
    *,
    purpose: Purpose,
    task: Task,
    channels: Sequence[Channel],
    instrument: Mapping[str, Any],
    clock: Clock,
    author: str,
    station: str = "",
    **more: Any,
) -> Draft:
    """Begin a run; `instrument` is the snapshot of what is connected, `more` goes into the body as it is.

    Raises `WrongUse` when channels share a name or take one of the CSV's own.
    """
    names = [channel.name for channel in channels]
    if not names or len({*names, *_FIXED}) != len(names) + len(_FIXED):
        raise WrongUse(message("The channels {names} need names of their own.", names=", ".join(names)))
    body = {
        **more,
        "purpose": purpose,
        "task": task,
        "channels": [to_builtins(channel) for channel in channels],
        "instrument": instrument,
        "clock": {"utc": iso(clock.utc()), "monotonic_ns": str(clock.monotonic_ns())},
    }
    return Draft(kind="run-start", body=body, author=author, station=station)


def series(run: int, meaning: Mapping[str, Any], *, author: str, station: str = "") -> Draft:
    """Say what the replies of `run` mean that name this series."""
    return Draft(kind="series", body={**meaning, "run": run}, author=author, station=station)


def gap(run: int, *, after: int, reason: str, from_ns: int, to_ns: int, author: str, station: str = "") -> Draft:
    """Mark that `run` has no replies between two times."""
    body = {"run": run, "after": after, "reason": reason, "from_ns": str(from_ns), "to_ns": str(to_ns)}
    return Draft(kind="gap", body=body, author=author, station=station)


def run_stop(run: int, *, rows: int, reason: str, author: str, station: str = "") -> Draft:
    """End `run` after `rows` replies."""
    return Draft(kind="run-stop", body={"run": run, "rows": rows, "reason": reason}, author=author, station=station)


def attachment(
    name: str, data: bytes, *, media_type: str, what: str, author: str, station: str = "", **more: Any
) -> Draft:
    """Keep a file: a photo, a certificate, a logger's record."""
    body = {**more, "name": name, "media_type": media_type, "what": what}
    return Draft(kind="attachment", body=body, author=author, station=station, payload=data)


def channels_of(start: Entry) -> tuple[Channel, ...]:
    """The channels of a run, from its start."""
    try:
        return tuple(convert(channel, Channel) for channel in start.body["channels"])
    except (KeyError, TypeError, ValidationError) as error:
        raise NotebookDamaged(message("Entry {seq} does not begin a run.", seq=start.seq)) from error


def blocks(reader: Reader, run: int, start: int = 0) -> Iterator[Entry]:
    """The blocks of `run`, of the entries from `start` on."""
    for entry in reader.entries({"block", "run-stop"}, max(start, run + 1)):
        if _count(entry, "run") == run:
            if entry.kind == "run-stop":
                return
            yield entry


def run_values(
    reader: Reader,
    run: int,
    series: int | None = None,
    *,
    first: int = 0,
    stop: int | None = None,
    entries: int | None = None,
) -> RunData:
    """The replies of `run` with indices from `first` to before `stop`, of one series if given, as far as the first
    `entries` entries of the log go; texts stay unread."""
    channels = channels_of(reader.entry(run))
    parts: list[tuple[int, Columns]] = []
    for entry in blocks(reader, run):
        low, rows, member = (_count(entry, name) for name in ("first", "rows", "series"))
        if (stop is not None and low >= stop) or (entries is not None and entry.seq >= entries):
            break
        if low + rows > first and (series is None or member == series):
            parts.append((member, _cut(read_columns(reader, entry), first, stop)))
    return _run_data(run, channels, parts)


def read_range(
    reader: Reader,
    run: int,
    start: int,
    stop: int,
    *,
    by: Literal["index", "time"] = "index",
    series: int | None = None,
) -> RunData:
    """The replies of `run` from `start` to before `stop`: of their index, or of `t_ns` (nanoseconds of the monotonic
    clock of the run). Only the blocks that have some of them are read, so memory is that of the range.

    Raises IndexError without an entry `run`, `NotebookDamaged` for one that does not begin a run or a block that is
    not what was written.
    """
    if by == "index":
        return run_values(reader, run, series, first=max(start, 0), stop=max(stop, 0))
    channels = channels_of(reader.entry(run))
    parts: list[tuple[int, Columns]] = []
    for entry in blocks(reader, run):
        first, last, member = (_count(entry, name) for name in ("t0_ns", "t1_ns", "series"))
        if first < stop and last >= start and (series is None or member == series):
            part = read_columns(reader, entry)
            parts.append((member, _chosen(part, (part.t_ns >= start) & (part.t_ns < stop))))
    return _run_data(run, channels, parts)


def no_run(reader: Reader, seq: int) -> WrongUse:
    """What is said of an entry that begins no run: with those that do."""
    runs = ", ".join(f"{one.seq} ({one.body['task']})" for one in reader.entries({"run-start"}))
    step = message("Runs begin at the entries {runs}.", runs=runs) if runs else message("No run is recorded yet.")
    return WrongUse(message("Entry {seq} does not begin a run.", seq=seq), step)


def open_run(reader: Reader, run: int) -> Interrupted:
    """The run that begins at entry `run`, as far as it is; raises `WrongUse` when none does or it was stopped."""
    start = reader.entry(run)
    found = Interrupted(start, 0, None)
    if start.kind != "run-start":
        raise no_run(reader, run)
    for entry in reader.entries({"block", "run-stop"}, run + 1):
        if _count(entry, "run") == run:
            if entry.kind == "run-stop":
                raise WrongUse(message("Run {run} was stopped.", run=run), message("Begin a new run."))
            found = _further(found, entry)
    return found


def interrupted(reader: Reader) -> list[Interrupted]:
    """The runs that were begun and not stopped, in order."""
    begun: dict[int, Interrupted] = {}
    for entry in reader.entries({"run-start", "block", "run-stop"}):
        if entry.kind == "run-start":
            begun[entry.seq] = Interrupted(entry, 0, None)
        elif entry.kind == "run-stop":
            begun.pop(_count(entry, "run"), None)
        elif (run := begun.get(_count(entry, "run"))) is not None:
            begun[run.run] = _further(run, entry)
    return list(begun.values())


def _further(run: Interrupted, entry: Entry) -> Interrupted:
    return Interrupted(run.start, run.rows + _count(entry, "rows"), _count(entry, "t1_ns"))


def _count(entry: Entry, name: str) -> int:
    """An integer of a body, written as such or as text; raises `NotebookDamaged` when it is none."""
    try:
        return int(entry.body[name])
    except (KeyError, TypeError, ValueError) as error:
        raise NotebookDamaged(message("Entry {seq} does not say its {name}.", seq=entry.seq, name=name)) from error


def _run_data(run: int, channels: tuple[Channel, ...], parts: Sequence[tuple[int, Columns]]) -> RunData:
    statuses = tuple(dict.fromkeys(word for _, part in parts for word in part.statuses))
    return RunData(
        run=run,
        channels=channels,
        index=_join([part.index for _, part in parts], np.int64),
        t_ns=_join([part.t_ns for _, part in parts], np.int64),
        status=_join([_recoded(part, statuses) for _, part in parts], np.uint8),
        statuses=statuses,
        values=np.concatenate([part.values for _, part in parts]) if parts else np.empty((0, len(channels))),
        series=_join([np.full(len(part.index), member, np.int32) for member, part in parts], np.int32),
    )


def _cut(part: Columns, first: int, stop: int | None) -> Columns:
    offset = int(part.index[0])
    low, high = max(first - offset, 0), None if stop is None else stop - offset
    if low == 0 and (high is None or high >= len(part.index)):
        return part
    return _chosen(part, slice(low, high))


def _chosen(part: Columns, rows: slice | NDArray[np.bool_]) -> Columns:
    return Columns(
        index=part.index[rows],
        t_ns=part.t_ns[rows],
        status=part.status[rows],
        statuses=part.statuses,
        values=part.values[rows],
    )


def _recoded(part: Columns, statuses: tuple[str, ...]) -> NDArray[np.uint8]:
    places = np.array([statuses.index(word) for word in part.statuses], np.uint8)
    return places[part.status]


def _join(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, kind)
