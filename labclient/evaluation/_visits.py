"""A visit: the pilot laboratory's own result of the transfer standard at one time of the circulation, point by point.

What is common to all visits (the certificate of its standard, its corrections) is kept apart from what changes from one
visit to the next: only the latter scatters about a drift line, the former shifts the whole line.
"""

from collections.abc import Sequence
from math import hypot, sqrt
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from labclient.acquisition import Cycle
from labclient.clock import parse_iso
from labclient.evaluation._combining import less_zeros
from labclient.evaluation._cycles import _compared, _position, _positions, measured
from labclient.evaluation._data import PointResult, Result
from labclient.evaluation._readings import Readings, readings
from labclient.evaluation._result import result
from labclient.metrology import Session
from labclient.notebook import Reader
from labclient.plan import Plan, method_of, value_of

_READINGS: Final = "readings"


class VisitPoint(Struct, frozen=True, kw_only=True):
    """One point of a visit, in the plan's unit. u² = u_visit² + u_common². `session` and `check` are the transfer and
    the check standard as a transport test needs them; `check` is None where the scheme has none."""

    point: str
    value: float
    u: float
    u_visit: float
    u_common: float
    U: float
    k: float
    time_s: float
    cycles: int
    session: Session
    check: Session | None = None


class Visit(Struct, frozen=True, kw_only=True):
    """A visit of `laboratory`, read from `source`; `computed` where its result was not finished but computed here.
    `plan_sha256` is that of the file from which the record took its plan, empty where it is not known."""

    source: str
    plan: Plan
    laboratory: str
    points: tuple[VisitPoint, ...]
    simulated: bool = False
    computed: bool = False
    plan_sha256: str = ""

    def point(self, id: str) -> VisitPoint:
        """The point of that id; KeyError when the visit has none."""
        for one in self.points:
            if one.point == id:
                return one
        raise KeyError(id)


def visit_of(
    record: Reader,
    plan: Plan,
    laboratory: str,
    source: str,
    *,
    simulated: bool = False,
    finished: Result | None = None,
    plan_sha256: str = "",
) -> Visit:
    """The visit that a record holds: its `finished` result, or the result of what it holds now. Raises `DataUnfit`
    where that cannot be computed."""
    made = finished or result(record, plan, record.size)
    checks = _check_sessions(record, plan, made)
    return Visit(
        source=source,
        plan=plan,
        laboratory=laboratory,
        points=tuple(visit_point(plan, one, checks.get(one.point)) for one in made.points),
        simulated=simulated,
        computed=finished is None,
        plan_sha256=plan_sha256,
    )


def visit_point(plan: Plan, of: PointResult, check: Session | None = None) -> VisitPoint:
    """A result split into what is common to all visits and what is not, by the rows that the plan's monitoring names
    (those from the readings, unless it names others). Correlations between rows stay with the common part."""
    named = plan.monitoring.visit_rows if plan.monitoring else ()
    from_readings = {row.id for row in plan.budget if row.origin == _READINGS}
    changing = set(named) or from_readings
    u = float(of.u_c)
    u_visit = min(u, hypot(*(float(one.contribution) for one in of.budget if one.row in changing)))
    u_readings = hypot(*(float(one.contribution) for one in of.budget if one.row in from_readings))
    return VisitPoint(
        point=of.point,
        value=float(of.value),
        u=u,
        u_visit=u_visit,
        u_common=sqrt((u - u_visit) * (u + u_visit)),
        U=float(of.U),
        k=float(of.k),
        time_s=parse_iso(of.mean_time).timestamp(),
        cycles=of.cycles,
        session=Session(mean=float(of.value), s=u_readings * sqrt(of.cycles), n=of.cycles),
        check=check,
    )


def _check_sessions(record: Reader, plan: Plan, made: Result) -> dict[str, Session]:
    """The check standard by point, as the scheme compares it with the laboratory's standard in the place of the
    transfer standard; nothing where the plan has no check steps, a model, or errors of indication."""
    rule = plan.measurement
    if value_of(plan) not in {"ratio", "difference"} or not any(step.role == "C" for step in rule.scheme.steps):
        return {}
    counting = {one.seq for one in measured(record, plan, made.entries) if not one.excluded}
    found: dict[str, list[float]] = {}
    runs: dict[int, Readings] = {}
    for entry in record.entries({"cycle"}, 0, made.entries):
        if entry.seq in counting:
            one = msgspec.convert(entry.body, Cycle)
            if one.run not in runs:
                runs[one.run] = readings(record, one.run, plan.quantity, plan.unit, made.entries)
            found.setdefault(one.point, []).append(_check_value(record, plan, one, runs[one.run]))
    certified = {one.point: float(one.standard_value) for one in made.points}
    return {point: _session(plan, values, certified[point]) for point, values in found.items()}


def _check_value(record: Reader, plan: Plan, one: Cycle, run: Readings) -> float:
    """The value of a cycle with the check standard in the place of the transfer standard."""
    rule = plan.measurement
    steps = [
        _position(record.entry(number), run.of_series(number), one, place, rule)
        for place, number in enumerate(one.series)
    ]
    place_of = {"S": "S", "C": "X", "Z": "Z"}
    kept = tuple(
        msgspec.structs.replace(step, role=place_of[step.role]) for step in rule.scheme.steps if step.role in place_of
    )
    scheme = msgspec.structs.replace(rule.scheme, steps=kept)
    renamed = [
        (place_of[role], direction, msgspec.structs.replace(at, role=place_of[role]))
        for role, direction, at in steps
        if role in place_of
    ]
    positions = tuple(_positions(less_zeros(renamed) if method_of(rule.scheme).less_zero else renamed))
    return _compared(scheme, positions)[0]


def _session(plan: Plan, values: Sequence[float], certified: float) -> Session:
    ratio = plan.measurement.scheme.form == "ratio"
    numbers = np.array(values) * (certified if ratio else 1.0)
    mean = float(numbers[0] + (numbers - numbers[0]).mean()) + (0.0 if ratio else certified)
    s = float((numbers - numbers[0]).std(ddof=1)) if len(numbers) > 1 else 0.0
    return Session(mean=mean, s=s, n=len(values))
