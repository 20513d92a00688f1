"""How noisy is the difference of two adjoining means, when the noise is not white?

By its definition the Allan variance answers that for every kind of noise: the difference of the means of two adjoining
windows of m readings has the variance 2·AVAR(m). A run cannot show its own AVAR at half its length, so it is carried
there from shorter windows by the model AVAR(m) = white / m + flicker. The model is fitted to the overlapping Hadamard
variance, HVAR(m) = ⟨(ȳ₃ − 2ȳ₂ + ȳ₁)²⟩ / 6 of three adjoining windows, because that does not see a linear drift: the
drift asked about does not count as its own uncertainty.

Source of AVAR, HVAR and their noise slopes: NIST SP 1065 (2008), section 5; the flicker ratio follows from the
generalised covariance τ²·ln τ of integrated flicker noise. Random walk has no term: a value that walks does change.
"""

from math import log, sqrt

import msgspec
import numpy as np

from labclient.metrology._numbers import Array

LEAST = 16  # readings, or parts of a run, from which two noise terms can be told apart
_FLICKER_RATIO = 4 * log(2) / (8 * log(2) - 3 * log(3))  # AVAR / HVAR of flicker noise, 1.2326


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """Allan variance white / m + flicker of means over m readings, in the square of the readings' unit."""

    white: float
    flicker: float

    def u_difference(self, m: float) -> float:
        """Standard uncertainty of the difference of two adjoining means of m readings each."""
        return sqrt(2 * (self.white / m + self.flicker))


def noise(values: Array) -> Noise:
    """White and flicker level of at least `LEAST` evenly spaced readings, any linear drift left aside."""
    scale = float(np.ptp(values))
    if scale == 0:
        return Noise(white=0.0, flicker=0.0)
    sums = np.concatenate(([0.0], np.cumsum((values - values[0]) / scale)))
    n = values.size
    sizes = [2**power for power in range(n.bit_length()) if 2**power <= n // 5]
    seen = np.array([_hadamard(sums, m) for m in sizes])
    m = np.array(sizes, dtype=np.float64)
    terms = np.stack((1 / m, np.full_like(m, 1 / _FLICKER_RATIO)))
    white, flicker = _fit(terms, seen, n / m - 2)
    return Noise(white=white * scale**2, flicker=flicker * scale**2)


def _hadamard(sums: Array, m: int) -> float:
    means = (sums[m:] - sums[:-m]) / m
    second = means[2 * m :] - 2 * means[m:-m] + means[: -2 * m]
    return float(second @ second) / (6 * second.size)


def _fit(terms: Array, seen: Array, freedom: Array) -> tuple[float, float]:
    """Non-negative least squares of two terms; a variance scatters with its own size, so weights follow the model."""
    model = seen.mean() * terms[0]
    white = flicker = 0.0
    for _ in range(20):
        weights = freedom / np.maximum(model, 1e-30) ** 2
        a, b, c = ((terms[i] * terms[j]) @ weights for i, j in ((0, 0), (0, 1), (1, 1)))
        p, q = ((terms[i] * seen) @ weights for i in (0, 1))
        determinant = a * c - b * b
        white, flicker = (p * c - q * b) / determinant, (q * a - p * b) / determinant
        if flicker < 0:
            white, flicker = p / a, 0.0
        elif white < 0:
            white, flicker = 0.0, q / c
        model = white * terms[0] + flicker * terms[1]
    return float(white), float(flicker)
