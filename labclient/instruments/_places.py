"""Where an address leads: one port has many spellings, and one that must not be touched is known by any of them."""

import os
import re
import socket
from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import ip_address
from typing import Final, NamedTuple

from labclient.errors import LinkLost, WrongUse
from labclient.instruments._adapters import resolved
from labclient.words import message

MOST_PLACES: Final = 256
_URL: Final = re.compile(r"(?:tcp|socket|rfc2217)://(?P<host>\[.+\]|[^/:]+):(?P<port>\d+).*", re.IGNORECASE)
_PLAIN: Final = re.compile(r"(?P<host>\[.+\]|[^/:\\]+):(?P<port>\d+)")
_LAN: Final = re.compile(r"TCPIP\d*::(?P<host>\[.+\]|[^:]+)(?:::(?P<rest>.*))?", re.IGNORECASE)
_SOCKET: Final = re.compile(r"(?P<port>\d+)::SOCKET", re.IGNORECASE)
_GATEWAY: Final = re.compile(r"GPIB(?P<board>\d*),(?P<at>\d+(?:,\d+)?)(?:::INSTR)?", re.IGNORECASE)
_GPIB: Final = re.compile(r"GPIB(?P<board>\d*)::(?P<rest>[\d:]+?)(?:::INSTR)?", re.IGNORECASE)
_USB: Final = re.compile(r"USB\d*::(?P<vid>\w+)::(?P<pid>\w+)::(?P<serial>[^:]+).*", re.IGNORECASE)
_ASRL: Final = re.compile(r"ASRL(?P<name>.+?)(?:::INSTR)?", re.IGNORECASE)
_GIVEN: Final = re.compile(
    r"(?:tcp://)?(?P<host>\[[^\]]+\]|[^:/\s]+?)(?:(?<=\d)-(?P<last>\d{1,3}))?(?::(?P<ports>\d{1,5}(?:,\d{1,5})*))?"
)


class Place(NamedTuple):
    """A port: a bus, and what tells it there. A LAN instrument without a port means all ports of that host; behind a
    gateway the port is the address on its GPIB bus."""

    bus: str
    at: str
    port: str = ""


def place_of(address: str) -> Place:
    """Where an address leads, spelled the same for every spelling of it."""
    if lan := _lan(address):
        return lan
    if found := _GPIB.fullmatch(address):
        return Place("gpib", f"{int(found['board'] or 0)}:{found['rest']}")
    if found := _USB.fullmatch(address):
        return Place("usb", f"{_number(found['vid'])}:{_number(found['pid'])}:{found['serial'].lower()}")
    if found := _ASRL.fullmatch(address):
        name = found["name"]
        return _serial(f"COM{name}" if name.isdigit() else name)
    return _serial(address)


def is_barred(address: str, barred: Iterable[str]) -> bool:
    """Whether an address leads to one of the ports that must not be touched; may ask the name service."""
    place = place_of(address)
    for one in barred:
        other = place_of(one)
        if place.bus != "lan" or other.bus != "lan":
            if place == other:
                return True
        elif (place.port == other.port or not (place.port and other.port)) and _hosts(place.at) & _hosts(other.at):
            return True
    return False


def tcp_addresses(given: Iterable[str], ports: Iterable[int]) -> tuple[str, ...]:
    """`tcp://host:port` for each `HOST[-LAST][:PORT[,PORT…]]`, with all `ports` where none is named. `LAST` ends a
    range of the last number: `192.168.1.10-20:5025`. Raises `WrongUse`, also for more than 256 addresses."""
    found = dict.fromkeys(one for text in given for one in _spread(text, tuple(ports)))
    if len(found) > MOST_PLACES:
        raise WrongUse(
            message("These are {count} addresses; at most {most} are asked at once.", count=len(found),
                    most=MOST_PLACES),
            message("Give a smaller range, or fewer ports."),
        )  # fmt: skip
    return tuple(found)


def _spread(text: str, ports: tuple[int, ...]) -> Iterator[str]:
    found = _GIVEN.fullmatch(text)
    named = tuple(int(port) for port in found["ports"].split(",")) if found and found["ports"] else ports
    hosts = _range(found["host"], found["last"]) if found else ()
    if not hosts or not all(0 < port < 65536 for port in named):
        raise WrongUse(
            message("“{text}” is no address on the network.", text=text),
            message("Give HOST:PORT, or a range such as 192.168.1.10-20:5025."),
        )
    yield from (f"tcp://{host}:{port}" for host in hosts for port in named)


def _lan(address: str) -> Place | None:
    if found := _URL.fullmatch(address) or _PLAIN.fullmatch(address):
        return Place("lan", found["host"].strip("[]").lower(), found["port"])
    if found := _LAN.fullmatch(address):
        host, rest = found["host"].strip("[]").lower(), found["rest"] or ""
        if behind := _GATEWAY.fullmatch(rest):
            return Place("lan", host, f"gpib{int(behind['board'] or 0)},{behind['at']}")
        port = _SOCKET.fullmatch(rest)
        return Place("lan", host, port["port"] if port else "")
    return Place("lan", address.strip("[]").lower()) if _is_number(address) else None


def _range(host: str, last: str | None) -> tuple[str, ...]:
    if last is None:
        return (host,)
    before, _, first = host.rpartition(".")
    if _is_number(host) and int(first) <= int(last) <= 255:
        return tuple(f"{before}.{number}" for number in range(int(first), int(last) + 1))
    return () if _is_number(host) else (f"{host}-{last}",)


def _serial(name: str) -> Place:
    try:
        port = resolved(name)
    except LinkLost:  # an adapter that is not plugged in is at no port
        return Place("serial", name.lower())
    if port.startswith("/"):
        return Place("serial", os.path.realpath(port))
    return Place("serial", port.upper().removeprefix("\\\\.\\"))


@cache
def _hosts(host: str) -> frozenset[str]:
    try:
        return frozenset(str(found[4][0]) for found in socket.getaddrinfo(host, None)) | {host}
    except (OSError, UnicodeError):
        return frozenset({host})


def _is_number(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _number(text: str) -> int | str:
    try:
        return int(text, 0)
    except ValueError:
        return text.lower()
