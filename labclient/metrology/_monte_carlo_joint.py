"""Several results of the same inputs by Monte Carlo, with their correlation and a joint coverage region.

Two results that share an input are correlated: quoting each with its own U loses that, and a region of both is not the
rectangle of the two intervals. So the joint distribution is drawn once and all results are taken from the same draws.
Source: JCGM 102:2011.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor, sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._model import Model
from labclient.metrology._monte_carlo import BLOCK, MonteCarloRule, _drawing, _tolerance
from labclient.metrology._numbers import Array, positive
from labclient.metrology._propagation import Prepared
from labclient.metrology._uncertainty import Component, Correlation
from labclient.words import message

_DEPENDENT: Final = 1e-9  # of the largest eigenvalue: below, a direction holds nothing but rounding


class JointMonteCarlo(msgspec.Struct, frozen=True, kw_only=True):
    """m results together; `means` and `u` of each in its unit of `units`, unrounded."""

    rule: MonteCarloRule
    generator: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    trials: int
    stable: bool
    """False: `most` trials did not make the digits of all stable."""
    means: tuple[float, ...]
    u: tuple[float, ...]
    r: tuple[tuple[float, ...], ...]
    """Correlation coefficients, shape (m, m)."""
    rank: int
    """Directions in which the results scatter; below m when they depend on each other."""
    k_ellipsoid: float
    """k_p: (η − y)ᵀ·U_y⁻¹·(η − y) ≤ k_p² holds the coverage probability; 2.45 for two normal results at 95 %."""
    k_rectangle: float
    """k_q: every result within ± k_q·u at once, with the same probability; 2.24 for two independent normal ones."""


def monte_carlo_several(
    models: Mapping[str, Model],
    inputs: Sequence[Component],
    units: Mapping[str, str],
    rule: MonteCarloRule,
    correlations: Sequence[Correlation] = (),
    as_written: bool = False,
) -> JointMonteCarlo:
    """Adaptive Monte Carlo for several results (JCGM 102:2011, 7.8), named by the keys of `models` and `units`.

    Blocks of trials are drawn until twice the standard deviation of the blocks' averages is within `rule.share` of the
    numerical tolerance of every y and u, of the largest eigenvalue of the correlation matrix and of k_p. Inputs are
    drawn as by `monte_carlo`; `rule.interval` plays no part. Raises as `monte_carlo`, and `DataUnfit` for no model or a
    result that does not scatter.
    """
    if not (0 < rule.probability < 1 and rule.digits in (1, 2) and rule.most >= 2 * BLOCK and rule.seed >= 0):
        raise DataUnfit(message("These rules do not describe a Monte Carlo computation."))
    positive(rule.share)
    if not models:
        raise DataUnfit(message("A joint computation needs one model or more."))
    prepared = [Prepared(model, inputs, units[name], as_written) for name, model in models.items()]
    generator = np.random.Generator(np.random.PCG64(rule.seed))
    draw = _drawing(inputs, correlations, generator)
    size = max(BLOCK, ceil(100 / (1 - rule.probability)))
    blocks: list[Array] = []
    rows: list[Array] = []
    stable = False
    while not stable and (len(blocks) < 2 or (len(blocks) + 1) * size <= rule.most):
        drawn = draw(size)
        blocks.append(np.stack([one.values(drawn) for one in prepared]))
        rows.append(_summarised(blocks[-1], rule.probability))
        if len(blocks) > 1:
            table = np.array(rows)
            spread = 2 * table.std(axis=0, ddof=1) / sqrt(len(rows))
            stable = bool((spread <= rule.share * _tolerances(table.mean(axis=0), rule.digits)).all())
    values = np.concatenate(blocks, axis=1)
    means, u, r = _moments(values)
    k_ellipsoid, k_rectangle, rank = _regions(values, rule.probability)
    return JointMonteCarlo(
        rule=rule,
        generator=f"PCG64, numpy {np.__version__}",
        names=tuple(models),
        units=tuple(units[name] for name in models),
        trials=values.shape[1],
        stable=stable,
        means=tuple(means.tolist()),
        u=tuple(u.tolist()),
        r=tuple(tuple(row) for row in r.tolist()),
        rank=rank,
        k_ellipsoid=k_ellipsoid,
        k_rectangle=k_rectangle,
    )


def _moments(values: Array) -> tuple[Array, Array, Array]:
    """Means, standard deviations, correlation matrix of values of shape (results, trials)."""
    means = values.mean(axis=1)
    u = values.std(axis=1, ddof=1)
    if (u <= 1e-15 * np.abs(means)).any():
        raise DataUnfit(message("A result does not change with its inputs: it has no correlation with others."))
    rest = (values - means[:, None]) / u[:, None]
    r = np.clip(rest @ rest.T / (values.shape[1] - 1), -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    return means, u, r


def _regions(values: Array, probability: float) -> tuple[float, float, int]:
    """k_p of the ellipsoid (7.7.2), k_q of the rectangle, and the rank of the correlation matrix."""
    means, u, r = _moments(values)
    rest = (values - means[:, None]) / u[:, None]
    sizes, axes = np.linalg.eigh(r)
    kept = sizes > _DEPENDENT * sizes[-1]
    along = axes[:, kept].T @ rest / np.sqrt(sizes[kept])[:, None]
    inside = min(max(floor(probability * values.shape[1] + 0.5), 1), values.shape[1]) - 1
    squares = np.sort((along**2).sum(axis=0))
    widest = np.sort(np.abs(rest).max(axis=0))
    return sqrt(float(squares[inside])), float(widest[inside]), int(kept.sum())


def _summarised(values: Array, probability: float) -> Array:
    """Of one block: means, u, largest eigenvalue, k_p."""
    means, u, r = _moments(values)
    k_ellipsoid, _, _ = _regions(values, probability)
    return np.concatenate((means, u, [float(np.linalg.eigvalsh(r)[-1]), k_ellipsoid]))


def _tolerances(averages: Array, digits: int) -> Array:
    """δ of each y and u by the digits of u; ρ and κ by those of the eigenvalue and of k_p."""
    m = (averages.size - 2) // 2
    of_u = [_tolerance(float(one), digits) for one in averages[m : 2 * m]]
    return np.array([*of_u, *of_u, *(_tolerance(float(one), digits) for one in averages[2 * m :])])
