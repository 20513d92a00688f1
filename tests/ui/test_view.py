"""What the window shows is a pure function of the state."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from labclient.acquisition import Cycle
from labclient.evaluation import Check, Figure
from labclient.home import shipped
from labclient.participation import STATIONS, Run, State
from labclient.plan import read_plan
from labclient.stations import PlanAccepted, SignedOff, Staged
from labclient.ui._recent import Recent
from labclient.ui._view import checks_of, next_cycle, next_day, point_rows, role_rows, station_rows, verdict, verdicts
from labclient.ui._watch import Snapshot
from labclient.words import say


@pytest.fixture
def begun() -> State:
    plan = read_plan(shipped("resources", "examples", "plan.json").read_bytes())
    accepted = PlanAccepted(name="plan.asice", document=plan, sha256="0" * 64, origin="signed", laboratory="LAB01")
    return State(plan=plan, accepted=accepted, accepted_at=1, simulated=True)


def _with(state: State, **changes: object) -> State:
    return msgspec.structs.replace(state, **changes)


def test_at_the_beginning_only_arrival_is_at_work(begun: State) -> None:
    rows = station_rows(begun)
    assert [row.station for row in rows] == list(STATIONS)
    assert [row.mark for row in rows] == ["running"] + ["waiting"] * (len(STATIONS) - 1)
    assert rows[0].reasons
    assert say(rows[1].reasons[0]) == "First finish “Arrival”."


def test_a_station_that_is_done_is_marked_so(begun: State) -> None:
    rows = station_rows(_with(begun, done=("arrival",)))
    assert [row.mark for row in rows[:2]] == ["passed", "running"]
    assert rows[0].reasons == ()


def test_a_failed_check_marks_its_station(begun: State) -> None:
    check = Check("stability", "fail", "reading-stability/1", (9,), ())
    state = _with(begun, done=("arrival", "warm-up"), checks={"stability": check}, check_at={"stability": 12})
    assert station_rows(state)[2].mark == "failed"
    assert checks_of(state, "stability") == (check,)


def test_a_run_under_way_marks_its_station(begun: State) -> None:
    state = _with(begun, done=("arrival",), runs={9: Run(9, "settling", "record", "warm-up")})
    assert station_rows(state)[1].mark == "running"


def test_the_table_counts_the_cycles_of_each_point_and_day(begun: State) -> None:
    cycles = {n: Cycle(5, "10V", 1, n, ()) for n in range(1, 6)} | {9: Cycle(5, "1.018V", 1, 1, ())}
    rows = {(row.point, row.day): row for row in point_rows(_with(begun, cycles=cycles))}
    assert (rows["10V", 1].done, rows["10V", 1].mark) == (5, "passed")
    assert (rows["1.018V", 1].done, rows["1.018V", 1].total) == (1, 5)
    assert rows["10V", 2].done == 0


def test_an_excluded_cycle_is_missing_again(begun: State) -> None:
    cycles = {n: Cycle(5, "10V", 1, n, ()) for n in range(1, 6)}
    state = _with(begun, cycles=cycles, excluded={3: "cable touched"})
    assert (point_rows(state)[0].done, point_rows(state)[0].excluded) == (4, 1)
    assert point_rows(state)[1].excluded == 0
    assert next_day(state) == 1


def test_the_signature_that_is_due_is_marked(begun: State) -> None:
    assert not any(row.next for row in role_rows(begun))
    staged = _with(
        begun, staged=Staged(1, 10, "0" * 64), signed=(SignedOff(1, "operator", "P-01", "0" * 64, "0" * 64),)
    )
    rows = role_rows(staged)
    assert [(row.role, row.signed, row.next) for row in rows] == [
        ("operator", True, False),
        ("checker", False, True),
        ("approver", False, False),
    ]


def test_a_verdict_is_told_with_its_interval() -> None:
    figures = (Figure("change", "-1.2e-06", "V"), Figure("u(change)", "3e-07", "V"), Figure("k", "2.0"),
               Figure("limit", "6e-06", "V"))  # fmt: skip
    told = say(verdict(Check("stability", "pass", "reading-stability/1", (9,), figures)))
    assert told == "reading stability: pass — |1.2| ± 2 × 0.3 µV against 6 µV"


def test_verdicts_of_a_station_are_sentences(begun: State) -> None:
    checks = {name: Check(name, "pass", "m/1", (), ()) for name in ("zero", "environment")}
    assert verdicts(_with(begun, checks=checks), "measurement") == "Zero readings: pass\nEnvironment: pass"


def test_the_measurement_goes_on_where_a_cycle_is_missing(begun: State) -> None:
    assert next_cycle(begun) == ("10V", 1, 1)
    cycles = {n: Cycle(5, "10V", 1, n, ()) for n in range(1, 6)}
    state = _with(begun, cycles=cycles, runs={6: Run(6, "measurement", "record", "measurement")})
    assert next_cycle(state) == ("1.018V", 1, 1)
    assert [row.mark for row in point_rows(state)] == ["passed", "waiting", "running", "waiting"]


def test_a_commit_of_readings_alone_changes_no_page(begun: State) -> None:
    before = Snapshot(Path("n"), begun, 10)
    assert Snapshot(Path("n"), _with(begun, size=12), 12).only_readings_since(before)
    assert not Snapshot(Path("n"), _with(begun, photos=1), 12).only_readings_since(before)


def test_the_mean_of_the_last_window_forgets_what_is_older() -> None:
    recent = Recent()
    assert recent.mean is None
    recent.window_s = 10.0
    recent.add(np.array([0.0, 4.0]), np.array([100.0, 7.0]))
    recent.add(np.array([12.0, 13.0]), np.array([np.nan, 9.0]))
    assert recent.mean == 8.0
    recent.add(np.array([30.0]), np.array([5.0]))
    assert recent.mean == 5.0
