"""Recordings killed at random moments: what is lost, and whether the record verifies."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from labclient.notebook import check

from ._figures import Figure, Size
from ._record import begin, new_notebook
from .victim import TOLD

_ROOT = Path(__file__).parents[2]


def loss(size: Size, folder: Path) -> Iterator[Figure]:
    """The longest time before a kill whose readings are lost, and how many of the records verify."""
    path = folder / "killed.labnote"
    with new_notebook(path) as notebook:
        run, member = begin(notebook)
    dice = random.Random(1)
    lost, verified = [], 0
    for _ in range(size.kills):
        told, killed = _killed(path, run, member, dice.uniform(0.1, 0.8))
        report = check(path)
        verified += report.ok
        first = min((when for count, when in told if count > report.readings), default=killed)
        lost.append((killed - first) / 1e6)
    yield Figure("crash_loss_ms", max(lost), "ms", f"median {median(lost):.0f} ms of {size.kills} kills")
    yield Figure("crash_verified", verified / size.kills, "of the kills")


def _killed(path: Path, run: int, member: int, seconds: float) -> tuple[list[tuple[int, int]], int]:
    """What the recording said (readings offered, when), and when it was killed."""
    command = [sys.executable, "-m", "tests.bench.victim", str(path), str(run), str(member)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        told = victim.stdout.read(TOLD.size)
        time.sleep(seconds)  # the random moment
        killed = time.monotonic_ns()
        victim.kill()
        told += victim.stdout.read()
    return list(TOLD.iter_unpack(told[: len(told) - len(told) % TOLD.size])), killed
