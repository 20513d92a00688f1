"""When a run may be made, by the station, by what is known of the instrument, and by where its readings come from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from labclient.clock import parse_iso
from labclient.errors import GateClosed
from labclient.evaluation import origin_counts
from labclient.instruments import Concern, ConcernId
from labclient.notebook import Purpose, Task
from labclient.plan import Station
from labclient.stations._allowed import must_be_at
from labclient.stations._damage import undecided
from labclient.stations._names import ROLE_NAMES, STATION_NAMES
from labclient.stations._state import State
from labclient.words import Message, listed, message

TASK_STATIONS: Mapping[str, Station] = {
    "functional": "arrival",
    "settling": "warm-up",
    "stability": "stability",
    "measurement": "measurement",
}
_PRACTISED = ("stability", "measurement", "environment")
_ZONE = timedelta(hours=12)  # a day begins at most so much later somewhere than in UTC


def may_run(state: State, task: str) -> None:
    """Raise `GateClosed` when a run for this task is not possible now."""
    station = TASK_STATIONS.get(task)
    if task == "functional" and state.station == "arrival" and state.arrival is None:
        raise GateClosed(
            message("The arrival record is missing."),
            message("Enter it first: what arrived is looked at before it is switched on."),
        )
    damaged = tuple(undecided(state)) if station == "arrival" else ()
    if damaged:
        raise GateClosed(message("“{station}” is not open yet.", station=STATION_NAMES["arrival"]), damaged[0])
    if station is not None:
        must_be_at(state, station)


def may_run_by_hand(state: State, origin: str, task: Task, purpose: Purpose) -> None:
    """Raise `GateClosed` when no run with readings of this `origin`, "typed" or "imported", is possible now. What the
    plan does not let count can be recorded as a trial or a diagnostic, and counts for nothing; a run that is for the
    record must be one that counts."""
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
            message("Use an instrument, or record them as a diagnosis: they are kept and count for nothing."),
        )


def may_import(state: State, file: str, task: Task, purpose: Purpose) -> None:
    """Raise `GateClosed` when the file of this digest was imported for the same before."""
    for run in state.runs.values():
        if (run.file, run.task, run.purpose) == (file, task, purpose):
            raise GateClosed(message("This file was imported before, as run {run}.", run=run.seq))


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
            step = message("{step} Or let a deviation be signed by: {roles}.", step=step, roles=listed(roles))
        raise GateClosed(
            message("{concern} The plan allows no run for the record with it.", concern=one.sentence), step
        )


def unregistered(name: str) -> Concern:
    """What speaks against an instrument of which no register knows anything."""
    return Concern("absent", message("{id}: it is in no register, so nothing is known of its calibration.", id=name))


def concerns_recorded(start: Mapping[str, Any]) -> Iterator[Concern]:
    """What spoke against the instrument of a run when it began, from the body of its start: what the register said, and
    what follows from the certificate that it named, whether it said so or not."""
    instrument = start["instrument"]
    known = instrument.get("register")
    if known is None:
        identity = instrument.get("identity") or {}
        name = " ".join(str(identity[part]) for part in ("model", "serial") if identity.get(part))
        yield unregistered(name or str(instrument.get("address", "-")))
        return
    keys: dict[ConcernId, str] = dict(zip(known["concerns"], known.get("keys", ()), strict=False))
    certificate = known["certificate"] or {}
    number = str(certificate.get("number", ""))
    found: dict[ConcernId, str] = dict.fromkeys(known["concerns"], "")
    if not certificate:
        found["absent"] = ""
    elif _is_over(str(certificate["due"]), str(start["clock"]["utc"])):
        found["expired"] = ""
    if certificate and not certificate["confirmed_by"]:
        found["unconfirmed"] = str(certificate["table_sha256"])
    for id, what in found.items():
        key = " | ".join((str(known["id"]), str(known["serial"]), id, number, what))
        sentence = _SAID[id](str(known["id"]), number, str(certificate.get("due", "")))
        yield Concern(id, sentence, keys.get(id, key))


def _is_over(due: str, moment: str) -> bool:
    """Whether the day `due` was over at a moment, wherever on earth that was; a certificate without one is never."""
    return bool(due) and due < (parse_iso(moment) - _ZONE).date().isoformat()


def _is_passed(state: State, concern: Concern) -> bool:
    roles = state.plan.instruments.opened_by
    return bool(roles) and all((role, concern.key) in state.authorised for role in roles)


_WAYS: dict[ConcernId, Message] = {
    "absent": message("Enter its certificate on the page of instruments, or measure with another instrument."),
    "expired": message("Have it calibrated and enter the new certificate, or measure with another instrument."),
    "unconfirmed": message("Let a second person compare it with the page and confirm it."),
    "firmware": message("Have it calibrated with this firmware and enter the certificate."),
    "settings": message("Set it as it was when it was calibrated, or have it calibrated as it is."),
}

_SAID: Mapping[ConcernId, Callable[[str, str, str], Message]] = {
    "absent": lambda id, _number, _day: message("{id}: the register has no calibration certificate of it.", id=id),
    "expired": lambda id, number, day: message(
        "{id}: certificate {number} has expired on {day}.", id=id, number=number, day=day
    ),
    "unconfirmed": lambda id, number, _day: message(
        "{id}: certificate {number} has not been confirmed by a second person.", id=id, number=number
    ),
    "firmware": lambda id, _number, _day: message("{id}: its firmware is another one than the register knows.", id=id),
    "settings": lambda id, _number, _day: message("{id}: settings have changed since the calibration.", id=id),
}
