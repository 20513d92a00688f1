"""Places a package may go to in a test: the real platform as a process, a stand-in that answers anything, and the wire
between, which can be cut."""

import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parent.parent.parent
Reply = Callable[[str, str, dict[str, str], bytes], bytes | None]


class Server:
    """`python -m tests.platform`, started, killed and started again at the same address."""

    def __init__(self, folder: Path, trust: Path, identity: Path, *options: str | Path) -> None:
        self.folder = folder
        self._arguments = ["--folder", folder, "--trust", trust, "--identity", identity, *options]
        self.port = 0
        self.start()

    def start(self) -> None:
        environment = os.environ | {"LABCLIENT_PASSPHRASE": "demonstration only"}
        command = [sys.executable, "-m", "tests.platform", *map(str, self._arguments), "--port", str(self.port)]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        assert line.startswith("ready "), line
        self.url = line.split()[1]
        self.port = int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.kill()


class StandIn:
    """A server that answers each request with the bytes that `reply` gives; None is silence."""

    def __init__(self, reply: Reply) -> None:
        self.seen: list[tuple[str, str]] = []
        self._reply = reply
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection.makefile("rb") as lines:
            while first := lines.readline():
                method, path, _ = first.decode().split(" ", 2)
                headers = {}
                while (line := lines.readline().decode().strip()) != "":
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                body = lines.read(int(headers.get("content-length", 0)))
                self.seen.append((method, path))
                answer = self._reply(method, path, headers, body)
                if answer is None:
                    continue
                connection.sendall(answer)
                if b"Content-Length" not in answer:
                    connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for one in (self._listening, *self._open):
            one.close()


class Wire:
    """Carries bytes to a port and back. After `after` bytes on the way there, `then` happens, once; with `deaf`,
    the answer that follows is lost."""

    def __init__(self, port: int, after: int, then: Callable[[], None], *, deaf: bool = False) -> None:
        self._port, self._left, self._then, self._deaf = port, after, then, deaf
        self.happened = False
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(connection,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with (
            near,
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self._port)) as far,
            selectors.DefaultSelector() as ready,
        ):
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(1 << 14)
                    if not data:
                        return
                    if self._deaf and self.happened and key.fileobj is far:
                        self._deaf = False
                        return
                    if key.fileobj is near:
                        self._count(len(data))
                    key.data.sendall(data)

    def _count(self, length: int) -> None:
        with self._lock:
            self._left -= length
            if self._left <= 0 and not self.happened:
                self.happened = True
                self._then()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
