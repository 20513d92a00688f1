"""What is missing before a station is done. A reason is a sentence with its way on.

It follows from the state and the plan, nothing else: both faces show it, and whoever verifies a package asks it again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from labclient.evaluation import CHECK_NAMES, CheckName, cautions_of
from labclient.plan import Station, influences_asked
from labclient.stations._damage import STAYS, harmed, stopped, undecided
from labclient.stations._entries import Part, StationDone
from labclient.stations._names import ROLE_NAMES, STATION_NAMES, STATIONS
from labclient.stations._state import State
from labclient.words import Message, message

_TO_PASS: tuple[CheckName, ...] = ("settling", "stability", "zero")


def missing(state: State, station: Station) -> tuple[Message, ...]:
    """What is still missing before `station` can be done; empty when its gate is open."""
    if station in state.done:
        return ()
    before = STATIONS[: STATIONS.index(station)]
    waiting = tuple(
        message("First finish “{station}”.", station=STATION_NAMES[one]) for one in before if one not in state.done
    )
    if state.satellite_of:
        return (message("This is a satellite: take it into the main notebook, where the station is finished."),)
    return waiting[:1] or needed(state, station)


def needed(state: State, station: Station) -> tuple[Message, ...]:
    """What the station itself still asks for, whatever became of those before it."""
    return (*_REQUIREMENTS[station](state), *_away(state, station))


def unready(state: State) -> Iterator[tuple[Message, Message]]:
    """Why no revision of this record can be signed, each with the way on."""
    if state.open_runs:
        yield message("A run is still open."), message("Stop it or close it with a reason.")
    if state.result is None or state.result_at < state.changed_at:
        yield message("The result is missing or older than the record."), message("Compute it first.")
    for name in _TO_PASS:
        if name not in state.checks or state.checks[name].verdict != "pass":
            told = message("The check “{check}” did not pass.", check=CHECK_NAMES[name])
            yield told, message("Its last word counts: judge it again.")


def warnings(state: State) -> tuple[str, ...]:
    """The warnings of the result, as point and code: whoever signs the results off lets them pass by name."""
    points = state.result.points if state.result else ()
    return tuple(f"{point}: {one.code}" for point, one in cautions_of(points))


def unnamed(state: State, done: StationDone) -> Iterator[Message]:
    """Warnings of the result that a sign-off of the results does not name."""
    for one in warnings(state) if done.station == "results" else ():
        if one not in done.passed:
            yield message("The warning of the result “{name}” was not passed by name.", name=one)


def is_staged(state: State) -> bool:
    """Whether the staged revision is that of the record: nothing that it rests on changed since."""
    return state.staged is not None and state.staged_at > max(state.result_at, state.changed_at)


def _arrival(state: State) -> Iterator[Message]:
    rule = state.plan.arrival
    if state.arrival is None:
        yield message("The arrival record is missing.")
    else:
        yield from _unlisted(state, state.arrival.parts)
    if state.photos < rule.photos:
        yield message("Photos of the crate: {have} of {need}.", have=state.photos, need=rule.photos)
    if rule.transport_limits and state.check_at.get("transport", -1) <= state.transport_log_at:
        yield message("The transport logger has not been read.")
    yield from undecided(state)
    if state.arrival and "functional" not in state.checks:
        yield message("The functional check has not been made.")
    elif "functional" in state.checks and state.checks["functional"].verdict == "undecided":
        yield message("The functional check cannot be judged yet.")


def _passed(name: str, absent: Message, failed: Message, open_: Message) -> Callable[[State], Iterator[Message]]:
    def requirement(state: State) -> Iterator[Message]:
        check = state.checks.get(name)
        if check is None:
            yield absent
        elif check.verdict == "fail":
            yield failed
        elif check.verdict == "undecided":
            yield open_

    return requirement


def _measurement(state: State) -> Iterator[Message]:
    rule = state.plan.measurement
    counted = state.counted
    for point in state.plan.points:
        total = rule.days * rule.cycles
        have = sum((point.id, day, cycle) in counted for day in _upto(rule.days) for cycle in _upto(rule.cycles))
        if have < total:
            yield message("{point}: {have} of {total} cycles measured.", point=point.id, have=have, total=total)
    yield from _twice(state)
    if state.open_runs:
        yield message("A run is still open.")
    if state.check_at.get("zero", -1) < state.measured_at:
        yield _ZERO_MISSING
    else:
        yield from _ZERO(state)
    yield from _room(state)


def _twice(state: State) -> Iterator[Message]:
    """Cycles measured in two places at once: the result would take both."""
    places = [(one.point, one.day, one.cycle) for seq, one in state.cycles.items() if seq not in state.excluded]
    for (point, day, cycle), count in Counter(places).items():
        if count > 1:
            yield message("{point}, day {day}, cycle {cycle} was measured {count} times: exclude all but one with the "
                          "reason.", point=point, day=day, cycle=cycle, count=count)  # fmt: skip


def _room(state: State) -> Iterator[Message]:
    environment = state.checks.get("environment")
    if environment is None or state.check_at["environment"] < state.measured_at:
        yield message("The environment during the measurement has not been judged.")
    elif environment.verdict != "pass" and state.deviation_at < state.check_at["environment"]:
        if environment.verdict == "fail":
            yield message("The environment left the plan's limits: record the deviation with its reason.")
        else:
            yield message("The environment was not watched throughout: record the deviation with its reason.")


def _departure(state: State) -> Iterator[Message]:
    if state.departure is None:
        yield message("The departure record is missing.")
        return
    yield from _unlisted(state, state.departure.parts)
    decided = state.decision is not None and state.departure_at <= state.decision.about < state.decision_at
    if harmed(state.departure) and not decided:
        yield message("Damage was found: inform the pilot laboratory and enter its decision.")


def _unlisted(state: State, parts: Iterable[Part]) -> Iterator[Message]:
    """The plan's parts of which a record says nothing."""
    listed = {part.name for part in parts}
    for name in state.plan.transfer_standard.parts:
        if name not in listed:
            yield message("A part is missing: {part}.", part=name)


def _results(state: State) -> Iterator[Message]:
    if state.standard is None:
        yield message("The laboratory's standard and its certificate are missing.")
    yield from _undeclared(state)
    if state.result is None:
        yield message("The result has not been computed.")
    elif state.result_at < state.changed_at:
        yield _RESULT_OLD


def _undeclared(state: State) -> Iterator[Message]:
    declared = {(row.row, row.point) for row in state.budget.rows} if state.budget else set()
    influences: set[str] = {one.influence for one in state.budget.influences} if state.budget else set()
    for row in state.plan.budget:
        for point in state.plan.points:
            if row.origin == "declared" and (row.id, point.id) not in declared:
                yield message("Budget: the row “{row}” at {point} is missing.", row=row.id, point=point.id)
    for influence in influences_asked(state.plan):
        if influence not in influences:
            yield message("Budget: the uncertainty of the {influence} is missing.", influence=influence)


def _signing(state: State) -> Iterator[Message]:
    if state.packaged is not None:
        return
    if not is_staged(state):
        if state.result_at < state.changed_at:
            yield _RESULT_OLD
        yield message("The revision has not been prepared for signing.")
        return
    signed = {sign.role for sign in state.signed}
    for role in state.plan.roles:
        if role not in signed:
            yield message("The signature of the {role} is missing.", role=ROLE_NAMES[role])
    yield message("The package has not been written.")


def _submission(state: State) -> Iterator[Message]:
    if state.submitted is None:
        yield message("The package has not been sent.")
    if state.receipt is None:
        yield message("Sent, not confirmed: the pilot's receipt is missing.")


def _handed_over(state: State) -> Iterator[Message]:
    if stopped(state):
        yield STAYS
    if state.handed_over is None:
        yield message("The handover to the next laboratory is not recorded.")


def _away(state: State, station: Station) -> Iterator[Message]:
    for one in state.satellites_out:
        if one.station == station:
            yield message("The satellite {name}, issued to {to}, has not been taken in.", name=one.name, to=one.to)


def _upto(count: int) -> range:
    return range(1, count + 1)


_RESULT_OLD = message("Something changed after the result was computed: compute it again.")
_ZERO_MISSING = message("The zero readings have not been judged.")
_ZERO = _passed(
    "zero",
    _ZERO_MISSING,
    message("The zero readings exceed the plan's limit: clean and tighten the connections, then measure again."),
    message("The zero readings cannot be judged yet."),
)

_REQUIREMENTS: dict[Station, Callable[[State], Iterator[Message]]] = {
    "arrival": _arrival,
    "warm-up": _passed(
        "settling",
        message("The warm-up has not been judged."),
        message("The standard has not settled: leave it switched on and judge again."),
        message("The warm-up cannot be judged yet: it needs more readings."),
    ),
    "stability": _passed(
        "stability",
        message("The reading stability has not been judged."),
        message("The readings are not stable: look for the cause at the bench, then repeat the run."),
        message("The stability cannot be judged yet: repeat with more readings."),
    ),
    "measurement": _measurement,
    "departure": _departure,
    "results": _results,
    "signing": _signing,
    "submission": _submission,
    "handed-over": _handed_over,
}
