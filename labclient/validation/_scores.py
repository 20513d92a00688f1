"""Who lies how far out: outliers, scores, consistent subsets, homogeneity; what the cases of this kind call."""

from collections.abc import Mapping, Sequence
from typing import Final

from labclient import metrology
from labclient.metrology import Membership, OutlierTest, Side
from labclient.units import number
from labclient.validation._given import Call, Found, Given, floats, numbers


def _grubbs(values: Given, side: str = "both") -> Found:
    return _tested(metrology.grubbs(floats(values), Side(side)))


def _grubbs_pair(values: Given, side: str = "both") -> Found:
    return _tested(metrology.grubbs_pair(floats(values), Side(side)))


def _dixon(values: Given, side: str = "both") -> Found:
    return _tested(metrology.dixon(floats(values), Side(side)))


def _tested(found: OutlierTest) -> Found:
    return {
        "statistic": found.statistic,
        "5 %": found.critical_5,
        "1 %": found.critical_1,
        "standing": found.standing.value,
        "suspects": " ".join(str(place + 1) for place in found.suspects),
        "mean without": found.without.mean,
        "s without": found.without.s,
    }


def _cochran(s: Given, n: int) -> Found:
    found = metrology.cochran(floats(s), n)
    return {
        "statistic": found.statistic,
        "5 %": found.critical_5,
        "1 %": found.critical_1,
        "standing": found.standing.value,
    }


def _score(kind: str, numbers_: Given, membership: str = "independent") -> Found:
    """`numbers_` in the order of the function's arguments."""
    given = floats(numbers_)
    match kind:
        case "En":
            x, spread, reference, reference_spread, *rest = given
            stands = Membership(membership)
            U_ts = rest[0] if rest else 0.0
            found = metrology.en_score(x, spread, reference, reference_spread, U_ts, stands)
        case "ζ":
            found = metrology.zeta_score(*given)
        case "z":
            found = metrology.z_score(*given)
        case "z′":
            found = metrology.z_prime_score(*given)
        case _:
            raise ValueError(kind)
    return {kind: found.score, "d": found.difference, "agreement": found.agreement.value}


def _lcs(values: Given, U: Given, k: Given) -> Found:
    u = [expanded / factor for expanded, factor in zip(floats(U), floats(k), strict=True)]
    found = metrology.largest_consistent_subset(floats(values), u)
    return {
        "members": " ".join(str(place + 1) for place in found.places),
        "x": found.mean.value,
        "u": found.mean.u,
        "χ²": found.mean.chi2,
        "p": found.mean.p,
        "alternatives": str(found.alternatives),
    }


def _homogeneity(units: Sequence[Given], limit: str) -> Found:
    found = metrology.homogeneity([numbers(unit) for unit in units], float(number(limit)))
    return {
        "s_x": found.s_x,
        "s_w": found.s_w,
        "s_s": found.s_s,
        "F1": found.f1,
        "F2": found.f2,
        "u_bb": found.between.u_bb,
        "u*_bb": found.between.u_hidden,
        "sufficient": "yes" if found.sufficient else "no",
        "expanded": "yes" if found.not_refuted else "no",
    }


def _algorithm_a(values: Given) -> Found:
    found = metrology.algorithm_a(floats(values))
    return {"x*": found.mean, "s*": found.s, "u": found.u_mean}


SCORES: Final[Mapping[str, Call]] = {
    "grubbs": _grubbs,
    "grubbs-pair": _grubbs_pair,
    "dixon": _dixon,
    "cochran": _cochran,
    "score": _score,
    "lcs": _lcs,
    "homogeneity": _homogeneity,
    "algorithm-a": _algorithm_a,
}
