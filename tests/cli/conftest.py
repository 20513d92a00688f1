"""The command line as a person meets it: processes with pipes, or the same entrance in this process when that is all
that matters."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labclient.cli import main
from labclient.demo._papers import PASSPHRASE, Papers, prepare_papers
from labclient.home import Home, shipped
from labclient.instruments.simulator import Hands

PROGRAM = (sys.executable, "-m", "labclient")
EXAMPLES = shipped("resources", "examples")
PROMPT = re.compile(r"Connect (?P<role>[SXCZ]) \(.*\), (?P<point>\S+), (?P<way>normal|reversed); then press Enter\.")


def environment(home: Home, **more: str) -> dict[str, str]:
    return {**os.environ, "LABCLIENT_HOME": str(home.root), "LABCLIENT_LANGUAGE": "en", "PYTHONUTF8": "1",
            "LABCLIENT_PASSPHRASE": PASSPHRASE, **more}  # fmt: skip


@pytest.fixture
def pc(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A PC whose people all have the passphrase of the example."""
    monkeypatch.setenv("LABCLIENT_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("LABCLIENT_LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "250")
    return home


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Ask = Callable[..., Answer]


@pytest.fixture
def ask(pc: Home, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The entrance in this process: exit code and what was said."""

    def asked(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(one) for one in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err + told.out
        return Answer(code, told.out, told.err)

    return asked


@pytest.fixture
def done(ask: Ask) -> Ask:
    """As `ask`, for what has to succeed."""

    def asked(*arguments: object) -> Answer:
        answer = ask(*arguments)
        assert answer.code == 0, (arguments, answer)
        return answer

    return asked


def compact_plan() -> bytes:
    """The example's plan, made quick: one day, two cycles, few readings, wide limits."""
    plan = json.loads((EXAMPLES / "plan.json").read_bytes())
    plan["warm_up"] |= {
        "limit": {"value": "1", "unit": "mV"},
        "window": {"value": "0.5", "unit": "s"},
        "minimum": {"value": "1", "unit": "s"},
        "longest": {"value": "20", "unit": "s"},
        "interval": {"value": "0.02", "unit": "s"},
    }
    plan["stability"] |= {"readings": 16, "limit": {"value": "1", "unit": "mV"}}
    plan["environment"]["interval"] = {"value": "1", "unit": "s"}
    plan["measurement"] |= {"days": 1, "cycles": 2, "zero_limit": {"value": "1", "unit": "mV"}}
    plan["measurement"]["scheme"] |= {"readings": 2, "wait": {"value": "0.01", "unit": "s"}}
    return json.dumps(plan).encode()


@pytest.fixture
def papers(pc: Home, tmp_path: Path) -> Papers:
    """Everybody's identities on this PC, the compact plan and the trust list signed."""
    folder = tmp_path / "pilot"
    folder.mkdir()
    return prepare_papers(folder, pc, compact_plan(), datetime.now(UTC))


class Simulated:
    """`labclient simulate` in a process of its own, with its hands."""

    def __init__(self, home: Home, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "simulate", *arguments, "--world", str(EXAMPLES / "world.json"), "--speed", "2000"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(home),
        )  # fmt: skip
        assert self.process.stdout
        self.ready = json.loads(self.process.stdout.readline())
        self.hands = Hands(self.ready["control"])

    @property
    def address(self) -> str:
        return str(self.ready["address"])

    def close(self) -> None:
        self.hands.close()
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture
def meter(pc: Home) -> Iterator[Simulated]:
    simulated = Simulated(pc, "keysight-344xx")
    yield simulated
    simulated.close()


@pytest.fixture
def room(pc: Home) -> Iterator[Simulated]:
    simulated = Simulated(pc, "vaisala-ptu300", "--listen", "pty" if os.name == "posix" else "tcp://127.0.0.1:0")
    yield simulated
    simulated.close()


class Recording:
    """`labclient record` in a process of its own; `go_on` is the person who moves the cables."""

    def __init__(self, home: Home, hands: Hands, notebook: Path, *arguments: str) -> None:
        self._hands = hands
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*PROGRAM, "record", str(notebook), "--who", "P-01", *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(home), encoding="utf-8",
        )  # fmt: skip

    def go_on(self, connections: int = 10_000) -> int:
        """Move the cables as asked, so many times at most; returns how often it was done."""
        assert self.process.stdout
        assert self.process.stdin
        moved = 0
        while moved < connections and (line := self.process.stdout.readline()):
            self.said.append(line)
            asked = PROMPT.search(line)
            if asked:
                self._hands.connect(asked["role"], asked["point"], asked["way"] == "reversed")
                self.process.stdin.write("\n")
                self.process.stdin.flush()
                moved += 1
        return moved

    def end(self) -> tuple[int, str]:
        """The exit code, and what was said on both streams."""
        self.go_on()
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        err = self.process.stderr.read()
        code = self.process.wait(60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        assert "Traceback" not in err
        return code, "".join(self.said) + err


@dataclass
class Bench:
    """A notebook begun on a bench with both instruments in the register."""

    home: Home
    notebook: Path
    papers: Papers
    meter: Simulated
    folder: Path

    def record(self, *arguments: str) -> Recording:
        return Recording(self.home, self.meter.hands, self.notebook, *arguments)


@pytest.fixture
def bench(pc: Home, papers: Papers, meter: Simulated, room: Simulated, done: Ask, tmp_path: Path) -> Bench:
    notebook = tmp_path / "LAB01.labnote"
    done("instruments", "add", "meter", "keysight-344xx", meter.address)
    done("instruments", "add", "room", "vaisala-ptu300", room.address)
    done("new", notebook, "--plan", papers.plan, "--trust", papers.trust, "--confirm", papers.root,
         "--laboratory", "LAB01", "--who", "P-01")  # fmt: skip
    return Bench(pc, notebook, papers, meter, tmp_path)


def body(folder: Path, kind: str) -> Path:
    """The example's entry of a kind, as a file."""
    path = folder / f"{kind}.json"
    path.write_text(json.dumps(json.loads((EXAMPLES / "entries.json").read_bytes())[kind]), encoding="utf-8")
    return path


def arrive(done: Ask, bench: Bench) -> None:
    """Everything of the arrival but the functional check."""
    for kind in ("standard", "arrival"):
        done("enter", bench.notebook, kind, body(bench.folder, kind), "--who", "P-01")
    done("enter", bench.notebook, "attachment", EXAMPLES / "crate.png", "--what", "photo", "--who", "P-01")
    log = EXAMPLES / "transport-ok.csv"
    done("enter", bench.notebook, "attachment", log, "--what", "transport-log", "--who", "P-01")
    done("enter", bench.notebook, "check", "transport", "--who", "P-01")


def up_to_measurement(done: Ask, bench: Bench) -> None:
    """Arrival, warm-up and stability, each done."""
    arrive(done, bench)
    for task, station in (("functional", "arrival"), ("settling", "warm-up"), ("stability", "stability")):
        code, told = bench.record("--task", task).end()
        assert code == 0, told
        done("enter", bench.notebook, "done", station, "--who", "P-01")
