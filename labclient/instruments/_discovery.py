"""Find instruments, on request: serial ports, what VISA sees, and network addresses that were given, all at once.

Each bus and each address is asked in a thread or process of its own, which nobody waits for longer than the limit: what
hangs is reported and left behind, and closes its port by itself should it ever wake. Nothing that is sent changes
anything in an instrument.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from queue import Empty, Queue
from threading import Event, Thread
from typing import Final, Literal

from labclient.errors import LinkTrouble
from labclient.instruments._adapters import Port, serial_ports
from labclient.instruments._announced import Announced, announced
from labclient.instruments._device import Device
from labclient.instruments._driver import Driver
from labclient.instruments._identify import Identity
from labclient.instruments._links import Link
from labclient.instruments._places import is_barred, place_of
from labclient.instruments._probe import Fit, Heard, ask
from labclient.instruments._questions import Question, questions_for
from labclient.instruments._schema import Connection
from labclient.instruments._serial import SerialLink
from labclient.instruments._socket import SocketLink
from labclient.instruments._visa_search import Ability, Asked, Barred, Failed, Library, Listed, search_visa
from labclient.words import Message, message

LIMIT_S: Final = 3.0
_END_S: Final = 0.05  # left of the limit to tell what is unfinished
_VERDICT_S: Final = 0.25  # and to tell what was heard
_OPEN_S: Final = 1.5
_ANNOUNCED_S: Final = 1.5
_LOOK_S: Final = 0.02
_VISA_KINDS: Final = ("gpib", "usbtmc", "vxi11", "hislip", "socket")

Bus = Literal["serial", "VISA", "network", "announced"]
State = Literal["seen", "fits", "stranger", "silent", "closed", "barred", "announced"]


@dataclass(frozen=True, slots=True)
class Found:
    """An instrument that answered a driver's question."""

    driver: str
    address: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address and what is there. `seen` is told first, another state follows unless nobody was to be asked; one that
    only announces itself, and is not asked, is `announced`.
    `told` says why; `fits` are the drivers that understand the answer, `adapter` names a serial port for good."""

    address: str
    bus: Bus
    state: State
    told: Message
    fits: tuple[Fit, ...] = ()
    adapter: str = ""
    description: str = ""

    def address_for(self, fit: Fit) -> str:
        """The address as this driver takes it."""
        if self.bus not in {"network", "announced"}:
            return self.adapter or self.address
        place = place_of(self.address)
        host = f"[{place.at}]" if ":" in place.at else place.at
        return f"socket://{host}:{place.port}" if fit.kind == "serial" else f"TCPIP0::{host}::{place.port}::SOCKET"


@dataclass(frozen=True, slots=True)
class BusReport:
    """A bus whose search has ended, well or not. `abilities` say what a VISA library finds by itself."""

    bus: Bus
    ok: bool
    told: Message
    abilities: tuple[Ability, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """All that was found: the last state of each address, and how each bus did."""

    sightings: tuple[Sighting, ...]
    buses: tuple[BusReport, ...]
    cancelled: bool = False


def probe(driver: Driver, address: str) -> Found:
    """Identify what answers; raises `LinkLost`, `NoReply`, `BadReply`, `WrongInstrument`, or `DriverInvalid` for an
    address of a kind that the driver does not know."""
    return Found(driver.id, address, Device(driver, address).identify())


def discover(
    drivers: Iterable[Driver],
    *,
    network: Iterable[str] = (),
    ports: Iterable[str] = (),
    barred: Iterable[str] = (),
    tell: Callable[[Sighting | BusReport], object] | None = None,
    cancelled: Event | None = None,
    limit_s: float = LIMIT_S,
    asking: bool = True,
    listening: bool = False,
) -> Discovery:
    """Search all buses at once for at most `limit_s` and ask every address found, unless not `asking`, who is there.

    `network` are addresses `tcp://host:port`, `ports` serial ports beyond those that the system knows. Those `barred`,
    in any spelling, are neither opened nor asked: the port of the transfer standard, and of instruments at work. With
    `listening`, instruments that announce themselves on the local network are found too, and asked at their socket.
    `tell` gets what is found as it comes, in this thread. `cancelled` ends the search at once. Nothing that happens on
    a bus is an exception here.
    """
    search = _Search(tuple(drivers), tuple(barred), limit_s, asking, listening)
    return search.run(tuple(network), tuple(ports), tell or (lambda _: None), cancelled or Event())


_SEEN: Final = message("not asked")


class _Search:
    """One search: threads that find, and one queue of what they found."""

    def __init__(
        self, drivers: tuple[Driver, ...], barred: tuple[str, ...], limit_s: float, asking: bool, listening: bool
    ) -> None:
        self._drivers, self._barred, self._asking, self._listening = drivers, barred, asking, listening
        self._limit_s = limit_s
        self._ends = time.monotonic() + limit_s - _END_S
        self._verdict = self._ends - _VERDICT_S
        self._over = Event()
        self._library: Library | None = None
        self._found: Queue[Sighting | BusReport] = Queue()

    def run(
        self,
        network: tuple[str, ...],
        given: tuple[str, ...],
        tell: Callable[[Sighting | BusReport], object],
        cancelled: Event,
    ) -> Discovery:
        sightings: dict[tuple[Bus, str], Sighting] = {}
        buses: dict[Bus, BusReport] = {}
        searches: dict[Bus, Callable[[], BusReport]] = {"serial": lambda: self._serial(given), "VISA": self._visa}
        if network:
            searches["network"] = lambda: self._network(network)
        if self._listening:
            searches["announced"] = lambda: self._announced(network)
        for bus, search in searches.items():
            self._start(bus, self._on_bus, bus, search)

        def note(found: Sighting | BusReport) -> None:
            if isinstance(found, Sighting):
                sightings[found.bus, found.address] = found
            else:
                buses[found.bus] = found
            tell(found)

        try:
            while len(buses) < len(searches) and not cancelled.is_set():
                in_time = time.monotonic() < self._ends
                try:
                    note(self._found.get(in_time, _LOOK_S))
                except Empty:
                    if not in_time:
                        break
        finally:
            self._over.set()
        for late in self._unfinished(sightings, [bus for bus in searches if bus not in buses], cancelled.is_set()):
            note(late)
        return Discovery(tuple(sightings.values()), tuple(buses.values()), cancelled.is_set())

    def _unfinished(
        self, sightings: dict[tuple[Bus, str], Sighting], buses: list[Bus], cancelled: bool
    ) -> Iterator[Sighting | BusReport]:
        told = message("broken off") if cancelled else message("no answer within {seconds} s", seconds=self._limit_s)
        if self._asking:
            for sighting in sightings.values():
                if sighting.state == "seen":
                    yield replace(sighting, state="silent", told=told)
        for bus in buses:
            yield self._of_library(told) if bus == "VISA" else BusReport(bus, False, told)

    # -- the buses ----------------------------------------------------------------------------------------------------

    def _on_bus(self, bus: Bus, search: Callable[[], BusReport]) -> None:
        try:
            self._found.put(search())
        except LinkTrouble as trouble:
            self._found.put(BusReport(bus, False, trouble.sentence))
        except Exception as trouble:  # noqa: BLE001 - vendors' libraries raise whatever they like; it is told, and others go on
            self._found.put(BusReport(bus, False, message("{reason}", reason=str(trouble) or type(trouble).__name__)))

    def _serial(self, given: tuple[str, ...]) -> BusReport:
        known = serial_ports()
        named = {port.name for port in known}
        ports = (*known, *(Port(name, "", "") for name in given if name not in named))
        questions = questions_for(self._drivers, ("serial",))
        asked: list[Thread] = []
        for port in ports:
            seen = Sighting(port.name, "serial", "seen", _SEEN, adapter=port.adapter, description=port.description)

            def open_line(line: Connection, name: str = port.name) -> Link:
                return SerialLink(name, line, self._opening_s())

            asked += self._see(seen, open_line, questions)
        _wait(asked)
        return BusReport("serial", True, message("{count} ports", count=len(ports)))

    def _network(self, addresses: tuple[str, ...]) -> BusReport:
        asked: list[Thread] = []
        for address in addresses:
            asked += self._see_socket(Sighting(address, "network", "seen", _SEEN))
        _wait(asked)
        return BusReport("network", True, message("{count} addresses", count=len(addresses)))

    def _see_socket(self, seen: Sighting) -> list[Thread]:
        place = place_of(seen.address)
        questions = questions_for(self._drivers, ("socket", "serial"), int(place.port))

        def open_line(_: Connection) -> Link:
            return SocketLink(place.at, int(place.port), self._opening_s())

        return self._see(seen, open_line, questions)

    def _announced(self, given: tuple[str, ...]) -> BusReport:
        """Ask those with a plain socket, unless its address was given anyway; the others are named."""
        asked: list[Thread] = []
        known = {place_of(address) for address in given}
        others: dict[str, Announced] = {}
        hosts: set[str] = set()
        named = 0
        for one in announced(min(self._verdict, time.monotonic() + _ANNOUNCED_S), self._over):
            if one.kind != "socket":
                others.setdefault(one.address, one)
                continue
            hosts.add(one.host)
            if (place := place_of(one.address)) not in known:
                known.add(place)
                seen = Sighting(one.address, "announced", "seen", _SEEN, description=one.description)
                asked += self._see_socket(seen)
        for address, one in others.items():
            if one.kind == "lxi" and one.host in hosts | {other.host for other in others.values() if other != one}:
                continue  # its web page beside a way to ask it
            told = message("announces itself; not asked")
            sighting = Sighting(address, "announced", "announced", told, description=one.description)
            self._found.put(_barred(sighting) if is_barred(address, self._barred) else sighting)
            named += 1
        _wait(asked)
        return BusReport("announced", True, message("{count} announce themselves", count=named + len(hosts)))

    def _visa(self) -> BusReport:
        questions = {kind: questions_for(self._drivers, (kind,)) for kind in _VISA_KINDS}
        waiting: dict[str, Sighting] = {}
        for told in search_visa(
            questions, self._barred, self._verdict - time.monotonic(), self._over, asking=self._asking
        ):
            match told:
                case Library():
                    self._library = told
                case Listed():
                    for name in told.names:
                        waiting[name] = Sighting(name, "VISA", "seen", _SEEN)
                        self._found.put(waiting[name])
                case Barred(name):
                    self._found.put(_barred(waiting.pop(name)))
                case Asked(name, None):
                    closed = Message(told.template, told.arguments)
                    self._found.put(replace(waiting.pop(name), state="closed", told=closed))
                case Asked(name, Heard() as heard):
                    self._found.put(_verdict(waiting.pop(name), heard))
                case Failed(reason):
                    return self._of_library(message("{reason}", reason=reason))
        if self._library is None or (waiting and self._asking):
            return self._of_library(message("The VISA library has ended its process."))
        return self._of_library(None)

    def _of_library(self, trouble: Message | None) -> BusReport:
        """What is to be said of VISA: the trouble, or the library in use."""
        library = self._library
        if library is None:
            return BusReport("VISA", False, trouble or message("not searched"))
        named = message("VISA library: {library}", library=library.name)
        told = message("{library}; {trouble}", library=named, trouble=trouble) if trouble else named
        return BusReport("VISA", trouble is None, told, library.abilities)

    # -- one address --------------------------------------------------------------------------------------------------

    def _opening_s(self) -> float:
        return max(0.1, min(_OPEN_S, self._verdict - time.monotonic()))

    def _see(
        self, seen: Sighting, open_line: Callable[[Connection], Link], questions: tuple[Question, ...]
    ) -> list[Thread]:
        """Tell of an address, and ask there in a thread of its own if it may be asked."""
        self._found.put(seen)
        if not self._asking:
            return []
        return [self._start(seen.address, self._ask, seen, open_line, questions)]

    def _ask(self, seen: Sighting, open_line: Callable[[Connection], Link], questions: tuple[Question, ...]) -> None:
        try:
            if is_barred(seen.address, self._barred):
                self._found.put(_barred(seen))
            else:
                self._found.put(_verdict(seen, ask(open_line, questions, self._verdict, self._over)))
        except LinkTrouble as trouble:
            self._found.put(replace(seen, state="closed", told=trouble.sentence))
        except Exception as trouble:  # noqa: BLE001 - a driver below a port may raise anything; it is told, and others go on
            reason = str(trouble) or type(trouble).__name__
            told = message("{address} cannot be opened: {reason}", address=seen.address, reason=reason)
            self._found.put(replace(seen, state="closed", told=told))

    def _start(self, name: str, work: Callable[..., None], *arguments: object) -> Thread:
        thread = Thread(target=work, args=arguments, name=f"find {name}", daemon=True)
        thread.start()
        return thread


def _wait(threads: Iterable[Thread]) -> None:
    for thread in threads:
        thread.join()


def _barred(seen: Sighting) -> Sighting:
    return replace(seen, state="barred", told=message("not to be touched"))


def _verdict(seen: Sighting, heard: Heard) -> Sighting:
    """What was heard, as a state with its reason."""
    if heard.fits:
        fit = heard.fits[0]
        told = message("answers “{reply}” to “{request}”", reply=fit.reply, request=fit.request)
        return replace(seen, state="fits", told=told, fits=heard.fits)
    if heard.floods:
        return replace(seen, state="stranger", told=message("sends without being asked: “{reply}”", reply=heard.reply))
    if heard.reply:
        told = message("answers “{reply}” to “{request}”; no driver fits", reply=heard.reply, request=heard.request)
        return replace(seen, state="stranger", told=told)
    if heard.not_asked:
        told = message("no answer to {count} questions; no time to ask for {drivers}", count=heard.asked,
                       drivers=", ".join(heard.not_asked))  # fmt: skip
        return replace(seen, state="silent", told=told)
    return replace(seen, state="silent", told=message("no answer to {count} questions", count=heard.asked))
