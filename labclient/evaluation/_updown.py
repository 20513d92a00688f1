"""What a series up and down shows besides its mean: the means of both halves, and the hysteresis."""

from collections.abc import Sequence

import numpy as np

from labclient.evaluation._cycles import Measured
from labclient.evaluation._data import Figure, digits
from labclient.plan import Plan


def hysteresis(cycles: Sequence[Measured]) -> float:
    """Mean of |rising − falling| over the cycles, in the plan's unit; 0 where nothing was measured up and down.
    Source: EURAMET cg-17; DKD-R 6-1."""
    return float(np.mean([abs(up - down) for up, down in _halves(cycles)] or [0.0]))


def up_and_down_figures(plan: Plan, cycles: Sequence[Measured]) -> tuple[Figure, ...]:
    """The means of the rising and the falling values and the hysteresis, for the record; none of another scheme."""
    halves = _halves(cycles)
    if not halves:
        return ()
    rising, falling = (float(np.mean(one)) for one in zip(*halves, strict=True))
    return (
        Figure("mean of the rising values", digits(rising), plan.unit),
        Figure("mean of the falling values", digits(falling), plan.unit),
        Figure("hysteresis", digits(hysteresis(cycles)), plan.unit),
    )


def _halves(cycles: Sequence[Measured]) -> list[tuple[float, float]]:
    return [(one.rising, one.falling) for one in cycles if one.rising is not None and one.falling is not None]
