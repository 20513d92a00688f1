"""Serial lines and pyserial URLs (`socket://`, `rfc2217://`), with DTR and RTS set before the line opens."""

import os
from typing import Any, Final

import serial

from labclient.errors import LinkLost
from labclient.instruments._adapters import resolved
from labclient.instruments._links import BufferedLink, lost
from labclient.instruments._schema import Connection
from labclient.words import message

try:
    from termios import error as TermiosError
except ImportError:  # Windows has no termios
    TermiosError = OSError  # type: ignore[misc,assignment]

_PARITY: Final = {"none": "N", "even": "E", "odd": "O", "mark": "M", "space": "S"}
_GONE: Final = (serial.SerialException, OSError, TermiosError, TypeError)  # TypeError: read on a port closed meanwhile


class SerialLink(BufferedLink):
    """A port such as `COM3`, `/dev/ttyUSB0`, `adapter://0403:6001:A1` or `socket://192.0.2.7:4001`, opened
    exclusively."""

    def __init__(self, address: str, connection: Connection, timeout_s: float = 5.0) -> None:
        super().__init__()
        self._address = address
        port = None
        try:
            port = self._port = _configured(resolved(address), connection, timeout_s)
            port.open()
        except (*_GONE, ValueError, NotImplementedError) as trouble:
            if port is not None:
                self.close()  # a serial server may have been reached, and refused a setting
            raise LinkLost(
                message("{address} cannot be opened: {reason}", address=address, reason=str(trouble)),
                message("Check the cable, the port's name, and that no other program has it open."),
            ) from trouble

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except _GONE as trouble:
            raise lost(self._address, trouble) from trouble

    def clear(self) -> None:
        self._buffer.clear()

    def close(self) -> None:
        below = getattr(self._port, "_socket", None)  # pyserial leaves the socket of a lost `socket://` port open
        try:
            self._port.close()
        except _GONE:
            return  # closing what is already gone
        finally:
            if below is not None:
                below.close()

    def _receive(self, timeout_s: float) -> bytes:
        port = self._port
        try:
            waiting = port.in_waiting
            if not waiting:
                if port.timeout != timeout_s:
                    port.timeout = timeout_s
                first = bytes(port.read(1))
                if not first:
                    return b""
                return first + bytes(port.read(port.in_waiting or 0))
            return bytes(port.read(waiting))
        except _GONE as trouble:
            raise lost(self._address, trouble) from trouble


def _configured(address: str, connection: Connection, timeout_s: float) -> Any:
    port = serial.serial_for_url(address, do_not_open=True, timeout=timeout_s)
    port.baudrate = connection.baud
    if not _is_pseudo_terminal(address):  # a pseudo-terminal has neither parity nor word length, and says EINVAL
        port.bytesize = connection.data_bits
        port.parity = _PARITY[connection.parity]
        port.stopbits = connection.stop_bits
    port.xonxoff = connection.handshake == "xon/xoff"
    port.rtscts = connection.handshake == "rts/cts"
    port.dsrdtr = connection.handshake == "dsr/dtr"
    port.dtr = connection.dtr
    port.rts = connection.rts
    if not address.lower().startswith("rfc2217://"):  # which has none to set
        port.write_timeout = timeout_s
    if "://" not in address:
        port.exclusive = True if os.name == "posix" else None
    return port


def _is_pseudo_terminal(address: str) -> bool:
    return os.path.realpath(address).startswith(("/dev/pts/", "/dev/ttys0"))
