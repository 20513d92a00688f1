"""Discovery on real sockets and pseudo-terminals: what answers, what is silent, what floods, and what must not be
touched."""

import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from labclient.errors import WrongUse
from labclient.instruments import (
    Discovery,
    Driver,
    Sighting,
    discover,
    is_barred,
    load_driver,
    probe,
    tcp_addresses,
)
from labclient.instruments import _discovery as discovery
from labclient.instruments._questions import questions_for
from labclient.instruments._visa_search import Ability, Asked, Failed, Library, Listed
from labclient.instruments.simulator import start_simulator

from .conftest import BAROMETER, DRIVERS, MULTIMETER

Talk = Callable[[socket.socket], None]


@pytest.fixture
def known(tmp_path: Path) -> list[Driver]:
    """A multimeter on the network, a barometer at 4800 7E1, a balance at 9600 8N1."""
    scale = tmp_path / "scale.toml"
    scale.write_text(Path(__file__).with_name(scale.name).read_text("utf-8").replace('"socket"', '"serial"'), "utf-8")
    return [load_driver(path) for path in (*(DRIVERS / f"{name}.toml" for name in (MULTIMETER, BAROMETER)), scale)]


@pytest.fixture
def listen() -> Iterator[Callable[[Talk], str]]:
    """Listeners that do what the test says with whoever connects."""
    with ExitStack() as stack:

        def start(talk: Talk) -> str:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                with suppress(OSError):
                    while True:
                        client, _ = server.accept()
                        threading.Thread(target=_quietly, args=(talk, client), daemon=True).start()

            threading.Thread(target=serve, daemon=True).start()
            stack.callback(server.shutdown, socket.SHUT_RDWR)
            return f"tcp://127.0.0.1:{server.getsockname()[1]}"

        yield start


@pytest.fixture
def terminal() -> Iterator[Callable[[Callable[[bytes], bytes]], str]]:
    """Pseudo-terminals with something behind that answers."""
    with ExitStack() as stack:

        def start(answer: Callable[[bytes], bytes]) -> str:
            near, far = os.openpty()
            tty.setraw(far)
            stack.callback(os.close, far)

            def serve() -> None:
                with suppress(OSError):
                    while asked := os.read(near, 4096):
                        os.write(near, answer(asked))

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            return os.ttyname(far)

        yield start


@pytest.fixture
def no_visa(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PC whose VISA sees nothing: its process is another test's matter."""
    monkeypatch.setattr(discovery, "search_visa", lambda *_, **__: iter((Library("none", vendor=True), Listed(()))))
    monkeypatch.setattr(discovery, "serial_ports", tuple)


def _quietly(talk: Talk, client: socket.socket) -> None:
    with client, suppress(OSError):
        talk(client)


def _silent(client: socket.socket) -> None:
    while client.recv(4096):
        pass


def _flood(client: socket.socket) -> None:
    while True:
        client.sendall(b"+1.00000000E+00\n" * 100)


def _says(name: bytes, end: bytes = b"\n") -> Talk:
    def talk(client: socket.socket) -> None:
        while asked := client.recv(4096):
            if asked.startswith(b"*IDN?"):
                client.sendall(name + end)

    return talk


def _at(found: Discovery, address: str) -> Sighting:
    return next(one for one in found.sightings if one.address == address)


def test_ten_sockets_and_four_ports_in_one_limit(known, listen, terminal, simulate, no_visa) -> None:
    """Of the sockets one never answers, one refuses, one floods; none holds up the others."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        refusing = f"tcp://127.0.0.1:{gone.getsockname()[1]}"
    place = simulate(MULTIMETER).address.split("::")
    meters = [f"tcp://{place[1]}:{place[2]}"]
    meters += [listen(_says(b"Keysight Technologies,34465A,MY%08d,A.03.02" % n)) for n in range(4)]
    dead, flooding = listen(_silent), listen(_flood)
    closing, stranger = listen(socket.socket.close), listen(_says(b"Nobody,X-1,7,1.0"))
    barometer = simulate(BAROMETER, serial=True).address
    scale = terminal(lambda asked: b"I4 B1 7 1.0\r\n" if asked.startswith(b"I4") else b"ES\r\n")
    mute, loud = terminal(lambda _: b""), terminal(lambda _: b"0.0\r\n")
    found = discover(
        known, network=[*meters, dead, refusing, flooding, closing, stranger], ports=[barometer, scale, mute, loud]
    )
    assert len(found.sightings) == 14
    for meter in meters:
        (fit,) = _at(found, meter).fits
        assert fit.driver == MULTIMETER
        assert _at(found, meter).address_for(fit) == f"TCPIP0::127.0.0.1::{meter.rpartition(':')[2]}::SOCKET"
    assert [_at(found, one).state for one in (dead, refusing, flooding, stranger)] == [
        "silent", "closed", "stranger", "stranger",
    ]  # fmt: skip
    assert _at(found, closing).state in {"silent", "closed"}
    assert "Nobody,X-1" in str(_at(found, stranger).told)
    assert "without being asked" in str(_at(found, flooding).told)
    assert [one.driver for one in _at(found, barometer).fits] == [BAROMETER]
    assert [one.driver for one in _at(found, scale).fits] == ["scale"]
    assert _at(found, mute).state == "silent"
    assert "0.0" in str(_at(found, loud).told)


def test_every_shipped_instrument_is_found_as_what_it_is(no_visa) -> None:
    """On the network and behind a serial server: its own driver fits, no other, and the address told is right."""
    shipped = [load_driver(path) for path in sorted(DRIVERS.glob("*.toml"))]
    reachable = [one for one in shipped if {line.kind for line in one.file.connection} & {"socket", "serial"}]
    with ExitStack() as stack, ThreadPoolExecutor(len(reachable)) as many:
        simulators = [stack.push(start_simulator(one.path, serial=True)) for one in reachable]
        running = [started.result() for started in [many.submit(one.__enter__) for one in simulators]]
        stack.callback(lambda: [one.process.kill() for one in running])
        places = [one.address.replace("socket://", "tcp://") for one in running]
        at = dict(zip(places, reachable, strict=True))
        found = discover(shipped, network=at, limit_s=60.0)
        assert {at[one.address].id: [fit.driver for fit in one.fits] for one in found.sightings} == {
            one.id: [one.id] for one in reachable
        }
        asked = [many.submit(probe, at[one.address], one.address_for(one.fits[0])) for one in found.sightings]
        assert [one.result().identity for one in asked] == [one.fits[0].identity for one in found.sightings]


def test_only_the_questions_who_is_there_are_sent(known, listen, terminal, no_visa) -> None:
    sent: dict[str, bytes] = {"socket": b"", "port": b""}

    def remember(where: str, asked: bytes) -> bytes:
        sent[where] += asked
        return b""

    def talk(client: socket.socket) -> None:
        while asked := client.recv(4096):
            remember("socket", asked)

    discover(known, network=[listen(talk)], ports=[terminal(lambda asked: remember("port", asked))])
    for where, kinds in (("socket", ("socket", "serial")), ("port", ("serial",))):
        allowed = {question.request for question in questions_for(known, kinds)}
        rest = sent[where]
        assert rest
        for request in sorted(allowed, key=len, reverse=True):
            rest = rest.replace(request, b"")
        assert rest == b"", where
    assert b"S\r\n" not in sent["port"].replace(b"?\r\n", b"")  # what the barometer's driver sends first


def test_what_has_said_its_name_is_asked_nothing_else(known, listen, no_visa) -> None:
    sent = bytearray()

    def talk(client: socket.socket) -> None:
        while asked := client.recv(4096):
            sent.extend(asked)
            client.sendall(b"Nobody,CALIBRATOR,7,1.0\n")

    found = discover(known, network=[listen(talk)])
    assert found.sightings[0].state == "stranger"
    assert bytes(sent) == b"*IDN?\n"


def test_a_barred_port_is_never_opened_in_any_spelling(known, no_visa) -> None:
    near, far = os.openpty()
    os.set_blocking(near, False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.setblocking(False)
        name = os.ttyname(far)
        found = discover(
            known, network=[f"tcp://127.0.0.1:{port}"], ports=[name],
            barred=[f"TCPIP0::localhost::{port}::SOCKET", f"ASRL{name}::INSTR"],
        )  # fmt: skip
        assert [one.state for one in found.sightings] == ["barred", "barred"]
        with pytest.raises(BlockingIOError):
            server.accept()
    with pytest.raises(BlockingIOError):
        os.read(near, 1)
    os.close(near)
    os.close(far)


@pytest.mark.parametrize(
    ("address", "barred"),
    [
        ("tcp://192.0.2.7:5025", "TCPIP0::192.0.2.7::5025::SOCKET"),
        ("tcp://192.0.2.7:5025", "socket://192.0.2.7:5025"),
        ("tcp://192.0.2.7:5025", "192.0.2.7"),
        ("TCPIP0::192.0.2.7::inst0::INSTR", "tcp://192.0.2.7:5025"),
        ("GPIB0::22::INSTR", "gpib::22"),
        ("TCPIP0::192.0.2.7::gpib0,22::INSTR", "tcpip::192.0.2.7::GPIB0,22"),
        ("TCPIP0::192.0.2.7::gpib0,22::INSTR", "192.0.2.7"),
        ("USB0::0x2A8D::0x0101::MY1::INSTR", "USB0::10893::257::MY1::0::INSTR"),
        ("COM3", "ASRL3::INSTR"),
        ("COM3", "com3"),
        ("COM3", "\\\\.\\COM3"),
    ],
)
def test_one_port_has_many_spellings(address, barred) -> None:
    assert is_barred(address, [barred])
    assert is_barred(barred, [address])


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("tcp://192.0.2.7:5025", "tcp://192.0.2.7:5026"),
        ("GPIB0::2::INSTR", "GPIB0::22::INSTR"),
        ("COM3", "COM31"),
        ("TCPIP0::192.0.2.7::gpib0,2::INSTR", "TCPIP0::192.0.2.7::gpib0,22::INSTR"),
    ],
)
def test_a_neighbour_is_not_barred(address, other) -> None:
    assert not is_barred(address, [other])


def test_ranges_and_the_drivers_ports() -> None:
    assert tcp_addresses(["192.0.2.9-11:5025,3490"], ()) == tuple(
        f"tcp://192.0.2.{host}:{port}" for host in (9, 10, 11) for port in (5025, 3490)
    )
    assert tcp_addresses(["meter-2.lab", "tcp://[::1]:7"], [5025]) == ("tcp://meter-2.lab:5025", "tcp://[::1]:7")


@pytest.mark.parametrize(
    "text", ["", "a b", "192.0.2.9-3:5025", "192.0.2.9-300:1", "x:0", "x:70000", "x:y", "http://x"]
)
def test_what_is_no_address_is_refused(text) -> None:
    with pytest.raises(WrongUse):
        tcp_addresses([text], [5025])
    with pytest.raises(WrongUse, match="256"):
        tcp_addresses(["192.0.2.0-255:1,2"], ())


def test_a_cancelled_search_ends_at_once_and_says_so(known, listen, no_visa) -> None:
    cancelled = threading.Event()
    told: list[object] = []

    def tell(found: object) -> None:
        told.append(found)
        if isinstance(found, Sighting):
            cancelled.set()

    found = discover(known, network=[listen(_silent)], tell=tell, cancelled=cancelled, limit_s=1000.0)
    assert found.cancelled
    assert "broken off" in str(found.sightings[-1].told)
    assert told  # it came before the end


def test_a_hanging_bus_is_told_and_holds_up_nobody(known, listen, monkeypatch, no_visa) -> None:
    free = threading.Event()
    monkeypatch.setattr(discovery, "serial_ports", free.wait)
    found = discover(known, network=[listen(_says(b"Keysight Technologies,34465A,MY1,1"))], limit_s=1.0)
    free.set()
    reports = {report.bus: report for report in found.buses}
    assert not reports["serial"].ok
    assert "no answer within 1.0 s" in str(reports["serial"].told)
    assert found.sightings[0].state == "fits"


def test_a_failing_bus_is_told_and_hinders_nobody(known, listen, monkeypatch, no_visa) -> None:
    def broken() -> None:
        raise RuntimeError("the vendor's library is broken")

    monkeypatch.setattr(discovery, "serial_ports", broken)
    found = discover(known, network=[listen(_says(b"Keysight Technologies,34465A,MY1,1"))])
    reports = {report.bus: report for report in found.buses}
    assert "broken" in str(reports["serial"].told)
    assert found.sightings[0].state == "fits"


def test_listing_opens_nothing(known, no_visa) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        found = discover(known, network=[f"tcp://127.0.0.1:{server.getsockname()[1]}"], asking=False)
        assert [one.state for one in found.sightings] == ["seen"]
        with pytest.raises(BlockingIOError):
            server.accept()


# -- VISA in its own process ------------------------------------------------------------------------------------------


def _hang(there: object, *_: object) -> None:
    threading.Event().wait()


def _die(there: object, *_: object) -> None:
    os._exit(9)


def _fail(there, *_: object) -> None:
    there.send(Library("vendor.dll", vendor=True))
    there.send(Listed(("GPIB0::22::INSTR",)))
    there.send(Asked("GPIB0::22::INSTR", None, "{address} cannot be opened: {reason}",
                     {"address": "GPIB0::22::INSTR", "reason": "no controller"}))  # fmt: skip
    there.send(Failed("no board"))


@pytest.fixture
def no_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "serial_ports", tuple)


def test_visa_says_what_it_sees(known, no_ports) -> None:
    found = discover(known, limit_s=60.0)
    (report,) = [report for report in found.buses if report.bus == "VISA"]
    assert report.ok
    assert "pyvisa-py" in str(report.told)
    assert {ability.bus for ability in report.abilities} >= {"GPIB", "USB"}
    assert all(isinstance(ability, Ability) and ability.why for ability in report.abilities)


@pytest.mark.parametrize(
    ("child", "told"), [(_hang, "no answer within"), (_die, "ended its process"), (_fail, "no board")]
)
def test_a_library_that_hangs_dies_or_fails_is_told(known, no_ports, monkeypatch, child, told) -> None:
    from labclient.instruments import _visa_search

    monkeypatch.setattr(_visa_search, "_child", child)
    found = discover(known, limit_s=2.0 if child is _hang else 60.0)
    (report,) = [report for report in found.buses if report.bus == "VISA"]
    assert not report.ok
    assert told in str(report.told)
    if child is _fail:
        (sighting,) = found.sightings
        assert "no controller" in str(sighting.told)
