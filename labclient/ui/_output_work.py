"""What the window does with an output: one session at a time, in threads of its own; what comes back are signals."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from labclient.acquisition import Bounds, Cause, Output
from labclient.clock import SystemClock
from labclient.errors import BrokenOff, Trouble
from labclient.home import Home, this_pc
from labclient.instruments import LeftOn
from labclient.participation import (
    Place,
    bounds_of,
    entry_of,
    left_outputs,
    left_told,
    limit_output,
    may_source,
    secure_left,
    sources,
    sourcing,
)
from labclient.plan import Plan
from labclient.ui._desk import home_of
from labclient.words import Message


@dataclass(frozen=True, slots=True)
class Listed:
    """A source or controller of the register, with all that limits it."""

    id: str
    title: str
    address: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Sources:
    """Those of this PC, and what a program that died left on."""

    home: Home
    listed: tuple[Listed, ...]
    left: tuple[LeftOn, ...]

    @property
    def told(self) -> tuple[Message, ...]:
        return tuple(left_told(left) for left in self.left if not left.is_safe)


class OutputWork(QObject):
    """Signals: `listed` (Sources), `stood` (Standing), `told` (Message), `failed` (Trouble), `crashed` (exception),
    `ended` when a session is over."""

    listed = Signal(object)
    stood = Signal(object)
    told = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.output: Output | None = None
        self._session: AbstractContextManager[Output] | None = None
        self._shut = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="output-work")

    def look(self, notebook: Path | None, plan: Plan | None) -> None:
        """List what there is on this PC, or in the demonstration that a notebook belongs to."""
        self._run(lambda: self.listed.emit(_sources(home_of(notebook) if notebook else this_pc(), plan)))

    def limit(self, home: Home, id: str, text: str, plan: Plan | None) -> None:
        """Enter the limit of an instrument, such as “100 V”, and list anew."""

        def work() -> None:
            limit_output(home, id, text)
            self.listed.emit(_sources(home, plan))

        self._run(work)

    def begin(self, home: Home, id: str, who: str, place: Place | None) -> None:
        """Open a session and connect; nothing is set."""

        def work() -> None:
            self._end()
            may_source(home, id)
            session = sourcing(
                home, id, who=who, clock=place.recorder.clock if place else SystemClock(), tell=self.told.emit,
                show=self.stood.emit, place=place,
            )  # fmt: skip
            output = session.__enter__()
            self._session, self.output = session, output
            output.open().result()

        self._run(work)

    def set(self, value: Decimal, name: str) -> None:
        """Set a value and put it out. Raises `GateClosed` at once for what may not be."""
        if self.output is not None:
            self._follow(self.output.set(value, name))

    def safe(self, home: Home, id: str, who: str, place: Place | None) -> None:
        """The safe state, also of one that is not connected: then a session is opened for it."""
        if self.output is not None:
            self._follow(self.output.safe())
            return

        def work() -> None:
            for left in left_outputs(home):
                if left.instrument == id and not left.is_safe:
                    secure_left(home, left, place)
            with sourcing(home, id, who=who, clock=SystemClock(), tell=self.told.emit, show=self.stood.emit,
                          place=place) as output:  # fmt: skip
                output.safe().result()

        self._run(work)

    def halt(self, cause: Cause) -> bool:
        """Make safe what is on, for a run that paused or broke; whether anything was on."""
        if self.output is None or self.output.standing.stand not in {"setting", "on"}:
            return False
        self._follow(self.output.safe(cause))
        return True

    def end(self) -> None:
        """End the session; the output is safe then, or it was told loudly that it is not."""
        self._run(self._end)

    def end_now(self) -> None:
        """The same, and return when it is over: for a notebook that closes."""
        if not self._shut:
            self._thread.submit(self._guarded, self._end).result()

    def shut(self) -> None:
        """End everything."""
        if self._shut:
            return
        self._shut = True
        self._thread.submit(self._guarded, self._end)
        self._thread.shutdown(wait=True)

    def _end(self) -> None:
        session, self._session, self.output = self._session, None, None
        if session is not None:
            try:
                session.__exit__(None, None, None)
            finally:
                self.ended.emit()

    def _run(self, work: Callable[[], Any]) -> None:
        if not self._shut:
            self._thread.submit(self._guarded, work)

    def _guarded(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except Trouble as trouble:
            self.failed.emit(trouble)
        except Exception as fault:  # noqa: BLE001 - a bug: the window keeps a report and says so
            self.crashed.emit(fault)

    def _follow(self, future: Future[Any]) -> None:
        def done(ended: Future[Any]) -> None:
            fault = ended.exception()
            if isinstance(fault, Trouble) and not isinstance(fault, BrokenOff):
                self.failed.emit(fault)
            elif fault is not None and not isinstance(fault, BrokenOff):
                self.crashed.emit(fault)

        future.add_done_callback(done)


def _sources(home: Home, plan: Plan | None) -> Sources:
    listed = []
    for id, driver in sorted(sources(home).items()):
        one = entry_of(home, id)
        listed.append(Listed(id, driver.file.driver.title, one.address, bounds_of(one, driver, plan)))
    return Sources(home, tuple(listed), left_outputs(home))
