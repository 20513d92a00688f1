"""From exported files back to the notebook."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labclient.errors import NotebookDamaged, StorageTrouble, WrongUse
from labclient.notebook import Reader, check, export, restore
from notebook.samples import exported


def test_a_restored_notebook_has_the_same_head_content_and_values(closed: Path, tmp_path: Path) -> None:
    export(closed, tmp_path / "out")
    back = tmp_path / "back.labnote"
    restore(tmp_path / "out", back)
    assert check(back, deep=True) == check(closed, deep=True)
    assert exported(back, tmp_path / "again") == exported(closed, tmp_path / "once")
    with Reader.open(closed) as one, Reader.open(back) as two:
        assert one.head() == two.head()
        for entry in one.entries({"block"}):
            assert one.values(entry.seq).tobytes() == two.values(entry.seq).tobytes()


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("runs/run-2.csv", replacing(b"+1.0000005E+01", b"+1.0000006E+01")),
        ("runs/run-2.csv", replacing(b",overload,", b",overflow,")),
        ("runs/run-2.csv", lambda data: data[:-1]),
        ("runs/run-2.csv", lambda data: data + b"225,225000000000,ok,1.0,\r\n"),
        ("runs/run-11.csv", lambda data: b""),
        ("log/entries.jsonl", lambda data: data[:-1]),
        ("log/entries.jsonl", replacing(b'"reason":"done"', b'"reason":"gone"')),
        ("attachments/10-箱子.jpg", lambda data: data + b"x"),
    ],
)
def test_changed_files_make_no_sound_notebook(
    closed: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    with Reader.open(closed) as reader:
        head = reader.head()
    export(closed, tmp_path / "out")
    changed = tmp_path / "out" / name
    changed.write_bytes(change(changed.read_bytes()))
    back = tmp_path / "back.labnote"
    try:
        restore(tmp_path / "out", back)
        report = check(back, deep=True)
        sound = report.ok and (report.entries, report.root) == head
    except NotebookDamaged:
        sound = False
    assert not sound


def test_missing_files_and_an_existing_notebook_are_named(closed: Path, tmp_path: Path) -> None:
    export(closed, tmp_path / "out")
    with pytest.raises(WrongUse):
        restore(tmp_path / "out", closed)
    (tmp_path / "out" / "runs" / "run-2.csv").unlink()
    with pytest.raises(StorageTrouble):
        restore(tmp_path / "out", tmp_path / "back.labnote")
