"""Gates: each state with its reason, and no way around one."""

from collections.abc import Callable

import msgspec
import pytest
from evaluation.records import ENTRIES, WHO

from labclient.errors import DataUnfit, EntryInvalid, GateClosed, WrongUse
from labclient.participation import KINDS, STATIONS, body_of, damage, harm_of, item_of, may_enter, may_run, missing
from labclient.words import say

from .world import Desk

PARTS = ENTRIES["arrival"]["parts"]


def reasons(desk: Desk) -> str:
    return " | ".join(say(one, "en") for one in desk.p.missing())


def _check(desk: Desk, name: str, verdict: str) -> None:
    """A check of that verdict, as the program would have entered it."""
    check = KINDS["check"](name, verdict, "by hand", (), ())
    desk.p.enter_outcome("check", check, "program")


def nothing(_: Desk) -> None:
    """The station as it begins."""


AT_ARRIVAL = (
    (nothing, "The arrival record is missing"),
    (nothing, "Photos of the crate: 0 of 1"),
    (nothing, "The transport logger has not been read"),
    (lambda d: d.enter("arrival"), "The functional check has not been made"),
    (lambda d: d.functional(10.0), "The functional check cannot be judged yet"),
    (lambda d: d.enter("arrival", visual="damaged"), "arrived damaged. Stop, leave everything as it is"),
    (lambda d: d.enter("arrival", shock_indicator="tripped"), "shock indicator has tripped"),
    (lambda d: d.enter("arrival", seals_intact=False), "A seal is broken"),
    (lambda d: d.enter("arrival", parts=[*PARTS[1:], {"name": "reference", "present": False}]), "missing: reference"),
    (lambda d: d.enter("arrival", parts=PARTS[1:]), "A part is missing: reference"),
    (lambda d: _check(d, "transport", "fail"), "beyond the plan's limits"),
    (lambda d: d.functional(10.0, 10.5), "The functional check failed"),
    (lambda d: d.attach("transport-ok.csv", "transport-log"), "The transport logger has not been read"),
)


@pytest.mark.parametrize(("state", "reason"), AT_ARRIVAL)
def test_arrival_says_what_is_missing(desk, state: Callable[[Desk], object], reason: str) -> None:
    state(desk)
    assert reason in reasons(desk)
    with pytest.raises(GateClosed):
        desk.p.finish("arrival", WHO)


LATER = (
    ("warm-up", nothing, "The warm-up has not been judged"),
    ("warm-up", lambda d: d.settle([10.0 + 1e-5 * i for i in range(30)]), "has not settled"),
    ("warm-up", lambda d: d.settle([10.0] * 5), "cannot be judged yet"),
    ("stability", nothing, "The reading stability has not been judged"),
    ("stability", lambda d: d.stabilise([10.0 + 1e-5 * i for i in range(20)]), "not stable"),
    ("stability", lambda d: d.stabilise([10.0] * 5), "cannot be judged yet"),
    ("measurement", nothing, "10V: 0 of 4 cycles measured"),
    ("measurement", nothing, "The zero readings have not been judged"),
    ("measurement", nothing, "The environment during the measurement has not been judged"),
    ("measurement", lambda d: d.write.room(60.0, stop=False), "A run is still open"),
    ("departure", nothing, "The departure record is missing"),
    ("departure", lambda d: d.enter("departure", visual="damaged"), "Damage was found"),
    ("departure", lambda d: d.enter("departure", parts=[]), "A part is missing: reference"),
    (
        "departure",
        lambda d: d.enter("departure", parts=[dict(part, present=part["name"] != "reference") for part in PARTS]),
        "Damage was found",
    ),
    ("results", nothing, "Budget: the row “S-drift” at 10V is missing"),
    ("results", nothing, "Budget: the uncertainty of the temperature is missing"),
    ("results", nothing, "The result has not been computed"),
    ("results", lambda d: (d.compute(), d.enter("budget")), "Something changed after the result was computed"),
    ("results", lambda d: (d.compute(), d.enter("standard")), "Something changed after the result was computed"),
    ("signing", nothing, "The revision has not been prepared for signing"),
    ("signing", lambda d: d.prepare(), "The signature of the operator is missing"),
    ("signing", lambda d: (d.prepare(), d.sign()), "The package has not been written"),
    ("signing", lambda d: (d.prepare(), d.enter("budget")), "The revision has not been prepared for signing"),
    ("submission", nothing, "The package has not been sent"),
    ("submission", nothing, "Sent, not confirmed"),
)


@pytest.mark.parametrize(("station", "state", "reason"), LATER)
def test_each_station_says_what_is_missing(desk, station, state: Callable[[Desk], object], reason: str) -> None:
    desk.until(station)
    state(desk)
    assert reason in reasons(desk)
    with pytest.raises(GateClosed):
        desk.p.finish(station, WHO)


def test_no_station_is_finished_before_its_turn(desk) -> None:
    for place, station in enumerate(STATIONS):
        told = [say(one, "en") for one in missing(desk.p.state, station)]
        assert told
        assert place == 0 or told == ["First finish “Arrival”."]
        with pytest.raises(GateClosed):
            desk.p.finish(station, WHO)
    desk.receive()
    desk.p.finish("arrival", WHO)
    with pytest.raises(GateClosed, match="is done"):
        desk.p.finish("arrival", WHO)


PEOPLE_MAY = {
    "arrival": {"arrival", "decision"},
    "warm-up": {"satellite-issued", "satellite"},
    "stability": {"satellite-issued", "satellite"},
    "measurement": {"exclusion", "budget", "cycle", "satellite-issued", "satellite"},
    "departure": {"departure", "decision", "exclusion", "budget"},
    "results": {"exclusion", "budget", "result"},
    "signing": {"exclusion", "budget", "result", "staged"},
    "submission": {"submitted", "receipt"},
    "handed-over": {"handed-over", "decision"},
    None: set(),
}
BOUND = set().union(*PEOPLE_MAY.values()) | {"signed-off", "packaged"}
RUNS = {"functional": "arrival", "settling": "warm-up", "stability": "stability", "measurement": "measurement"}


@pytest.mark.parametrize("station", [*STATIONS, None])
def test_what_may_be_entered_and_run_at_each_station(desk, station) -> None:
    """By the fold alone: the stations before are marked as done."""
    done = STATIONS if station is None else STATIONS[: STATIONS.index(station)]
    desk.enter("arrival")
    state = msgspec.structs.replace(desk.p.state, done=done)

    def open_to(gate: Callable[..., None], what: str) -> bool:
        try:
            gate(state, what)
        except GateClosed:
            return False
        return True

    assert {kind for kind in BOUND if open_to(may_enter, kind)} == PEOPLE_MAY[station]
    assert {kind for kind in set(KINDS) - BOUND if not open_to(may_enter, kind)} == set()
    assert {task for task in RUNS if open_to(may_run, task)} == {task for task in RUNS if RUNS[task] == station}
    assert open_to(may_run, "environment")


def test_nothing_is_switched_on_before_what_arrived_is_recorded(desk) -> None:
    with pytest.raises(GateClosed, match="arrival record is missing"):
        may_run(desk.p.state, "functional")
    desk.enter("arrival")
    may_run(desk.p.state, "functional")


# -- damage ------------------------------------------------------------------------------------------------------------


def test_damage_opens_by_the_pilots_decision_and_then_asks_for_the_functional_check(desk) -> None:
    found = desk.enter("arrival", visual="damaged")
    desk.attach("crate.png", "photo")
    desk.p.judge("transport", desk.attach("transport-ok.csv", "transport-log"))
    with pytest.raises(GateClosed, match="not open yet"):
        may_run(desk.p.state, "functional")
    desk.decide(found)
    may_run(desk.p.state, "functional")
    assert reasons(desk) == "The functional check has not been made."
    desk.functional()
    desk.p.finish("arrival", WHO)
    assert damage(desk.p.state)


def test_a_decision_before_the_finding_decides_nothing(desk) -> None:
    about = desk.enter("arrival")
    desk.decide(about)
    desk.enter("arrival", visual="damaged")
    assert "Stop, leave everything" in reasons(desk)


def test_a_decision_cannot_be_about_what_is_still_to_come(desk) -> None:
    with pytest.raises(WrongUse, match="none that this can be about"):
        desk.decide(10_000)


def test_a_later_finding_asks_for_another_decision(desk) -> None:
    desk.decide(desk.enter("arrival", visual="damaged"))
    desk.p.judge("transport", desk.attach("transport-shock.csv", "transport-log"))
    assert "beyond the plan's limits. Stop" in reasons(desk)
    desk.decide(desk.p.state.check_at["transport"])
    assert "Stop" not in reasons(desk)


def test_a_decision_to_stop_stops(desk) -> None:
    desk.decide(desk.enter("arrival", visual="damaged"), "stop")
    assert "has decided to stop here" in reasons(desk)


@pytest.mark.parametrize(
    "undo",
    [
        lambda d: d.enter("arrival"),
        lambda d: d.p.judge("transport", d.attach("transport-ok.csv", "transport-log")),
        lambda d: d.functional(10.0, 10.0),
    ],
)
def test_a_finding_is_not_undone_by_another_record(desk, undo) -> None:
    desk.enter("arrival", visual="damaged")
    desk.p.judge("transport", desk.attach("transport-shock.csv", "transport-log"))
    desk.functional(10.0, 11.0)
    undo(desk)
    assert len(damage(desk.p.state)) == 3
    assert "Stop, leave everything" in reasons(desk)


def test_departure_damage_opens_by_a_decision_about_it(desk) -> None:
    desk.until("departure")
    found = desk.enter("departure", visual="damaged")
    assert "Damage was found" in reasons(desk)
    desk.decide(found)
    desk.p.finish("departure", WHO)


def test_a_decision_to_stop_at_departure_stops_the_handover_and_nothing_else(desk) -> None:
    desk.until("departure")
    desk.decide(desk.enter("departure", visual="damaged"), "stop")
    desk.p.finish("departure", WHO)  # what was measured can still be sent
    state = msgspec.structs.replace(desk.p.state, done=STATIONS[:-1])
    with pytest.raises(GateClosed, match="not handed over"):
        may_enter(state, "handed-over")
    assert any("not handed over" in str(one) for one in missing(state, "handed-over"))
    may_enter(state, "decision")
    on = msgspec.structs.replace(state.decision, decision="continue")
    may_enter(msgspec.structs.replace(state, decision=on), "handed-over")


# -- measurement -------------------------------------------------------------------------------------------------------


def test_zero_and_room_are_judged_after_the_last_cycle_not_before(desk) -> None:
    desk.until("measurement")
    plan, point = desk.plan, desk.plan.points[0]
    desk.write.room(30.0 * 18)
    desk.write.cycles(plan, point, 1, [1, 2], desk.truth)
    desk.judge()
    desk.clock.skip(3600.0)
    desk.write.measure(plan, lambda r, d, p, t: 1e-3 if r == "Z" else desk.truth(r, d, p, t))
    assert "zero readings have not been judged" in reasons(desk)
    assert "environment during the measurement has not been judged" in reasons(desk)
    desk.judge()
    assert "The zero readings exceed the plan's limit" in reasons(desk)


def test_an_environment_beyond_limits_needs_a_deviation_after_it(desk) -> None:
    desk.until("measurement")
    desk.p.enter("deviation", {"text": "too early", "reason": "none"}, WHO)
    desk.write.measure(desk.plan, desk.truth, air=(25.0, 45.0, 1013.0))
    desk.judge()
    assert desk.p.state.checks["environment"].verdict == "fail"
    with pytest.raises(GateClosed, match="record the deviation"):
        desk.p.finish("measurement", WHO)
    desk.p.enter("deviation", {"text": "25 °C", "reason": "air conditioner broken"}, WHO)
    desk.p.finish("measurement", WHO)


def test_a_room_that_was_not_watched_needs_a_deviation_that_says_so(desk) -> None:
    desk.until("measurement")
    for day in (1, 2):
        for point in desk.plan.points:
            desk.write.cycles(desk.plan, point, day, [1, 2], desk.truth)
    desk.judge()
    assert reasons(desk) == "The environment was not watched throughout: record the deviation with its reason."


def test_the_room_is_not_judged_while_it_is_watched(desk) -> None:
    desk.until("measurement")
    run = desk.write.room(60.0, stop=False)
    with pytest.raises(GateClosed, match="still open"):
        desk.p.judge("environment")
    desk.p.close_run(run, "closed by hand", WHO)
    assert desk.p.judge("environment").verdict == "undecided"


def test_a_cycle_is_redone_only_after_it_was_excluded(desk) -> None:
    desk.until("measurement")
    first, *_ = desk.measure()
    key = ("10V", 1, 1)
    assert desk.p.state.counted[key] == first
    desk.p.enter("exclusion", {"cycles": [first], "reason": "door opened"}, WHO)
    assert key not in desk.p.state.counted
    assert "10V: 3 of 4 cycles measured" in reasons(desk)
    desk.write.room(30.0 * 9)
    (again,) = desk.write.cycles(desk.plan, desk.plan.points[0], 1, [1], desk.truth)
    desk.judge()
    assert desk.p.state.counted[key] == again
    desk.p.finish("measurement", WHO)


def test_of_a_cycle_that_was_measured_in_two_places_one_is_excluded(desk) -> None:
    desk.until("measurement")
    first, *_ = desk.measure()
    desk.p.enter("note", {"text": "once more"}, WHO)
    desk.write.room(30.0 * 9)
    desk.write.cycles(desk.plan, desk.plan.points[0], 1, [1], desk.truth)
    desk.judge()
    assert "10V, day 1, cycle 1 was measured 2 times: exclude all but one" in reasons(desk)
    desk.p.enter("exclusion", {"cycles": [first], "reason": "two rooms measured it"}, WHO)
    desk.judge()
    desk.p.finish("measurement", WHO)


def test_an_exclusion_opens_the_measurement_again_while_the_standard_is_here(desk) -> None:
    desk.until("departure")
    first = next(iter(desk.p.state.cycles))
    desk.p.enter("exclusion", {"cycles": [first], "reason": "door opened"}, WHO)
    assert desk.p.state.station == "measurement"
    assert "10V: 3 of 4 cycles measured" in reasons(desk)


def test_no_exclusion_leaves_a_point_without_a_result_once_the_standard_has_left(desk) -> None:
    desk.until("results")
    one, two, three, *_ = (seq for key, seq in desk.p.state.counted.items() if key[0] == "10V")
    desk.p.enter("exclusion", {"cycles": [one, two], "reason": "door opened"}, WHO)
    with pytest.raises(GateClosed, match="too few cycles would be left"):
        desk.p.enter("exclusion", {"cycles": [three], "reason": "door opened again"}, WHO)
    desk.compute()


def test_an_exclusion_names_cycles_that_count(desk) -> None:
    desk.until("measurement")
    first, *_ = desk.measure()
    for wrong in ([first - 1], [99_999], [first, first - 1]):
        with pytest.raises(WrongUse, match="none that this can be about"):
            desk.p.enter("exclusion", {"cycles": wrong, "reason": "x"}, WHO)
    desk.p.enter("exclusion", {"cycles": [first], "reason": "door opened"}, WHO)
    with pytest.raises(WrongUse):
        desk.p.enter("exclusion", {"cycles": [first], "reason": "again"}, WHO)


def test_an_exclusion_makes_the_result_stale(desk) -> None:
    desk.until("results")
    desk.compute()
    first = next(iter(desk.p.state.cycles))
    desk.p.enter("exclusion", {"cycles": [first], "reason": "door opened"}, WHO)
    with pytest.raises(GateClosed, match="compute it again"):
        desk.p.finish("results", WHO)
    desk.p.compute_result(WHO)
    desk.p.finish("results", WHO)
    result = desk.p.state.result
    assert result is not None
    assert (result.points[0].cycles, result.points[0].excluded_cycles) == (3, 1)


def test_no_result_while_a_run_is_open(desk) -> None:
    desk.until("results")
    desk.write.room(60.0, stop=False)
    desk.enter("budget")
    with pytest.raises(GateClosed, match="still open"):
        desk.p.compute_result(WHO)


def test_a_trial_opens_no_gate(desk) -> None:
    desk.until("stability")
    run = desk.write.readings("stability", [10.0 + 1e-8 * (i % 3) for i in range(20)], purpose="trial")
    with pytest.raises(DataUnfit, match="not made for this check"):
        desk.p.judge("stability", run)
    assert "stability" not in desk.p.state.checks


def test_another_serial_number_than_the_plans_needs_the_pilots_decision(desk) -> None:
    desk.enter("arrival", serial=f" {desk.plan.transfer_standard.serial.lower()} ")
    assert not desk.p.state.harm
    found = desk.enter("arrival", serial="XR-0815")
    assert "The serial number on the standard is not that of the plan." in str(desk.p.missing()[-2])
    desk.enter("arrival", serial=desk.plan.transfer_standard.serial)
    assert desk.p.state.harm == {"serial": found}, "another record does not undo a finding"


@pytest.mark.parametrize(
    ("body", "item"),
    [
        ({"seals_intact": False}, "Seals intact"),
        ({"visual": "damaged"}, "Visual inspection"),
        ({"shock_indicator": "tripped"}, "Shock indicator"),
        ({"packaging": "damaged"}, "Packaging"),
        ({"serial": "XR-0815"}, "Serial number"),
        ({"parts": [{"name": "reference", "present": False}]}, "reference"),
    ],
)
def test_of_what_is_not_in_order_something_is_said(desk, body, item) -> None:
    with pytest.raises(EntryInvalid, match=f"{item}: say what was found"):
        desk.enter("arrival", remarks=" ", **body)
    (harm,) = harm_of(body_of("arrival", ENTRIES["arrival"] | body), desk.plan)
    desk.enter("arrival", remarks="", notes=[{"item": item_of(harm), "note": "seen"}], **body)
    assert list(desk.p.state.harm) == [harm]
