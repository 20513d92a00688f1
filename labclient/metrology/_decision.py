"""The decision rule of settling, stability and transport alike: an interval against the plan's limit.

A difference that is merely "not significant" proves nothing, so significance is never asked: the whole interval
d ± k·u(d) must lie within ± limit to pass, wholly beyond it to fail. Anything else cannot be judged yet.
"""

from enum import StrEnum
from math import isfinite

import msgspec

from labclient.errors import DataUnfit
from labclient.words import message


class Verdict(StrEnum):
    """Only `PASS` opens a gate."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict and all it rests on; `difference`, `u` (standard uncertainty) and `limit` share one unit."""

    verdict: Verdict
    difference: float
    u: float
    k: float
    limit: float

    @property
    def deciding_u(self) -> float:
        """What would decide: below this standard uncertainty the same difference passes or fails, ||d| − limit| / k.

        Zero where the difference is the limit itself: no measurement decides that."""
        return abs(abs(self.difference) - self.limit) / self.k


def judge(difference: float, u: float, limit: float, k: float = 2.0) -> Judgement:
    """Pass if |d| + k·u ≤ limit, fail if |d| − k·u > limit, undecided otherwise (guard band k·u: JCGM 106:2012, 8.3).

    Raises `DataUnfit` unless all four are finite, u ≥ 0, limit > 0 and k > 0.
    """
    if not all(isfinite(number) for number in (difference, u, limit, k)) or u < 0 or limit <= 0 or k <= 0:
        raise DataUnfit(
            message(
                "A difference of {difference} ± {k}·{u} cannot be judged against the limit {limit}.",
                difference=difference,
                k=k,
                u=u,
                limit=limit,
            )
        )
    if abs(difference) + k * u <= limit:
        verdict = Verdict.PASS
    elif abs(difference) - k * u > limit:
        verdict = Verdict.FAIL
    else:
        verdict = Verdict.UNDECIDED
    return Judgement(verdict=verdict, difference=difference, u=u, k=k, limit=limit)
