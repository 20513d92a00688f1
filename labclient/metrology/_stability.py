"""Reading stability (读数稳定判定) of one run: did the readings change by more than the plan allows?"""

from typing import Final

import msgspec
import numpy as np

from labclient.metrology._decision import Judgement, Verdict, judge
from labclient.metrology._noise import LEAST, noise
from labclient.metrology._numbers import Numbers, not_negative, timed

METHOD: Final = "reading-stability/1"


class Stability(msgspec.Struct, frozen=True, kw_only=True):
    """The judged change over one run; all but times in the unit of the readings."""

    method: str
    judgement: Judgement
    n: int
    duration_s: float
    smallest_detectable: float
    """2·k·u: a real change of this size is told from none nearly always (at k = 2 in 97.7 %; VIM 4.18)."""
    white: float
    """Standard deviation of a single reading that averaging reduces."""
    flicker_floor: float
    """Allan deviation that averaging does not reduce."""

    @property
    def verdict(self) -> Verdict:
        return self.judgement.verdict


def stability(times_s: Numbers, values: Numbers, limit: float, k: float = 2.0, resolution: float = 0.0) -> Stability:
    """Judge the change over a whole run of about evenly spaced readings against `limit` (unit of the readings).

    The change is d = (mean of the second half − mean of the first half) × run duration / distance of the halves' mean
    times: for a linear drift exactly the change from first to last reading; with an odd number the middle reading is
    left out. u(d) follows from the definition of the Allan variance at half the run (see `_noise`), so white noise,
    serial correlation and flicker noise are all in it, and a drift is not. `resolution` is the step of the readings'
    last digit: each mean carries resolution/√12 that no averaging removes; unless it is stated, equal readings have
    u = 0. The verdict is that of `judge`.

    A curve within the run enlarges u: such a run ends undecided sooner than failed, and never passes more easily.
    Raises `DataUnfit` for fewer than 16 readings, times that do not advance, or numbers that are not finite.
    """
    times, readings = timed(times_s, values, least=LEAST)
    not_negative(resolution)
    half = readings.size // 2
    start = float(readings[0])
    rest = readings - start
    duration = float(times[-1] - times[0])
    lever = duration / float((times[-half:] - times[0]).mean() - (times[:half] - times[0]).mean())
    seen = noise(rest)
    u_noise = seen.u_difference(half)
    u = lever * float(np.hypot(u_noise, resolution / np.sqrt(6.0)))
    difference = lever * float(rest[-half:].mean() - rest[:half].mean())
    judgement = judge(difference, u, limit, k)
    return Stability(
        method=METHOD,
        judgement=judgement,
        n=readings.size,
        duration_s=duration,
        smallest_detectable=2 * k * u,
        white=seen.white**0.5,
        flicker_floor=seen.flicker**0.5,
    )
