"""What the window shows of a participation, as plain data: pure functions of the state. Nothing here knows a widget."""

from itertools import product
from typing import Literal

from msgspec import Struct

from labclient.errors import NumberInvalid
from labclient.evaluation import CHECK_NAMES, VERDICT_NAMES, Check
from labclient.participation import ROLE_NAMES, STATION_NAMES, STATIONS, State, damage, missing
from labclient.plan import Station
from labclient.units import fitting_unit, number
from labclient.words import Message, message, say

Mark = Literal["waiting", "running", "passed", "failed", "blocked", "sealed"]

_TASKS: dict[Station, str] = {"warm-up": "settling", "stability": "stability", "measurement": "measurement"}
_CHECK_OF: dict[Station, str] = {"warm-up": "settling", "stability": "stability"}


class StationRow(Struct, frozen=True):
    """One station of the rail; `reasons` say what it still needs."""

    station: Station
    name: Message
    mark: Mark
    reasons: tuple[Message, ...]


class PointRow(Struct, frozen=True):
    """One point and day of the measurement table: the cycles that count of those wanted, and how many were excluded."""

    point: str
    nominal: str
    day: int
    done: int
    total: int
    excluded: int
    mark: Mark


class RoleRow(Struct, frozen=True):
    """One signature that the plan asks for."""

    role: str
    name: Message
    person: str
    signed: bool
    next: bool


def station_rows(state: State) -> tuple[StationRow, ...]:
    """The rail: every station with its mark and what it needs."""
    return tuple(
        StationRow(station, STATION_NAMES[station], station_mark(state, station), missing(state, station))
        for station in STATIONS
    )


def point_rows(state: State) -> tuple[PointRow, ...]:
    """The table of points and days, with the cycles that count."""
    rule, counted = state.plan.measurement, state.counted
    running = any(run.task == "measurement" for run in state.open_runs)
    now = next_cycle(state) if running else None
    excluded = [cycle for seq, cycle in state.cycles.items() if seq in state.excluded]
    rows = []
    for point in state.plan.points:
        for day in range(1, rule.days + 1):
            done = sum(key[:2] == (point.id, day) for key in counted)
            here = now is not None and now[:2] == (point.id, day)
            mark: Mark = "passed" if done >= rule.cycles else "running" if here else "waiting"
            nominal = f"{point.nominal.value} {point.nominal.unit}"
            out = sum((one.point, one.day) == (point.id, day) for one in excluded)
            rows.append(PointRow(point.id, nominal, day, done, rule.cycles, out, mark))
    return tuple(rows)


def next_cycle(state: State) -> tuple[str, int, int] | None:
    """The point, day and cycle that the measurement goes on with; None when all are measured."""
    rule, counted = state.plan.measurement, state.counted
    order = product(range(1, rule.days + 1), state.plan.points, range(1, rule.cycles + 1))
    keys = ((point.id, day, cycle) for day, point, cycle in order)
    return next((key for key in keys if key not in counted), None)


def next_day(state: State) -> int | None:
    """The first day with cycles missing; None when all are measured."""
    missing_one = next_cycle(state)
    return missing_one[1] if missing_one else None


def role_rows(state: State) -> tuple[RoleRow, ...]:
    """The signatures in order; `next` marks the one that is due."""
    signed = {one.role: one.person for one in state.signed}
    due = next((role for role in state.plan.roles if role not in signed), None) if state.staged else None
    return tuple(
        RoleRow(role, ROLE_NAMES[role], signed.get(role, ""), role in signed, role == due) for role in state.plan.roles
    )


def verdict(check: Check) -> Message:
    """A check in one line, with its interval where it has one."""
    names = {figure.name: figure for figure in check.figures}
    said = message("{check}: {verdict}", check=CHECK_NAMES[check.check], verdict=VERDICT_NAMES[check.verdict])
    if not {"change", "u(change)", "k", "limit"} <= names.keys():
        return said
    unit, size = fitting_unit(float(names["limit"].value), names["limit"].unit)
    return message(
        "{said} — |{d}| ± {k} × {u} {unit} against {limit} {unit}",
        said=said,
        d=_short(names["change"].value.removeprefix("-"), size),
        k=_short(names["k"].value),
        u=_short(names["u(change)"].value, size),
        limit=_short(names["limit"].value, size),
        unit=unit,
    )


def verdicts(state: State, station: Station) -> str:
    """The verdicts at a station, a line each, each line a sentence."""
    told = (say(verdict(check)) for check in checks_of(state, station))
    return "\n".join(one[:1].upper() + one[1:] for one in told)


def amount(number: str, unit: str) -> str:
    """A number of the record for the eye: three digits, in the prefixed unit that suits its size."""
    fitting, size = fitting_unit(abs(float(number)), unit)
    return f"{_short(number, size)} {fitting}".removesuffix(" 1")


def plain(text: str) -> str:
    """A number without exponent, with all its digits; any other text as it is."""
    try:
        return f"{number(text):f}"
    except NumberInvalid:
        return text


def checks_of(state: State, station: Station) -> tuple[Check, ...]:
    """The latest checks made at a station."""
    names = {
        "arrival": ("transport", "functional"),
        "measurement": ("zero", "environment"),
    }.get(station, (_CHECK_OF[station],) if station in _CHECK_OF else ())
    return tuple(state.checks[name] for name in names if name in state.checks)


def station_mark(state: State, station: Station) -> Mark:
    if station in state.done:
        return "passed"
    if station == "arrival" and damage(state):
        return "failed"
    check = state.checks.get(_CHECK_OF.get(station, ""))
    if any(run.task == _TASKS.get(station) for run in state.open_runs):
        return "running"
    if check is not None and check.verdict == "fail":
        return "failed"
    return "running" if station == state.station else "waiting"


def _short(number: str, size: float = 1.0) -> str:
    return f"{float(number) / size:.3g}"
