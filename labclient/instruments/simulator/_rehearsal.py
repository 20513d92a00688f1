"""A driver tried on its own simulator over a real loopback link: who is there, set-up, every reading, overload, another
unit at the knob, error queue, another instrument in its place, teardown."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import isnan
from typing import Final

from labclient.errors import LinkLost, LinkTrouble, WrongInstrument, WrongUse
from labclient.instruments._device import Device
from labclient.instruments._driver import Driver
from labclient.instruments._reply import Reply
from labclient.instruments._schema import WITHOUT_VALUE, Reading
from labclient.instruments._settings import fill
from labclient.instruments._toml import line_of, read_text
from labclient.instruments.simulator._hands import Hands, start_simulator
from labclient.words import Message, message

_VALUE: Final = 0.09
_SPEED: Final = 1000.0
_STREAM_LOOKS: Final = 50
_LOOKS: Final = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one part of the rehearsal; `field` and `line` (from 1) say where it is declared in the file."""

    name: Message
    ok: bool
    told: Message
    field: str
    line: int


def rehearse(driver: Driver) -> Iterator[Step]:
    """Every step, in order, until one fails that the others need. Raises `LinkLost` when the simulator does not start.

    A file whose simulator cannot tell two requests apart is not rehearsed: that is its one step.
    """
    text = read_text(driver.path)

    def step(name: Message, ok: bool, told: Message, field: str) -> Step:
        return Step(name, ok, told, field, line_of(text, field))

    if alike := _alike(driver):
        for told, field in alike:
            yield step(message("simulation"), False, told, field)
        return
    serial = driver.file.connection[0].kind == "serial"
    with start_simulator(driver.path, speed=_SPEED, serial=serial) as simulated:
        device = Device(driver, simulated.address)
        try:
            yield from _Rehearsal(driver, device, simulated.hands, step).steps()
        finally:
            device.close()


class _Rehearsal:
    def __init__(
        self, driver: Driver, device: Device, hands: Hands, step: Callable[[Message, bool, Message, str], Step]
    ) -> None:
        self._driver, self._device, self._hands, self._step = driver, device, hands, step

    def steps(self) -> Iterator[Step]:
        driver, device = self._driver, self._device
        try:
            who = device.identify()
        except LinkTrouble as trouble:
            yield self._step(message("identify"), False, trouble.sentence, "identify")
            return
        told = message("{model}, serial number {serial}", model=who.model or "-", serial=who.serial or "-")
        yield self._step(message("identify"), True, told, "identify")
        try:
            device.connect()
        except (LinkTrouble, WrongUse) as trouble:
            yield self._step(message("set-up"), False, trouble.sentence, self._said_last())
            return
        asserted = sum(exchange.pattern is not None for exchange in driver.file.setup)
        told = message("{sent} sent, {asserted} read back", sent=len(driver.file.setup), asserted=asserted)
        yield self._step(message("set-up"), True, told, "setup" if driver.file.setup else "driver")
        for index, reading in enumerate(driver.file.reading):
            yield from self._reading(reading, f"reading[{index}]")
        yield self._errors()
        yield from self._other_unit()
        yield from self._other_instrument()
        yield self._teardown()

    # -- readings -----------------------------------------------------------------------------------------------------

    def _reading(self, reading: Reading, field: str) -> Iterator[Step]:
        name = message("reading {name}", name=reading.name)
        trouble: Message | None = None
        for value in self._values(reading):
            self._hands.wire(value)
            try:
                texts, status = self._take(reading)
            except LinkTrouble as refused:
                trouble = trouble or refused.sentence
                self._mend()
                continue
            if status == "ok":
                yield self._step(name, True, message("{texts}: ok", texts=_shown(texts)), field)
                break
            trouble = trouble or message("{texts}: {status}", texts=_shown(texts), status=status)
        else:
            yield self._step(name, False, trouble or message("no answer"), field)
            return
        if reading.mode == "poll":
            yield self._overload(reading, field)

    def _take(self, reading: Reading) -> tuple[tuple[str, ...], str]:
        """One reading: its texts and its status. Raises `LinkTrouble`."""
        if reading.mode == "poll":
            reply = self._device.poll(reading.name)
            return reply.texts, reply.status
        self._device.start(reading.name)
        try:
            for _ in range(_STREAM_LOOKS):
                if (lines := self._device.receive(0.1)) is not None:
                    return tuple(column[-1] for column in lines.texts), lines.status[-1]
        finally:
            if reading.stop:
                self._device.stop()
            else:  # only its menu ends it: a person stands there
                self._hands.reset()
                self._plugged()
                self._device.connect()
        return (), "busy"

    def _overload(self, reading: Reading, field: str) -> Step:
        name = message("overload of {name}", name=reading.name)
        self._hands.fault("overload")
        try:
            reply = self._device.poll(reading.name)
        except LinkTrouble as refused:
            self._mend()
            return self._step(name, True, message("refused: {why}", why=refused.sentence), f"{field}.simulate_overload")
        texts = _shown(reply.texts)
        if reply.status in WITHOUT_VALUE and _no_value(reply):
            told = message("{texts}: {status}, no value", texts=texts, status=reply.status)
            return self._step(name, True, told, f"{field}.simulate_overload")
        told = message("{texts} was read as a value ({status})", texts=texts, status=reply.status)
        return self._step(name, False, told, f"{field}.simulate_overload")

    def _values(self, reading: Reading) -> Iterator[float]:
        """Values to try at the terminals: those of the reading's good examples, then a small one."""
        for example in self._driver.file.example:
            if example.reading == reading.name and example.status == "ok" and not example.refused:
                yield from (float(value) for value in example.values if value)
        yield _VALUE

    # -- the rest -----------------------------------------------------------------------------------------------------

    def _errors(self) -> Step:
        name = message("error queue")
        if self._driver.file.errors is None:
            return self._step(name, True, message("none declared"), "driver")
        polled = [reading for reading in self._driver.file.reading if reading.mode == "poll"]
        try:
            self._hands.fault("error_flood")
            if polled:
                self._device.poll(polled[0].name)
            self._device.resync()
        except LinkTrouble as trouble:
            self._hands.clear()
            return self._step(name, False, trouble.sentence, "errors")
        return self._step(name, True, message("filled, and emptied again"), "errors")

    def _other_unit(self) -> Iterator[Step]:
        """Somebody changes the unit at the front panel: every reading that is asked for has to be refused then."""
        name = message("another unit at the front panel")
        for index, reading in enumerate(self._driver.file.reading):
            if reading.mode != "poll" or not _names_unit(self._driver, reading):
                continue
            try:
                self._hands.fault("unit")
            except WrongUse:
                return  # this simulator has no such knob
            field = f"reading[{index}]"
            try:
                reply = self._device.poll(reading.name)
            except LinkTrouble as refused:
                yield self._step(name, True, message("refused: {why}", why=refused.sentence), field)
            else:
                told = message(
                    "{texts} was read as a value ({status})", texts=", ".join(reply.texts), status=reply.status
                )
                yield self._step(name, reply.status in WITHOUT_VALUE, told, field)
            self._hands.clear()
            self._mend()

    def _other_instrument(self) -> Iterator[Step]:
        name = message("another instrument in its place")
        try:
            self._hands.fault("wrong_serial", None)
        except WrongUse as untold:
            yield self._step(name, True, untold.sentence, "identify")
            return
        self._plugged()
        try:
            self._device.connect()
        except WrongInstrument as refused:
            yield self._step(name, True, message("refused: {why}", why=refused.sentence), "identify")
        except LinkTrouble as trouble:
            yield self._step(name, False, trouble.sentence, "identify")
        else:
            yield self._step(name, False, message("it was taken for the same one"), "identify")
        self._hands.clear()
        self._plugged()
        self._mend()

    def _plugged(self) -> None:
        """The cable is back in: it takes the simulator a moment."""
        for _ in range(_LOOKS):
            if self._hands.status()["plugged"]:
                return

    def _teardown(self) -> Step:
        name, sent = message("teardown"), len(self._driver.file.teardown)
        said = len(self._device.transcript)
        self._device.close()
        failed = [one.data.decode("utf-8", "replace") for one in self._device.transcript[said:] if one.direction == "!"]
        if failed:
            return self._step(name, False, message("{reason}", reason=failed[-1]), "teardown")
        if unknown := self._hands.status()["unknown"]:
            told = message("the simulated unit does not understand “{request}”", request=unknown[0])
            return self._step(name, False, told, "simulate")
        return self._step(name, True, message("{sent} sent; nothing was left unanswered", sent=sent),
                          "teardown" if sent else "driver")  # fmt: skip

    def _mend(self) -> None:
        """After a refusal; what cannot be mended is told by the next step."""
        with suppress(LinkTrouble):
            try:
                self._device.resync() if self._device.connected else self._device.connect()
            except LinkLost:
                self._device.connect()

    def _said_last(self) -> str:
        """The field of the file whose request was the last one sent."""
        sent = [one.data for one in self._device.transcript if one.direction == ">"]
        framing = self._driver.file.framing
        last = sent[-1].decode(framing.encoding, "replace").removesuffix(framing.send_end) if sent else ""
        for field, send in _sent(self._driver):
            if fill(send, self._device.settings) == last:
                return field
        return "setup" if self._driver.file.setup else "identify"


def _shown(texts: tuple[str, ...]) -> str:
    return ", ".join(text or "-" for text in texts)


def _no_value(reply: Reply) -> bool:
    return any(isnan(value) for value in reply.values)


def _names_unit(driver: Driver, reading: Reading) -> bool:
    """Whether the reading's answer holds a knob of the simulated unit."""
    answers = [answer for _, send, answer in _answers(driver) if send in reading.then]
    told = " ".join((reading.simulate, *answers))
    return any(re.search(rf"\{{{name}[:}}]", told) for name in driver.file.simulate.state)


def _sent(driver: Driver) -> Iterator[tuple[str, str]]:
    """What the driver sends besides readings, and where it is declared."""
    file = driver.file
    yield "identify", file.identify.send
    yield from ((f"identify.also[{index}]", question.send) for index, question in enumerate(file.identify.also))
    for name, exchanges in (("setup", file.setup), ("teardown", file.teardown)):
        yield from ((f"{name}[{index}]", exchange.send) for index, exchange in enumerate(exchanges))
    if file.errors is not None:
        yield "errors", file.errors.send


def _answers(driver: Driver) -> Iterator[tuple[str, str, str]]:
    """Field, request and simulated answer of everything that is answered."""
    file = driver.file
    yield "identify", file.identify.send, file.identify.simulate
    for name, exchanges in (("identify.also", file.identify.also), ("setup", file.setup), ("teardown", file.teardown)):
        for index, one in enumerate(exchanges):
            if one.simulate is not None:
                yield f"{name}[{index}]", one.send, one.simulate
    if file.errors is not None:
        yield "errors", file.errors.send, file.errors.simulate
    for index, reading in enumerate(file.reading):
        if reading.mode == "poll":
            yield f"reading[{index}]", reading.send, reading.simulate
    for index, answer in enumerate(file.simulate.answer):
        if answer.reply is not None:
            yield f"simulate.answer[{index}]", answer.receive, answer.reply


def _alike(driver: Driver) -> list[tuple[Message, str]]:
    """Requests that are the same, though their answers are not: the simulator cannot know which is meant."""
    first: dict[str, tuple[str, str]] = {}
    found: list[tuple[Message, str]] = []
    for field, send, answer in _answers(driver):
        before, said = first.setdefault(send.strip().upper(), (field, answer))
        if said != answer:
            told = message(
                "It cannot be simulated: {one} and {other} send the same request “{request}”; which is meant?",
                one=before, other=field, request=send,
            )  # fmt: skip
            found.append((told, field))
    return found
