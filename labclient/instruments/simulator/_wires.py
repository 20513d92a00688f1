"""The simulated instrument's end of the line: a TCP port or a pseudo-terminal that can be unplugged and plugged."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

Feed = Callable[[bytes | None], None]


class Wire(Protocol):
    """A line to at most one client; `feed` gets its bytes, and None whenever a client has come or gone."""

    address: str

    @property
    def plugged(self) -> bool: ...
    @property
    def clients(self) -> int: ...
    async def plug(self) -> None: ...
    def unplug(self) -> None: ...
    def send(self, data: bytes) -> None: ...
    def discard(self) -> None: ...


class TcpPort:
    """`tcp://host:port`; the port stays the same over unplugging. A new client takes the place of the old one."""

    def __init__(self, listen: str, feed: Feed) -> None:
        host, _, port = listen.removeprefix("tcp://").rpartition(":")
        self._host, self._port = host or "127.0.0.1", int(port)
        self._feed = feed
        self._server: asyncio.Server | None = None
        self._client: asyncio.Transport | None = None
        self.address = listen

    @property
    def plugged(self) -> bool:
        return self._server is not None

    @property
    def clients(self) -> int:
        return int(self._client is not None)

    async def plug(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: _Client(self), self._host, self._port)
            self._port = self._server.sockets[0].getsockname()[1]
            self.address = f"tcp://{self._host}:{self._port}"

    def unplug(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        self.taken(None)

    def send(self, data: bytes) -> None:
        if self._client is not None:
            self._client.write(data)

    def discard(self) -> None:
        self.taken(None)

    def taken(self, client: asyncio.Transport | None) -> None:
        """A client has come, or the last one has to go."""
        old, self._client = self._client, client
        if old is not None:
            old.abort()
        self._feed(None)

    def left(self, client: asyncio.Transport | None) -> None:
        """A client has gone by itself."""
        if client is self._client:
            self._client = None
            self._feed(None)

    def feed(self, client: asyncio.Transport | None, data: bytes) -> None:
        """Bytes from a client; a replaced one is not listened to."""
        if client is self._client:
            self._feed(data)


class _Client(asyncio.Protocol):
    def __init__(self, port: TcpPort) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._port.taken(transport)

    def data_received(self, data: bytes) -> None:
        self._port.feed(self._transport, data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._port.left(self._transport)


class PseudoTerminal:
    """A serial port to whoever opens it (POSIX). Its address is a link that vanishes while it is unplugged."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._folder = Path(tempfile.mkdtemp(prefix="labclient-"))
        self._link = self._folder / "port"
        self._ends: tuple[int, int] | None = None
        self.address = str(self._link)

    @property
    def plugged(self) -> bool:
        return self._ends is not None

    @property
    def clients(self) -> int:
        return int(self.plugged)  # a line has no notion of a client

    async def plug(self) -> None:
        if self._ends is not None:
            return
        import tty

        instrument, client = os.openpty()
        tty.setraw(client)
        os.set_blocking(instrument, False)
        self._link.symlink_to(os.ttyname(client))
        self._ends = (instrument, client)
        asyncio.get_running_loop().add_reader(instrument, self._arrived)

    def unplug(self) -> None:
        ends, self._ends = self._ends, None
        if ends is not None:
            asyncio.get_running_loop().remove_reader(ends[0])
            self._link.unlink(missing_ok=True)
            for end in ends:
                os.close(end)
            self._feed(None)

    def send(self, data: bytes) -> None:
        if self._ends is not None:
            with suppress(BlockingIOError):  # nobody reads: what does not fit is lost, as on a wire
                os.write(self._ends[0], data)

    def discard(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _arrived(self) -> None:
        if self._ends is not None:
            self._feed(os.read(self._ends[0], 65536))
