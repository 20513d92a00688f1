"""GPIB adapters with ++ commands: why they are refused. When the last tests fail, the library has been mended."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
import pyvisa
from pyvisa.errors import VisaIOError

from labclient.errors import WrongUse
from labclient.instruments import Device, load_driver

from .conftest import DRIVERS

ANSWER = b"+1.00000000E+01\n"
ADDRESS = "22"


class Adapter:
    """An adapter with one instrument behind it that answers READ? after `slow_s`. `++read` waits as long as
    `++read_tmo_ms` says for an answer to begin, then gives up, as the adapters' manual has it."""

    def __init__(self, slow_s: float) -> None:
        self._slow_s, self._patience_s = slow_s, 0.05
        self._addressed = ""
        self._due_s: float | None = None
        self.commands: list[bytes] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.client: socket.socket | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server.getsockname()[1])

    def leave(self) -> None:
        """Its plug is pulled."""
        if self.client is not None:
            with suppress(OSError):
                self.client.shutdown(socket.SHUT_RDWR)
            self.client.close()
        self.server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            self.client, _ = self.server.accept()
            with self.client.makefile("rb") as lines:
                for line in lines:
                    self._obey(self.client, line.strip())

    def _obey(self, client: socket.socket, line: bytes) -> None:
        self.commands.append(line)
        match line.decode().split():
            case ["++addr", address]:
                self._addressed = address
            case ["++read_tmo_ms", patience]:
                self._patience_s = int(patience) / 1000
            case ["++read", *_]:
                wait_s = self._patience_s if self._due_s is None else self._due_s - time.monotonic()
                time.sleep(max(0.0, min(wait_s, self._patience_s)))
                if self._due_s is not None and wait_s <= self._patience_s:
                    self._due_s = None
                    client.sendall(ANSWER)
            case ["READ?"] if self._addressed == ADDRESS:
                self._due_s = time.monotonic() + self._slow_s


@pytest.fixture
def instrument() -> Iterator[Callable[[float], tuple[Adapter, pyvisa.resources.MessageBasedResource]]]:
    """The instrument behind an adapter, opened by the library's own support."""
    with ExitStack() as stack:

        def opened(slow_s: float) -> tuple[Adapter, pyvisa.resources.MessageBasedResource]:
            adapter = Adapter(slow_s)
            stack.callback(adapter.leave)
            manager = pyvisa.ResourceManager("@py")
            interface = manager.open_resource(f"PRLGX-TCPIP7::127.0.0.1::{adapter.port}::INTFC")
            stack.callback(interface.close)
            behind = manager.open_resource(f"GPIB7::{ADDRESS}::INSTR")
            stack.callback(behind.close)
            return adapter, behind

        yield opened


@pytest.mark.parametrize("address", ["PRLGX-TCPIP::192.0.2.5::1234::INTFC", "prlgx-asrl::/dev/ttyUSB0::INTFC"])
def test_such_an_adapter_is_refused_with_a_way_out(address: str) -> None:
    with pytest.raises(WrongUse, match="cannot be used") as refused:
        Device(load_driver(DRIVERS / "keysight-3458a.toml"), address)
    assert "VISA library" in str(refused.value.step)


def test_the_library_does_read_what_is_there_at_once(instrument) -> None:
    adapter, behind = instrument(0.0)
    behind.write_raw(b"READ?\n")
    assert behind.read_raw() == ANSWER
    assert b"++addr 22" in adapter.commands


def test_the_library_never_gets_a_reading_that_takes_a_tenth_of_a_second(instrument) -> None:
    adapter, behind = instrument(0.1)
    behind.write_raw(b"READ?\n")
    with pytest.raises(VisaIOError):
        behind.read_raw()
    assert adapter.commands.count(b"++read eoi") == 1, "it asks the adapter once only"
