"""Hands that source: nothing is on while cables are moved, nothing is put on a short circuit, a pause ends the run."""

from concurrent.futures import Future
from decimal import Decimal

import pytest

from labclient.acquisition import Bound, Bounds, Standing, run_waits
from labclient.errors import GateClosed, WrongUse
from labclient.home import shipped
from labclient.instruments import load_driver
from labclient.participation import SourcedHands, check_source
from labclient.plan import Point, Quantity, Step
from labclient.words import message


class Output:
    """An output that does as it is told, and notes it."""

    unit = "V"

    def __init__(self, log: list[str], most: str = "100") -> None:
        self.log = log
        self.bounds = Bounds("V", Decimal(-1100), Decimal(1100), (Bound(Decimal(most), message("of the test")),),
                             confirm_above=Decimal(30))  # fmt: skip
        self.standing = Standing("found on")

    def set(self, value: Decimal, name: str = "") -> Future[Standing]:
        self.log.append(f"set {value} {name}".strip())
        self.standing = Standing("on", str(value))
        return _done(self.standing)

    def safe(self, cause: str = "asked") -> Future[str]:
        self.log.append(f"safe {cause}")
        self.standing = Standing("safe")
        return _done("")


def _done(answer) -> Future:
    future: Future = Future()
    future.set_result(answer)
    return future


class Hands:
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def connect(self, step: Step, point: Point) -> None:
        self.log.append(f"connect {step.role}{step.direction} {point.id}")

    def tell(self, sentence) -> None:
        self.log.append("told")

    def progress(self, *_: object) -> None:
        self.log.append("progress")


def point(volts: str, unit: str = "V") -> Point:
    return Point(f"{volts}{unit}", Quantity(Decimal(volts), unit), Quantity(Decimal(1), "V"))


@pytest.fixture
def log() -> list[str]:
    return []


def sourced(log: list[str], name: str = "Operator B", most: str = "100") -> SourcedHands:
    hands = Hands(log)
    return SourcedHands(hands, hands, Output(log, most), lambda _: log.append("asked") or name)  # type: ignore[arg-type]


def test_cables_are_moved_while_it_is_safe_and_the_same_connection_stays_on(log) -> None:
    hands = sourced(log)
    hands.connect(Step("S"), point("10"))
    hands.connect(Step("S"), point("10"))
    hands.connect(Step("X", "-"), point("10"))
    assert log == [
        "safe cables", "connect S+ 10V", "set 10", "safe cables", "connect X- 10V", "set 10",
    ]  # fmt: skip


def test_a_short_circuit_gets_nothing(log) -> None:
    hands = sourced(log)
    hands.connect(Step("X"), point("10"))
    hands.connect(Step("Z"), point("10"))
    assert log[-2:] == ["safe cables", "connect Z+ 10V"]


def test_a_dangerous_point_is_confirmed_each_time_and_one_beyond_the_limit_never_set(log) -> None:
    hands = sourced(log)
    hands.connect(Step("X"), point("50"))
    assert log[-2:] == ["asked", "set 50 Operator B"]
    hands.connect(Step("X"), point("40000", "mV"))
    assert log[-2:] == ["asked", "set 40.000 Operator B"]
    with pytest.raises(GateClosed):
        hands.connect(Step("X"), point("0.2", "kV"))
    assert log[-1] == "connect X+ 0.2kV"


def test_a_pause_of_the_run_makes_it_safe_and_ends_the_run(log) -> None:
    hands = sourced(log)
    hands.break_off = lambda: log.append("break off")
    hands.connect(Step("X"), point("10"))
    hands.tell(message("Something else."))
    assert log[-1] == "told"
    hands.tell(run_waits(message("No answer.")))
    assert log[-3:] == ["told", "break off", "safe paused"]
    hands.progress("measurement", 1, 2)
    assert log[-1] == "progress"


def test_a_source_of_another_quantity_is_refused(desk) -> None:
    check_source(desk.plan, load_driver(shipped("drivers", "fluke-5730a.toml")))
    for name in ("druck-pace", "keysight-3458a"):
        with pytest.raises(WrongUse, match="does not put out"):
            check_source(desk.plan, load_driver(shipped("drivers", f"{name}.toml")))
