"""A source: one instrument, owned by one thread, whose replies go to the recorder before anybody sees them.

An instrument is polled, or sends by itself from the beginning of a series to its end.
After a timeout or an unbelievable answer it is resynchronised; after a lost connection it is opened again
and must show the same serial number. Either way the run continues behind a marked gap.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from math import isnan
from threading import Event
from types import TracebackType
from typing import Self

import msgspec

from labclient.acquisition._intake import Intake, Patience
from labclient.acquisition._recorder import Recorder
from labclient.acquisition._series import Series
from labclient.clock import Clock
from labclient.errors import LinkLost, LinkTimeout, LinkTrouble, ReplyInvalid
from labclient.instruments import Device, Reply
from labclient.notebook import OK, Channel, Purpose, Task, gap, run_start, run_stop, series
from labclient.words import Message, message

# Real seconds, whatever the clock: they concern the cable, not the experiment.
BACK_OFF_S = (0.2, 0.5, 1.0)  # the last again and again: plugged in anew, an instrument is back within two seconds
PATIENCE_S = 120.0
_LOOK_S = 0.1

Tell = Callable[[Message], None]


def run_waits(trouble: Message) -> Message:
    """What is told when a run pauses."""
    return message("{trouble} The run waits.", trouble=trouble)


class Source:
    """One instrument in one run. Its work is done in its own thread; `take` and `watch` return at once with a future.

    `tell` is called from that thread, with one sentence a change of state.
    """

    def __init__(
        self,
        device: Device,
        reading: str,
        recorder: Recorder,
        clock: Clock,
        tell: Tell,
        *,
        author: str,
        station: str,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.run = -1
        self._device = device
        self._reading = reading
        self._recorder = recorder
        self._clock = clock
        self._tell = tell
        self._author = author
        self._station = station
        self._patience_s = patience_s
        self._end = device.driver.file.framing.reply_end.encode(device.driver.file.framing.encoding)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"source-{device.driver.id}")
        self._streams = False
        self._ready: tuple[int, Reply] | None = None  # read, not handed over yet
        self._halted = Event()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, task: Task, purpose: Purpose) -> int:
        """Connect and open a run with the instrument's snapshot; returns the run's number. Raises what connecting
        raises."""
        return self._thread.submit(self._start, task, purpose).result()

    def take(self, meaning: Series, count: int) -> Future[int]:
        """Read until `count` readings are good, or halted; the future gives the number of the series. It raises
        `NoGoodReading` when the instrument answers for too long without one; what it said stays recorded."""
        return self._thread.submit(self._take, meaning, count)

    def watch(self, meaning: Series, interval_s: float) -> Future[int]:
        """Read every `interval_s` of the injected clock until halted; the future gives the number of the series. Of a
        stream, one line an interval is recorded; all of them when it is 0."""
        return self._thread.submit(self._watch, meaning, interval_s)

    def halt(self) -> None:
        """Let the work under way end after the reading it is at."""
        self._halted.set()

    def go_on(self) -> None:
        """Let work be done again after a halt."""
        self._halted.clear()

    def stop(self, reason: str) -> None:
        """End the run in order."""
        self.halt()
        self._thread.submit(self._stop, reason).result()

    def close(self) -> None:
        """Give the instrument back; its teardown always runs. A run that was not stopped stays open in the record."""
        self.halt()
        if self._closed:
            return
        self._closed = True
        self._thread.submit(self._device.close).result()
        self._thread.shutdown()

    def _start(self, task: Task, purpose: Purpose) -> int:
        self._streams = self._device.streams(self._reading)
        self._device.connect()
        channels = [
            Channel(one.name, one.quantity, one.unit, "" if isnan(one.resolution) else repr(one.resolution))
            for one in self._device.channels(self._reading)
        ]
        draft = run_start(
            purpose=purpose,
            task=task,
            channels=channels,
            instrument=self._device.snapshot(),
            clock=self._clock,
            author=self._author,
            station=self._station,
        )
        self.run = self._recorder.enter(draft)[0].seq
        self._halted.clear()
        return self.run

    def _series(self, meaning: Series) -> int:
        body = msgspec.to_builtins(meaning)
        return self._recorder.enter(series(self.run, body, author=self._author, station=self._station))[0].seq

    def _take(self, meaning: Series, count: int) -> int:
        number = self._series(meaning)
        patience = Patience(self._patience_s, self._tell)
        if self._streams:
            self._flow(self._intake(number, wanted=count, patience=patience))
            return number
        good = 0
        try:
            while good < count and not self._halted.is_set():
                if status := self._read(number):
                    patience.judge(status)
                good += status == OK
        finally:
            self._hand_over()
        return number

    def _watch(self, meaning: Series, interval_s: float) -> int:
        number = self._series(meaning)
        if self._streams:
            self._flow(self._intake(number, interval_s=interval_s))
            return number
        while not self._halted.is_set():
            self._read(number)
            self._hand_over()
            self._clock.wait(self._halted, interval_s)
        return number

    def _read(self, number: int) -> str:
        """One reading, whatever it takes; returns its status, empty when somebody halted before it came. It is handed
        over while the instrument is at the next one, or by whoever does not ask again at once.

        Patience also ends with an instrument that says who it is and sends no reading."""
        since: float | None = None
        while True:
            try:
                reply = self._device.poll(self._reading, self._hand_over)
            except (LinkLost, LinkTimeout, ReplyInvalid) as trouble:
                since = since or time.monotonic()
                self._mend(trouble, self._cure(trouble))
                if self._halted.is_set():
                    return ""
                if time.monotonic() - since > self._patience_s:
                    raise
            else:
                self._ready = number, reply
                return reply.status

    def _intake(
        self, number: int, *, wanted: int | None = None, interval_s: float = 0.0, patience: Patience | None = None
    ) -> Intake:
        return Intake(
            self._recorder,
            self.run,
            number,
            self._end,
            tell=self._tell,
            author=self._author,
            station=self._station,
            wanted=wanted,
            interval_s=interval_s,
            patience=patience,
        )

    def _flow(self, intake: Intake) -> None:
        """Let the instrument send until there is enough or somebody halts, whatever it takes; then let it stop."""
        since: float | None = None
        try:
            while not (intake.complete or self._halted.is_set()):
                try:
                    if not self._device.sending:
                        self._device.start(self._reading)
                    lines = self._device.receive(_LOOK_S)
                except (LinkLost, LinkTimeout, ReplyInvalid) as trouble:
                    since = since or time.monotonic()
                    intake.mark_lost()
                    self._mend(trouble, self._cure(trouble))
                    if time.monotonic() - since > self._patience_s:
                        raise
                else:
                    if lines is not None:
                        since = None
                        intake.take(lines)
        finally:
            intake.mark_lost()
        try:
            self._device.stop()
        except (LinkLost, LinkTimeout, ReplyInvalid) as trouble:
            self._mend(trouble, self._cure(trouble))

    def _cure(self, trouble: LinkTrouble) -> Callable[[], object]:
        return self._device.connect if isinstance(trouble, LinkLost) else self._device.resync

    def _hand_over(self) -> None:
        """Give the recorder the reading that is ready, if any."""
        ready, self._ready = self._ready, None
        if ready is not None:
            self._recorder.offer(self.run, *ready, self._end)

    def _mend(self, trouble: LinkTrouble, cure: Callable[[], object]) -> None:
        """Try the cure, then opening again with growing pauses; mark the gap, or raise when patience ends."""
        self._hand_over()
        begun = self._clock.monotonic_ns()
        self._tell(run_waits(trouble.sentence))
        spent = tried = 0.0
        while True:
            try:
                cure()
                break
            except (LinkLost, LinkTimeout, ReplyInvalid):
                cure = self._device.connect
                pause = BACK_OFF_S[min(int(tried), len(BACK_OFF_S) - 1)]
                if spent >= self._patience_s or self._halted.wait(pause):
                    raise
                spent, tried = spent + pause, tried + 1
        draft = gap(
            self.run,
            after=self._recorder.rows(self.run) - 1,
            reason=type(trouble).__name__,
            from_ns=begun,
            to_ns=self._clock.monotonic_ns(),
            author=self._author,
            station=self._station,
        )
        self._recorder.enter(draft)
        self._tell(message("The same instrument answers again; the gap is marked in the record."))

    def _stop(self, reason: str) -> None:
        rows = self._recorder.rows(self.run)
        self._recorder.enter(run_stop(self.run, rows=rows, reason=reason, author=self._author, station=self._station))
