"""How the laboratory's own values of the transfer standard moved while it was there: its own record, nothing else.

The values are those of the counting cycles before any correction; excluded ones are kept beside them with their reason.
Where the laboratory's certificate is in the record, a ratio or difference is told as a value of the transfer standard.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from math import sqrt
from typing import Final, Literal

import msgspec
import numpy as np
from msgspec import Struct

from labclient.clock import parse_iso
from labclient.errors import DataUnfit
from labclient.evaluation._budget import certified_value
from labclient.evaluation._cycles import Measured, measured
from labclient.evaluation._inputs import Standard
from labclient.metrology import Drift, DriftForm, Why, choose_drift, coverage_factor, drift_at, fit_drift
from labclient.notebook import Reader
from labclient.plan import Participant, Plan, Point, value_of
from labclient.units import convert, number

LEAST_DAYS: Final = 3
RULE: Final = "own-drift/1"
DAY_S: Final = 86400.0
_PROBABILITY: Final = 0.95

Told = Literal["value", "ratio", "difference", "reading"]


class OwnValue(Struct, frozen=True, kw_only=True):
    """One cycle; `reason` is that of its exclusion, empty where it counts."""

    seq: int
    day: int
    time_s: float
    value: float
    reason: str = ""


class DayMean(Struct, frozen=True, kw_only=True):
    """The counting cycles of one day of the plan; `u` is Type A, None for a single cycle."""

    day: int
    time_s: float
    n: int
    mean: float
    u: float | None


class Band(Struct, frozen=True):
    """The drift's value at a time with half the width of its 95 % interval."""

    time_s: float
    value: float
    half: float


class OwnLine(Struct, frozen=True, kw_only=True):
    """The drift through the days: the form the rule picked, the slope of the line as information, the prediction to the
    day of departure. Slope per day; times of `drift` in days since `origin_s`."""

    rule: str
    drift: Drift
    why: Why
    weighted: bool
    slope: float
    u_slope: float
    t: float | None
    t_critical: float
    dof: float
    origin_s: float
    k: float
    """Of the 95 % band: t with the degrees of freedom of the fit, or of all cycles where it is weighted."""
    departure: Band
    preliminary: bool
    """The day of departure lies outside the days measured."""

    @property
    def significant(self) -> bool:
        return self.t is not None and abs(self.t) > self.t_critical

    def band(self, count: int = 60) -> tuple[Band, ...]:
        """The drift from the first day measured to the departure."""
        first = self.origin_s + self.drift.first * DAY_S
        last = max(self.origin_s + self.drift.last * DAY_S, self.departure.time_s)
        return tuple(_band(self.drift, self.origin_s, float(at), self.k) for at in np.linspace(first, last, count))


class OwnPoint(Struct, frozen=True, kw_only=True):
    """One point; values in `unit` (1 for a ratio). `line` is None while there are fewer than three days."""

    point: str
    unit: str
    told: Told
    values: tuple[OwnValue, ...]
    days: tuple[DayMean, ...]
    line: OwnLine | None

    @property
    def needed(self) -> int:
        """Days that a line still needs."""
        return max(0, LEAST_DAYS - len(self.days))


class OwnDrift(Struct, frozen=True, kw_only=True):
    """All points of the plan, of one laboratory."""

    laboratory: str
    departs: str
    points: tuple[OwnPoint, ...]


def own_drift(record: Reader, plan: Plan, laboratory: str, stop: int | None = None) -> OwnDrift:
    """What the first `stop` entries of the record say. Raises `DataUnfit` for cycles that do not fit the scheme,
    KeyError for a laboratory that the plan does not name."""
    place = plan.participant(laboratory)
    standard = _standard(record, stop)
    cycles = measured(record, plan, stop)
    reasons = {
        seq: str(entry.body["reason"])
        for entry in record.entries({"exclusion"}, 0, stop)
        for seq in entry.body["cycles"]
    }
    return OwnDrift(
        laboratory=laboratory,
        departs=place.departs.isoformat(),
        points=tuple(
            _point(plan, point, standard, [one for one in cycles if one.point == point.id], reasons, place)
            for point in plan.points
        ),
    )


def noon(day_of: str) -> float:
    """Noon (UTC) of a day as seconds since 1970: a day that a plan names has no better moment."""
    return parse_iso(f"{day_of}T12:00:00Z").timestamp()


def _point(
    plan: Plan,
    point: Point,
    standard: Standard | None,
    cycles: Sequence[Measured],
    reasons: dict[int, str],
    place: Participant,
) -> OwnPoint:
    told, unit, shift, scale = _seen_as(plan, point, standard)
    values = tuple(
        OwnValue(
            seq=one.seq,
            day=one.day,
            time_s=one.time_s,
            value=shift + scale * one.value,
            reason=reasons.get(one.seq, "") if one.excluded else "",
        )
        for one in cycles
    )
    days = _days([value for value, one in zip(values, cycles, strict=True) if not one.excluded])
    leaves = datetime.combine(place.departs, time(12), UTC).timestamp()
    line = own_line(days, leaves) if len(days) >= LEAST_DAYS else None
    return OwnPoint(point=point.id, unit=unit, told=told, values=values, days=days, line=line)


def _seen_as(plan: Plan, point: Point, standard: Standard | None) -> tuple[Told, str, float, float]:
    """How a cycle is told: its kind and unit, and value = shift + scale · cycle."""
    form = plan.measurement.scheme.form
    if form == "direct" or value_of(plan) == "error":
        return "reading", plan.unit, 0.0, 1.0
    if standard is not None and value_of(plan) in {"ratio", "difference"}:
        try:
            certified = certified_value(standard, point)
            value = convert(float(number(certified.value)), certified.unit, plan.unit)
        except DataUnfit:  # the certificate says nothing of this point: the cycle is told as it was measured
            pass
        else:
            return ("value", plan.unit, 0.0, value) if form == "ratio" else ("value", plan.unit, value, 1.0)
    return ("ratio", "1", 0.0, 1.0) if form == "ratio" else ("difference", plan.unit, 0.0, 1.0)


def _days(values: Sequence[OwnValue]) -> tuple[DayMean, ...]:
    found = []
    for day in sorted({one.day for one in values}):
        mine = [one for one in values if one.day == day]
        numbers = np.array([one.value for one in mine])
        about = numbers - numbers[0]
        found.append(
            DayMean(
                day=day,
                time_s=float(np.mean([one.time_s for one in mine])),
                n=len(mine),
                mean=float(numbers[0] + about.mean()),
                u=float(about.std(ddof=1) / sqrt(len(mine))) if len(mine) > 1 else None,
            )
        )
    return tuple(found)


def own_line(days: Sequence[DayMean], departs_s: float) -> OwnLine | None:
    """The drift through three days or more, by rule `RULE`: 1. weighted by the days' Type A uncertainties where each
    has one and they explain the scatter about the form that `choose_drift` picks, with the degrees of freedom of all
    days' cycles together, by which a slope may be too small for a line after all; 2. ordinary least squares otherwise,
    because days differ by more than their cycles show. None where all days carry one time or the numbers bear no fit.
    """
    origin = days[0].time_s
    times = [(one.time_s - origin) / DAY_S for one in days]
    values = [one.mean for one in days]
    u = [one.u for one in days if one.u]
    try:
        choice = choose_drift(times, values, u) if len(u) == len(days) else None
        weighted = choice is not None and choice.why is not Why.MISFIT and choice.drift.birge == 1
        if choice is None or not weighted:
            choice = choose_drift(times, values)
        line = fit_drift(times, values, DriftForm.LINE, u if weighted else None)
        slope, u_slope = line.coefficients[1], sqrt(line.matrix[1][1])
        dof = float(sum(one.n - 1 for one in days) if weighted else line.dof)
        t, t_critical = slope / u_slope if u_slope else None, coverage_factor(_PROBABILITY, dof)
        drift, why = choice.drift, choice.why
        if weighted and why is Why.SLOPE and t is not None and abs(t) <= t_critical:
            drift, why = fit_drift(times, values, DriftForm.CONSTANT, u), Why.NO_SLOPE
        k = coverage_factor(_PROBABILITY, dof if weighted else float(drift.dof))
        departure = _band(drift, origin, departs_s, k)
    except DataUnfit:
        return None
    return OwnLine(
        rule=RULE,
        drift=drift,
        why=why,
        weighted=weighted,
        slope=slope,
        u_slope=u_slope,
        t=t,
        t_critical=t_critical,
        dof=dof,
        origin_s=origin,
        k=k,
        departure=departure,
        preliminary=not origin + drift.first * DAY_S <= departs_s <= origin + drift.last * DAY_S,
    )


def _band(drift: Drift, origin_s: float, at_s: float, k: float) -> Band:
    found = drift_at(drift, (at_s - origin_s) / DAY_S)
    return Band(at_s, found.value, k * found.u)


def _standard(record: Reader, stop: int | None) -> Standard | None:
    found = None
    for entry in record.entries({"standard"}, 0, stop):
        found = entry.body
    return None if found is None else msgspec.convert(found, Standard)
