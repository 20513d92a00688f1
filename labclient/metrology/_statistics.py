"""Mean, standard deviation and Type A evaluation, safe for readings whose scatter sits in their last digits."""

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from typing import Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Array, Numbers, finite
from labclient.words import message

_OF_RANGE: Final = {
    2: (1.13, 0.9), 3: (1.69, 1.8), 4: (2.06, 2.7), 5: (2.33, 3.6), 6: (2.53, 4.5), 7: (2.70, 5.3), 8: (2.85, 6.0),
    9: (2.97, 6.8),
}  # fmt: skip
"""n: C_n, ν"""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one series; `mean`, `s` and `u_mean` in the unit of the values."""

    n: int
    mean: float
    s: float
    """Standard deviation of a single value, n − 1 degrees of freedom."""
    lag1: float | None
    """Correlation of neighbours; None when all values are equal."""
    n_effective: float
    """Number of independent values that would know the mean as well, from 1 to n."""
    u_mean: float
    """s / √n_effective."""


class Pooled(msgspec.Struct, frozen=True, kw_only=True):
    """A standard deviation drawn from several, with its degrees of freedom."""

    s: float
    dof: int


class FromRange(msgspec.Struct, frozen=True, kw_only=True):
    """A standard deviation drawn from a range, with the method's own degrees of freedom."""

    s: float
    dof: float
    range: float
    divisor: float


class TypeA(msgspec.Struct, frozen=True, kw_only=True):
    """The mean over the highest independent level of a design and its standard uncertainty."""

    n_groups: int
    mean: float
    s: float
    """Standard deviation of the group means."""
    u: float
    """s / √n_groups."""
    dof: int
    """n_groups − 1. Two groups leave one degree of freedom: at 95 % the coverage factor is then 12.7."""


def summary(values: Numbers | Sequence[Decimal]) -> Summary:
    """Statistics of at least two values in one unit.

    Deviations are taken about the first value and corrected to the mean (corrected two-pass algorithm: Chan, Golub,
    LeVeque 1983). Decimals are subtracted exactly before they become floats, so no digit of a text is lost. `lag1` is
    r₁ of NIST/SEMATECH e-Handbook 1.3.5.12; n_effective = n·(1 − r₁)/(1 + r₁), the first-order autoregressive form,
    never above n. With flicker noise the floor of `oadev` rules instead.

    Raises `DataUnfit` for fewer than two values and for values that are not finite.
    """
    origin, rest = _about_first(values)
    n = rest.size
    scale = float(np.abs(rest).max())
    if scale == 0:
        return Summary(n=n, mean=float(origin), s=0.0, lag1=None, n_effective=1.0, u_mean=0.0)
    rest = rest / scale
    middle = float(rest.mean())
    deviations = rest - middle
    slip = float(deviations.mean())
    deviations -= slip
    middle += slip
    squares = float(deviations @ deviations)
    s = sqrt(squares / (n - 1)) * scale
    lag1 = float(deviations[1:] @ deviations[:-1]) / squares
    n_effective = min(float(n), max(1.0, n * (1 - lag1) / (1 + lag1)))
    mean = float(origin + Decimal(middle * scale)) if isinstance(origin, Decimal) else origin + middle * scale
    return Summary(n=n, mean=mean, s=s, lag1=lag1, n_effective=n_effective, u_mean=s / sqrt(n_effective))


def pooled(s_list: Numbers, dof_list: Sequence[int]) -> Pooled:
    """s_p = √(Σ ν·s² / Σ ν) of standard deviations in one unit with their degrees of freedom (GUM 4.2.4; JJF 1059.1).

    Raises `DataUnfit` for no s, a negative s, ν < 1 or lists of different length.
    """
    s, dof = finite(s_list), finite(dof_list)
    if s.size != dof.size or (s < 0).any() or (dof < 1).any():
        raise DataUnfit(message("Each standard deviation to be pooled needs its degrees of freedom, at least 1."))
    total = float(dof.sum())
    largest = float(s.max()) or 1.0
    return Pooled(s=largest * sqrt(float(dof @ (s / largest) ** 2) / total), dof=int(total))


def range_method(values: Numbers) -> FromRange:
    """s = (largest − smallest) / C_n of 2 to 9 values about normal (极差法, JJF 1059.1-2012, 4.3.2.3, table 1).

    Less is known than by `summary`: `dof` is that of the table. Raises `DataUnfit` for fewer or more values and for
    values that are not finite.
    """
    array = finite(values, least=2)
    if array.size not in _OF_RANGE:
        raise DataUnfit(message("The range method takes 2 to 9 values; there are {n}.", n=array.size))
    divisor, dof = _OF_RANGE[array.size]
    extent = float(array.max() - array.min())
    return FromRange(s=extent / divisor, dof=dof, range=extent, divisor=divisor)


def type_a(values_per_group: Sequence[Numbers]) -> TypeA:
    """Type A evaluation over independent groups: cycles, set-ups or days, whichever level the plan names (GUM 4.2.3).

    Every group counts once, by its mean, however many values it holds: what is common to a group does not average out
    inside it. Raises `DataUnfit` for fewer than two groups, an empty group or values that are not finite.
    """
    if len(values_per_group) < 2:
        raise DataUnfit(
            message("{n} group says nothing about the scatter between groups.", n=len(values_per_group)),
            message("Measure a second cycle, set-up or day, as the plan names it."),
        )
    groups = [finite(group) for group in values_per_group]
    means = [float(group[0] + (group - group[0]).mean()) for group in groups]
    between = summary(means)
    return TypeA(n_groups=between.n, mean=between.mean, s=between.s, u=between.s / sqrt(between.n), dof=between.n - 1)


def _about_first(values: Numbers | Sequence[Decimal]) -> tuple[float | Decimal, Array]:
    """The first value, and all values less the first."""
    exact = [value for value in values if isinstance(value, Decimal) and value.is_finite()]
    if len(exact) == len(values) >= 2:
        return exact[0], finite([float(value - exact[0]) for value in exact])
    array = finite(np.asarray(values, dtype=np.float64), least=2)
    return float(array[0]), array - array[0]
