"""`labclient demo`: the demonstration with a progress display."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from labclient.cli._out import TASK_NAMES
from labclient.cli._verbs import Verbs
from labclient.demo import DEFAULT_SPEED, SCENARIOS, Left, demonstrate
from labclient.notebook import Task
from labclient.words import Message, message, say


def add(verbs: Verbs) -> None:
    demo = verbs.add("demo", message("the whole main job on simulated instruments"), run)
    demo.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("where everything is left")))
    demo.add_argument("--seed", type=int, default=1, metavar="N", help=say(message("seed of the simulated noise")))
    demo.add_argument(
        "--speed", type=float, default=DEFAULT_SPEED, metavar="X", help=say(message("how much faster than real time"))
    )
    demo.add_argument("--scenario", choices=SCENARIOS, default="ok", help=say(message("what goes wrong")))
    demo.add_argument("--platform", metavar="URL", help=say(message("send the package to this platform")))


def run(asked: Namespace) -> int:
    console = Console(highlight=False)
    with _Display(console) as display:
        left = demonstrate(asked.out, display, scenario=asked.scenario, seed=asked.seed, speed=asked.speed,
                           platform=asked.platform)  # fmt: skip
    for line in summary(left, asked.out):
        console.print(say(line))
    return 0


def summary(left: Left, out: Path) -> list[Message]:
    """What happened and where things lie, in about ten lines."""
    lines = [
        message("Notebook  {path}: {entries} entries, {readings} readings, {gaps} gaps, verified",
                path=left.notebook, entries=left.entries, readings=left.readings, gaps=left.gaps),
        message("Package   {path}: {count} signatures, verified", path=left.package, count=left.signatures),
        message("Receipt   {path}: signed by the pilot, verified", path=left.receipt),
        message("Report    {path}", path=left.report),
        message("Plan      {path}", path=out / "plan.asice"),
        message("Log       {path}", path=out / "log.txt"),
    ]  # fmt: skip
    lines += [
        message("{point}: {value} {unit}, U = {U} {unit}, k = {k}", point=one.point, value=one.value, U=one.U, k=one.k,
                unit=one.unit)
        for one in left.results
    ]  # fmt: skip
    return [*lines, message("Simulated instruments and clock: a demonstration, not a measurement.")]


class _Display:
    """Sentences above, a bar below for the task under way."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(), console=console, transient=True,
        )  # fmt: skip
        self._bars: dict[Task, TaskID] = {}

    def __enter__(self) -> "_Display":
        self._progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._progress.stop()

    def tell(self, sentence: Message) -> None:
        self._progress.console.print(say(sentence), markup=False)

    def progress(self, task: Task, done: int, total: int) -> None:
        if task not in self._bars:
            self._bars[task] = self._progress.add_task(say(TASK_NAMES[task]), total=total)
        self._progress.update(self._bars[task], completed=min(done, total), total=total)
