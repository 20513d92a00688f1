"""What the page of instruments has done beside the desk: the register read, an instrument asked, found, tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal

from labclient.clock import SystemClock, parse_iso
from labclient.home import Home, this_pc
from labclient.instruments import (
    Bench,
    BenchInstrument,
    Certificate,
    Concern,
    Device,
    Discovery,
    Driver,
    Line,
    Registration,
    discover,
    drift_since,
    in_use,
    load_bench,
    tcp_addresses,
)
from labclient.participation import (
    SOON,
    Health,
    HealthWatch,
    Look,
    bar,
    bench_instrument,
    diagnostic_file,
    known_drivers,
    last_answers,
    last_trial,
    note_answer,
    read_out,
    registration_of,
)
from labclient.ui._aside import Aside
from labclient.ui._desk import home_of
from labclient.ui._marks import State
from labclient.words import Message, given, message

TRIED = 10  # readings of a trial
_CERTAINTY = {
    "high": message("high"),
    "medium": message("medium"),
    "low": message("low"),
}


class Tries(Aside):
    """A thread of its own for instruments, beside the desk and beside what only reads files. Signals: `looked` (Look)
    while a trial goes on, `found` (Sighting or BusReport) while something is searched, `told` (Message)."""

    looked = Signal(object)
    found = Signal(object)
    told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stop = Event()
        self._shut = False

    def run(self, what: str, work: Callable[[], Any]) -> None:
        if not self._shut:  # an answer that comes while the window closes may ask for more
            super().run(what, work)

    def shut(self) -> None:
        self._shut = True
        self.stop.set()
        super().shut()


@dataclass(frozen=True, slots=True)
class Listed:
    """One instrument of the register, as the page shows it."""

    registration: Registration
    driver: Driver | None
    answered: str
    state: State
    word: Message
    concerns: tuple[Concern, ...]

    @property
    def one(self) -> BenchInstrument:
        return self.registration.instrument

    @property
    def in_use(self) -> bool:
        """Whether a run, or somebody who tries it, has it open."""
        return in_use(self.one)


@dataclass(frozen=True, slots=True)
class Benchful:
    """The whole register, and the drivers of this PC."""

    home: Home
    listed: tuple[Listed, ...]
    drivers: Mapping[str, Driver]
    bench: Bench


def read_bench(notebook: Path | None) -> Benchful:
    """The register of this PC, or of the demonstration that a notebook belongs to."""
    home = home_of(notebook) if notebook is not None else this_pc()
    bench, drivers, answers = load_bench(home.bench), known_drivers(home), last_answers(home)
    day, listed = today(), []
    for one in bench.instrument:
        registration = registration_of(bench, one, drivers)
        state, word = certificate_state(one, day)
        concerns = registration.concerns(day)
        listed.append(
            Listed(registration, drivers.get(one.driver), _local(answers.get(one.id)), state, word, concerns)
        )  # fmt: skip
    return Benchful(home, tuple(listed), drivers, bench)


def _local(moment: str | None) -> str:
    return f"{parse_iso(moment).astimezone():%Y-%m-%d %H:%M}" if moment else ""


def today() -> date:
    """The day on this PC's calendar."""
    return datetime.now().astimezone().date()


def certificate_state(one: BenchInstrument, on: date) -> tuple[State, Message]:
    """What its certificate says of an instrument, as a mark and a word."""
    current = one.current
    if current is None:
        return State.WAITING, message("no certificate")
    if current.expired(on):
        return State.FAILED, message("expired {day}", day=current.due)
    if not current.is_confirmed(one.serial):
        return State.BLOCKED, message("not confirmed")
    if not current.due:
        return State.PASSED, message("no due date")
    left = (date.fromisoformat(current.due) - on).days
    if left <= SOON:
        return State.PASSED, message("until {day}, {count} days left", day=current.due, count=left)
    return State.PASSED, message("until {day}", day=current.due)


def identify(home: Home, id: str) -> Device:
    """Ask an instrument of the register who it is; no setting is touched. Another unit is refused."""
    instrument = bench_instrument(home, id)
    device = instrument.device({}, SystemClock())
    device.identify()
    note_answer(home, id, SystemClock())
    return device


def try_out(home: Home, id: str, tries: Tries) -> Look:
    """Read an instrument ten times, into a diagnostic notebook of its own; `tries` tells how it goes."""
    look = read_out(
        bench_instrument(home, id), {}, TRIED, diagnostic_file(home), who="-", clock=SystemClock(),
        tell=tries.told.emit, show=tries.looked.emit, stop=tries.stop,
    )  # fmt: skip
    note_answer(home, id, SystemClock())
    return look


def find(benchful: Benchful, network: str, barred: str, artefact: str, tries: Tries) -> Discovery:
    """Search all buses, the network addresses given and what announces itself. What is in use, what is barred, and the
    instrument with the serial number of the transfer standard, `artefact`, are not touched. The barred ones are kept
    for the next time."""
    drivers = benchful.drivers.values()
    ports = sorted({one.port for driver in drivers for one in driver.file.connection if one.port is not None})
    never = [one.one.address for one in benchful.listed if one.in_use or (artefact and one.one.serial == artefact)]
    network_addresses = tcp_addresses(network.split(), ports)
    return discover(
        drivers, network=network_addresses, barred=[*filter(None, never), *bar(benchful.home, barred.split())],
        tell=tries.found.emit, cancelled=tries.stop, listening=True,
    )  # fmt: skip


def health_of(here: HealthWatch | None, home: Home, id: str, shown: HealthWatch | None) -> HealthWatch | None:
    """How an instrument answers in its run in the open notebook, which `here` follows; else what is `shown`, or how it
    did in its last trial."""
    if here is not None and here.look() is not None:
        return here
    return shown or last_trial(home, id)


def age_word(health: Health, now: datetime) -> Message:
    """How long ago the last reply was recorded, and when: of a run that goes on, or of the last one."""
    if not health.last:
        return message("No reply yet.")
    moment = parse_iso(health.last)
    if health.live:
        return message(
            "Measuring now; last reply {seconds} s ago", seconds=max(0, round((now - moment).total_seconds()))
        )
    return message("Last run: last reply at {moment}", moment=f"{moment.astimezone():%Y-%m-%d %H:%M:%S}")


def details(listed: Listed, say: Callable[[Message], str]) -> list[str]:
    """What is known of an instrument, a line each."""
    one, current = listed.one, listed.one.current
    told = [
        message("{maker} {model}, serial number {serial}, firmware {firmware}", maker=one.maker or "-",
                model=one.model or one.name, serial=one.serial or "-", firmware=one.firmware or "-"),
    ]  # fmt: skip
    if one.driver:
        told += [message("Address: {address}", address=one.address), driver_word(one.driver, listed.driver)]
    else:
        told.append(message("No interface: it is read by a person."))
    if current is not None:
        told += details_of_certificate(current, one.serial)
    for standard in listed.registration.standards:
        part = message("main device") if one.id in standard.main else message("auxiliary device")
        licences = ", ".join(licence.told for licence in standard.licence)
        told.append(message("Measurement standard: {name} ({part}); licences: {licences}", name=standard.name,
                            part=part, licences=licences or "-"))  # fmt: skip
    return [say(sentence) for sentence in told]


def driver_word(id: str, driver: Driver | None) -> Message:
    """A driver, and honestly how sure it is."""
    if driver is None:
        return message("There is no driver “{id}” on this PC.", id=id)
    about = driver.file.driver
    tried = (
        message("tried on {units}", units=", ".join(f"{one.serial} ({one.date})" for one in about.tried_on))
        if about.tried_on
        else message("never tried on a real unit")
    )
    return message("Driver: {title}, version {version}; certainty {certainty}; {tried}", title=given(about.title),
                   version=about.version, certainty=_CERTAINTY[about.certainty], tried=tried)  # fmt: skip


def rows_of(one: BenchInstrument) -> list[tuple[str, str, str, str, str]]:
    """The table of its certificate: point, value or correction, U, k, drift."""
    current = one.current
    return [
        (row.point, f"{row.value} {row.unit}" if row.value else f"Δ {row.correction} {row.unit}", f"{row.U} {row.unit}",
         row.k, drift_since(one.certificate, row))
        for row in (current.row if current else ())
    ]  # fmt: skip


def spelled(line: Line) -> str:
    """One line of a transcript, control characters by their names."""
    text = line.data.decode("ascii", "backslashreplace").replace("\r", "\\r").replace("\n", "\\n")
    return f"{line.direction} " + "".join(
        letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text
    )


def details_of_certificate(current: Certificate, serial: str) -> list[Message]:
    """What a certificate says besides its table, a line each."""
    due = message("no due date")
    if current.due_source == "certificate":
        due = message("due {day}, from the certificate", day=current.due)
    elif current.due_source == "laboratory":
        due = message("due {day}, the laboratory's decision", day=current.due)
    told = [
        message("Certificate {number}, {issuer}, {date}; {due}", number=current.number, issuer=current.issuer,
                date=current.date, due=due),
    ]  # fmt: skip
    if current.conditions:
        told.append(message("Conditions: {conditions}", conditions=current.conditions))
    if current.interpolation == "linear":
        told.append(message("Between the points: linear interpolation"))
    if current.is_confirmed(serial):
        told.append(message("Entered by {who}, confirmed by {second}", who=current.entered_by or "-",
                            second=current.confirmed_by))  # fmt: skip
    return told
