"""`labclient simulate`: several living instruments, changed by what is typed and by what a second process tells."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from labclient.home import shipped
from labclient.instruments.simulator import start_simulator

from .conftest import PROGRAM, Pc, environment, simulated

METER, BALANCE = "keysight-344xx", "mettler-mt-sics"


class Living:
    """A simulator whose standard input is typed and whose JSON lines are read."""

    def __init__(self, pc: Pc, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "simulate", *arguments, "--json", "--speed", "1000"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(pc.home), text=True, encoding="utf-8",
        )  # fmt: skip

    def line(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def type(self, words: str) -> dict[str, Any]:
        """What is said next."""
        assert self.process.stdin
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        return self.line()


@contextmanager
def living(pc: Pc, *arguments: str) -> Iterator[Living]:
    one = Living(pc, *arguments)
    try:
        yield one
    finally:
        assert one.process.stdin
        assert one.process.stdout
        one.process.stdin.close()
        one.process.wait(120)
        one.process.stdout.close()
        assert one.process.returncode == 0


def test_several_instruments_obey_what_is_typed_and_say_what_happens(pc: Pc) -> None:
    with living(pc, METER, BALANCE) as bench:
        ready = {one["instrument"]: one for one in (bench.line(), bench.line())}
        assert set(ready) == {METER, BALANCE}
        assert bench.type(f"{METER} fault overload 2") == {
            "event": "order", "order": {"fault": "overload", "count": 2}, "instrument": METER,
        }  # fmt: skip
        refused = bench.type(f"{BALANCE} fault dance")
        assert refused["event"] == "refused"
        assert "busy, cut" in refused["error"]
        assert "Begin with the instrument" in bench.type("fault late")["error"]
        assert "error queue" in bench.type(f"{BALANCE} fault error_flood")["error"]
        told = bench.type(f"{METER} help")
        assert any("fault NAME" in one for one in told["lines"])
        assert bench.type(f"{METER} status")["faults"][0]["left"] == 2
        address = ready[METER]["address"]
        replies = pc.done("instruments", "read", METER, address, "--count", 3, "--json").json["replies"]
        assert [one["status"] for one in replies].count("overload") == 2
        happened = [bench.line() for _ in range(4)]
        assert [one["event"] for one in happened] == ["client", "fault", "fault", "client"]
        assert [one["left"] for one in happened[1:3]] == [1, 0]


def test_for_a_bundled_demonstration_it_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    path = shipped("drivers") / f"{METER}.toml"
    with start_simulator(path, command=(*PROGRAM, "simulate", "--silent")) as one:
        one.hands.order(fault="late")
        assert one.hands.status()["faults"]
    assert capfd.readouterr().err == ""


def test_a_second_process_tells_a_running_one(pc: Pc) -> None:
    with simulated(pc.home, BALANCE) as balance:
        control = balance.ready["control"]
        assert "Done" in pc.done("simulate", "--tell", control, "value", "100").out
        assert "Done" in pc.done("simulate", "--tell", control, "fault", "unit", "on").out
        status = pc.done("simulate", "--tell", control, "status").json
        assert status["faults"][0] == {"kind": "unit", "left": None, "rate": 1.0, "seconds": 0.0}
        assert pc.done("simulate", "--tell", control, "clear", "unit").json == {"cleared": ["unit"]}
        read = pc.done("instruments", "read", BALANCE, balance.address, "--count", 1, "--json").json
        assert float(read["replies"][0]["texts"][0]) == pytest.approx(100.0, abs=0.01)


def test_one_that_is_told_to_stop_ends_in_order(pc: Pc) -> None:
    bench = Living(pc, BALANCE)
    assert bench.process.stdin
    assert bench.process.stdout
    with bench.process.stdin, bench.process.stdout:
        pc.done("simulate", "--tell", bench.line()["control"], "stop")
        assert bench.process.wait(120) == 0


def test_the_orders_can_be_read(pc: Pc) -> None:
    told = pc.done("simulate", "--tell", "tcp://127.0.0.1:1", "help").out
    assert "drift NUMBER" in told
    assert "wrong_serial" in told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("simulate",), "id or the file of a driver"),
        (("simulate", METER, "no-such-driver"), "There is no driver"),
        (("simulate", METER, METER, "--listen", "tcp://127.0.0.1:5025"), "cannot share one port"),
        (("simulate", "--tell", "here", "fault", "late"), "neither pty nor"),
        (("simulate", "--tell", "tcp://127.0.0.1:1", "fault", "dance"), "Faults: busy"),
        (("simulate", "--tell", "tcp://127.0.0.1:1", "dance"), "Orders: value"),
        (("simulate", "--tell", "tcp://127.0.0.1:1"), "There is no order"),
    ],
)
def test_wrong_words_are_refused_with_what_exists(words: tuple[str, ...], why: str, pc: Pc) -> None:
    answer = pc.ask(*words)
    assert (answer.code, why in answer.err) == (2, True)


def test_nobody_to_tell_is_trouble(pc: Pc) -> None:
    assert pc.ask("simulate", "--tell", "tcp://127.0.0.1:1", "fault", "late").code == 3
