"""The instrument's side of the conversation, made from the driver file's own entries."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from labclient.errors import NumberInvalid
from labclient.instruments._driver import Driver
from labclient.instruments._output_schema import ReadBack, State
from labclient.instruments._schema import Linear, Reading
from labclient.instruments._settings import PLACE, follow
from labclient.instruments.simulator._faults import Sort
from labclient.instruments.simulator._panel import Panel
from labclient.instruments.simulator._world import Meter, World
from labclient.units import number

_MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What the instrument says to one request, after `delay_s` of simulated time. `is_reading` marks a measurement."""

    text: str | None
    delay_s: float = 0.0
    is_reading: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """A request the instrument understands."""

    request: re.Pattern[str]
    reply: str | None = None
    reading: Reading | None = None
    reports_errors: bool = False
    ends_setup: bool = False
    sets: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[str, str], ...] = ()
    later_s: float = 0.0


class Talk:
    """A simulated unit: its settings, its error queue, its channels. Time comes with each request."""

    def __init__(self, driver: Driver, world: World, random: Random) -> None:
        self._driver = driver
        self._simulate = driver.file.simulate
        self.state: dict[str, str] = {**driver.chosen(), **self._simulate.state}
        self.serial = self._simulate.serial
        self.overloaded = 0
        self.requests = 0
        self.unknown: deque[str] = deque(maxlen=20)
        self.panel = Panel(driver)
        errors = driver.file.errors
        self._errors: deque[str] = deque(maxlen=min(_MOST_ERRORS, errors.max_drain) if errors else 1)
        self._set_up = not driver.file.setup
        self._meters = {channel.name: Meter(channel, world, random) for channel in self._simulate.channel}
        self._known = tuple(sorted(_known(driver), key=lambda known: known.request.groups > 0))  # exact ones first
        self._follow_ups = {_request(send).pattern for reading in driver.file.reading for send in reading.then}
        self._follow_ups |= {_request(question.send).pattern for question in _questions(driver)}
        self._later: list[tuple[float, dict[str, str]]] = []
        self.pushing: Reading | None = None
        self.told_to_push = ""
        self._starts = {_request(one.start[-1].send).pattern: one for one in driver.file.reading if one.start}
        self._stops = {_request(command).pattern for command in _stops(driver)}

    def answer(self, request: str, seconds: float) -> Answer:
        """Understand one request at a moment of simulated time."""
        self.requests += 1
        self._come_due(seconds)
        for known in self._known:
            found = known.request.fullmatch(request.strip())
            if found is None:
                continue
            self.state |= {name: value.strip() for name, value in found.groupdict().items()} | dict(known.sets)
            self._set_up |= known.ends_setup
            self._start_or_stop(known, request)
            if known.sets or known.later:  # an order undoes what an earlier one had still to bring
                self._later = [(seconds + known.later_s, dict(known.later))] if known.later else []
            if known.reading is not None:
                return self._measure(known.reading, seconds)
            if known.reports_errors and known.reply is not None:
                return Answer(self._fill(known.reply, error=self._next_error()))
            text = self._fill(known.reply) if known.reply is not None else None
            return Answer(text, is_reading=known.request.pattern in self._follow_ups)
        self.unknown.append(request)
        errors = self._driver.file.errors
        if errors is not None:
            self._errors.append(errors.simulate_unknown)
        return Answer(self._simulate.unknown_reply)

    def pushed(self, seconds: float) -> Answer:
        """What the instrument sends by itself at a moment, while `pushing`."""
        return Answer(None) if self.pushing is None else replace(self._measure(self.pushing, seconds), delay_s=0.0)

    @property
    def push_period_s(self) -> float:
        """Simulated seconds from line to line."""
        return max(self._follow(self.pushing.simulate_delay), 1e-3) if self.pushing else 0.0

    def _start_or_stop(self, known: _Known, request: str) -> None:
        if (begun := self._starts.get(known.request.pattern)) is not None:
            self.pushing, self.told_to_push = begun, request
        elif self.pushing is not None and (
            known.request.pattern in self._stops or (known.reading is not None and not self.pushing.stop)
        ):
            self.pushing = None

    def _come_due(self, seconds: float) -> None:
        for at, changes in tuple(self._later):
            if at <= seconds:
                self.state |= changes
                self._later.remove((at, changes))

    def sort(self, request: str) -> Sort:
        """What kind of request it is, without answering."""
        known = next((one for one in self._known if one.request.fullmatch(request.strip())), None)
        if known is None:
            return "other" if self._simulate.unknown_reply is not None else "command"
        if known.reading is not None:
            return "reading"
        if known.request.pattern in self._follow_ups:
            return "follow_up"
        if known.reply is None:
            return "command"
        return "identity" if "{serial" in known.reply else "other"

    def busy_word(self, request: str) -> str | None:
        """What this instrument says when it cannot measure now, if the driver's examples have it."""
        readings = {one.reading.name for one in self._known if one.reading and one.request.fullmatch(request.strip())}
        examples = (one for one in self._driver.file.example if one.status == "busy" and one.reading in readings)
        return next((one.reply for one in examples), None)

    @property
    def tells_serial(self) -> bool:
        """Whether an answer holds its serial number, so that another unit can be seen."""
        return bool(self._simulate.serial) and any("{serial" in (known.reply or "") for known in self._known)

    def flood(self) -> None:
        """Fill the error queue, as far as the driver says it may be filled; nothing happens without one."""
        if (errors := self._driver.file.errors) is not None:
            self._errors.extend([errors.simulate_unknown] * errors.max_drain)

    @property
    def has_errors(self) -> bool:
        """Whether it has an error queue."""
        return self._driver.file.errors is not None

    def _measure(self, reading: Reading, seconds: float) -> Answer:
        delay = self._follow(reading.simulate_delay)
        seen = {name: meter.measure(seconds + delay, self.state) for name, meter in self._meters.items()}
        values = {name: self.panel.shown(name, value, self.state) for name, value in seen.items() if value is not None}
        if self.overloaded or len(values) < len(seen):
            self.overloaded = max(self.overloaded - 1, 0)
            return Answer(self._fill(reading.simulate_overload), delay, is_reading=True)
        template = reading.simulate
        if not self._set_up and reading.simulate_before_setup is not None:
            template = reading.simulate_before_setup
        return Answer(self._fill(template, **values), delay, is_reading=True)

    def _follow(self, form: Linear) -> float:
        return follow(form, self.state)

    def _next_error(self) -> str:
        if self._errors:
            return self._errors.popleft()
        errors = self._driver.file.errors
        return errors.simulate_none if errors else ""

    def _fill(self, template: str, **more: object) -> str:
        about = {
            "manufacturer": self._simulate.manufacturer,
            "model": self._simulate.model,
            "serial": self.serial,
            "firmware": self._simulate.firmware,
        }
        return template.format(**{name: _number(text) for name, text in self.state.items()} | about | more)


def _known(driver: Driver) -> Iterator[_Known]:
    """Everything the driver may send, with the answer it declares."""
    file = driver.file
    for index, exchange in enumerate(file.setup):
        words = re.split(r"[\s,]+", exchange.send)
        sets = tuple((name, text) for name, text in file.simulate.state.items() if text in words)
        yield _Known(_request(exchange.send), exchange.simulate, ends_setup=index == len(file.setup) - 1, sets=sets)
    yield from (_Known(_request(exchange.send), exchange.simulate) for exchange in file.teardown)
    if (output := file.output) is not None:
        for order in (*output.set, *output.on, *output.safe_state.order):
            sets, later = tuple(order.simulate_state.items()), tuple(order.simulate_later.items())
            yield _Known(_request(order.send), sets=sets, later=later, later_s=order.simulate_later_s)
        yield from (_Known(_request(question.send), question.simulate) for question in _questions(driver))
    yield _Known(_request(file.identify.send), file.identify.simulate)
    yield from (_Known(_request(question.send), question.simulate) for question in file.identify.also)
    yield from (_Known(_request(reading.send), reading=reading) for reading in file.reading if reading.send)
    for reading in file.reading:
        yield from (_Known(_request(one.send), one.simulate) for one in (*reading.start, *reading.stop))
    if file.errors is not None:
        yield _Known(_request(file.errors.send), file.errors.simulate, reports_errors=True)
    yield from (_Known(_request(command)) for command in (*file.resync.stop, *file.identify.first))
    yield from (_Known(_request(answer.receive), answer.reply) for answer in file.simulate.answer)


def _stops(driver: Driver) -> tuple[str, ...]:
    """What makes the instrument end to send by itself."""
    stops = (step.send for reading in driver.file.reading for step in reading.stop if step.pattern is None)
    return (*driver.file.resync.stop, *stops)


def _questions(driver: Driver) -> tuple[ReadBack | State, ...]:
    """What a driver asks about its output."""
    output = driver.file.output
    return (output.read_back, output.is_on, output.settled, output.safe_state.verify) if output is not None else ()


def _request(template: str) -> re.Pattern[str]:
    pattern, end = "", 0
    for place in PLACE.finditer(template):
        pattern += re.escape(template[end : place.start()]) + f"(?P<{place[1]}>[^ ?,]+)"
        end = place.end()
    return re.compile(pattern + re.escape(template[end:]), re.IGNORECASE)


def _number(text: str) -> float | str:
    try:
        return float(number(text))
    except NumberInvalid:
        return text
