"""The notebook as plain files."""

import csv
import json
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import which

import pytest

from labclient.errors import NotebookDamaged, WrongUse
from labclient.notebook import Notebook, Reader, attachment, export
from labclient.signing import root_of
from notebook.samples import AUTHOR, CLOCK, exported, tamper

New = Callable[..., Notebook]


def test_an_export_holds_entries_runs_attachments_and_sums(closed: Path, tmp_path: Path) -> None:
    files = exported(closed, tmp_path / "out")
    assert sorted(files) == [
        "SHA256SUMS",
        "attachments/10-箱子.jpg",
        "log/entries.jsonl",
        "runs/run-11.csv",
        "runs/run-2.csv",
    ]
    assert files["attachments/10-箱子.jpg"] == bytes(range(256)) * 40
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: sha256(data).hexdigest() for name, data in files.items()}


def test_sha256sum_verifies_an_export(closed: Path, tmp_path: Path) -> None:
    program = which("sha256sum") or which("gsha256sum")
    if program is None:
        pytest.skip("no sha256sum on this machine")
    export(closed, tmp_path / "out")
    subprocess.run([program, "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=tmp_path / "out", check=True)


def test_line_i_is_leaf_i(closed: Path, tmp_path: Path) -> None:
    lines = exported(closed, tmp_path / "out")["log/entries.jsonl"].split(b"\n")[:-1]
    with Reader.open(closed) as reader:
        assert (len(lines), root_of(lines).hex()) == reader.head()
    assert [json.loads(line)["seq"] for line in lines] == list(range(14))


def test_a_run_is_a_csv_whose_texts_are_those_of_the_instrument(closed: Path, tmp_path: Path) -> None:
    text = exported(closed, tmp_path / "out")["runs/run-2.csv"].decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["index"] for row in rows] == [str(i) for i in range(225)]
    assert rows[5] == {"index": "5", "t_ns": "5000000000", "status": "ok", "dcv": "+1.0000005E+01", "raw": ""}
    assert text.count("\r\n") == text.count("\n") == 226


def test_the_same_notebook_gives_the_same_bytes(closed: Path, tmp_path: Path) -> None:
    one = exported(closed, tmp_path / "one")
    Notebook.open(closed, clock=CLOCK).close()
    assert exported(closed, tmp_path / "two") == one


def test_an_attachment_cannot_choose_its_folder(new: New, tmp_path: Path) -> None:
    names = ["../../etc/passwd", "a\\b\\c.txt", "..", "", "x" * 300 + ".csv", "a\nb;c.txt", "COM1"]
    with new() as notebook:
        for name in names:
            notebook.append(attachment(name, b"x", media_type="text/plain", what="test", author=AUTHOR))
    files = exported(notebook.path, tmp_path / "out")
    assert {name for name in files if name.startswith("attachments/")} == {
        "attachments/1-passwd",
        "attachments/2-c.txt",
        "attachments/3-file",
        "attachments/4-file",
        "attachments/5-" + "x" * 76 + ".csv",
        "attachments/6-a_b_c.txt",
        "attachments/7-COM1",
    }


def test_a_folder_in_use_is_refused(closed: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="not empty"):
        export(closed, tmp_path)


def test_a_damaged_notebook_is_exported_only_on_request_and_names_what_is_missing(closed: Path, tmp_path: Path) -> None:
    sound = exported(closed, tmp_path / "sound")
    tamper(closed, "DELETE FROM log WHERE seq = 10", "UPDATE log SET payload = x'00' WHERE seq = 4")
    with pytest.raises(NotebookDamaged):
        export(closed, tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
    export(closed, tmp_path / "out", damaged=True)
    left = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*.*")}
    lines = sound["log/entries.jsonl"].splitlines()
    assert left["entries.jsonl"].splitlines() == lines[:10] + lines[11:]
    assert left["run-2.csv"].splitlines() == [
        row for n, row in enumerate(sound["runs/run-2.csv"].splitlines()) if not 1 <= n <= 20
    ]
    assert [line.split("\t")[:2] for line in left["DAMAGE.txt"].decode().splitlines()] == [
        ["0-3", "verified"], ["5-7", "verified"], ["12-13", "verified"], ["8-9", "unproven"], ["11-11", "unproven"],
        ["-", "count"], ["4", "payload"], ["5", "rows"], ["10", "unreadable"], ["13", "checkpoint"], ["-", "head"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["channels", "run", "name", "quantity"])
def test_bodies_that_lost_a_field_are_exported_as_far_as_they_say_something(
    closed: Path, tmp_path: Path, name: str
) -> None:
    tamper(closed, f"UPDATE log SET entry = CAST(replace(entry, '\"{name}\":', '\"lost\":') AS BLOB)")
    export(closed, tmp_path / "out", damaged=True)
    lines = (tmp_path / "out" / "log" / "entries.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(14))
    assert (tmp_path / "out" / "DAMAGE.txt").stat().st_size > 0
