"""Entries that name each other get the numbers of the place they land on, whoever enters something meanwhile."""

from pathlib import Path
from threading import Event, Thread

import pytest

from labclient.acquisition import Recorder
from labclient.clock import SystemClock
from labclient.errors import WrongUse
from labclient.notebook import Draft, Notebook, Reader, check
from labclient.signing import NoteKey

AUTHOR = "Operator A"
BATCHES = 30


def batch(seq: int) -> tuple[Draft, ...]:
    """Three entries that all name the first of them."""
    return tuple(Draft(kind="note", body={"run": seq, "place": place}, author=AUTHOR) for place in range(3))


def test_placed_entries_name_each_other_rightly_beside_another_thread(tmp_path: Path) -> None:
    key, ended = NoteKey.generate("bench"), Event()
    path = tmp_path / "a.labnote"
    with Notebook.create(path, clock=SystemClock(), author=AUTHOR, key=key, body={}) as notebook:
        with Recorder(notebook) as recorder:

            def meddle() -> None:
                while not ended.is_set():
                    recorder.enter(Draft(kind="note", body={"text": "between"}, author="program"))

            other = Thread(target=meddle)
            other.start()
            try:
                for _ in range(BATCHES):
                    entered = recorder.enter_placed(batch)
                    assert [one.seq - entered[0].seq for one in entered] == [0, 1, 2]
                    assert {one.body["run"] for one in entered} == {entered[0].seq}
            finally:
                ended.set()
                other.join()
        with Reader.open(path) as reader:
            named = [entry for entry in reader.entries() if "place" in entry.body]
            assert len(named) == 3 * BATCHES
            assert all(entry.body["run"] + entry.body["place"] == entry.seq for entry in named)
    assert check(path).ok


def test_what_cannot_be_written_is_refused_to_the_caller_alone(tmp_path: Path) -> None:
    key = NoteKey.generate("bench")
    with (
        Notebook.create(tmp_path / "a.labnote", clock=SystemClock(), author=AUTHOR, key=key, body={}) as notebook,
        Recorder(notebook) as recorder,
    ):
        with pytest.raises(WrongUse):
            recorder.enter_placed(lambda _: (Draft(kind="note", body={"number": 1.5}, author=AUTHOR),))
        assert recorder.enter_placed(batch)[0].seq == 1
