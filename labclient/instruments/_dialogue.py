"""What is said on an open line: commands out, answers in, all but readings noted in the transcript."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event
from typing import Final

from labclient.clock import Clock
from labclient.instruments._links import Link
from labclient.instruments._schema import DriverFile, Exchange
from labclient.instruments._settings import fill, follow, same
from labclient.instruments._troubles import BadReply, NotConnected, SettingRefused
from labclient.words import message

_TRANSCRIPT: Final = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: monotonic ns, direction (`>` sent, `<` received, `!` trouble), the bytes."""

    t_ns: int
    direction: str
    data: bytes


class Dialogue:
    """The conversation with the instrument of a driver file, under settings; `link` is the open line or None.

    `last_ns` is when the last command went out or the last answer came, for the pause between commands.
    """

    def __init__(self, file: DriverFile, address: str, settings: Mapping[str, str], gap_ns: int, clock: Clock) -> None:
        self.link: Link | None = None
        self.transcript: deque[Line] = deque(maxlen=_TRANSCRIPT)
        self.read_back: dict[str, str] = {}
        self.last_ns = 0
        self.end = file.framing.reply_end.encode(file.framing.encoding)
        self._file = file
        self._address = address
        self._settings = settings
        self._gap_ns = gap_ns
        self._clock = clock
        self._encoding = file.framing.encoding
        self._never = Event()

    def opened(self) -> Link:
        """The line; raises `NotConnected`."""
        if self.link is None:
            raise NotConnected(message("{address} is not connected.", address=self._address))
        return self.link

    def unasked(self, link: Link, extra: bytes, before: bytes = b"") -> None:
        """What comes unasked: a prompt, or by the driver's rule passed over or a `BadReply`."""
        framing = self._file.framing
        if extra == framing.prompt.encode(self._encoding):
            return
        if framing.extra_input == "ignore":
            link.drain(0.0, self._file.timeouts.drain_s)
            return
        raise BadReply(before + extra, message("The instrument sent {n} bytes that nobody asked for.", n=len(extra)))

    def pace(self) -> None:
        """Wait until the pause between commands is over."""
        rest_ns = self._gap_ns - (self._clock.monotonic_ns() - self.last_ns)
        if rest_ns > 0:
            self._clock.wait(self._never, rest_ns * 1e-9)

    def say(self, command: str) -> None:
        """Send a command, its settings filled in."""
        framing = self._file.framing
        data = (fill(command, self._settings) + framing.send_end).encode(self._encoding)
        self.pace()
        self.note(">", data)
        self.opened().write(data)
        self.last_ns = self._clock.monotonic_ns()

    def hear(self, lines: int, timeout_s: float) -> str:
        """An answer of so many lines, without its last end; raises `NoReply`, `BadReply` or `LinkLost`."""
        framing = self._file.framing
        raw = b"".join(self.opened().read_until(self.end, timeout_s, framing.max_bytes) for _ in range(lines))
        self.note("<", raw)
        try:
            return raw[: -len(self.end)].decode(self._encoding).removeprefix(framing.prompt)
        except UnicodeDecodeError as trouble:
            raise BadReply(raw, message("The answer is garbled.")) from trouble

    def exchange(self, exchange: Exchange) -> None:
        """One exchange; raises also `SettingRefused` for a setting that was not taken."""
        self.say(exchange.send)
        if exchange.wait_s:
            self._clock.wait(self._never, exchange.wait_s)
        if exchange.pattern is None:
            return
        timeout = follow(exchange.timeout, self._settings) if exchange.timeout else self._file.timeouts.reply_s
        text = self.hear(exchange.lines, timeout)
        found = re.fullmatch(exchange.pattern, text, re.ASCII)
        if exchange.drain:
            self.drain()
        if found is None:
            raise BadReply(
                text.encode(self._encoding),
                message("The instrument answered “{reply}” to “{request}”.", reply=text, request=exchange.send),
                message("Check its settings and its manual; the driver may not fit this firmware."),
            )
        for name, answered in found.groupdict().items():
            if not same(self._file.settings[name], self._settings[name], answered):
                raise SettingRefused(
                    message(
                        "Setting {name}: asked {asked}, the instrument says {answered}.",
                        name=name,
                        asked=self._settings[name],
                        answered=answered,
                    )
                )
            self.read_back[name] = answered

    def wait(self, seconds: float) -> None:
        """Give the instrument time."""
        self._clock.wait(self._never, seconds)

    def drain(self) -> None:
        """Drop what comes until the line is quiet; raises `NoReply` when it does not become so."""
        timeouts = self._file.timeouts
        dropped = self.opened().drain(timeouts.quiet_s, timeouts.drain_s)
        if dropped:
            self.note("<", dropped)

    def note(self, direction: str, data: bytes) -> None:
        self.transcript.append(Line(self._clock.monotonic_ns(), direction, data))
