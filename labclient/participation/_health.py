"""How an instrument has answered in its last run, told from the record alone: live while the run goes on, afterwards as
it was."""

from collections import deque
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from labclient.errors import Trouble
from labclient.home import Home
from labclient.notebook import SUFFIX, Entry, Reader
from labclient.words import Message, message

_PACES: Final = 20  # blocks at the beginning and at the end of a run
_LOOKED_AT: Final = 20  # notebooks of trials
# What the reason of a gap counts as; a reason that this version does not know is a gap and no more.
_COUNTED: Final = {
    "LinkTimeout": "timeouts",
    "NoReply": "timeouts",
    "ReplyInvalid": "mismatches",
    "BadReply": "mismatches",
    "LinkLost": "losses",
    "Overrun": "overruns",
}


class Health(Struct, frozen=True):
    """How a run went. `last` is when its last reply was recorded, empty before one. `gaps` counts all of the record:
    `timeouts`, `mismatches` and `losses` are why the instrument was asked anew, `overruns` are where it sent more than
    could be taken. `first_s` and `last_s` are the times from reply to reply (medians, s) at its beginning and at its
    end; NaN while there are too few."""

    run: int
    task: str
    live: bool
    replies: int = 0
    last: str = ""
    timeouts: int = 0
    mismatches: int = 0
    losses: int = 0
    overruns: int = 0
    gaps: int = 0
    first_s: float = float("nan")
    last_s: float = float("nan")

    @property
    def told(self) -> tuple[Message, ...]:
        """What there is to say, a sentence each; how old the last reply is, is for whoever has a clock."""
        told = [
            message("Replies: {count}; no answer: {timeouts}; not believed: {mismatches}; connection lost: {losses}; "
                    "gaps: {gaps}; resynchronised: {resyncs}", count=self.replies, timeouts=self.timeouts,
                    mismatches=self.mismatches, losses=self.losses, gaps=self.gaps,
                    resyncs=self.timeouts + self.mismatches),
        ]  # fmt: skip
        if self.overruns:
            told.append(message("Overruns: {count}. The instrument sent faster than could be recorded; what came then "
                                "is lost.", count=self.overruns))  # fmt: skip
        if self.first_s > 0:
            change = 100 * (self.last_s / self.first_s - 1)
            told.append(message("From reply to reply: {first} s at the beginning, {last} s at the end ({change} %)",
                                first=f"{self.first_s:.3g}", last=f"{self.last_s:.3g}",
                                change=f"{change:+.0f}"))  # fmt: skip
        return tuple(told)


class HealthWatch:
    """Follows the last run of an instrument in one notebook: `look` reads what has come since it looked last."""

    def __init__(self, notebook: Path, id: str) -> None:
        self.notebook, self.id = notebook, id
        self._size = 0
        self.health: Health | None = None
        self._before: tuple[int, int] | None = None  # series and time of the last block
        self._first: list[float] = []
        self._last: deque[float] = deque(maxlen=_PACES)

    def look(self) -> Health | None:
        """How its last run stands now; None when it has none here. Raises what opening the notebook raises."""
        with Reader.open(self.notebook) as reader:
            now = reader.size
            for entry in reader.entries({"run-start", "block", "gap", "run-stop"}, self._size, now):
                self._take(entry)
            self._size = now
        return self.health

    def _take(self, entry: Entry) -> None:
        known = self.health
        if entry.kind == "run-start":
            if (entry.body["instrument"].get("register") or {}).get("id") == self.id:
                self.health = Health(entry.seq, str(entry.body["task"]), live=True)
                self._before = None
                self._first, self._last = [], deque(maxlen=_PACES)
        elif known is None or entry.body["run"] != known.run:
            return
        elif entry.kind == "block":
            self._pace(entry)
            first, last = (median(paces) if paces else known.first_s for paces in (self._first, self._last))
            self.health = replace(known, replies=known.replies + int(entry.body["rows"]), last=entry.t, first_s=first,
                                 last_s=last)  # fmt: skip
        elif entry.kind == "gap":
            self._before = None
            name = _COUNTED.get(str(entry.body["reason"]))
            counted = {name: getattr(known, name) + 1} if name else {}
            self.health = replace(known, gaps=known.gaps + 1, **counted)
        else:
            self.health = replace(known, live=False)

    def _pace(self, entry: Entry) -> None:
        """Seconds from reply to reply, within a series: between two a cable was moved."""
        series, now = int(entry.body["series"]), int(entry.body["t1_ns"])
        before, self._before = self._before, (series, now)
        if before is not None and before[0] == series:
            pace = (now - before[1]) / 1e9 / int(entry.body["rows"])
            if len(self._first) < _PACES:
                self._first.append(pace)
            self._last.append(pace)


def last_trial(home: Home, id: str) -> HealthWatch | None:
    """The newest trial of an instrument among this PC's own notebooks."""
    folder = home.root / "diagnostics"
    for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True)[:_LOOKED_AT] if folder.is_dir() else ():
        watch = HealthWatch(path, id)
        try:
            if watch.look() is not None:
                return watch
        except Trouble:  # a trial that was broken off long ago tells nothing
            continue
    return None
