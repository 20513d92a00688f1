"""Serial adapters by VID:PID:serial, and serial lines over the network."""

import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest
import serial
import serial.rfc2217

from labclient.errors import LinkLost
from labclient.instruments import bound, is_barred, open_link, serial_ports
from labclient.instruments._schema import Connection

ADAPTER = "adapter://0403:6001:A1"


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """The adapters of this PC: a list that the test may change."""
    ports: list[SimpleNamespace] = []
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: list(ports))
    return ports


@pytest.fixture
def port() -> Iterator[tuple[str, int]]:
    near, far = os.openpty()
    tty.setraw(far)
    yield os.ttyname(far), near
    os.close(near)
    os.close(far)


def _adapter(device: str, number: str | None = "A1", vid: int | None = 0x0403) -> SimpleNamespace:
    return SimpleNamespace(device=device, vid=vid, pid=0x6001, serial_number=number, description="n/a")


def test_an_adapter_is_found_where_it_is_plugged_now(plugged, port) -> None:
    name, near = port
    plugged.append(_adapter("COM3"))
    assert bound("COM3") == ADAPTER
    plugged[:] = [_adapter(name), _adapter("COM3", "B2")]
    link = open_link(ADAPTER, Connection("serial"))
    link.write(b"x")
    assert os.read(near, 1) == b"x"
    link.close()
    assert is_barred(name, [ADAPTER])


def test_what_cannot_be_told_apart_keeps_the_name_of_its_port(plugged) -> None:
    plugged[:] = [_adapter("COM3"), _adapter("COM4"), _adapter("COM5", None), _adapter("COM6", vid=None)]
    assert [bound(port.name) for port in serial_ports()] == ["COM3", "COM4", "COM5", "COM6"]
    with pytest.raises(LinkLost, match="several ports"):
        open_link(ADAPTER, Connection("serial"))


def test_an_adapter_that_is_not_plugged_in_is_a_lost_link(plugged) -> None:
    with pytest.raises(LinkLost, match="not plugged in"):
        open_link(ADAPTER, Connection("serial"))
    assert bound("COM3") == "COM3"


def test_a_port_in_use_is_not_opened_twice(port) -> None:
    first = open_link(port[0], Connection("serial"))
    with pytest.raises(LinkLost, match="cannot be opened"):
        open_link(port[0], Connection("serial"))
    first.close()
    open_link(port[0], Connection("serial")).close()


def test_dtr_and_rts_are_as_declared_before_the_port_opens(monkeypatch) -> None:
    seen: dict[str, object] = {}

    def opening(self: serial.Serial) -> None:
        seen.update(dtr=self.dtr, rts=self.rts, parity=self.parity, bits=self.bytesize, stop=self.stopbits,
                    baud=self.baudrate, exclusive=self.exclusive)  # fmt: skip
        raise serial.SerialException("enough seen")

    monkeypatch.setattr(serial.Serial, "open", opening)
    declared = Connection("serial", baud=1200, data_bits=7, parity="odd", stop_bits=2, dtr=False, rts=False)
    with pytest.raises(LinkLost, match="enough seen"):
        open_link("/dev/ttyUSB0", declared)
    assert seen == {"dtr": False, "rts": False, "parity": "O", "bits": 7, "stop": 2, "baud": 1200, "exclusive": True}


class _Ports:
    """A serial server (RFC 2217) with an echo behind it."""

    def __init__(self) -> None:
        self.serial = serial.serial_for_url("loop://", timeout=0.05)
        self.asked: dict[str, object] = {}
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.close()
        self._thread.join()
        self.serial.close()

    def _serve(self) -> None:
        with suppress(OSError):
            client, _ = self._server.accept()
            with client:
                client.settimeout(0.02)
                self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        manager = serial.rfc2217.PortManager(self.serial, SimpleNamespace(write=client.sendall))
        while True:
            try:
                came = client.recv(1024)
            except TimeoutError:
                came = None
            if came == b"":
                return
            for byte in manager.filter(came or b""):
                self.serial.write(byte)
            self.asked = {"baud": self.serial.baudrate, "parity": self.serial.parity, "bits": self.serial.bytesize}
            if waiting := self.serial.in_waiting:
                client.sendall(b"".join(manager.escape(self.serial.read(waiting))))


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)\\(\\)")  # pyserial's own
def test_a_serial_server_gets_the_settings_of_the_driver() -> None:
    ports = _Ports()
    link = open_link(ports.address, Connection("serial", baud=4800, data_bits=7, parity="even"))
    link.write(b"one\n")
    assert link.read_until(b"\n", 5, 100) == b"one\n"
    assert ports.asked == {"baud": 4800, "parity": "E", "bits": 7}
    link.close()
    ports.close()
