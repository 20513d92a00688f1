"""Do the laboratories' results agree with the reference value? For the pilot laboratory, after all reports are in.

Every result is compared at its own mean time: what the transfer standard drifted between two laboratories is no
difference between them. En is formed with 2·u throughout, whatever k a laboratory reported.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from msgspec import Struct

from labclient.clock import parse_iso
from labclient.errors import DataUnfit, GateClosed, WrongUse
from labclient.evaluation._data import PointResult
from labclient.evaluation._monitoring import Monitored, at_laboratory, value_at
from labclient.evaluation._scores import Level, Rule, ScoreName, scores_of
from labclient.metrology import (
    Agreement,
    Score,
    dersimonian_laird,
    largest_consistent_subset,
    mandel_paule,
    monte_carlo_median,
    weighted_mean,
)
from labclient.plan import Monitoring, Plan
from labclient.units import convert
from labclient.words import Message, message

Method = Literal["pilot", "weighted-mean", "median", "largest-consistent-subset", "dersimonian-laird", "mandel-paule"]
METHODS_OF_REFERENCE: Final[dict[Method, Message]] = {
    "pilot": message("the pilot laboratory's value, at each laboratory's time by the drift"),
    "weighted-mean": message("weighted mean of the results, χ² test (Cox, procedure A)"),
    "median": message("median by Monte Carlo (Cox, procedure B)"),
    "largest-consistent-subset": message("weighted mean of the largest consistent subset"),
    "dersimonian-laird": message("mean with a common excess variance (DerSimonian-Laird)"),
    "mandel-paule": message("mean with a common excess variance (Mandel-Paule)"),
}
REFERENCE_RULES: Final[dict[Method, Rule]] = {
    "pilot": Rule("reference-pilot/1", "x_ref(t) by the drift through the pilot laboratory's visits; u_ref common to "
                  "them", "JJF 1117-2010"),
    "weighted-mean": Rule("reference-weighted-mean/1", "x_ref = Σ(x/u²) / Σ(1/u²), u_ref² = 1 / Σ(1/u²), "
                          "χ² = Σ((x − x_ref)/u)², P(χ², N − 1) ≥ 0.05", "Cox, Metrologia 39 (2002) 589, procedure A"),
    "median": Rule("reference-median/1", "x_ref = mean of the medians of drawn results; u_ref their standard deviation",
                   "Cox, Metrologia 39 (2002) 589, procedure B"),
    "largest-consistent-subset": Rule("reference-lcs/1", "weighted mean of the largest subset with P(χ²) ≥ 0.05",
                                      "Cox, Metrologia 44 (2007) 187"),
    "dersimonian-laird": Rule("reference-dersimonian-laird/1", "x_ref = Σ(w·x) / Σw, w = 1/(u² + τ²), τ² by moments",
                              "DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177"),
    "mandel-paule": Rule("reference-mandel-paule/1", "x_ref = Σ(w·x) / Σw, w = 1/(u² + τ²), Σ(w·(x − x_ref)²) = N − 1",
                         "Paule and Mandel, J. Res. NBS 87 (1982) 377"),
}  # fmt: skip


class LabPoint(Struct, frozen=True, kw_only=True):
    """A laboratory's result of one point, in the plan's unit; u = U/k."""

    laboratory: str
    point: str
    value: float
    U: float
    k: float
    time_s: float

    @property
    def u(self) -> float:
        return self.U / self.k


def lab_point(laboratory: str, of: PointResult) -> LabPoint:
    """A point of a finished result."""
    return LabPoint(
        laboratory=laboratory,
        point=of.point,
        value=float(of.value),
        U=float(of.U),
        k=float(of.k),
        time_s=parse_iso(of.mean_time).timestamp(),
    )


class Reference(Struct, frozen=True, kw_only=True):
    """The reference value. `value` and `u` at the first visit's time; `members` took part in a weighted mean. `holds`
    is False where the method's own test says that it must not serve."""

    method: Method
    value: float
    u: float
    members: tuple[str, ...] = ()
    chi2: float | None = None
    dof: int | None = None
    p: float | None = None
    tau: float | None = None
    holds: bool = True


class Degree(Struct, frozen=True, kw_only=True):
    """One laboratory at one point. `reference` is the reference value at its time; scores stand only where their
    formula holds: ζ not for a member of the mean, z only with a σ_pt. The score `by` decides the verdict."""

    result: LabPoint
    reference: float
    u_reference: float
    u_ts: float
    ratio: float | None
    member: bool
    en: Score
    zeta: Score | None
    z: Score | None
    z_prime: Score | None
    by: ScoreName
    verdict: Agreement


class Degrees(Struct, frozen=True, kw_only=True):
    """One point. Without `rows` the reference value does not hold; `reference` says why."""

    point: str
    unit: str
    reference: Reference
    rows: tuple[Degree, ...]


def check_released(plan: Plan, today: date, released: str | None) -> None:
    """Raise `GateClosed` up to the last day on which the plan awaits a report, unless the pilot says why it compares
    before."""
    last = max(one.report_due for one in plan.participants)
    if today <= last and not released:
        raise GateClosed(
            message("Reports are due until {due}: nothing is compared before.", due=last),
            message("Wait until the last report is due."),
        )


def missing_laboratories(plan: Plan, results: Sequence[LabPoint]) -> tuple[str, ...]:
    """The participants whose results are not there; the pilot laboratory's are its visits."""
    there = {one.laboratory for one in results}
    codes = [one.laboratory.code for one in plan.participants]
    return tuple(code for code in codes if code not in there and code != plan.pilot.code)


def agreement_of(
    plan: Plan, monitored: Sequence[Monitored], results: Sequence[LabPoint], method: Method | None = None
) -> tuple[Degrees, ...]:
    """All points. Raises `WrongUse` for a laboratory that has two results of a point, `DataUnfit` where the numbers do
    not bear the method."""
    rules = plan.monitoring or Monitoring()
    chosen: Method = method or rules.reference
    found = []
    for seen in monitored:
        mine = [one for one in results if one.point == seen.point]
        codes = [one.laboratory for one in mine]
        if twice := sorted({code for code in codes if codes.count(code) > 1}):
            raise WrongUse(
                message("{laboratory} has two results.", laboratory=twice[0]),
                message("Give the last revision of every package only."),
            )
        if mine:
            found.append(_of_point(plan, rules, seen, mine, chosen))
    return tuple(found)


def _of_point(plan: Plan, rules: Monitoring, seen: Monitored, mine: Sequence[LabPoint], method: Method) -> Degrees:
    sigma = rules.sigma_pt
    sigma_pt = None if sigma is None else convert(float(sigma.value), sigma.unit, plan.unit)
    begin, _, _ = value_at(seen, seen.origin_s)
    moved = [value_at(seen, one.time_s)[0] - begin for one in mine]
    reference = _reference(seen, begin, mine, [one.value - by for one, by in zip(mine, moved, strict=True)], method)
    rows = []
    for one, by in zip(mine, moved, strict=True) if reference.holds else ():
        there = at_laboratory(seen, one.laboratory, one.time_s, one.u, float(rules.most_ratio), planned=False)
        member = one.laboratory in reference.members
        level = Level(value=reference.value + by, u=reference.u, u_ts=there.u_ts, member=member)
        found = scores_of(one.value, one.u, level, rules.score, float(rules.most_ratio), sigma_pt)
        rows.append(
            Degree(
                result=one,
                reference=level.value,
                u_reference=level.u,
                u_ts=level.u_ts,
                ratio=there.ratio,
                member=member,
                en=found.en,
                zeta=found.zeta,
                z=found.z,
                z_prime=found.z_prime,
                by=found.by,
                verdict=found.verdict,
            )
        )
    return Degrees(point=seen.point, unit=seen.unit, reference=reference, rows=tuple(rows))


def _reference(
    seen: Monitored, begin: float, mine: Sequence[LabPoint], values: Sequence[float], method: Method
) -> Reference:
    """The reference value at the first visit's time, of results taken there by the drift."""
    if method == "pilot":
        return Reference(method=method, value=begin, u=seen.u_common)
    if len(mine) < 2:
        raise DataUnfit(
            message("{point}: a reference value from the laboratories needs two results at least.", point=seen.point),
            message("Choose the pilot laboratory's value as reference value."),
        )
    return reference_of_results(method, [one.laboratory for one in mine], values, [one.u for one in mine])


def reference_of_results(
    method: Method, laboratories: Sequence[str], values: Sequence[float], u: Sequence[float]
) -> Reference:
    """The reference value out of results brought to one time, by any method but the pilot's own value. Raises
    `DataUnfit` where they do not bear it."""
    codes = tuple(laboratories)
    if method == "median":
        middle = monte_carlo_median(values, u)
        return Reference(method=method, value=middle.value, u=middle.u)
    if method == "dersimonian-laird":
        mean = dersimonian_laird(values, u)
        return Reference(method=method, value=mean.value, u=max(mean.u, mean.u_hksj), tau=mean.tau)
    if method == "mandel-paule":
        mean = mandel_paule(values, u)
        return Reference(method=method, value=mean.value, u=max(mean.u, mean.u_hksj), tau=mean.tau)
    members = codes
    if method == "largest-consistent-subset":
        subset = largest_consistent_subset(values, u)
        members, weighed = tuple(codes[place] for place in subset.places), subset.mean
    else:
        weighed = weighted_mean(values, u)
    return Reference(
        method=method, value=weighed.value, u=weighed.u, members=members, chi2=weighed.chi2, dof=weighed.dof,
        p=weighed.p, holds=weighed.consistent,
    )  # fmt: skip
