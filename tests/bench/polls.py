"""Polling over loopback TCP, against a bare pyvisa loop that stores nothing, and against PyMeasure writing its CSV."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from labclient.acquisition import Recorder, Source
from labclient.clock import SystemClock
from labclient.home import shipped
from labclient.instruments import Device, load_driver
from labclient.notebook import Draft
from labclient.words import Message

from ._figures import Figure, Size
from ._peers import peer_python
from ._process import cores, pinned
from ._record import AUTHOR, meaning, new_notebook

_ROOT = Path(__file__).parents[2]
Loop = Callable[[int], float]  # so many readings; returns the seconds they took


def poll(size: Size, folder: Path) -> Iterator[Figure]:
    """Query to durable, logged reading, by source, recorder and notebook, as a part of the bare loop's rate."""
    with ExitStack() as stack:
        address = stack.enter_context(_served())
        ours = stack.enter_context(_ours(address, folder))
        one, other = (stack.enter_context(_bare(address)) for _ in range(2))
        rates = _rates({"one": one, "ours": ours, "other": other}, size)
    bare = f"bare pyvisa query {median(rates['one']):.0f}/s"
    yield Figure("poll_ratio", _ratio(rates["ours"], rates["one"]), "of its rate", bare)
    yield Figure("poll_ratio_null", _ratio(rates["other"], rates["one"]), "of its rate", bare)


def pymeasure(size: Size, folder: Path) -> Iterator[Figure]:
    """The same loop as a part of the rate of PyMeasure's Worker, whose CSV is written but not synced."""
    python = peer_python()
    with ExitStack() as stack:
        address = stack.enter_context(_served())
        ours = stack.enter_context(_ours(address, folder))
        theirs = stack.enter_context(_worker(python, address, folder))
        rates = _rates({"theirs": theirs, "ours": ours}, size)
    peer = f"PyMeasure's Worker {median(rates['theirs']):.0f}/s, labclient {median(rates['ours']):.0f}/s"
    yield Figure("poll_vs_pymeasure", _ratio(rates["ours"], rates["theirs"]), "of its rate", peer)


def overhead(size: Size, folder: Path) -> Iterator[Figure]:
    """What a device's checks of each reply cost above a bare query."""
    with ExitStack() as stack:
        address = stack.enter_context(_served())
        bare = stack.enter_context(_bare(address))
        device = stack.enter_context(Device(load_driver(shipped("drivers", "keysight-344xx.toml")), address))

        def polled(count: int) -> None:
            for _ in range(count):
                device.poll("voltage")

        rates = _rates({"bare": bare, "polled": partial(_timed, polled)}, size)
    more = median(1e6 / a - 1e6 / b for a, b in zip(rates["polled"], rates["bare"], strict=True))
    yield Figure(
        "driver_overhead", more, "µs a reading", f"bare pyvisa query {median(1e6 / r for r in rates['bare']):.0f} µs"
    )


def _rates(loops: dict[str, Loop], size: Size) -> dict[str, list[float]]:
    """Rates of each loop in rounds of about equal time, the order turned from round to round."""
    counts = {}
    for name, loop in loops.items():
        loop(20)
        counts[name] = max(10, int(_rate(loop, 200) * size.slice_s))
    rates: dict[str, list[float]] = {name: [] for name in loops}
    names = list(loops)
    for _ in range(size.rounds):
        for name in names:
            rates[name].append(_rate(loops[name], counts[name]))
        names.append(names.pop(0))
    return rates


def _rate(loop: Loop, count: int) -> float:
    return count / loop(count)


def _timed(work: Callable[[int], None], count: int) -> float:
    began = time.perf_counter()
    work(count)
    return time.perf_counter() - began


def _ratio(rates: list[float], peers: list[float]) -> float:
    return median(a / b for a, b in zip(rates, peers, strict=True))


@contextmanager
def _served() -> Iterator[str]:
    """The address of a server on the last core, while this thread and those it starts keep to the first."""
    mine, its = (cores()[0], cores()[-1]) if len(cores()) > 1 else (None, None)
    command = [sys.executable, "-m", "tests.bench.server", *([] if its is None else [str(its)])]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            with pinned(mine):
                yield f"TCPIP0::127.0.0.1::{port}::SOCKET"
        finally:
            server.communicate()


@contextmanager
def _ours(address: str, folder: Path) -> Iterator[Loop]:
    """Source, recorder and notebook: what a reading takes until it is durable."""
    with ExitStack() as stack:
        recorder = stack.enter_context(Recorder(stack.enter_context(new_notebook(folder / "poll.labnote"))))
        device = Device(load_driver(shipped("drivers", "keysight-344xx.toml")), address)
        source = Source(device, "voltage", recorder, SystemClock(), _deaf, author=AUTHOR, station="stability")
        stack.enter_context(source)
        run = source.start("stability", "diagnostic")

        def take(count: int) -> None:
            source.take(meaning(run), count).result()
            recorder.enter(Draft(kind="note", body={}, author=AUTHOR))  # returns when all before it is durable

        yield partial(_timed, take)
        source.stop("done")


@contextmanager
def _worker(python: Path, address: str, folder: Path) -> Iterator[Loop]:
    """PyMeasure in a process of its own, on the core of this thread."""
    command = [str(python), "-P", str(Path(__file__).with_name("pymeasure_worker.py")), address, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        asked, told = worker.stdin, worker.stdout

        def take(count: int) -> float:
            asked.write(f"{count}\n")
            asked.flush()
            return float(told.readline())

        try:
            yield take
        finally:
            worker.communicate()


@contextmanager
def _bare(address: str) -> Iterator[Loop]:
    from pyvisa import ResourceManager

    manager = ResourceManager()
    instrument = manager.open_resource(address, read_termination="\n", write_termination="\n")
    try:
        yield partial(_timed, partial(_query, instrument.query))
    finally:
        instrument.close()


def _query(query: Callable[[str], str], count: int) -> None:
    for _ in range(count):
        query("READ?")


def _deaf(sentence: Message) -> None:
    del sentence
