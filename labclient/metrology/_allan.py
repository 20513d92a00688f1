"""How long does averaging help? The overlapping Allan deviation of evenly spaced readings."""

from collections.abc import Sequence
from math import sqrt
from typing import Literal

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._numbers import Array, Numbers, finite, positive
from labclient.words import message


class Allan(msgspec.Struct, frozen=True, kw_only=True):
    """Allan deviations (unit of the readings) at averaging times `taus` (unit of tau0)."""

    taus: tuple[float, ...]
    deviations: tuple[float, ...]
    counts: tuple[int, ...]
    """Number of overlapping differences behind each deviation."""
    best_tau: float
    """Averaging time of the smallest deviation: longer averaging does not help."""
    floor: float
    """The deviation there; a mean over `best_tau` or longer has at least this standard uncertainty."""


def oadev(values: Numbers, tau0: float, taus: Literal["octaves"] | Sequence[float] = "octaves") -> Allan:
    """Overlapping Allan deviation of readings spaced by `tau0` (NIST SP 1065 (2008), section 5, on cumulative sums).

    AVAR(m·τ₀) = Σ (ȳ of readings i+m … i+2m−1  −  ȳ of readings i … i+m−1)² / (2·(n − 2m + 1)). `taus` are averaging
    times up to half the run, each a multiple of tau0; "octaves" are 1, 2, 4 … × tau0. The advice (`best_tau`) looks at
    averaging times up to a quarter of the run: beyond, a small deviation is chance.

    Raises `DataUnfit` for fewer than two readings, values that are not finite, or impossible averaging times.
    """
    readings = finite(values, least=2)
    positive(tau0)
    n = readings.size
    sizes = _octaves(n) if isinstance(taus, str) else _multiples(taus, tau0, n)
    shifted = readings - readings[0]
    scale = float(np.abs(shifted).max()) or 1.0
    shifted /= scale
    shifted -= shifted.mean()  # keeps the sums small
    sums = np.concatenate(([0.0], np.cumsum(shifted)))
    deviations = [_deviation(sums, m) * scale for m in sizes]
    trusted = [i for i, m in enumerate(sizes) if 4 * m <= n] or [0]
    best = min(trusted, key=deviations.__getitem__)
    return Allan(
        taus=tuple(m * tau0 for m in sizes),
        deviations=tuple(deviations),
        counts=tuple(n - 2 * m + 1 for m in sizes),
        best_tau=sizes[best] * tau0,
        floor=deviations[best],
    )


def _deviation(sums: Array, m: int) -> float:
    difference = sums[2 * m :] - sums[m:-m]
    difference -= sums[m:-m]
    difference += sums[: -2 * m]
    return sqrt(float(difference @ difference) / (2 * difference.size)) / m


def _octaves(n: int) -> list[int]:
    return [2**power for power in range(n.bit_length()) if 2 * 2**power <= n]


def _multiples(taus: Sequence[float], tau0: float, n: int) -> list[int]:
    asked = finite(taus)
    sizes = np.rint(asked / tau0)
    if (np.abs(sizes * tau0 - asked) > 1e-9 * asked).any() or (sizes < 1).any() or (2 * sizes > n).any():
        raise DataUnfit(
            message("Averaging times must be multiples of {tau0}, at most half the run ({n} readings).", tau0=tau0, n=n)
        )
    return sorted({int(size) for size in sizes})
