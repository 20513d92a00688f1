"""Does a laboratory's result agree with the reference value? For the pilot and the released report, never before.

d = x − x_ref keeps its sign: negative means below the reference. Every score shows the formula it came by.
"""

from enum import StrEnum
from math import hypot, isfinite, sqrt

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._numbers import LARGEST, not_negative, positive
from labclient.words import message


class Agreement(StrEnum):
    """`INCONCLUSIVE`: the transfer standard itself was too uncertain to tell."""

    SATISFACTORY = "satisfactory"
    QUESTIONABLE = "questionable"
    UNSATISFACTORY = "unsatisfactory"
    INCONCLUSIVE = "inconclusive"


class Membership(StrEnum):
    """How the laboratory stands to the reference value."""

    INDEPENDENT = "independent"
    """The laboratory's value is not in it, and shares nothing with it."""
    WEIGHTED_MEAN = "weighted_mean"
    """The laboratory is a member of an inverse-variance weighted mean of independent results, and of no other mean."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One score: `difference` and `denominator` in the unit of the values, `score` a pure number."""

    formula: str
    difference: float
    denominator: float
    score: float
    ratio: float | None
    """u_TS / u_lab; None where the transfer standard does not enter."""
    agreement: Agreement


def en_score(
    x: float,
    U: float,
    x_ref: float,
    U_ref: float,
    U_ts: float = 0.0,
    membership: Membership = Membership.INDEPENDENT,
    most_ratio: float = 1.0,
) -> Score:
    """En = d / √(U² ± U_ref² + U_TS²), all U at one coverage probability; |En| ≤ 1 satisfies (ISO 13528:2022, 9.7).

    The sign is minus only for a member of a weighted mean (see `Membership`), whose value the reference shares: then
    cov(x, x_ref) = u_ref² (Cox, Metrologia 39 (2002) 589; JJF 1117-2010). `U_ts` is the transfer standard's instability
    during the circulation, which no laboratory's own budget holds. Where U_TS > `most_ratio`·U (the plan's), |En| ≤ 1
    proves nothing and is inconclusive (after Wright et al. 2016); an |En| above 1 stands, because U_TS only makes En
    smaller.

    Raises `DataUnfit` for numbers not finite, a negative U, U = 0 of the laboratory, or a member's U_ref ≥ U.
    """
    positive(U)
    difference = _difference(x, x_ref)
    not_negative(U_ref)
    not_negative(U_ts)
    positive(most_ratio)
    if membership is Membership.WEIGHTED_MEAN:
        if U_ref >= U:
            raise DataUnfit(
                message("A member's uncertainty {U} must exceed that of its mean, {U_ref}.", U=U, U_ref=U_ref),
                message("Check whether the reference value is a weighted mean with this laboratory in it."),
            )
        own = sqrt((U - U_ref) / U * (1 + U_ref / U)) * U
        formula = "En = d / √(U² − U_ref² + U_TS²)"
    else:
        own = hypot(U, U_ref)
        formula = "En = d / √(U² + U_ref² + U_TS²)"
    denominator = hypot(own, U_ts)
    score = _quotient(difference, denominator)
    ratio = _quotient(U_ts, U)
    if abs(score) > 1:
        agreement = Agreement.UNSATISFACTORY
    else:
        agreement = Agreement.INCONCLUSIVE if ratio > most_ratio else Agreement.SATISFACTORY
    return Score(
        formula=formula, difference=difference, denominator=denominator, score=score, ratio=ratio, agreement=agreement
    )


def zeta_score(x: float, u: float, x_ref: float, u_ref: float, u_ts: float = 0.0) -> Score:
    """ζ = d / √(u² + u_ref² + u_TS²) with standard uncertainties and an independent reference (ISO 13528:2022, 9.6).

    |ζ| ≤ 2 is satisfactory, ≥ 3 unsatisfactory. Raises `DataUnfit` for numbers not finite, a negative u, or u = 0 of
    the laboratory.
    """
    positive(u)
    denominator = hypot(u, not_negative(u_ref), not_negative(u_ts))
    return _z("ζ = d / √(u² + u_ref² + u_TS²)", _difference(x, x_ref), denominator, _quotient(u_ts, u))


def z_score(x: float, x_pt: float, sigma_pt: float) -> Score:
    """z = d / σ_pt with the scheme's standard deviation σ_pt (ISO 13528:2022, 9.4); limits as `zeta_score`.

    Where u(x_pt) > 0.3·σ_pt use `z_prime_score`. Raises `DataUnfit` for numbers not finite or σ_pt ≤ 0.
    """
    return _z("z = d / σ_pt", _difference(x, x_pt), positive(sigma_pt), None)


def z_prime_score(x: float, x_pt: float, sigma_pt: float, u_pt: float) -> Score:
    """z′ = d / √(σ_pt² + u(x_pt)²), u(x_pt) with all parts of the assigned value (ISO 13528:2022, 9.5); limits as ζ.

    Raises `DataUnfit` for numbers not finite, σ_pt ≤ 0 or a negative u(x_pt).
    """
    denominator = hypot(positive(sigma_pt), not_negative(u_pt))
    return _z("z′ = d / √(σ_pt² + u(x_pt)²)", _difference(x, x_pt), denominator, None)


def _z(formula: str, difference: float, denominator: float, ratio: float | None) -> Score:
    score = _quotient(difference, denominator)
    if abs(score) <= 2:
        agreement = Agreement.SATISFACTORY
    else:
        agreement = Agreement.QUESTIONABLE if abs(score) < 3 else Agreement.UNSATISFACTORY
    return Score(
        formula=formula, difference=difference, denominator=denominator, score=score, ratio=ratio, agreement=agreement
    )


def _difference(x: float, x_ref: float) -> float:
    difference = x - x_ref
    if not isfinite(difference):
        raise DataUnfit(message("The difference of {x} and {reference} cannot be computed.", x=x, reference=x_ref))
    return difference


def _quotient(above: float, below: float) -> float:
    if not isfinite(below) or abs(above) / LARGEST > below:
        raise DataUnfit(message("{above} / {below} cannot be computed.", above=above, below=below))
    return above / below
