"""The person at the terminal: cables moved when asked, progress shown meanwhile."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from labclient.cli._out import TASK_NAMES, line
from labclient.errors import WrongUse
from labclient.notebook import Task
from labclient.plan import ARTEFACTS, Point, Scheme, Step, way_told, zero_by_link
from labclient.units import unit
from labclient.words import Message, message, say


class TerminalHands:
    """Asks the person at the terminal to connect; the same connection twice is asked for once."""

    def __init__(self, display: "Display", scheme: Scheme | None = None) -> None:
        self._display = display
        self._scheme = scheme
        self._now: tuple[str, str, str] | None = None

    def connect(self, step: Step, point: Point) -> None:
        wanted = (step.role, point.id, step.approach or step.direction)
        if wanted == self._now:
            return
        with self._display.paused():
            line(_asked(step, point))
            if self._scheme is not None and step.approach is not None:
                line(message("Then {wait} of waiting, and {n} readings.", n=self._scheme.readings,
                             wait=f"{self._scheme.wait.value:f} {self._scheme.wait.unit}"))  # fmt: skip
            sys.stdout.flush()
            if not sys.stdin.readline():
                raise WrongUse(
                    message("Nobody answers at the terminal: the run is stopped."),
                    message("Start it again where somebody can connect the instruments."),
                )
        self._now = wanted


def _asked(step: Step, point: Point) -> Message:
    """What a person has to connect, or from which side to reach a point."""
    artefact = ARTEFACTS[step.role]
    if step.role == "Z" and not zero_by_link(unit(point.nominal.unit).quantity):
        return message("Take everything off for zero, {point}; then press Enter.", point=point.id)
    if step.approach == "up":
        return message("Go up to {point} without going beyond it, to read {role} ({artefact}); then press Enter.",
                       role=step.role, artefact=artefact, point=point.id)  # fmt: skip
    if step.approach == "down":
        return message("Go down to {point} without going beyond it, to read {role} ({artefact}); then press Enter.",
                       role=step.role, artefact=artefact, point=point.id)  # fmt: skip
    return message("Connect {role} ({artefact}), {point}, {way}; then press Enter.", role=step.role,
                   artefact=artefact, point=point.id, way=way_told(step))  # fmt: skip


class Display:
    """Sentences, and a bar for the task under way; the bar hides while a person is asked."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(), console=Console(highlight=False), transient=True,
        )  # fmt: skip
        self._bars: dict[Task, TaskID] = {}
        self._shown = self._progress.console.is_terminal
        self._paused = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar(shown=False)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Without the bar, so that the terminal is the person's."""
        self._paused = True
        self._bar(shown=False)
        try:
            yield
        finally:
            self._paused = False
            self._bar(shown=True)

    def tell(self, sentence: Message) -> None:
        self._progress.console.print(say(sentence), markup=False, soft_wrap=True)

    def progress(self, task: Task, done: int, total: int) -> None:
        if task not in self._bars:
            self._bars[task] = self._progress.add_task(say(TASK_NAMES[task]), total=total)
            self._bar(shown=not self._paused)
        self._progress.update(self._bars[task], completed=min(done, total), total=total)

    def _bar(self, *, shown: bool) -> None:
        if self._shown and self._bars:  # without a bar, beginning and ending would leave empty lines
            with uninterrupted():  # a display half begun or half ended cannot be ended at all
                (self._progress.start if shown else self._progress.stop)()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done."""
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught:
        raise KeyboardInterrupt
