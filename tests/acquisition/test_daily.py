"""A checkpoint a day, and what happens when it cannot be."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labclient.acquisition import DailyCheckpoint, Recorder
from labclient.clock import SimulatedClock
from labclient.errors import NotebookTrouble
from labclient.notebook import Draft, Notebook, Reader, check
from labclient.signing import NoteKey, read_checkpoint
from labclient.words import message

KEY = NoteKey.generate("lab-07")
NOTE = Draft(kind="note", body={}, author="Operator A")
DAY_S = 86_400


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))


@pytest.fixture
def notebook(tmp_path: Path, clock: SimulatedClock) -> Iterator[Notebook]:
    with Notebook.create(tmp_path / "a.labnote", clock=clock, author="", key=KEY, body={}) as made:
        yield made


def kinds(notebook: Notebook) -> list[str]:
    with Reader.open(notebook.path) as reader:
        return [entry.kind for entry in reader.entries()]


def test_before_the_first_entry_of_a_new_day_all_entries_until_then_are_signed(
    notebook: Notebook, clock: SimulatedClock, tmp_path: Path
) -> None:
    file = tmp_path / "a.checkpoint.txt"
    with Recorder(notebook, daily=DailyCheckpoint(lambda: KEY, file)) as recorder:
        recorder.enter(NOTE)
        assert not file.exists()
        for day in range(1, 4):
            clock.skip(DAY_S)
            for _ in range(3):
                recorder.enter(NOTE)
            said = read_checkpoint(file.read_text(), KEY.public)
            assert (said.origin, said.size) == (notebook.name, 2 + 4 * (day - 1))
        assert recorder.committed == notebook.size
    assert kinds(notebook) == ["origin", "note", *["checkpoint", "note", "note", "note"] * 3]
    assert check(notebook.path).ok


def test_a_notebook_opened_on_another_day_begins_it_with_a_checkpoint(
    notebook: Notebook, clock: SimulatedClock, tmp_path: Path
) -> None:
    for _ in range(2):
        clock.skip(DAY_S)
        with Recorder(notebook, daily=DailyCheckpoint(lambda: KEY, tmp_path / "c.txt")) as recorder:
            recorder.enter(NOTE)
            recorder.enter(NOTE)
        with Recorder(notebook, daily=DailyCheckpoint(lambda: KEY, tmp_path / "c.txt")) as recorder:
            recorder.enter(NOTE)
    assert kinds(notebook) == ["origin", *["checkpoint", "note", "note", "note"] * 2]


def test_who_asks_for_a_checkpoint_on_a_new_day_gets_one(
    notebook: Notebook, clock: SimulatedClock, tmp_path: Path
) -> None:
    with Recorder(notebook, daily=DailyCheckpoint(lambda: KEY, tmp_path / "c.txt")) as recorder:
        clock.skip(DAY_S)
        recorder.checkpoint(KEY)
        recorder.enter(NOTE)
    assert kinds(notebook) == ["origin", "checkpoint", "note"]


def no_key() -> NoteKey:
    raise NotebookTrouble(message("The key of this notebook is not on this PC."))


def torn_key() -> NoteKey:
    return NoteKey.from_private("lab-07", b"short")


@pytest.mark.parametrize("key", [no_key, torn_key, lambda: NoteKey.generate("lab-07")])
def test_without_its_key_a_missed_checkpoint_is_recorded_once_a_day_and_holds_up_nothing(
    key: object, notebook: Notebook, clock: SimulatedClock, tmp_path: Path
) -> None:
    assert callable(key)
    with Recorder(notebook, daily=DailyCheckpoint(key, tmp_path / "c.txt")) as recorder:
        clock.skip(DAY_S)
        recorder.enter(NOTE)
        recorder.enter(NOTE)
    assert kinds(notebook) == ["origin", "checkpoint-missed", "note", "note"]
    with Reader.open(notebook.path) as reader:
        body = reader.entry(1).body
    assert (body["day"], body["reason"]) == ("2026-03-02", "no key")
    assert body["cause"]
    assert not (tmp_path / "c.txt").exists()


def test_a_checkpoint_that_cannot_be_left_as_a_file_is_in_the_log_all_the_same(
    notebook: Notebook, clock: SimulatedClock, tmp_path: Path
) -> None:
    with Recorder(notebook, daily=DailyCheckpoint(lambda: KEY, tmp_path / "gone" / "c.txt")) as recorder:
        clock.skip(DAY_S)
        recorder.enter(NOTE)
    assert kinds(notebook) == ["origin", "checkpoint", "checkpoint-missed", "note"]
    assert check(notebook.path).ok
