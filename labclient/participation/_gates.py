"""Gates: what is missing before a station is done, what may be entered now. A reason is a sentence with its way on.

A gate reads the state and the plan, nothing else; both faces show its reasons and neither can walk around it.
"""

from collections.abc import Callable, Iterable, Iterator

from labclient.errors import GateClosed
from labclient.instruments import Concern, ConcernId
from labclient.participation._entries import Part
from labclient.participation._state import MISSING, STATIONS, State
from labclient.plan import Station, influences_asked
from labclient.words import Message, listed, message

STATION_NAMES: dict[Station, Message] = {
    "arrival": message("Arrival"),
    "warm-up": message("Warm-up"),
    "stability": message("Stability"),
    "measurement": message("Measurement"),
    "departure": message("Departure check"),
    "results": message("Results and budget"),
    "signing": message("Review and signatures"),
    "submission": message("Submission"),
    "handed-over": message("Handed over"),
}

_TASK_STATION: dict[str, Station] = {
    "functional": "arrival",
    "settling": "warm-up",
    "stability": "stability",
    "measurement": "measurement",
}

_AT_A_BENCH: tuple[Station, ...] = ("warm-up", "stability", "measurement")
ON_A_SATELLITE = frozenset({"attachment", "note", "deviation", "cycle", "exclusion", "check"})
_OVER_EVERYTHING = frozenset({"zero", "environment"})  # judged over all cycles of a participation

# Kinds that a person may enter, and the stations at which they make sense; the others may be entered at any time.
_ENTRY_STATIONS: dict[str, tuple[Station, ...]] = {
    "arrival": ("arrival",),
    "decision": ("arrival", "departure", "handed-over"),
    "cycle": ("measurement",),
    "departure": ("departure",),
    "exclusion": ("measurement", "departure", "results", "signing"),
    "budget": ("measurement", "departure", "results", "signing"),
    "result": ("results", "signing"),
    "staged": ("signing",),
    "signed-off": ("signing",),
    "packaged": ("signing",),
    "submitted": ("submission",),
    "receipt": ("submission",),
    "handed-over": ("handed-over",),
    "satellite-issued": _AT_A_BENCH,
    "satellite": _AT_A_BENCH,
}
_LEAST_GROUPS = 2  # below that nothing is known of the scatter
_OF_A_REVISION = frozenset({"standard", "exclusion", "budget", "result", "staged"})


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
    return waiting[:1] or (*_REQUIREMENTS[station](state), *_away(state, station))


def may_enter(state: State, kind: str) -> None:
    """Raise `GateClosed` when an entry of this kind is not possible now."""
    if state.satellite_of and kind not in ON_A_SATELLITE:
        raise GateClosed(
            message("This is not done in a satellite, which only records “{station}”.",
                    station=STATION_NAMES[state.satellite_of.station]),
            message("Do it in the main notebook."),
        )  # fmt: skip
    stations = _ENTRY_STATIONS.get(kind)
    if stations and state.station not in stations:
        here = STATION_NAMES[state.station] if state.station else message("finished")
        raise GateClosed(
            message("This cannot be entered now: the participation is at “{station}”.", station=here),
            message("Look at what the present station still needs."),
        )
    if kind in _OF_A_REVISION and state.packaged:
        raise GateClosed(
            message("Revision {revision} is finished and is never edited.", revision=state.packaged.revision),
            message("Ask the pilot laboratory with a written amendment request."),
        )
    if kind in {"result", "staged", "satellite"}:
        _no_run_is_open(state)
    if kind == "handed-over" and stopped(state):
        raise GateClosed(_STAYS, message("When the pilot laboratory lets it go on, enter that decision first."))
    if kind in {"signed-off", "packaged"} and not _is_staged(state):
        raise GateClosed(
            message("The revision has not been prepared for signing."),
            message("Prepare the revision again; all sign anew."),
        )


def may_exclude(state: State, cycles: tuple[int, ...]) -> None:
    """Raise `GateClosed` when an exclusion would leave a point without a result, and the standard is not here to be
    measured again. While it is here, an exclusion opens the measurement again."""
    if "departure" not in state.done:
        return
    level = state.plan.measurement.independent_level
    for point in state.plan.points:
        left = [key for key, seq in state.counted.items() if key[0] == point.id and seq not in cycles]
        if len(set(left) if level == "cycle" else {day for _, day, _ in left}) < _LEAST_GROUPS:
            raise GateClosed(
                message(
                    "{point}: too few cycles would be left for a result, and the standard has left.", point=point.id
                ),
                message("Tell the pilot laboratory; record the reason as a deviation."),
            )


def may_judge(state: State, check: str) -> None:
    """Raise `GateClosed` when this check cannot be made now."""
    if state.satellite_of and check in _OVER_EVERYTHING:
        raise GateClosed(
            message("This is judged over everything that was measured, in the main notebook."),
            message("Take the satellite into it first."),
        )
    if check == "environment":
        _no_run_is_open(state)


def may_issue(state: State, station: Station) -> None:
    """Raise `GateClosed` when no satellite can be issued for this station: it may do what this notebook may."""
    may_enter(state, "satellite-issued")
    _must_be_at(state, station)


def may_run(state: State, task: str) -> None:
    """Raise `GateClosed` when a run for this task is not possible now."""
    station = _TASK_STATION.get(task)
    if task == "functional" and state.station == "arrival" and state.arrival is None:
        raise GateClosed(
            message("The arrival record is missing."),
            message("Enter it first: what arrived is looked at before it is switched on."),
        )
    undecided = tuple(_decided(state)) if station == "arrival" else ()
    if undecided:
        raise GateClosed(message("“{station}” is not open yet.", station=STATION_NAMES["arrival"]), undecided[0])
    if station is not None:
        _must_be_at(state, station)


def blocked(state: State, concerns: Iterable[Concern]) -> tuple[Concern, ...]:
    """What speaks against an instrument and blocks a run for the record, by the plan; not what was let pass."""
    rule = state.plan.instruments
    consequences = {
        "absent": rule.absent, "expired": rule.expired, "unconfirmed": rule.unconfirmed, "firmware": rule.changed,
        "settings": rule.changed,
    }  # fmt: skip
    return tuple(one for one in concerns if consequences[one.id] == "block" and not _is_passed(state, one))


def may_use(state: State, concerns: Iterable[Concern]) -> None:
    """Raise `GateClosed` when the plan lets no run for the record be made with an instrument of which this is said."""
    for one in blocked(state, concerns):
        step = _WAYS[one.id]
        roles = [ROLE_NAMES[role] for role in state.plan.instruments.opened_by]
        if roles:
            named = listed(roles)
            step = message("{step} Or let a deviation be signed by: {roles}.", step=step, roles=named)
        raise GateClosed(
            message("{concern} The plan allows no run for the record with it.", concern=one.sentence), step
        )


def _is_passed(state: State, concern: Concern) -> bool:
    roles = state.plan.instruments.opened_by
    return bool(roles) and all((role, concern.key) in state.authorised for role in roles)


def _must_be_at(state: State, station: Station) -> None:
    """Raise `GateClosed` unless the participation is at this station."""
    if state.station == station:
        return
    if station in state.done:
        raise GateClosed(message("“{station}” is done.", station=STATION_NAMES[station]))
    reasons = missing(state, state.station) if state.station else ()
    raise GateClosed(
        message("“{station}” is not open yet.", station=STATION_NAMES[station]),
        reasons[0] if reasons else message("Finish the station before it."),
    )


def may_finish(state: State, station: Station) -> None:
    """Raise `GateClosed` with the first reason when `station` cannot be signed off as done."""
    if station in state.done:
        raise GateClosed(message("“{station}” is done.", station=STATION_NAMES[station]))
    reasons = missing(state, station)
    if reasons:
        raise GateClosed(message("“{station}” is not finished.", station=STATION_NAMES[station]), reasons[0])


def damage(state: State) -> tuple[Message, ...]:
    """Everything found at arrival that needs the pilot's decision."""
    return tuple(
        _HARM[name] if name in _HARM else message("A part is missing: {part}.", part=name.removeprefix(MISSING))
        for name in state.harm
    )


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
    yield from _decided(state)
    if state.arrival and "functional" not in state.checks:
        yield message("The functional check has not been made.")
    elif "functional" in state.checks and state.checks["functional"].verdict == "undecided":
        yield message("The functional check cannot be judged yet.")


def _decided(state: State) -> Iterator[Message]:
    if not state.harm:
        return
    decision = state.decision
    latest = max(state.harm.values())
    if decision is None or not latest <= decision.about < state.decision_at:
        undecided = next(place for place, seq in enumerate(state.harm.values()) if seq == latest)
        yield message(
            "{damage} Stop, leave everything as it is, inform the pilot laboratory and enter its decision.",
            damage=damage(state)[undecided],
        )
    elif decision.decision == "stop":
        yield message("The pilot laboratory has decided to stop here.")


def _passed(name: str, absent: Message, failed: Message, undecided: Message) -> Callable[[State], Iterator[Message]]:
    def requirement(state: State) -> Iterator[Message]:
        check = state.checks.get(name)
        if check is None:
            yield absent
        elif check.verdict == "fail":
            yield failed
        elif check.verdict == "undecided":
            yield undecided

    return requirement


def _measurement(state: State) -> Iterator[Message]:
    rule = state.plan.measurement
    counted = state.counted
    for point in state.plan.points:
        total = rule.days * rule.cycles
        have = sum((point.id, day, cycle) in counted for day in _upto(rule.days) for cycle in _upto(rule.cycles))
        if have < total:
            yield message("{point}: {have} of {total} cycles measured.", point=point.id, have=have, total=total)
    if state.open_runs:
        yield message("A run is still open.")
    if state.check_at.get("zero", -1) < state.measured_at:
        yield _ZERO_MISSING
    else:
        yield from _ZERO(state)
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
    harmed = state.departure.visual == "damaged" or not all(part.present for part in state.departure.parts)
    decided = state.decision is not None and state.departure_at <= state.decision.about < state.decision_at
    if harmed and not decided:
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
    if not _is_staged(state):
        if state.result_at < state.changed_at:
            yield _RESULT_OLD
        yield message("The revision has not been prepared for signing.")
        return
    signed = {sign.role for sign in state.signed}
    for role in state.plan.roles:
        if role not in signed:
            yield message("The signature of the {role} is missing.", role=ROLE_NAMES[role])
    yield message("The package has not been written.")


def _is_staged(state: State) -> bool:
    """Whether the staged revision is that of the record: nothing that it rests on changed since."""
    return state.staged is not None and state.staged_at > max(state.result_at, state.changed_at)


def _submission(state: State) -> Iterator[Message]:
    if state.submitted is None:
        yield message("The package has not been sent.")
    if state.receipt is None:
        yield message("Sent, not confirmed: the pilot's receipt is missing.")


def stopped(state: State) -> bool:
    """Whether the pilot has decided, after the departure check, that the standard stays where it is."""
    decision = state.decision
    at_departure = state.departure_at >= 0 and decision is not None and state.departure_at <= decision.about
    return at_departure and decision is not None and decision.decision == "stop"


def _handed_over(state: State) -> Iterator[Message]:
    if stopped(state):
        yield _STAYS
    if state.handed_over is None:
        yield message("The handover to the next laboratory is not recorded.")


def _away(state: State, station: Station) -> Iterator[Message]:
    for one in state.satellites_out:
        if one.station == station:
            yield message("The satellite {name}, issued to {to}, has not been taken in.", name=one.name, to=one.to)


def _no_run_is_open(state: State) -> None:
    if state.open_runs:
        raise GateClosed(message("A run is still open."), message("Stop it or close it with a reason."))


def _upto(count: int) -> range:
    return range(1, count + 1)


ROLE_NAMES: dict[str, Message] = {
    "operator": message("operator"),
    "checker": message("checker"),
    "approver": message("approver"),
}

_WAYS: dict[ConcernId, Message] = {
    "absent": message("Enter its certificate on the page of instruments, or measure with another instrument."),
    "expired": message("Have it calibrated and enter the new certificate, or measure with another instrument."),
    "unconfirmed": message("Let a second person compare it with the page and confirm it."),
    "firmware": message("Have it calibrated with this firmware and enter the certificate."),
    "settings": message("Set it as it was when it was calibrated, or have it calibrated as it is."),
}

_HARM = {
    "damaged": message("The standard arrived damaged."),
    "shock": message("The shock indicator has tripped."),
    "seal": message("A seal is broken."),
    "packaging": message("The packaging arrived damaged."),
    "serial": message("The serial number on the standard is not that of the plan."),
    "transport": message("The transport logger shows values beyond the plan's limits."),
    "functional": message("The functional check failed."),
}

_RESULT_OLD = message("Something changed after the result was computed: compute it again.")
_STAYS = message("The pilot laboratory has decided to stop here: the standard is not handed over.")
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
