"""Runs as entries and as arrays."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotebookDamaged, WrongUse
from labclient.notebook import Channel, Notebook, Reader, interrupted, open_run, read_range, run_start, run_values
from labclient.notebook import series as sample_series
from labclient.signing import NoteKey
from notebook.samples import AUTHOR, CLOCK, readings, tamper

New = Callable[..., Notebook]
RUN = 2


def test_a_run_is_read_as_arrays_with_its_series(closed: Path) -> None:
    with Reader.open(closed) as reader:
        whole = run_values(reader, RUN)
        second = run_values(reader, RUN, 7)
    assert whole.channels == (Channel("dcv", "voltage", "V"),)
    assert whole.index.tolist() == list(range(225))
    assert whole.t_ns.tolist() == [10**9 * i for i in range(225)]
    assert set(whole.series.tolist()) == {3, 7}
    overload = whole.status == whole.statuses.index("overload")
    assert np.flatnonzero(overload).tolist() == list(range(3, 225, 7))
    np.testing.assert_array_equal(np.isnan(whole.values[:, 0]), overload)
    assert whole.values[224, 0] == 10.000224
    assert second.index.tolist() == list(range(25, 225))
    np.testing.assert_array_equal(second.values, whole.values[25:])


@pytest.mark.parametrize(
    ("first", "stop"), [(0, 1), (19, 21), (24, 26), (30, 40), (200, None), (224, 900), (225, None)]
)
def test_a_part_of_a_run_is_that_part_of_the_whole(closed: Path, first: int, stop: int | None) -> None:
    with Reader.open(closed) as reader:
        whole, part = run_values(reader, RUN), run_values(reader, RUN, first=first, stop=stop)
    assert part.index.tolist() == whole.index[first:stop].tolist()
    assert part.t_ns.tolist() == whole.t_ns[first:stop].tolist()
    np.testing.assert_array_equal(part.values, whole.values[first:stop])
    words = [whole.statuses[code] for code in whole.status[first:stop]]
    assert [part.statuses[code] for code in part.status] == words


def test_a_run_without_replies_is_empty_arrays(new: New) -> None:
    with new() as notebook:
        start = run_start(
            purpose="trial",
            task="settling",
            channels=[Channel("a", "voltage", "V"), Channel("b", "voltage", "V")],
            instrument={},
            clock=notebook.clock,
            author=AUTHOR,
        )
        (run,) = notebook.append(start)
        with Reader.open(notebook.path) as reader:
            data = run_values(reader, run.seq)
    assert data.values.shape == (0, 2)
    assert data.index.dtype == np.int64
    assert len(data.status) == 0


def test_a_run_that_was_not_stopped_is_named_with_what_it_has(closed: Path) -> None:
    with Reader.open(closed) as reader:
        (found,) = interrupted(reader)
        assert (found.run, found.rows, found.last_ns) == (11, 3, 2 * 10**9)
        assert open_run(reader, 11) == found
        with pytest.raises(WrongUse, match="stopped"):
            open_run(reader, RUN)
        with pytest.raises(WrongUse, match="begin a run"):
            open_run(reader, 3)


@pytest.mark.parametrize("names", [[], ["a", "a"], ["raw"], ["a", "status"]])
def test_channels_need_names_of_their_own(new: New, names: list[str]) -> None:
    with new() as notebook, pytest.raises(WrongUse):
        run_start(
            purpose="trial",
            task="settling",
            channels=[Channel(name, "voltage", "V") for name in names],
            instrument={},
            clock=notebook.clock,
            author=AUTHOR,
        )


def test_values_that_do_not_fit_their_entry_are_never_given_out(closed: Path) -> None:
    tamper(closed, "UPDATE log SET vals = zeroblob(length(vals)) WHERE seq = 4")
    with Reader.open(closed) as reader, pytest.raises(NotebookDamaged, match="entry 4"):
        run_values(reader, RUN)


@pytest.fixture(scope="module")
def stretched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with a sample run of which no block has the same length as another."""
    path = tmp_path_factory.mktemp("runs") / "stretched.labnote"
    with Notebook.create(path, clock=CLOCK, author=AUTHOR, key=NoteKey.generate("lab-07"), body={}) as notebook:
        start = run_start(
            purpose="record",
            task="stability",
            channels=[Channel("dcv", "voltage", "V")],
            instrument={},
            clock=CLOCK,
            author=AUTHOR,
        )
        (run,) = notebook.append(start)
        (one,) = notebook.append(sample_series(run.seq, {}, author=AUTHOR))
        (two,) = notebook.append(sample_series(run.seq, {}, author=AUTHOR))
        first = 0
        for count in (1, 7, 3, 20, 2, 11):
            notebook.append(readings(run.seq, (one, two)[count % 2].seq, first, count))
            first += count
    return path


@given(start=st.integers(-5, 60), stop=st.integers(-5, 60), by=st.sampled_from(["index", "time"]), member=st.booleans())
def test_a_range_is_that_part_of_the_whole(stretched: Path, start: int, stop: int, by: str, member: bool) -> None:
    step = 10**9 if by == "time" else 1
    with Reader.open(stretched) as reader:
        whole = run_values(reader, 1)
        part = read_range(reader, 1, start * step, stop * step, by=by, series=2 if member else None)
    said = whole.t_ns if by == "time" else whole.index
    mine = (said >= start * step) & (said < stop * step) & ((whole.series == 2) | (not member))
    assert part.index.tolist() == whole.index[mine].tolist()
    assert part.t_ns.tolist() == whole.t_ns[mine].tolist()
    assert part.series.tolist() == whole.series[mine].tolist()
    np.testing.assert_array_equal(part.values, whole.values[mine])
    assert [part.statuses[code] for code in part.status] == [whole.statuses[code] for code in whole.status[mine]]


def test_a_range_leaves_the_other_blocks_unread(stretched: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(stretched, tmp_path))
    tamper(copy, "UPDATE log SET vals = x'00' WHERE seq <> (SELECT max(seq) FROM log) AND vals IS NOT NULL")
    with Reader.open(copy) as reader:
        for by, step in (("index", 1), ("time", 10**9)):
            assert read_range(reader, 1, 35 * step, 44 * step, by=by).index.tolist() == list(range(35, 44))
            with pytest.raises(NotebookDamaged):
                read_range(reader, 1, 0, 44 * step, by=by)
