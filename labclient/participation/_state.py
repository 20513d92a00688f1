"""The state of a participation: nothing but a fold over its entries."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from labclient.acquisition import Cycle
from labclient.evaluation import BudgetDeclared, Check, Result, Standard
from labclient.notebook import Entry
from labclient.package import same_serial
from labclient.participation._entries import (
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
from labclient.plan import Plan, Station

_Kind = TypeVar("_Kind", bound=Struct)

STATIONS: tuple[Station, ...] = (
    "arrival",
    "warm-up",
    "stability",
    "measurement",
    "departure",
    "results",
    "signing",
    "submission",
    "handed-over",
)

HARM_CHECKS = frozenset({"transport", "functional"})
MISSING = "part: "


class Run(Struct, frozen=True):
    """One acquisition: what it was for, the model and serial number of its instrument, how often it did not answer,
    whether it was stopped in order, and its `origin`: "typed" or "imported" where no instrument sent the readings."""

    seq: int
    task: str
    purpose: Literal["trial", "diagnostic", "record"]
    station: str
    instrument: str = ""
    gaps: int = 0
    stopped: bool = False
    origin: str = ""


class Satellite(Struct, frozen=True):
    """A satellite of this notebook, and what became of it."""

    issued: SatelliteIssued
    fate: Literal["out", "taken in", "given up"] = "out"


class State(Struct, frozen=True):
    """All that the entries so far say. Fields ending in `_at` are the seq of the entry that said it last.

    `harm` is what was ever found at arrival, with the entry that showed it last: another record, or another file of the
    logger, does not undo a finding; only the pilot decides about it. `satellite_of` is said by a satellite alone.
    `authorised` is what speaks against an instrument and was passed by a signed deviation: (role, key of the concern).
    """

    plan: Plan
    accepted: PlanAccepted
    accepted_at: int
    simulated: bool
    size: int = 0
    trust: TrustAccepted | None = None
    trust_at: int = -1
    done: tuple[Station, ...] = ()
    standard: Standard | None = None
    arrival: Arrival | None = None
    arrival_at: int = -1
    photos: int = 0
    transport_log_at: int = -1
    harm: dict[str, int] = {}
    decision: Decision | None = None
    decision_at: int = -1
    checks: dict[str, Check] = {}
    check_at: dict[str, int] = {}
    deviation_at: int = -1
    authorised: frozenset[tuple[str, str]] = frozenset()
    runs: dict[int, Run] = {}
    cycles: dict[int, Cycle] = {}
    excluded: dict[int, str] = {}
    measured_at: int = -1
    changed_at: int = -1
    budget: BudgetDeclared | None = None
    result: Result | None = None
    result_at: int = -1
    departure: Departure | None = None
    departure_at: int = -1
    staged: Staged | None = None
    staged_at: int = -1
    signed: tuple[SignedOff, ...] = ()
    packaged: Packaged | None = None
    submitted: Submitted | None = None
    receipt: ReceiptTaken | None = None
    handed_over: HandedOver | None = None
    satellite_of: SatelliteOf | None = None
    satellites: dict[str, Satellite] = {}

    @property
    def station(self) -> Station | None:
        """The station where work goes on; None when all is done."""
        return next((station for station in STATIONS if station not in self.done), None)

    @property
    def counted(self) -> dict[tuple[str, int, int], int]:
        """The cycles that count: (point, day, cycle) → seq of the cycle's entry; -1 for one that a satellite's main
        notebook had when it was issued."""
        before = self.satellite_of.counted if self.satellite_of else ()
        return dict.fromkeys(before, -1) | {
            (cycle.point, cycle.day, cycle.cycle): seq for seq, cycle in self.cycles.items() if seq not in self.excluded
        }

    @property
    def open_runs(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs.values() if not run.stopped)

    @property
    def satellites_out(self) -> tuple[SatelliteIssued, ...]:
        """Those that were neither taken in nor given up."""
        return tuple(one.issued for one in self.satellites.values() if one.fate == "out")


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
            instrument, origin = _instrument(body["instrument"]), str(body.get("origin", ""))
            run = Run(entry.seq, str(body["task"]), body["purpose"], entry.station, instrument, origin=origin)
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


def item_of(harm: str) -> str:
    """The item of the handover record that shows this harm: a field, or a part."""
    items = {"damaged": "visual", "shock": "shock_indicator", "seal": "seals_intact"}
    return items.get(harm, harm.removeprefix(MISSING))


def harm_of(arrival: Arrival, plan: Plan) -> Iterator[str]:
    """What in a handover record needs the pilot's decision."""
    if arrival.visual == "damaged":
        yield "damaged"
    if arrival.shock_indicator == "tripped":
        yield "shock"
    if not arrival.seals_intact:
        yield "seal"
    if arrival.packaging == "damaged":
        yield "packaging"
    if arrival.serial and not same_serial(arrival.serial, plan.transfer_standard.serial):
        yield "serial"
    yield from (f"{MISSING}{part.name}" for part in arrival.parts if not part.present)


def _read(body: object, kind: type[_Kind]) -> _Kind:
    return msgspec.convert(body, kind)
