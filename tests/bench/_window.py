"""The window: how long its thread is blocked while readings stream in, and how soon it is there."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import msgspec
import numpy as np

from labclient.acquisition import Recorder
from labclient.clock import SystemClock
from labclient.demo._papers import LABORATORY, prepare_papers
from labclient.home import Home, shipped
from labclient.notebook import Draft, Notebook
from labclient.participation import Participation

from ._figures import Figure, Size
from ._process import apart
from ._record import AUTHOR, BATCH, RATE, begin, lines, parsed

_PROBE_MS = 5
_PATIENCE_S = 30.0
_ROOT = Path(__file__).parents[2]


def block(size: Size, folder: Path) -> Iterator[Figure]:
    """Gaps of the window's event loop while it follows a notebook that another process records into at 50 000/s."""
    spans = []
    for number in range(min(3, size.repeats)):
        notebook = apart(_at_stability, folder / f"{number}")
        spans.append(apart(_follow, notebook, size.watched_s))
    idle = apart(_follow, apart(_at_stability, folder / "idle"), min(10.0, size.watched_s), idle=True)
    for name, of in (("gui_block_p99_ms", _p99), ("gui_block_max_ms", max)):
        runs = [of(span) for span in spans]
        told = ", ".join(f"{run:.1f}" for run in runs)
        yield Figure(name, min(runs), "ms", f"runs {told}; idle window {of(idle):.1f} ms")


def start(size: Size, folder: Path) -> Iterator[Figure]:
    """From the start of the process to the first turn of the event loop with the window shown, starts interleaved."""
    ours, bare = [], []
    for number in range(size.starts + 1):
        times = _start("labclient", folder), _start("bare", folder)
        if number:  # the first of each warms the disk's cache
            ours.append(times[0])
            bare.append(times[1])
    told = f"bare PySide6 + pyqtgraph window {median(bare):.2f} s; labclient {median(ours):.2f} s"
    yield Figure("start_ratio", median(ours) / median(bare), "of its time", told)


def _start(what: str, folder: Path) -> float:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "LABCLIENT_HOME": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its byte code
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.opened", what], cwd=_ROOT, env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read(5)
        spent = time.perf_counter() - began
    if said != b"shown":
        raise RuntimeError(f"{what} was not shown")
    return spent


def _at_stability(folder: Path) -> Path:
    """A participation's notebook at the station of stability; how it came there is no matter here."""
    path, home = folder / "stream.labnote", Home(folder / "pc")
    folder.mkdir()
    plan = shipped("resources", "examples") / "plan.json"
    papers = prepare_papers(folder, home, plan.read_bytes(), datetime.now(UTC))
    with Participation.create(
        path,
        plan=papers.plan,
        trust=papers.trust,
        confirmed_root=papers.root,
        laboratory=LABORATORY,
        who=AUTHOR,
        clock=SystemClock(),
        home=home,
    ) as participation:
        for station in ("arrival", "warm-up"):
            participation.recorder.enter(Draft(kind="station-done", body={"station": station}, author=AUTHOR))
    return path


def _follow(notebook: Path, seconds: float, *, idle: bool = False) -> list[float]:
    """Milliseconds between the turns of a probe timer in the window's thread."""
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "LABCLIENT_HOME": str(notebook.parent)}
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from labclient.ui._shell import Shell
    from labclient.ui._theme import LIGHT, apply
    from labclient.ui._watch import LiveReplies

    application = QApplication([])
    apply(application, LIGHT)
    shell = Shell()
    shell.show()
    shell._follow(notebook)
    turns: list[float] = []
    shown: list[int] = []
    probe = QTimer(timerType=Qt.TimerType.PreciseTimer)
    probe.timeout.connect(lambda: turns.append(time.perf_counter()))

    def count(replies: LiveReplies) -> None:
        shown.append(len(replies.times))
        if not probe.isActive():
            probe.start(_PROBE_MS)

    shell.watcher.replied.connect(count)
    if idle:
        probe.start(_PROBE_MS)
        QTimer.singleShot(round(seconds * 1000), application.quit)
        application.exec()
    else:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            recorded: Future[int] = pool.submit(_record, notebook, seconds)
            until = QTimer()
            # `quit` would close the window before it has shown the last readings.
            until.timeout.connect(lambda: application.exit() if recorded.done() else None)
            until.start(100)
            application.exec()
            probe.stop()
            late = time.perf_counter() + _PATIENCE_S
            while sum(shown) < recorded.result() and time.perf_counter() < late:
                application.processEvents()
            if sum(shown) != recorded.result():
                raise AssertionError(f"{sum(shown)} of {recorded.result()} readings were shown")
    shell.close()
    return [1e3 * (after - before) for before, after in pairwise(turns)]


def _record(notebook: Path, seconds: float) -> int:
    """Offer readings in time, evenly spaced by the instrument's clock; returns how many."""
    chunk, count = lines(BATCH), int(seconds * RATE / BATCH)
    step = 10**9 // RATE
    with Notebook.open(notebook, clock=SystemClock()) as record, Recorder(record) as recorder:
        run, member = begin(recorder)
        began, first = time.perf_counter(), time.monotonic_ns()
        for i in range(count):
            time.sleep(max(0.0, began + i * BATCH / RATE - time.perf_counter()))
            replies = msgspec.structs.replace(parsed(chunk), t_ns=range(first, first + BATCH * step, step))
            recorder.offer(run, member, replies, b"\n")
            first += BATCH * step
    return count * BATCH


def _p99(spans: list[float]) -> float:
    return float(np.quantile(spans, 0.99))
