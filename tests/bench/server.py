"""A multimeter that answers at once: a process of its own on a loopback port, pinned to a core if one is named."""

import socket
import sys
from threading import Thread

from ._process import pinned

ANSWERS = {
    b"*IDN?": b"Keysight Technologies,34470A,MY00000001,A.03\n",
    b"SENS:VOLT:DC:RANG?": b"+1.00000000E+01\n",
    b"SENS:VOLT:DC:NPLC?": b"+1.00000000E+01\n",
    b"SYST:ERR?": b'+0,"No error"\n',
    b"READ?": b"+1.00001234E+01\n",
}


def answer(line: socket.socket) -> None:
    """Serve one client until it goes."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    rest = b""
    while chunk := line.recv(4096):
        *requests, rest = (rest + chunk).split(b"\n")
        if reply := b"".join(ANSWERS.get(request, b"") for request in requests):
            line.sendall(reply)


def main() -> None:
    """Listen, say the port, end with standard input."""
    with pinned(int(sys.argv[1]) if len(sys.argv) > 1 else None), socket.create_server(("127.0.0.1", 0)) as port:
        sys.stdout.write(f"{port.getsockname()[1]}\n")
        sys.stdout.flush()
        Thread(target=serve, args=(port,), daemon=True).start()
        sys.stdin.read()


def serve(port: socket.socket) -> None:
    """Take every client."""
    while True:
        Thread(target=answer, args=(port.accept()[0],), daemon=True).start()


if __name__ == "__main__":
    main()
