"""Every shipped driver that streams × every fault: the lines that were said, in their order, or a typed trouble; never
a wrong value, never one twice that was said once.

As in the matrix of questions, device and simulator are the real ones. The wire between them cuts what is sent at random
places, and time passes only while somebody waits on it. EXCHANGES in the environment makes it more of them.
"""

import os
from collections import Counter
from random import Random

import pytest

from labclient.errors import LinkLost, WrongInstrument, WrongUse
from labclient.instruments import BadReply, Device, Driver, NoReply, SettingRefused, load_driver
from labclient.instruments._schema import WITHOUT_VALUE
from labclient.instruments.simulator import FAULTS

from .test_matrix import FILES, Hurried, Wire

STREAMS = [
    pytest.param(path, name, id=f"{path.stem}-{name}")
    for path in FILES
    for name, reading in load_driver(path).readings.items()
    if reading.mode == "stream"
]
TIMES = max(1, int(os.environ.get("EXCHANGES", "0")) // 4000) * 12
KINDS = sorted(FAULTS | {"none", "unasked", "another reading", "mixed", "cut anywhere"})
# What nobody can see from the line: a line once more, and the last one said again.
UNSEEN = {"stuck", "duplicate"}
# What may also be seen a few lines later.
LATER = UNSEEN | {"mixed", "cut anywhere"}


class Pushed(Wire):
    """A wire on which the instrument says by itself what is due by `now_ns`."""

    def __init__(self, driver: Driver, seed: int) -> None:
        super().__init__(driver, seed)
        self.now_ns = 0
        self.lose: int | None = None
        self._due_ns = 0
        self._random = Random(seed)

    def time(self) -> int:
        return self.now_ns

    def receive(self, timeout_s: float) -> bytes:
        self._there()
        self.now_ns += round(timeout_s * 1e9)
        talk = self.simulator._talk
        while talk.pushing is not None and self._due_ns <= self.now_ns:
            self._due_ns = max(self._due_ns, self.now_ns - 10**9) + round(talk.push_period_s * 1e9)
            self._come()
            due = self.simulator.pushed()
            if due.answer.text is not None:
                self.said.append(due.answer.text.encode(self._encoding) + self._ends[1])
                self.history.update(self.said[-1].splitlines())
            if due.has("slow"):
                self._slow.append(due)
            else:
                self.simulator.give(due)
            self._there()
        if self.lose is not None and len(self._buffer) > self.lose:
            self._buffer = self._buffer[: self.lose]  # and with the rest of the line its end
            self.lose = None
        size = self._random.choice((len(self._buffer), self._random.randrange(len(self._buffer) + 1)))
        chunk, self._buffer = self._buffer[:size], self._buffer[size:]
        return chunk


class Listener:
    """One device on such a wire."""

    def __init__(self, driver: Driver, name: str, wire: Pushed) -> None:
        self.driver, self.name, self.wire = driver, name, wire
        self.rule = driver.rule(name)
        self.random = Random(name + driver.id)
        settings = {"period": 1} if "period" in driver.settings else {}
        self.device = Device(driver, "TCPIP0::127.0.0.1::9::SOCKET", settings, clock=Hurried())
        self.device.connect()

    def listen(self, count: int, kind: str) -> Counter[str]:
        """Take so many lines or a trouble; says how they ended, and fails on a line that was not said."""
        ended: Counter[str] = Counter()
        given: list[bytes] = []
        try:
            if not self.device.sending:
                self.wire.said.clear()
                self.device.start(self.name)
            while len(given) < count:
                lines = self.device.receive(0.1)
                if lines is None:
                    continue
                raws = lines.raws or [text.encode() + b"\n" for text in lines.texts[0]]
                given += raws
                for place, raw in enumerate(raws):
                    told = self.rule.read(raw)
                    assert tuple(texts[place] for texts in lines.texts) == told.texts
                    assert repr(tuple(values[place] for values in lines.values)) == repr(told.values)
                    assert lines.status[place] == told.status
                    ended[told.status] += 1
        except (NoReply, BadReply, LinkLost, WrongInstrument, SettingRefused) as trouble:
            ended[type(trouble).__name__] += 1
            assert not self.device.sending
            self.recover()
        if kind in UNSEEN:
            assert {line for raw in given for line in raw.splitlines()} <= self.wire.history
        else:
            said = iter(map(self.meaning, self.wire.said))
            assert all(self.meaning(raw) in said for raw in given), (self.driver.id, kind, given, self.wire.said)
            self.wire.said = self.wire.said[len(self.wire.said) - sum(1 for _ in said) :]
        return ended

    def meaning(self, raw: bytes) -> tuple[object, ...]:
        """What a line says; nothing, when it is refused."""
        try:
            told = self.rule.read(raw)
        except BadReply:
            return ()
        return told.texts, told.status, repr(told.values)

    def recover(self) -> None:
        for attempt in range(35):
            if attempt == 10:
                self.wire.simulator._faults.clear()
            try:
                self.device.resync() if self.device.connected and self.wire.plugged else self.device.connect()
            except (SettingRefused, NoReply, BadReply, LinkLost, WrongInstrument):
                continue
            return
        raise AssertionError(self.driver.id)

    def strike(self, kind: str) -> Counter[str]:
        wire, simulator = self.wire, self.wire.simulator
        try:
            if kind in FAULTS:
                simulator._fault({"fault": kind, "count": self.random.choice((1, 1, 2))})
            elif kind == "mixed":
                self.mix()
            elif kind == "unasked":
                wire.send(b"#" + simulator._reply_end)
            elif kind == "another reading":
                wire.send(b"1" + self.random.choice(sorted(wire.history)) + simulator._reply_end)
            elif kind == "cut anywhere":
                wire.lose = self.random.randrange(40)
        except WrongUse:
            return Counter({"not here": 1})  # this instrument has no such knob
        ended = self.listen(4, kind)
        wire.lose = None
        simulator._faults.clear()
        simulator._change_panel(False)
        simulator._exchange_unit(False)
        if not self.device.sending:
            return ended
        if self.random.random() < 0.3:
            self.device.stop()
        return ended

    def mix(self) -> None:
        for kind in self.random.sample(sorted(FAULTS - UNSEEN - {"unsolicited"}), 3):
            try:
                self.wire.simulator._fault({"fault": kind, "count": None if kind != "unplug" else 1, "rate": 0.5})
            except WrongUse:
                continue


@pytest.mark.parametrize(("path", "name"), STREAMS)
def test_no_fault_gives_a_wrong_line(path, name, monkeypatch, record_property) -> None:
    driver = load_driver(path)
    wire = Pushed(driver, 1)
    monkeypatch.setattr("labclient.instruments._device.open_link", lambda *_: wire.open())
    monkeypatch.setattr("labclient.instruments._stream.elapsed_ns", wire.time)
    listener = Listener(driver, name, wire)
    assert listener.listen(4, "none") == {"ok": 4}
    account: Counter[str] = Counter()
    for kind in KINDS:
        ends: Counter[str] = Counter()
        for _ in range(TIMES):
            ends += listener.strike(kind)
            again = listener.listen(2, "none") if kind not in LATER else Counter()
            assert set(again) <= {"ok"}, (kind, again)
        judge(kind, ends, driver)
        account += Counter({f"{kind}: {end}": count for end, count in ends.items()})
    record_property("lines", account.total())
    print(driver.id, name, account.total(), dict(account))  # noqa: T201


def judge(kind: str, ends: Counter[str], driver: Driver) -> None:
    """What may come of a fault, beyond that no line is wrong."""
    if kind == "none":
        assert set(ends) == {"ok"}
    elif kind == "overload":
        assert set(ends) & {"BadReply", *WITHOUT_VALUE}, ends
    elif kind in {"truncated", "garbage", "wrong_terminator", "echo", "unasked"}:
        assert ends["BadReply"] + ends["NoReply"] == TIMES, (kind, ends)
    elif kind == "unplug":
        assert ends["LinkLost"] >= TIMES, ends
    elif kind == "unit":
        assert ends["BadReply"] >= TIMES, ends
