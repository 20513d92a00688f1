"""How long does averaging help? Allan deviations of evenly spaced readings, or of phase, with their intervals.

A gap is never bridged: no difference spans it, and what both sides show is pooled.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import log2, sqrt
from typing import Literal

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._allan_edf import chi2_interval, degrees_of_freedom, noise_power
from labclient.metrology._numbers import Array, Numbers, finite, positive
from labclient.words import message

ONE_SIGMA = 0.6826894921370859
_PIECE = 2**13  # small enough for the cache and for a sum of squares on one core
Taus = Literal["octaves"] | Sequence[float]


class AllanKind(StrEnum):
    """Which differences of adjoining means are taken: NIST SP 1065, 5.2.2, 5.2.4, 5.2.5."""

    PLAIN = "adev"
    OVERLAPPING = "oadev"
    MODIFIED = "mdev"


class Allan(msgspec.Struct, frozen=True, kw_only=True):
    """Allan deviations (unit of the readings) at averaging times `taus` (unit of tau0)."""

    kind: AllanKind
    taus: tuple[float, ...]
    deviations: tuple[float, ...]
    counts: tuple[int, ...]
    """Number of differences behind each deviation."""
    noise: tuple[int, ...]
    """Exponent α of the noise, power ∝ f^α in the readings: 2 white phase, 1 flicker phase, 0 white, −1 flicker,
    −2 random walk. Fewer than 30 means say nothing of it: α is then that of the shorter time, at first 0."""
    edf: tuple[float, ...]
    """Equivalent degrees of freedom under that noise."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    """Ends of the confidence interval of each deviation, at `probability`."""
    probability: float
    best_tau: float
    """Averaging time of the smallest deviation: longer averaging does not help."""
    floor: float
    """The deviation there; a mean over `best_tau` or longer has at least this standard uncertainty."""


def allan(
    values: Numbers,
    tau0: float,
    taus: Taus = "octaves",
    *,
    kind: AllanKind = AllanKind.OVERLAPPING,
    data: Literal["frequency", "phase"] = "frequency",
    gaps: Sequence[int] = (),
    probability: float = ONE_SIGMA,
) -> Allan:
    """Allan deviation of readings spaced by `tau0`, or of phase (their sum over time, unit × unit of tau0).

    NIST SP 1065 (2008), 5.2.2 (adev), 5.2.4 (oadev), 5.2.5 (mdev): half the mean square of the differences of adjoining
    means of m readings. `taus` are averaging times, each a multiple of tau0; "octaves" are 1, 2, 4 … × tau0, as far as
    the run reaches. `gaps` are positions of values before which readings are missing. The advice (`best_tau`) looks at
    averaging times up to a quarter of the run: beyond, a small deviation is chance. Intervals: χ² with the degrees of
    freedom of SP 1065, 5.4, under the noise that the lag-1 autocorrelation shows (5.5.3).

    Raises `DataUnfit` when no difference fits between gaps, for values that are not finite, impossible averaging times
    or gaps, and a probability outside 0 … 1.
    """
    positive(tau0)
    if not 0 < probability < 1:
        raise DataUnfit(message("A probability lies between 0 and 1, not at {p}.", p=probability))
    scale, parts = _sums(finite(values, least=2 if data == "frequency" else 3), tau0, data, gaps)
    reach = 3 if kind is AllanKind.MODIFIED else 2
    room = max(part.size - (reach == 2) for part in parts) // reach
    if room < 1:
        raise DataUnfit(message("No part of the run between gaps is long enough for an Allan deviation."))
    sizes = _octaves(room) if isinstance(taus, str) else _multiples(taus, tau0, room)
    deviations: list[float] = []
    counts: list[tuple[int, ...]] = []
    powers: list[int] = []
    squares = {AllanKind.PLAIN: _strided, AllanKind.OVERLAPPING: _overlapped, AllanKind.MODIFIED: _modified}[kind]
    for m in sizes:
        found = [squares(part, m) for part in parts if part.size > reach * m - (reach == 3)]
        counts.append(tuple(count for count, _ in found))
        deviations.append(sqrt(sum(square for _, square in found) / (2 * sum(counts[-1]))) / m * scale)
        powers.append(noise_power(parts, m, powers[-1] if powers else 0))
    return _result(
        kind,
        [m * tau0 for m in sizes],
        sizes,
        deviations,
        counts,
        powers,
        probability,
        sum(part.size - 1 for part in parts),
    )


def adev(values: Numbers, tau0: float, taus: Taus = "octaves") -> Allan:
    """Allan deviation without overlap; see `allan`, also for what it raises."""
    return allan(values, tau0, taus, kind=AllanKind.PLAIN)


def oadev(values: Numbers, tau0: float, taus: Taus = "octaves") -> Allan:
    """Overlapping Allan deviation, the usual choice; see `allan`, also for what it raises."""
    return allan(values, tau0, taus)


def mdev(values: Numbers, tau0: float, taus: Taus = "octaves") -> Allan:
    """Modified Allan deviation, which tells white from flicker phase noise; see `allan`, also for what it raises."""
    return allan(values, tau0, taus, kind=AllanKind.MODIFIED)


class AllanWatch:
    """The overlapping Allan deviation in octaves as readings come in; memory for two of the longest averages.

    The deviations are those of `oadev` but for rounding. The noise behind the intervals is read from the slope of the
    deviations, since the readings themselves are not kept.
    """

    def __init__(self, tau0: float, longest: int = 2**16) -> None:
        self._tau0 = positive(tau0)
        if longest < 1:
            raise DataUnfit(message("An average holds at least one reading."))
        self._sizes = [2**power for power in range(longest.bit_length())]
        self._squares = [0.0] * len(self._sizes)
        self._counts = [0] * len(self._sizes)
        self._origin: float | None = None
        self._kept: Array = np.zeros(1)
        self.n = 0

    def add(self, values: Numbers) -> None:
        """More readings, in order; nothing is taken when one of them is not finite (`DataUnfit`)."""
        readings = finite(values, least=0)
        if readings.size == 0:
            return
        if self._origin is None:
            self._origin = float(readings[0] + (readings - readings[0]).mean())
        old = self._kept.size
        sums = np.concatenate((self._kept, self._kept[-1] + np.cumsum(readings - self._origin)))
        for i, m in enumerate(self._sizes):
            if sums.size > 2 * m:
                new = _overlapping(sums[max(0, old - 2 * m) :], m)
                self._squares[i] += float(new @ new)
                self._counts[i] += new.size
        self._kept = sums[-2 * self._sizes[-1] :]
        self._kept = self._kept - self._kept[-1]
        self.n += readings.size

    def gap(self) -> None:
        """Readings are missing here: no difference will span this place."""
        self._kept = np.zeros(1)

    def state(self, probability: float = ONE_SIGMA) -> Allan:
        """The deviations so far; raises `DataUnfit` before two adjoining readings have come."""
        seen = [(m, q, c) for m, q, c in zip(self._sizes, self._squares, self._counts, strict=True) if c]
        if not seen:
            raise DataUnfit(message("{n} values are too few: at least {least} are needed.", n=self.n, least=2))
        deviations = [sqrt(q / (2 * c)) / m for m, q, c in seen]
        powers = _slopes([m for m, _, _ in seen], deviations, [c for _, _, c in seen])
        return _result(
            AllanKind.OVERLAPPING,
            [m * self._tau0 for m, _, _ in seen],
            [m for m, _, _ in seen],
            deviations,
            [(c,) for _, _, c in seen],
            powers,
            probability,
            self.n,
        )


def _sums(
    values: Array, tau0: float, data: Literal["frequency", "phase"], gaps: Sequence[int]
) -> tuple[float, list[Array]]:
    """Running sums of the readings between gaps, common mean removed, in units of a scale; this keeps them small."""
    if any(not 0 < place < values.size for place in gaps) or len(set(gaps)) != len(gaps):
        raise DataUnfit(message("A gap lies between two readings, each in one place."))
    pieces = np.split(values, sorted(gaps))
    rest = [(piece - (values[0] if data == "frequency" else piece[0])) for piece in pieces]
    scale = max(float(np.abs(piece).max()) for piece in rest) or 1.0
    for piece in rest:
        np.divide(piece, scale, out=piece)
    if data == "phase":
        steps = max(1, sum(piece.size - 1 for piece in rest))
        slope = sum(float(piece[-1]) for piece in rest) / steps
        return scale / tau0, [piece - slope * np.arange(piece.size) for piece in rest]
    mean = sum(float(piece.sum()) for piece in rest) / values.size
    sums = [np.zeros(piece.size + 1) for piece in rest]
    for piece, running in zip(rest, sums, strict=True):
        np.cumsum(np.subtract(piece, mean, out=piece), out=running[1:])
    return scale, sums


def _overlapping(sums: Array, m: int) -> Array:
    """Sums of m readings, less those of the m before."""
    difference = sums[2 * m :] - sums[m:-m]
    difference -= sums[m:-m]
    difference += sums[: -2 * m]
    return difference


def _overlapped(sums: Array, m: int) -> tuple[int, float]:
    """Number of overlapping differences and the sum of their squares, a piece at a time that fits the cache."""
    count = sums.size - 2 * m
    total = 0.0
    for start in range(0, count, _PIECE):
        piece = _overlapping(sums[start : start + _PIECE + 2 * m], m)
        total += float(piece @ piece)
    return count, total


def _strided(sums: Array, m: int) -> tuple[int, float]:
    return _overlapped(sums[::m], 1)


def _modified(sums: Array, m: int) -> tuple[int, float]:
    """The same for means of m neighbouring overlapping differences."""
    running = np.concatenate(([0.0], np.cumsum(_overlapping(sums, m))))
    means = running[m:] - running[:-m]
    means /= m
    return means.size, float(np.square(means, out=means).sum())


def _octaves(room: int) -> list[int]:
    return [2**power for power in range(room.bit_length())]


def _multiples(taus: Sequence[float], tau0: float, room: int) -> list[int]:
    asked = finite(taus)
    with np.errstate(over="ignore"):  # beyond the run in any case
        sizes = np.rint(asked / tau0)
    if (np.abs(sizes * tau0 - asked) > 1e-9 * asked).any() or (sizes < 1).any() or (sizes > room).any():
        raise DataUnfit(
            message(
                "Averaging times must be multiples of {tau0}, for this run at most {longest}.",
                tau0=tau0,
                longest=room * tau0,
            )
        )
    return sorted({int(size) for size in sizes})


def _slopes(sizes: list[int], deviations: list[float], counts: list[int]) -> list[int]:
    """α from AVAR ∝ τ^(−1−α), octave by octave; flicker and white phase noise look alike."""
    found: list[int] = []
    for i, m in enumerate(sizes):
        before = found[-1] if found else 0
        sure = i + 1 < len(sizes) and counts[i + 1] >= 30 * m and min(deviations[i : i + 2]) > 0
        found.append(max(-2, min(1, round(-1 - 2 * log2(deviations[i + 1] / deviations[i])))) if sure else before)
    return found


def _result(
    kind: AllanKind,
    taus: list[float],
    sizes: list[int],
    deviations: list[float],
    counts: list[tuple[int, ...]],
    noise: list[int],
    probability: float,
    n: int,
) -> Allan:
    overlapping, modified = kind is not AllanKind.PLAIN, kind is AllanKind.MODIFIED
    edf = [
        sum(degrees_of_freedom(power, m, one, overlapping, modified) for one in count)
        for power, m, count in zip(noise, sizes, counts, strict=True)
    ]
    factors = [chi2_interval(one, probability) for one in edf]
    trusted = [i for i, m in enumerate(sizes) if 4 * m <= n] or [0]
    best = min(trusted, key=deviations.__getitem__)
    return Allan(
        kind=kind,
        taus=tuple(taus),
        deviations=tuple(deviations),
        counts=tuple(sum(count) for count in counts),
        noise=tuple(noise),
        edf=tuple(edf),
        low=tuple(d * low for d, (low, _) in zip(deviations, factors, strict=True)),
        high=tuple(d * high for d, (_, high) in zip(deviations, factors, strict=True)),
        probability=probability,
        best_tau=taus[best],
        floor=deviations[best],
    )
