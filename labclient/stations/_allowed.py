"""What may be entered now: one question for the bench that is about to enter it and for whoever verifies the record.

Each raises `GateClosed` with the reason and the way on; neither face can walk around it.
"""

from collections.abc import Iterable

from msgspec import Struct

from labclient.acquisition import Cycle, OutputSet
from labclient.errors import GateClosed, WrongUse
from labclient.evaluation import Check, origin_counts
from labclient.plan import Station
from labclient.stations._damage import STAYS, stopped
from labclient.stations._entries import Decision, Exclusion, SatelliteIssued, StationDone
from labclient.stations._missing import is_staged, missing, unnamed, unready
from labclient.stations._names import STATION_NAMES
from labclient.stations._outputs import may_put_out
from labclient.stations._state import State
from labclient.words import message

ON_A_SATELLITE = frozenset({"attachment", "note", "deviation", "cycle", "exclusion", "check"})
_OVER_EVERYTHING = frozenset({"zero", "environment"})  # judged over all cycles of a participation
_AT_A_BENCH: tuple[Station, ...] = ("warm-up", "stability", "measurement")

# Kinds that a person may enter, and the stations at which they make sense; the others may be entered at any time.
ENTRY_STATIONS: dict[str, tuple[Station, ...]] = {
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


def allow(state: State, kind: str, body: Struct) -> None:
    """Raise `GateClosed` when this very entry is not possible now, `WrongUse` when it names another that is not there
    or cannot be meant."""
    may_enter(state, kind)
    match body:
        case Decision():
            _are_named([body.about] if body.about >= state.size else ())
        case Exclusion():
            _are_named(seq for seq in body.cycles if seq not in state.cycles or seq in state.excluded)
            _may_exclude(state, body.cycles)
        case Cycle():
            _are_named(() if _counts(state, body.run) else [body.run])
        case Check():
            may_judge(state, body.check)
        case SatelliteIssued():
            must_be_at(state, body.station)
        case OutputSet():
            may_put_out(state.plan, body)
        case StationDone():
            may_finish(state, body.station)
            for warning in unnamed(state, body):
                raise GateClosed(warning)


def may_enter(state: State, kind: str) -> None:
    """Raise `GateClosed` when an entry of this kind is not possible now."""
    if state.satellite_of and kind not in ON_A_SATELLITE:
        raise GateClosed(
            message("This is not done in a satellite, which only records “{station}”.",
                    station=STATION_NAMES[state.satellite_of.station]),
            message("Do it in the main notebook."),
        )  # fmt: skip
    stations = ENTRY_STATIONS.get(kind)
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
        raise GateClosed(STAYS, message("When the pilot laboratory lets it go on, enter that decision first."))
    if kind in {"signed-off", "packaged"} and not is_staged(state):
        raise GateClosed(
            message("The revision has not been prepared for signing."),
            message("Prepare the revision again; all sign anew."),
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
    must_be_at(state, station)


def may_finish(state: State, station: Station) -> None:
    """Raise `GateClosed` with the first reason when `station` cannot be signed off as done."""
    if station in state.done:
        raise GateClosed(message("“{station}” is done.", station=STATION_NAMES[station]))
    reasons = missing(state, station)
    if reasons:
        raise GateClosed(message("“{station}” is not finished.", station=STATION_NAMES[station]), reasons[0])


def may_stage(state: State) -> None:
    """Raise `GateClosed` when no revision of this record can be prepared for signing."""
    may_enter(state, "staged")
    for reason, step in unready(state):
        raise GateClosed(reason, step)


def must_be_at(state: State, station: Station) -> None:
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


def _may_exclude(state: State, cycles: tuple[int, ...]) -> None:
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


def _are_named(wrong: Iterable[int]) -> None:
    """Raise `WrongUse` when an entry names another that it cannot be about."""
    for seq in wrong:
        raise WrongUse(message("Entry {seq} is none that this can be about.", seq=seq))


def _counts(state: State, run: int) -> bool:
    """Whether cycles can be taken from this run."""
    known = state.runs.get(run)
    for_it = known is not None and (known.task, known.purpose) == ("measurement", "record")
    return known is not None and for_it and origin_counts(state.plan, known.origin, known.task)


def _no_run_is_open(state: State) -> None:
    if state.open_runs:
        raise GateClosed(message("A run is still open."), message("Stop it or close it with a reason."))
