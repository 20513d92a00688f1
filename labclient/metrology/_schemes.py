"""How the readings of one cycle of a scheme combine into its value.

A cycle is a sequence of positions: standard S, transfer standard X, check C, zero Z, each the mean of its readings at
their mean time. A scheme gives every position a role and a weight; positive weights sum to 1, negative ones to −1.
"""

from enum import StrEnum
from math import fsum, isclose, isfinite, sqrt
from typing import Final

import msgspec

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Numbers, finite, same_length, stated
from labclient.words import message


class Form(StrEnum):
    """How the two sides of a cycle combine: by subtraction or by division."""

    DIFFERENCE = "difference"
    RATIO = "ratio"


class Place(msgspec.Struct, frozen=True):
    """A role's place in a scheme and its weight there."""

    role: str
    weight: float


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """The order of the positions of one cycle and how they combine."""

    id: str
    places: tuple[Place, ...]
    form: Form = Form.DIFFERENCE


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of one position's readings, at their mean time."""

    role: str
    time_s: float
    value: float
    s: float | None
    """Standard deviation of a single reading; None for one reading or a computed value."""
    n: int


class CycleValue(msgspec.Struct, frozen=True, kw_only=True):
    """The value of one cycle: a difference in the unit of the readings, or a ratio of unit 1."""

    scheme: str
    form: Form
    value: float
    time_s: float
    """Mean time to which the value belongs."""
    lever_s: float
    """What is left of a linear drift: 0 when it cancels, else the time by which the two sides lie apart."""


SXXS: Final = Scheme(id="S-X-X-S", places=(Place("S", -0.5), Place("X", 0.5), Place("X", 0.5), Place("S", -0.5)))
SXS: Final = Scheme(id="S-X-S", places=(Place("S", -0.5), Place("X", 1.0), Place("S", -0.5)))
SX: Final = Scheme(id="S-X", places=(Place("S", -1.0), Place("X", 1.0)))


def position(role: str, times_s: Numbers, values: Numbers) -> Position:
    """Mean, mean time and scatter of one position's readings; raises `DataUnfit` for none or for unfit numbers."""
    times, readings = finite(times_s), finite(values)
    same_length(times, readings)
    rest = readings - readings[0]
    mean = float(rest.mean())
    return Position(
        role=role,
        time_s=float(times[0] + (times - times[0]).mean()),
        value=float(readings[0]) + mean,
        s=float((rest - mean).std(ddof=1)) if readings.size > 1 else None,
        n=readings.size,
    )


def subtract_zero(measured: Position, *zeros: Position) -> Position:
    """`measured` less the zero at its mean time: one zero as it is, two on the straight line between them.

    Raises `DataUnfit` for no zero, more than two, or two at the same time.
    """
    if not zeros or len(zeros) > 2 or (len(zeros) == 2 and zeros[0].time_s == zeros[1].time_s):
        raise DataUnfit(
            message("One zero, or two at different times, are subtracted from a position; there are {n}.", n=len(zeros))
        )
    first, last = zeros[0], zeros[-1]
    zero = first.value
    if len(zeros) == 2:
        share = (measured.time_s - first.time_s) / (last.time_s - first.time_s)
        zero += share * (last.value - first.value)
        stated(zero)
    return _computed(measured.role, measured.time_s, measured.value - zero, measured.n)


def reverse(forward: Position, reversed_: Position) -> Position:
    """(forward − reversed) / 2 at their mean time; an offset, which does not change sign with the polarity, cancels.

    Raises `DataUnfit` for two roles.
    """
    if forward.role != reversed_.role:
        raise DataUnfit(
            message("Polarity is reversed within one role, not from {a} to {b}.", a=forward.role, b=reversed_.role)
        )
    return _computed(
        forward.role,
        (forward.time_s + reversed_.time_s) / 2,
        (forward.value - reversed_.value) / 2,
        forward.n + reversed_.n,
    )


def cycle(scheme: Scheme, positions: tuple[Position, ...]) -> CycleValue:
    """The value of one cycle: (weighted mean of the positive side) minus, or over, that of the negative side.

    Each side is a weighted mean at a weighted mean time. When the two times differ, the side that is spread wider is
    taken to the other's mean time along its own straight line. A drift linear in time, common to both sides (for a
    ratio: in proportion), so cancels exactly, whatever the times, as soon as one side is measured at two different
    times. A single S and a single X leave it in; `lever_s` says so. Equally spaced S-X-X-S needs no such step and is
    (X₁ + X₂ − S₁ − S₂) / 2. Source: the drift-eliminating designs of NIST/SEMATECH e-Handbook 2.3.3.

    Raises `DataUnfit` when the roles or their order are not the scheme's, weights do not sum to ±1, numbers are not
    finite, or the divisor of a ratio is zero.
    """
    roles, planned = [p.role for p in positions], [place.role for place in scheme.places]
    if roles != planned:
        raise DataUnfit(
            message(
                "The cycle holds {found}, the scheme asks for {asked}.", found="-".join(roles), asked="-".join(planned)
            )
        )
    if not all(isfinite(p.value) and isfinite(p.time_s) for p in positions):
        raise DataUnfit(message("A position of the cycle has no finite value."))
    weighed = list(zip(scheme.places, positions, strict=True))
    above = _Side([(place.weight, p) for place, p in weighed if place.weight > 0])
    below = _Side([(-place.weight, p) for place, p in weighed if place.weight < 0])
    apart = above.time - below.time
    wide, moved = (below, apart) if below.spread >= above.spread else (above, -apart)
    lever = apart if wide.spread == 0 else 0.0
    shift = 0.0 if wide.spread == 0 else wide.slope() * moved
    upper, lower = (above.value, below.value + shift) if wide is below else (above.value + shift, below.value)
    if scheme.form is Form.RATIO and lower == 0:
        raise DataUnfit(message("A ratio to zero has no value."))
    value = upper / lower if scheme.form is Form.RATIO else upper - lower
    stated(value)
    time = (above.time + below.time) / 2 if lever else (above.time if wide is below else below.time)
    return CycleValue(
        scheme=scheme.id,
        form=scheme.form,
        value=value,
        time_s=time,
        lever_s=lever,
    )


class _Side:
    """One side of a cycle: weighted mean, weighted mean time, and the spread of its times about it."""

    def __init__(self, members: list[tuple[float, Position]]) -> None:
        if not members or not isclose(fsum(weight for weight, _ in members), 1.0, rel_tol=1e-9):
            raise DataUnfit(message("The weights of a scheme must sum to 1 on one side and to −1 on the other."))
        self._members = members
        start = members[0][1]
        self.time = start.time_s + fsum(w * (p.time_s - start.time_s) for w, p in members)
        self.value = start.value + fsum(w * (p.value - start.value) for w, p in members)
        self.spread = sqrt(fsum(w * (p.time_s - self.time) ** 2 for w, p in members))

    def slope(self) -> float:
        upward = fsum(w * (p.time_s - self.time) * (p.value - self.value) for w, p in self._members)
        return upward / self.spread**2


def _computed(role: str, time_s: float, value: float, n: int) -> Position:
    return Position(role=role, time_s=time_s, value=value, s=None, n=n)
