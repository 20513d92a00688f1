"""What the gates of a participation ask is asked again of the record in a package."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from evaluation.records import ENTRIES, StillClock, new_notebook
from msgspec.structs import replace

from labclient.notebook import Draft, Entry, Reader
from labclient.package import verify_package
from labclient.package._gates_again import gates

from .conftest import MOMENT
from .forging import forged

STATIONS = ("arrival", "warm-up", "stability", "measurement", "departure", "results")


class Log:
    """A log in which only what the gates look at is written."""

    def __init__(self, path: Path) -> None:
        self.notebook, self._writer = new_notebook(path, StillClock())
        self._reader = Reader.open(path)

    def enter(self, kind: str, **body: Any) -> int:
        return self._writer.enter(kind, ENTRIES.get(kind, {}) | body)

    def check(self, name: str, verdict: str) -> int:
        return self.enter("check", check=name, verdict=verdict)

    def decide(self, about: int, decision: str = "continue") -> int:
        return self.enter("decision", about=about, decision=decision)

    def done(self, *stations: str) -> None:
        for one in stations or STATIONS:
            self.enter("station-done", station=one)

    @property
    def found(self) -> list[str]:
        return [str(one.sentence) for one in gates(self._reader)]

    def close(self) -> None:
        self._reader.close()
        self.notebook.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "log.labnote")
    yield made
    made.close()


def test_a_record_whose_gates_were_shut_has_nothing_against_it(log: Log) -> None:
    log.enter("arrival")
    log.check("environment", "pass")
    log.enter("departure")
    log.done()
    assert log.found == []


HARM = {
    "visual": {"visual": "damaged"},
    "seal": {"seals_intact": False},
    "shock": {"shock_indicator": "tripped"},
    "part": {"parts": [{"name": "power cord", "present": False}]},
}


@pytest.mark.parametrize("harm", HARM)
def test_damage_at_arrival_needs_a_decision_to_go_on(log: Log, harm: str) -> None:
    seq = log.enter("arrival", **HARM[harm])
    log.done()
    assert log.found == [f"Damage found in entry {seq} was passed without the pilot's decision to go on."]


@pytest.mark.parametrize(
    ("decision", "about", "held"), [("continue", 0, True), ("stop", 0, False), ("continue", -1, False)]
)
def test_only_a_decision_to_go_on_that_knew_of_the_damage_counts(log: Log, decision, about, held) -> None:
    seq = log.enter("arrival", visual="damaged")
    log.decide(seq + about, decision)
    log.done()
    assert (log.found == []) == held


def test_damage_found_after_the_decision_needs_another(log: Log) -> None:
    log.decide(log.enter("arrival", visual="damaged"))
    failed = log.check("functional", "fail")
    log.done()
    assert log.found == [f"Damage found in entry {failed} was passed without the pilot's decision to go on."]


def test_a_decision_comes_before_the_station_is_signed_off(log: Log) -> None:
    seq = log.enter("arrival", visual="damaged")
    log.done("arrival")
    log.decide(seq)
    log.done(*STATIONS[1:])
    assert len(log.found) == 1


@pytest.mark.parametrize("decision", ["continue", "stop"])
def test_damage_at_departure_needs_any_decision(log: Log, decision: str) -> None:
    log.enter("arrival")
    log.done(*STATIONS[:4])
    seq = log.enter("departure", visual="damaged")
    log.decide(seq, decision)
    log.done(*STATIONS[4:])
    assert log.found == []


@pytest.mark.parametrize("verdict", ["fail", "undecided"])
@pytest.mark.parametrize("deviation", [True, False])
def test_a_room_that_was_not_as_the_plan_asks_needs_a_deviation(log: Log, verdict: str, deviation: bool) -> None:
    log.enter("arrival")
    log.enter("deviation", text="earlier", reason="about something else")
    log.check("environment", verdict)
    if deviation:
        log.enter("deviation", text="the room", reason="the air conditioning stood still")
    log.done()
    told = [] if deviation else ["The environment was not as the plan asks, and no deviation was recorded."]
    assert log.found == told


@pytest.mark.parametrize("station", STATIONS)
def test_a_station_that_nobody_signed_off_is_missed(log: Log, station: str) -> None:
    log.enter("arrival")
    log.done(*(one for one in STATIONS if one != station))
    assert log.found == [f"The station “{station}” was never signed off."]


def test_damage_that_was_passed_is_refused_though_all_signatures_hold(
    notebook, package, office, trust, tmp_path
) -> None:
    def change(entry: Entry, draft: Draft) -> Draft:
        body = msgspec.to_builtins(entry.body)
        return replace(draft, body=body | {"visual": "damaged"}) if entry.kind == "arrival" else draft

    path = forged(office, notebook, package, tmp_path / "forged", change)
    report = verify_package(path, trust, MOMENT)
    assert not report.ok
    assert {one.code for one in report.all_findings if one.grave} == {"gate"}
