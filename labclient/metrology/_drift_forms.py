"""How a transfer standard drifts between the pilot's measurements, and what its value was at a laboratory's time."""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import hypot, inf, sqrt
from typing import Final

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._drift import LineValue
from labclient.metrology._numbers import Numbers, finite, not_negative, same_length, stated
from labclient.metrology._regression import regress
from labclient.metrology._uncertainty import coverage_factor
from labclient.words import message

RULE: Final = "drift-choice/1"


class DriftForm(StrEnum):
    """The shapes that a drift may have between the pilot's measurements."""

    CONSTANT = "constant"
    LINE = "line"
    QUADRATIC = "quadratic"
    """Six pilot values at least."""
    PIECEWISE = "piecewise"
    """One straight line for each loop, joined at its opening and closing times."""
    STEP = "step"
    """One level before a jump and another after it."""


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted drift; values in the unit of the pilot's values, times in that of the pilot's times."""

    form: DriftForm
    knots: tuple[float, ...]
    """Mean time for constant, line and quadratic; the loops' ends for piecewise; for a step the last time before and
    the first after it."""
    coefficients: tuple[float, ...]
    """Powers of (time − mean time); values at the knots; levels before and after."""
    matrix: tuple[tuple[float, ...], ...]
    """Covariance of the coefficients, `birge` included."""
    n: int
    dof: int
    s: float | None
    """Scatter of a single value about an unweighted fit."""
    chi2: float | None
    birge: float
    """Above 1: the values scatter more than their uncertainties say, which were enlarged by this; to be stated."""
    half_range: float
    """Half the range of the values; a constant is not known better than half_range/√3."""
    first: float
    last: float

    def covariance(self, time_1: float, time_2: float) -> float:
        """Covariance of the fitted values at two times, without the pilot's systematic part."""
        a, b = (_weights(self.form, self.knots, time) for time in (time_1, time_2))
        return float(
            sum(
                float(x) * float(y) * c
                for x, row in zip(a, self.matrix, strict=True)
                for y, c in zip(b, row, strict=True)
            )
        )


class Why(StrEnum):
    """Reason of a choice."""

    NO_SLOPE = "slope not significant"
    SLOPE = "slope significant"
    CURVATURE = "curvature significant"
    MISFIT = "scatter about a smooth drift beyond the stated uncertainties"


class DriftChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The form that the stated rule picks, and those it was picked from."""

    rule: str
    drift: Drift
    why: Why
    tried: tuple[Drift, ...]


def fit_drift(
    times: Numbers, values: Numbers, form: DriftForm, u: Numbers | None = None, knots: Sequence[float] = ()
) -> Drift:
    """Fit one form to the pilot's values.

    Without `u`, ordinary least squares and the scatter of the residuals; with the standard uncertainty `u` of each
    value's non-systematic part, weighted least squares (see `regress`). `knots` are the loops' ends (default: every
    time) or, for a step, the last time before and the first after it. Sources: ISO Guide 35:2017, 8.7.3 (line);
    GUM H.3 (covariance). Raises `DataUnfit` as `regress`, for fewer than six values of a quadratic, and for knots that
    do not fit the form.
    """
    t, y = finite(times), finite(values)
    same_length(t, y)
    moments = t.tolist()
    places = _knots(form, moments, knots)
    if form is DriftForm.QUADRATIC and t.size < 6:
        raise DataUnfit(message("A quadratic drift takes at least six pilot values; there are {n}.", n=t.size))
    rows = [_weights(form, places, time) for time in moments]
    found = regress([[row[j] for row in rows] for j in range(len(rows[0]))], y, u)
    return Drift(
        form=form,
        knots=places,
        coefficients=found.coefficients,
        matrix=found.covariance,
        n=found.n,
        dof=found.dof,
        s=found.s,
        chi2=found.chi2,
        birge=found.birge,
        half_range=float(y.max() / 2 - y.min() / 2),
        first=min(moments),
        last=max(moments),
    )


def drift_at(drift: Drift, time: float, u_system: float = 0.0) -> LineValue:
    """The standard's value at a laboratory's mean time; u² = u_fit² + u_system².

    `u_system` is the pilot's part that is common to all its values and so stays outside the fit. Between the two times
    of a step the value is the mean of both levels with half their difference over √3 added. A value outside the pilot's
    times is extrapolated: preliminary. Raises `DataUnfit` for a time or u_system that is none.
    """
    not_negative(u_system)
    finite([time])
    try:
        weights = [float(one) for one in _weights(drift.form, drift.knots, time)]
        u = sqrt(max(0.0, drift.covariance(time, time)))
    except OverflowError as error:
        raise DataUnfit(message("The numbers of the fit are too far apart in size.")) from error
    if drift.form is DriftForm.CONSTANT:
        u = max(u, drift.half_range / sqrt(3))
    if drift.form is DriftForm.STEP and drift.knots[0] < time < drift.knots[1]:
        u = hypot(u, (drift.coefficients[1] - drift.coefficients[0]) / (2 * sqrt(3)))
    value = sum(w * b for w, b in zip(weights, drift.coefficients, strict=True))
    stated(value, u)
    return LineValue(
        time=time,
        value=value,
        u=hypot(u, u_system),
        extrapolated=not drift.first <= time <= drift.last,
    )


def choose_drift(
    times: Numbers, values: Numbers, u: Numbers | None = None, loops: Sequence[float] = (), probability: float = 0.95
) -> DriftChoice:
    """Pick a form by rule `RULE`; a step is never picked: that a standard jumped is a person's judgement.

    1. A constant when the slope of the line is not significant (t-test at `probability`). 2. Else the line; 3. with six
    values or more and a significant quadratic term the quadratic. 4. When `u` is given and that form's χ² is beyond its
    `probability` quantile, the lines per loop. Raises `DataUnfit` as `fit_drift`; a line needs three values, two
    with `u`.
    """
    constant = fit_drift(times, values, DriftForm.CONSTANT, u)
    line = fit_drift(times, values, DriftForm.LINE, u)
    tried = [constant, line]
    chosen, why = (line, Why.SLOPE) if _significant(line, probability) else (constant, Why.NO_SLOPE)
    if line.n >= 6:
        curve = fit_drift(times, values, DriftForm.QUADRATIC, u)
        tried.append(curve)
        if _significant(curve, probability):
            chosen, why = curve, Why.CURVATURE
    if chosen.chi2 is not None and chosen.dof and _beyond(chosen.chi2, chosen.dof, probability):
        chosen, why = fit_drift(times, values, DriftForm.PIECEWISE, u, loops), Why.MISFIT
        tried.append(chosen)
    return DriftChoice(rule=RULE, drift=chosen, why=why, tried=tuple(tried))


def _significant(drift: Drift, probability: float) -> bool:
    """Is the last coefficient more than its uncertainty explains?"""
    u = sqrt(drift.matrix[-1][-1])
    known = drift.chi2 is not None and drift.birge == 1
    return abs(drift.coefficients[-1]) > coverage_factor(probability, inf if known else drift.dof) * u


def _beyond(chi2: float, dof: int, probability: float) -> bool:
    from scipy.special import chdtr

    return float(chdtr(dof, chi2)) > probability


def _knots(form: DriftForm, times: list[float], asked: Sequence[float]) -> tuple[float, ...]:
    distinct = sorted(set(times))
    if form is DriftForm.STEP:
        if len(asked) != 2 or not distinct[0] <= asked[0] <= asked[1] <= distinct[-1]:
            raise DataUnfit(message("A step needs the last time before it and the first after it."))
        if any(asked[0] < time < asked[1] for time in times):
            raise DataUnfit(message("The pilot measured between the two times of the step: choose them closer."))
        return (float(asked[0]), float(asked[1]))
    if form is DriftForm.PIECEWISE:
        places = tuple(float(one) for one in (asked or distinct))
        if (
            len(places) < 2
            or places[0] > distinct[0]
            or places[-1] < distinct[-1]
            or list(places) != sorted(set(places))
        ):
            raise DataUnfit(message("Loops need two or more increasing times that enclose all pilot values."))
        return places
    if distinct == distinct[:1] and form is not DriftForm.CONSTANT:
        raise DataUnfit(message("All values carry the same time: no line goes through them."))
    return (float(sum(map(Fraction, times)) / len(times)),)


def _weights(form: DriftForm, knots: Sequence[float], time: float) -> list[Fraction]:
    """What each coefficient counts for at a time; exact, as the fit is."""
    at = Fraction(time)
    if form is DriftForm.STEP:
        before, after = knots
        share = Fraction(0) if (time <= before < after) or time < before else Fraction(1)
        return [Fraction(1, 2)] * 2 if before < time < after else [1 - share, share]
    if form is DriftForm.PIECEWISE:
        found = [Fraction(0)] * len(knots)
        spans = list(enumerate(pairwise(map(Fraction, knots))))
        i, (low, high) = next((span for span in spans if at <= span[1][1]), spans[-1])
        found[i + 1] = (at - low) / (high - low)
        found[i] = 1 - found[i + 1]
        return found
    powers = {DriftForm.CONSTANT: 1, DriftForm.LINE: 2, DriftForm.QUADRATIC: 3}[form]
    return [(at - Fraction(knots[0])) ** k for k in range(powers)]
