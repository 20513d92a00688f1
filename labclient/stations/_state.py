"""The state of a participation: all that its entries so far say."""

from typing import Literal

from msgspec import Struct

from labclient.acquisition import Cycle
from labclient.evaluation import BudgetDeclared, Check, Result, Standard
from labclient.plan import Plan, Station
from labclient.stations._entries import (
    Arrival,
    Decision,
    Departure,
    HandedOver,
    Packaged,
    PlanAccepted,
    ReceiptTaken,
    SatelliteIssued,
    SatelliteOf,
    SignedOff,
    Staged,
    Submitted,
    TrustAccepted,
)
from labclient.stations._names import STATIONS


class Run(Struct, frozen=True):
    """One acquisition: what it was for, the model and serial number of its instrument, how often it did not answer,
    whether it was stopped in order, and its `origin`: "typed" or "imported" where no instrument sent the readings;
    `file` is the digest of an imported file."""

    seq: int
    task: str
    purpose: Literal["trial", "diagnostic", "record"]
    station: str
    instrument: str = ""
    gaps: int = 0
    stopped: bool = False
    origin: str = ""
    file: str = ""


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
