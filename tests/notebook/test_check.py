"""Whatever is changed in a notebook is found."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from labclient.errors import NotebookDamaged
from labclient.notebook import CheckReport, Draft, Notebook, Reader, check, run_values
from labclient.notebook._check import _is_canonical
from labclient.signing import NoteKey, Tree, canonical, sign_checkpoint
from notebook.samples import AUTHOR, CLOCK, fill, tamper

New = Callable[..., Notebook]


def codes(report: CheckReport) -> set[str]:
    return {finding.code for finding in report.findings}


def test_a_sound_notebook_has_no_findings(closed: Path, key: NoteKey) -> None:
    report = check(closed, deep=True)
    assert report.ok
    assert (report.entries, report.readings, report.checkpoints, report.key) == (14, 228, 2, key.public)


def test_the_root_is_that_of_an_independent_tree(closed: Path) -> None:
    oracle = InmemoryTree(algorithm="sha256")
    with Reader.open(closed) as reader:
        for entry in reader.entries():
            oracle.append_entry(entry.line)
        assert reader.head() == (14, oracle.get_root().hex())
    assert check(closed).root == oracle.get_root().hex()


@pytest.mark.parametrize(
    ("statements", "seq"),
    [
        (["UPDATE log SET seq = -1 WHERE seq = 4", "UPDATE log SET seq = 4 WHERE seq = 5",
          "UPDATE log SET seq = 5 WHERE seq = -1"], 4),
        (["DELETE FROM log WHERE seq = 5"], 5),
        (["DELETE FROM log WHERE seq = 5", "UPDATE log SET seq = seq - 1 WHERE seq > 5"], 5),
        (["INSERT INTO log SELECT 14, entry, payload, vals FROM log WHERE seq = 13"], None),
        (["DELETE FROM log WHERE seq = 13"], 13),
        (["UPDATE log SET payload = NULL WHERE seq = 4"], 4),
        (["UPDATE log SET vals = (SELECT vals FROM log WHERE seq = 5) WHERE seq = 4"], 4),
        (["UPDATE log SET entry = CAST(replace(entry, 'done', 'gone') AS BLOB)"], None),
        (["UPDATE log SET entry = CAST(replace(entry, '\"seq\":5', '\"seq\": 5') AS BLOB)"], 5),
        (["UPDATE log SET entry = x'7b' WHERE seq = 5"], 5),
        (["UPDATE head SET size = 13"], None),
        (["UPDATE head SET frontier = x'00'"], None),
        (["UPDATE head SET one = 1, root = zeroblob(32)"], None),
    ],
)  # fmt: skip
def test_entries_swapped_dropped_duplicated_or_edited_are_found(
    closed: Path, statements: list[str], seq: int | None
) -> None:
    tamper(closed, *statements)
    report = check(closed)
    assert not report.ok
    assert seq in {finding.seq for finding in report.findings}


def test_missing_triggers_are_named_and_such_a_file_is_not_opened(closed: Path) -> None:
    connection = sqlite3.connect(closed)
    connection.execute("DROP TRIGGER log_keeps")
    connection.close()
    assert [(finding.seq, finding.code) for finding in check(closed).findings] == [(None, "file")]
    with pytest.raises(NotebookDamaged):
        Reader.open(closed)
    with pytest.raises(NotebookDamaged):
        Notebook.open(closed, clock=CLOCK)


def rewrite_head(path: Path, keep: int) -> None:
    """Truncate to `keep` entries and make the head fit: what the owner of the PC can always do."""
    tree = Tree()
    with Reader.open(path) as reader:
        for entry in reader.entries(stop=keep):
            tree.append(entry.line)
    head = f"size = {keep}, root = x'{tree.root().hex()}', frontier = x'{tree.frontier.hex()}'"
    tamper(path, f"DELETE FROM log WHERE seq >= {keep}", f"UPDATE head SET {head}")


def test_only_a_checkpoint_held_outside_shows_a_log_cut_short_with_its_head(
    new: New, key: NoteKey, tmp_path: Path
) -> None:
    with new() as notebook:
        fill(notebook, key)
        held = notebook.checkpoint(key)
    assert check(notebook.path, expected_checkpoint=held).ok
    rewrite_head(notebook.path, 10)
    assert check(notebook.path).ok
    assert codes(check(notebook.path, expected_checkpoint=held)) == {"expected"}


def test_a_rewritten_history_is_shown_by_a_checkpoint_held_outside(new: New, key: NoteKey) -> None:
    with new("true.labnote") as true:
        held = true.checkpoint(key)
    with new("forged.labnote") as forged:
        forged.append(Draft(kind="note", body={}, author=AUTHOR))
    assert codes(check(forged.path, expected_checkpoint=held)) == {"expected"}
    own = sign_checkpoint(key, forged.name, 1, bytes(32))
    assert codes(check(forged.path, expected_checkpoint=own)) == {"expected"}
    assert codes(check(forged.path, expected_checkpoint=held.replace("1", "2"))) == {"expected"}


def test_a_checkpoint_of_another_key_or_state_inside_is_found(new: New, key: NoteKey) -> None:
    with new() as notebook:
        origin, root = notebook.name, notebook._tree.root()
        for size, state, signer in (
            (1, root, NoteKey.generate("lab-07")),
            (2, bytes(32), key),
            (1, root, key),
        ):
            note = sign_checkpoint(signer, origin, size, state)
            notebook.append(Draft(kind="checkpoint", body={"note": note}, author=AUTHOR))
    assert [finding.seq for finding in check(notebook.path).findings] == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"run": 1, "first": 9},
        {"run": 99},
        {"rows": 4},
        {"statuses": []},
        {"t0_ns": "soon"},
    ],
)
def test_a_block_that_contradicts_itself_or_its_run_is_found(new: New, body: dict[str, object], key: NoteKey) -> None:
    with new() as notebook:
        start = Draft(
            kind="run-start", body={"channels": [{"name": "a", "quantity": "voltage", "unit": "V"}]}, author=""
        )
        notebook.append(start)
        sound = {"run": 1, "series": 2, "first": 0, "rows": 2, "t0_ns": "5", "t1_ns": "6", "statuses": ["ok"],
                 "terminator": "\\x0a"}  # fmt: skip
        draft = Draft(
            kind="block", author="", body={**sound, **body} if body else {}, payload=b"", values=np.ones((2, 2))
        )
        notebook.append(draft)
    assert {finding.seq for finding in check(notebook.path).findings} == {2}


@pytest.mark.parametrize(
    ("row", "agrees"),
    [
        (b"0,5,ok,1.0,\r\n", True),
        (b"0,5,ok,+1.00E0,\r\n", True),
        (b"0,5,ok,1.0000000000000002,\r\n", False),
        (b"0,5,ok,,\r\n", False),
        (b"0,6,ok,1.0,\r\n", False),
        (b"1,5,ok,1.0,\r\n", False),
        (b"0,5,overload,1.0,\r\n", False),
        (b"0,5,ok,1.0\r\n", False),
        (b"0,5,ok,1.0,\r\n1,6,ok,1.0,\r\n", False),
        (b"", False),
        (b'0,5,ok,"1.0,\r\n', False),
        (b"\xff\xfe", False),
    ],
)
def test_a_deep_check_compares_each_text_with_its_value(new: New, row: bytes, agrees: bool) -> None:
    with new() as notebook:
        channel = {"name": "a", "quantity": "voltage", "unit": "V"}
        notebook.append(Draft(kind="run-start", body={"channels": [channel]}, author=""))
        body = {"run": 1, "series": 2, "first": 0, "rows": 1, "t0_ns": "5", "t1_ns": "5", "statuses": ["ok"],
                "terminator": "\\x0a"}  # fmt: skip
        values = np.array([[0.0, 1.0]])
        notebook.append(Draft(kind="block", author="", body=body, payload=row, values=values))
    assert check(notebook.path).ok
    assert check(notebook.path, deep=True).ok == agrees


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from('\x7f\x1f/\\"é\U0001f600'), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda member: st.lists(member, max_size=3) | st.dictionaries(TEXT, member, max_size=4),
)


@given(JSON, st.booleans(), st.booleans(), st.sampled_from([(",", ":"), (", ", ":")]))
def test_canonical_form_is_told_as_rfc_8785_tells_it(
    value: object, ascii_only: bool, ordered: bool, separators: tuple[str, str]
) -> None:
    line = json.dumps(value, ensure_ascii=ascii_only, sort_keys=ordered, separators=separators).encode()
    assert _is_canonical(line) == (canonical(value) == line)
    assert _is_canonical(canonical(value))


@pytest.mark.parametrize(
    "line",
    [b"[9007199254740992]", b'{"a":[1,-90071992547409930]}', b'{"a":1,"a":1}', b"-0", b" 1", b'{"a":"\xe3"}', b"{"],
)
def test_what_rfc_8785_does_not_write_is_not_canonical(line: bytes) -> None:
    assert not _is_canonical(line)


@pytest.mark.parametrize("number", ["1.5", "1e3", "9007199254740993"])
def test_a_number_that_loses_digits_is_found_in_any_entry(new: New, number: str) -> None:
    with new() as notebook:
        notebook.append(Draft(kind="note", body={"number": "7"}, author=AUTHOR))
    tamper(notebook.path, f"UPDATE log SET entry = CAST(replace(entry, '\"7\"', '{number}') AS BLOB)")
    assert {(1, "form"), (None, "head")} == {(f.seq, f.code) for f in check(notebook.path).findings}


def test_an_entry_0_that_says_nothing_is_refused(closed: Path) -> None:
    for name in ("notebook", "key", "simulated", "clock"):
        tamper(closed, f"UPDATE log SET entry = CAST(replace(entry, '\"{name}\":', '\"lost\":') AS BLOB) WHERE seq = 0")
        assert 0 in {finding.seq for finding in check(closed).findings}
        with pytest.raises(NotebookDamaged):
            Notebook.open(closed, clock=CLOCK)


def test_a_block_cannot_ask_for_more_memory_than_it_has(new: New) -> None:
    with new() as notebook:
        channel = {"name": "a", "quantity": "voltage", "unit": "V"}
        notebook.append(Draft(kind="run-start", body={"channels": [channel]}, author=""))
        body = {"run": 1, "series": 2, "first": 0, "rows": 2**52, "t0_ns": "5", "t1_ns": "5", "statuses": ["ok"],
                "terminator": "\\x0a"}  # fmt: skip
        notebook.append(Draft(kind="block", author="", body=body, payload=b"", values=np.ones((1, 2))))
    assert codes(check(notebook.path)) == {"block"}
    with Reader.open(notebook.path) as reader, pytest.raises(NotebookDamaged):
        run_values(reader, 1)
