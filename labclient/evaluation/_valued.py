"""The value of a point and its budget from the scatter of its cycles: by the plan's model, or by the fixed one."""

from collections.abc import Callable, Sequence
from math import isinf, nan

import msgspec
from msgspec import Struct

from labclient.errors import DataUnfit
from labclient.evaluation._budget import Given, components, correlations, inputs
from labclient.evaluation._data import Correction, digits
from labclient.metrology import (
    Budget,
    Component,
    Correlation,
    Coverage,
    MonteCarlo,
    MonteCarloRule,
    Propagation,
    TypeA,
    combine,
    monte_carlo,
    parse_model,
    propagate,
)
from labclient.metrology import Model as Expression
from labclient.plan import Plan
from labclient.words import message

Told = Callable[[int, int], None]
"""Hears how many trials are done, of how many at most; what it raises ends the computation."""

_VALIDATES = 0.2  # of the tolerance: so stable must be what validates a budget (JCGM 101:2008, 8.2)


class Valued(Struct, frozen=True, kw_only=True):
    """A value with its budget, in the plan's unit. `propagation` is that of the plan's model; `budget` is combined for
    k = 1 where the plan asks for a probability and ν_eff is `undefined`."""

    value: float
    budget: Budget
    measured: float = nan
    """Without a model, the value before the corrections."""
    corrections: tuple[Correction, ...] = ()
    propagation: Propagation | None = None
    undefined: bool = False


def fixed_value(given: Given, mean: float) -> float:
    """The value without a model, before corrections: certificate × mean ratio, or + mean difference; or an error of
    indication, mean − certificate."""
    if given.error:
        return mean - given.standard_value
    return given.standard_value * mean if given.ratio else given.standard_value + mean


def valued(given: Given, scatter: TypeA) -> Valued:
    """The value and its budget. Raises `DataUnfit` for what is missing, `ModelInvalid` as `propagate`."""
    links, plan = correlations(given), given.plan
    if plan.model is None:
        measured = fixed_value(given, scatter.mean)
        corrections = _corrections(given, measured)
        value = measured + sum(float(one.value) for one in corrections)
        parts = components(given, scatter, measured)
        coverage, undefined = _coverage(plan, parts, links)
        combined = combine(parts, plan.unit, coverage, links)
        return Valued(value=value, budget=combined, measured=measured, corrections=corrections, undefined=undefined)
    model, parts = parse_model(plan.model.expression), inputs(given, scatter)
    coverage, undefined = _coverage(plan, parts, links)
    found = propagate(model, parts, plan.unit, coverage, links)
    return Valued(value=found.value, budget=found.budget, propagation=found, undefined=undefined)


def drawn(given: Given, scatter: TypeA, of: Valued, told: Told | None = None) -> tuple[Propagation | None, MonteCarlo]:
    """The same by drawing, as the plan asks, and the propagation for the same probability that it is to confirm; None
    where ν_eff is undefined."""
    plan, asked = given.plan, given.plan.monte_carlo
    assert asked is not None
    rule = MonteCarloRule(
        seed=asked.seed,
        probability=float(asked.probability),
        digits=asked.digits,
        interval=asked.interval,
        most=asked.most,
        share=_VALIDATES,
    )
    if plan.model is not None:
        model, parts, links = parse_model(plan.model.expression), inputs(given, scatter), correlations(given)
    else:
        model, parts, links = _fixed(given, scatter, of)
    found = None
    if of.budget.nu_eff is not None:
        found = propagate(model, parts, plan.unit, Coverage(form="t", probability=rule.probability), links)
    return found, monte_carlo(model, parts, plan.unit, rule, links, told=told)


def _coverage(plan: Plan, parts: Sequence[Component], links: Sequence[Correlation]) -> tuple[Coverage, bool]:
    """The plan's form, and whether ν_eff is undefined where it is needed. Raises `DataUnfit` when nothing helps."""
    if plan.coverage.probability is None:
        return Coverage(form="k", k=float(plan.coverage.k or 2)), False
    probability = float(plan.coverage.probability)
    linked = {name for one in links if one.r for name in (one.first, one.second)}
    if not any(part.id in linked and not isinf(part.dof) for part in parts):
        return Coverage(form="t", probability=probability), False
    if plan.monte_carlo is None:
        raise DataUnfit(
            message("Correlated components with finite degrees of freedom leave ν_eff undefined: there is no k_p."),
            message("Ask the pilot laboratory for a plan that states U with k = 2, or one that asks for Monte Carlo."),
        )
    return Coverage(form="k", k=1.0, probability=probability), True


def _fixed(given: Given, scatter: TypeA, of: Valued) -> tuple[Expression, list[Component], tuple[Correlation, ...]]:
    """The fixed model as an expression: certificate × ratio, or + difference, or the mean − certificate, and every
    other row added."""
    names = {row.component.id: f"x{place}" for place, row in enumerate(of.budget.rows)}
    origin = {row.id: row.origin for row in given.plan.budget}
    estimates = {"certificate": given.standard_value, "readings": scatter.mean}
    parts = [
        msgspec.structs.replace(
            row.component, id=names[row.component.id], estimate=estimates.get(origin[row.component.id], 0.0)
        )
        for row in of.budget.rows
    ]
    certificate = next(names[id] for id, one in origin.items() if one == "certificate")
    ratio = next(names[id] for id, one in origin.items() if one == "readings")
    others = [name for name in names.values() if name not in (certificate, ratio)]
    added = sum(float(one.value) for one in of.corrections)
    parts.append(Component(id="corrections", name="corrections", unit=given.plan.unit, estimate=added, u=0.0))
    first = f"{ratio} - {certificate}" if given.error else f"{certificate} {'*' if given.ratio else '+'} {ratio}"
    text = f"{first} + {' + '.join([*others, 'corrections'])}"
    links = tuple(Correlation(names[one.first], names[one.second], one.r) for one in correlations(given))
    return parse_model(text), parts, links


def _corrections(given: Given, value: float) -> tuple[Correction, ...]:
    return tuple(
        Correction(
            name=one.influence,
            value=digits(-value * float(one.value) * given.away(one)),
            influence=digits(given.levels[one.influence, one.reference.unit]),
            influence_unit=one.reference.unit,
        )
        for one in given.plan.transfer_standard.coefficients
    )
