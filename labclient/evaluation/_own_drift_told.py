"""What the laboratory's own values say of the drift, in sentences; window and command line say the same.

Values are told relative to a display zero, which is one of them to eight digits and says nothing of any other value.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from labclient.evaluation._own_drift import LEAST_DAYS, OwnLine, OwnPoint
from labclient.metrology import DriftForm
from labclient.units import fitting_unit
from labclient.words import Message, message

FORM_NAMES: Final[Mapping[DriftForm, Message]] = {
    DriftForm.CONSTANT: message("constant"),
    DriftForm.LINE: message("straight line"),
    DriftForm.QUADRATIC: message("quadratic"),
    DriftForm.PIECEWISE: message("lines by loops"),
    DriftForm.STEP: message("step"),
}
_SMALL: Final = 1e-2  # a ratio's difference below this is told in ppm


def eight_digits(value: float) -> float:
    """A display zero: short enough to be read."""
    return float(f"{value:.7e}")


def shown_unit(extent: float, unit: str) -> tuple[str, float]:
    """The unit in which differences of `extent` are shown, and its size in `unit`; a ratio's in ppm."""
    if unit == "1":
        return ("ppm", 1e-6) if extent < _SMALL else ("", 1.0)
    return fitting_unit(extent, unit)


def signed(value: float, size: float) -> str:
    """A difference for the eye, with its sign."""
    return f"{value / size:+.3g}".replace("-", "−")


def short(value: float, size: float = 1.0) -> str:
    return f"{value / size:.3g}".replace("-", "−")


def own_zero(seen: OwnPoint) -> float | None:
    """The display zero of a point: its first value; None before there is one."""
    return eight_digits(seen.values[0].value) if seen.values else None


def extent_of(seen: OwnPoint) -> float:
    """The largest distance from the display zero, in the point's unit."""
    zero = own_zero(seen)
    return max((abs(one.value - zero) for one in seen.values), default=0.0) if zero is not None else 0.0


def own_told(seen: OwnPoint) -> tuple[Message, ...]:
    """All that is to be said of a point besides its table, a sentence each."""
    return tuple(_sentences(seen))


def slope_told(seen: OwnPoint) -> str:
    """Slope of the line with its standard uncertainty; empty without a line."""
    if seen.line is None:
        return ""
    unit, size = shown_unit(max(abs(seen.line.slope), seen.line.u_slope), seen.unit)
    return f"{signed(seen.line.slope, size)} ± {short(seen.line.u_slope, size)} {unit}/d".replace(" /d", " 1/d")


def departure_told(seen: OwnPoint) -> str:
    """The prediction for the day of departure from the display zero, with its U; empty without a line."""
    zero = own_zero(seen)
    if seen.line is None or zero is None:
        return ""
    away, half = seen.line.departure.value - zero, seen.line.departure.half
    unit, size = shown_unit(max(abs(away), half), seen.unit)
    return f"{signed(away, size)} ± {short(half, size)} {unit}".strip()


def t_told(line: OwnLine | None) -> Message | str:
    """The t-test of the slope, for information."""
    if line is None:
        return ""
    if line.t is None:
        return "–"
    verdict = message("significant") if line.significant else message("not significant")
    return message("|t| = {t}, limit {limit}: {verdict}", t=short(abs(line.t)), limit=short(line.t_critical),
                   verdict=verdict)  # fmt: skip


def _sentences(seen: OwnPoint) -> Iterator[Message]:
    if not seen.values:
        yield message("No cycle of this point is measured yet.")
        return
    out = sum(bool(one.reason) for one in seen.values)
    if seen.told == "ratio":
        yield message("Ratios to the laboratory's standard: its certificate is not in the record, or the plan has a "
                      "model.")  # fmt: skip
    elif seen.told == "difference":
        yield message("Differences to the laboratory's standard: its certificate is not in the record, or the plan has "
                      "a model.")  # fmt: skip
    if out:
        yield message("Excluded cycles: {n}. They are shown hollow and count nowhere.", n=out)
    if seen.line is not None:
        yield from _of_line(seen.line)
    elif seen.needed:
        yield message("Days measured: {n}. At least {least} are needed for a line.", n=len(seen.days), least=LEAST_DAYS)
    else:
        yield message("No line goes through these days.")


def _of_line(line: OwnLine) -> Iterator[Message]:
    form = FORM_NAMES[line.drift.form]
    if line.weighted:
        yield message("Form by the rule: {form}, weighted by the days' Type A uncertainties; band 95 %, k = {k}.",
                      form=form, k=short(line.k))  # fmt: skip
    else:
        yield message("Form by the rule: {form}, all days alike, because they scatter more than their cycles say or "
                      "one has a single cycle; band 95 %, k = {k}.", form=form, k=short(line.k))  # fmt: skip
    if line.preliminary:
        yield message("The day of departure lies beyond the days measured: the prediction is preliminary.")
