"""What VISA sees and who answers there, asked in a process of its own: a vendor's library that hangs or dies takes
nothing with it, and is ended at once."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from threading import Event, Lock, Thread, Timer

import msgspec

from labclient.errors import LinkTrouble
from labclient.instruments._links import kind_of
from labclient.instruments._places import is_barred
from labclient.instruments._probe import Heard, ask
from labclient.instruments._questions import Question

_LOOK_S = 0.02
_SPARE_S = 1.0


class Ability(msgspec.Struct, frozen=True):
    """Whether the VISA library finds instruments on a bus by itself, and what it says of that."""

    bus: str
    seen: bool
    why: str


class Library(msgspec.Struct, frozen=True):
    """The VISA library in use. `abilities` are empty for a vendor's, which sees what its drivers support."""

    name: str
    vendor: bool
    abilities: tuple[Ability, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """All resource names found, serial ports left out."""

    names: tuple[str, ...]


class Barred(msgspec.Struct, frozen=True):
    """A resource that must not be touched."""

    name: str


class Asked(msgspec.Struct, frozen=True):
    """What came of asking one resource; `template` and `arguments` are the sentence of a failure."""

    name: str
    heard: Heard | None = None
    template: str = ""
    arguments: dict[str, str] = {}


class Failed(msgspec.Struct, frozen=True):
    """The library could not be used."""

    reason: str


Told = Library | Listed | Barred | Asked | Failed


def search_visa(
    questions: dict[str, tuple[Question, ...]], barred: tuple[str, ...], seconds: float, over: Event, *, asking: bool
) -> Iterator[Told]:
    """Everything the library tells, as it comes, until it has no more to tell or `over`; then the process is ended.
    `questions` are those for each kind of connection."""
    here, there = get_context("spawn").Pipe(duplex=False)
    process = get_context("spawn").Process(
        target=_child, args=(there, questions if asking else None, barred, seconds), daemon=True, name="find-visa"
    )
    process.start()
    there.close()
    try:
        while not over.is_set():
            if here.poll(_LOOK_S):
                yield here.recv()
    except EOFError:
        return  # the process has told all, or died
    finally:
        process.kill()
        process.join(_SPARE_S)
        here.close()


def _child(
    there: Pipe, questions: dict[str, tuple[Question, ...]] | None, barred: tuple[str, ...], seconds: float
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked ends this process
    orphan = Timer(seconds + _SPARE_S, os._exit, (1,))
    orphan.daemon = True
    orphan.start()
    one_at_a_time = Lock()

    def tell(told: Told) -> None:
        with one_at_a_time:
            there.send(told)

    try:
        _search(tell, questions, barred, time.monotonic() + seconds)
    except Exception as trouble:  # noqa: BLE001 - vendors' libraries raise whatever they like; it is told
        tell(Failed(str(trouble) or type(trouble).__name__))


def _search(
    tell: Callable[[Told], None],
    questions: dict[str, tuple[Question, ...]] | None,
    barred: tuple[str, ...],
    ends: float,
) -> None:
    import warnings

    from labclient.instruments._visa import _manager

    warnings.simplefilter("ignore")  # about buses that this PC does not have
    manager = _manager()
    if str(manager.visalib.library_path) == "py":
        _leave_announcements()
    tell(_library(str(manager.visalib.library_path), manager.visalib.get_debug_info()))
    names = tuple(sorted(one for one in manager.list_resources("?*") if not one.startswith(("ASRL", "PRLGX"))))
    tell(Listed(names))
    if questions is None:
        return
    asking: list[Thread] = []
    for name in names:
        if is_barred(name, barred):
            tell(Barred(name))
        else:
            asking.append(Thread(target=_ask, args=(tell, name, questions, ends), daemon=True))
            asking[-1].start()
    for one in asking:
        one.join()


def _leave_announcements() -> None:
    """pyvisa-py waits 2 s for announcements before it lists anything, and leaves no time to ask; this program listens
    for them by itself."""
    from pyvisa_py import tcpip

    tcpip.zeroconf = None


def _ask(tell: Callable[[Told], None], name: str, questions: dict[str, tuple[Question, ...]], ends: float) -> None:
    from labclient.instruments._visa import VisaLink

    try:
        rest = ends - time.monotonic()
        heard = ask(lambda _: VisaLink(name, rest), questions.get(kind_of(name), ()), ends, Event())
    except LinkTrouble as trouble:
        said = trouble.sentence
        tell(Asked(name, None, said.template, {key: str(value) for key, value in said.arguments.items()}))
    except Exception as trouble:  # noqa: BLE001 - as above
        tell(Asked(name, None, "{address} cannot be opened: {reason}", {"address": name, "reason": repr(trouble)}))
    else:
        tell(Asked(name, heard))


def _library(path: str, told: object) -> Library:
    """The library in use, by what it says of itself; pyvisa-py says it in words."""
    if path != "py":
        return Library(path, vendor=True)

    def said(key: str) -> str:
        words = told.get(key, "") if isinstance(told, Mapping) else ""
        return " ".join((" ".join(words) if isinstance(words, list) else str(words)).split())

    direct = (
        Ability(bus, said(key).startswith("Available"), said(key))
        for bus, key in (("GPIB", "GPIB INTFC"), ("USB", "USB INSTR"))
    )
    lan = (
        Ability(f"LAN {way.partition(':')[0]}", "disabled" not in way, way.partition(": ")[2])
        for way in said("TCPIP INSTR").split(" - ")[1:]
        if not way.startswith("hislip")
    )
    return Library(f"pyvisa-py {said('Version')}", False, (*direct, *lan))
