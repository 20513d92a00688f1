"""What the positions of a cycle say where they are not compared at their times: X alone, X beside S, up and down."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from labclient.metrology import Position, subtract_zero

Placed = tuple[str, str, Position]
"""Role and direction of a step, with the mean of its readings."""


Combine = Callable[[Sequence[Position]], tuple[float, float]]
"""From the positions of a cycle, or of half of it, to its value and time."""


class Value(Struct, frozen=True):
    """Of one cycle; the halves of a series up and down where it is one."""

    value: float
    time_s: float
    rising: float | None = None
    falling: float | None = None


def less_zeros(steps: Sequence[Placed]) -> list[Placed]:
    """S and X less the zero at their time: between the zeros before and after them on the straight line, else the one
    there is; as they are where the cycle has none."""
    zeros = [(place, at) for place, (role, _, at) in enumerate(steps) if role == "Z"]
    found = []
    for place, (role, direction, at) in enumerate(steps):
        before = [zero for index, zero in zeros if index < place][-1:]
        after = [zero for index, zero in zeros if index > place][:1]
        about = [*before, *after] if role in {"S", "X"} else []
        found.append((role, direction, subtract_zero(at, *about) if about else at))
    return found


def alone(positions: Sequence[Position]) -> tuple[float, float]:
    """Mean value and time of what was read of X alone."""
    return float(np.mean([one.value for one in positions])), float(np.mean([one.time_s for one in positions]))


def beside(positions: Sequence[Position]) -> tuple[float, float]:
    """Mean of X less the S that was read beside it just before, and mean time: both feel the same, so what changed
    between two pairs is no drift."""
    pairs = list(zip(positions[::2], positions[1::2], strict=True))
    return float(np.mean([x.value - s.value for s, x in pairs])), float(np.mean([one.time_s for one in positions]))


def up_and_down(combine: Combine, positions: Sequence[Position]) -> Value:
    """The mean of the rising and the falling half, and both."""
    middle = len(positions) // 2
    (rising, began), (falling, ended) = combine(positions[:middle]), combine(positions[middle:])
    return Value((rising + falling) / 2, (began + ended) / 2, rising, falling)
