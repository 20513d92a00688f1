"""The second copy: the same notebook in another place, whatever befalls that place, and never in the recorder's way."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labclient.clock import SystemClock
from labclient.errors import NotebookDamaged, NotebookLocked, NotVerified, StorageTrouble, WrongUse
from labclient.notebook import Draft, Notebook, Reader, SecondCopy, _copy, _file, check
from labclient.signing import NoteKey
from notebook.samples import AUTHOR, CLOCK, exported, fill, left_over, tamper

ROOT = Path(__file__).parents[2]
KILLS = 10
WRITER = """
import sys, threading
from pathlib import Path
from labclient.clock import SystemClock
from labclient.notebook import Draft, Notebook
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
with Notebook.open(Path(sys.argv[1]), clock=SystemClock()) as notebook:
    print("open", flush=True)
    while not ended.is_set():
        notebook.append(*[Draft(kind="note", body={}, author="P-01", payload=bytes(2000))] * 5)
    print(notebook.size, flush=True)
"""
COPIER = """
import sys
from pathlib import Path
from labclient.notebook import SecondCopy, _copy
_copy._PIECE = _copy._READ = 1  # each commit is a transaction
copy = SecondCopy(Path(sys.argv[1]), Path(sys.argv[2]))
copy.begin()
print("begun", flush=True)
while not copy.advance().up_to_date:
    pass
"""


def note(length: int = 0) -> Draft:
    return Draft(kind="note", body={}, author=AUTHOR, payload=bytes(length) if length else None)


def grow(path: Path, count: int, length: int = 0) -> None:
    with Notebook.open(path, clock=CLOCK) as notebook:
        notebook.append(*[note(length)] * count)


def brought_up(copy: SecondCopy) -> int:
    while not (copied := copy.advance()).up_to_date:
        pass
    return copied.entries


def made(source: Path, folder: Path) -> SecondCopy:
    copy = SecondCopy(source, folder)
    copy.begin()
    brought_up(copy)
    return copy


def head(path: Path) -> tuple[int, str]:
    with Reader.open(path) as reader:
        return reader.head()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_a_copy_is_the_same_notebook_in_one_file_that_nobody_writes_in(
    closed: Path, stick: Path, tmp_path: Path
) -> None:
    copy = made(closed, stick)
    assert [path.name for path in stick.iterdir()] == [closed.name]
    assert head(copy.path) == head(closed)
    assert check(copy.path, deep=True).ok
    assert exported(copy.path, tmp_path / "one") == exported(closed, tmp_path / "two")
    assert copy.path.stat().st_mode & 0o222 == 0


def test_a_copy_grows_by_what_is_new_and_by_nothing_when_nothing_is(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    grow(closed, 3)
    assert brought_up(copy) == 17
    before = copy.path.stat()
    assert copy.advance().up_to_date
    assert copy.path.stat() == before
    assert brought_up(SecondCopy(closed, stick)) == 17


def test_a_copy_follows_a_recording_of_another_process(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(closed)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        while copy.advance().entries < 200:
            assert writer.poll() is None
        size = int(writer.communicate()[0])
    assert writer.returncode == 0
    assert brought_up(copy) == size > 200
    assert head(copy.path) == head(closed)
    assert check(copy.path).ok


def test_the_recorder_writes_while_a_slow_stick_does(
    new: Callable[[str], Notebook], key: NoteKey, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_file, "BUSY_S", 0)  # whoever finds the file locked is refused at once
    write, written = _copy._write, []
    with new("a.labnote") as notebook:
        fill(notebook, key)

        def slow(*args: object) -> None:
            written.append(notebook.append(note()))
            write(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(_copy, "_write", slow)
        copy = SecondCopy(notebook.path, stick)
        copy.begin()
        copied = copy.advance()
        assert len(written) == 2
        assert (copied.entries, notebook.size) == (15, 16)  # what came meanwhile waits for the next piece


def test_what_was_committed_together_is_copied_together(
    closed: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = made(closed, stick)
    commits = [14]
    for count in (3, 30, 1, 1, 30, 2):  # many pieces, and many reads, in a large one
        with Notebook.open(closed, clock=SystemClock()) as notebook:
            notebook.append(*[note(1000)] * count)
        commits.append(commits[-1] + count)
    monkeypatch.setattr(_copy, "_PIECE", 4000)
    monkeypatch.setattr(_copy, "_READ", 3000)
    seen = [copy.advance().entries]
    while seen[-1] < commits[-1]:
        seen.append(copy.advance().entries)
    assert len(seen) > 2
    assert set(seen) <= set(commits)
    assert head(copy.path) == head(closed)


def test_a_stick_that_is_out_is_waited_for_and_an_empty_place_is_not_taken_for_it(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    away = stick.rename(stick.with_name("away"))
    for _ in range(2):
        with pytest.raises(StorageTrouble, match="is missing"):
            copy.advance()
        with pytest.raises(StorageTrouble, match="is missing"):
            SecondCopy(closed, stick).advance()
        stick.mkdir(exist_ok=True)
    assert not list(stick.iterdir())
    stick.rmdir()
    grow(closed, 2)
    away.rename(stick)
    assert brought_up(copy) == 16
    assert check(copy.path).ok


def test_a_stick_pulled_while_a_piece_is_written_holds_what_it_held(
    closed: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = made(closed, stick)
    grow(closed, 40, 100_000)
    away, write = stick.with_name("away"), _copy._write

    def pulled(*args: object) -> None:
        write(*args)  # type: ignore[arg-type]
        if stick.exists():
            stick.rename(away)

    monkeypatch.setattr(_copy, "_write", pulled)
    with pytest.raises(StorageTrouble):
        copy.advance()
    monkeypatch.setattr(_copy, "_write", write)
    away.rename(stick)
    assert check(copy.path).entries == 14
    assert check(copy.path).ok
    assert brought_up(copy) == 54
    assert check(copy.path).ok


def test_a_copy_killed_at_any_moment_is_absent_or_valid_and_goes_on(closed: Path, stick: Path) -> None:
    dice, path = random.Random(1), stick / closed.name
    for _ in range(KILLS):
        with Notebook.open(closed, clock=SystemClock()) as notebook:
            for _ in range(100):
                notebook.append(note(3000), note())
        with subprocess.Popen(
            [sys.executable, "-c", COPIER, str(closed), str(stick)], cwd=ROOT, stdout=subprocess.PIPE
        ) as copier:
            assert copier.stdout is not None
            copier.stdout.read(1)
            time.sleep(dice.uniform(0, 0.3))  # the random moment
            copier.kill()
        if path.exists():
            report = check(path)
            assert report.ok
            assert report.entries > 0
    copy = made(closed, stick)
    assert head(copy.path) == head(closed)
    assert check(copy.path).ok


def test_what_a_crash_left_of_a_copy_never_finished_is_made_anew(closed: Path, stick: Path) -> None:
    part = stick / f"{closed.name}.part"
    part.write_bytes(b"SQLite format 3\0" + bytes(100))
    part.with_name(part.name + "-journal").write_bytes(b"rubbish")
    copy = made(closed, stick)
    assert [path.name for path in stick.iterdir()] == [closed.name]
    assert check(copy.path).ok


def test_a_crash_in_the_middle_of_a_piece_is_rolled_back(closed: Path, stick: Path, tmp_path: Path) -> None:
    copy = made(closed, tmp_path / "stick")
    copy.path.chmod(0o644)
    crashed = left_over(copy.path, tmp_path / "crashed")
    crashed.chmod(0o444)
    grow(closed, 1)
    assert brought_up(SecondCopy(closed, tmp_path / "crashed")) == 15
    assert check(crashed).ok


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log SET payload = zeroblob(length(payload)) WHERE seq = 4",
        "UPDATE log SET vals = NULL WHERE seq = 4",
        "UPDATE log SET entry = CAST(replace(CAST(entry AS TEXT), 'role', 'rôle') AS BLOB) WHERE seq = 3",
        "DELETE FROM log WHERE seq = 5",
        "UPDATE head SET root = zeroblob(32)",
    ],
)
def test_a_damaged_notebook_is_not_copied(closed: Path, stick: Path, damage: str) -> None:
    tamper(closed, damage)
    copy = SecondCopy(closed, stick)
    copy.begin()
    with pytest.raises(NotebookDamaged):
        brought_up(copy)
    assert check(copy.path).entries == 1
    assert check(copy.path).ok


def test_damage_behind_what_was_copied_leaves_the_copy_as_it_is(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    grow(closed, 1, 50)
    tamper(closed, "UPDATE log SET payload = zeroblob(49) WHERE seq = 14")
    before = copy.path.read_bytes()
    with pytest.raises(NotebookDamaged, match="beside entry 14"):
        copy.advance()
    assert copy.path.read_bytes() == before


def test_a_copy_in_which_somebody_went_on_is_refused_and_left_as_it_is(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    copy.path.chmod(0o644)
    grow(copy.path, 1)
    grow(closed, 2)
    before = copy.path.read_bytes()
    with pytest.raises(NotVerified, match="not the beginning of this notebook"):
        copy.advance()
    assert copy.path.read_bytes() == before


def test_another_notebook_of_that_name_is_refused_and_left_as_it_is(
    closed: Path, stick: Path, new: Callable[[str], Notebook]
) -> None:
    with new("other.labnote") as other:
        pass
    place = Path(shutil.copy(other.path, stick / closed.name))
    before, mode = place.read_bytes(), place.stat().st_mode
    copy = SecondCopy(closed, stick)
    copy.begin()
    with pytest.raises(NotVerified):
        copy.advance()
    assert (place.read_bytes(), place.stat().st_mode) == (before, mode)
    assert mode & 0o200


def test_a_notebook_older_than_its_copy_is_refused(closed: Path, stick: Path, tmp_path: Path) -> None:
    older = shutil.copy(closed, tmp_path / "older")
    made(closed, stick)
    grow(closed, 1)
    copy = made(closed, stick)
    shutil.copy(older, closed)
    with pytest.raises(NotVerified):
        copy.advance()


def test_a_damaged_copy_is_refused_and_left_as_it_is(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    copy.path.chmod(0o644)
    tamper(copy.path, "UPDATE log SET payload = zeroblob(length(payload)) WHERE seq = 4")
    before = copy.path.read_bytes()
    grow(closed, 1)
    with pytest.raises(NotebookDamaged, match="The second copy"):
        SecondCopy(closed, stick).advance()
    assert copy.path.read_bytes() == before


def test_a_copy_open_for_writing_elsewhere_is_not_touched(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    copy.path.chmod(0o644)
    grow(closed, 1)
    with Notebook.open(copy.path, clock=CLOCK), pytest.raises(NotebookLocked, match=f"process {os.getpid()}"):
        copy.advance()
    assert brought_up(copy) == 15


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit of a file's size")
def test_a_full_stick_keeps_the_copy_and_goes_on_when_there_is_room(closed: Path, stick: Path) -> None:
    copy = made(closed, stick)
    grow(closed, 50, 10_000)
    with _no_file_above(200_000), pytest.raises(StorageTrouble):
        copy.advance()
    assert check(copy.path).entries == 14
    assert check(copy.path).ok
    assert brought_up(copy) == 64


def test_the_folder_of_the_notebook_is_no_second_place(closed: Path) -> None:
    with pytest.raises(WrongUse, match="holds the notebook itself"):
        SecondCopy(closed, closed.parent / "." / "")


def test_a_folder_that_is_not_there_is_not_made(closed: Path, tmp_path: Path) -> None:
    copy = SecondCopy(closed, tmp_path / "stick")
    with pytest.raises(StorageTrouble, match="There is no folder"):
        copy.begin()
    assert not (tmp_path / "stick").exists()


@contextmanager
def _no_file_above(size: int) -> Iterator[None]:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
