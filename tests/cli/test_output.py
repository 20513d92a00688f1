"""Outputs on the command line: shown, limited, put out with a name, made safe; and runs with a source."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from labclient.home import Home
from labclient.instruments import left_on
from labclient.notebook import Reader
from labclient.participation import limit_output, register

from .conftest import PROGRAM, Bench, Pc, Simulated, environment, simulated

WHO = ("--who", "P-01")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with simulated(Home(tmp_path_factory.mktemp("source")), "fluke-5730a") as one:
        yield one


@pytest.fixture
def calibrator(pc: Pc, source: Simulated) -> Simulated:
    """A calibrator in the register that may put out 100 V."""
    put(pc, source)
    return source


def put(pc: Pc, source: Simulated) -> None:
    source.hands.reset()
    register(pc.home, "cal1", "fluke-5730a", source.address)
    limit_output(pc.home, "cal1", "100 V")


def state(one: Simulated) -> tuple[str, bool]:
    knobs = one.hands.status()["state"]
    return knobs["value"], bool(int(knobs["word"]) & 1)


def kinds(notebook: Path) -> list[str]:
    with Reader.open(notebook) as reader:
        return [entry.kind for entry in reader.entries() if entry.kind.startswith("output-")]


def test_a_value_is_put_out_for_a_time_and_is_safe_afterwards(pc: Pc, calibrator: Simulated, tmp_path: Path) -> None:
    into = tmp_path / "diagnostic.labnote"
    answer = pc.done("instruments", "output", "cal1", "set", "500", "mV", "--for", "0.2", "--into", into, *WHO)
    assert "ON: 0.5 V, settled." in answer.out
    assert "The output of cal1 is safe" in answer.out
    assert state(calibrator) == ("0.5", False)
    assert kinds(into) == ["output-set", "output-told", "output-safe"]
    assert list(left_on(pc.home.outputs)) == []


def test_it_shows_limits_and_what_is_confirmed(pc: Pc, calibrator: Simulated) -> None:
    told = pc.done("instruments", "output", calibrator_address(pc), "show").out
    assert "cal1 is off." in told
    assert "At most 100 V: the register's limit of cal1" in told
    assert "confirms by name above 30" in told
    shown = pc.done("instruments", "output", "cal1", "show", "--json").json
    assert (shown["stand"], shown["limit"], shown["left_on"]) == ("safe", "100", [])
    calibrator.hands.set(word="6145", value="42")
    assert "cal1 is on: 42.000000000,V" in pc.done("instruments", "output", "cal1", "show").out
    refused = pc.ask("instruments", "output", "cal1", "set", "1", "V", "--for", "1")
    assert (refused.code, "on already" in refused.err) == (1, True)
    pc.done("instruments", "output", "cal1", "off", *WHO)
    assert state(calibrator) == ("42", False)


def calibrator_address(pc: Pc) -> str:
    (one,) = pc.done("instruments", "bench", "--json").json["instrument"]
    return str(one["address"])


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (("set", "100.1", "V"), 1, "beyond the limit of 100 V: the register's limit of cal1"),
        (("set", "-2", "kV"), 1, "beyond what this family puts out"),
        (("set", "12,5", "V"), 2, "is not a number"),
        (("set", "10", "A"), 2, "cannot be converted"),
        (("set", "10"), 2, "value and its unit"),
        (("off", "10", "V"), 2, "takes no value"),
        (("limit", "5", "kV"), 2, "is no limit"),
        (("limit", "-5", "V"), 2, "is no"),
        (("set", "50", "V"), 1, "Nobody has confirmed"),
        (("set", "1", "V", "--for", "0"), 2, "no number of seconds"),
    ],
)
def test_what_may_not_be_is_refused_before_anything_is_sent(pc: Pc, calibrator: Simulated, given, code, told) -> None:
    before = calibrator.hands.status()["requests"]
    with patch.object(sys, "stdin", StringIO("")):
        answer = pc.ask("instruments", "output", "cal1", *given)
    assert (answer.code, told in answer.err) == (code, True), answer
    assert calibrator.hands.status()["requests"] == before


def test_without_a_limit_or_out_of_the_register_nothing_is_put_out(pc: Pc, source: Simulated) -> None:
    source.hands.reset()
    register(pc.home, "cal1", "fluke-5730a", source.address)
    answer = pc.ask("instruments", "output", "cal1", "set", "1", "V")
    assert (answer.code, "No limit of cal1 is known" in answer.err) == (1, True)
    assert pc.ask("instruments", "output", "GPIB0::4::INSTR", "set", "1", "V").code == 2
    assert "at most 100 V" in pc.done("instruments", "output", "cal1", "limit", "100", "V").out


def test_a_dangerous_value_is_confirmed_by_a_name_typed_at_the_terminal(pc: Pc, calibrator: Simulated) -> None:
    into = pc.home.root / "d.labnote"
    answer = pc.run("instruments", "output", "cal1", "set", "50", "V", "--for", "0.1", "--into", into, *WHO,
                    stdin="操作员乙\n".encode())  # fmt: skip
    assert answer.code == 0, answer
    assert "above 30 V the terminals are dangerous to touch" in answer.out
    assert kinds(into) == ["output-confirmed", "output-set", "output-told", "output-safe"]
    with Reader.open(into) as reader:
        confirmed = next(iter(reader.entries({"output-confirmed"})))
    assert (confirmed.author, confirmed.body["value"]) == ("操作员乙", "50")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_or_killed_it_is_safe(pc: Pc, calibrator: Simulated, how: int) -> None:
    command = [*PROGRAM, "instruments", "output", "cal1", "set", "20", "V", *WHO]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment(pc.home)) as process:  # fmt: skip
        assert process.stdout
        assert "ON: 20 V" in process.stdout.readline()
        assert "Enter" in process.stdout.readline()
        assert state(calibrator) == ("20", True)
        if how == signal.SIGKILL:
            busy = pc.ask("instruments", "output", "cal1", "set", "1", "V")
            assert (busy.code, "may still be on: 20 V" in busy.err) == (1, True)
        process.send_signal(how)
        process.wait(120)
    pc.done("instruments", "output", "cal1", "off", *WHO)  # safe already, or made safe now: either is no trouble
    assert state(calibrator) == ("20", False)
    assert list(left_on(pc.home.outputs)) == []
    pc.done("instruments", "output", "cal1", "set", "1", "V", "--for", "0.1")


def test_a_run_with_a_source_is_safe_while_cables_are_moved_and_afterwards(bench: Bench, source: Simulated) -> None:
    pc = bench.pc
    put(pc, source)
    seen: list[tuple[str, bool]] = []
    run = bench.record("--task", "measurement", "--source", "cal1")
    run._hands = Moving(run._hands.connect, lambda: seen.append(state(source)))  # type: ignore[assignment]
    code, told = run.end()
    assert code == 0, told
    assert seen
    assert not any(on for _, on in seen), "cables are moved while it is safe"
    assert state(source)[1] is False
    found = kinds(bench.notebook)
    assert found.count("output-told") == found.count("output-set") > 4
    assert found[-1] == "output-safe"
    assert pc.done("status", bench.notebook, "--json").code == 0


class Moving:
    """The hands at the meter's cables, with a look at the source each time."""

    def __init__(self, connect, look) -> None:
        self._connect, self._look = connect, look

    def connect(self, *what: object) -> None:
        self._look()
        self._connect(*what)


def test_a_source_in_a_participation_needs_the_plans_limit(bench: Bench, source: Simulated) -> None:
    pc = bench.pc
    put(pc, source)
    there = ("--notebook", bench.notebook, *WHO)
    answer = pc.ask("instruments", "output", "cal1", "set", "20", "V", *there)
    assert (answer.code, "the plan's limit of the transfer standard" in answer.err) == (1, True), answer
    with patch.object(sys, "stdin", StringIO("")):
        answer = pc.ask("instruments", "output", "cal1", "set", "11", "V", *there)
    assert (answer.code, "Nobody has confirmed" in answer.err, "the plan says so above 10.5 V" in answer.out) == (
        1, True, True,
    )  # fmt: skip
    pc.done("instruments", "output", "cal1", "set", "10", "V", "--for", "0.1", *there)
    assert kinds(bench.notebook) == ["output-set", "output-told", "output-safe"]
