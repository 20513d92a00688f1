"""Whatever happens to the bytes of a notebook is found or lies outside its content, and the rest can still be had."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from labclient.errors import NotebookDamaged
from labclient.notebook import Notebook, Reader, _table, check, export
from notebook.faults import crashed, flips, outcome
from notebook.samples import CLOCK, exported, tamper

PLACES = 240
PAGE = 4096


def test_a_changed_byte_is_found_or_lies_outside_the_content(closed: Path, tmp_path: Path) -> None:
    sound, data = exported(closed, tmp_path / "sound"), closed.read_bytes()
    changed = tmp_path / "changed" / "a.labnote"
    changed.parent.mkdir()
    places = random.Random(20260301).sample(range(len(data)), PLACES)
    told = flips({changed: data}, changed, places, sound)
    assert told.total() == PLACES
    assert told["found"] > PLACES // 3


def test_a_changed_byte_of_what_a_crash_left_is_found_or_lies_outside_the_content(closed: Path, tmp_path: Path) -> None:
    sound, files = exported(closed, tmp_path / "sound"), crashed(closed, tmp_path / "crash")
    dice, told = random.Random(20260301), Counter[str]()
    for target, data in files.items():
        told += flips(files, target, dice.sample(range(len(data)), 60), sound)
    told += flips(files, target, range(28), sound)  # the journal's head
    assert told.total() == 148
    assert told["found"]
    assert told["outside"]


def test_a_truncated_file_is_found_and_what_is_left_can_be_had(closed: Path, tmp_path: Path) -> None:
    sound, data = exported(closed, tmp_path / "sound"), closed.read_bytes()
    dice, told = random.Random(20260301), Counter[str]()
    for length in [0, 1, 100, len(data) - 1, *range(PAGE, len(data), PAGE), *dice.sample(range(len(data)), 40)]:
        closed.write_bytes(data[:length])
        what = outcome(closed, sound, tmp_path / "out")
        assert what == "found" or (what == "refused" and length < 4 * PAGE), length  # no whole page of entries
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        told[what] += 1
    assert told["found"] > 20


def test_pages_overwritten_or_exchanged_are_found(closed: Path, tmp_path: Path) -> None:
    sound, data = exported(closed, tmp_path / "sound"), closed.read_bytes()
    dice, told = random.Random(20260301), Counter[str]()
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    for _ in range(40):
        garbled = pages.copy()
        for place in dice.sample(range(len(pages)), dice.randrange(1, 4)):
            garbled[place] = dice.choice((dice.choice(pages), dice.randbytes(PAGE), b"\x0d" + dice.randbytes(PAGE - 1)))
        closed.write_bytes(b"".join(garbled))
        told[outcome(closed, sound, tmp_path / "out")] += 1
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert told["found"] > 35


@pytest.mark.parametrize("page", [1, 2, 3])
def test_without_a_whole_page_the_entries_of_the_others_are_had_and_their_proof_is_told(
    closed: Path, tmp_path: Path, page: int
) -> None:
    """Page 1 holds SQLite's own table, 2 leads to the entries, 3 is the head."""
    sound, data = exported(closed, tmp_path / "sound"), bytearray(closed.read_bytes())
    data[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    closed.write_bytes(data)
    report = check(closed)
    assert not report.ok
    assert report.entries == 14
    assert report.verified == (((0, 13),) if page < 3 else ((0, 12),))  # without head, up to the last checkpoint
    assert report.unproven == (() if page < 3 else ((13, 13),))
    export(closed, tmp_path / "out", damaged=True)
    left = {
        file.relative_to(tmp_path / "out").as_posix(): file.read_bytes() for file in (tmp_path / "out").rglob("*.*")
    }
    assert left.pop("DAMAGE.txt").startswith(b"0-1")
    assert left == {name: data for name, data in sound.items() if name != "SHA256SUMS"}


def test_a_damaged_notebook_is_not_opened_for_writing_and_the_next_step_is_told(closed: Path) -> None:
    tamper(closed, "UPDATE log SET entry = CAST(replace(entry, 'done', 'gone') AS BLOB) WHERE seq = 9")
    with pytest.raises(NotebookDamaged, match="does not verify") as refused:
        Notebook.open(closed, clock=CLOCK)
    assert refused.value.step is not None
    with Reader.open(closed) as reader:
        assert reader.size == 14
    assert [file.name for file in closed.parent.iterdir() if file.is_file()] == [closed.name]


def test_pages_are_not_looked_at_while_somebody_writes(closed: Path) -> None:
    """Closing the file by other means than SQLite's drops its locks."""
    with Notebook.open(closed, clock=CLOCK):
        assert _table._pages(closed) is None
    pages = _table._pages(closed)
    assert pages is not None
    assert list(pages.survey()[0]) == list(range(14))
    pages.close()


def test_a_letter_is_no_damaged_notebook(tmp_path: Path) -> None:
    letter = tmp_path / "letter.labnote"
    for content in (b"", b"Dear colleague", b"SQLite format 3\x00" + bytes(9000), bytes([13]) * 20_000):
        letter.write_bytes(content)
        with pytest.raises(NotebookDamaged):
            check(letter)
        with pytest.raises(NotebookDamaged):
            export(letter, tmp_path / "out", damaged=True)


def test_an_appended_row_is_had_and_is_called_beyond_the_head(closed: Path, tmp_path: Path) -> None:
    tamper(closed, "INSERT INTO log SELECT 14, entry, payload, vals FROM log WHERE seq = 13")
    report = check(closed)
    assert {(14, "beyond"), (None, "count")} <= {(finding.seq, finding.code) for finding in report.findings}
    assert report.verified == ((0, 13),)
    export(closed, tmp_path / "out", damaged=True)
    lines = (tmp_path / "out" / "log" / "entries.jsonl").read_bytes().splitlines()
    assert (len(lines), lines[14]) == (15, lines[13])
