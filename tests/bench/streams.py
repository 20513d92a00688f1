"""Streams: lines pushed by a device, parsed, recorded, durable."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import numpy as np

from labclient.acquisition import Recorder
from labclient.notebook import Reader, check

from ._figures import Figure, Size
from ._process import apart, peak_mb
from ._record import BATCH, RATE, lines, parsed, recording


def rate(size: Size, folder: Path) -> Iterator[Figure]:
    """Chunks pushed as fast as they are taken: the rate, and what the memory's peak grows after the first quarter."""
    durable, growth = apart(_push, folder / "stream.labnote", size.stream_s)
    yield Figure("stream_rate", durable, "readings/s")
    yield Figure("stream_rss_growth", growth, "MB")


def latency(size: Size, folder: Path) -> Iterator[Figure]:
    """How long after its arrival a reading is durable and read back, at 50 000/s; again while a second copy is kept."""
    for name, stick in (("commit_p99_ms", None), ("commit_p99_copied_ms", folder / "stick")):
        waits = apart(_pace, folder / f"{name}.labnote", size.paced_s, stick)
        yield Figure(name, float(np.quantile(waits, 0.99)), "ms", f"longest {max(waits):.0f} ms")


def _push(path: Path, seconds: float) -> tuple[float, float]:
    chunks = [lines(BATCH, seed) for seed in range(20)]
    offered, warm = 0, 0.0
    with recording(path) as (recorder, run, member):
        began = time.perf_counter()
        while (spent := time.perf_counter() - began) < seconds:
            if not warm and spent > seconds / 4:
                warm = peak_mb()
            for chunk in chunks:
                recorder.offer(run, member, parsed(chunk), b"\n")
                offered += BATCH
        recorder.close()
        spent = time.perf_counter() - began
    growth = peak_mb() - warm
    report = check(path)
    if not report.ok or report.readings != offered:
        raise AssertionError(f"{report.readings} of {offered} readings are in the record")
    return offered / spent, growth


def _pace(path: Path, seconds: float, stick: Path | None) -> list[float]:
    """For each chunk, milliseconds from its arrival until a reader has seen it in the file; `stick` is the new folder
    of a second copy."""
    chunk = lines(BATCH)
    count = int(seconds * RATE / BATCH)
    arrived = np.zeros(count)
    seen = np.zeros(count)
    with recording(path) as (recorder, run, member), _copied(path, stick):
        ended = Event()
        watcher = Thread(target=_watch, args=(recorder, seen, ended))
        watcher.start()
        began = time.perf_counter()
        for i in range(count):
            time.sleep(max(0.0, began + i * BATCH / RATE - time.perf_counter()))
            arrived[i] = time.perf_counter()
            recorder.offer(run, member, parsed(chunk), b"\n")
        ended.wait(60)
        watcher.join(60)
    waits: list[float] = ((seen - arrived) * 1e3).tolist()
    if (seen == 0).any():
        raise AssertionError("chunks are missing in the record")
    return waits


@contextmanager
def _copied(path: Path, stick: Path | None) -> Iterator[None]:
    """A second copy is kept meanwhile, as people keep it, and is whole at the end."""
    if stick is None:
        yield
        return
    stick.mkdir()
    command = [sys.executable, "-m", "labclient", "copy", str(path), "--to", str(stick)]
    environment = {**os.environ, "LABCLIENT_HOME": str(stick.with_name("home"))}
    with subprocess.Popen(
        [*command, "--follow"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as copier:
        assert copier.stdout is not None
        copier.stdout.readline()
        yield
        copier.communicate(b"\n")
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    with Reader.open(path) as one, Reader.open(stick / path.name) as other:
        if one.head() != other.head():
            raise AssertionError("the copy is not the notebook")


def _watch(recorder: Recorder, seen: "np.ndarray[tuple[int], np.dtype[np.float64]]", ended: Event) -> None:
    known, chunks = recorder.committed, 0
    with Reader.open(recorder.path) as reader:
        while chunks < len(seen):
            committed = recorder.wait_beyond(known, 60)
            for entry in reader.entries({"block"}, known, committed):
                upto = (entry.body["first"] + entry.body["rows"]) // BATCH
                reader.values(entry.seq)
                seen[chunks:upto] = time.perf_counter()
                chunks = upto
            known = committed
    ended.set()
