"""Links: an open byte connection to a device, VISA or serial. Bytes in, bytes out; what they mean is the driver's."""

import re
import time
from abc import ABC, abstractmethod
from math import inf
from typing import Final, Protocol

import msgspec

from labclient.errors import DriverInvalid, LinkLost, WrongUse
from labclient.instruments._driver import Driver
from labclient.instruments._schema import Connection
from labclient.instruments._troubles import BadReply, NoReply
from labclient.words import Message, message

_VISA: Final = ("TCPIP", "GPIB", "USB", "VICP", "PXI")
_GATEWAY: Final = re.compile(r"TCPIP\d*::(?:\[.+\]|[^:]+)::GPIB\d*,\d+(?:,\d+)?(?:::INSTR)?")
_SIMULATED: Final = re.compile(r"(?i:TCPIP\d*::127\.0\.0\.1::\d+::SOCKET|socket://127\.0\.0\.1:\d+)")


class Link(Protocol):
    """An open connection. Every method raises `LinkLost` once the other side is gone; times are seconds of this PC."""

    def write(self, data: bytes) -> None: ...
    def read_until(self, terminator: bytes, timeout_s: float, max_bytes: int) -> bytes:
        """All bytes to the terminator inclusive; raises `NoReply` with what came, `BadReply` beyond `max_bytes`."""

    def pending(self, look: bool = True) -> bytes:
        """What has arrived unasked, without waiting; it stays where it is. Without `look`, only what came along with
        the last reply."""

    def receive(self, timeout_s: float) -> bytes:
        """What has arrived, waiting at most `timeout_s` for the first byte; empty when none came."""

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        """Drop and return what arrives until nothing came for `quiet_s`; raises `NoReply` after `limit_s`."""

    def clear(self) -> None:
        """Device clear, where the bus has one; drops what was received."""

    def close(self) -> None: ...


class BufferedLink(ABC):
    """The part that all links share: a buffer in front of a backend that delivers chunks."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @abstractmethod
    def _receive(self, timeout_s: float) -> bytes:
        """The bytes that are there, waiting at most `timeout_s` for the first; empty when none came."""

    def read_until(self, terminator: bytes, timeout_s: float, max_bytes: int) -> bytes:
        buffer = self._buffer
        deadline = time.monotonic() + timeout_s
        rest = timeout_s
        while (found := buffer.find(terminator)) < 0:
            if len(buffer) > max_bytes:
                raise BadReply(self._take(), message("The reply is longer than {n} bytes.", n=max_bytes))
            chunk = self._receive(rest if rest > 0 else 0.0)
            if not chunk and rest <= 0:
                raise NoReply(
                    self._take(),
                    message("No complete answer within {seconds} s.", seconds=round(timeout_s, 3)),
                    message(
                        "Check cable, power and settings; the instrument is resynchronised before the next reading."
                    ),
                )
            buffer += chunk
            rest = deadline - time.monotonic()
        end = found + len(terminator)
        reply = bytes(buffer[:end])
        del buffer[:end]
        return reply

    def pending(self, look: bool = True) -> bytes:
        if look:
            self._buffer += self._receive(0.0)
        return bytes(self._buffer)

    def receive(self, timeout_s: float) -> bytes:
        chunk = self._receive(0.0 if self._buffer else timeout_s)
        return self._take() + chunk

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        deadline = time.monotonic() + limit_s
        while chunk := self._receive(quiet_s):
            self._buffer += chunk
            if time.monotonic() > deadline:
                raise NoReply(
                    self._take(),
                    message("The instrument does not stop sending."),
                    message("Stop its automatic output at the instrument."),
                )
        return self._take()

    def _take(self) -> bytes:
        taken = bytes(self._buffer)
        self._buffer.clear()
        return taken


def kind_of(address: str) -> str:
    """Which kind of connection an address means."""
    upper = address.upper()
    if not upper.startswith(_VISA):
        return "serial"
    if _GATEWAY.fullmatch(upper):  # a box on the network with a GPIB bus behind it
        return "gpib"
    if upper.startswith("TCPIP"):
        kinds = {"SOCKET": "socket"}
        return kinds.get(upper.rsplit("::", 1)[-1], "hislip" if "HISLIP" in upper else "vxi11")
    return "usbtmc" if upper.startswith("USB") else "gpib"


def connection_for(driver: Driver, address: str) -> Connection:
    """The driver's connection of the kind of an address; raises `DriverInvalid` where it has none, and `WrongUse` for a
    GPIB adapter with ++ commands: pyvisa-py asks it for an answer once, for 50 ms, waits 2 s whatever it is told, and
    never returns from writing to one that is gone."""
    if address.upper().startswith("PRLGX"):
        raise WrongUse(
            message("{address} is a GPIB adapter with ++ commands; it cannot be used: slow readings would never come.",
                    address=address),
            message("Use a GPIB adapter with a VISA library, or the instrument's serial or network port."),
        )  # fmt: skip
    kind = kind_of(address)
    for connection in driver.file.connection:
        if connection.kind == kind:
            return connection
    if _SIMULATED.match(address):  # a simulated instrument stands in for one on any bus
        return msgspec.structs.replace(driver.file.connection[0], kind=kind)
    known = ", ".join(connection.kind for connection in driver.file.connection)
    raise DriverInvalid(
        message("{address} is a {kind} connection; this driver knows {known}.", address=address, kind=kind, known=known)
    )


def unread_s(connection: Connection) -> float:
    """How long bytes may lie unread on this connection: the time in which a serial line fills half of the smallest
    buffer that a PC keeps for it, 4096 bytes. A socket holds its sender back instead."""
    bits = 1 + connection.data_bits + connection.stop_bits + (connection.parity != "none")
    return 2048 * bits / connection.baud if connection.kind == "serial" else inf


def open_link(address: str, connection: Connection, timeout_s: float = 5.0) -> Link:
    """Open an address: a VISA resource name, a serial port, or a pyserial URL; raises `LinkLost`."""
    if connection.kind == "serial":
        from labclient.instruments._serial import SerialLink

        return SerialLink(address, connection, timeout_s)
    from labclient.instruments._visa import VisaLink

    return VisaLink(address, timeout_s)


def lost(address: str, reason: object) -> LinkLost:
    """The exception for a connection that is gone."""
    told = reason if isinstance(reason, Message) else str(reason)
    return LinkLost(
        message("The connection to {address} is gone ({reason}).", address=address, reason=told),
        message("Check that the instrument is on and the cable is in; the run goes on with the same instrument."),
    )
