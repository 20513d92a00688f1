"""Every shipped driver × every fault: the right values with the right status, or a typed error; never a wrong value.

The device is the real one and the other end is the real simulator; only the wire between them is a buffer, so that
thousands of exchanges take a second. EXCHANGES in the environment makes it more of them.
"""

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event

import pytest

from labclient.clock import SystemClock
from labclient.errors import LinkLost, WrongInstrument, WrongUse
from labclient.instruments import BadReply, Device, Driver, NoReply, Reply, SettingRefused, load_driver
from labclient.instruments._schema import WITHOUT_VALUE
from labclient.instruments.simulator import FAULTS, WorldFile
from labclient.instruments.simulator._faults import SPOILING
from labclient.instruments.simulator._server import Due, Simulator
from labclient.words import message

FILES = sorted((Path(__file__).parents[2] / "drivers").glob("*.toml"))
TIMES = max(1, int(os.environ.get("EXCHANGES", "0")) // 4000) * 12
KINDS = sorted(FAULTS | {"none", "unasked", "front panel", "another unit", "mixed"})
# What nobody can see from the line: the last answer once more.
UNSEEN = {"stuck"}
SERIAL = [path for path in FILES if any(one.kind == "serial" for one in load_driver(path).file.connection)]
# Their numbers have no fixed width, so a character lost inside the number is not seen; at its end it is.
VARIABLE = {
    "druck-pace", "fluke-1502a", "fluke-1521", "fluke-1529", "fluke-1620a", "isotech-millik", "mensor-cpc",
    "mettler-mt-sics", "rotronic-hc2", "ruska-7250",
}  # fmt: skip
WIRED = 0.09
OTHER_UNITS = ("F", "'F", "°F", "kg", "psi", "KG", "PSI", "MBAR")


class Hurried(SystemClock):
    """A clock that does not wait."""

    def wait(self, event: Event, seconds: float) -> bool:
        return event.is_set()


class Unhurried(Simulator):
    """A simulated instrument without an event loop: a pulled cable is back when the wire is opened again."""

    def _plug_after(self, seconds: float) -> None:
        self._wire.back = True


class Wire:
    """A link whose other end answers at once; what does not come at once, or comes after a pause, never comes in
    time."""

    def __init__(self, driver: Driver, seed: int) -> None:
        self.simulator = Unhurried(driver, "tcp://127.0.0.1:0", WorldFile(), seed, 1.0)
        self.simulator._wire = self
        self.simulator._wire_up({"wire": {"volts": WIRED, "noise": WIRED / 100}})
        self.fault: tuple[str, int] | None = None
        self.said: list[bytes] = []
        self.history: set[bytes] = set()
        self.plugged = self.back = True
        self._slow: list[Due] = []
        self._buffer = b""
        framing = driver.file.framing
        self._ends = (framing.send_end.encode(), framing.reply_end.encode())
        self._encoding = framing.encoding

    # What the simulator does to it.

    def send(self, data: bytes) -> None:
        self._buffer += data

    def unplug(self) -> None:
        self.plugged = self.back = False
        self._buffer = b""
        self._slow.clear()

    # What the device does to it.

    def open(self) -> "Wire":
        self.plugged = self.plugged or self.back
        self._there()
        return self

    def write(self, data: bytes) -> None:
        self._there()
        for request in data.split(self._ends[0])[:-1]:
            self._come()
            asked = request.decode(self._encoding)
            reading = self.simulator._talk.sort(asked) in {"reading", "follow_up"}
            if reading:
                self._strike()
            due = self.simulator.take(asked)
            if reading and due.answer.text is not None:
                self.said.append(due.answer.text.encode(self._encoding) + self._ends[1])
                self.history.update(self.said[-1].splitlines())
            if due.has("slow"):
                self._slow.append(due)
            else:
                self.simulator.give(due)

    def _come(self) -> None:
        """The slow answers come at last, before any later one."""
        while self._slow:
            self.simulator.give(self._slow.pop(0))

    def _there(self) -> None:
        if not self.plugged:
            raise LinkLost(message("The cable is out."))

    def _strike(self) -> None:
        if self.fault is not None:
            kind, after = self.fault
            self.fault = (kind, after - 1) if after else None
            if not after:
                self.simulator._fault({"fault": kind})

    def read_until(self, terminator: bytes, timeout_s: float, max_bytes: int) -> bytes:
        self._there()
        head, found, rest = self._buffer.partition(terminator)
        if not found:
            raise NoReply(self._take(), message("Nothing more comes."))
        self._buffer = rest
        return head + found

    def pending(self, look: bool = True) -> bytes:
        self._there()
        return self._buffer

    def drain(self, quiet_s: float, limit_s: float) -> bytes:
        self._there()
        return self._take()

    def _take(self) -> bytes:
        taken, self._buffer = self._buffer, b""
        return taken

    def clear(self) -> None:
        self._buffer = b""

    def close(self) -> None:
        self._buffer = b""


class Bench:
    """One driver's device on a wire, and the account of what came of it."""

    def __init__(self, driver: Driver, wire: Wire) -> None:
        self.driver, self.wire = driver, wire
        self.device = Device(driver, "TCPIP0::127.0.0.1::9::SOCKET", clock=Hurried())
        self.device.connect()
        self.random = Random(driver.id)
        self.ended: Counter[str] = Counter()
        self._last: dict[str, Reply] = {}

    def poll(self, reading: str, kind: str) -> str:
        """One exchange under a fault; says how it ended, and fails on a value that was not the answer."""
        self.wire.said.clear()
        questions = 1 + len(self.driver.readings[reading].then)
        rule = self.driver.rule(reading)
        try:
            reply = self.device.poll(reading)
        except (NoReply, BadReply, LinkLost, WrongInstrument):
            self.recover()
            return "refused"
        if kind in {"busy", "mixed"} and reply.status == "busy":
            assert all(value != value for value in reply.values)  # noqa: PLR0124 - NaN
            return reply.status
        told = rule.read(b"".join(self.wire.said[-questions:]))
        if kind in UNSEEN:
            assert set(reply.raw.splitlines()) <= self.wire.history
            return reply.status
        assert same(reply, told), (self.driver.id, kind, reply, told)
        self._last[reading] = told
        return reply.status

    def recover(self) -> None:
        """An error queue may take several attempts to empty, and what strikes may strike again: each is a typed
        refusal. A device that never gets through is given up when nothing strikes any more."""
        for attempt in range(35):
            if attempt == 10:
                self.wire.simulator._faults.clear()
            try:
                self.device.resync() if self.device.connected and self.wire.plugged else self.device.connect()
            except (SettingRefused, NoReply, BadReply, LinkLost, WrongInstrument):
                continue
            return
        raise AssertionError(self.driver.id)

    def strike(self, reading: str, kind: str) -> str:
        wire, simulator = self.wire, self.wire.simulator
        questions = 1 + len(self.driver.readings[reading].then)
        try:
            if kind in SPOILING or kind in {"slow", "unsolicited"}:
                wire.fault = (kind, self.random.randrange(questions))
            elif kind in FAULTS:
                simulator._fault({"fault": kind, "count": self.random.choice((1, 1, 2))})
            elif kind == "mixed":
                self.mix()
            elif kind == "unasked" and reading in self._last:
                wire.send(self._last[reading].raw)
        except WrongUse:
            return "not here"  # this instrument has no such knob; `immune` says which
        ended = self.poll(reading, kind)
        wire.fault = None
        simulator._faults.clear()
        simulator._change_panel(False)
        simulator._exchange_unit(False)
        return ended

    def mix(self) -> None:
        """Three faults at once, each at a share of the exchanges. What nobody can see is not among them, nor a line of
        the unit's own accord: where the answer is lost, it is a reading of that moment like any other."""
        for kind in self.random.sample(sorted(FAULTS - UNSEEN - {"unsolicited"}), 3):
            with suppress(WrongUse):
                self.wire.simulator._fault({"fault": kind, "count": None if kind != "unplug" else 1, "rate": 0.5})


def same(one: Reply, other: Reply) -> bool:
    return (one.status, one.texts, repr(one.values)) == (other.status, other.texts, repr(other.values))


@pytest.fixture
def bench(request, monkeypatch) -> Bench:
    driver = load_driver(request.param)
    wire = Wire(driver, 1)
    monkeypatch.setattr("labclient.instruments._device.open_link", lambda *_: wire.open())
    return Bench(driver, wire)


@pytest.mark.parametrize("bench", FILES, ids=lambda path: path.stem, indirect=True)
def test_no_fault_gives_a_wrong_value(bench, record_property) -> None:
    for kind in KINDS:
        for reading in polled(bench.driver):
            assert bench.poll(reading, "none") == "ok"
            ends = Counter(one(bench, reading, kind) for _ in range(TIMES))
            bench.ended += Counter({f"{kind}: {end}": count for end, count in ends.items()})
            judge(kind, set(ends), bench.driver)
    record_property("exchanges", bench.ended.total())
    print(bench.driver.id, bench.ended.total(), dict(bench.ended))  # noqa: T201


@pytest.mark.parametrize("path", SERIAL, ids=lambda path: path.stem)
def test_a_character_lost_on_a_serial_line_never_yields_another_number(path) -> None:
    """Every character of every good example is lost once. Buses and networks lose none."""
    driver = load_driver(path)
    end, encoding = driver.file.framing.reply_end, driver.file.framing.encoding
    others = 0
    for example in driver.file.example:
        if example.refused or example.status in WITHOUT_VALUE:
            continue
        rule = driver.rule(example.reading)
        whole = rule.read((example.reply + end).encode(encoding))
        for at in range(len(example.reply)):
            try:
                reply = rule.read((example.reply[:at] + example.reply[at + 1 :] + end).encode(encoding))
            except BadReply:
                continue
            others += reply.status not in WITHOUT_VALUE and repr(reply.values) != repr(whole.values)
    assert bool(others) == (driver.id in VARIABLE), "the table in docs/drivers.md says which"


def polled(driver: Driver) -> list[str]:
    """Its readings that are asked for; the others have a matrix of their own."""
    return [name for name, reading in driver.readings.items() if reading.mode == "poll"]


def one(bench: Bench, reading: str, kind: str) -> str:
    if kind == "front panel":
        return front_panel(bench, reading)
    if kind == "another unit":
        return another_unit(bench)
    return bench.strike(reading, kind)


def judge(kind: str, ends: set[str], driver: Driver) -> None:
    """What may come of a fault, beyond that no value is wrong."""
    if kind == "none":
        assert ends == {"ok"}
    elif kind == "overload":
        assert ends <= {"refused", *WITHOUT_VALUE}, ends
    elif kind in {"no_reply", "late", "truncated", "garbage", "slow", "unsolicited", "unplug"}:
        assert ends == {"refused"}, (kind, ends)
    elif kind == "busy":
        assert ends <= {"refused", "busy"}, ends
    elif kind == "error_flood":
        assert ends == ({"ok"} if driver.file.errors else {"not here"}), ends
    elif kind == "unit":
        assert ends == ({"refused"} if driver.file.simulate.state else {"not here"}), ends
    elif kind == "wrong_serial":
        assert ends == ({"refused"} if driver.file.simulate.serial else {"not here"}), ends
    elif kind == "front panel":
        assert ends <= {"refused", "ok"} if not driver.file.simulate.state else ends == {"refused"}, ends


def front_panel(bench: Bench, reading: str) -> str:
    """Somebody changes the unit; the line of it is refused, and the unit set back believed."""
    state = bench.wire.simulator._talk.state
    units = {name: state[name] for name in bench.driver.file.simulate.state}
    others = {
        name: [one for one in OTHER_UNITS if len(one) == len(unit) and (one.isascii() or not unit.isascii())]
        for name, unit in units.items()
    }
    state.update({name: bench.random.choice(other or ["PSI"]) for name, other in others.items()})
    try:
        return bench.device.poll(reading).status
    except BadReply:
        state.update(units)
        bench.recover()
        return "refused"


def another_unit(bench: Bench) -> str:
    """Another serial number at the address: refused, unless the instrument does not tell its number."""
    talk = bench.wire.simulator._talk
    own, talk.serial = talk.serial, talk.serial.replace("0", "3")
    try:
        bench.device.resync()
    except WrongInstrument:
        return "refused"
    else:
        assert own == ""
        return "not told"
    finally:
        talk.serial = own
        bench.recover()
