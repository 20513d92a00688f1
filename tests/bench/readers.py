"""Three instruments at once at their full rate, each with two readers: `python -m tests.bench.readers --seconds 600`.

A multimeter and a barometer are asked, a balance sends by itself. Every answer has to be its own instrument's, and no
exchange may fail: an interleaved one would.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from labclient.errors import LinkTrouble
from labclient.home import shipped
from labclient.instruments import Device, load_driver
from labclient.instruments.simulator import start_simulator

VOLTS, GRAMS = 10.0000123, 100.0
TRUE = {
    "keysight-344xx": ((VOLTS, 1e-3),),
    "vaisala-ptu300": ((1013.25, 1.0), (23.0, 1.0), (45.0, 3.0)),
    "mettler-mt-sics": ((GRAMS, 0.05),),
}
READING = {"keysight-344xx": "voltage", "vaisala-ptu300": "climate", "mettler-mt-sics": "mass-stream"}


@dataclass
class Account:
    """What came of it: good replies, wrong ones and troubles by instrument; handles and threads left over."""

    seconds: float
    replies: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    handles_left: int = 0
    threads_left: int = 0


def handles() -> int:
    """Open files of this process, where the system tells (Linux)."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0  # noqa: PTH208 - iterdir would hold one open


def overlap(seconds: float) -> Account:
    """Read all three for so long with two threads each."""
    account = Account(seconds)
    _read(0.2, Account(0.2))  # what is loaded once, is open from now on
    before, threads = handles(), threading.active_count()
    _read(seconds, account)
    account.handles_left, account.threads_left = handles() - before, threading.active_count() - threads
    return account


def _read(seconds: float, account: Account) -> None:
    over, lock = threading.Event(), threading.Lock()

    def judge(name: str, replies: list[tuple[float, ...]]) -> None:
        good = sum(
            len(values) == len(TRUE[name])
            and all(abs(value - true) <= near for value, (true, near) in zip(values, TRUE[name], strict=True))
            for values in replies
        )
        with lock:
            account.replies[name] += good
            account.wrong[name] += len(replies) - good

    def reader(device: Device, name: str) -> None:
        take = _lines if device.streams(READING[name]) else _answer
        while not over.is_set():
            try:
                judge(name, take(device, READING[name]))
            except LinkTrouble as trouble:
                with lock:
                    account.troubles[f"{name}: {type(trouble).__name__}"] += 1
                return

    with ExitStack() as stack:
        threads = []
        for name in TRUE:
            serial = name != "keysight-344xx"
            simulated = stack.enter_context(start_simulator(_file(name), speed=1000.0, serial=serial))
            simulated.hands.wire(GRAMS if name == "mettler-mt-sics" else VOLTS)
            device = stack.enter_context(Device(load_driver(_file(name)), simulated.address))
            if device.streams(READING[name]):
                device.start(READING[name])
            threads += [threading.Thread(target=reader, args=(device, name)) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        over.set()
        for thread in threads:
            thread.join()


def _answer(device: Device, reading: str) -> list[tuple[float, ...]]:
    return [device.poll(reading).values]


def _lines(device: Device, reading: str) -> list[tuple[float, ...]]:
    lines = device.receive(0.1)
    return list(zip(*lines.values, strict=True)) if lines is not None else []


def _file(name: str) -> Path:
    return shipped("drivers", f"{name}.toml")


def main(say: Callable[[str], object] = sys.stdout.write) -> int:
    """Say the account as JSON."""
    parser = argparse.ArgumentParser(prog="tests.bench.readers")
    parser.add_argument("--seconds", type=float, default=600.0)
    account = overlap(parser.parse_args().seconds)
    say(json.dumps(account.__dict__) + "\n")
    return int(bool(account.wrong.total() or account.troubles or account.handles_left or account.threads_left))


if __name__ == "__main__":
    raise SystemExit(main())
