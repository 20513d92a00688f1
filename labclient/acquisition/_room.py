"""How much a notebook may still grow, how fast that gets less, and from when on that is too little.

All thresholds stand in `Rules`.
"""

import shutil
import sys
from collections import deque
from pathlib import Path
from time import monotonic
from typing import Literal

from msgspec import Struct

from labclient.words import Message, message

Level = Literal["plenty", "low", "stop"]
_MINUTE_S, _HOUR_S, _DAY_S = 60.0, 3600.0, 86400.0


class Rules(Struct, frozen=True):
    """The thresholds: bytes, and seconds at the present rate.

    Warned of below `warn` or `warn_s`. Runs are stopped below `stop`, or below `stop_s` if that is less than
    `stop_most`: a large copy by somebody else may end in time. `reading` is what one reading takes that is committed
    alone.
    """

    warn: int = 500_000_000
    warn_s: float = 2 * _HOUR_S
    stop: int = 32_000_000
    stop_s: float = 10.0
    stop_most: int = 500_000_000
    reserve: int = 4 << 20
    reading: int = 1000


RULES = Rules()


class Left(Struct, frozen=True):
    """Bytes left, seconds until they are gone at the present rate (None: they do not get less), and what that means."""

    room: int
    seconds: float | None
    level: Level


class Gauge:
    """How much a notebook may still grow, and how fast that gets less. May be asked from any thread, by one at a
    time."""

    _WINDOW_S, _LEAST_S, _STEP_S = 60.0, 5.0, 1.0

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path = path
        self._rules = rules
        self._seen: deque[tuple[float, int]] = deque()

    def look(self) -> Left:
        """Raises OSError when the disk does not answer."""
        return self.judge(room(self.path), monotonic())

    def judge(self, left: int, now: float) -> Left:
        """What `left` bytes mean at the moment `now`, in seconds of any clock that only grows."""
        if not self._seen or now - self._seen[-1][0] >= self._STEP_S:
            self._seen.append((now, left))
        while now - self._seen[0][0] > self._WINDOW_S and len(self._seen) > 1:
            self._seen.popleft()
        since, before = self._seen[0]
        rate = (before - left) / (now - since) if now - since >= self._LEAST_S else 0.0
        rules = self._rules
        if left < max(rules.stop, min(rate * rules.stop_s, rules.stop_most)):
            level: Level = "stop"
        else:
            level = "low" if left < max(rules.warn, rate * rules.warn_s) else "plenty"
        return Left(left, left / rate if rate > 0 else None, level)


def room(path: Path) -> int:
    """Bytes by which the file `path` may still grow: the disk, and the limit on the size of files. Raises OSError."""
    return max(0, min(shutil.disk_usage(path.parent).free, file_room(path)))


def file_room(path: Path) -> int:
    """Bytes by which the file `path` may still grow below the limit on the size of files. Raises OSError."""
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit - path.stat().st_size


def getting_full(left: Left) -> Message:
    """A warning in one sentence."""
    if left.seconds is None or left.level == "stop":
        return message("The disk is getting full: {left} left.", left=size_text(left.room))
    return message("The disk is getting full: {left} left, gone in {time} at the present rate.",
                   left=size_text(left.room), time=time_text(left.seconds))  # fmt: skip


def size_text(count: int) -> str:
    """Bytes in the largest decimal unit, two figures at least, rounded down: what is left is never flattered."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count // size} {unit}" if count >= 10 * size else f"{count // (size // 10) / 10:.1f} {unit}"
    return f"{count // 1000} kB"


def time_text(seconds: float) -> str:
    """A time to go, rounded down."""
    for unit, size in (("d", _DAY_S), ("h", _HOUR_S), ("min", _MINUTE_S)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"
