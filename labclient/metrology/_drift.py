"""A straight line through values in time, its prediction, and what each is worth."""

from math import hypot, isfinite, sqrt

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import LARGEST, Numbers, finite, same_length, stated
from labclient.words import message


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """value(t) = level + slope·(t − centre). About the centre, level and slope are uncorrelated."""

    n: int
    centre: float
    """Mean time, in the unit of the times."""
    level: float
    u_level: float
    slope: float
    """Change per unit of time."""
    u_slope: float
    s: float
    """Standard deviation of the residuals, `dof` = n − 2 degrees of freedom."""
    dof: int
    first: float
    last: float
    """First and last time; a prediction outside is an extrapolation."""

    @property
    def intercept(self) -> float:
        """The value at time zero."""
        return self.level - self.slope * self.centre

    @property
    def u_intercept(self) -> float:
        return sqrt(self.covariance(0.0, 0.0))

    def covariance(self, time_1: float, time_2: float) -> float:
        """Covariance of the line's values at two times, in the square of their unit."""
        return self.u_level**2 + self.u_slope**2 * (time_1 - self.centre) * (time_2 - self.centre)


class LineValue(msgspec.Struct, frozen=True, kw_only=True):
    """The line's value at a time, without the scatter of a new reading and without systematic parts."""

    time: float
    value: float
    u: float
    extrapolated: bool
    """True outside the fitted times: such a value is preliminary."""


def fit_line(times: Numbers, values: Numbers) -> Line:
    """Ordinary least squares about the mean time (ISO Guide 35:2017, 8.7.3; Draper & Smith, ch. 1).

    Times may be in any order and may repeat; times and values each in one unit. The uncertainties hold for residuals
    without serial correlation; for the readings of one run use `stability`, which does not assume that.
    Raises `DataUnfit` for fewer than three values (two leave no scatter to judge by) or when all times are equal.
    """
    t, y = finite(times, least=3), finite(values, least=3)
    same_length(t, y)
    span = float(np.ptp(t))
    if span <= 1 / LARGEST:
        raise DataUnfit(message("All values carry the same time: no line goes through them."))
    shift = float(((t - t[0]) / span).mean())
    x = (t - t[0]) / span - shift
    height = float(np.ptp(y)) or 1.0
    rest = (y - y[0]) / height
    middle = float(rest.mean())
    rest -= middle
    sxx = float(x @ x)
    slope = float(x @ rest) / sxx
    residuals = rest - slope * x
    correction = float(x @ residuals) / sxx
    slope += correction
    residuals -= correction * x
    residuals -= residuals.mean()
    s = sqrt(float(residuals @ residuals) / (t.size - 2)) * height
    stated(slope * height / span, s / sqrt(sxx) / span)
    return Line(
        n=t.size,
        centre=float(t[0]) + shift * span,
        level=float(y[0]) + middle * height,
        u_level=s / sqrt(t.size),
        slope=slope * height / span,
        u_slope=s / sqrt(sxx) / span,
        s=s,
        dof=t.size - 2,
        first=float(t.min()),
        last=float(t.max()),
    )


def line_at(line: Line, time: float) -> LineValue:
    """The line's value at `time`: u² = s²/n + u(slope)²·(t − centre)² (ISO Guide 35; GUM H.3).

    Raises `DataUnfit` for a time that is not finite or too far away for a value.
    """
    away = float(finite([time])[0]) - line.centre
    value, u = line.level + line.slope * away, hypot(line.u_level, line.u_slope * away)
    if not (isfinite(value) and isfinite(u)):
        raise DataUnfit(message("The line has no value at {time}.", time=time))
    return LineValue(
        time=time,
        value=value,
        u=u,
        extrapolated=not line.first <= time <= line.last,
    )
