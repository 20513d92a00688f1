"""The pilot's monitoring: how the transfer standard drifted between its visits, what transport did to it, and whether
the comparison can be judged with it. For the pilot laboratory only."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import pairwise
from math import hypot, inf, sqrt
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from labclient.errors import DataUnfit, WrongUse
from labclient.evaluation._own_drift import DAY_S, Band
from labclient.evaluation._visits import Visit, VisitPoint
from labclient.metrology import (
    Drift,
    DriftChoice,
    DriftForm,
    Judgement,
    Leg,
    Transport,
    Verdict,
    Why,
    choose_drift,
    coverage_factor,
    drift_at,
    fit_drift,
    judge,
    transport,
    u_transport,
)
from labclient.plan import Monitoring, Plan, Quantity
from labclient.units import convert
from labclient.words import message

METHOD: Final = "pilot-monitoring/1"
_PROBABILITY: Final = 0.95


class Asked(Struct, frozen=True, kw_only=True):
    """What a person says beside the plan: a form instead of its own, the two dates of a step, a laboratory's u."""

    form: DriftForm | None = None
    step: tuple[date, date] | None = None
    u_laboratory: Quantity | None = None


class At(Struct, frozen=True, kw_only=True):
    """The transfer standard at a laboratory's time. `u_ts` is what it adds to the comparison there: drift and transport
    together; `u_common` the pilot's part that shifts all of it. `ratio` is u_ts over what a laboratory claims."""

    laboratory: str
    time_s: float
    planned: bool
    value: float
    u_drift: float
    u_ts: float
    u_common: float
    extrapolated: bool
    ratio: float | None
    conclusive: bool | None


class Monitored(Struct, frozen=True, kw_only=True):
    """One point over the visits; values and u in `unit`, times of fits in days since `origin_s`. `line` is judged
    against the plan's limit whatever form was chosen: a slope that is not significant proves nothing."""

    point: str
    unit: str
    visits: tuple[VisitPoint, ...]
    origin_s: float
    drift: Drift | None
    why: Why | None
    line: Drift | None
    u_common: float
    stability: Judgement | None
    transport: Transport | None
    u_transport: float
    at: tuple[At, ...]

    @property
    def slope(self) -> float | None:
        """Per day, of the straight line."""
        return self.line.coefficients[1] if self.line else None

    @property
    def u_slope(self) -> float | None:
        return sqrt(self.line.matrix[1][1]) if self.line else None

    @property
    def t(self) -> float | None:
        """The line's slope over its u, as information."""
        return self.slope / self.u_slope if self.slope is not None and self.u_slope else None

    @property
    def t_critical(self) -> float | None:
        if self.line is None:
            return None
        known = self.line.chi2 is not None and self.line.birge == 1
        return coverage_factor(_PROBABILITY, inf if known else float(self.line.dof))

    @property
    def known(self) -> tuple[float, float]:
        """Times of the first and the last visit."""
        return self.visits[0].time_s, self.visits[-1].time_s

    def seen_at(self, time_s: float) -> Band:
        """The drift with half of its 95 % interval at a time; the common part is not in it."""
        if self.drift is None:
            raise DataUnfit(message("At least two visits are needed."))
        known = self.drift.chi2 is not None and self.drift.birge == 1
        k = coverage_factor(_PROBABILITY, inf if known or not self.drift.dof else float(self.drift.dof))
        found = drift_at(self.drift, (time_s - self.origin_s) / DAY_S)
        return Band(time_s, found.value, k * found.u)


def same_comparison(visits: Sequence[Visit]) -> Plan:
    """The newest revision of the one plan of all visits. Raises `WrongUse` without visits, for visits of other
    comparisons or units, and for any that is not the pilot laboratory's own."""
    if not visits:
        raise WrongUse(message("There is no visit."))
    plan = max((one.plan for one in visits), key=lambda one: one.revision)
    for one in visits:
        if one.plan.id != plan.id or one.plan.unit != plan.unit:
            raise WrongUse(
                message("{file} belongs to the comparison {other}, not to {comparison}.", file=one.source,
                        other=one.plan.id, comparison=plan.id),
                message("Give visits of one comparison only."),
            )  # fmt: skip
        if one.laboratory != plan.pilot.code:
            raise WrongUse(
                message("{file} is of {laboratory}: a visit is the pilot laboratory's own measurement.",
                        file=one.source, laboratory=one.laboratory),
                message("Give notebooks or packages of {pilot} only.", pilot=plan.pilot.code),
            )  # fmt: skip
    return plan


def monitor(visits: Sequence[Visit], asked: Asked | None = None) -> tuple[Monitored, ...]:
    """Every point of the plan over all visits. Raises `WrongUse` as `same_comparison`, `DataUnfit` for two visits of
    one time and for a form that the visits cannot bear."""
    plan = same_comparison(visits)
    rules = plan.monitoring or Monitoring()
    wanted = asked or Asked()
    return tuple(_monitored(plan, rules, wanted, point.id, visits) for point in plan.points)


def value_at(seen: Monitored, time_s: float) -> tuple[float, float, bool]:
    """Value, u of the drift and whether that is extrapolated, at a time; with a single visit its value, for what it is
    worth then."""
    if seen.drift is None:
        only = seen.visits[0]
        return only.value, only.u_visit, True
    found = drift_at(seen.drift, (time_s - seen.origin_s) / DAY_S)
    return found.value, found.u, found.extrapolated


def middle(arrives: date, departs: date) -> float:
    """The middle of a laboratory's dates, from the noon (UTC) of one to that of the other, in s since 1970."""
    first = datetime.combine(arrives, clock_time(12), UTC)
    return (first + timedelta(days=(departs - arrives).days / 2)).timestamp()


def _monitored(plan: Plan, rules: Monitoring, asked: Asked, point: str, visits: Sequence[Visit]) -> Monitored:
    mine = sorted((one.point(point) for one in visits), key=lambda one: one.time_s)
    if any(one.time_s == other.time_s for one, other in pairwise(mine)):
        raise DataUnfit(
            message("{point}: two visits have the same mean time.", point=point),
            message("Give every visit once."),
        )
    origin = mine[0].time_s
    days = [(one.time_s - origin) / DAY_S for one in mine]
    choice = _fit(rules, asked, origin, days, mine) if len(mine) > 1 else None
    line = _line(days, mine)
    u_common = max(one.u_common for one in mine)
    drift = choice.drift if choice else None
    moved = _transport(plan, rules, mine, drift, origin)
    u_trans = _u_trans(moved, drift, mine)
    claimed = asked.u_laboratory or rules.u_laboratory
    u_lab = None if claimed is None else convert(float(claimed.value), claimed.unit, plan.unit)
    seen = Monitored(
        point=point,
        unit=plan.unit,
        visits=tuple(mine),
        origin_s=origin,
        drift=drift,
        why=choice.why if choice and not (asked.form or rules.form != "rule") else None,
        line=line,
        u_common=u_common,
        stability=_stability(plan, rules, line),
        transport=moved,
        u_transport=u_trans,
        at=(),
    )
    return _with_laboratories(plan, rules, seen, u_lab)


def _with_laboratories(plan: Plan, rules: Monitoring, seen: Monitored, u_lab: float | None) -> Monitored:
    others = [one for one in plan.participants if one.laboratory.code != plan.pilot.code]
    return replace(
        seen,
        at=tuple(
            at_laboratory(
                seen, one.laboratory.code, middle(one.arrives, one.departs), u_lab, float(rules.most_ratio),
                planned=True,
            )
            for one in others
        ),
    )  # fmt: skip


def at_laboratory(
    seen: Monitored, laboratory: str, time_s: float, u_lab: float | None, most_ratio: float, *, planned: bool
) -> At:
    """What the transfer standard was worth at a laboratory's time, and whether its result can be judged there:
    u_TS² = u_drift² + u_trans²."""
    value, u_drift, extrapolated = value_at(seen, time_s)
    u_ts = hypot(u_drift, seen.u_transport)
    ratio = None if not u_lab else u_ts / u_lab
    return At(
        laboratory=laboratory,
        time_s=time_s,
        planned=planned,
        value=value,
        u_drift=u_drift,
        u_ts=u_ts,
        u_common=seen.u_common,
        extrapolated=extrapolated,
        ratio=ratio,
        conclusive=None if ratio is None else ratio <= most_ratio,
    )


def _fit(
    rules: Monitoring, asked: Asked, origin: float, days: Sequence[float], mine: Sequence[VisitPoint]
) -> DriftChoice:
    """The form a person asks for, else the plan's, else the one that the rule picks; the loops end at the visits."""
    values = [one.value for one in mine]
    u = [one.u_visit for one in mine] if all(one.u_visit > 0 for one in mine) else None
    form = asked.form or (None if rules.form == "rule" else DriftForm(rules.form))
    if form is None and (u is not None or len(mine) > 2):
        return choose_drift(days, values, u)
    form = form or DriftForm.CONSTANT
    knots: Sequence[float] = ()
    if form is DriftForm.STEP:
        if asked.step is None:
            raise WrongUse(
                message("A step needs the two dates between which it lies."),
                message("Give the last date before it and the first after it."),
            )
        knots = [(middle(one, one) - origin) / DAY_S for one in asked.step]
    fitted = fit_drift(days, values, form, u, knots)
    return DriftChoice(rule="asked", drift=fitted, why=Why.SLOPE, tried=(fitted,))


def _line(days: Sequence[float], mine: Sequence[VisitPoint]) -> Drift | None:
    u = [one.u_visit for one in mine] if all(one.u_visit > 0 for one in mine) else None
    if len(mine) < (3 if u is None else 2):
        return None
    return fit_drift(days, [one.value for one in mine], DriftForm.LINE, u)


def _stability(plan: Plan, rules: Monitoring, line: Drift | None) -> Judgement | None:
    """The change over the whole circulation by the line, |b|·T ± k·u(b)·T, against the plan's limit."""
    if line is None or rules.limit is None:
        return None
    circulation = max(one.departs for one in plan.participants) - min(one.arrives for one in plan.participants)
    span = max(float(circulation.days), line.last - line.first)
    limit = convert(float(rules.limit.value), rules.limit.unit, plan.unit)
    return judge(line.coefficients[1] * span, sqrt(line.matrix[1][1]) * span, limit, float(rules.k))


def _transport(
    plan: Plan, rules: Monitoring, mine: Sequence[VisitPoint], drift: Drift | None, origin: float
) -> Transport | None:
    """Journeys between neighbouring visits that both measured the check standard, against the plan's limit. What a
    smooth drift through more visits than it has coefficients predicts between both is taken off."""
    if rules.transport is None:
        return None
    smooth = drift is not None and drift.form in {DriftForm.LINE, DriftForm.QUADRATIC} and drift.dof > 0
    legs = []
    for place, (before, after) in enumerate(pairwise(mine)):
        if before.check is None or after.check is None:
            continue
        predicted, u_predicted = _predicted(drift, origin, before, after) if drift and smooth else (0.0, 0.0)
        legs.append(
            Leg(
                id=f"{place + 1}–{place + 2}",
                before=before.session,
                after=after.session,
                check_before=before.check,
                check_after=after.check,
                drift=predicted,
                u_drift=u_predicted,
            )
        )
    if not legs:
        return None
    limit, u_day = (
        convert(float(one.value), one.unit, plan.unit) for one in (rules.transport.limit, rules.transport.u_day)
    )
    return transport(legs, limit, u_day, planned=rules.transport.legs, k=float(rules.k))


def _predicted(drift: Drift, origin: float, before: VisitPoint, after: VisitPoint) -> tuple[float, float]:
    """The change that the drift predicts between two visits, and its u."""
    first, last = ((one.time_s - origin) / DAY_S for one in (before, after))
    change = drift_at(drift, last).value - drift_at(drift, first).value
    variance = drift.covariance(first, first) + drift.covariance(last, last) - 2 * drift.covariance(first, last)
    return change, sqrt(max(0.0, variance))


def _u_trans(moved: Transport | None, drift: Drift | None, mine: Sequence[VisitPoint]) -> float:
    """What transport leaves beyond what the scatter about the drift line already holds."""
    if moved is None:
        return 0.0
    session = sqrt(sum(one.u_visit**2 for one in mine) / len(mine))
    s_line = 0.0
    if drift is not None:
        s_line = drift.s if drift.s is not None else drift.birge * session
    return u_transport(moved.rms, s_line=s_line, u_session=session)


def pooled(points: Sequence[Monitored]) -> Verdict:
    """One word over all points: fail where one fails, pass where all that is asked for passes."""
    asked = [one.stability.verdict for one in points if one.stability] + [
        one.transport.verdict for one in points if one.transport
    ]
    if Verdict.FAIL in asked:
        return Verdict.FAIL
    return Verdict.PASS if asked and set(asked) == {Verdict.PASS} else Verdict.UNDECIDED
