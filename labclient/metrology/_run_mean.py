"""What is the mean of one run worth? Never more than its noise lets averaging reach."""

from enum import StrEnum
from math import sqrt
from typing import Final

import msgspec

from labclient.metrology._noise import LEAST, noise
from labclient.metrology._numbers import Numbers, finite, not_negative
from labclient.metrology._statistics import Summary, summary

METHOD: Final = "run-mean/1"


class Ruler(StrEnum):
    """What decides the uncertainty of the mean."""

    SCATTER = "scatter"
    """s/√n_effective."""
    FLICKER = "flicker"
    """White noise of n readings and the Allan floor, which does not fall with n."""
    RESOLUTION = "resolution"
    """resolution/√12, common to all readings."""


class RunMean(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of one run, in the unit of the readings."""

    method: str
    summary: Summary
    flicker_floor: float
    """Allan deviation that averaging does not reduce; 0 for fewer than 16 readings, which do not show it."""
    u: float
    """The largest of the three that `Ruler` names."""
    ruled_by: Ruler


def run_mean(values: Numbers, resolution: float = 0.0) -> RunMean:
    """Mean and its standard uncertainty of evenly spaced readings of one run.

    The largest of s/√n_effective (lag-1 autocorrelation, see `summary`), √(white/n + flicker) with both levels of the
    Allan variance (see `oadev`; NIST SP 1065, section 5), and resolution/√12. A drift is not part of it: see
    `stability`. Raises `DataUnfit` for fewer than two readings, numbers that are not finite, a negative resolution.
    """
    readings = finite(values, least=2)
    found = summary(readings)
    seen = noise(readings) if readings.size >= LEAST else None
    offered = {
        Ruler.SCATTER: found.u_mean,
        Ruler.FLICKER: sqrt(seen.white / found.n + seen.flicker) if seen else 0.0,
        Ruler.RESOLUTION: not_negative(resolution) / sqrt(12),
    }
    ruler = max(offered, key=offered.__getitem__)
    return RunMean(
        method=METHOD,
        summary=found,
        flicker_floor=sqrt(seen.flicker) if seen else 0.0,
        u=offered[ruler],
        ruled_by=ruler,
    )
