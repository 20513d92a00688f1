"""VISA through PyVISA: the vendor's library when installed, else pyvisa-py.

pyvisa-py throws away partial bytes at a timeout, spins on a socket whose peer has closed, and takes a refused
connection for an open one. Its socket sessions are therefore opened and closed through VISA, but written, waited for
and read on the socket itself, so nothing is ever left inside the library.
"""

import select
import socket
import time
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, cast

from labclient.errors import LinkLost
from labclient.instruments._links import BufferedLink, lost
from labclient.words import message

if TYPE_CHECKING:
    from pyvisa import ResourceManager
    from pyvisa.resources import MessageBasedResource

_CHUNK = 65536
_AWAKE_S = 30e-6
_opening = Lock()


class VisaLink(BufferedLink):
    """A VISA resource such as `TCPIP0::192.0.2.7::5025::SOCKET`."""

    def __init__(self, address: str, timeout_s: float = 5.0) -> None:
        super().__init__()
        from pyvisa import constants
        from pyvisa.errors import Error, VisaIOError

        self._address = address
        self._troubles: tuple[type[Exception], ...] = (Error, OSError)
        self._visa_error = VisaIOError
        self._timed_out = constants.StatusCode.error_timeout
        self._not_all = constants.StatusCode.success_max_count_read
        self._resource = self._open(address, timeout_s)
        self._visalib = self._resource.visalib
        self._session = self._resource.session
        self._is_socket = address.upper().endswith("::SOCKET")
        self._resource.read_termination = None
        self._resource.write_termination = ""
        self._socket = self._python_socket()

    def write(self, data: bytes) -> None:
        try:
            if self._socket is None:
                self._visalib.write(self._session, data)
            else:
                self._socket.sendall(data)
        except self._troubles as trouble:
            raise lost(self._address, trouble) from trouble

    def clear(self) -> None:
        self._buffer.clear()
        if self._is_socket:  # there is no device clear on a plain socket, and pyvisa-py's never returns on a closed one
            return
        try:
            self._resource.clear()
        except self._troubles as trouble:
            raise lost(self._address, trouble) from trouble

    def close(self) -> None:
        try:
            self._resource.close()
        except self._troubles:
            return  # closing what is already gone

    def _receive(self, timeout_s: float) -> bytes:
        try:
            if self._socket is None:
                return self._receive_visa(timeout_s)
            if not _arrives(self._socket, timeout_s):
                return b""
            if chunk := self._socket.recv(_CHUNK):
                return chunk
        except self._troubles as trouble:
            raise lost(self._address, trouble) from trouble
        except ValueError as trouble:  # select on a socket that was closed here
            raise lost(self._address, trouble) from trouble
        raise lost(self._address, message("the instrument closed it"))

    def _receive_visa(self, timeout_s: float) -> bytes:
        """Through VISA alone: whole messages on a bus that has them, single bytes on a socket, where a time-out would
        otherwise lose what had come."""
        self._resource.timeout = max(1, int(timeout_s * 1000))
        try:
            with self._resource.ignore_warning(self._not_all):
                return bytes(self._visalib.read(self._session, 1 if self._is_socket else _CHUNK)[0])
        except self._visa_error as trouble:
            if trouble.error_code == self._timed_out:
                return b""
            raise

    def _open(self, address: str, timeout_s: float) -> "MessageBasedResource":
        try:
            with _opening:
                manager = _manager()
                return cast("MessageBasedResource", manager.open_resource(address, open_timeout=int(timeout_s * 1000)))
        except Exception as trouble:  # pyvisa-py raises bare Exception when opening
            raise LinkLost(
                message("{address} cannot be opened: {reason}", address=address, reason=str(trouble)),
                message("Check the address, and that no other program has the instrument open."),
            ) from trouble

    def _python_socket(self) -> socket.socket | None:
        """The socket inside a pyvisa-py session; its connecting is checked here, since pyvisa-py takes a refusal for a
        success."""
        session = getattr(self._visalib, "sessions", {}).get(self._session)
        found = getattr(session, "interface", None)
        if not self._is_socket or not isinstance(found, socket.socket):
            return None
        try:
            found.getpeername()
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as trouble:
            self.close()
            raise LinkLost(
                message("{address} does not answer: {reason}", address=self._address, reason=str(trouble)),
                message("Check that the instrument is on and the address is right."),
            ) from trouble
        return found


def _arrives(line: socket.socket, timeout_s: float) -> bool:
    """Whether there is something to receive within `timeout_s`. It stays awake for a moment at first: to be put to
    sleep and woken for an answer that comes at once takes more processor time than to look until it is there."""
    ends = time.perf_counter() + min(timeout_s, _AWAKE_S)
    while not select.select((line,), (), (), 0.0)[0]:
        if time.perf_counter() >= ends:
            return timeout_s > 0 and bool(select.select((line,), (), (), timeout_s)[0])
    return True


@cache
def _manager() -> "ResourceManager":
    """The one manager of this process. PyVISA hands out one a library anyway, and closing it would close the links of
    other devices; and it runs ldconfig and a compiler each time it looks for the vendor's library."""
    from pyvisa import ResourceManager

    return ResourceManager()
