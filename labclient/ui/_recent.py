"""The mean of the readings of the last moments, carried on reading by reading."""

from collections import deque
from math import inf

import numpy as np
from numpy.typing import NDArray


class Recent:
    """The mean of the readings of the last `window_s` seconds. Its sum is carried on, so that the millionth reading
    costs no more than the first."""

    def __init__(self) -> None:
        self.window_s = inf
        self._parts: deque[tuple[NDArray[np.float64], NDArray[np.float64]]] = deque()
        self._sum, self._count = 0.0, 0

    @property
    def mean(self) -> float | None:
        """None while there is no value."""
        return self._sum / self._count if self._count else None

    def add(self, times: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Take in readings in the order of their times, in seconds; NaN is none. Those too old for the window go."""
        there = np.isfinite(values)
        self._sum += float(values[there].sum())
        self._count += int(there.sum())
        if self.window_s == inf:
            return
        self._parts.append((times[there], values[there]))
        while self._parts:
            times_of_part, values_of_part = self._parts.popleft()
            old = int(np.searchsorted(times_of_part, times[-1] - self.window_s))
            self._sum -= float(values_of_part[:old].sum())
            self._count -= old
            if old < len(times_of_part):
                self._parts.appendleft((times_of_part[old:], values_of_part[old:]))
                return
