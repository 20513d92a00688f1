"""Readings made ready for a device: the bytes to send, the time to wait, the rule to read with."""

from collections.abc import Mapping

from labclient.instruments._driver import Driver
from labclient.instruments._reply import ReplyRule
from labclient.instruments._settings import fill, follow


class Poll:
    """A reading that is asked for."""

    def __init__(self, driver: Driver, name: str, settings: Mapping[str, str], gap_ns: int) -> None:
        reading, framing = driver.readings[name], driver.file.framing
        self.request, *self.then = (
            (fill(send, settings) + framing.send_end).encode(framing.encoding) for send in (reading.send, *reading.then)
        )
        self.timeout_s = follow(reading.timeout, settings)
        self.limit_ns = self.timeout_s * 1e9 * (1 + len(self.then)) + gap_ns * len(self.then)
        self.max_bytes = framing.max_bytes
        self.rule = ReplyRule(reading, framing, settings)
        self.to_discard = 0


class Push:
    """A reading that the instrument sends by itself between its start and its stop. `skips` is whether lines that are
    none of it are passed over; else they are a trouble."""

    def __init__(self, driver: Driver, name: str, settings: Mapping[str, str]) -> None:
        reading, framing = driver.readings[name], driver.file.framing
        self.start, self.stop = reading.start, reading.stop
        self.discard_first = reading.discard_first
        self.timeout_s = follow(reading.timeout, settings)
        self.max_bytes = framing.max_bytes
        self.end = framing.reply_end.encode(framing.encoding)
        self.skips = framing.extra_input == "ignore"
        self.rule = ReplyRule(reading, framing, settings)
