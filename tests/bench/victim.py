"""A recording at 50 000/s that says on standard output what it offered and when, until somebody kills it."""

import os
import struct
import sys
import time
from pathlib import Path

from labclient.acquisition import Recorder
from labclient.clock import SystemClock
from labclient.notebook import Notebook

from ._record import BATCH, RATE, lines, parsed

TOLD = struct.Struct("<qq")


def main() -> None:
    """Record into the notebook, run and series of the command line."""
    path, run, member = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    recorder = Recorder(Notebook.open(path, clock=SystemClock()))
    chunk = lines(BATCH)
    offered, began = recorder.rows(run), time.perf_counter()
    for i in range(sys.maxsize):
        time.sleep(max(0.0, began + i * BATCH / RATE - time.perf_counter()))
        now = time.monotonic_ns()
        recorder.offer(run, member, parsed(chunk), b"\n")
        offered += BATCH
        os.write(1, TOLD.pack(offered, now))


if __name__ == "__main__":
    main()
