"""One writer at a time, by real processes; and where nobody may write."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from labclient.errors import NotebookLocked
from labclient.notebook import Draft, Notebook, check
from notebook.samples import AUTHOR, CLOCK

ROOT = Path(__file__).parents[2]
ROUNDS = 20
WRITER = """
import os, sys
from pathlib import Path
from labclient.clock import SystemClock
from labclient.errors import NotebookLocked
from labclient.notebook import Draft, Notebook
path, inside = Path(sys.argv[1]), Path(sys.argv[1] + ".inside")
for word in map(str.strip, sys.stdin):
    try:
        notebook = Notebook.open(path, clock=SystemClock())
    except NotebookLocked as locked:
        print("refused", str(locked).splitlines()[0], flush=True)
        continue
    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))  # fails where there are two
    notebook.append(Draft(kind="note", body={}, author=str(os.getpid())))
    print("open", os.getpid(), flush=True)
    if word == "hold":
        sys.stdin.readline()
    inside.unlink()
    notebook.close()
"""
LOCKED_OUT = """
import os, sys
from pathlib import Path
from labclient.clock import SystemClock
from labclient.errors import StorageTrouble
from labclient.notebook import Notebook, Reader, check, export
path, out = map(Path, sys.argv[1:])
check(path)  # everything is imported before the rights go
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.setuid(65534)
with Reader.open(path) as reader:
    print(check(path).ok, len(list(reader.entries())), len(export(path, out)))
try:
    Notebook.open(path, clock=SystemClock())
except StorageTrouble as trouble:
    print(trouble)
"""


def writer(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def say(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_writer_is_refused_by_computer_and_process_until_the_first_is_gone(closed: Path) -> None:
    lock = closed.with_name(closed.name + ".lock")
    with writer(closed) as holder:
        say(holder, "hold")
        assert heard(holder) == f"open {holder.pid}"
        with pytest.raises(NotebookLocked, match=f"process {holder.pid} on {socket.gethostname()}") as refused:
            Notebook.open(closed, clock=CLOCK)
        assert refused.value.step is not None
        assert check(closed).ok
        os.kill(holder.pid, signal.SIGKILL)
    if os.name != "nt":
        assert str(holder.pid) in lock.read_text()
    with Notebook.open(closed, clock=CLOCK) as notebook:  # the lock file that a dead process left holds nobody
        notebook.append(Draft(kind="note", body={}, author=AUTHOR))
        with pytest.raises(NotebookLocked, match=f"process {os.getpid()}"):
            Notebook.open(closed, clock=CLOCK)
    assert not lock.exists()


def test_of_two_that_open_at_once_exactly_one_wins_and_is_named_to_the_other(closed: Path) -> None:
    with writer(closed) as one, writer(closed) as two:
        for _ in range(ROUNDS):
            for process in (one, two):
                say(process, "hold")
            told = {process.pid: heard(process) for process in (one, two)}
            (winner,) = (pid for pid, answer in told.items() if answer.startswith("open"))
            (loser,) = told.keys() - {winner}
            assert f"process {winner} on {socket.gethostname()}" in told[loser]
            say(one if one.pid == winner else two, "close")
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.close()
    assert (one.returncode, two.returncode) == (0, 0)
    assert check(closed).entries == 14 + ROUNDS


def test_a_notebook_that_changes_hands_all_the_time_never_has_two_writers(closed: Path) -> None:
    with writer(closed) as one, writer(closed) as two:
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("once\n" * ROUNDS)
            process.stdin.close()
        told = [line for process in (one, two) for line in process.stdout or ()]
    assert (one.returncode, two.returncode) == (0, 0)
    assert len(told) == 2 * ROUNDS
    report = check(closed)
    assert (report.ok, report.entries) == (True, 14 + sum(line.startswith("open") for line in told))


@pytest.mark.parametrize("what", ["folder", "file"])
def test_where_nobody_may_write_a_notebook_is_read_checked_and_exported_and_writing_is_refused(
    closed: Path, what: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stick, out = Path(folder) / "stick", Path(folder) / "out"
        for place in (stick, out):
            place.mkdir()
            place.chmod(0o777)
        path = Path(shutil.copy(closed, stick))
        path.chmod(0o444 if what == "file" else 0o666)
        if what == "folder":
            stick.chmod(0o555)
        Path(folder).chmod(0o755)
        told = subprocess.run(
            [sys.executable, "-c", LOCKED_OUT, str(path), str(out)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        stick.chmod(0o755)
        assert sorted(place.name for place in stick.iterdir()) == [path.name]
    assert told[0] == "True 14 5"
    assert told[1].startswith(f"{path} cannot be opened for writing" if what == "folder" else f"{path} may not be")
    assert told[2].startswith("→ ")
