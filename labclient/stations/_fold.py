"""From entries to the state: nothing but a fold."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from labclient.acquisition import Cycle
from labclient.errors import NotebookDamaged
from labclient.evaluation import BudgetDeclared, Check, Result, Standard
from labclient.notebook import Entry, Reader
from labclient.stations._damage import HARM_CHECKS, harm_of
from labclient.stations._entries import (
    Arrival,
    Attachment,
    Decision,
    Departure,
    Deviation,
    Exclusion,
    HandedOver,
    Packaged,
    PlanAccepted,
    ReceiptTaken,
    SatelliteGivenUp,
    SatelliteIssued,
    SatelliteOf,
    SatelliteTaken,
    SignedOff,
    Staged,
    StationDone,
    Submitted,
    TrustAccepted,
)
from labclient.stations._state import Run, Satellite, State
from labclient.words import message

_Kind = TypeVar("_Kind", bound=Struct)


def first_state(record: Reader) -> State:
    """The state before any fold: the plan that the notebook was begun with. Raises `NotebookDamaged`."""
    origin = record.entry(0)
    for entry in record.entries({"plan"}, 0, 10):
        accepted = msgspec.convert(entry.body, PlanAccepted)
        whose = satellite_of(origin)
        return State(
            plan=accepted.document,
            accepted=accepted,
            accepted_at=entry.seq,
            simulated=origin.body["clock"]["simulated"],
            done=whose.done if whose else (),
            satellite_of=whose,
        )
    raise NotebookDamaged(message("{path} holds no plan.", path=str(record.path)))


def satellite_of(origin: Entry) -> SatelliteOf | None:
    """What a satellite says of its main notebook; it signs no checkpoints, the main notebook's cover it."""
    said = origin.body["about"].get("satellite")
    return msgspec.convert(said, SatelliteOf) if said else None


def read_state(record: Reader) -> State:
    """The state of a notebook that is only read."""
    return fold(first_state(record), record.entries())


def fold(state: State, entries: Iterable[Entry]) -> State:
    """The state after these entries."""
    for entry in entries:
        state = msgspec.structs.replace(_step(state, entry), size=entry.seq + 1)
    return state


def _step(state: State, entry: Entry) -> State:  # noqa: PLR0911, PLR0912 - one arm for each kind of entry
    set_ = msgspec.structs.replace
    body = entry.body
    match entry.kind:
        case "trust":
            return set_(state, trust=_read(body, TrustAccepted), trust_at=entry.seq)
        case "standard":
            return set_(state, standard=_read(body, Standard), changed_at=entry.seq)
        case "arrival":
            arrival = _read(body, Arrival)
            harm = state.harm | dict.fromkeys(harm_of(arrival, state.plan), entry.seq)
            return set_(state, arrival=arrival, arrival_at=entry.seq, harm=harm)
        case "attachment":
            what = _read(body, Attachment).what
            if what == "transport-log":
                return set_(state, transport_log_at=entry.seq)
            return set_(state, photos=state.photos + (what == "photo" and entry.station == "arrival"))
        case "decision":
            return set_(state, decision=_read(body, Decision), decision_at=entry.seq)
        case "deviation":
            signed = _read(body, Deviation).authorised
            keys = {(signed.role, key) for key in signed.concerns} if signed else set()
            said_at = state.deviation_at if signed else entry.seq
            return set_(state, deviation_at=said_at, authorised=state.authorised | keys)
        case "run-start":
            run = Run(
                seq=entry.seq,
                task=str(body["task"]),
                purpose=body["purpose"],
                station=entry.station,
                instrument=_instrument(body["instrument"]),
                origin=str(body.get("origin", "")),
                file=str(body["file"]["sha256"]) if "file" in body else "",
            )
            return set_(state, runs=state.runs | {entry.seq: run})
        case "gap":
            run = state.runs[body["run"]]
            return set_(state, runs=state.runs | {run.seq: msgspec.structs.replace(run, gaps=run.gaps + 1)})
        case "run-stop":
            stopped = msgspec.structs.replace(state.runs[body["run"]], stopped=True)
            return set_(state, runs=state.runs | {stopped.seq: stopped}, changed_at=entry.seq)
        case "cycle":
            cycles = state.cycles | {entry.seq: _read(body, Cycle)}
            return set_(state, cycles=cycles, measured_at=entry.seq, changed_at=entry.seq)
        case "exclusion":
            exclusion = _read(body, Exclusion)
            reasons = dict.fromkeys(exclusion.cycles, exclusion.reason)
            excluded = state.excluded | reasons
            done = state.done
            if "departure" not in done:  # the standard is still here: measure again
                done = tuple(station for station in done if station != "measurement")
            return set_(state, excluded=excluded, done=done, measured_at=entry.seq, changed_at=entry.seq)
        case "check":
            check = _read(body, Check)
            failed = {check.check: entry.seq} if check.verdict == "fail" and check.check in HARM_CHECKS else {}
            return set_(
                state,
                harm=state.harm | failed,
                checks=state.checks | {check.check: check},
                check_at=state.check_at | {check.check: entry.seq},
            )
        case "budget":
            return set_(state, budget=_read(body, BudgetDeclared), changed_at=entry.seq)
        case "result":
            return set_(state, result=_read(body, Result), result_at=entry.seq)
        case "departure":
            return set_(state, departure=_read(body, Departure), departure_at=entry.seq)
        case "station-done":
            return set_(state, done=(*state.done, _read(body, StationDone).station))
        case "staged":
            return set_(state, staged=_read(body, Staged), signed=(), staged_at=entry.seq)
        case "signed-off":
            return set_(state, signed=(*state.signed, _read(body, SignedOff)))
        case "packaged":
            return set_(state, packaged=_read(body, Packaged))
        case "submitted":
            return set_(state, submitted=_read(body, Submitted))
        case "receipt":
            return set_(state, receipt=_read(body, ReceiptTaken))
        case "handed-over":
            return set_(state, handed_over=_read(body, HandedOver))
        case "satellite-issued":
            issued = _read(body, SatelliteIssued)
            return set_(state, satellites=state.satellites | {issued.satellite: Satellite(issued)})
        case "satellite":
            return set_(state, satellites=_ended(state, _read(body, SatelliteTaken).satellite, "taken in"))
        case "satellite-given-up":
            return set_(state, satellites=_ended(state, _read(body, SatelliteGivenUp).satellite, "given up"))
    return state


def _ended(state: State, satellite: str, fate: Literal["taken in", "given up"]) -> dict[str, Satellite]:
    return state.satellites | {satellite: Satellite(state.satellites[satellite].issued, fate)}


def _instrument(snapshot: Mapping[str, Any]) -> str:
    """Model and serial number; of an instrument that does not say who it is, where it is connected."""
    identity = snapshot.get("identity") or {"model": snapshot.get("address")}
    return " ".join(str(identity[name]) for name in ("model", "serial") if identity.get(name))


def _read(body: object, kind: type[_Kind]) -> _Kind:
    return msgspec.convert(body, kind)
