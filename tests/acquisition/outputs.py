"""Outputs on real links: a calibrator and a pressure controller, simulated, with short waits."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from instruments.conftest import DRIVERS

from labclient.acquisition import Bound, Bounds, Output, Recorder, Standing
from labclient.clock import SystemClock
from labclient.errors import Trouble
from labclient.instruments import Device, Guard, load_driver
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.notebook import Notebook, Reader
from labclient.signing import NoteKey
from labclient.words import message, say

CALIBRATOR, CONTROLLER = "fluke-5730a", "druck-pace"
STAYS_ON = (('send = "STBY", simulate_state = { word = "6144" }', 'send = "STBY"'),)
# a watchdog that wakes at once and does nothing; the real one is tried where it matters
NAPPING = (sys.executable, "-S", "-c", "import sys; print('ready', flush=True); sys.stdin.read()")
SHORT = (
    ("reply_s = 3.0", "reply_s = 0.5"),
    ("quiet_s = 0.2", "quiet_s = 0.02"),
    ("every_s = 0.5", "every_s = 0.02"),
    ("every_s = 1\n", "every_s = 0.02\n"),
    ("longest_s = 60\n", "longest_s = 1.0\n"),
    ("longest_s = 600\n", "longest_s = 1.0\n"),
    ("min_gap_ms = 100", "min_gap_ms = 1"),
    ('kind = "standby"', 'kind = "standby"\nlongest_s = 0.3'),
    ('kind = "held"', 'kind = "held"\nlongest_s = 0.3'),
)


def quick(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The shipped driver file with short waits and these changes."""
    text = (DRIVERS / f"{name}.toml").read_text("utf-8")
    for old, new in (*SHORT, *changes):
        assert old in text or (old, new) in SHORT, old
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def limits(unit: str = "V", most: str = "100", confirm: str | None = "30") -> Bounds:
    highest = Decimal(1100 if unit == "V" else 21000)
    lowest = Decimal(-1100 if unit == "V" else -100)
    bound = Bound(Decimal(most), message("of the test"))
    return Bounds(unit, lowest, highest, (bound,), (), None if confirm is None else Decimal(confirm))


@dataclass
class Sourcing:
    """One output with its record; what it told and showed is kept."""

    output: Output
    simulated: Simulated
    notebook: Notebook
    folder: Path
    address: str
    told: list[str] = field(default_factory=list)
    shown: list[Standing] = field(default_factory=list)

    @property
    def state(self) -> dict[str, str]:
        """The knobs of the simulated unit."""
        return self.simulated.hands.status()["state"]

    @property
    def on(self) -> bool:
        state = self.state
        return bool(int(state["word"]) & 1) if "word" in state else state["controlling"] == "1"

    def set(self, value: str, name: str = "") -> Standing:
        return self.output.set(Decimal(value), name).result(timeout=60)

    def entries(self, *kinds: str) -> list:
        with Reader.open(self.notebook.path) as reader:
            return list(reader.entries(set(kinds or ("output-confirmed", "output-set", "output-told", "output-safe"))))

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries()]

    @property
    def left(self) -> list[Path]:
        return sorted(self.folder.glob("*.json"))


@pytest.fixture(scope="session")
def running(tmp_path_factory) -> Iterator[Callable[..., Simulated]]:
    """Simulators of drivers with changes; each lives as long as the tests."""
    started: dict[tuple[object, ...], Simulated] = {}
    with ExitStack() as stack:

        def start(name: str, *changes: tuple[str, str]) -> Simulated:
            if (name, *changes) not in started:
                path = quick(tmp_path_factory.mktemp("there"), name, *changes)
                started[name, *changes] = stack.enter_context(start_simulator(path, speed=1000.0))
            return started[name, *changes]

        yield start


@pytest.fixture
def sourcing(tmp_path: Path, running) -> Iterator[Callable[..., Sourcing]]:
    """Make an output at a simulator of the driver; `changes` are made on both sides, those of `there` only there."""
    with ExitStack() as stack:

        def make(name: str = CALIBRATOR, *changes: tuple[str, str], bounds: Bounds | None = None, there: tuple = (),
                 clock=None) -> Sourcing:  # fmt: skip
            path, simulated = quick(tmp_path, name, *changes), running(name, *changes, *there)
            simulated.hands.reset()
            clock = clock or SystemClock()
            notebook = stack.enter_context(
                Notebook.create(
                    tmp_path / "out.labnote", clock=clock, author="P-01", key=NoteKey.generate("b"), body={}
                )
            )
            recorder = stack.enter_context(Recorder(notebook, interval=0.02))
            folder = tmp_path / "left"
            folder.mkdir()
            told: list[str] = []
            shown: list[Standing] = []
            output = Output(
                Device(load_driver(path), simulated.address, clock=clock), recorder, clock,
                bounds or limits("V" if name == CALIBRATOR else "kPa"), Guard(folder, simulated.address, NAPPING),
                instrument="cal1", author="P-01", station="measurement",
                tell=lambda sentence: told.append(say(sentence, "en")), show=shown.append,
            )  # fmt: skip
            stack.callback(_close, output, folder)
            output.open().result(timeout=60)
            return Sourcing(output, simulated, notebook, folder, simulated.address, told, shown)

        yield make


def _close(output: Output, folder: Path) -> None:
    try:
        output.close()
    except Trouble:  # the test looked at it
        for path in folder.glob("*.json"):
            path.unlink()
