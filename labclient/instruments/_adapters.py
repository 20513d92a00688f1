"""USB serial adapters, named by what they are: the name of a port moves from plug to plug, VID:PID:serial does not."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from labclient.errors import LinkLost
from labclient.words import message

SCHEME: Final = "adapter://"


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port of this PC. `adapter` is its address by adapter; empty where there is no USB serial number to
    tell it by."""

    name: str
    adapter: str
    description: str


def serial_ports() -> tuple[Port, ...]:
    """The serial ports that the system knows now, by name."""
    from serial.tools.list_ports import comports

    ports: list[Port] = []
    for found in sorted(comports(), key=lambda one: str(one.device)):
        number = quote(found.serial_number or "", "")
        adapter = f"{SCHEME}{found.vid:04X}:{found.pid:04X}:{number}" if found.vid is not None and number else ""
        said = "" if found.description in {None, "n/a"} else str(found.description)
        ports.append(Port(str(found.device), adapter, said))
    return tuple(ports)


def bound(address: str) -> str:
    """The address by adapter of a serial port, where one adapter alone has it; else the address as it is."""
    ports = serial_ports()
    adapters = [port.adapter for port in ports if port.name == address and port.adapter]
    alike = [port for port in ports if port.adapter in adapters]
    return adapters[0] if len(alike) == 1 else address


def resolved(address: str) -> str:
    """The port that an adapter's address means now; any other address as it is. Raises `LinkLost` when the adapter is
    not plugged in, or several ports bear its number."""
    if not address.lower().startswith(SCHEME):
        return address
    names = [port.name for port in serial_ports() if port.adapter.lower() == address.lower()]
    if len(names) == 1:
        return names[0]
    if names:
        raise LinkLost(
            message("{address} are several ports: {names}.", address=address, names=", ".join(names)),
            message("Give the port's own name."),
        )
    raise LinkLost(
        message("The adapter {address} is not plugged in.", address=address),
        message("Plug in the adapter, or register the instrument at the adapter that it has now."),
    )
