"""The scores of one laboratory at one point, which of them decides, and where their formulas come from.

Pilot laboratory and participant form them by the same code: who is handed the numbers of a released report forms them
again.
"""

from math import hypot
from typing import Final, Literal

from msgspec import Struct

from labclient.metrology import (
    Agreement,
    Membership,
    Score,
    en_score,
    z_prime_score,
    z_score,
    zeta_score,
)

ScoreName = Literal["En", "zeta", "z", "z-prime"]
_K: Final = 2.0


class Rule(Struct, frozen=True):
    """A method as it is named in a report: its id, its formula, the source of the formula. Editions are data."""

    id: str
    formula: str
    source: str


SCORE_RULES: Final[dict[ScoreName, Rule]] = {
    "En": Rule("score-en/1", "En = d / √(U² ± U_ref² + U_TS²), U = 2u",
               "JJF 1117-2010; ISO 13528:2022, 9.7; Cox, Metrologia 39 (2002) 589"),
    "zeta": Rule("score-zeta/1", "ζ = d / √(u² + u_ref² + u_TS²)", "ISO 13528:2022, 9.6"),
    "z": Rule("score-z/1", "z = d / σ_pt", "ISO 13528:2022, 9.4"),
    "z-prime": Rule("score-z-prime/1", "z′ = d / √(σ_pt² + u_ref² + u_TS²)", "ISO 13528:2022, 9.5"),
}  # fmt: skip
SCORE_SYMBOLS: Final[dict[ScoreName, str]] = {"En": "En", "zeta": "ζ", "z": "z", "z-prime": "z′"}


class Scores(Struct, frozen=True, kw_only=True):
    """All scores whose formula holds: ζ not for a member of the mean, z and z′ only with a σ_pt. `by` is the score that
    decides and `verdict` what it says; `ratio` is u_TS/u_lab."""

    en: Score
    zeta: Score | None
    z: Score | None
    z_prime: Score | None
    ratio: float | None
    by: ScoreName
    verdict: Agreement

    def named(self) -> dict[ScoreName, Score]:
        """Those that stand, by name."""
        every: dict[ScoreName, Score | None] = {
            "En": self.en, "zeta": self.zeta, "z": self.z, "z-prime": self.z_prime,
        }  # fmt: skip
        return {name: one for name, one in every.items() if one is not None}


class Level(Struct, frozen=True, kw_only=True):
    """What a result is compared with, in its unit: the reference value at its time, its u, and the transfer standard's
    u_TS there. `member`: the result is in the weighted mean."""

    value: float
    u: float
    u_ts: float
    member: bool


def scores_of(
    value: float, u: float, level: Level, wanted: ScoreName = "En", most_ratio: float = 1.0, sigma: float | None = None
) -> Scores:
    """The scores of a result with standard uncertainty `u`; `wanted` decides, and En where that does not stand.

    En is formed with 2·u throughout, whatever k was reported. Where u_TS > `most_ratio`·u, a satisfactory En or ζ
    proves nothing and is inconclusive: u_TS only makes them smaller. Raises `DataUnfit` as the scores do.
    """
    x, u_ref, u_ts = level.value, level.u, level.u_ts
    member = Membership.WEIGHTED_MEAN if level.member else Membership.INDEPENDENT
    en = en_score(value, _K * u, x, _K * u_ref, _K * u_ts, member, most_ratio)
    zeta = None if level.member else zeta_score(value, u, x, u_ref, u_ts)
    z = z_score(value, x, sigma) if sigma else None
    z_prime = z_prime_score(value, x, sigma, hypot(u_ref, u_ts)) if sigma else None
    decides: dict[ScoreName, Score | None] = {"En": en, "zeta": zeta, "z": z, "z-prime": z_prime}
    by: ScoreName = wanted if decides[wanted] is not None else "En"
    said = decides[by] or en
    unclear = by == "zeta" and (said.ratio or 0.0) > most_ratio and said.agreement is Agreement.SATISFACTORY
    verdict = Agreement.INCONCLUSIVE if unclear else said.agreement
    return Scores(en=en, zeta=zeta, z=z, z_prime=z_prime, ratio=en.ratio, by=by, verdict=verdict)
