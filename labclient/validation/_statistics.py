"""Statistics of readings: what the cases of this kind call."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from labclient import metrology
from labclient.validation._given import Call, Found, Given, floats, numbers


def _summary(values: Given) -> Found:
    return _summarised(numbers(values))


def _summary_float64(values: Given) -> Found:
    """Digits that a binary float does not hold are lost before anything is computed."""
    return _summarised(floats(values))


def _summarised(values: list[Decimal] | list[float]) -> Found:
    found = metrology.summary(values)
    return {"mean": found.mean, "s": found.s, "r1": "-" if found.lag1 is None else found.lag1}


def _pooled(groups: Sequence[Given]) -> Found:
    each = [metrology.summary(numbers(group)) for group in groups]
    found = metrology.pooled([one.s for one in each], [one.n - 1 for one in each])
    return {"s": found.s, "dof": str(found.dof)}


def _type_a(groups: Sequence[Given]) -> Found:
    found = metrology.type_a([floats(group) for group in groups])
    return {"mean": found.mean, "s": found.s, "u": found.u, "dof": str(found.dof)}


def _anova(groups: Sequence[Given]) -> Found:
    found = metrology.between_units([numbers(group) for group in groups])
    return {
        "MS between": found.ms_between,
        "MS within": found.ms_within,
        "F": "-" if found.f is None else found.f,
        "dof": f"{found.dof_between}, {found.dof_within}",
    }


def _allan(values: Given, tau0: float, taus: Sequence[float]) -> Found:
    readings = floats(values)
    kinds = {kind.value.upper(): metrology.allan(readings, tau0, taus, kind=kind) for kind in metrology.AllanKind}
    return {
        f"{name}({tau:g})": deviation
        for name, found in kinds.items()
        for tau, deviation in zip(found.taus, found.deviations, strict=True)
    }


def _shapiro_wilk(values: Given) -> Found:
    found = metrology.normality(floats(values))
    return {"W": found.w}


def _gesd(values: Given, most: int) -> Found:
    found = metrology.gesd(floats(values), most)
    steps: Found = {}
    for i, step in enumerate(found.steps, start=1):
        steps |= {f"R{i}": step.statistic, f"λ{i}": step.critical_5}
    return steps | {"suspects": str(len(found.suspects))}


STATISTICS: Final[Mapping[str, Call]] = {
    "summary": _summary,
    "summary-float64": _summary_float64,
    "pooled": _pooled,
    "type-a": _type_a,
    "anova": _anova,
    "allan": _allan,
    "shapiro-wilk": _shapiro_wilk,
    "gesd": _gesd,
}
