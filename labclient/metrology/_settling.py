"""Has the standard settled? The change between the last two windows of time, judged as an interval.

Both windows are cut into twelve equal parts on a grid that starts at switching on, and only complete parts count. A
part is kept as its mean, so that a reading costs the same however long the warm-up takes; serial correlation is seen in
the twenty-four part means (see `_noise`).
"""

from collections import deque
from enum import StrEnum
from math import floor, hypot, sqrt

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._decision import Judgement, Verdict, judge
from labclient.metrology._drift import fit_line
from labclient.metrology._noise import noise
from labclient.metrology._numbers import LARGEST, Array, Numbers, finite, not_negative, positive, same_length
from labclient.words import message

PARTS = 12  # parts of one window; each needs a reading


class SettlingRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan asks; `limit` and `resolution` in the unit of the readings, times in seconds.

    `limit` bounds the change from one window to the next. A value that still approaches its end with a time constant
    longer than the window has more to go than that: choose the window not shorter than the time constant.
    """

    limit: float
    window_s: float
    minimum_s: float
    k: float = 2.0
    resolution: float = 0.0


class Waiting(StrEnum):
    """What is still missing before a judgement."""

    READINGS = "readings"
    """Two whole windows with readings in each of their parts."""
    TIME = "time"
    """The plan's minimum time."""


class Settling(msgspec.Struct, frozen=True, kw_only=True):
    """The state of settling at the end of the last complete part."""

    rule: SettlingRule
    verdict: Verdict
    """PASS: settled. FAIL: certainly still changing. UNDECIDED: `waiting` says for what, or the noise hides it."""
    waiting: Waiting | None
    time_s: float
    """End of the judged windows, since switching on; 0 before the first part is complete."""
    n: int
    """Readings in the two windows."""
    judgement: Judgement | None
    """The interval judgement of the windows' difference, minimum time apart; None while readings are missing."""
    slope: float | None
    """Information only: slope of a straight line through both windows, per second."""


class _Part(msgspec.Struct):
    index: int
    n: int
    time_sum: float
    value_sum: float


class SettlingWatch:
    """Settling as readings come in: amortised O(1) a reading, memory for two windows, the answer of `settling`."""

    def __init__(self, rule: SettlingRule) -> None:
        for number in (rule.limit, rule.k):
            positive(number)
        if not 1 / LARGEST < rule.window_s <= LARGEST:
            raise DataUnfit(message("{number} is not a positive number.", number=rule.window_s))
        not_negative(rule.minimum_s)
        not_negative(rule.resolution)
        self.rule = rule
        self._step = rule.window_s / PARTS
        self._parts: deque[_Part] = deque(maxlen=2 * PARTS + 1)
        self._last = -1.0
        self._origin = 0.0

    def add(self, time_s: float, value: float) -> None:
        """One more reading, `time_s` seconds after switching on.

        Raises `DataUnfit` when the time is negative or goes back, or when a number is not finite.
        """
        if not (abs(time_s) <= LARGEST and abs(value) <= LARGEST) or time_s < max(self._last, 0.0):
            raise DataUnfit(
                message("The reading {value} at {time} s does not continue the series.", value=value, time=time_s)
            )
        if self._last < 0:
            self._origin = value
        self._last = time_s
        index = floor(time_s / self._step)
        if not self._parts or self._parts[-1].index != index:
            self._parts.append(_Part(index, 0, 0.0, 0.0))
        part = self._parts[-1]
        part.n += 1
        part.time_sum += time_s - index * self._step
        part.value_sum += value - self._origin

    def state(self) -> Settling:
        """The judgement at the end of the last complete part."""
        complete = self._parts[-1].index if self._parts else 0
        time_s = complete * self._step
        parts = [part for part in self._parts if complete - 2 * PARTS <= part.index < complete]
        n = sum(part.n for part in parts)
        judgement = slope = None
        if len(parts) == 2 * PARTS:
            times = np.array([(part.index - complete) * self._step + part.time_sum / part.n for part in parts])
            means = np.array([part.value_sum / part.n for part in parts])
            judgement, slope = self._judge(means), fit_line(times, means).slope
        if judgement is None:
            verdict, waiting = Verdict.UNDECIDED, Waiting.READINGS
        elif time_s < self.rule.minimum_s:
            verdict, waiting = Verdict.UNDECIDED, Waiting.TIME
        else:
            verdict, waiting = judgement.verdict, None
        return Settling(
            rule=self.rule, verdict=verdict, waiting=waiting, time_s=time_s, n=n, judgement=judgement, slope=slope
        )

    def _judge(self, means: Array) -> Judgement:
        difference = float(means[PARTS:].mean() - means[:PARTS].mean())
        u = hypot(noise(means).u_difference(PARTS), self.rule.resolution / sqrt(6))
        return judge(difference, u, self.rule.limit, self.rule.k)


def settling(times_s: Numbers, values: Numbers, rule: SettlingRule) -> Settling:
    """Judge whether the last two whole windows agree within the plan's limit, and the minimum time has passed.

    `times_s` are seconds since switching on, in order, at any spacing; `values` in the unit of `rule.limit`. The
    difference of the windows (means of their part means) has the uncertainty that the Allan variance at the length of a
    window gives it, plus resolution/√6. Fewer readings than the windows need are no error: the answer is UNDECIDED.
    Raises `DataUnfit` for lists of different length, times that go back, and numbers that are not finite.
    """
    times, readings = finite(times_s, least=0), finite(values, least=0)
    same_length(times, readings)
    watch = SettlingWatch(rule)
    for time_s, value in zip(times.tolist(), readings.tolist(), strict=True):
        watch.add(time_s, value)
    return watch.state()
