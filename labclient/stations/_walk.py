"""A record walked through again: every entry is asked for as it was asked at the bench, so that whoever verifies a
package need not believe that the program which wrote it kept the gates shut."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from labclient.errors import Trouble
from labclient.notebook import Entry, Reader
from labclient.plan import Plan, Station
from labclient.stations._allowed import ENTRY_STATIONS, allow
from labclient.stations._entries import KINDS, StationDone
from labclient.stations._fold import first_state, fold
from labclient.stations._missing import needed, unready
from labclient.stations._names import STATION_NAMES, STATIONS
from labclient.stations._runs import TASK_STATIONS, blocked, concerns_recorded, may_import, may_run, may_run_by_hand
from labclient.stations._state import State
from labclient.words import Message, message

_WALKED = frozenset(KINDS) | {"run-start", "run-stop"}
_BEFORE_SIGNING = STATIONS[: STATIONS.index("signing")]


class WentRound(Struct, frozen=True):
    """An entry that was made though a gate was shut, -1 for one that is not there; and which gate."""

    seq: int
    sentence: Message


def went_round(record: Reader, plan: Plan) -> Iterator[WentRound]:
    """Every gate of `plan` that was gone round in a record which is ready to be signed. A gate is told once, with the
    first entry behind it. Raises `NotebookDamaged`, and `LookupError` or `ValidationError` for entries of no form."""
    state = msgspec.structs.replace(first_state(record), plan=plan)
    skipped: set[Station] = set()  # told, and then taken as done: else all that follows were told as well
    known: set[tuple[str, str]] = set()
    for entry in record.entries(_WALKED):
        for station in _before(state, entry):
            yield WentRound(entry.seq, message("Entry {seq} was made before “{station}” was signed off.", seq=entry.seq,
                                               station=STATION_NAMES[station]))  # fmt: skip
            skipped.add(station)
            state = msgspec.structs.replace(state, done=(*state.done, station))
        for sentence, reason in _against(msgspec.structs.replace(state, size=entry.seq), entry, skipped):
            if (entry.kind, str(reason)) not in known:
                known.add((entry.kind, str(reason)))
                yield WentRound(entry.seq, sentence)
        state = fold(state, (entry,))
    undone = [one for one in _BEFORE_SIGNING if one not in state.done]
    for station in undone:
        yield WentRound(-1, message("The station “{station}” was never signed off.", station=STATION_NAMES[station]))
    for reason, _ in unready(state):
        yield WentRound(-1, reason)


def _before(state: State, entry: Entry) -> tuple[Station, ...]:
    """The stations that come before every one at which this entry makes sense, and are not done."""
    if entry.kind == "station-done":
        stations: tuple[Station, ...] = (msgspec.convert(entry.body, StationDone).station,)
    elif entry.kind == "run-start":
        stations = tuple(TASK_STATIONS[one] for one in (str(entry.body["task"]),) if one in TASK_STATIONS)
    else:
        stations = ENTRY_STATIONS.get(entry.kind, ())
    first = min(map(STATIONS.index, stations), default=0)
    return tuple(one for one in STATIONS[:first] if one not in state.done)


def _against(state: State, entry: Entry, skipped: set[Station]) -> Iterator[tuple[Message, Message]]:
    """What speaks against an entry, as told and as the gate says it."""
    if entry.kind == "run-start":
        yield from _against_instrument(state, entry)
    if entry.kind == "station-done":
        done = msgspec.convert(entry.body, StationDone)
        if done.station in skipped:
            skipped.discard(done.station)
            state = msgspec.structs.replace(state, done=tuple(one for one in state.done if one != done.station))
        reasons = needed(state, done.station) if done.station not in state.done else ()
        for reason in reasons:
            yield message("“{station}” was signed off in entry {seq} though its gate was shut: {reason}",
                          station=STATION_NAMES[done.station], seq=entry.seq, reason=reason), reason  # fmt: skip
        if reasons:
            return
    try:
        _ask(state, entry)
    except Trouble as trouble:
        reason = trouble.sentence
        yield message("Entry {seq} was made though its gate was shut: {reason}", seq=entry.seq, reason=reason), reason


def _ask(state: State, entry: Entry) -> None:
    """Raise what the bench would have raised."""
    if entry.kind in KINDS:
        allow(state, entry.kind, msgspec.convert(entry.body, KINDS[entry.kind]))
    elif entry.kind == "run-start":
        body = entry.body
        if "origin" in body:
            may_run_by_hand(state, str(body["origin"]), body["task"], body["purpose"])
            if "file" in body:
                may_import(state, str(body["file"]["sha256"]), body["task"], body["purpose"])
        else:
            may_run(state, str(body["task"]))


def _against_instrument(state: State, entry: Entry) -> Iterator[tuple[Message, Message]]:
    if entry.body["purpose"] == "record":
        for one in blocked(state, concerns_recorded(entry.body)):
            told = message(
                "Run {run} was made for the record with an instrument that the plan blocks, and no signed deviation "
                "lets it pass. {concern}",
                run=entry.seq,
                concern=one.sentence,
            )
            yield told, told
