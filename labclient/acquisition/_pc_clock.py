"""What the system says of the PC clock without special rights: time awake, time zone, who keeps it right."""

import ctypes
import re
import subprocess
import sys
import time
from typing import Literal

from msgspec import Struct

_STA_UNSYNC = 0x40
_QUERY = ("w32tm", "/query", "/status")
_QUERY_S = 5.0
_LEAP = re.compile(rb"[^:\r\n]*:[ \t]*([0-3])\(")  # the first line, whatever the language: 3 is "not synchronised"


class Zone(Struct, frozen=True):
    """The time zone as the system names it, and its offset from UTC, such as +08:00."""

    name: str
    offset: str


class Ntp(Struct, frozen=True):
    """Whether something keeps the clock right, by the word of `source`; its own bounds of error in seconds, as text."""

    state: Literal["synchronised", "unsynchronised", "unknown"]
    source: str = ""
    max_error_s: str = ""
    estimated_error_s: str = ""


class _Timex(ctypes.Structure):
    """The head of `struct timex` (adjtimex(2)), with room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 40),
    )


def spelled(offset_s: int) -> str:
    """An offset from UTC in seconds as +08:00."""
    minutes = abs(offset_s) // 60
    return f"{'-' if offset_s < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def w32tm(code: int, answer: bytes) -> Ntp:
    """What the Windows time service says: its first line is the leap indicator of RFC 5905."""
    found = _LEAP.match(answer)
    if code or found is None:
        return Ntp("unknown")
    return Ntp("unsynchronised" if found[1] == b"3" else "synchronised", "w32tm")


if sys.platform == "win32":
    import winreg

    _ZONE = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation"

    def awake_ns() -> int:
        """Nanoseconds that this PC was awake since it was started."""
        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        return ticks.value * 100

    def zone() -> Zone:
        """The time zone of now; the C library would go on with that of the program's start."""
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _ZONE) as key:
            name, bias = (winreg.QueryValueEx(key, what)[0] for what in ("TimeZoneKeyName", "ActiveTimeBias"))
        return Zone(str(name), spelled(-60 * ctypes.c_int32(bias).value))

    def ntp() -> Ntp:
        """Who keeps the clock right; unknown when the system does not say."""
        hidden = subprocess.CREATE_NO_WINDOW
        try:
            done = subprocess.run(_QUERY, capture_output=True, timeout=_QUERY_S, check=False, creationflags=hidden)
        except (OSError, subprocess.TimeoutExpired):
            return Ntp("unknown")
        return w32tm(done.returncode, done.stdout)
else:

    def awake_ns() -> int:
        """Nanoseconds that this PC was awake since it was started."""
        return time.monotonic_ns()

    def zone() -> Zone:
        """The time zone of now, which may have changed since the program's start."""
        time.tzset()
        now = time.localtime()
        return Zone(now.tm_zone, spelled(now.tm_gmtoff))

    def ntp() -> Ntp:
        """Who keeps the clock right; unknown when the system does not say."""
        said = _Timex()
        try:
            failed = ctypes.CDLL(None).adjtimex(ctypes.byref(said)) < 0
        except (OSError, AttributeError):  # not Linux
            return Ntp("unknown")
        if failed:
            return Ntp("unknown")
        return Ntp(
            "unsynchronised" if said.status & _STA_UNSYNC else "synchronised",
            "kernel",
            f"{said.maxerror / 1e6:.6f}",
            f"{said.esterror / 1e6:.6f}",
        )
