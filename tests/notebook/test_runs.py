"""Runs as entries and as arrays."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labclient.errors import NotebookDamaged, WrongUse
from labclient.notebook import Channel, Notebook, Reader, interrupted, open_run, run_start, run_values
from notebook.samples import AUTHOR, tamper

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
