"""The desk: the participation that the window works on, in one thread of its own.

Whatever is asked is done there, one thing after another; the answer comes back as a signal. The window never waits.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from labclient.clock import SimulatedClock, SystemClock, parse_iso
from labclient.demo import DEFAULT_SPEED
from labclient.errors import BrokenOff, GateClosed, Trouble
from labclient.home import Home, this_pc
from labclient.notebook import Reader
from labclient.participation import Participation, Runs, note_outputs
from labclient.plan import ARTEFACTS, Point, Step, way_told, zero_by_link
from labclient.units import unit
from labclient.words import Message, message

_Answer = TypeVar("_Answer")


class Desk(QObject):
    """Signals: `opened` (Path) and `closed` after a change of notebook, `done` (what, answer), `failed` (Trouble),
    `crashed` (exception), `told` (Message), `progressed` (task, done, total), `asked` (Message: connect something, then
    call `connected`), `connecting` (Step, Point: what that is), `questioned` (kind, Message, unit: type a line, then
    call `answer`), `warned` (Message: something in that line), `busy` (bool)."""

    opened = Signal(object)
    closed = Signal()
    done = Signal(str, object)
    failed = Signal(object)
    crashed = Signal(object)
    told = Signal(object)
    progressed = Signal(str, int, int)
    asked = Signal(object)
    connecting = Signal(object, object)
    questioned = Signal(str, object, str)
    warned = Signal(object)
    busy = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.participation: Participation | None = None
        self.before_closing: Callable[[], object] = lambda: None  # in the desk's thread, before a notebook is closed
        self.who = ""
        self.played_by_another = False
        self.idle = False
        self.closing = False
        self.runs: Runs | None = None
        self.wanted: tuple[Step, Point] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._answered = Event()
        self._line = ""
        self._broken_off = False

    def do(self, what: str, work: Callable[[Participation], Any]) -> None:
        """Do `work` with the open participation in the name of `who`; `done` or `failed` tells how it went."""
        self._thread.submit(self._guarded, what, lambda: work(self.open_one()))

    def run(self, what: str, work: Callable[[], Any]) -> None:
        """Do `work` that needs no open participation."""
        self._thread.submit(self._guarded, what, work)

    def open(self, path: Path) -> None:
        """Open a notebook for work; the one open so far is closed."""
        self.run("open", lambda: self._open(path))

    def close(self) -> None:
        """Close the notebook."""
        self.run("close", self._close)

    def shut(self) -> None:
        """End the desk: what is under way is broken off in order, everything is committed and closed."""
        if self.closing:
            return
        self.closing = True
        self.break_off()
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    # -- hands and observer of a run: called in other threads ----------------------------------------------------------

    def connect_step(self, step: Step, point: Point) -> None:
        """Ask for a connection and wait until somebody says it is made."""
        self.want(step, point)
        self._wait_for(lambda: self.asked.emit(connection(step, point)))

    def want(self, step: Step, point: Point) -> None:
        """Tell which connection is about to be asked for."""
        self.wanted = (step, point)
        self.connecting.emit(step, point)

    def connected(self) -> None:
        """The connection that was asked for is made."""
        self._answered.set()

    def ask(self, kind: str, question: Message, unit: str = "") -> str:
        """Ask for a line and wait until somebody has typed it."""
        self._wait_for(lambda: self.questioned.emit(kind, question, unit))
        return self._line

    def answer(self, line: str) -> None:
        """The line that was asked for."""
        self._line = line
        self._answered.set()

    def break_off(self) -> None:
        """Let the run under way end after the reading it is at."""
        self._broken_off = True
        if self.runs is not None:
            self.runs.break_off()
        self._answered.set()

    def _wait_for(self, ask: Callable[[], None]) -> None:
        """Ask, and wait for the answer; when the run is broken off there is none."""
        self._answered.clear()
        if not self._broken_off:  # else nobody would set it any more
            ask()
            self._answered.wait()
        if self._broken_off:
            raise BrokenOff(message("The run was broken off."), message("Start it again: it goes on where it was."))

    def tell(self, sentence: Message) -> None:
        self.told.emit(sentence)

    def progress(self, task: str, done: int, total: int) -> None:
        self.progressed.emit(task, done, total)

    # -- in the desk's thread ------------------------------------------------------------------------------------------

    def _guarded(self, what: str, work: Callable[[], Any]) -> None:
        self.idle = False
        self.busy.emit(True)
        self._broken_off = self.closing
        try:
            answer = work()
        except Trouble as trouble:
            self.failed.emit(trouble)
        except Exception as fault:  # noqa: BLE001 - a bug: the window keeps a report and says so
            self.crashed.emit(fault)
        else:
            self.done.emit(what, answer)
        finally:
            self.idle = self.participation is not None
            self.busy.emit(False)

    def _open(self, path: Path) -> None:
        self._close()
        home, clock = home_of(path), clock_of(path)
        self.participation = Participation.open(path, clock=clock, home=home)
        for sentence in note_outputs(self.participation):
            self.told.emit(sentence)
        self.opened.emit(path)

    def _close(self) -> None:
        if self.participation is not None:
            self.before_closing()
        participation, self.participation = self.participation, None
        if participation is not None:
            participation.close()
            self.closed.emit()

    def open_one(self) -> Participation:
        """The open participation, for somebody who is named; in the desk's thread. Raises `GateClosed`."""
        if self.played_by_another:
            raise GateClosed(
                message("The demonstration plays by itself."),
                message("At its end the notebook is yours to go on with."),
            )
        if self.participation is None:
            raise GateClosed(message("No notebook is open."), message("Open one from the list of comparisons."))
        if not self.who:
            raise GateClosed(message("Nobody is named as working."), message("Say who is working: Ctrl+W."))
        return self.participation


def connection(step: Step, point: Point) -> Message:
    """What a person has to connect."""
    role = ARTEFACTS[step.role]
    if step.role == "Z" and not zero_by_link(unit(point.nominal.unit).quantity):
        return message("Take everything off for zero, {point}.", point=point.id)
    if step.approach == "up":
        return message("Go up to {point} without going beyond it; then read {role}.", point=point.id, role=role)
    if step.approach == "down":
        return message("Go down to {point} without going beyond it; then read {role}.", point=point.id, role=role)
    return message("Connect {role}, {point}, {direction}.", role=role, point=point.id, direction=way_told(step))


def is_simulated(path: Path) -> bool:
    """Whether a notebook was begun with a simulated clock."""
    with Reader.open(path) as reader:
        return bool(reader.entry(0).body["clock"]["simulated"])


def home_of(path: Path) -> Home:
    """This PC's state; a demonstration brings its own beside its notebook."""
    return Home(path.parent / "pc") if is_simulated(path) else this_pc()


def clock_of(path: Path) -> SystemClock | SimulatedClock:
    """The clock to go on with: a simulated one continues where the record ends."""
    with Reader.open(path) as reader:
        if not reader.entry(0).body["clock"]["simulated"]:
            return SystemClock()
        return SimulatedClock(parse_iso(reader.entry(reader.size - 1).t), DEFAULT_SPEED)
