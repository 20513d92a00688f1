"""A device: a driver at an address. It identifies, sets up and verifies, polls or takes what is sent by itself,
resynchronises, and leaves tidily.

After any failed exchange it answers no reading until `resync` has succeeded: a late reply answers the old question.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from threading import RLock

from labclient.clock import Clock, SystemClock, elapsed_ns
from labclient.errors import DriverInvalid, LinkTrouble
from labclient.instruments._dialogue import Dialogue, Line
from labclient.instruments._driver import STREAMABLE, Driver
from labclient.instruments._identify import Identity, identify
from labclient.instruments._links import Link, connection_for, open_link, unread_s
from labclient.instruments._readings import Poll, Push
from labclient.instruments._reply import ChannelInfo, Reply
from labclient.instruments._settings import Value
from labclient.instruments._stream import LineReader, Lines
from labclient.instruments._troubles import BadReply, NeedsResync, NoReply, Sending, SettingRefused
from labclient.words import message


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
        self._connection = connection_for(driver, address)
        self._file = driver.file
        self._encoding = driver.file.framing.encoding
        self._gap_ns = int(self._connection.min_gap_ms * 1e6)
        self._dialogue = Dialogue(driver.file, address, self.settings, self._gap_ns, self._clock)
        self._in_step = False
        self._touched = False
        self._lock = RLock()
        self._polls: dict[str, Poll] = {}
        self._pushes: dict[str, Push] = {}
        for name, reading in driver.readings.items():
            if reading.mode == "stream":
                self._pushes[name] = Push(driver, name, self.settings)
            else:
                self._polls[name] = Poll(driver, name, self.settings, self._gap_ns)
        self._started: Push | None = None  # may be sending, also after a trouble
        self._lines: LineReader | None = None

    @property
    def transcript(self) -> tuple[Line, ...]:
        """What was said since `connect`, readings left out."""
        return tuple(self._dialogue.transcript)

    @property
    def connected(self) -> bool:
        return self._dialogue.link is not None

    @property
    def needs_resync(self) -> bool:
        """Whether the last exchange failed, so that an answer could belong to an older question."""
        return self._dialogue.link is not None and not self._in_step and self._lines is None

    @property
    def sending(self) -> bool:
        """Whether the instrument sends a reading by itself, between `start` and `stop`, and nothing has gone wrong."""
        return self._lines is not None

    def streams(self, reading: str) -> bool:
        """Whether the instrument sends this reading by itself. Raises `DriverInvalid` for one that there is not, and
        for a connection on which nothing can be sent unasked."""
        push = self._known(reading)
        if isinstance(push, Push) and self._connection.kind not in STREAMABLE:
            raise DriverInvalid(
                message("“{name}” is sent by the instrument itself; {address} is a {kind} connection, where it only"
                        " answers.", name=reading, address=self.address, kind=self._connection.kind),
                message("Connect it by a serial line or a network socket, or choose a reading that is asked for."),
            )  # fmt: skip
        return isinstance(push, Push)

    def channels(self, reading: str) -> tuple[ChannelInfo, ...]:
        """The channels of a reading, in the order of `Reply.values`."""
        return self._known(reading).rule.channels

    def snapshot(self) -> dict[str, object]:
        """What a run entry says of this device: JSON-able, measured numbers as text."""
        return {
            "driver": {"id": self.driver.id, "version": self.driver.version, "sha256": self.driver.digest},
            "certainty": self._file.driver.certainty,
            "address": self.address,
            "connection": self._connection.kind,
            "identity": asdict(self.identity) if self.identity else None,
            "settings": dict(self.settings),
            "read_back": dict(self._dialogue.read_back),
        }

    def connect(self) -> Identity:
        """Open, identify, set up with read-back, look at the error queue.

        Raises `LinkLost`, `NoReply`, `BadReply`, `WrongInstrument` or `SettingRefused`; the line is closed then.
        """
        with self._lock:
            if self._dialogue.link is not None:
                self._close()
            self._dialogue.transcript.clear()
            self._dialogue.link = open_link(self.address, self._connection, self._file.timeouts.open_s)
            try:
                return self._begin()
            except BaseException:
                self._close()
                raise

    def identify(self) -> Identity:
        """Open, ask who is there, and close: no setting is touched. Raises what `connect` raises."""
        with self._lock:
            if self._dialogue.link is not None:
                self._close()
            self._dialogue.link = open_link(self.address, self._connection, self._file.timeouts.open_s)
            try:
                return identify(self._dialogue, self._file, self._serial)
            finally:
                link, self._dialogue.link = self._dialogue.link, None
                link.close()

    def resync(self) -> Identity:
        """Make the instrument silent, drop what it sent, identify it again and assert the set-up again.

        Raises what `connect` raises; the line stays open and out of step then.
        """
        with self._lock:
            self._in_step = False
            self._dialogue.opened()
            return self._begin()

    def poll(self, reading: str, meanwhile: Callable[[], object] | None = None) -> Reply:
        """Ask once. Raises `NoReply`, `BadReply` (with the raw bytes) or `LinkLost`, and `NeedsResync` after those.

        `meanwhile` is done after asking, while the instrument measures: what is done before asking costs time. It may
        be done not at all when the asking fails, and what it raises leaves the device out of step.
        """
        with self._lock:
            poll, link = self._poll(reading), self._ready()
            while poll.to_discard:
                self._ask_once(poll, link, meanwhile)
                poll.to_discard -= 1
            reply = self._ask_once(poll, link, meanwhile)
            self._in_step = True
            return reply

    def start(self, reading: str) -> None:
        """Let the instrument send a reading by itself; `receive` gives what comes, `stop` ends it. Raises what `poll`
        raises, and `SettingRefused`."""
        with self._lock:
            push = self._pushes.get(reading) if self.streams(reading) else None
            if push is None:
                raise DriverInvalid(message("“{name}” is asked for; the instrument does not send it.", name=reading))
            link = self._ready()
            self._started = push
            self._dialogue.drain()  # what was sent before belongs to nothing
            for exchange in push.start:
                self._dialogue.exchange(exchange)
            self._lines = LineReader(link, push, min(push.timeout_s, unread_s(self._connection)), self._clock)

    def receive(self, wait_s: float) -> Lines | None:
        """The lines of the stream that have come, as `LineReader.read`; after what that raises nothing more comes until
        `resync` and another `start`."""
        with self._lock:
            if self._lines is None:
                raise NeedsResync(message("The instrument sends nothing by itself."))
            try:
                return self._lines.read(wait_s)
            except LinkTrouble as trouble:
                self._lines = None
                self._dialogue.note("!", getattr(trouble, "raw", b""))
                raise

    def stop(self) -> None:
        """End the stream and drop what is still under way. Raises `NoReply` when the instrument does not stop sending,
        `BadReply`, `SettingRefused` or `LinkLost`; then `resync` comes first."""
        with self._lock:
            self._lines = None
            if self._started is not None:
                self._end_stream()
                self._in_step = True

    @contextmanager
    def conversation(self) -> Iterator[Dialogue]:
        """The line for exchanges that are no readings; nobody else has it meanwhile. What is raised inside leaves the
        device out of step. Raises what `poll` raises."""
        with self._lock:
            link = self._ready()
            if extra := link.pending():
                self._dialogue.unasked(link, extra)
            yield self._dialogue
            if extra := link.pending():
                self._dialogue.unasked(link, extra)
            self._in_step = True

    def errors(self) -> list[str]:
        """Empty the error queue; what was in it. Raises what `poll` raises."""
        with self.conversation():
            return self._errors()

    @contextmanager
    def line(self) -> Iterator[Dialogue]:
        """The line as it is, open or not, for bringing an output into its safe state; out of step afterwards."""
        with self._lock:
            self._in_step, self._lines = False, None
            yield self._dialogue

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

    def _ask_once(self, poll: Poll, link: Link, meanwhile: Callable[[], object] | None) -> Reply:
        if extra := link.pending():
            self._dialogue.unasked(link, extra)
        if self._gap_ns:
            self._dialogue.pace()
        asked_ns = elapsed_ns()
        link.write(poll.request)
        if meanwhile is not None:
            meanwhile()
        raw = link.read_until(self._dialogue.end, poll.timeout_s, poll.max_bytes)
        for request in poll.then:
            self._dialogue.last_ns = self._clock.monotonic_ns()
            self._dialogue.pace()
            link.write(request)
            raw += link.read_until(self._dialogue.end, poll.timeout_s, poll.max_bytes)
        t_ns = self._clock.monotonic_ns()
        self._dialogue.last_ns = t_ns
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
            self._dialogue.unasked(link, extra, raw)
        return reply

    # -- the steps ----------------------------------------------------------------------------------------------------

    def _begin(self) -> Identity:
        """Silence, identity, set-up: how a connection and a resynchronisation both start."""
        file = self._file
        self._in_step, self._lines = False, None
        self._dialogue.read_back.clear()
        identity = identify(self._dialogue, file, self._serial, file.resync.stop)
        self._started = None
        self._touched = True
        self._errors()  # old ones are in the transcript and not held against the set-up
        for exchange in file.setup:
            self._dialogue.exchange(exchange)
        if told := self._errors():
            raise SettingRefused(message("The instrument reports errors: {errors}", errors="; ".join(told)))
        for name, poll in self._polls.items():
            poll.to_discard = self.driver.readings[name].discard_first
        if extra := self._dialogue.opened().pending():
            self._dialogue.unasked(self._dialogue.opened(), extra)
        self.identity = identity
        self._serial = identity.serial or self._serial
        self._in_step = True
        return identity

    def _errors(self) -> list[str]:
        """Empty the error queue and say what was in it."""
        errors = self._file.errors
        if errors is None:
            return []
        told: list[str] = []
        for _ in range(errors.max_drain):
            self._dialogue.say(errors.send)
            text = self._dialogue.hear(1, self._file.timeouts.reply_s)
            if not re.fullmatch(errors.pattern, text, re.ASCII):
                raise BadReply(text.encode(self._encoding), message("“{reply}” is no error report.", reply=text))
            if re.fullmatch(errors.none, text, re.ASCII):
                break
            told.append(text)
        return told

    def _close(self) -> None:
        link = self._dialogue.link
        if link is None:
            return
        try:
            if self._started is not None:
                self._leaving(self._end_stream)
            for exchange in self._file.teardown if self._touched else ():  # a stranger is left as it was found
                if not self._leaving(partial(self._dialogue.exchange, exchange)):
                    break
        finally:
            self._dialogue.link = self._lines = self._started = None
            self._in_step = self._touched = False
            link.close()

    def _leaving(self, step: Callable[[], object]) -> bool:
        """Whether a step of the closing succeeded."""
        try:
            step()
        except LinkTrouble as trouble:
            self._dialogue.note("!", str(trouble).encode())
            return False
        return True

    def _end_stream(self) -> None:
        """What `stop` declares; between what is sent and what is asked, the line has to fall quiet. An instrument that
        only its menu stops goes on."""
        self._in_step = False
        stop = self._started.stop if self._started else ()
        for exchange in stop:
            if exchange.pattern is not None:
                self._dialogue.drain()
            self._dialogue.exchange(exchange)
        if stop:
            self._dialogue.drain()
        self._started = None

    # -- small things -------------------------------------------------------------------------------------------------

    def _ready(self) -> Link:
        """The link, when an answer can only belong to the next question; it is out of step until that is answered."""
        link = self._dialogue.opened()
        if self._lines is not None:
            raise Sending(
                message("The instrument is sending readings by itself."),
                message("Wait until the run that takes them is over."),
            )
        if not self._in_step:
            raise NeedsResync(
                message("The last exchange with the instrument failed; it has to be resynchronised first.")
            )
        self._in_step = False
        return link

    def _known(self, reading: str) -> Poll | Push:
        known = self._polls | self._pushes
        if reading not in known:
            raise DriverInvalid(
                message("“{name}” is not a reading of this driver. Known: {known}.", name=reading,
                        known=", ".join(self.driver.readings))
            )  # fmt: skip
        return known[reading]

    def _poll(self, reading: str) -> Poll:
        poll = self._known(reading)
        if isinstance(poll, Push):
            raise DriverInvalid(message("“{name}” is sent by the instrument itself and not asked for.", name=reading))
        return poll
