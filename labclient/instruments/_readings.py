"""Readings made ready for a device: the bytes to send, the time to wait, the rule to read with."""

import re
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
    """A reading that the instrument sends by itself between its start and its stop."""

    def __init__(self, driver: Driver, name: str, settings: Mapping[str, str]) -> None:
        reading, framing = driver.readings[name], driver.file.framing
        self.start, self.stop = reading.start, reading.stop
        self.discard_first = reading.discard_first
        self.timeout_s = follow(reading.timeout, settings)
        self.max_bytes = framing.max_bytes
        self.end = framing.reply_end.encode(framing.encoding)
        self.rule = ReplyRule(reading, framing, settings)
        self._skips_all = framing.extra_input == "ignore"
        self._skip = re.compile(fill(reading.skip, settings), re.ASCII) if reading.skip is not None else None

    def skips(self, line: bytes) -> bool:
        """Whether a line that is none of the reading is passed over; else it is a trouble."""
        return self._skips_all or (self._skip is not None and self._skip.fullmatch(line.decode("latin-1")) is not None)
