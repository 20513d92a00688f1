"""Delivery to a folder: the same file once, never another in its place, and nothing half-written."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from labclient.errors import NotVerified, StorageTrouble, WrongUse
from labclient.submission import _deliver, deliver

CONTENT = bytes(range(256)) * 5000  # more than one piece


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "result_r1.asice"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_what_lies_there_is_what_was_sent(file, stick) -> None:
    delivered = deliver(file, stick)
    assert delivered.path == stick / file.name
    assert delivered.path.read_bytes() == CONTENT
    assert delivered.sha256 == sha256(CONTENT).hexdigest()
    assert [path.name for path in stick.iterdir()] == [file.name]


def test_the_same_file_again_is_left_as_it_is(file, stick) -> None:
    first = deliver(file, stick)
    before = first.path.stat()
    assert deliver(file, stick) == first
    after = first.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_file_of_the_same_name_is_never_overwritten(file, stick) -> None:
    (stick / file.name).write_bytes(b"of somebody else")
    with pytest.raises(WrongUse, match="nothing is overwritten"):
        deliver(file, stick)
    assert (stick / file.name).read_bytes() == b"of somebody else"


@pytest.mark.parametrize("place", ["nowhere", "result_r1.asice"])
def test_what_is_no_folder_is_wrong_use(file, tmp_path, place) -> None:
    with pytest.raises(WrongUse, match="not a folder"):
        deliver(file, tmp_path / place)


def test_a_file_that_is_not_there_is_a_trouble_of_the_disk(tmp_path, stick) -> None:
    with pytest.raises(StorageTrouble):
        deliver(tmp_path / "gone.asice", stick)
    assert list(stick.iterdir()) == []


FULL = """
import resource, sys
from pathlib import Path
from labclient.errors import StorageTrouble
from labclient.submission import deliver
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    deliver(Path(sys.argv[1]), Path(sys.argv[2]))
except StorageTrouble as trouble:
    print(trouble.tell("en"))
    raise SystemExit(trouble.exit_code)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX")
def test_a_full_stick_leaves_nothing_behind(file, stick) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, file, stick], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 3, done.stderr
    assert "cannot be read or written" in done.stdout
    assert list(stick.iterdir()) == []
    assert deliver(file, stick).path.read_bytes() == CONTENT


def test_a_folder_that_refuses_is_a_trouble_of_the_disk(file, stick, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("labclient.signing._files.os.open", refuse)
    with pytest.raises(StorageTrouble, match="Permission denied"):
        deliver(file, stick)
    assert list(stick.iterdir()) == []


def test_a_medium_that_gives_back_something_else_is_found(file, stick, monkeypatch) -> None:
    def forgetful(source, target, length: int) -> None:
        target.write(source.read()[:-1] + b"?")

    monkeypatch.setattr(_deliver.shutil, "copyfileobj", forgetful)
    with pytest.raises(NotVerified, match="not what was written"):
        deliver(file, stick)
