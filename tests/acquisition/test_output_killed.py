"""A process that has an output on is killed: the watchdog brings it into its safe state and says so in the file."""

import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from outputs import CALIBRATOR, CONTROLLER, STAYS_ON, limits, quick, running

from labclient.acquisition import Output, Recorder
from labclient.clock import SystemClock
from labclient.errors import GateClosed, NotVerified, Trouble
from labclient.instruments import Device, Guard, forget_left, left_on, load_driver, make_left_safe
from labclient.instruments import _guard as guard_module
from labclient.instruments._guard import left_file
from labclient.notebook import Notebook
from labclient.signing import NoteKey

__all__ = ["running"]

ON = """
import sys, time
from decimal import Decimal
from pathlib import Path
from labclient.acquisition import Bound, Bounds, Output, Recorder
from labclient.clock import SystemClock
from labclient.instruments import Device, Guard, load_driver
from labclient.notebook import Notebook
from labclient.signing import NoteKey
from labclient.words import message
driver, address, folder, value = load_driver(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]), Decimal(sys.argv[4])
clock = SystemClock()
notebook = Notebook.create(folder / "out.labnote", clock=clock, author="P-01", key=NoteKey.generate("b"), body={})
unit = driver.file.output.unit
bounds = Bounds(unit, Decimal(-1000), Decimal(1000), (Bound(Decimal(500), message("test")),))
output = Output(Device(driver, address), Recorder(notebook), clock, bounds, Guard(folder, address),
                instrument="cal1", author="P-01", tell=print)
output.open().result()
print(output.set(value, "Operator A").result().stand, flush=True)
time.sleep(600)
"""


def killed(folder: Path, driver: Path, address: str, value: str, how: int = signal.SIGKILL) -> None:
    command = [sys.executable, "-c", ON, str(driver), address, str(folder), value]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == "on"
        process.send_signal(how)
        process.wait(120)


def until(done, seconds: float = 60.0) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("name", "value", "knob", "off"), [(CALIBRATOR, "20", "word", "6144"), (CONTROLLER, "100", "controlling", "0")]
)
def test_a_killed_process_leaves_its_output_safe_and_says_so(tmp_path, running, name, value, knob, off) -> None:
    simulated = running(name)
    simulated.hands.reset()
    killed(tmp_path, quick(tmp_path, name), simulated.address, value)
    until(lambda: left_on(tmp_path)[0].outcome is not None)
    assert simulated.hands.status()["state"][knob] == off
    (left,) = left_on(tmp_path)
    assert left.is_safe
    assert left.outcome.by == "watchdog"
    assert (left.instrument, left.value, left.who) == ("cal1", value, "P-01")
    assert left.notebook == str(tmp_path / "out.labnote")
    forget_left(tmp_path, left)
    assert left_on(tmp_path) == ()


def test_where_even_the_watchdog_fails_the_next_one_finds_it(tmp_path, running) -> None:
    simulated = running(CALIBRATOR, *STAYS_ON)
    simulated.hands.reset()
    driver = quick(tmp_path, CALIBRATOR)
    killed(tmp_path, driver, simulated.address, "20")
    (left,) = left_on(tmp_path)
    assert not left.is_safe
    with pytest.raises(NotVerified, match="By hand, now"):
        make_left_safe(tmp_path, left)
    simulated.hands.set(word="6144")
    until(lambda: left_on(tmp_path)[0].is_safe)  # the watchdog has not given up
    assert left_on(tmp_path)[0].outcome.by == "watchdog"


def test_a_watchdog_that_does_not_come_up_lets_nothing_be_switched_on(tmp_path, running) -> None:
    simulated = running(CALIBRATOR)
    simulated.hands.reset()
    guard = Guard(tmp_path, simulated.address, (sys.executable, "-S", "-c", "pass"))
    clock = SystemClock()
    with (
        Notebook.create(tmp_path / "a.labnote", clock=clock, author="P-01", key=NoteKey.generate("b"), body={}) as book,
        Recorder(book, interval=0.02) as recorder,
        Output(Device(load_driver(quick(tmp_path, CALIBRATOR)), simulated.address), recorder, clock, limits(), guard,
               instrument="cal1", author="P-01", tell=lambda _: None) as output,
    ):  # fmt: skip
        output.open().result(timeout=60)
        with pytest.raises(GateClosed, match="watchdog"):
            output.set(Decimal(1)).result(timeout=60)
    state = simulated.hands.status()["state"]
    assert (state["value"], state["word"]) == ("0", "6144"), "not a byte of it was sent"
    assert left_on(tmp_path) == ()


def test_a_spoilt_file_says_that_an_output_may_be_on(tmp_path) -> None:
    left_file(tmp_path, "GPIB0::4::INSTR").write_text("{")
    with pytest.raises(Trouble, match="an output may be on"):
        left_on(tmp_path)


def test_the_watchdog_is_a_verb_where_there_is_no_module_to_run() -> None:
    assert guard_module._COMMAND[-1] == "labclient.instruments.watchdog"
