"""Room on the disk of a notebook: watched early, and kept for the end.

A full disk refuses a commit as a whole; what was durable before stays. What must still fit then are the replies that
wait, the marks of gaps, the ends of runs and a checkpoint. Room for them is kept in a file beside the notebook,
`NAME.labnote.reserve`, there only while the notebook is recorded into. Why a file, and why like this:

* Free pages inside the notebook would be used up by the next ordinary commit, and SQLite leaves them as holes.
* A commit needs room twice, in the notebook and in its rollback journal. The journal keeps its length from commit to
  commit (PERSIST); should it have to grow, it too finds the room that is given back, which is the disk's.
* The bytes are random and really written: a hole, or zeros on a disk that compresses, would reserve nothing.
* It is given back in two halves: the first for the replies that wait, the second for the ends of runs, which so
  find room even when the replies did not. Another program may be quicker; then runs stay open in the record, and the
  next opening names them.
* A limit on the size of one file (RLIMIT_FSIZE) is not moved by a reserve on the disk. Nobody else writes into this
  file, so there it is enough to leave the last bytes unused: `CLOSING`.

Room is asked for at every commit. An entry tells of each level newly reached in a run:

    disk-low   level: "low" or "stop"; left, in bytes; seconds to the end at the present rate, or null

Numbers are text.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from labclient.acquisition._room import Gauge, Left, Level, Rules, file_room, getting_full, size_text
from labclient.errors import DiskFull, StorageTrouble
from labclient.notebook import Draft
from labclient.words import Message, message

CLOSING = 128 << 10
_PAGES = 64 << 10  # what a commit grows by besides its content
_LINE = 2048
_AUTHOR = "program"
_ORDER: tuple[Level, ...] = ("plenty", "low", "stop")


class Space:
    """The gauge and the reserve of a notebook that is recorded into."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.stopping = False  # no run goes on, until one may start again
        self._path = path
        self._reserve = path.with_name(path.name + ".reserve")
        self._rules = rules
        self._gauge = Gauge(path, rules)
        self._told: Level = "plenty"
        self._kept = 0
        self._listeners: list[Callable[[Message], None]] = []
        self._lock = Lock()

    @contextmanager
    def telling(self, tell: Callable[[Message], None]) -> Iterator[None]:
        """Let `tell` hear, from the recorder's thread, when the disk gets full."""
        self._listeners.append(tell)
        try:
            yield
        finally:
            self._listeners.remove(tell)

    def keep(self) -> None:
        """Write the reserve, if there is room for it."""
        with self._lock:
            if self._kept == self._rules.reserve:
                return
            piece = secrets.token_bytes(1 << 20)
            try:
                with self._reserve.open("wb") as file:
                    for at in range(0, self._rules.reserve, len(piece)):
                        file.write(piece[: self._rules.reserve - at])
            except OSError:  # no room for a reserve is no room for a run: `may_start` says so
                self._remove()
            else:
                self._kept = self._rules.reserve

    def release(self) -> bool:
        """Give back half of the reserve, or what is left of it; whether there was anything to give."""
        with self._lock:
            if self._kept < self._rules.reserve:
                return self._remove()
            try:
                os.truncate(self._reserve, self._kept // 2)
            except OSError:
                return False
            self._kept //= 2
            return True

    def drop(self) -> None:
        """The notebook is closed: no reserve is left behind."""
        with self._lock:
            self._remove()

    def may_start(self, readings: int = 0) -> None:
        """Raise `DiskFull` unless there is room for a run of so many readings, or for any; `StorageTrouble` when the
        disk does not answer."""
        self.keep()
        now = self._asked()
        needed = self._rules.stop + readings * self._rules.reading
        if now.level == "stop" or now.room < needed or self._kept < self._rules.reserve:
            raise DiskFull(
                message("There is no room for a run: {left} left on the disk, {needed} needed.",
                        left=size_text(now.room), needed=size_text(needed)),
                self._way_on,
            )  # fmt: skip
        self.stopping = False

    def may_enter(self, drafts: Iterable[Draft]) -> None:
        """Raise `DiskFull` when there is no room for `drafts`: to begin a run, or to keep a file."""
        for draft in drafts:
            if draft.kind == "run-start":
                self.may_start()
            elif draft.payload and (needed := _size(draft) + _PAGES + CLOSING) > (left := self._asked().room):
                raise DiskFull(
                    message("There is no room for this: {left} left on the disk, {needed} needed.",
                            left=size_text(left), needed=size_text(needed)),
                    self._way_on,
                )  # fmt: skip

    def before_commit(self, drafts: Iterable[Draft], *, running: bool) -> list[Draft]:
        """Look; the entry to be made when things have got worse for a run. Raises `DiskFull` when `drafts` would leave
        no room for closing entries below a limit on the size of the file."""
        try:
            left, now = file_room(self._path), self._look()
        except OSError:  # the commit itself will say what is wrong
            return []
        if left < sum(map(_size, drafts)) + _PAGES + CLOSING:
            raise DiskFull(
                message("{path} has come to the size that a file may have here.", path=str(self._path)),
                message("Let the limit on the size of files be raised, then open the notebook again."),
            )
        if not running:
            return []
        self.stopping = self.stopping or now.level == "stop"
        level: Level = "stop" if self.stopping else now.level
        worse = _ORDER.index(level) > _ORDER.index(self._told)
        self._told = level
        if not worse:
            return []
        for tell in set(self._listeners):
            tell(getting_full(now))
        seconds = None if now.seconds is None else f"{now.seconds:.0f}"
        body = {"level": level, "left": str(now.room), "seconds": seconds}
        return [Draft(kind="disk-low", body=body, author=_AUTHOR)]

    def nearly_full(self) -> DiskFull:
        """What ends a run before the disk is full."""
        return DiskFull(
            message("The disk is nearly full. The run ends here, in order; everything read is in the record."),
            self._way_on,
        )

    def named(self, trouble: StorageTrouble) -> StorageTrouble:
        """The same trouble, as `DiskFull` if it is that."""
        return DiskFull(trouble.sentence, self._way_on) if _code(trouble) & 0xFF == sqlite3.SQLITE_FULL else trouble

    @property
    def _way_on(self) -> Message:
        folder = str(self._path.absolute().parent)
        return message("Make room on the disk of {folder}, then start again: it goes on where it was.", folder=folder)

    def _look(self) -> Left:
        with self._lock:
            return self._gauge.look()

    def _asked(self) -> Left:
        try:
            return self._look()
        except OSError as error:
            raise StorageTrouble(
                message("{path} cannot be read or written: {cause}", path=str(self._path), cause=str(error)),
                message("Check the disk, its free space and the permission to write there."),
            ) from error

    def _remove(self) -> bool:
        try:
            self._reserve.unlink()
        except OSError:  # not there, or on a disk that is gone or read-only: nothing to give
            return False
        finally:
            self._kept = 0
        return True


def out_of_room(trouble: StorageTrouble) -> bool:
    """Whether a commit failed at writing, as it does on a full disk or beyond a quota: giving room back may help."""
    code = _code(trouble)
    return code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE


def _code(trouble: StorageTrouble) -> int:
    """What SQLite said; 0 when it said nothing."""
    return getattr(trouble.__cause__, "sqlite_errorcode", 0)


def _size(draft: Draft) -> int:
    values = 0 if draft.values is None else draft.values.nbytes
    return _LINE + (values + len(draft.payload or b"")) * 65 // 64
