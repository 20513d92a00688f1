"""Links against a plain socket that does exactly what the test says."""

import socket
from collections.abc import Iterator

import pytest

from labclient.errors import LinkLost
from labclient.instruments import BadReply, Link, NoReply, open_link
from labclient.instruments._schema import Connection
from labclient.instruments._visa import VisaLink


class Peer:
    """The other end."""

    def __init__(self, kind: str) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        port = self._server.getsockname()[1]
        self.address = f"TCPIP0::127.0.0.1::{port}::SOCKET" if kind != "serial" else f"socket://127.0.0.1:{port}"
        self.link: Link = open_link(self.address, Connection("serial" if kind == "serial" else "socket"))
        if kind == "visa" and isinstance(self.link, VisaLink):
            self.link._socket = None  # as with a vendor's library, whose sessions show no socket
        self.client, _ = self._server.accept()

    def close(self) -> None:
        self.link.close()
        self.client.close()
        self._server.close()


@pytest.fixture(params=["socket", "serial", "visa"])
def peer(request) -> Iterator[Peer]:
    made = Peer(request.param)
    yield made
    made.close()


def test_bytes_go_both_ways_and_the_rest_waits(peer) -> None:
    peer.link.write(b"ask\n")
    assert peer.client.recv(10) == b"ask\n"
    peer.client.sendall(b"one\ntwo\n")
    assert peer.link.read_until(b"\n", 5, 100) == b"one\n"
    assert peer.link.read_until(b"\n", 5, 100) == b"two\n"


def test_a_two_byte_end_is_found_across_chunks(peer) -> None:
    peer.client.sendall(b"x\ry\r")
    with pytest.raises(NoReply):
        peer.link.read_until(b"\r\n", 0.05, 100)
    peer.client.sendall(b"z\r")
    peer.client.sendall(b"\n")
    assert peer.link.read_until(b"\r\n", 5, 100) == b"z\r\n"


def test_partial_bytes_stay_with_the_timeout(peer) -> None:
    peer.client.sendall(b"half a")
    with pytest.raises(NoReply) as trouble:
        peer.link.read_until(b"\n", 0.1, 100)
    assert trouble.value.raw == b"half a"


def test_an_endless_reply_is_cut_off(peer) -> None:
    peer.client.sendall(b"x" * 500)
    with pytest.raises(BadReply, match="longer than 100 bytes"):
        peer.link.read_until(b"\n", 5, 100)


def test_draining_returns_what_it_dropped(peer) -> None:
    peer.client.sendall(b"old\nolder\n")
    assert peer.link.drain(0.1, 5) == b"old\nolder\n"
    assert peer.link.drain(0.0, 5) == b""


def test_a_closed_peer_is_a_lost_link_at_once() -> None:
    for kind in ("socket", "serial"):
        peer = Peer(kind)
        peer.client.close()
        with pytest.raises(LinkLost):
            peer.link.read_until(b"\n", 60, 100)
        peer.close()


def test_nothing_listening_is_a_lost_link() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LinkLost):
        open_link(f"TCPIP0::127.0.0.1::{port}::SOCKET", Connection("socket"), 1.0)
    with pytest.raises(LinkLost):
        open_link(f"socket://127.0.0.1:{port}", Connection("serial"), 1.0)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("TCPIP0::nowhere", "socket"),
        ("GPIB0::22::INSTR", "gpib"),
        ("/dev/no-such-port", "serial"),
        ("what://x", "serial"),
    ],
)
def test_an_address_that_cannot_be_opened_is_a_lost_link(address, kind) -> None:
    with pytest.raises(LinkLost, match="cannot be opened"):
        open_link(address, Connection(kind), 1.0)
