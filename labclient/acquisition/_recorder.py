"""The recorder: one thread owns the notebook; what it has not committed, nobody has seen.

Sources offer replies and go on; at most `interval` later one commit makes all of them durable, one block a run and
series. What a person enters is committed at once, together with everything offered before it.

Before the disk is full it lets runs end in order; when it is full all the same, it ends them itself in the room kept
for that, and marks what could not be kept.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Condition, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Self, TypeVar

from msgspec import Struct

from labclient.acquisition._daily import DailyCheckpoint
from labclient.acquisition._replies import Replies, check, joined
from labclient.acquisition._room import RULES, Rules
from labclient.acquisition._space import Space, out_of_room
from labclient.clock import Clock
from labclient.errors import DiskFull, StorageTrouble, Trouble, WrongUse
from labclient.instruments import Reply
from labclient.notebook import (
    Draft,
    Entry,
    Notebook,
    Reader,
    block,
    channels_of,
    check_draft,
    gap,
    open_run,
    run_stop,
)
from labclient.signing import NoteKey
from labclient.words import message

INTERVAL_S = 0.1
ROOM = 200_000
_FULL = "disk full"

_Done = TypeVar("_Done")


Placed = Callable[[int], tuple[Draft, ...]]


class _Block(Struct):
    """Replies of one run and series that wait; `first` is the index of the first."""

    run: int
    series: int
    terminator: bytes
    first: int
    rows: int
    given: list[Replies | Reply]


class _Run(Struct):
    """`last` is the block that takes the next replies, until somebody asks or a commit begins."""

    author: str
    station: str
    channels: int
    rows: int
    stopped: bool = False
    last: _Block | None = None


class _Request:
    """Somebody waits for `drafts`, or for a checkpoint by `key`, to be durable; `placed` makes the drafts anew for the
    place they get."""

    def __init__(self, drafts: tuple[Draft, ...], key: NoteKey | None = None, placed: Placed | None = None) -> None:
        self.drafts = drafts
        self.placed = placed
        self.key = key
        self.entries: tuple[Entry, ...] = ()
        self.note = ""
        self.done = False


class Recorder:
    """Records into `notebook`, which nobody else touches until `close`.

    `interval` is the longest time in seconds that replies wait for their commit; `room` the number of replies that may
    wait before a source is held back. `daily` signs a checkpoint a day. `rules` say when the disk is too full.
    """

    def __init__(
        self,
        notebook: Notebook,
        *,
        interval: float = INTERVAL_S,
        room: int = ROOM,
        daily: DailyCheckpoint | None = None,
        rules: Rules = RULES,
    ) -> None:
        self.space = Space(notebook.path, rules)
        self._notebook = notebook
        self._daily = daily
        self._interval = interval
        self._room = room
        self._lock = Lock()
        self._wake = Condition(self._lock)  # the thread waits for work
        self._progress = Condition(self._lock)  # callers wait for the thread
        self._waiting: list[_Block | _Request] = []
        self._taken: list[_Block | _Request] = []  # by the thread, and not durable yet
        self._rows_waiting = 0
        self._runs: dict[int, _Run] = {}
        self._open: dict[int, tuple[str, str]] = {}  # runs durably begun and not ended: author and station
        self._committed = notebook.size
        self._urgent = False
        self._closing = False
        self._failure: BaseException | None = None
        self._held_back = 0
        self._held_back_s = 0.0
        self._thread = Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def path(self) -> Path:
        """The notebook's file, for readers."""
        return self._notebook.path

    @property
    def clock(self) -> Clock:
        """The notebook's clock."""
        return self._notebook.clock

    @property
    def committed(self) -> int:
        """Entries that are durable; what lies beyond, nobody may show."""
        return self._committed

    @property
    def held_back(self) -> tuple[int, float]:
        """How often a source had to wait for the disk, and for how many seconds in all."""
        return self._held_back, self._held_back_s

    def rows(self, run: int) -> int:
        """Replies of `run` offered so far, durable or not."""
        with self._lock:
            return self._known(run).rows

    def enter(self, *drafts: Draft) -> tuple[Entry, ...]:
        """Commit `drafts`, after all replies offered before; returns when they are durable.

        Raises `WrongUse` for a draft that cannot be written, `DiskFull` when there is no room for it or to begin a run,
        `StorageTrouble` when the record can no longer be written.
        """
        for draft in drafts:
            check_draft(draft)
        self.space.may_enter(drafts)
        request = _Request(drafts)
        self._ask(request)
        return request.entries

    def sync(self) -> int:
        """Returns when all replies offered before are durable: how many entries that makes. Raises as `enter`."""
        self.enter()
        return self._committed

    def enter_placed(self, placed: Placed) -> tuple[Entry, ...]:
        """As `enter`, of drafts that name entries among themselves: `placed` makes them for the seq that the first of
        them gets, the same drafts but for these numbers."""
        request = _Request(placed(self._committed), placed=placed)
        for draft in request.drafts:
            check_draft(draft)
        self._ask(request)
        return request.entries

    def checkpoint(self, key: NoteKey) -> str:
        """Sign everything offered and entered so far; returns the note when it is durable. Raises as `enter`, and
        `NotVerified` for a key that is not the notebook's."""
        self._notebook.check_key(key)
        request = _Request((), key)
        self._ask(request)
        return request.note

    def mark(self, *drafts: Draft) -> None:
        """As `enter`, but returns at once: they are durable with the replies around them."""
        for draft in drafts:
            check_draft(draft)
        self.space.may_enter(drafts)
        with self._lock:
            self._raise_failure()
            self._waiting.append(_Request(drafts))
            self._end_blocks()
            self._wake.notify()

    def has_room(self) -> bool:
        """Whether an `offer` would return at once."""
        return self._rows_waiting < self._room

    def offer(self, run: int, series: int, replies: Replies | Reply, terminator: bytes) -> None:
        """Hand over replies of `run`, or one, that belong to `series`; returns at once, or when there is room again.

        Raises `DiskFull` when it has taken these and the run should end because the disk is nearly full,
        `StorageTrouble` when the record can no longer be written, `WrongUse` when the run is not open, ValueError for
        replies that contradict themselves or their run.
        """
        count = 1 if isinstance(replies, Reply) else len(replies)
        if not count:
            return
        check(replies)
        with self._lock:
            self._wait_for_room()
            known = self._known(run)
            if known.stopped:
                raise WrongUse(message("Run {run} was stopped.", run=run), message("Begin a new run."))
            if len(replies.texts) != known.channels:
                raise ValueError("another number of channels than the run")
            last = known.last
            if last is None or last.series != series or last.terminator != terminator:
                last = known.last = _Block(run, series, terminator, known.rows, 0, [])
                if not self._waiting:  # else the thread knows already, and only waits until they are due
                    self._wake.notify()
                self._waiting.append(last)
            last.given.append(replies)
            last.rows += count
            known.rows += count
            self._rows_waiting += count
        if self.space.stopping:
            raise self.space.nearly_full()

    def wait_beyond(self, count: int, timeout: float) -> int:
        """Wait until more than `count` entries are durable, at most `timeout` seconds; returns how many are. Raises
        `StorageTrouble` when there will be no more."""
        with self._lock:
            self._progress.wait_for(lambda: self._committed > count or self._failure is not None, timeout)
            if self._committed <= count:
                self._raise_failure()
            return self._committed

    def close(self) -> None:
        """Commit what waits and end the thread; the notebook stays open. Raises `StorageTrouble` when something
        that was offered could not be written."""
        with self._lock:
            self._closing = True
            self._wake.notify()
            self._progress.notify_all()
        self._thread.join()
        with self._lock:
            self._raise_failure()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except Trouble:
            if error is None:
                raise

    def _ask(self, request: _Request) -> None:
        with self._lock:
            self._raise_failure()
            if self._closing:
                raise ValueError("the recorder is closed")
            self._waiting.append(request)
            self._end_blocks()
            for draft in request.drafts:
                if draft.kind == "run-stop" and (run := self._runs.get(draft.body["run"])) is not None:
                    run.stopped = True
            self._urgent = True
            self._wake.notify()
            self._progress.wait_for(lambda: request.done or self._failure is not None)
            if not request.done:
                self._raise_failure()

    def _known(self, run: int) -> _Run:
        """The run's state, from the file the first time; called with the lock held."""
        if run not in self._runs:
            with Reader.open(self.path) as reader:
                found = open_run(reader, run)
            start = found.start
            self._open[run] = start.author, start.station
            self._runs[run] = _Run(start.author, start.station, len(channels_of(start)), found.rows)
        return self._runs[run]

    def _wait_for_room(self) -> None:
        if self._rows_waiting >= self._room and self._failure is None:
            self._held_back += 1
            began = monotonic()
            self._urgent = True
            self._wake.notify()
            self._progress.wait_for(lambda: self._rows_waiting < self._room or self._failure is not None)
            self._held_back_s += monotonic() - began
        self._raise_failure()
        if self._closing:
            raise ValueError("the recorder is closed")

    def _end_blocks(self) -> None:
        """What is offered from now on belongs behind what waits."""
        for run in self._runs.values():
            run.last = None

    def _raise_failure(self) -> None:
        failure = self._failure
        if isinstance(failure, Trouble):
            raise (DiskFull if isinstance(failure, DiskFull) else StorageTrouble)(
                message("Recording has stopped: {cause}", cause=failure.sentence),
                failure.step or message("Everything shown is safe. Open the notebook again to go on."),
            ) from failure
        if failure is not None:
            raise failure

    def _work(self) -> None:
        try:
            self.space.keep()
            due = monotonic()
            while self._await_work(due):
                due = monotonic() + self._interval
                self._commit()
        except Trouble as trouble:
            self._failure = trouble  # from here on nothing is taken
            try:
                if isinstance(trouble, DiskFull):
                    self._end_runs()
            finally:
                self._fail(trouble)
        except BaseException as bug:
            self._fail(bug)
            raise
        finally:
            self.space.drop()

    def _fail(self, failure: BaseException) -> None:
        with self._lock:
            self._failure = failure
            self._progress.notify_all()

    def _await_work(self, due: float) -> bool:
        """Wait until replies are due or somebody waits; False when closing and nothing is left."""
        with self._lock:
            self._wake.wait_for(lambda: self._waiting or self._closing)
            self._wake.wait_for(lambda: self._urgent or self._closing, max(0.0, due - monotonic()))
            return bool(self._waiting)

    def _commit(self) -> None:
        with self._lock:
            work, self._waiting = self._waiting, []
            self._taken = list(work)
            self._end_blocks()
            self._urgent = False
        together: list[_Block | _Request] = []
        for item in work:
            together.append(item)
            if isinstance(item, _Request) and item.key is not None:  # it signs what is durable before it
                self._write(together)
                together = []
        if together:
            self._write(together)

    def _write(self, items: list[_Block | _Request]) -> None:
        if self._daily is not None:
            signed = any(isinstance(item, _Request) and item.key is not None for item in items)
            self._with_reserve(partial(self._daily.before_entries, self._notebook, signed_anyway=signed))
        drafts: list[Draft] = []
        for item in items:
            if isinstance(item, _Request):
                if item.placed is not None:
                    item.drafts = item.placed(self._notebook.size + len(drafts))
                drafts += item.drafts
            else:
                drafts.append(self._draft(item))
        drafts += self.space.before_commit(drafts, running=bool(self._open))
        entries = iter(self._with_reserve(partial(self._notebook.append, *drafts)))
        requests, rows = [], 0
        for item in items:
            if isinstance(item, _Request):
                item.entries = tuple(islice(entries, len(item.drafts)))
                if item.key is not None:
                    item.note = self._with_reserve(partial(self._notebook.checkpoint, item.key))
                requests.append(item)
            else:
                next(entries)
                rows += item.rows
        with self._lock:
            for request in requests:
                request.done = True
                self._note_runs(request.entries)
            del self._taken[: len(items)]
            self._rows_waiting -= rows
            self._committed = self._notebook.size
            self._progress.notify_all()

    def _draft(self, item: _Block) -> Draft:
        run, replies = self._runs[item.run], joined(item.given, item.terminator)
        return block(
            item.run,
            item.series,
            item.first,
            t_ns=replies.t_ns,
            status=replies.status,
            texts=replies.texts,
            raws=replies.raws,
            values=replies.values,
            terminator=item.terminator,
            author=run.author,
            station=run.station,
        )

    def _note_runs(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if entry.kind == "run-start":
                self._open[entry.seq] = entry.author, entry.station
            elif entry.kind == "run-stop":
                self._open.pop(entry.body["run"], None)

    def _with_reserve(self, write: Callable[[], _Done]) -> _Done:
        """Write; on a full disk once more, with room from the reserve, and then no run goes on."""
        try:
            return write()
        except StorageTrouble as trouble:
            if not out_of_room(trouble):
                raise
            self.space.stopping = True
            if not self.space.release():
                raise self.space.named(trouble) from trouble
        try:
            return write()
        except StorageTrouble as trouble:
            raise self.space.named(trouble) from trouble

    def _end_runs(self) -> None:
        """On a full disk: mark what could not be kept, and end every run, in what is left of the reserve."""
        self.space.release()
        with self._lock:
            lost = [item for item in (*self._taken, *self._waiting) if isinstance(item, _Block)]
            left = dict(self._open)
        drafts: list[Draft] = []
        for run, (author, station) in left.items():
            blocks = [item for item in lost if item.run == run]
            rows = self._runs[run].rows if run in self._runs else 0
            if blocks:
                rows = blocks[0].first
                times = [joined(one.given, one.terminator).t_ns for one in (blocks[0], blocks[-1])]
                begin, end = int(times[0][0]), int(times[1][-1])
                drafts.append(
                    gap(run, after=rows - 1, reason=_FULL, from_ns=begin, to_ns=end, author=author, station=station)
                )
            drafts.append(run_stop(run, rows=rows, reason=_FULL, author=author, station=station))
        with suppress(StorageTrouble):  # the first trouble is told; the next opening names the runs left open
            self._notebook.append(*drafts)
            self._committed = self._notebook.size
