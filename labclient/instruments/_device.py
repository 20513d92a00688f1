"""A device: a driver at an address. It identifies, sets up and verifies, polls, resynchronises, and leaves tidily.

After any failed exchange it answers no reading until `resync` has succeeded: a late reply answers the old question.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from threading import Event, RLock
from typing import Final

import msgspec

from labclient.clock import Clock, SystemClock, elapsed_ns
from labclient.errors import DriverInvalid, LinkTrouble, WrongInstrument
from labclient.instruments._driver import Driver
from labclient.instruments._links import Link, kind_of, open_link
from labclient.instruments._reply import ChannelInfo, Reply, ReplyRule
from labclient.instruments._schema import Connection, Exchange
from labclient.instruments._settings import Value, fill, follow, same
from labclient.instruments._troubles import BadReply, NeedsResync, NoReply, NotConnected, SettingRefused
from labclient.words import message

_TRANSCRIPT: Final = 400
_SIMULATED: Final = re.compile(r"(?i:TCPIP\d*::127\.0\.0\.1::\d+::SOCKET|socket://127\.0\.0\.1:\d+)")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answered."""

    manufacturer: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript: monotonic ns, direction (`>` sent, `<` received, `!` trouble), the bytes."""

    t_ns: int
    direction: str
    data: bytes


class Device:
    """One instrument. `settings` are the driver's, by name; `expected_serial` refuses any other unit, and after the
    first `connect` the unit that answered is the only one accepted.

    All methods may be called from any thread; one exchange at a time has the line.
    """

    def __init__(
        self,
        driver: Driver,
        address: str,
        settings: Mapping[str, Value] | None = None,
        clock: Clock | None = None,
        expected_serial: str | None = None,
    ) -> None:
        self.driver = driver
        self.address = address
        self.settings: Mapping[str, str] = driver.chosen(settings)
        self.identity: Identity | None = None
        self._serial = expected_serial
        self._clock: Clock = clock or SystemClock()
        self._connection = _connection(driver, address)
        self._file = driver.file
        self._encoding = driver.file.framing.encoding
        self._end = driver.file.framing.reply_end.encode(self._encoding)
        self._link: Link | None = None
        self._in_step = False
        self._touched = False
        self._lock = RLock()
        self._never = Event()
        self._transcript: deque[Line] = deque(maxlen=_TRANSCRIPT)
        self._read_back: dict[str, str] = {}
        self._last_ns = 0
        self._gap_ns = int(self._connection.min_gap_ms * 1e6)
        self._polls: dict[str, _Poll] = {
            name: _Poll(driver, name, self.settings, self._gap_ns) for name in driver.readings
        }

    @property
    def transcript(self) -> tuple[Line, ...]:
        """What was said since `connect`, readings left out."""
        return tuple(self._transcript)

    @property
    def connected(self) -> bool:
        return self._link is not None

    @property
    def needs_resync(self) -> bool:
        """Whether the last exchange failed, so that an answer could belong to an older question."""
        return self._link is not None and not self._in_step

    def channels(self, reading: str) -> tuple[ChannelInfo, ...]:
        """The channels of a reading, in the order of `Reply.values`."""
        return self._poll(reading).rule.channels

    def snapshot(self) -> dict[str, object]:
        """What a run entry says of this device: JSON-able, measured numbers as text."""
        return {
            "driver": {"id": self.driver.id, "version": self.driver.version, "sha256": self.driver.digest},
            "certainty": self._file.driver.certainty,
            "address": self.address,
            "connection": self._connection.kind,
            "identity": asdict(self.identity) if self.identity else None,
            "settings": dict(self.settings),
            "read_back": dict(self._read_back),
        }

    def connect(self) -> Identity:
        """Open, identify, set up with read-back, look at the error queue.

        Raises `LinkLost`, `NoReply`, `BadReply`, `WrongInstrument` or `SettingRefused`; the line is closed then.
        """
        with self._lock:
            if self._link is not None:
                self._close()
            self._transcript.clear()
            self._link = open_link(self.address, self._connection, self._file.timeouts.open_s)
            try:
                return self._begin()
            except BaseException:
                self._close()
                raise

    def identify(self) -> Identity:
        """Open, ask who is there, and close: no setting is touched. Raises what `connect` raises."""
        with self._lock:
            if self._link is not None:
                self._close()
            self._link = open_link(self.address, self._connection, self._file.timeouts.open_s)
            try:
                return self._identify(stop=())
            finally:
                link, self._link = self._link, None
                link.close()

    def resync(self) -> Identity:
        """Make the instrument silent, drop what it sent, identify it again and assert the set-up again.

        Raises what `connect` raises; the line stays open and out of step then.
        """
        with self._lock:
            self._in_step = False
            self._opened()
            return self._begin()

    def poll(self, reading: str, meanwhile: Callable[[], object] | None = None) -> Reply:
        """Ask once. Raises `NoReply`, `BadReply` (with the raw bytes) or `LinkLost`, and `NeedsResync` after those.

        `meanwhile` is done after asking, while the instrument measures: what is done before asking costs time. It may
        be done not at all when the asking fails, and what it raises leaves the device out of step.
        """
        with self._lock:
            poll, link = self._poll(reading), self._opened()
            if not self._in_step:
                raise NeedsResync(
                    message("The last exchange with the instrument failed; it has to be resynchronised first.")
                )
            self._in_step = False
            while poll.to_discard:
                self._ask_once(poll, link, meanwhile)
                poll.to_discard -= 1
            reply = self._ask_once(poll, link, meanwhile)
            self._in_step = True
            return reply

    def close(self) -> None:
        """Run the teardown and close. A failing teardown is in the transcript and never hinders the closing."""
        with self._lock:
            self._close()

    def __enter__(self) -> "Device":
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- one exchange -------------------------------------------------------------------------------------------------

    def _ask_once(self, poll: "_Poll", link: Link, meanwhile: Callable[[], object] | None) -> Reply:
        if extra := link.pending():
            self._unasked(link, extra)
        if self._gap_ns:
            self._pace()
        asked_ns = elapsed_ns()
        link.write(poll.request)
        if meanwhile is not None:
            meanwhile()
        raw = link.read_until(self._end, poll.timeout_s, poll.max_bytes)
        for request in poll.then:
            self._last_ns = self._clock.monotonic_ns()
            self._pace()
            link.write(request)
            raw += link.read_until(self._end, poll.timeout_s, poll.max_bytes)
        t_ns = self._clock.monotonic_ns()
        self._last_ns = t_ns
        if (passed_ns := elapsed_ns() - asked_ns) > poll.limit_ns:  # it may have lain there while the PC slept
            raise NoReply(
                raw,
                message(
                    "The answer was taken {seconds} s after the question; {limit} s are allowed.",
                    seconds=round(passed_ns / 1e9, 3),
                    limit=round(poll.limit_ns * 1e-9, 3),
                ),
                message("The PC slept, stood still or was too busy; the instrument is resynchronised."),
            )
        reply = poll.rule.read(raw, t_ns)
        if extra := link.pending(look=False):
            self._unasked(link, extra, raw)
        return reply

    def _unasked(self, link: Link, extra: bytes, before: bytes = b"") -> None:
        framing = self._file.framing
        if extra == framing.prompt.encode(self._encoding):
            return
        if framing.extra_input == "ignore":
            link.drain(0.0, self._file.timeouts.drain_s)
            return
        raise BadReply(before + extra, message("The instrument sent {n} bytes that nobody asked for.", n=len(extra)))

    def _pace(self) -> None:
        rest_ns = self._gap_ns - (self._clock.monotonic_ns() - self._last_ns)
        if rest_ns > 0:
            self._clock.wait(self._never, rest_ns * 1e-9)

    def _say(self, command: str) -> None:
        framing = self._file.framing
        data = (fill(command, self.settings) + framing.send_end).encode(self._encoding)
        self._pace()
        self._note(">", data)
        self._opened().write(data)
        self._last_ns = self._clock.monotonic_ns()

    def _hear(self, lines: int, timeout_s: float) -> str:
        framing = self._file.framing
        raw = b"".join(self._opened().read_until(self._end, timeout_s, framing.max_bytes) for _ in range(lines))
        self._note("<", raw)
        try:
            return raw[: -len(self._end)].decode(self._encoding).removeprefix(framing.prompt)
        except UnicodeDecodeError as trouble:
            raise BadReply(raw, message("The answer is garbled.")) from trouble

    def _exchange(self, exchange: Exchange) -> None:
        self._say(exchange.send)
        if exchange.wait_s:
            self._clock.wait(self._never, exchange.wait_s)
        if exchange.pattern is None:
            return
        timeout = follow(exchange.timeout, self.settings) if exchange.timeout else self._file.timeouts.reply_s
        text = self._hear(exchange.lines, timeout)
        found = re.fullmatch(exchange.pattern, text, re.ASCII)
        if exchange.drain:
            self._drain()
        if found is None:
            raise BadReply(
                text.encode(self._encoding),
                message("The instrument answered “{reply}” to “{request}”.", reply=text, request=exchange.send),
                message("Check its settings and its manual; the driver may not fit this firmware."),
            )
        for name, answered in found.groupdict().items():
            if not same(self._file.settings[name], self.settings[name], answered):
                raise SettingRefused(
                    message(
                        "Setting {name}: asked {asked}, the instrument says {answered}.",
                        name=name,
                        asked=self.settings[name],
                        answered=answered,
                    )
                )
            self._read_back[name] = answered

    # -- the steps ----------------------------------------------------------------------------------------------------

    def _begin(self) -> Identity:
        """Silence, identity, set-up: how a connection and a resynchronisation both start."""
        file = self._file
        self._in_step = False
        self._read_back.clear()
        identity = self._identify(file.resync.stop)
        self._touched = True
        self._errors()  # old ones are in the transcript and not held against the set-up
        for exchange in file.setup:
            self._exchange(exchange)
        if told := self._errors():
            raise SettingRefused(message("The instrument reports errors: {errors}", errors="; ".join(told)))
        for name, poll in self._polls.items():
            poll.to_discard = self.driver.readings[name].discard_first
        if extra := self._opened().pending():
            self._unasked(self._opened(), extra)
        self.identity = identity
        self._serial = identity.serial or self._serial
        self._in_step = True
        return identity

    def _identify(self, stop: tuple[str, ...]) -> Identity:
        """Ask who is there. An answer to an older question cannot match, and comes before the right one."""
        declared = self._file.identify
        trouble: LinkTrouble | None = None
        for _ in range(declared.attempts):
            self._silence(stop)
            try:
                self._say(declared.send)
                text = self._hear(declared.lines, self._file.timeouts.reply_s)
            except (NoReply, BadReply) as failed:
                self._note("!", failed.raw)
                trouble = failed
                continue
            if declared.drain:
                self._drain()
            found = re.fullmatch(declared.pattern, text, re.ASCII)
            if found is not None:
                return self._accepted(found.groupdict() | self._asked_also(declared.also))
            trouble = BadReply(
                text.encode(self._encoding),
                message("“{reply}” is no answer to the question who is there.", reply=text),
                message("Check the address: another kind of instrument may be connected."),
            )
        raise trouble or NoReply(b"", message("The instrument was not asked who it is."))

    def _asked_also(self, questions: tuple[Exchange, ...]) -> dict[str, str]:
        """The groups of further questions who is there."""
        told: dict[str, str] = {}
        for question in questions:
            self._say(question.send)
            text = self._hear(question.lines, self._file.timeouts.reply_s)
            found = re.fullmatch(question.pattern or "", text, re.ASCII)
            if found is None:
                raise BadReply(
                    text.encode(self._encoding),
                    message("“{reply}” is no answer to the question who is there.", reply=text),
                    message("Check the address: another kind of instrument may be connected."),
                )
            told |= found.groupdict("")
        return told

    def _accepted(self, groups: Mapping[str, str | None]) -> Identity:
        declared = self._file.identify
        identity = Identity(
            groups.get("manufacturer") or declared.maker,
            groups.get("model") or "",
            groups.get("serial") or "",
            groups.get("firmware") or "",
        )
        if not re.fullmatch(declared.models, identity.model, re.ASCII):
            raise WrongInstrument(
                message("A {model} answers; this driver is for {models}.", model=identity.model,
                        models=", ".join(self._file.driver.models)),
                message("Choose the driver for this instrument, or the right address."),
            )  # fmt: skip
        if self._serial is not None and identity.serial not in {"", self._serial}:
            raise WrongInstrument(
                message("Serial number {found} answers, {wanted} is expected.", found=identity.serial,
                        wanted=self._serial),
                message("Connect the registered instrument, or register this one."),
            )  # fmt: skip
        return identity

    def _silence(self, stop: tuple[str, ...]) -> None:
        link, declared = self._opened(), self._file.resync
        if declared.device_clear:
            link.clear()
        for command in (*stop, *self._file.identify.first):
            self._say(command)
        self._drain()

    def _drain(self) -> None:
        timeouts = self._file.timeouts
        dropped = self._opened().drain(timeouts.quiet_s, timeouts.drain_s)
        if dropped:
            self._note("<", dropped)

    def _errors(self) -> list[str]:
        """Empty the error queue and say what was in it."""
        errors = self._file.errors
        if errors is None:
            return []
        told: list[str] = []
        for _ in range(errors.max_drain):
            self._say(errors.send)
            text = self._hear(1, self._file.timeouts.reply_s)
            if not re.fullmatch(errors.pattern, text, re.ASCII):
                raise BadReply(text.encode(self._encoding), message("“{reply}” is no error report.", reply=text))
            if re.fullmatch(errors.none, text, re.ASCII):
                break
            told.append(text)
        return told

    def _close(self) -> None:
        link = self._link
        if link is None:
            return
        try:
            for exchange in self._file.teardown if self._touched else ():  # a stranger is left as it was found
                self._exchange(exchange)
        except LinkTrouble as trouble:
            self._note("!", str(trouble).encode())
        finally:
            self._link = None
            self._in_step = self._touched = False
            link.close()

    # -- small things -------------------------------------------------------------------------------------------------

    def _opened(self) -> Link:
        if self._link is None:
            raise NotConnected(message("{address} is not connected.", address=self.address))
        return self._link

    def _poll(self, reading: str) -> "_Poll":
        try:
            return self._polls[reading]
        except KeyError:
            known = ", ".join(self._polls)
            raise DriverInvalid(
                message("“{name}” is not a reading of this driver. Known: {known}.", name=reading, known=known)
            ) from None

    def _note(self, direction: str, data: bytes) -> None:
        self._transcript.append(Line(self._clock.monotonic_ns(), direction, data))


class _Poll:
    """A reading, made ready: the bytes to send, the time to wait, the rule to read with."""

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


def _connection(driver: Driver, address: str) -> Connection:
    kind = kind_of(address)
    for connection in driver.file.connection:
        if connection.kind == kind:
            return connection
    if _SIMULATED.match(address):  # a simulated instrument stands in for one on any bus
        return msgspec.structs.replace(driver.file.connection[0], kind=kind)
    known = ", ".join(connection.kind for connection in driver.file.connection)
    raise DriverInvalid(
        message("{address} is a {kind} connection; this driver knows {known}.", address=address, kind=kind, known=known)
    )
