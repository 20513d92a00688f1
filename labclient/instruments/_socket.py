"""A plain TCP connection: no VISA, no serial settings. Discovery asks through it."""

import socket
from typing import Final

from labclient.errors import LinkLost
from labclient.instruments._links import BufferedLink, lost
from labclient.words import message

_CHUNK: Final = 65536


class SocketLink(BufferedLink):
    """`tcp://host:port`."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        super().__init__()
        self._address = f"tcp://{host}:{port}"
        self._timeout_s = timeout_s
        try:
            self._socket = socket.create_connection((host, port), timeout=timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as trouble:
            raise LinkLost(
                message("{address} does not answer: {reason}", address=self._address, reason=str(trouble)),
                message("Check that the instrument is on and the address is right."),
            ) from trouble

    def write(self, data: bytes) -> None:
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(data)
        except OSError as trouble:
            raise lost(self._address, trouble) from trouble

    def clear(self) -> None:
        self._buffer.clear()

    def close(self) -> None:
        self._socket.close()

    def _receive(self, timeout_s: float) -> bytes:
        try:
            self._socket.settimeout(timeout_s)
            chunk = self._socket.recv(_CHUNK)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as trouble:
            raise lost(self._address, trouble) from trouble
        if not chunk:
            raise lost(self._address, message("the instrument closed it"))
        return chunk
