"""Does transport change the standard? Before and after each leg, in one laboratory, beside a check standard.

What the laboratory does wrong is the same before and after and cancels. What it does differently from one day to the
next does not: it is seen in the check standard, which stays at home. Measured beside it in both sessions, the check
standard also takes along what is common to a day; `u_day` is then the day-to-day scatter of the *difference* of the
two.
"""

from collections.abc import Sequence
from math import hypot, sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._decision import Judgement, Verdict, judge
from labclient.metrology._numbers import LARGEST, finite, not_negative, positive
from labclient.words import message

METHOD: Final = "transport-legs/1"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Readings of one artefact in one session; `mean` and `s` (of a single reading) in one unit."""

    mean: float
    s: float
    n: int


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One journey: the transfer standard before and after, and the check standard in the same two sessions."""

    id: str
    before: Session
    after: Session
    check_before: Session | None = None
    check_after: Session | None = None
    drift: float = 0.0
    """Change between both sessions that the drift line predicts without any transport."""
    u_drift: float = 0.0
    """Standard uncertainty of that prediction."""


class LegChange(msgspec.Struct, frozen=True, kw_only=True):
    """What one leg did; all but `e` in the unit of the values."""

    id: str
    judgement: Judgement
    """Of d = after − before − (check after − check before) − predicted drift, against the plan's limit."""
    e: float | None
    """E_tr = d / (k·u(d)): the detected change over its expanded uncertainty; None where u(d) is zero beside d."""
    u_rectangular: float
    """|d|/(2√3), or |d|/√3 where results are not corrected to the middle of the change."""


class Transport(msgspec.Struct, frozen=True, kw_only=True):
    """The pooled judgement over the plan's number of legs."""

    method: str
    legs: tuple[LegChange, ...]
    planned: int
    judgement: Judgement
    """Of the change that one more leg would make: mean of the legs, with the scatter between legs in its u."""
    between: float
    """Standard deviation between legs beyond what their own u explain."""
    verdict: Verdict
    """FAIL when one leg fails or the pooled change does; PASS only after all planned legs."""
    rms: float
    """Root mean square of the legs' changes, for `u_transport`."""
    smallest_detectable: float

    @property
    def missing(self) -> int:
        """Legs that the plan still asks for."""
        return max(0, self.planned - len(self.legs))


def transport(
    legs: Sequence[Leg], limit: float, u_day: float, planned: int = 3, k: float = 2.0, corrected: bool = True
) -> Transport:
    """Judge each leg and all of them against `limit` (unit of the values).

    u(d)² = s_b²/n_b + s_a²/n_a (and the same of the check standard) + 2·u_day² + u_drift². Pooled: d̄ with
    u² = τ² + u(d̄)², where u(d̄) is the larger of √Σu²/m and s_d/√m and τ² = max(0, s_d² − mean of u²): the interval in
    which the change of one more leg lies. `corrected` tells whether results are taken to the middle of each change.
    Raises `DataUnfit` for no leg, a session without readings, one check session without the other, and numbers that are
    not finite or negative where they cannot be.
    """
    if not legs or planned < 1:
        raise DataUnfit(message("Transport is judged from one leg or more."))
    seen = [_change(leg, u_day) for leg in legs]
    d, u = np.array([one for one, _ in seen]), np.array([one for _, one in seen])
    m = d.size
    each = tuple(
        LegChange(
            id=leg.id,
            judgement=judge(change, spread, limit, k),
            e=change / (k * spread) if abs(change) <= LARGEST * spread and spread else None,
            u_rectangular=u_transport(change, corrected=corrected),
        )
        for leg, (change, spread) in zip(legs, seen, strict=True)
    )
    scatter = float((d - d[0]).std(ddof=1)) if m > 1 else 0.0
    typical = float(np.sqrt((u**2).mean()))
    between = sqrt(max(0.0, scatter - typical) * (scatter + typical))
    u_mean = max(float(np.sqrt((u**2).sum())) / m, scatter / sqrt(m))
    pooled = judge(float(d[0] + (d - d[0]).mean()), hypot(between, u_mean), limit, k)
    verdicts = {one.judgement.verdict for one in each} | {pooled.verdict}
    judged = pooled.verdict if m >= planned else Verdict.UNDECIDED
    return Transport(
        method=METHOD,
        legs=each,
        planned=planned,
        judgement=pooled,
        between=between,
        verdict=Verdict.FAIL if Verdict.FAIL in verdicts else judged,
        rms=float(np.sqrt((d**2).mean())),
        smallest_detectable=2 * k * pooled.u,
    )


def u_transport(change: float, corrected: bool = True, s_line: float = 0.0, u_session: float = 0.0) -> float:
    """Standard uncertainty that a change by transport leaves to a laboratory's reference value, in its unit.

    Rectangular over the change: |d|/(2√3) when the value is taken at its middle, |d|/√3 otherwise. The pilot's values
    after its legs scatter about the drift line by `s_line`; what that is beyond `u_session`, the standard uncertainty
    of one of them without transport, came by transport and is in u_line already: it is taken off in squares, so that
    nothing counts twice. Raises `DataUnfit` for numbers not finite or negative.
    """
    whole = float(abs(finite([change])[0])) / (2 * sqrt(3) if corrected else sqrt(3))
    line, session = (not_negative(float(one)) for one in finite([s_line, u_session]))
    held = sqrt(max(0.0, line - session) * (line + session))
    return sqrt(max(0.0, whole - held) * (whole + held))


def _change(leg: Leg, u_day: float) -> tuple[float, float]:
    if (leg.check_before is None) != (leg.check_after is None):
        raise DataUnfit(message("Leg {id}: the check standard was measured on one side only.", id=leg.id))
    d = leg.after.mean - leg.before.mean - leg.drift
    sessions = [leg.before, leg.after]
    if leg.check_before is not None and leg.check_after is not None:
        d -= leg.check_after.mean - leg.check_before.mean
        sessions += [leg.check_before, leg.check_after]
    finite([one.mean for one in sessions])
    for one in sessions:
        not_negative(one.s)
        positive(one.n)
    parts = [one.s / sqrt(one.n) for one in sessions]
    finite([d, *parts, not_negative(u_day), not_negative(leg.u_drift)])
    return d, hypot(*parts, sqrt(2) * u_day, leg.u_drift)
