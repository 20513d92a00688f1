"""A long stream in the record: opened, checked, and what it weighs."""

import time
from collections.abc import Callable, Iterator
from hashlib import file_digest
from pathlib import Path
from statistics import median

from labclient.clock import SystemClock
from labclient.notebook import Notebook, Reader, check, run_values

from ._figures import Figure, Size
from ._record import fill, new_notebook

_SCREEN = 1200  # readings


def stream(size: Size, folder: Path) -> Iterator[Figure]:
    """One stream of 10⁷ readings."""
    path = folder / "stream.labnote"
    with new_notebook(path) as notebook:
        run = fill(notebook, size.readings)
    yield Figure("file_bytes_per_reading", path.stat().st_size / size.readings, "bytes")
    opened = median(_seconds(lambda: _open(path, run, size.readings)) for _ in range(size.repeats))
    yield Figure("open_1e7_s", opened, "s")
    shallow, deep, hashed = [], [], []
    for _ in range(min(3, size.repeats)):
        hashed.append(_seconds(lambda: _hash(path)))
        shallow.append(_seconds(lambda: _check(path, deep=False)))
        deep.append(_seconds(lambda: _check(path, deep=True)))
    peer = f"SHA-256 of the file {median(hashed):.2f} s"
    yield Figure("check_ratio", median(a / b for a, b in zip(shallow, hashed, strict=True)), "of its time", peer)
    yield Figure("check_deep_ratio", median(a / b for a, b in zip(deep, hashed, strict=True)), "of its time", peer)


def _open(path: Path, run: int, readings: int) -> None:
    """Open for writing and for reading, and read the last screenful."""
    with Notebook.open(path, clock=SystemClock()), Reader.open(path) as reader:
        data = run_values(reader, run, first=readings - _SCREEN)
    if len(data.index) != _SCREEN:
        raise AssertionError(len(data.index))


def _check(path: Path, *, deep: bool) -> None:
    if findings := check(path, deep=deep).findings:
        raise AssertionError(findings)


def _hash(path: Path) -> None:
    with path.open("rb") as file:
        file_digest(file, "sha256")


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
