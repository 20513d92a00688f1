"""Readings over time at any zoom: the extremes of each pixel column, exact and quick, of 10⁷ readings and more.

Readings lie in chunks; above them lie levels of bins with the lowest and highest value of 16, 128, 1024 … readings,
whole bins only, and the running sum of the bins of 16, from which a mean over any range is taken. A column is a range
of readings: what its whole bins do not cover is read raw, so that no extreme is ever hidden and none shown that is
outside the view. Where readings are dense, the border between two columns may lie up to 1/16 of a column late, at the
end of a bin; that saves most of the searching.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

GAP: Final = 3.0
_CHUNK: Final = 1 << 20
_BIN: Final = 16
_FACTOR: Final = 8
_FINE: Final = 16
_ASKED: Final = 256


@dataclass(frozen=True)
class Columns:
    """What to draw, one entry a pixel column that holds a value, in order of time.

    times   middle of the column
    low     lowest value in the column
    high    highest value in the column
    mean    mean of the values in the column
    joined  whether the column follows the one before without a gap
    """

    times: Floats
    low: Floats
    high: Floats
    mean: Floats
    joined: NDArray[np.bool_]


class Pyramid:
    """Times and values of one channel, append only. A value of NaN is a break; so is a step in time of more than
    three times the median step in view."""

    def __init__(self) -> None:
        self._times: list[Floats] = []
        self._values: list[Floats] = []
        self._count = 0
        self._last = -np.inf
        self._levels: list[_Level] = []
        self._sums = _Sums()

    def __len__(self) -> int:
        return self._count

    @property
    def span(self) -> tuple[float, float]:
        """First and last time; raises `IndexError` while empty."""
        return float(self._times[0][0]), self._last

    def append(self, times: Floats, values: Floats) -> None:
        """Add readings, as many times as values, times never falling; raises `ValueError` otherwise."""
        if len(times) != len(values):
            raise ValueError("as many times as values")
        if not len(times):
            return
        if not times[0] >= self._last or not (np.diff(times) >= 0).all():
            raise ValueError("times never fall")
        taken = 0
        while taken < len(times):
            place = self._count % _CHUNK
            if not place:
                self._times.append(np.empty(_CHUNK))
                self._values.append(np.empty(_CHUNK))
            some = min(_CHUNK - place, len(times) - taken)
            self._times[-1][place : place + some] = times[taken : taken + some]
            self._values[-1][place : place + some] = values[taken : taken + some]
            taken += some
            self._count += some
            self._bin_up()
        self._last = float(times[-1])

    def within(self, start: float, end: float) -> tuple[int, int]:
        """The range of readings with start ≤ time ≤ end, as first and behind-last place."""
        first = int(self._find(np.array([start]), "left")[0])
        return first, max(first, int(self._find(np.array([end]), "right")[0]))

    def samples(self, first: int, behind: int) -> tuple[Floats, Floats]:
        """Times and values of a range of places, copied."""
        first, behind = max(first, 0), min(behind, self._count)
        return self._slice(self._times, first, behind), self._slice(self._values, first, behind)

    def query(self, start: float, end: float, columns: int) -> Columns:
        """The range start ≤ time ≤ end in `columns` columns of equal width, those without a value left out."""
        edges = self._edges(start, end, columns)
        filled = np.flatnonzero(np.diff(edges) > 0)
        first, behind = edges[filled], edges[filled + 1]
        before = self._times_at(first) - self._times_at(np.maximum(first - 1, 0))
        joined = (before <= GAP * self._step(int(edges[0]), int(edges[-1]))) & (first > edges[0])
        low, high = self._extremes(first, behind)
        there = ~np.isnan(low)
        joined[1:] &= there[:-1]
        times: Floats = start + (filled.astype(np.float64) + 0.5) * ((end - start) / columns)
        mean = self._means(first, behind)[1]
        return Columns(times[there], low[there], high[there], mean[there], joined[there])

    def extremes(self, first: int, behind: int) -> tuple[float, float]:
        """Lowest and highest value of a range of places; NaN when there is none."""
        if behind <= first:
            return np.nan, np.nan
        low, high = self._extremes(np.array([first]), np.array([behind]))
        return float(low[0]), float(high[0])

    def mean(self, first: int, behind: int) -> tuple[int, float]:
        """How many values a range of places holds, and their mean; 0 and NaN when there is none."""
        if behind <= first:
            return 0, np.nan
        count, mean = self._means(np.array([first]), np.array([behind]))
        return int(count[0]), float(mean[0])

    def at(self, time: float) -> int:
        """The place of the reading nearest in time that has a value, -1 when none has."""
        place = int(self._find(np.array([time]), "left")[0])
        for reach in (_BIN, _CHUNK, self._count):
            first, behind = max(place - reach, 0), min(place + reach, self._count)
            times, values = self.samples(first, behind)
            there = first + np.flatnonzero(np.isfinite(values))
            before, after = there[there < place][-1:], there[there >= place][:1]
            if (len(before) or not first) and (len(after) or behind == self._count):
                near = np.concatenate((before, after))
                return int(near[np.argmin(np.abs(times[near - first] - time))]) if len(near) else -1
        return -1

    def _step(self, first: int, behind: int) -> float:
        """The median step in time in a range of places; of 256 evenly taken steps when there are more."""
        if behind - first < 2:
            return 0.0
        if behind - first <= _ASKED:
            return float(np.median(np.diff(self._slice(self._times, first, behind))))
        places = np.linspace(first, behind - 2, _ASKED).astype(np.intp)
        return float(np.median(self._times_at(places + 1) - self._times_at(places)))

    def _edges(self, start: float, end: float, columns: int) -> Places:
        """Where the readings of each column begin, and where the last column's end."""
        first, behind = self.within(start, end)
        moments, width = np.linspace(start, end, columns + 1), (end - start) / columns
        size, fitting, level = _BIN, 0, -1
        while level + 1 < len(self._levels) and size * _FINE <= (behind - first) / columns:
            level, fitting, size = level + 1, size, size * _FACTOR
        if level < 0:
            edges = self._find(moments, "left")
        else:
            heads = self._levels[level].heads
            bins = np.searchsorted(heads, moments)
            inner = np.clip(bins, 1, len(heads) - 1)
            near = (bins == inner) & (heads[inner] - heads[inner - 1] <= width / _FINE)
            edges = bins * fitting
            edges[~near] = self._find(moments[~near], "left")
        edges[0], edges[-1] = first, behind
        return np.clip(edges, first, behind)

    def _bin_up(self) -> None:
        """Fill the bins that have become whole."""
        level = 0
        size, source = _BIN, self._count
        while source // size:
            if level == len(self._levels):
                self._levels.append(_Level())
            done, whole = len(self._levels[level]), source // size
            if whole > done:
                if level:
                    heads, low, high = self._levels[level - 1].part(done * size, whole * size)
                else:
                    heads = self._slice(self._times, done * size, whole * size)
                    low = high = self._slice(self._values, done * size, whole * size)
                    self._sums.append(low.reshape(-1, size))
                self._levels[level].append(
                    heads[::size],
                    np.fmin.reduce(low.reshape(-1, size), axis=1),
                    np.fmax.reduce(high.reshape(-1, size), axis=1),
                )
            source, size, level = whole, _FACTOR, level + 1

    def _extremes(self, first: Places, behind: Places) -> tuple[Floats, Floats]:
        """Lowest and highest value of each range, level by level: its ragged ends here, its whole bins above."""
        low, high = np.full(len(first), np.nan), np.full(len(first), np.nan)
        size = _BIN
        for level in range(len(self._levels) + 1):
            start, stop = -(-first // size), behind // size
            for begin, end in (
                (first, np.minimum(start * size, behind)),
                (np.maximum(stop * size, first), behind),
            ):
                ragged = begin < end
                if not ragged.all():
                    if not ragged.any():
                        continue
                    lows, highs = self._rows(level, begin[ragged], end[ragged], size)
                    low[ragged], high[ragged] = np.fmin(low[ragged], lows), np.fmax(high[ragged], highs)
                else:
                    lows, highs = self._rows(level, begin, end, size)
                    np.fmin(low, lows, out=low)
                    np.fmax(high, highs, out=high)
            first, behind, size = start, np.maximum(stop, start), _FACTOR
        return low, high

    def _means(self, first: Places, behind: Places) -> tuple[Floats, Floats]:
        """Number and mean of the values of each range: whole bins by their running sum, ragged ends one by one."""
        start = -(-first // _BIN)
        stop = np.maximum(behind // _BIN, start)
        count, total = self._sums.between(np.minimum(start, len(self._sums)), np.minimum(stop, len(self._sums)))
        head = np.minimum(start * _BIN, behind)
        for begin, end in ((first, head), (np.maximum(stop * _BIN, head), behind)):
            ragged = np.flatnonzero(begin < end)
            if len(ragged):
                rows = self._raw(begin[ragged], end[ragged], _BIN) - self._sums.origin
                rows[np.arange(_BIN)[:, None] >= (end - begin)[ragged]] = np.nan
                count[ragged] += np.isfinite(rows).sum(axis=0)
                total[ragged] += np.nansum(rows, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return count, total / count + self._sums.origin

    def _raw(self, begin: Places, end: Places, size: int) -> Floats:
        """Values of ranges that each lie inside one bin, a column each; behind its end the last one again."""
        places = np.minimum(begin + np.arange(size)[:, None], end - 1)
        found = np.empty(places.shape)
        for chunk, part in _by_chunk(begin):
            found[:, part] = self._values[chunk][places[:, part] % _CHUNK]
        return found

    def _rows(self, level: int, begin: Places, end: Places, size: int) -> tuple[Floats, Floats]:
        """Lowest and highest of ranges that each lie inside one bin of `size`; a place behind the end is the last one
        again, which changes no extreme."""
        if level:
            lows, highs = self._levels[level - 1].at(np.minimum(begin + np.arange(size)[:, None], end - 1))
        else:
            lows = highs = self._raw(begin, end, size)
        return np.fmin.reduce(lows, axis=0), np.fmax.reduce(highs, axis=0)

    def _times_at(self, places: Places) -> Floats:
        found = np.empty(len(places))
        for chunk, part in _by_chunk(places):
            found[part] = self._times[chunk][places[part] % _CHUNK]
        return found

    def _find(self, moments: Floats, side: str) -> Places:
        """Places of rising `moments` among the times."""
        found = np.zeros(len(moments), np.intp)
        heads = np.array([chunk[0] for chunk in self._times])
        chunks = np.maximum(np.searchsorted(heads, moments, "left" if side == "left" else "right") - 1, 0)
        for chunk, part in _by_chunk(chunks * _CHUNK):
            if chunk < len(self._times):
                used = self._times[chunk][: self._count - chunk * _CHUNK]
                found[part] = chunk * _CHUNK + np.searchsorted(
                    used, moments[part], "left" if side == "left" else "right"
                )
        return found

    @staticmethod
    def _slice(chunks: list[Floats], first: int, behind: int) -> Floats:
        parts = [
            chunks[chunk][max(first - chunk * _CHUNK, 0) : behind - chunk * _CHUNK]
            for chunk in range(first // _CHUNK, -(-behind // _CHUNK))
        ]
        return np.concatenate(parts) if parts else np.empty(0)


class _Level:
    """First time, lowest and highest value of each bin, in arrays that double as they fill."""

    def __init__(self) -> None:
        self._heads, self._low, self._high = np.empty(_FACTOR), np.empty(_FACTOR), np.empty(_FACTOR)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def heads(self) -> Floats:
        return self._heads[: self._count]

    def append(self, heads: Floats, low: Floats, high: Floats) -> None:
        count = self._count + len(low)
        if count > len(self._low):
            more = np.empty(max(len(self._low), count - len(self._low)))
            self._heads, self._low, self._high = (
                np.concatenate((kept, more)) for kept in (self._heads, self._low, self._high)
            )
        new = slice(self._count, count)
        self._heads[new], self._low[new], self._high[new] = heads, low, high
        self._count = count

    def part(self, first: int, behind: int) -> tuple[Floats, Floats, Floats]:
        return self._heads[first:behind], self._low[first:behind], self._high[first:behind]

    def at(self, places: Places) -> tuple[Floats, Floats]:
        return self._low[places], self._high[places]


class _Sums:
    """Running number and sum of the values of the bins of 16, the sum of what they differ from the first value."""

    def __init__(self) -> None:
        self.origin = 0.0
        self._counts, self._totals = np.zeros(_FACTOR), np.zeros(_FACTOR)
        self._bins = 0

    def __len__(self) -> int:
        return self._bins

    def append(self, bins: Floats) -> None:
        there = np.isfinite(bins)
        if not self._counts[self._bins] and there.any():
            self.origin = float(bins[there][0])
        rest = np.where(there, bins - self.origin, 0.0).sum(axis=1)
        behind = self._bins + 1 + len(bins)
        if behind > len(self._counts):
            more = np.zeros(max(len(self._counts), behind - len(self._counts)))
            self._counts, self._totals = (np.concatenate((kept, more)) for kept in (self._counts, self._totals))
        for kept, new in ((self._counts, there.sum(axis=1)), (self._totals, rest)):
            kept[self._bins + 1 : behind] = kept[self._bins] + np.cumsum(new)
        self._bins += len(bins)

    def between(self, start: Places, stop: Places) -> tuple[Floats, Floats]:
        return self._counts[stop] - self._counts[start], self._totals[stop] - self._totals[start]


def _by_chunk(places: Places) -> list[tuple[int, slice]]:
    """Rising places, parted by the chunk they lie in."""
    if not len(places):
        return []
    first, last = int(places[0]) // _CHUNK, int(places[-1]) // _CHUNK
    if first == last:
        return [(first, slice(None))]
    inner = np.searchsorted(places, np.arange(first + 1, last + 1) * _CHUNK).tolist()
    bounds = [0, *inner, len(places)]
    return [(first + at, slice(*bounds[at : at + 2])) for at in range(len(bounds) - 1) if bounds[at] < bounds[at + 1]]
