"""What a stream brings, into the record: as much as was asked for, and never waited for. An instrument that sends by
itself cannot be held back, so what the recorder has no room for is left out behind a marked gap."""

import time
from collections.abc import Callable
from typing import Final

from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies, part, streamed
from labclient.errors import NoGoodReading
from labclient.instruments import STATUS_NAMES, Lines, Overrun
from labclient.notebook import OK, gap
from labclient.words import Message, message

FEWEST: Final = 5  # replies in a row that are not good, before patience may end
_WARN_S: Final = 10.0
_MOVING: Final = frozenset({"unstable", "settling", "stale"})
_MOVING_TIMES: Final = 5  # as long: what moves may come to rest


class Patience:
    """How long an instrument may answer without a good reading: `longest_s` real seconds, and a few replies; one that
    says that it moves, several times as long."""

    def __init__(self, longest_s: float, tell: Callable[[Message], None]) -> None:
        self._longest_s = longest_s
        self._tell = tell
        self._since: float | None = None
        self._replies = 0
        self._told = False

    def judge(self, status: str, replies: int = 1) -> None:
        """Take note of `replies` that ended with `status`; "ok" begins anew. Raises `NoGoodReading` when patience
        ends."""
        if status == OK:
            self._since, self._replies, self._told = None, 0, False
            return
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        self._replies += replies
        waited, said = now - self._since, STATUS_NAMES.get(status, status)
        longest_s = self._longest_s * (_MOVING_TIMES if status in _MOVING else 1)
        if self._replies >= FEWEST and waited >= longest_s:
            raise NoGoodReading(
                message("The instrument has given no good reading for {seconds} s: it says “{status}”.",
                        seconds=round(waited), status=said),
                message("Everything it said is recorded. Check range, connections and the instrument, then start again:"
                        " the run goes on where it was."),
            )  # fmt: skip
        if waited >= _WARN_S and not self._told:
            self._told = True
            self._tell(message("No good reading for {seconds} s: the instrument says “{status}”. Check range and "
                               "connections.", seconds=round(waited), status=said))  # fmt: skip


class Intake:
    """The lines of one series. `wanted` good readings end it; `interval_s` thins them to one an interval."""

    def __init__(
        self,
        recorder: Recorder,
        run: int,
        series: int,
        terminator: bytes,
        *,
        tell: Callable[[Message], None],
        author: str,
        station: str,
        wanted: int | None = None,
        interval_s: float = 0.0,
        patience: Patience | None = None,
    ) -> None:
        self._recorder = recorder
        self._run = run
        self._series = series
        self._terminator = terminator
        self._tell = tell
        self._author = author
        self._station = station
        self._wanted = wanted
        self._interval_ns = int(interval_s * 1e9)
        self._patience = patience
        self._due_ns: int | None = None
        self._good = self._lost = 0
        self._lost_ns = (0, 0)

    @property
    def complete(self) -> bool:
        """Whether there are as many good readings as were wanted."""
        return self._wanted is not None and self._good >= self._wanted

    def take(self, lines: Lines) -> None:
        """Record what is wanted of these lines. Raises `NoGoodReading`, and what `Recorder.offer` raises."""
        given = self._thinned(streamed(lines)) if self._interval_ns else streamed(lines)
        if self._wanted is not None:
            good = [row for row, status in enumerate(given.status) if status == OK]
            if len(good) >= self._wanted - self._good:
                given = part(given, range(good[self._wanted - self._good - 1] + 1))
        if not len(given):
            return
        if not self._recorder.has_room():
            self._lose(given)
            return
        self.mark_lost()
        self._recorder.offer(self._run, self._series, given, self._terminator)
        self._good += sum(status == OK for status in given.status)
        if self._patience is not None:
            self._patience.judge(OK if OK in given.status else given.status[-1], len(given))

    def mark_lost(self) -> None:
        """Mark the gap of what could not be recorded since the last time, if anything."""
        if not self._lost:
            return
        begun, ended = self._lost_ns
        self._recorder.mark(
            gap(
                self._run,
                after=self._recorder.rows(self._run) - 1,
                reason=Overrun.__name__,
                from_ns=begun,
                to_ns=ended,
                author=self._author,
                station=self._station,
            )
        )
        self._tell(message("The record keeps up again: {n} readings are lost, the gap is marked.", n=self._lost))
        self._lost = 0

    def _lose(self, given: Replies) -> None:
        if not self._lost:
            self._lost_ns = given.t_ns[0], given.t_ns[-1]
            self._tell(message("The disk is too slow for what the instrument sends; readings are being lost."))
        self._lost += len(given)
        self._lost_ns = self._lost_ns[0], given.t_ns[-1]

    def _thinned(self, given: Replies) -> Replies:
        rows = []
        for row, t_ns in enumerate(given.t_ns):
            if self._due_ns is None or t_ns >= self._due_ns:
                self._due_ns = t_ns + self._interval_ns
                rows.append(row)
        return part(given, rows)
