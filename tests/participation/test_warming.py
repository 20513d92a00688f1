"""The warm-up ends when the standard has settled, and not because a PC stood still."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from labclient.clock import SimulatedClock
from labclient.demo import METER, SimulatedHands, simulated_bench
from labclient.metrology import Settling, Verdict
from labclient.participation import Participation, Runs, _runs, bench_instrument
from participation.world import Desk


class Quiet:
    """Somebody who does not listen."""

    def tell(self, sentence: object) -> None: ...

    def progress(self, task: str, done: int, total: int) -> None: ...


@pytest.fixture
def warming(office, tmp_path: Path) -> Iterator[tuple[Participation, Runs]]:
    """A warm-up on simulated instruments."""
    desk = Desk(office, tmp_path).until("warm-up")
    desk.p.close()
    clock = SimulatedClock(desk.clock.utc(), 240.0)
    with (
        Participation.open(desk.p.path, clock=clock, home=office.home) as participation,
        simulated_bench(office.home, clock, 1) as bench,
    ):
        meter, hands = bench_instrument(office.home, METER), SimulatedHands(bench)
        yield participation, Runs(participation, meter=meter, room=None, hands=hands, observer=Quiet(), who="P-01")


def test_a_warm_up_that_has_not_settled_after_all_goes_on_in_the_same_run(warming, monkeypatch) -> None:
    participation, runs = warming
    told = iter((Verdict.PASS, Verdict.UNDECIDED, Verdict.PASS, Verdict.PASS))  # a look, all readings, and again
    look = _runs.settled

    def seen(*about: object) -> Settling:
        return msgspec.structs.replace(look(*about), verdict=next(told))

    monkeypatch.setattr(_runs, "settled", seen)
    check = runs.settle()
    assert next(told, None) is None
    assert check.verdict == "undecided", "the record is judged as it is"
    series = [entry.body["run"] for entry in participation.record.entries({"series"})]
    assert series[-2:] == list(check.basis) * 2
