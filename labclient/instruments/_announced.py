"""Instruments that announce themselves on the local network (mDNS service discovery, as LXI asks of them)."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, Final

from labclient.errors import LinkLost
from labclient.words import message

if TYPE_CHECKING:
    from zeroconf import ServiceInfo

# Most to least direct: a host's plain socket is asked, the others are named only.
SERVICES: Final = {
    "_scpi-raw._tcp.local.": "socket",
    "_hislip._tcp.local.": "hislip",
    "_vxi-11._tcp.local.": "vxi11",
    "_lxi._tcp.local.": "lxi",
}
_RESOLVE_S: Final = 0.5
_LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Announced:
    """What an instrument says of itself on the network: nothing of it is proved. `host` is an IPv4 address."""

    kind: str
    name: str
    host: str
    port: int
    model: str = ""
    serial: str = ""

    @property
    def address(self) -> str:
        """The address as links take it; the host alone where only its web page was announced."""
        return {
            "socket": f"tcp://{self.host}:{self.port}",
            "hislip": f"TCPIP0::{self.host}::hislip0::INSTR",
            "vxi11": f"TCPIP0::{self.host}::INSTR",
        }.get(self.kind, self.host)

    @property
    def description(self) -> str:
        """Who it says it is."""
        return f"{self.model} {self.serial}".strip() or self.name


def announced(ends: float, over: Event, interfaces: Sequence[str] | None = None) -> Iterator[Announced]:
    """What is announced until `ends` (monotonic, s) or until `over`, as it comes; on all networks of this PC, or those
    with these IPv4 addresses of it. Raises `LinkLost` when no network can be listened on."""
    from zeroconf import InterfaceChoice, IPVersion, ServiceBrowser, ServiceStateChange, Zeroconf

    heard: SimpleQueue[tuple[str, str]] = SimpleQueue()

    def listen(service_type: str, name: str, state_change: ServiceStateChange, **_: object) -> None:
        if state_change is ServiceStateChange.Added:
            heard.put((service_type, name))

    try:
        network = Zeroconf(
            interfaces=list(interfaces) if interfaces else InterfaceChoice.All, ip_version=IPVersion.V4Only
        )
    except OSError as trouble:
        raise LinkLost(
            message("The network cannot be listened on: {reason}", reason=str(trouble)),
            message("Without a network, give serial ports and VISA addresses."),
        ) from trouble
    try:
        browser = ServiceBrowser(network, list(SERVICES), handlers=[listen])
        try:
            while (rest := ends - time.monotonic()) > 0 and not over.is_set():
                try:
                    kind, name = heard.get(timeout=min(_LOOK_S, rest))
                except Empty:
                    continue
                if (info := network.get_service_info(kind, name, timeout=_resolving_ms(ends))) is not None:
                    yield from _told(SERVICES[kind], info)
                else:  # a host repeats what it multicast only after 1 s (RFC 6762, 6): asked again after the others
                    heard.put((kind, name))
        finally:
            browser.cancel()
    finally:
        network.close()


def _resolving_ms(ends: float) -> int:
    return max(1, int(1000 * min(_RESOLVE_S, ends - time.monotonic())))


def _told(kind: str, info: "ServiceInfo") -> Iterator[Announced]:
    from zeroconf import IPVersion

    said = {key.lower(): value or "" for key, value in info.decoded_properties.items()}
    name = info.name.removesuffix(f".{info.type}")
    for host in info.parsed_addresses(IPVersion.V4Only)[:1]:
        yield Announced(kind, name, host, info.port or 0, said.get("model", ""), said.get("serialnumber", ""))
