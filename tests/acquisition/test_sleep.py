"""A real recording process that stands still for a while: nothing late becomes a value, and the record says what was.

The pause is short here; LABCLIENT_TEST_SLEEP_S=30 makes it long.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from instruments.conftest import DRIVERS, MULTIMETER

from labclient.acquisition import clock_remarks
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.notebook import Entry, Reader, RunData, check, interrupted, run_values
from labclient.words import say

ROOT = Path(__file__).parents[2]
ASLEEP_S = float(os.environ.get("LABCLIENT_TEST_SLEEP_S", "5"))
BEFORE, AFTER = 10.0, 5.0  # volts
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP is a POSIX matter"),
    pytest.mark.timeout(300 + 3 * ASLEEP_S),
]
RECORD = """
import sys
from pathlib import Path
from labclient.acquisition import ClockWatch, Recorder, Series, Source
from labclient.clock import SystemClock
from labclient.instruments import Device, load_driver
from labclient.notebook import Notebook
from labclient.signing import NoteKey

path, driver, address, interval = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
clock, key = SystemClock(), NoteKey.generate("bench")
with Notebook.create(path, clock=clock, author="P-01", key=key, body={}) as notebook, Recorder(notebook) as recorder:
    watch = ClockWatch(recorder)
    device = Device(load_driver(driver), address)
    with Source(device, "voltage", recorder, clock, print, author="P-01", station="stability") as source:
        run = source.start("stability", "record")
        meaning = Series(run=run, role="X", artefact="TS", measurand="voltage", operator="P-01", purpose="record")
        watching = source.watch(meaning, interval)
        print(run, flush=True)
        sys.stdin.readline()
        source.halt()
        watching.result()
        source.stop("finished")
    watch.close()
"""


class Recording:
    """A process that records into a notebook, and what it has recorded."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path, run: int) -> None:
        self._process = process
        self._path = path
        self.run = run

    def await_(self, condition: Callable[[], bool]) -> None:
        """Wait, while the process records; the test's time limit ends it."""
        while not condition():
            assert self._process.poll() is None
            time.sleep(0.01)

    def await_more(self, count: int) -> None:
        wanted = len(self.data().index) + count
        self.await_(lambda: len(self.data().index) >= wanted)

    def asleep(self, meanwhile: Callable[[], object]) -> tuple[int, int]:
        """Stop the process for a while; from when to when it certainly stood still, on the clock of the readings."""
        os.kill(self._process.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)
        began = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        meanwhile()
        time.sleep(ASLEEP_S)  # the fault itself
        ended = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        os.kill(self._process.pid, signal.SIGCONT)
        return began, ended

    def data(self) -> RunData:
        with Reader.open(self._path) as reader:
            return run_values(reader, self.run)

    def entries(self, kind: str) -> list[Entry]:
        with Reader.open(self._path) as reader:
            return list(reader.entries({kind}))

    def end(self) -> None:
        assert self._process.communicate(b"\n", timeout=60)[1] is None
        assert self._process.returncode == 0


@pytest.fixture
def bench() -> Iterator[Simulated]:
    with start_simulator(DRIVERS / f"{MULTIMETER}.toml", speed=1000.0) as simulated:
        simulated.hands.wire(BEFORE)
        yield simulated


@contextmanager
def recording(path: Path, simulated: Simulated, interval_s: float) -> Iterator[Recording]:
    arguments = [str(path), str(DRIVERS / f"{MULTIMETER}.toml"), simulated.address, str(interval_s)]
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", RECORD, *arguments], cwd=ROOT, stdin=pipe, stdout=pipe) as process:
        try:
            assert process.stdout is not None
            yield Recording(process, path, int(process.stdout.readline()))
        finally:
            process.kill()  # also one that is stopped


def judge(made: Recording, path: Path, began: int, ended: int) -> None:
    """What holds wherever the process was stopped."""
    assert check(path, deep=True).ok
    data = made.data()
    assert data.index.tolist() == list(range(len(data.index)))
    assert (data.t_ns[1:] > data.t_ns[:-1]).all()
    assert not ((data.t_ns > began) & (data.t_ns < ended)).any()
    (slept,) = made.entries("slept")
    assert (slept.body["cause"], slept.body["runs"]) == ("stopped", [made.run])
    assert int(slept.body["from_ns"]) <= began < ended <= int(slept.body["to_ns"])
    assert float(slept.body["seconds"]) >= ASLEEP_S
    assert made.entries("clock-step") == []
    with Reader.open(path) as reader:
        assert interrupted(reader) == []
        ((entry, told),) = clock_remarks(reader)
    assert entry.seq == slept.seq
    assert say(told).endswith(f" s; open runs: {made.run}")


def test_a_reply_that_came_while_the_program_stood_still_is_no_value(bench, tmp_path) -> None:
    path = tmp_path / "slept.labnote"
    with recording(path, bench, 0.0) as made:
        made.await_more(3)
        bench.hands.fault("late")
        made.await_(lambda: bench.hands.status()["held"] == 1)

        def another_value_and_the_late_reply() -> None:
            bench.hands.wire(AFTER)
            assert bench.hands.release() == 1

        began, ended = made.asleep(another_value_and_the_late_reply)
        made.await_more(3)
        made.end()
    data = made.data()
    late = data.t_ns > ended
    assert data.values[~late, 0] == pytest.approx(BEFORE, abs=1e-3)
    assert data.values[late, 0] == pytest.approx(AFTER, abs=1e-3)
    (gap,) = made.entries("gap")
    assert gap.body["after"] == (~late).sum() - 1
    assert int(gap.body["from_ns"]) >= ended
    judge(made, path, began, ended)


def test_a_pause_between_two_readings_is_in_the_record_and_spoils_neither(bench, tmp_path) -> None:
    path = tmp_path / "between.labnote"
    with recording(path, bench, 3.0) as made:
        made.await_more(1)
        began, ended = made.asleep(lambda: None)
        made.await_more(1)
        made.end()
    assert made.entries("gap") == []
    judge(made, path, began, ended)
