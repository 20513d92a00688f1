"""Readings that no instrument sent to this PC: when they may be recorded, and what is said of the instrument."""

from datetime import date
from typing import Any, Literal

from labclient.errors import GateClosed, WrongUse
from labclient.evaluation import origin_counts
from labclient.home import Home
from labclient.instruments import BenchInstrument, Registration, load_bench
from labclient.notebook import Purpose, Task
from labclient.participation._gates import STATION_NAMES, may_run
from labclient.participation._state import State
from labclient.words import message

Origin = Literal["typed", "imported"]
_PRACTISED = ("stability", "measurement", "environment")


def may_run_by_hand(state: State, origin: Origin, task: Task, purpose: Purpose) -> None:
    """Raise `GateClosed` when no such run is possible now. What the plan does not let count can be recorded as a trial
    or a diagnostic, and counts for nothing; a run that is for the record must be one that counts."""
    may_run(state, task)
    if task == "environment" and state.station != "measurement":
        raise GateClosed(
            message("“{station}” is not open.", station=STATION_NAMES["measurement"]),
            message("The environment belongs to the measurement: enter it before that station is done."),
        )
    if purpose != "record" and task in _PRACTISED:
        return
    if not origin_counts(state.plan, origin, task):
        raise GateClosed(
            message("By the plan, typed readings do not count here.")
            if origin == "typed"
            else message("By the plan, imported readings do not count here."),
            message(
                "Use an instrument, or record them with --purpose diagnostic: they are kept and count for nothing."
            ),
        )


def registered(home: Home, id: str) -> BenchInstrument:
    """The instrument of that id in this PC's register, with or without an interface. Raises `WrongUse`."""
    found = load_bench(home.bench).find(id)
    if found is None:
        raise WrongUse(
            message("The register of this PC has no instrument “{id}”.", id=id),
            message("Enter it in {file}: id, name, serial. A thing without an interface has no driver.",
                    file=str(home.bench)),
        )  # fmt: skip
    return found


def snapshot(home: Home, one: BenchInstrument, on: date) -> dict[str, Any]:
    """What a run's start says of an instrument that somebody reads: as the register knows it on that day."""
    registration = Registration(one, load_bench(home.bench).standards_of(one.id))
    identity = {"manufacturer": one.maker, "model": one.model or one.name, "serial": one.serial, "firmware": ""}
    return {"identity": identity, "register": registration.snapshot(on, "")}
