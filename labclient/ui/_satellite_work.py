"""What is done about satellites, at the desk: each work returns the state after it, and what to say of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from labclient.errors import GateClosed
from labclient.participation import (
    STATION_NAMES,
    Participation,
    State,
    give_up_satellite,
    issue_satellite,
    may_enter,
    take_satellite,
)
from labclient.plan import Station
from labclient.ui._desk import Desk
from labclient.words import Message, message

Action = Literal["issue", "take", "give up"]
Answer = tuple[State, tuple[Message, ...]]
Work = Callable[[Participation], Answer]

_KINDS: dict[Action, str] = {"issue": "satellite-issued", "take": "satellite", "give up": "satellite-given-up"}


def issuing(path: Path, station: Station, to: str, who: str) -> Work:
    """Make the satellite `path` and give it `to` somebody. Raises as `issue_satellite`."""

    def work(participation: Participation) -> Answer:
        entry = issue_satellite(participation, path, station=station, to=to, who=who)
        issued = message(
            "Issued as {seq}: {path}, for “{station}”. Record into it on the other PC, then bring it back.",
            seq=entry.seq,
            path=str(path),
            station=STATION_NAMES[station],
        )
        return participation.state, (issued,)

    return work


def taking(file: Path, who: str) -> Work:
    """Take `file` in. Raises as `take_satellite`."""

    def work(participation: Participation) -> Answer:
        entry, *copied = take_satellite(participation, file, who)
        kinds = [one.kind for one in copied]
        taken = message(
            "Taken in as {seq}: {runs} runs and {cycles} cycles. Root: {root}",
            seq=entry.seq,
            runs=kinds.count("run-start"),
            cycles=kinds.count("cycle"),
            root=f"{entry.body['root'][:16]}…",
        )
        return participation.state, (taken, message("What is recorded in it from now on cannot be taken in."))

    return work


def giving_up(satellite: str, name: str, reason: str, who: str) -> Work:
    """Go on without the satellite of this id; `name` is what it is called. Raises as `give_up_satellite`."""

    def work(participation: Participation) -> Answer:
        entry = give_up_satellite(participation, satellite, reason, who)
        gone = message(
            "Given up as {seq}: {name}. It stays in the record and is told to the pilot.", seq=entry.seq, name=name
        )
        return participation.state, (gone,)

    return work


def hindrance(desk: Desk, state: State, action: Action) -> GateClosed | None:
    """Why this cannot be done now, with the next step; None when it can."""
    try:
        _must_be_free(desk, state)
        may_enter(state, _KINDS[action])
        if action != "issue" and not state.satellites_out:
            raise GateClosed(
                message("No satellite is out."), message("Issue one first, if another room or PC is to record.")
            )
    except GateClosed as closed:
        return closed
    return None


def _must_be_free(desk: Desk, state: State) -> None:
    if state.satellite_of is not None:
        raise GateClosed(
            message(
                "This notebook is a satellite, issued to {to}: it records “{station}” only.",
                to=state.satellite_of.to,
                station=STATION_NAMES[state.satellite_of.station],
            ),
            message("When all is recorded, close it, bring the file back and take it into the main notebook."),
        )
    if desk.played_by_another:
        raise GateClosed(
            message("The demonstration plays by itself."),
            message("At its end the notebook is yours to go on with."),
        )
    if not desk.who:
        raise GateClosed(message("Nobody is named as working."), message("Say who is working: Ctrl+W."))
    if state.open_runs and not desk.idle:
        raise GateClosed(message("A run is still open."), message("Stop it or close it with a reason."))
