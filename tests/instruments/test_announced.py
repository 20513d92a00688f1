"""Instruments that announce themselves: services registered on loopback, heard there; and no network at all."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice
from threading import Event

import pytest
from pyvisa_py import tcpip
from zeroconf import IPVersion, ServiceInfo, Zeroconf

from labclient.errors import LinkLost
from labclient.instruments import Discovery, Sighting, discover, load_driver
from labclient.instruments import _discovery as discovery
from labclient.instruments._announced import Announced, announced
from labclient.instruments._visa_search import Library, Listed, _leave_announcements

from .conftest import DRIVERS, MULTIMETER

PATIENCE_S = 30.0  # a busy machine takes its time; the search is over when all that announce themselves were heard
LOOPBACK = ("127.0.0.1",)
Announce = Callable[..., None]


@pytest.fixture
def announce() -> Iterator[Announce]:
    """Announce a service on loopback until the test is over; `announce.services` are those announced so far."""
    with ExitStack() as stack:
        network = Zeroconf(interfaces=list(LOOPBACK), ip_version=IPVersion.V4Only)
        stack.callback(network.close)

        def register(service: str, name: str, port: int, **said: str) -> None:
            kind = f"_{service}._tcp.local."
            info = ServiceInfo(kind, f"{name}.{kind}", port, properties=said, parsed_addresses=list(LOOPBACK))
            network.register_service(info)
            stack.callback(network.unregister_service, info)
            register.services.append(info.name)

        register.services = []
        yield register


@pytest.fixture
def only_announced(announce, monkeypatch) -> Callable[..., Discovery]:
    """A search on a PC without serial ports and VISA, which listens on loopback only, until all were heard."""

    def listened(_: float, over: Event) -> Iterator[Announced]:
        everything = announced(time.monotonic() + PATIENCE_S, over, LOOPBACK)
        return islice(everything, len(announce.services) or None)

    monkeypatch.setattr(discovery, "search_visa", lambda *_, **__: iter((Library("none", vendor=True), Listed(()))))
    monkeypatch.setattr(discovery, "serial_ports", tuple)
    monkeypatch.setattr(discovery, "announced", listened)
    return partial(discover, [load_driver(DRIVERS / f"{MULTIMETER}.toml")], listening=True, limit_s=PATIENCE_S)


def at(found: Discovery, address: str) -> Sighting:
    return next(one for one in found.sightings if one.address == address)


def bus(found: Discovery) -> object:
    return next(one for one in found.buses if one.bus == "announced")


def test_an_instrument_that_announces_its_socket_is_asked_there(announce, only_announced, simulate) -> None:
    port = int(simulate(MULTIMETER).address.split("::")[2])
    announce("scpi-raw", "meter", port, Model="34470A", SerialNumber="MY00000001")
    announce("lxi", "meter", 80, Model="34470A")
    found = only_announced()
    meter = at(found, f"tcp://127.0.0.1:{port}")
    assert (meter.bus, meter.state, meter.description) == ("announced", "fits", "34470A MY00000001")
    assert meter.address_for(meter.fits[0]) == f"TCPIP0::127.0.0.1::{port}::SOCKET"
    assert len(found.sightings) == 1, "its web page is no second instrument"


def test_one_that_announces_no_socket_is_named_and_not_asked(announce, only_announced) -> None:
    announce("hislip", "scope", 4880)
    found = only_announced()
    scope = at(found, "TCPIP0::127.0.0.1::hislip0::INSTR")
    assert (scope.state, scope.description, scope.fits) == ("announced", "scope", ())
    assert "1 announce themselves" in str(bus(found).told)


def test_an_announced_instrument_that_is_barred_is_not_opened(announce, only_announced) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        announce("scpi-raw", "standard", port)
        found = only_announced(barred=[f"TCPIP0::127.0.0.1::{port}::SOCKET"])
        assert at(found, f"tcp://127.0.0.1:{port}").state == "barred"
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_an_address_that_was_given_is_not_asked_twice(announce, only_announced, simulate) -> None:
    port = int(simulate(MULTIMETER).address.split("::")[2])
    announce("scpi-raw", "meter", port)
    found = only_announced(network=[f"tcp://127.0.0.1:{port}"])
    assert [(one.bus, one.state) for one in found.sightings] == [("network", "fits")]


def test_without_a_network_there_is_a_sentence_and_the_search_goes_on(only_announced, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr("zeroconf.Zeroconf", refuse)
    found = only_announced()
    assert (bus(found).ok, str(bus(found).told)) == (False, "The network cannot be listened on: no route")
    with pytest.raises(LinkLost):
        list(announced(time.monotonic() + 1, Event()))


def test_one_whose_particulars_come_late_is_asked_for_them_again(announce, monkeypatch) -> None:
    announce("hislip", "scope", 4880)
    asked, ask = [], Zeroconf.get_service_info

    def late(network: Zeroconf, *about: str, **how: object) -> ServiceInfo | None:
        asked.append(about)
        return None if len(asked) == 1 else ask(network, *about, **how)

    monkeypatch.setattr(Zeroconf, "get_service_info", late)
    heard = next(announced(time.monotonic() + PATIENCE_S, Event(), LOOPBACK))
    assert (heard.name, len(asked)) == ("scope", 2)


def test_whatever_breaks_in_listening_is_told(only_announced, monkeypatch) -> None:
    def broken(*_: object) -> Iterator[Announced]:
        raise RuntimeError("the announcements are broken")

    monkeypatch.setattr(discovery, "announced", broken)
    assert "broken" in str(bus(only_announced()).told)


def test_nobody_is_listened_for_unless_asked(monkeypatch) -> None:
    def refuse(*_: object) -> Iterator[Announced]:
        raise AssertionError

    monkeypatch.setattr(discovery, "announced", refuse)
    monkeypatch.setattr(discovery, "search_visa", lambda *_, **__: iter(()))
    monkeypatch.setattr(discovery, "serial_ports", tuple)
    assert {one.bus for one in discover([]).buses} == {"serial", "VISA"}


def test_the_visa_library_does_not_wait_for_announcements_too(monkeypatch) -> None:
    """It would wait for 2 s before it lists anything, and leave no time to ask."""
    monkeypatch.setattr(tcpip, "zeroconf", tcpip.zeroconf)
    _leave_announcements()
    with pytest.warns(UserWarning, match="requires the zeroconf package"):
        assert tcpip.TCPIPInstrHiSLIP.list_resources() == []
