"""The hands: change wiring, room, time and faults of a simulated instrument while it runs."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from labclient.errors import LinkLost, WrongUse
from labclient.words import message

_READY_S: Final = 20.0
_LEAVE_S: Final = 5.0
# A bundled program has no -m; there the simulator is a verb.
_FROZEN: Final = bool(getattr(sys, "frozen", False))
_COMMAND: Final = (
    sys.executable,
    *(("simulate", "--silent") if _FROZEN else ("-m", "labclient.instruments.simulator")),
)


class Hands:
    """The client of one simulator's control channel, at `tcp://host:port`. Every method raises `LinkLost` when the
    simulator is gone and `WrongUse` when it refuses the order."""

    def __init__(self, control: str) -> None:
        host, _, port = control.removeprefix("tcp://").rpartition(":")
        try:
            self._socket = socket.create_connection((host, int(port)), timeout=_READY_S)
        except OSError as trouble:
            raise _gone(trouble) from trouble
        self._file = self._socket.makefile("rwb")

    def order(self, **order: Any) -> dict[str, Any]:
        """Send one order, whose first name is the verb, and return what the simulator says."""
        try:
            self._file.write(json.dumps(order).encode() + b"\n")
            self._file.flush()
            line = self._file.readline()
        except OSError as trouble:
            raise _gone(trouble) from trouble
        if not line:
            raise _gone("")
        told: dict[str, Any] = json.loads(line)
        if not told.pop("ok"):
            raise WrongUse(message("The simulator refuses: {reason}", reason=told["error"]))
        return told

    def wire(self, volts: float, noise: float = 0.0) -> None:
        """Wire a bare source of this value and white noise."""
        self.order(wire={"volts": volts, "noise": noise})

    def connect(self, artefact: str, point: str, reversed: bool = False) -> None:
        """Wire an artefact of the world file."""
        self.order(connect=artefact, point=point, reversed=reversed)

    def skip(self, seconds: float) -> float:
        """Let simulated time pass at once; the simulator's time in seconds is returned."""
        return float(self.order(skip=seconds)["time_s"])

    def room(self, **means: float) -> None:
        """Change means of the room: temperature (°C), pressure (hPa), humidity (%RH)."""
        self.order(room=means)

    def drift(self, per_day: float) -> None:
        """Let the value at the terminals drift from now on, by so much a day."""
        self.order(drift=per_day)

    def fault(self, kind: str, count: int | None = 1, *, rate: float = 1.0, seconds: float | None = None) -> None:
        """Spoil the next `count` exchanges, or all until `clear` (None), each with the chance `rate`; `seconds` is how
        long it lasts where it takes time (slow, unplug)."""
        lasting = {} if seconds is None else {"seconds": seconds}
        self.order(fault=kind, count=count, rate=rate, **lasting)

    def clear(self, kind: str | None = None) -> None:
        """Take the faults of a kind away, or all."""
        self.order(clear=True if kind is None else kind)

    def release(self) -> int:
        """Send the held late replies now; their number is returned."""
        return int(self.order(release=True)["released"])

    def say(self, text: str) -> None:
        """An unsolicited line."""
        self.order(say=text)

    def stream(self, text: str, every_s: float) -> None:
        """Lines without end, as the last user left it; `reset` ends them."""
        self.order(stream=text, every_s=every_s)

    def serial(self, serial: str) -> None:
        """Another unit of the same family is at the address from now on."""
        self.order(serial=serial)

    def set(self, **state: str) -> None:
        """Turn a knob at the front panel: change a state variable of the simulated unit."""
        self.order(set=state)

    def unplug(self, seconds: float | None = None) -> None:
        """Pull the cable, for a time or until `replug`."""
        self.order(unplug=seconds)

    def replug(self) -> None:
        self.order(replug=True)

    def reset(self) -> None:
        """Everything as at the start, but for the time: no fault, nothing wired by hand, a client thrown off."""
        self.order(reset=True)

    def status(self) -> dict[str, Any]:
        """time_s, requests, held, faults, plugged, clients, state."""
        return self.order(status=True)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


@dataclass(frozen=True)
class Simulated:
    """A running simulator: where its instrument is, and its hands. `address` is what `Device` takes."""

    address: str
    hands: Hands
    process: subprocess.Popen[bytes]


@contextmanager
def start_simulator(
    driver: Path,
    *,
    listen: str = "tcp://127.0.0.1:0",
    world: Path | None = None,
    seed: int = 1,
    speed: float = 1.0,
    serial: bool = False,
    command: tuple[str, ...] = _COMMAND,
) -> Iterator[Simulated]:
    """Run a simulator as a child process; it ends with the block, and also when this process dies.

    With `serial`, a TCP port is addressed as `socket://host:port`, else as a VISA socket. Raises `LinkLost` when the
    child does not come up; its own words are on standard error.
    """
    arguments = [*command, str(driver), "--listen", listen, "--seed", str(seed), "--speed", repr(speed)]
    if world is not None:
        arguments += ["--world", str(world)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                raise _gone(message("it did not start"))
            ready = json.loads(line)
            hands = Hands(ready["control"])
            try:
                yield Simulated(_address(ready["address"], serial), hands, process)
            finally:
                hands.close()
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()  # the simulator lives as long as its standard input
    try:
        process.wait(_LEAVE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _address(ready: str, serial: bool) -> str:
    if not ready.startswith("tcp://"):
        return ready
    host, _, port = ready.removeprefix("tcp://").rpartition(":")
    return f"socket://{host}:{port}" if serial else f"TCPIP0::{host}::{port}::SOCKET"


def _gone(reason: object) -> LinkLost:
    return LinkLost(message("The simulator is gone: {reason}", reason=reason))
