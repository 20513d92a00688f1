"""One writer, one file, nothing half-written."""

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from labclient.clock import SystemClock
from labclient.errors import NotebookDamaged, NotebookTrouble, NotVerified, StorageTrouble, WrongUse
from labclient.notebook import Draft, Notebook, Reader, check
from labclient.signing import NoteKey, root_of
from notebook.samples import AUTHOR, CLOCK, fill, left_over, tamper

ROOT = Path(__file__).parents[2]
New = Callable[..., Notebook]


def note(text: str = "a note") -> Draft:
    return Draft(kind="note", body={"text": text}, author=AUTHOR)


def test_entry_0_names_notebook_clock_key_and_program(new: New, key: NoteKey) -> None:
    with new() as notebook:
        body = notebook.origin.body
    assert body["clock"] == {"name": "simulated", "simulated": True}
    assert body["key"] == key.public
    assert body["about"] == {"comparison": "DCV-10"}
    assert len(body["notebook"]) == 32
    assert body["program"]["name"] == "labclient"


def test_appended_entries_are_read_back_and_are_the_leaves_of_the_tree(new: New) -> None:
    values = np.array([[1.5, np.nan], [2.5, -0.0], [np.inf, 4.0]])
    draft = Draft(kind="any", body={"ä": [1, None, True, "°"]}, author="操作员甲", payload=b"\x00raw", values=values)
    with new() as notebook, Reader.open(notebook.path) as reader:
        one, two = notebook.append(note(), draft)
        assert (one.seq, two.seq, notebook.size, reader.size) == (1, 2, 3, 3)
        assert reader.entry(2) == two
        assert reader.payload(2) == b"\x00raw"
        assert reader.values(2).tobytes("F") == values.tobytes("F")
        assert list(reader.entries({"any"})) == [two]
        assert list(reader.entries(start=1, stop=2)) == [one]
        assert reader.head() == (3, root_of(entry.line for entry in reader.entries()).hex())
        with pytest.raises(IndexError):
            reader.entry(3)
        with pytest.raises(IndexError):
            reader.payload(1)


@pytest.mark.parametrize(
    "body",
    [
        {"x": 1.5},
        {"x": [{"y": float("nan")}]},
        {"x": 2**53},
        {"x": b"b"},
        {1: "x"},
        {"x": "\ud800"},
        {"x": Decimal(1)},
        {"x": MappingProxyType({})},
    ],
)
def test_a_body_that_would_lose_something_is_refused_and_nothing_is_written(new: New, body: dict[str, object]) -> None:
    with new() as notebook:
        with pytest.raises(WrongUse):
            notebook.append(note(), Draft(kind="any", body=body, author=AUTHOR))
        assert notebook.size == 1


def test_an_existing_file_is_never_taken_for_a_new_one(new: New) -> None:
    with new() as notebook:
        pass
    before = notebook.path.read_bytes()
    with pytest.raises(WrongUse, match="exists already"):
        new()
    assert notebook.path.read_bytes() == before


def test_a_closed_notebook_is_one_file(closed: Path) -> None:
    assert [file.name for file in closed.parent.iterdir()] == [closed.name]


def test_a_notebook_goes_on_where_it_was_closed(closed: Path, tmp_path: Path) -> None:
    with Reader.open(closed) as reader:
        before = [entry.line for entry in reader.entries()]
    with Notebook.open(closed, clock=CLOCK) as notebook:
        (added,) = notebook.append(note())
    with Reader.open(closed) as reader:
        assert [entry.line for entry in reader.entries()] == [*before, added.line]
    assert check(closed, deep=True).ok


def test_a_closed_notebook_takes_nothing(new: New) -> None:
    notebook = new()
    notebook.close()
    notebook.close()
    with pytest.raises(NotebookTrouble, match="closed"):
        notebook.append(note())


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no notebook"):
        Notebook.open(tmp_path / "none.labnote", clock=CLOCK)
    foreign = tmp_path / "foreign.labnote"
    for content in (b"", b"a letter", bytes(5000)):
        foreign.write_bytes(content)
        with pytest.raises(NotebookDamaged):
            Reader.open(foreign)
        with pytest.raises(NotebookDamaged):
            Notebook.open(foreign, clock=CLOCK)
    assert [file.name for file in tmp_path.iterdir()] == ["foreign.labnote"]


def test_a_simulated_clock_never_writes_in_a_real_notebook(tmp_path: Path, key: NoteKey) -> None:
    path = tmp_path / "real.labnote"
    Notebook.create(path, clock=SystemClock(), author=AUTHOR, key=key, body={}).close()
    with pytest.raises(NotebookTrouble, match="simulated"):
        Notebook.open(path, clock=CLOCK)


def test_entries_cannot_be_changed_or_deleted_by_plain_sql(closed: Path) -> None:
    connection = sqlite3.connect(closed)
    for statement in ("UPDATE log SET entry = x'00'", "DELETE FROM log", "DELETE FROM head"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute(statement)
    connection.close()


def test_a_notebook_changed_by_another_program_is_not_written_further(new: New) -> None:
    with new() as notebook:
        tamper(notebook.path, "UPDATE head SET size = 7")
        with pytest.raises(NotebookTrouble, match="another program"):
            notebook.append(note())


@pytest.mark.parametrize("change", ["entry = CAST(entry || ' ' AS BLOB)", "payload = x'00'", "seq = 90"])
def test_a_change_in_the_last_entry_is_found_at_opening(closed: Path, change: str) -> None:
    tamper(closed, f"UPDATE log SET {change} WHERE seq = (SELECT max(seq) FROM log)")
    with pytest.raises(NotebookDamaged):
        Notebook.open(closed, clock=CLOCK)


def test_a_checkpoint_by_another_key_is_refused(new: New) -> None:
    with new() as notebook:
        with pytest.raises(NotVerified):
            notebook.checkpoint(NoteKey.generate("lab-07"))
        assert notebook.size == 1


def test_an_unfinished_commit_is_rolled_back(closed: Path, tmp_path: Path) -> None:
    for crashed in (left_over(closed, tmp_path / "writer"), left_over(closed, tmp_path / "reader")):
        assert check(crashed, deep=True).ok
        with Notebook.open(crashed, clock=CLOCK) as notebook:
            notebook.append(note())
        assert check(crashed).entries == 15


def test_a_disk_without_room_is_named_and_the_file_stays_sound(new: New, key: NoteKey) -> None:
    with new() as notebook:
        fill(notebook, key)
        connection = notebook._connection
        assert connection is not None
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StorageTrouble, match="full"):
            notebook.append(Draft(kind="attachment", body={}, author=AUTHOR, payload=bytes(100_000)))
        assert check(notebook.path).ok
        connection.execute("PRAGMA max_page_count = 1000000")
        notebook.append(note())
    assert check(notebook.path).entries == 15
