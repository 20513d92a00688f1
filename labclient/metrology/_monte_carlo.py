"""Propagation of distributions by Monte Carlo (JCGM 101:2008; JJF 1059.2), for where a budget is in doubt.

The generator is numpy's PCG64; its seed, and the version of numpy, are part of the result, so that it can be repeated.
"""

from collections.abc import Callable, Sequence
from math import ceil, floor, inf, isfinite, isinf, log10, sqrt
from typing import Final, Literal

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._model import Model
from labclient.metrology._numbers import Array, positive
from labclient.metrology._propagation import Prepared, Propagation
from labclient.metrology._uncertainty import Component, Correlation, Distribution, standard_uncertainty
from labclient.words import message

BLOCK: Final = 10_000
Interval = Literal["symmetric", "shortest"]


class MonteCarloRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan asks of a Monte Carlo computation."""

    seed: int
    probability: float = 0.95
    digits: int = 2
    """Significant digits of u that are to be stable, 1 or 2."""
    interval: Interval = "shortest"
    """Which coverage interval must be stable; both are reported."""
    most: int = 10_000_000
    """Trials after which an unstable answer is given as such."""
    share: float = 1.0
    """Part of the numerical tolerance δ at which the answer counts as stable; 1/5 to validate a budget (8.2)."""


class MonteCarlo(msgspec.Struct, frozen=True, kw_only=True):
    """Result of a Monte Carlo computation, all but counts in `unit`, unrounded."""

    rule: MonteCarloRule
    generator: str
    unit: str
    trials: int
    stable: bool
    """False: `most` trials did not make the digits stable."""
    tolerance: float
    """Numerical tolerance δ of u (7.9.2)."""
    mean: float
    u: float
    symmetric: tuple[float, float]
    """Probabilistically symmetric coverage interval."""
    shortest: tuple[float, float]


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """Does the interval y ± U of a budget agree with the Monte Carlo one (8.1)? All in the unit of the result."""

    validated: bool | None
    """None when the Monte Carlo answer is itself not stable enough to say."""
    d_low: float
    d_high: float
    tolerance: float


def monte_carlo(
    model: Model,
    inputs: Sequence[Component],
    unit: str,
    rule: MonteCarloRule,
    correlations: Sequence[Correlation] = (),
    as_written: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> MonteCarlo:
    """Adaptive Monte Carlo (7.9): blocks of trials until twice the standard deviation of the averages of y, u and both
    ends of the interval is within the tolerance.

    Distributions by table 1: normal; normal or t with finite ν as x + u·t_ν (6.4.9); rectangular, with finite ν as
    curvilinear trapezoid whose limits are inexact by a/√(2ν) (6.4.3; GUM G.4.2); triangular; trapezoid; arcsine
    (U-shaped). Correlated inputs are drawn from a joint normal, or t where they share one finite ν (JCGM 102:2011,
    5.3.2). `as_written` as in `propagate`. Raises `ModelInvalid` and `DataUnfit` as `propagate`, and `DataUnfit` when a
    drawn input leaves the model without a value, when inputs of other distributions or different ν are correlated, or
    for an impossible rule. `told` hears after each block how many trials are done, of how many at most; what it
    raises ends the computation.
    """
    if not (0 < rule.probability < 1 and rule.digits in (1, 2) and rule.most >= 2 * BLOCK and rule.seed >= 0):
        raise DataUnfit(message("These rules do not describe a Monte Carlo computation."))
    positive(rule.share)
    prepared = Prepared(model, inputs, unit, as_written)
    generator = np.random.Generator(np.random.PCG64(rule.seed))
    draw = _drawing(inputs, correlations, generator)
    size = max(BLOCK, ceil(100 / (1 - rule.probability)))
    blocks: list[Array] = []
    rows: list[tuple[float, ...]] = []
    pooled = tolerance = 0.0
    stable = False
    while not stable and (len(blocks) < 2 or (len(blocks) + 1) * size <= rule.most):
        block = np.sort(prepared.values(draw(size)))
        blocks.append(block)
        if told:
            told(len(blocks) * size, rule.most)
        rows.append((float(block.mean()), float(block.std(ddof=1)), *_interval(block, rule.probability, rule.interval)))
        if len(blocks) > 1:
            table = np.array(rows)
            pooled = sqrt(float((table[:, 1] ** 2).mean() + table[:, 0].var()))
            tolerance = _tolerance(pooled, rule.digits)
            spread = 2 * table.std(axis=0, ddof=1) / sqrt(len(rows))
            stable = bool((spread <= rule.share * tolerance).all())
    values = np.sort(np.concatenate(blocks))
    return MonteCarlo(
        rule=rule,
        generator=f"PCG64, numpy {np.__version__}",
        unit=unit,
        trials=values.size,
        stable=stable,
        tolerance=tolerance,
        mean=float(values.mean()),
        u=float(values.std(ddof=1)),
        symmetric=_interval(values, rule.probability, "symmetric"),
        shortest=_interval(values, rule.probability, "shortest"),
    )


def validate_budget(propagated: Propagation, drawn: MonteCarlo) -> Validation:
    """Compare y ± U with the Monte Carlo interval: validated when both ends agree within δ (JCGM 101:2008, 8.1).

    U must stand for the same coverage probability. The Monte Carlo answer must be stable to a fifth of δ (8.2), else
    `validated` is None. Raises `DataUnfit` for different probabilities or units.
    """
    budget, rule = propagated.budget, drawn.rule
    if budget.probability != rule.probability or budget.unit != drawn.unit:
        raise DataUnfit(message("Budget and Monte Carlo result differ in coverage probability or unit."))
    low, high = drawn.symmetric if rule.interval == "symmetric" else drawn.shortest
    tolerance = _tolerance(budget.u_c, rule.digits)
    d_low, d_high = abs(propagated.value - budget.U - low), abs(propagated.value + budget.U - high)
    sure = drawn.stable and rule.share * drawn.tolerance <= tolerance / 5 * (1 + 1e-9)
    return Validation(
        validated=max(d_low, d_high) <= tolerance if sure else None, d_low=d_low, d_high=d_high, tolerance=tolerance
    )


def _tolerance(u: float, digits: int) -> float:
    """δ = ½·10^l for u written as c·10^l with an integer c of so many digits (7.9.2); 0 for u = 0."""
    return 0.5 * 10.0 ** (floor(log10(float(f"{u:.{digits - 1}e}"))) - digits + 1) if u > 0 else 0.0


def _interval(ordered: Array, probability: float, interval: Interval) -> tuple[float, float]:
    """Ends of a coverage interval from ordered values (7.7)."""
    covered = min(floor(probability * ordered.size + 0.5), ordered.size - 1)
    if interval == "symmetric":
        low = (ordered.size - covered) // 2
    else:
        low = int(np.argmin(ordered[covered:] - ordered[: ordered.size - covered]))
    return float(ordered[low]), float(ordered[low + covered])


def _drawing(
    inputs: Sequence[Component], correlations: Sequence[Correlation], generator: np.random.Generator
) -> Callable[[int], Array]:
    """A function from a number of trials to an array of shape (inputs, trials)."""
    index = {one.id: i for i, one in enumerate(inputs)}
    links = [link for link in correlations if link.r]
    if not all(link.first in index and link.second in index for link in links):
        raise DataUnfit(message("A correlation names an input that the model does not have."))
    joint = sorted({index[id_] for link in links for id_ in (link.first, link.second)})
    u = [standard_uncertainty(one)[0] for one in inputs]
    root, dof = _joint([inputs[i] for i in joint], links)

    def draw(size: int) -> Array:
        drawn = np.empty((len(inputs), size))
        for i, one in enumerate(inputs):
            drawn[i] = generator.standard_normal(size) if i in joint else _standard(one, size, generator)
        if joint:
            drawn[joint] = root @ drawn[joint]
            if not isinf(dof):
                drawn[joint] /= np.sqrt(generator.chisquare(dof, size) / dof)
        for i, one in enumerate(inputs):
            drawn[i] = one.estimate + u[i] * drawn[i]
        return drawn

    return draw


def _joint(inputs: Sequence[Component], links: Sequence[Correlation]) -> tuple[Array, float]:
    """A root of the correlation matrix of correlated inputs and their common ν."""
    place = {one.id: i for i, one in enumerate(inputs)}
    shared = np.eye(len(inputs))
    for link in links:
        i, j = place[link.first], place[link.second]
        shared[i, j] = shared[j, i] = link.r
    dofs = {one.dof for one in inputs}
    if any(one.distribution not in (Distribution.NORMAL, Distribution.T) for one in inputs) or len(dofs) > 1:
        raise DataUnfit(
            message("Correlated inputs can be drawn only as normal or t with one number of degrees of freedom."),
            message("Give the correlated inputs the same degrees of freedom."),
        )
    sizes, axes = np.linalg.eigh(shared)
    if sizes.min(initial=0.0) < -1e-9:
        raise DataUnfit(message("These correlations contradict each other."))
    return axes * np.sqrt(np.clip(sizes, 0.0, None)), dofs.pop() if dofs else inf


def _standard(one: Component, size: int, generator: np.random.Generator) -> Array:
    """(drawn value − estimate) / u: standard deviation 1, but for finite ν, where the distribution is wider."""
    if not (isinf(one.dof) or (isfinite(one.dof) and one.dof >= 1)):
        raise DataUnfit(message("Component {id}: degrees of freedom must be 1 or more.", id=one.id))
    uniform = generator.random
    match one.distribution:
        case Distribution.NORMAL | Distribution.T if isinf(one.dof):
            return generator.standard_normal(size)
        case Distribution.NORMAL | Distribution.T:
            return generator.standard_t(one.dof, size)
        case Distribution.RECTANGULAR:
            inexact = 0.0 if isinf(one.dof) else min(1.0, 1 / sqrt(2 * one.dof))
            edge = 1 + inexact * (2 * uniform(size) - 1)
            return sqrt(3) * edge * (2 * uniform(size) - 1)
        case Distribution.TRIANGULAR:
            return sqrt(6) * (uniform(size) - uniform(size))
        case Distribution.ARCSINE:
            return sqrt(2) * np.sin(2 * np.pi * uniform(size))
        case Distribution.TRAPEZOID:
            beta = one.beta
            if beta is None or not 0 <= beta <= 1:
                raise DataUnfit(message("Component {id}: a trapezoid needs β from 0 to 1.", id=one.id))
            wide, narrow = (1 + beta) / 2, (1 - beta) / 2
            shape = wide * (2 * uniform(size) - 1) + narrow * (2 * uniform(size) - 1)
            return sqrt(6 / (1 + beta**2)) * shape
