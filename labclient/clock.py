"""The injected clock: this PC's own, or a simulated one that may skip hours.

A simulated clock says so; its notebook names it in entry 0 and can never be sealed to a real pilot.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Protocol


class Clock(Protocol):
    """Two times: UTC as this PC believes it, and nanoseconds that only ever grow, also while the PC sleeps."""

    @property
    def name(self) -> str: ...
    @property
    def simulated(self) -> bool: ...
    def utc(self) -> datetime: ...
    def monotonic_ns(self) -> int: ...
    def wait(self, event: Event, seconds: float) -> bool:
        """Wait until `event` is set or `seconds` have passed; says whether it was set."""


if sys.platform == "win32":
    elapsed_ns = time.monotonic_ns
else:
    _COUNTS_SLEEP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux leaves sleep out of the latter

    def elapsed_ns() -> int:
        """Nanoseconds since this PC was started, sleep included; setting the clock does not touch them."""
        return time.clock_gettime_ns(_COUNTS_SLEEP)


class SystemClock:
    """The clock of this PC, unchecked."""

    name = "system"
    simulated = False

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        return elapsed_ns()

    def wait(self, event: Event, seconds: float) -> bool:
        return event.wait(seconds)


class SimulatedClock:
    """Runs `speed` times as fast as real time from `start` (UTC), and may `skip` ahead."""

    name = "simulated"
    simulated = True

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start
        self.speed = speed
        self._origin_ns = time.monotonic_ns()
        self._skipped_ns = 0
        self._lock = Lock()

    def utc(self) -> datetime:
        return self._start + timedelta(microseconds=self.monotonic_ns() // 1000)

    def monotonic_ns(self) -> int:
        with self._lock:
            return int((time.monotonic_ns() - self._origin_ns) * self.speed) + self._skipped_ns

    def wait(self, event: Event, seconds: float) -> bool:
        return event.wait(seconds / self.speed)

    def skip(self, seconds: float) -> None:
        """Let `seconds` of simulated time pass at once."""
        if seconds < 0:
            raise ValueError(seconds)
        with self._lock:
            self._skipped_ns += int(seconds * 1e9)


def iso(moment: datetime) -> str:
    """UTC as ISO 8601 with microseconds and Z, as written in every file."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_iso(text: str) -> datetime:
    """The moment an ISO 8601 text names; raises ValueError when it names no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
