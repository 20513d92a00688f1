"""No extreme is ever hidden, none is invented, and pauses stay pauses: against the plainest possible reckoning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.ui import _pyramid
from labclient.ui._pyramid import Pyramid

PIECES = st.lists(st.integers(0, 700), min_size=1, max_size=8)


def filled(pieces: list[int], seed: int, holes: float = 0.1) -> tuple[Pyramid, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    count = sum(pieces)
    times = np.cumsum(chance.choice([0.0, 0.5, 1.0, 1.0, 40.0], count))
    values = np.where(chance.random(count) < holes, np.nan, chance.normal(size=count))
    pyramid, start = Pyramid(), 0
    for piece in pieces:
        pyramid.append(times[start : start + piece], values[start : start + piece])
        start += piece
    return pyramid, times, values


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pyramid, "_CHUNK", 256)


@given(PIECES, st.integers(0, 99), st.integers(1, 60), st.floats(-0.2, 1), st.floats(0.01, 1.2))
def test_no_column_hides_an_extreme_or_shows_a_foreign_one(
    pieces: list[int], seed: int, columns: int, start: float, length: float
) -> None:
    pyramid, times, values = filled(pieces, seed)
    whole = times[-1] if len(times) else 1.0
    begin, end = start * whole, (start + length) * whole
    found = pyramid.query(begin, end, columns)
    edges, late = np.linspace(begin, end, columns + 1), (end - begin) / columns / 16 * (1 + 1e-9)
    column = np.minimum(np.searchsorted(edges, found.times, "right") - 1, columns - 1)
    there = np.isfinite(values) & (times >= begin) & (times <= end)
    for k, low, high in zip(column, found.low, found.high, strict=True):
        inside = there & (times >= edges[k]) & (times <= edges[k + 1] + (0 if k == columns - 1 else late))
        surely = there & (times > edges[k] + late) & (times < edges[k + 1])
        assert low in values[inside]
        assert high in values[inside]
        assert not surely.any() or low <= values[surely].min() <= values[surely].max() <= high
    if there.any():
        assert (found.low.min(), found.high.max()) == (values[there].min(), values[there].max())
    for time, value in zip(times[there], values[there], strict=True):
        near = (column == np.searchsorted(edges, time, "right") - 1) | (
            column == np.searchsorted(edges, time - late) - 1
        )
        near |= (column == columns - 1) & (time == edges[-1])
        assert ((found.low <= value) & (value <= found.high) & near).any()


@given(PIECES, st.integers(0, 99), st.integers(0, 3000), st.integers(0, 3000))
def test_extremes_of_any_range_are_exact(pieces: list[int], seed: int, one: int, other: int) -> None:
    pyramid, _, values = filled(pieces, seed)
    first, behind = sorted((min(one, len(values)), min(other, len(values))))
    found, finite = pyramid.extremes(first, behind), values[first:behind][np.isfinite(values[first:behind])]
    assert np.array_equal(found, (finite.min(), finite.max()) if len(finite) else (np.nan, np.nan), equal_nan=True)


@given(PIECES, st.integers(0, 99))
def test_samples_come_back_as_they_went_in(pieces: list[int], seed: int) -> None:
    pyramid, times, values = filled(pieces, seed)
    first, behind = len(times) // 3, len(times)
    got = pyramid.samples(first, behind)
    assert np.array_equal(got[0], times[first:])
    assert np.array_equal(got[1], values[first:], equal_nan=True)
    if len(times):
        begin, end = pyramid.within(times[first], times[-1])
        assert begin == np.searchsorted(times, times[first])
        assert end == len(times)


def test_the_newest_reading_is_seen_at_once() -> None:
    pyramid = Pyramid()
    pyramid.append(np.arange(1000.0), np.zeros(1000))
    pyramid.append(np.array([1000.0]), np.array([5.0]))
    assert pyramid.query(0, 1000, 10).high[-1] == 5.0


def test_a_pause_leaves_columns_out_and_breaks_the_line() -> None:
    pyramid = Pyramid()
    pyramid.append(np.concatenate((np.arange(0, 100.0), np.arange(200, 300.0))), np.ones(200))
    found = pyramid.query(0, 300, 30)
    assert len(found.times) == 20
    assert found.joined.tolist() == [False] + [True] * 9 + [False] + [True] * 9


def test_readings_without_a_value_break_the_line() -> None:
    pyramid = Pyramid()
    pyramid.append(np.arange(90.0), np.where(np.arange(90) // 30 == 1, np.nan, 1.0))
    assert pyramid.query(0, 90, 3).joined.tolist() == [False, False]


def test_times_never_fall() -> None:
    pyramid = Pyramid()
    pyramid.append(np.array([1.0, 2.0]), np.zeros(2))
    with pytest.raises(ValueError, match="never fall"):
        pyramid.append(np.array([1.5]), np.zeros(1))
    with pytest.raises(ValueError, match="never fall"):
        pyramid.append(np.array([3.0, 2.5]), np.zeros(2))
    with pytest.raises(ValueError, match="as many"):
        pyramid.append(np.array([3.0]), np.zeros(2))


def test_an_empty_pyramid_answers_with_nothing() -> None:
    pyramid = Pyramid()
    assert len(pyramid.query(0, 1, 100).times) == 0
    assert pyramid.within(0, 1) == (0, 0)
    with pytest.raises(IndexError):
        _ = pyramid.span


@given(PIECES, st.integers(0, 99), st.integers(0, 3000), st.integers(0, 3000), st.sampled_from([0.1, 0.9, 1.0]))
def test_the_mean_of_any_range_is_that_of_its_values(
    pieces: list[int], seed: int, one: int, other: int, holes: float
) -> None:
    pyramid, _, values = filled(pieces, seed, holes)
    first, behind = sorted((min(one, len(values)), min(other, len(values))))
    finite = values[first:behind][np.isfinite(values[first:behind])]
    count, mean = pyramid.mean(first, behind)
    assert count == len(finite)
    assert mean == pytest.approx(finite.mean(), abs=1e-12) if count else np.isnan(mean)


@given(PIECES, st.integers(0, 99), st.integers(1, 60))
def test_the_mean_of_a_column_lies_between_its_extremes(pieces: list[int], seed: int, columns: int) -> None:
    pyramid, times, _ = filled(pieces, seed)
    found = pyramid.query(0, times[-1] if len(times) else 1.0, columns)
    assert (found.low <= found.mean + 1e-12).all()
    assert (found.mean <= found.high + 1e-12).all()


def test_a_small_change_on_a_large_value_keeps_its_mean() -> None:
    pyramid, values = Pyramid(), 10 + 1e-9 * np.arange(5000)
    pyramid.append(np.arange(5000.0), values)
    assert pyramid.mean(100, 4900)[1] - 10 == pytest.approx(1e-9 * 2499.5, rel=1e-6)


@given(PIECES, st.integers(0, 99), st.floats(-10, 10_000))
def test_the_nearest_value_is_found(pieces: list[int], seed: int, time: float) -> None:
    pyramid, times, values = filled(pieces, seed, 0.5)
    place = pyramid.at(time)
    there = np.isfinite(values)
    assert (place < 0) == (not there.any())
    if there.any():
        assert there[place]
        assert abs(times[place] - time) == abs(times - time)[there].min()
