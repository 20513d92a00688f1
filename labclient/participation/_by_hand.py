"""Readings that no instrument sent to this PC: what they may be for, and what is said of the instrument."""

from datetime import date
from typing import Any, Literal

from labclient.errors import WrongUse
from labclient.evaluation import environment_runs, origin_counts
from labclient.home import Home
from labclient.instruments import BenchInstrument, Registration, load_bench
from labclient.notebook import Task
from labclient.participation._facade import Participation
from labclient.plan import Plan, Station
from labclient.words import message

Origin = Literal["typed", "imported"]
_AT: dict[Station, tuple[Task, ...]] = {
    "arrival": ("functional",),
    "warm-up": ("settling",),
    "stability": ("stability",),
    "measurement": ("measurement", "environment"),
}


def tasks_by_hand(plan: Plan, origin: Origin, station: Station | None) -> tuple[Task, ...]:
    """The runs of a station whose readings count by the plan when they come in this way, in the order of the work."""
    tasks = _AT.get(station, ()) if station else ()
    return tuple(task for task in tasks if origin_counts(plan, origin, task))


def judge_by_hand(participation: Participation, task: Task, run: int) -> None:
    """The check that follows a run which did not come from an instrument. A measurement is judged when it is complete,
    and its room when there are readings of it."""
    if task != "measurement" and task != "environment":  # noqa: PLR1714 - the type checker reads this one
        participation.judge(task, run)
        return
    state, rule = participation.state, participation.state.plan.measurement
    if state.satellite_of or len(state.counted) < len(state.plan.points) * rule.days * rule.cycles:
        return
    participation.judge("zero")
    if environment_runs(participation.record, state.plan, participation.recorder.committed):
        participation.judge("environment")


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
