"""Noise from a seed, at any moments of time: white, and a 1/f floor."""

from math import exp, sqrt
from random import Random

_SHORTEST_S, _RATIO, _PROCESSES = 0.25, 4.0, 12


class Flicker:
    """1/f noise whose Allan deviation is flat at `floor` from about a second to a month.

    A sum of first-order relaxations with time constants in ratio 4, each of variance floor²: its spectrum is
    floor²/(ln 4 · f), and flicker of h/f has the Allan variance 2 ln 2 · h = floor² (IEEE Std 1139,
    table of power laws).
    """

    def __init__(self, floor: float, random: Random) -> None:
        self._floor = floor
        self._random = random
        self._times = [_SHORTEST_S * _RATIO**k for k in range(_PROCESSES)]
        self._states = [random.gauss(0.0, 1.0) for _ in self._times]
        self._at = 0.0

    def at(self, seconds: float) -> float:
        """The noise at a moment; moments must not run backwards."""
        step = max(seconds - self._at, 0.0)
        self._at = seconds
        if step:
            for index, time_constant in enumerate(self._times):
                kept = exp(-step / time_constant)
                fresh = self._random.gauss(0.0, 1.0) * sqrt(1.0 - kept * kept)
                self._states[index] = kept * self._states[index] + fresh
        return self._floor * sum(self._states)
