"""Are the units of a batch alike? One-way analysis of variance and what it says of one unit taken from the batch."""

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt
from typing import Any, Final

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Numbers, positive
from labclient.metrology._statistics import _about_first
from labclient.words import message

_LEVEL: Final = 0.95  # of both quantiles in the expanded criterion


class BetweenUnits(msgspec.Struct, frozen=True, kw_only=True):
    """One-way analysis of variance; mean squares in the square of the values' unit, all other amounts in their unit."""

    units: int
    n: int
    n0: float
    """Replicates of a unit; when units have different numbers, their effective number."""
    mean: float
    ms_between: float
    ms_within: float
    dof_between: int
    dof_within: int
    f: float | None
    """MS_between / MS_within; None when nothing scatters within units."""
    p: float
    """Probability of an F this large or larger when all units are alike."""
    s_between: float
    """√((MS_between − MS_within)/n₀), or 0: scatter of the units themselves."""
    u_hidden: float
    """u*_bb: scatter of units that this many replicates could have hidden."""
    u_bb: float
    """The larger of both: standard uncertainty of one unit's difference from the batch."""


class Homogeneity(msgspec.Struct, frozen=True, kw_only=True):
    """Scatter between units against a limit; all but F1 and F2 in the unit of the values."""

    method: str
    between: BetweenUnits
    s_x: float
    """Standard deviation of the units' means."""
    s_w: float
    """Within-unit standard deviation of a single value."""
    s_s: float
    """Standard deviation between units, √max(0, s_x² − s_w²/m)."""
    limit: float
    sufficient: bool
    """s_s ≤ limit."""
    f1: float
    f2: float
    expanded_limit: float
    """√(F1·limit² + F2·s_w²)."""
    not_refuted: bool
    """s_s ≤ expanded limit: the units may be alike and the replicates were too few to show it. Never opens a gate."""


def between_units(values_per_unit: Sequence[Numbers | Sequence[Decimal]]) -> BetweenUnits:
    """One-way analysis of variance of at least two units, one of them measured twice or more (ISO Guide 35:2017, B.4).

    n₀ = (n − Σnᵢ²/n)/(N − 1); u*_bb = √(MS_within/n₀)·(2/ν_within)^¼. Decimals are subtracted exactly before they
    become floats. No value is excluded beforehand. Raises `DataUnfit` for fewer than two units, an empty unit, no
    replicate at all, or values that are not finite.
    """
    from scipy.special import fdtrc

    counts = np.array([len(unit) for unit in values_per_unit])
    if counts.size < 2 or counts.min() < 1 or counts.sum() == counts.size:
        raise DataUnfit(
            message("Homogeneity needs two units or more, each measured, and replicates of a unit."),
            message("Measure each unit at least twice."),
        )
    flat: Any = [value for unit in values_per_unit for value in unit]
    origin, rest = _about_first(flat)
    n, units = rest.size, counts.size
    scale = float(np.ptp(rest)) or 1.0
    x = rest / scale
    shift = float(x.mean())
    parts = np.split(x - shift, np.cumsum(counts)[:-1])
    means = np.array([part.mean() for part in parts])
    middle = float(counts @ means) / n
    ms_between = float(counts @ (means - middle) ** 2) / (units - 1)
    ms_within = sum(float(np.sum((part - m) ** 2)) for part, m in zip(parts, means, strict=True)) / (n - units)
    n0 = (n - float(counts @ counts) / n) / (units - 1)
    f = ms_between / ms_within if ms_within else None
    s_between = sqrt(max(0.0, ms_between - ms_within) / n0)
    u_hidden = sqrt(ms_within / n0) * (2 / (n - units)) ** 0.25
    return BetweenUnits(
        units=units,
        n=n,
        n0=n0,
        mean=float(origin) + (shift + middle) * scale,
        ms_between=ms_between * scale**2,
        ms_within=ms_within * scale**2,
        dof_between=units - 1,
        dof_within=n - units,
        f=f,
        p=float(fdtrc(units - 1, n - units, f)) if f is not None else 0.0 if ms_between else 1.0,
        s_between=s_between * scale,
        u_hidden=u_hidden * scale,
        u_bb=max(s_between, u_hidden) * scale,
    )


def homogeneity(values_per_unit: Sequence[Numbers | Sequence[Decimal]], limit: float) -> Homogeneity:
    """Scatter between units, each measured m ≥ 2 times, against the plan's `limit` (ISO 13528:2022, B.2 and B.3).

    For a proficiency test the limit is 0.3·σ_pt. s_x² is the variance of the units' means, s_w² the mean variance
    within units; F1 = χ²₀.₉₅(g−1)/(g−1), F2 = (F₀.₉₅(g−1, g(m−1)) − 1)/m. Raises `DataUnfit` as `between_units` does,
    for units with different numbers of values, and unless limit > 0.
    """
    from scipy.special import chdtri, fdtri

    positive(limit)
    sizes = {len(unit) for unit in values_per_unit}
    if len(sizes) > 1:
        raise DataUnfit(message("For this test every unit is measured equally often."))
    between = between_units(values_per_unit)
    m, g = between.n // between.units, between.units
    s_w = sqrt(between.ms_within)
    f1 = float(chdtri(g - 1, 1 - _LEVEL)) / (g - 1)
    f2 = (float(fdtri(g - 1, g * (m - 1), _LEVEL)) - 1) / m
    expanded = float(np.hypot(sqrt(f1) * limit, sqrt(f2) * s_w))
    return Homogeneity(
        method="homogeneity/1",
        between=between,
        s_x=sqrt(between.ms_between / m),
        s_w=s_w,
        s_s=between.s_between,
        limit=limit,
        sufficient=between.s_between <= limit,
        f1=f1,
        f2=f2,
        expanded_limit=expanded,
        not_refuted=between.s_between <= expanded,
    )
