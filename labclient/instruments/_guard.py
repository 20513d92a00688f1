"""The guard of an output that is on: a file that says so, and a child process that acts when this one dies.

The file outlives both. Whoever finds it knows that the output may still be on, and has the orders to make it safe.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from labclient.clock import SystemClock, iso
from labclient.errors import GateClosed, NotVerified, Trouble
from labclient.instruments._safe import SafeOrders, drive_anew
from labclient.signing import read_small, write_whole
from labclient.words import message, say

_READY: Final = b"ready\n"
_LEAVE_S: Final = 10.0
_MOST_BYTES: Final = 1 << 20
_PATIENCE_S: Final = 60.0
# A bundled program has no -m; there the watchdog is a verb.
_FROZEN: Final = bool(getattr(sys, "frozen", False))
_COMMAND: Final = (
    (sys.executable, "instruments", "watch-output")
    if _FROZEN
    else (sys.executable, "-m", "labclient.instruments.watchdog")
)
# Apart from the terminal: Ctrl-C and a closed window are not meant for it.
_APART: Final[dict[str, Any]] = (
    {"start_new_session": True}
    if os.name == "posix"
    else {"creationflags": 0x00000200 | 0x08000000}  # CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW
)


class Outcome(msgspec.Struct, frozen=True):
    """What became of an output whose program was gone or could not do it; `said` is a sentence in English."""

    at: str
    verified: bool
    by: Literal["program", "watchdog", "person"]
    said: str


class LeftOn(msgspec.Struct, frozen=True):
    """An output that was switched on and not seen safe since, or of which another has seen it: `value` and `unit` are
    what was set last, `who` set it, `notebook` the record that it belongs to."""

    instrument: str
    value: str
    unit: str
    who: str
    since: str
    notebook: str
    orders: SafeOrders
    outcome: Outcome | None = None

    @property
    def is_safe(self) -> bool:
        return self.outcome is not None and self.outcome.verified


class Guard:
    """Guards one output; `folder` is where the files lie."""

    def __init__(self, folder: Path, address: str, command: tuple[str, ...] = _COMMAND) -> None:
        self._path = left_file(folder, address)
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None
        self._at_work: subprocess.Popen[bytes] | None = None

    def arm(self, left: LeftOn) -> None:
        """Write the file, anew with each value, and have the watchdog awake. Raises `GateClosed` when it does not come
        up: then nothing may be switched on."""
        write_whole(self._path, msgspec.json.encode(left), mode=0o600)
        if self._child is not None:
            return
        child = subprocess.Popen(
            [*self._command, str(self._path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, **_APART,
        )  # fmt: skip
        said = child.stdout.readline() if child.stdout else b""
        self._child = child
        if said != _READY:
            self._path.unlink(missing_ok=True)
            self.let_go()
            raise GateClosed(
                message("The watchdog that switches the output off when this program dies does not start."),
                message("Start labclient again; without the watchdog nothing is put out."),
            )

    def disarm(self) -> None:
        """It is seen safe: nothing is left to do."""
        self._path.unlink(missing_ok=True)
        self.let_go()

    def take_back(self) -> None:
        """End a watchdog that is at work: this program tries itself again, and some instruments take one line only."""
        working, self._at_work = self._at_work, None
        if working is not None:
            working.kill()
            working.wait()

    def let_go(self) -> None:
        """Leave the output to the watchdog, which acts now if the file is still there."""
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        if not self._path.exists():
            try:
                child.wait(_LEAVE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        else:
            self._at_work = child
            _WORKING.append(child)


_WORKING: list[subprocess.Popen[bytes]] = []  # watchdogs at work outlive whoever let go of them


def left_file(folder: Path, address: str) -> Path:
    """Where it is said that the output at an address may be on."""
    return folder / f"{sha256(address.encode()).hexdigest()[:16]}.json"


def read_left(path: Path) -> LeftOn:
    """What a file says. Raises `StorageTrouble`, `NotVerified`."""
    try:
        return msgspec.json.decode(read_small(path, _MOST_BYTES), type=LeftOn)
    except msgspec.DecodeError as trouble:
        raise NotVerified(
            message("{file} is spoilt: an output may be on.", file=str(path)),
            message("Look at every source and controller of this bench, then delete the file."),
        ) from trouble


def left_on(folder: Path) -> Iterable[LeftOn]:
    """Every output that this PC switched on and has not taken note of since. Raises as `read_left`."""
    return tuple(read_left(path) for path in sorted(folder.glob("*.json")))


def make_left_safe(folder: Path, left: LeftOn) -> LeftOn:
    """Drive the safe state of an output that was left on; returns it with its outcome, which the file then says too.
    Raises `NotVerified`, with what to do by hand."""
    said = drive_anew(left.orders, lambda *_: None)
    done = msgspec.structs.replace(left, outcome=Outcome(_now(), True, "person", said))
    write_whole(left_file(folder, left.orders.address), msgspec.json.encode(done), mode=0o600)
    return done


def forget_left(folder: Path, left: LeftOn) -> None:
    """It was told and recorded."""
    for path in _files_of(folder, left):
        path.unlink()


def set_aside(folder: Path, left: LeftOn) -> None:
    """It is safe, and will be recorded when its notebook is opened; its place is free for the next."""
    for path in _files_of(folder, left):
        path.rename(path.with_name(f"{path.stem[:16]}-{''.join(filter(str.isdigit, left.since))}.json"))


def _files_of(folder: Path, left: LeftOn) -> list[Path]:
    return [path for path in sorted(folder.glob("*.json")) if read_left(path) == left]


def watch(path: Path) -> None:
    """The watchdog's life: wait until standard input ends, then, if the file is still there, drive the safe state and
    write into the file what came of it."""
    orders = read_left(path).orders
    if orders.connection.kind != "serial":
        import pyvisa  # noqa: F401 - it takes a second, which is not there when it is needed
    sys.stdout.buffer.write(_READY)
    sys.stdout.buffer.flush()
    while sys.stdin.buffer.read(4096):
        pass
    if not path.exists():
        return
    try:
        outcome = Outcome(_now(), True, "watchdog", drive_anew(orders, lambda *_: None, _PATIENCE_S, path.exists))
    except Trouble as trouble:
        outcome = Outcome(_now(), False, "watchdog", say(trouble.sentence, "en"))
    if path.exists():
        left = msgspec.structs.replace(read_left(path), outcome=outcome)
        write_whole(path, msgspec.json.encode(left), mode=0o600)


def _now() -> str:
    return iso(SystemClock().utc())
