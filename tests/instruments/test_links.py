"""Links against a plain socket that does exactly what the test says."""

import socket
from collections.abc import Iterator

import pytest

from labclient.errors import LinkLost
from labclient.instruments import BadReply, Link, NoReply, open_link
from labclient.instruments._links import kind_of, unread_s
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


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("TCPIP0::192.0.2.7::5025::SOCKET", "socket"),
        ("TCPIP0::192.0.2.7::inst0::INSTR", "vxi11"),
        ("TCPIP0::192.0.2.7::hislip0::INSTR", "hislip"),
        ("TCPIP::gateway::gpib0,22::INSTR", "gpib"),
        ("TCPIP0::[fe80::1]::GPIB1,9,2::INSTR", "gpib"),
        ("USB0::0x2A8D::0x0101::MY1::INSTR", "usbtmc"),
        ("GPIB0::22::INSTR", "gpib"),
        ("COM3", "serial"),
    ],
)
def test_an_address_tells_its_kind_of_connection_also_behind_a_gateway(address, kind) -> None:
    assert kind_of(address) == kind


def test_chunks_are_received_as_they_come(peer) -> None:
    assert peer.link.receive(0.0) == b""
    peer.client.sendall(b"one\ntw")
    got = b""
    while len(got) < 6:
        got += peer.link.receive(5)
    peer.client.sendall(b"o\nthree\n")
    assert peer.link.read_until(b"o\n", 5, 100) == b"o\n"
    while len(got) < 12:
        got += peer.link.receive(5)
    assert got == b"one\ntwthree\n"


def test_a_receiver_is_told_when_the_other_side_has_gone() -> None:
    for kind in ("socket", "serial"):
        peer = Peer(kind)
        peer.client.sendall(b"last")
        peer.client.close()
        with pytest.raises(LinkLost):
            [peer.link.receive(5) for _ in range(20)]
        peer.close()


def test_a_slow_serial_line_may_lie_unread_longer_than_a_quick_one() -> None:
    assert unread_s(Connection("serial", baud=9600)) == pytest.approx(2048 * 10 / 9600)
    assert unread_s(Connection("serial", baud=4800, data_bits=7, parity="even")) == pytest.approx(2048 * 10 / 4800)
    assert unread_s(Connection("socket")) == float("inf")
