"""The command line as a person meets it: processes with pipes, or the same entrance in this process when that is all
that matters."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from labclient.cli import main
from labclient.cli._main import FAULT
from labclient.demo._papers import PASSPHRASE, Papers, prepare_papers
from labclient.home import Home, shipped
from labclient.instruments.simulator import Hands
from labclient.signing import new_authority, new_identity

PROGRAM = (sys.executable, "-m", "labclient")
EXAMPLES = shipped("resources", "examples")
WHO = ("--who", "P-01")
PROMPT = re.compile(r"Connect (?P<role>[SXCZ]) \(.*\), (?P<point>\S+), (?P<way>direct|reversed); then press Enter\.")


def environment(home: Home, **more: str) -> dict[str, str]:
    return {**os.environ, "LABCLIENT_HOME": str(home.root), "LABCLIENT_LANGUAGE": "en", "PYTHONUTF8": "1",
            "LABCLIENT_PASSPHRASE": PASSPHRASE, **more}  # fmt: skip


@dataclass
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Pc:
    """A PC whose people all have the passphrase of the example."""

    home: Home

    def ask(self, *arguments: object, **more: str) -> Answer:
        """The entrance in this process: exit code and what was said."""
        with (
            patch.dict(os.environ, environment(self.home, COLUMNS="250", **more)),
            redirect_stdout(StringIO()) as out,
            redirect_stderr(StringIO()) as err,
        ):
            code = main([str(one) for one in arguments])
        assert "Traceback" not in out.getvalue() + err.getvalue()
        assert code != FAULT, (arguments, err.getvalue())
        return Answer(code, out.getvalue(), err.getvalue())

    def done(self, *arguments: object) -> Answer:
        """As `ask`, for what has to succeed."""
        answer = self.ask(*arguments)
        assert answer.code == 0, (arguments, answer)
        return answer

    def run(self, *arguments: object, stdin: bytes | None = b"") -> Answer:
        """A process of its own."""
        done = subprocess.run([*PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, check=False,
                              timeout=200, env=environment(self.home))  # fmt: skip
        answer = Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in answer.out + answer.err
        return answer


@pytest.fixture
def pc(home: Home) -> Pc:
    return Pc(home)


def compact_plan() -> bytes:
    """The example's plan, made quick: one day, two cycles, few readings, wide limits."""
    plan = json.loads((EXAMPLES / "plan.json").read_bytes())
    plan["warm_up"] |= {
        "limit": {"value": "1", "unit": "mV"},
        "window": {"value": "2.4", "unit": "s"},  # each twelfth of it needs a reading, however busy the machine is
        "minimum": {"value": "1", "unit": "s"},
        "longest": {"value": "30", "unit": "s"},
        "interval": {"value": "0.05", "unit": "s"},
    }
    plan["transfer_standard"]["applied"] = {
        "greatest": {"value": "12", "unit": "V"},
        "confirm_above": {"value": "10.5", "unit": "V"},
    }
    plan["stability"] |= {"readings": 16, "limit": {"value": "1", "unit": "mV"}}
    plan["environment"]["interval"] = {"value": "1", "unit": "s"}
    plan["measurement"] |= {"days": 1, "cycles": 2, "zero_limit": {"value": "1", "unit": "mV"}}
    plan["measurement"]["scheme"] |= {"readings": 2, "wait": {"value": "0.01", "unit": "s"}}
    return json.dumps(plan).encode()


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
        self.process.wait(120)
        self.process.stdout.close()


@contextmanager
def simulated(home: Home, *arguments: str) -> Iterator[Simulated]:
    one = Simulated(home, *arguments)
    try:
        yield one
    finally:
        one.close()


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
                moved += 1
                if not self.process.stdin.closed:
                    self.process.stdin.write("\n")
                    self.process.stdin.flush()
        return moved

    def leave(self, connections: int) -> tuple[int, str]:
        """Go away for good after so many connections."""
        self.go_on(connections)
        assert self.process.stdin
        self.process.stdin.close()
        return self.end()

    def end(self) -> tuple[int, str]:
        """The exit code, and what was said on both streams."""
        self.go_on()
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        err = self.process.stderr.read()
        code = self.process.wait(120)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        assert "Traceback" not in err
        return code, "".join(self.said) + err


@dataclass(frozen=True)
class Bench:
    """A participation under way, on a bench with both instruments in the register."""

    pc: Pc
    folder: Path
    papers: Papers
    meter: Simulated

    @property
    def notebook(self) -> Path:
        return self.folder / "LAB01.labnote"

    def record(self, *arguments: str) -> Recording:
        return Recording(self.pc.home, self.meter.hands, self.notebook, *arguments)

    def done(self, verb: str, *arguments: object) -> Answer:
        """A verb on the notebook that has to succeed."""
        return self.pc.done(verb, self.notebook, *arguments)

    def enter(self, kind: str) -> None:
        """Enter the example's entry of a kind."""
        path = self.folder / f"{kind}.json"
        path.write_text(json.dumps(json.loads((EXAMPLES / "entries.json").read_bytes())[kind]), encoding="utf-8")
        self.done("enter", kind, path, *WHO)

    def missing(self, station: str) -> list[str]:
        """What is missing at a station, as the status says it."""
        stations = self.done("status", "--json").json["stations"]
        return next(one["missing"] for one in stations if one["station"] == station)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A participation up to the measurement, made once through the command line."""
    folder = tmp_path_factory.mktemp("prepared")
    pc = Pc(Home(folder / "home"))
    pilot = folder / "pilot"
    pilot.mkdir()
    papers = prepare_papers(pilot, pc.home, compact_plan(), datetime.now(UTC))
    place = "pty" if os.name == "posix" else "tcp://127.0.0.1:0"
    with (
        simulated(pc.home, "keysight-344xx") as meter,
        simulated(pc.home, "vaisala-ptu300", "--listen", place) as room,
    ):
        bench = Bench(pc, folder, papers, meter)
        pc.done("instruments", "add", "meter", "keysight-344xx", meter.address)
        pc.done("instruments", "add", "room", "vaisala-ptu300", room.address)
        pc.done("new", bench.notebook, "--plan", papers.plan, "--trust", papers.trust, "--confirm", papers.root,
                "--laboratory", "LAB01", *WHO)  # fmt: skip
        bench.enter("standard")
        bench.enter("arrival")
        bench.done("enter", "attachment", EXAMPLES / "crate.png", "--what", "photo", *WHO)
        bench.done("enter", "attachment", EXAMPLES / "transport-ok.csv", "--what", "transport-log", *WHO)
        bench.done("enter", "check", "transport", *WHO)
        for task, station in (("functional", "arrival"), ("settling", "warm-up"), ("stability", "stability")):
            code, told = bench.record("--task", task).end()
            assert code == 0, told
            bench.done("enter", "done", station, *WHO)
        yield bench


@pytest.fixture
def bench(prepared: Bench, tmp_path: Path) -> Bench:
    """A copy of the prepared participation, with a PC of its own."""
    shutil.copytree(prepared.pc.home.root, tmp_path / "home")
    own = Bench(Pc(Home(tmp_path / "home")), tmp_path, prepared.papers, prepared.meter)
    shutil.copyfile(prepared.notebook, own.notebook)
    return own


@pytest.fixture
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that live as long as one test need not withstand guessing."""
    monkeypatch.setattr(new_identity, "__defaults__", (1 << 14,))
    monkeypatch.setitem(new_authority.__kwdefaults__, "cost", 1 << 14)
