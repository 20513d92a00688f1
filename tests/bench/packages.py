"""The package of a long record: staged, signed by three roles, written, verified; against hashing and compressing."""

import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from labclient.clock import SimulatedClock, parse_iso
from labclient.demo import _play, demonstrate
from labclient.demo._papers import PEOPLE, identity
from labclient.home import Home
from labclient.notebook import Reader, Task, run_stop
from labclient.participation import Participation, pack, prepare, sign
from labclient.words import Message

from ._figures import Figure, Size
from ._process import apart, peak_mb
from ._record import AUTHOR, begin, blocks

_CHUNK = 1 << 20


def package(size: Size, folder: Path) -> Iterator[Figure]:
    """Stage, three signatures, container and its verification: peak memory, and time against SHA-256 and zlib alone."""
    notebook = apart(_demonstrated, folder / "demo", size)
    staged = folder / "staged"
    seconds, peak = apart(_packed, notebook, staged, folder)
    hashed, compressed = apart(_hashed_and_compressed, staged)
    peer = f"SHA-256 {hashed:.1f} s + zlib {compressed:.1f} s"
    yield Figure("package_1e7_rss_mb", peak, "MB")
    yield Figure(
        "package_1e7_ratio", seconds / (hashed + compressed), "of their time", f"{peer}; package {seconds:.1f} s"
    )


class _Ready(Exception):
    """The record is complete up to the signatures."""


def _demonstrated(out: Path, size: Size) -> Path:
    """The demonstration's notebook, with a long diagnostic run in it, before its signatures."""

    class Long(_play._Play):
        def _stability(self) -> None:
            recorder = self._p.recorder
            run, member = begin(recorder)
            for draft in blocks(run, member, size.readings):
                recorder.enter(draft)
            recorder.enter(run_stop(run, rows=size.readings, reason="done", author=AUTHOR))
            super()._stability()

        def _signing(self) -> Path:
            raise _Ready

    try:
        with patch.object(_play, "_Play", Long):
            demonstrate(out, _Deaf(), speed=size.demo_speed)
    except _Ready:
        (notebook,) = out.glob("*.labnote")
        return notebook
    raise AssertionError("the demonstration did not reach its signatures")


def _packed(notebook: Path, staged: Path, out: Path) -> tuple[float, float]:
    """Seconds and peak memory from the record to a verified package."""
    home = Home(notebook.parent / "pc")
    with Reader.open(notebook) as reader:
        last = parse_iso(reader.entry(reader.size - 1).t)
    people = [(person.roles[0], identity(home, person)) for person in PEOPLE]
    with Participation.open(notebook, clock=SimulatedClock(last + timedelta(hours=1)), home=home) as participation:
        began = time.perf_counter()
        prepare(participation, staged, PEOPLE[0].id)
        for role, signer in people:
            sign(participation, staged, role, signer)
        _, report = pack(participation, staged, out)
        seconds = time.perf_counter() - began
    if report is None or not report.ok:
        raise AssertionError("the package does not verify")
    return seconds, peak_mb()


def _hashed_and_compressed(folder: Path) -> tuple[float, float]:
    """Seconds to hash, and to compress at zlib's usual level, all files of a folder."""
    hashed = compressed = 0.0
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest, squeezed = sha256(), zlib.compressobj()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                began = time.perf_counter()
                digest.update(chunk)
                between = time.perf_counter()
                squeezed.compress(chunk)
                compressed += time.perf_counter() - between
                hashed += between - began
    return hashed, compressed


class _Deaf:
    def tell(self, sentence: Message) -> None:
        del sentence

    def progress(self, task: Task, done: int, total: int) -> None:
        del task, done, total
