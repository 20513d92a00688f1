"""The instrument's side of the conversation, made from the driver file's own entries."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from labclient.errors import NumberInvalid
from labclient.instruments._driver import Driver
from labclient.instruments._schema import Linear, Reading
from labclient.instruments._settings import PLACE, follow
from labclient.instruments.simulator._world import Meter, World
from labclient.units import number


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


class Talk:
    """A simulated unit: its settings, its error queue, its channels. Time comes with each request."""

    def __init__(self, driver: Driver, world: World, random: Random) -> None:
        self._driver = driver
        self._simulate = driver.file.simulate
        self.state: dict[str, str] = {**driver.chosen(), **self._simulate.state}
        self.serial = self._simulate.serial
        self.overloaded = 0
        self.requests = 0
        self._errors: deque[str] = deque(maxlen=20)
        self._set_up = not driver.file.setup
        self._meters = {channel.name: Meter(channel, world, random) for channel in self._simulate.channel}
        self._known = tuple(sorted(_known(driver), key=lambda known: known.request.groups > 0))  # exact ones first
        self._follow_ups = {_request(send).pattern for reading in driver.file.reading for send in reading.then}

    def answer(self, request: str, seconds: float) -> Answer:
        """Understand one request at a moment of simulated time."""
        self.requests += 1
        for known in self._known:
            found = known.request.fullmatch(request.strip())
            if found is None:
                continue
            self.state |= {name: value.strip() for name, value in found.groupdict().items()}
            self._set_up |= known.ends_setup
            if known.reading is not None:
                return self._measure(known.reading, seconds)
            if known.reports_errors and known.reply is not None:
                return Answer(self._fill(known.reply, error=self._next_error()))
            text = self._fill(known.reply) if known.reply is not None else None
            return Answer(text, is_reading=known.request.pattern in self._follow_ups)
        errors = self._driver.file.errors
        if errors is not None:
            self._errors.append(errors.simulate_unknown)
        return Answer(self._simulate.unknown_reply)

    def _measure(self, reading: Reading, seconds: float) -> Answer:
        delay = self._follow(reading.simulate_delay)
        seen = {name: meter.measure(seconds + delay, self.state) for name, meter in self._meters.items()}
        values = {name: value for name, value in seen.items() if value is not None}
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
        yield _Known(_request(exchange.send), exchange.simulate, ends_setup=index == len(file.setup) - 1)
    yield from (_Known(_request(exchange.send), exchange.simulate) for exchange in file.teardown)
    yield _Known(_request(file.identify.send), file.identify.simulate)
    yield from (_Known(_request(question.send), question.simulate) for question in file.identify.also)
    yield from (_Known(_request(reading.send), reading=reading) for reading in file.reading)
    if file.errors is not None:
        yield _Known(_request(file.errors.send), file.errors.simulate, reports_errors=True)
    yield from (_Known(_request(command)) for command in (*file.resync.stop, *file.identify.first))
    yield from (_Known(_request(answer.receive), answer.reply) for answer in file.simulate.answer)


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
