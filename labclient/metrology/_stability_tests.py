"""The stability tests that standards name, over days, months or years.

Only an interval against the plan's limit opens a gate (see `judge`). Whether a slope is significant, and the widened
form of ISO 13528, are information: four groups miss a drift of four standard deviations in 62 of 100 trials. Which
standard and which edition a result claims is data: a plan may name another.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot, sqrt
from typing import Final

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._decision import Judgement, Verdict, judge
from labclient.metrology._drift import fit_line
from labclient.metrology._numbers import Numbers, finite, not_negative, positive
from labclient.metrology._statistics import pooled
from labclient.metrology._uncertainty import coverage_factor
from labclient.words import message


class Method(msgspec.Struct, frozen=True):
    """A method as a plan names it and a report prints it."""

    id: str
    standard: str
    edition: str
    clause: str


TREND: Final = Method("trend", "ISO 33405", "2024", "ISO Guide 35:2017, 8.7.3, B.3")
GROUP_RANGE: Final = Method("group-range", "JJF 1033", "2023", "")
YEARLY: Final = Method("yearly-difference", "JJF 1033", "2023", "")
TWO_TIMES: Final = Method("two-times", "ISO 13528", "2022", "B.5")
MONITORING: Final = Method("monitoring", "ISO 33405", "2024", "ISO Guide 35:2017, 8.10.3.2")


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """The judged change along a straight line over the time of the values."""

    method: Method
    judgement: Judgement
    """Of slope · span; `k` is the plan's or t_p(n − 2)."""
    n: int
    span: float
    slope: float
    u_slope: float
    t: float | None
    """|slope| / u_slope; None when the values lie on a line."""
    t_critical: float
    significant: bool
    """Information only."""
    u_long_term: float | None
    """u_slope · horizon, in the unit of the values; None when the slope is significant: it then means nothing."""
    smallest_detectable: float
    """2·k·u: a real change of this size is nearly always told from none."""

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict


class LargestChange(msgspec.Struct, frozen=True, kw_only=True):
    """The largest change between groups, or between neighbouring years, against a limit: below it passes."""

    method: Method
    verdict: Verdict
    means: tuple[float, ...]
    statistic: float
    limit: float
    smallest_detectable: float | None
    """4·s·√(2/n) of two groups by their pooled scatter; None where no group holds two values."""


class TwoTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Two means apart in time, judged and compared in both forms."""

    method: Method
    judgement: Judgement
    """Against the basic limit."""
    basic_limit: float
    basic: bool
    """|y₁ − y₂| ≤ share · σ_pt; information only."""
    widened_limit: float
    widened: bool
    """|y₁ − y₂| ≤ share · σ_pt + 2·√(u₁² + u₂²); information only."""
    smallest_detectable: float

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict


class Monitoring(msgspec.Struct, frozen=True, kw_only=True):
    """A later value against the assigned one."""

    method: Method
    agrees: bool
    difference: float
    limit: float
    smallest_detectable: float


def trend(
    times: Numbers,
    values: Numbers,
    limit: float,
    k: float | None = None,
    horizon: float | None = None,
    probability: float = 0.95,
    method: Method = TREND,
) -> Trend:
    """Straight line through values (group or day means) in time; the change over their span judged against `limit`.

    s(b₁) = s / √Σ(t − t̄)²; the slope is significant beyond t_p(n − 2); u_lts = s(b₁)·horizon, where `horizon` (unit of
    the times, default the span) is how long the standard must hold. The values must be independent of each other: the
    readings of one run are not, see `stability`. Raises `DataUnfit` as `fit_line`, and for an impossible limit or k.
    """
    line = fit_line(times, values)
    span = line.last - line.first
    critical = coverage_factor(probability, line.dof)
    judgement = judge(line.slope * span, line.u_slope * span, limit, critical if k is None else k)
    significant = abs(line.slope) > critical * line.u_slope
    until = span if horizon is None else positive(horizon)
    return Trend(
        method=method,
        judgement=judgement,
        n=line.n,
        span=span,
        slope=line.slope,
        u_slope=line.u_slope,
        t=abs(line.slope) / line.u_slope if line.u_slope else None,
        t_critical=critical,
        significant=significant,
        u_long_term=None if significant else line.u_slope * until,
        smallest_detectable=2 * judgement.k * judgement.u,
    )


def group_range(groups: Sequence[Numbers], limit: float, least: int = 4, method: Method = GROUP_RANGE) -> LargestChange:
    """Largest less smallest mean of at least `least` groups, a month or more apart, for a new measurement standard.

    `limit` is |MPE| when the standard is used by its nominal value, U of its correction when used with one. For the
    laboratory's own measurement standard (计量标准); far too loose for a transfer standard. Raises `DataUnfit` for too
    few groups, an empty one, values that are not finite, and a limit that is not positive.
    """
    arrays = [finite(group) for group in groups]
    if len(arrays) < least:
        raise DataUnfit(message("{n} groups are too few: the method asks for {least}.", n=len(arrays), least=least))
    means = [float(group[0] + (group - group[0]).mean()) for group in arrays]
    repeated = [group for group in arrays if group.size > 1]
    detectable = None
    if repeated:
        s = pooled([float((g - g[0]).std(ddof=1)) for g in repeated], [g.size - 1 for g in repeated]).s
        detectable = 4 * s * sqrt(2 / min(group.size for group in arrays))
    return _range(method, means, max(means) - min(means), limit, detectable)


def yearly(values: Numbers, limit: float, method: Method = YEARLY) -> LargestChange:
    """Largest difference of neighbouring years, for a measurement standard in use; `values` in order, one a year.

    `limit` as in `group_range`. Raises `DataUnfit` for fewer than two years and for unfit numbers.
    """
    means = finite(values, least=2).tolist()
    return _range(method, means, max(abs(b - a) for a, b in pairwise(means)), limit, None)


def two_times(
    first: float,
    second: float,
    sigma_pt: float,
    u_first: float,
    u_second: float,
    share: float = 0.3,
    k: float = 2.0,
    method: Method = TWO_TIMES,
) -> TwoTimes:
    """Means y₁ and y₂ of a proficiency item at two times, with their standard uncertainties s/√g (not s).

    Basic form (formula B.17): |y₁ − y₂| ≤ share·σ_pt; widened form (B.18): + 2·√(u₁² + u₂²). The verdict is `judge`'s,
    against the basic limit. For calibrations without σ_pt give the plan's limit as `sigma_pt` and 1 as `share`.
    Raises `DataUnfit` for numbers that are not finite, σ_pt or share ≤ 0, u < 0.
    """
    finite([first, second])
    limit = positive(share) * positive(sigma_pt)
    u = hypot(not_negative(u_first), not_negative(u_second))
    difference = second - first
    return TwoTimes(
        method=method,
        judgement=judge(difference, u, limit, k),
        basic_limit=limit,
        basic=abs(difference) <= limit,
        widened_limit=limit + 2 * u,
        widened=abs(difference) <= limit + 2 * u,
        smallest_detectable=2 * k * u,
    )


def monitoring(
    assigned: float, u_assigned: float, later: float, u_later: float, k: float = 2.0, method: Method = MONITORING
) -> Monitoring:
    """|x_assigned − x_later| ≤ k·√(u_assigned² + u_later²). Raises `DataUnfit` for unfit numbers."""
    finite([assigned, later])
    limit = positive(k) * positive(hypot(not_negative(u_assigned), not_negative(u_later)))
    difference = later - assigned
    finite([difference])
    return Monitoring(
        method=method,
        agrees=abs(difference) <= limit,
        difference=difference,
        limit=limit,
        smallest_detectable=positive(2 * limit),
    )


def _range(
    method: Method, means: list[float], statistic: float, limit: float, detectable: float | None
) -> LargestChange:
    return LargestChange(
        method=method,
        verdict=Verdict.PASS if statistic < positive(limit) else Verdict.FAIL,
        means=tuple(means),
        statistic=statistic,
        limit=limit,
        smallest_detectable=detectable,
    )
