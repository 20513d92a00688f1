"""SIGKILL at random moments of a recording: what was shown is there, and the run goes on or is closed."""

import os
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from labclient.acquisition import Recorder, Replies
from labclient.clock import SystemClock
from labclient.notebook import (
    Channel,
    Notebook,
    Reader,
    check,
    gap,
    interrupted,
    run_start,
    run_stop,
    run_values,
    series,
)
from labclient.signing import NoteKey

ROOT = Path(__file__).parents[2]
KILLS = 20
LOST_MS = 200
STALLED = 2  # kills that may meet a machine whose disk stands still for a moment
AUTHOR = "Operator A"
# The child says, after each offer: how many replies it has offered, when, and how many entries it could have shown.
TOLD = struct.Struct("<qqq")
RECORD = """
import os, struct, sys, time
from pathlib import Path
import numpy as np
from labclient.acquisition import Recorder, Replies
from labclient.clock import SystemClock
from labclient.notebook import Notebook
path, run, series = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
recorder = Recorder(Notebook.open(path, clock=SystemClock()))
offered = recorder.rows(run)
while True:
    texts = [f"{offered + i}.0" for i in range(5)]
    times = [time.monotonic_ns()] * 5
    values = np.array([[float(text)] for text in texts])
    recorder.offer(run, series, Replies(t_ns=times, status=["ok"] * 5, texts=[texts], raws=None, values=values), b"\\n")
    offered += 5
    os.write(1, struct.pack("<qqq", offered, time.monotonic_ns(), recorder.committed))
    time.sleep(0.001)
"""


def record_until_killed(path: Path, run: int, member: int, seconds: float) -> tuple[list[tuple[int, ...]], int]:
    """What the child said, and when it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", RECORD, str(path), str(run), str(member)], cwd=ROOT, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        told = child.stdout.read(TOLD.size)
        time.sleep(seconds)  # the random moment
        killed = time.monotonic_ns()
        os.kill(child.pid, signal.SIGKILL)
        told += child.stdout.read()
    whole = len(told) - len(told) % TOLD.size
    return list(TOLD.iter_unpack(told[:whole])), killed


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX matter")
def test_killed_at_random_moments_a_notebook_verifies_and_its_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "killed.labnote"
    key = NoteKey.generate("lab-07")
    with Notebook.create(path, clock=SystemClock(), author=AUTHOR, key=key, body={}) as notebook:
        start = run_start(
            purpose="trial",
            task="stability",
            channels=[Channel("dcv", "voltage", "V")],
            instrument={},
            clock=notebook.clock,
            author=AUTHOR,
        )
        run = notebook.append(start)[0].seq
        member = notebook.append(series(run, {}, author=AUTHOR))[0].seq
    dice = random.Random(20260301)
    kept, lost = 0, []
    for _ in range(KILLS):
        told, killed = record_until_killed(path, run, member, dice.uniform(0.0, 0.5))
        report = check(path)
        assert report.ok
        assert report.entries >= told[-1][2]
        assert kept <= report.readings
        assert report.readings <= told[-1][0] + 5  # it may have been killed between offering and saying so
        kept = report.readings
        lost.append((killed - min((when for count, when, _ in told if count > kept), default=killed)) / 1e6)
        with Reader.open(path) as reader:
            (found,) = interrupted(reader)
            assert (found.run, found.rows) == (run, kept)
    assert sorted(lost)[-1 - STALLED] <= LOST_MS, lost

    with Notebook.open(path, clock=SystemClock()) as notebook, Recorder(notebook) as recorder:
        now = notebook.clock.monotonic_ns()
        recorder.enter(gap(run, after=kept - 1, reason="killed", from_ns=0, to_ns=now, author=AUTHOR))
        one = Replies(t_ns=[now], status=["ok"], texts=[[f"{kept}.0"]], raws=None, values=np.array([[float(kept)]]))
        recorder.offer(run, member, one, b"\n")
        recorder.enter(run_stop(run, rows=recorder.rows(run), reason="done", author=AUTHOR))
    with Reader.open(path) as reader:
        data = run_values(reader, run)
        assert interrupted(reader) == []
    assert data.index.tolist() == list(range(kept + 1))
    assert data.values[:, 0].tolist() == [float(i) for i in range(kept + 1)]
    assert check(path, deep=True).ok
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
