"""Schemes by instruments: what is asked for at each step, in the order of the plan, and what becomes of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import small_plan_json

from labclient.clock import SimulatedClock
from labclient.demo import METER, ROOM, SimulatedHands, simulated_bench
from labclient.errors import WrongUse
from labclient.evaluation import measured
from labclient.instruments import Driver
from labclient.participation import Participation, Runs, bench_instrument, check_source
from labclient.plan import Point, Step, read_plan
from labclient.words import Message, say

from .world import Desk, open_office

UP, DOWN = {"role": "X", "approach": "up"}, {"role": "X", "approach": "down"}


class Person:
    """Moves what is asked for, and remembers it."""

    def __init__(self, hands: SimulatedHands) -> None:
        self._hands = hands
        self.asked: list[tuple[str, str]] = []

    def connect(self, step: Step, point: Point) -> None:
        self.asked.append((point.id, step.approach or step.role))
        self._hands.connect(step, point)

    def tell(self, sentence: Message) -> None:
        assert say(sentence)

    def progress(self, task: str, done: int, total: int) -> None:
        assert done <= total


def plan(method: str, form: str, steps: list[dict[str, str]]) -> bytes:
    document = json.loads(small_plan_json())
    document["measurement"] |= {"days": 2, "cycles": 1, "zero_limit": {"value": "1", "unit": "mV"}}
    document["measurement"]["scheme"] |= {"method": method, "form": form, "steps": steps}
    document["transfer_standard"].pop("coefficients")
    document["budget"] = [row for row in document["budget"] if row["origin"] != "coefficient"]
    same = {"settings": {"range": "10", "nplc": "1"}}
    ten, low = (point | same for point in document["points"])
    document["points"] = [ten, low | {"nominal": {"value": "10.018", "unit": "V"}}] if method == "up-down/1" else [ten]
    return json.dumps(document).encode()


CASES: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "abba": (
        plan("sxxs-abba/1", "ratio", [{"role": one} for one in "SXXS"]),
        [("10V", "S"), ("10V", "X"), ("10V", "X"), ("10V", "S")],
    ),
    "up-down": (
        plan("up-down/1", "direct", [UP, DOWN]),
        [("10V", "up"), ("1.018V", "up"), ("1.018V", "down"), ("10V", "down")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_instruments_measure_what_the_plan_asks_for_in_its_order(tmp_path: Path, name: str) -> None:
    document, order = CASES[name]
    office = open_office(tmp_path / "office", document)
    folder = tmp_path / "lab"
    folder.mkdir()
    desk = Desk(office, folder).until("measurement")
    desk.p.close()
    clock = SimulatedClock(desk.clock.utc(), 2000)
    with (
        simulated_bench(office.home, clock, 7) as bench,
        Participation.open(folder / "desk.labnote", clock=clock, home=office.home) as p,
    ):
        person = Person(SimulatedHands(bench))
        meter, room = (bench_instrument(office.home, id) for id in (METER, ROOM))
        runs = Runs(p, meter=meter, room=room, hands=person, observer=person, who="P-01")
        runs.measure(1)
        runs.measure(1)  # nothing is missing any more
        assert person.asked == order
        cycles = measured(p.record, p.state.plan)
        assert [one.point for one in cycles] == list(dict.fromkeys(point for point, _ in order))
        assert p.judge("zero").verdict == "pass"
        for one in cycles:
            assert (one.rising is not None) == (name == "up-down")


def test_a_source_does_not_drive_a_series() -> None:
    driver: Any = object.__new__(Driver)
    with pytest.raises(WrongUse, match="not driven by a source"):
        check_source(read_plan(CASES["up-down"][0]), driver)
