"""An output: one source or controller, owned by one thread, which asks limits and people before a byte is sent.

Every value is in the record before it is set, and what became of it afterwards. Whatever goes wrong ends in the safe
state, seen by the instrument's own word; only there the bytes go first, for a full disk must not keep an output on.
"""

from collections.abc import Callable
from concurrent.futures import Future
from decimal import Decimal
from queue import Empty, Queue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Final, Literal, Self

import msgspec
from msgspec import Struct

from labclient.acquisition._bounds import Bounds
from labclient.acquisition._output_told import Cause, OutputConfirmed, OutputSafe, OutputSet, OutputTold
from labclient.acquisition._recorder import Recorder
from labclient.acquisition._source import Tell
from labclient.clock import Clock, iso
from labclient.errors import BrokenOff, GateClosed, LinkTrouble, NotVerified, Trouble
from labclient.instruments import Device, Guard, LeftOn, OutputPort, SettingRefused, sent_text
from labclient.notebook import Draft
from labclient.words import Message, message, say

LOOK_S: Final = 2.0  # real seconds between looks whether what is on is still on

Stand = Literal["closed", "safe", "found on", "setting", "on", "unverified"]


class Standing(Struct, frozen=True):
    """How an output stands: `value` is what was set last, as it was sent, while it is on or about to be."""

    stand: Stand
    value: str = ""
    sentence: Message | None = None


class Output:
    """One output in one session. `set` and `safe` return at once with a future; `show` is told from the output's thread
    of every change, `tell` of what a person has to know.

    `instrument` is its id in the register, `serial` the unit expected; `guard` outlives this process. Closing makes it
    safe.
    """

    def __init__(
        self,
        device: Device,
        recorder: Recorder,
        clock: Clock,
        bounds: Bounds,
        guard: Guard,
        *,
        instrument: str,
        author: str,
        serial: str = "",
        station: str = "",
        tell: Tell,
        show: Callable[[Standing], object] = lambda _: None,
    ) -> None:
        self.bounds = bounds
        self.standing = Standing("closed")
        self.unit = bounds.unit
        self._port = OutputPort(device, clock, serial)
        self._recorder = recorder
        self._clock = clock
        self._guard = guard
        self._instrument = instrument
        self._author = author
        self._station = station
        self._tell = tell
        self._show = show
        self._halted = Event()
        self._round = 0  # what was asked for before a call for the safe state is not done after it
        self._lock = Lock()
        self._on = False
        self._closed = False
        self._noted = 0
        self._jobs: Queue[Callable[[], object] | None] = Queue()
        self._thread = Thread(target=self._work, name=f"output-{instrument}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close("closing" if error is None else "fault")

    # -- from any thread -----------------------------------------------------------------------------------------------

    def open(self) -> Future[Standing]:
        """Connect and look whether it is on; nothing is set. The future raises what connecting raises."""
        return self._submit(self._open)

    def set(self, value: Decimal, confirmed_by: str = "") -> Future[Standing]:
        """Set a value, put it out and wait until it has settled. Raises `GateClosed` at once beyond a limit, without a
        limit, or without the name of a person who confirms where one is needed: then nothing is sent or recorded.

        The future raises what went wrong; the output is safe then, or could not be verified as safe (`NotVerified`).
        """
        value = value + 0  # no negative zero
        self.bounds.allow(value)
        text = sent_text(value)
        if self.bounds.needs_name(value) and not confirmed_by.strip():
            raise GateClosed(
                message("{value} {unit} needs a person at the bench who confirms it: {because}.", value=text,
                        unit=self.unit, because=self.bounds.because),
                message("Let that person look at the connections and give the name."),
            )  # fmt: skip
        with self._lock:
            mine = self._round
            self._halted.clear()
        return self._submit(lambda: self._set(value, text, confirmed_by.strip(), mine))

    def safe(self, cause: Cause = "asked") -> Future[str]:
        """The safe state, before anything else that waits; the future gives the instrument's word for it or raises
        `NotVerified` with what to do by hand."""
        self._halt()
        return self._submit(lambda: self._make_safe(cause))

    def close(self, cause: Cause = "closing") -> None:
        """Safe state, then the instrument is given back. Raises `NotVerified` when it could not be verified as safe."""
        if self._closed:
            return
        self._closed = True
        self._halt()
        last = self._submit(lambda: self._leave(cause))
        self._jobs.put(None)
        self._thread.join()
        last.result()

    # -- in the output's thread ----------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=LOOK_S if self._on else None)
            except Empty:
                self._look()
                continue
            if job is None:
                return
            job()

    def _open(self) -> Standing:
        self._port.device.connect()
        if self._port.is_on():
            self._stand("found on", self._port.read_back(), message(
                "The output is on already: {said}. Nothing is set before it was made safe.",
                said=self._port.read_back()))  # fmt: skip
        else:
            self._stand("safe")
        return self.standing

    def _set(self, value: Decimal, text: str, confirmed_by: str, mine: int) -> Standing:
        self._may_set(mine)
        self._intend(text, confirmed_by)
        seq = self._enter("output-set", OutputSet(
            self._instrument, self._driver(), self._serial(), text, self.unit, self.bounds.told(), confirmed_by
        ))  # fmt: skip
        self._stand("setting", text)
        began = self._clock.monotonic_ns()
        try:
            self._guard.arm(self._left(text))
            self._may_set(mine)
            read = self._port.set(value)
            self._on = True  # from here on it may be, whatever is answered
            self._port.switch_on()  # also what was on: a source may go to standby when it changes its range
            self._settle(mine)
            seconds = f"{(self._clock.monotonic_ns() - began) * 1e-9:.1f}"
            self._enter("output-told", OutputTold(seq, read.answer, seconds), said=True)
        except BaseException as trouble:
            self._make_safe("halted" if isinstance(trouble, BrokenOff) else "fault")
            raise
        self._stand("on", text)
        return self.standing

    def _may_set(self, mine: int) -> None:
        """Raise unless this is still wanted and it is known how the output stands."""
        if mine != self._round or self._closed:
            raise BrokenOff(message("The output was made safe meanwhile."), message("Set it again."))
        if self.standing.stand in {"closed", "found on", "unverified"}:
            raise GateClosed(
                message("It is not known whether the output is off."),
                message("Make it safe first; then set the value."),
            )
        device = self._port.device
        if not device.connected:
            device.connect()
        elif device.needs_resync:
            device.resync()

    def _intend(self, text: str, confirmed_by: str) -> None:
        """What a person has confirmed is an entry of that person."""
        if confirmed_by:
            body = OutputConfirmed(self._instrument, text, self.unit, confirmed_by)
            self._enter("output-confirmed", body, author=confirmed_by)

    def _settle(self, mine: int) -> None:
        declared = self._port.declared.settled
        ends = self._clock.monotonic_ns() + int(declared.longest_s * 1e9)
        while not self._port.is_settled():
            if not self._port.is_on():
                raise SettingRefused(
                    message("The output of {instrument} has gone off by itself.", instrument=self._instrument),
                    message("Look at its display and at what is connected; then set it again."),
                )
            if self._clock.monotonic_ns() > ends:
                raise SettingRefused(
                    message("The output has not settled within {seconds} s.", seconds=declared.longest_s),
                    message("Look at its display and at what is connected; then set it again."),
                )
            if self._clock.wait(self._halted, declared.every_s) or mine != self._round:
                raise BrokenOff(message("The output was made safe meanwhile."), message("Set it again."))

    def _look(self) -> None:
        """Whether what is on is still on; what is not, or does not say so, is made safe."""
        try:
            if self._port.is_on():
                return
            cause: Cause = "went off"
            self._tell(message("The output of {instrument} has gone off by itself.", instrument=self._instrument))
        except LinkTrouble as trouble:
            cause = "fault"
            self._tell(trouble.sentence)
        try:
            self._make_safe(cause)
        except Trouble as trouble:
            self._tell(trouble.sentence)

    def _make_safe(self, cause: Cause) -> str:
        self._guard.take_back()
        try:
            said = self._port.safe()
        except NotVerified as failed:
            self._not_safe(cause, failed)
            raise
        self._on = False
        self._stand("safe")
        self._guard.disarm()
        self._enter("output-safe", OutputSafe(self._instrument, cause, True, said), said=True)
        return said

    def _not_safe(self, cause: Cause, failed: NotVerified) -> None:
        """Tell it loudly, leave it to the watchdog, and record it if that is possible."""
        self._on = False
        sentence = message("The output of {instrument} could not be verified as off: {reason}",
                           instrument=self._instrument, reason=failed.sentence)  # fmt: skip
        self._stand("unverified", self.standing.value, sentence)
        self._guard.let_go()
        self._tell(message("{sentence} {step}", sentence=sentence, step=failed.step or ""))
        body = OutputSafe(self._instrument, cause, False, say(failed.sentence, "en"))
        try:
            self._enter("output-safe", body, said=True)
        except Trouble as trouble:  # that it is not off matters more
            self._tell(trouble.sentence)

    def _leave(self, cause: Cause) -> None:
        try:
            if self._on or self.standing.stand in {"setting", "unverified"}:
                self._make_safe(cause)
        finally:
            self._port.device.close()
            self._guard.let_go()
            if self.standing.stand != "unverified":
                self._stand("closed")

    # -- small things --------------------------------------------------------------------------------------------------

    def _submit(self, work: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()

        def job() -> None:
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
                future.set_exception(error)

        self._jobs.put(job)
        return future

    def _halt(self) -> None:
        with self._lock:
            self._round += 1
            self._halted.set()

    def _stand(self, stand: Stand, value: str = "", sentence: Message | None = None) -> None:
        self.standing = Standing(stand, value, sentence)
        self._show(self.standing)

    def _enter(self, kind: str, body: Struct, *, author: str = "", said: bool = False) -> int:
        payload = self._said() if said else None
        draft = Draft(kind=kind, body=msgspec.to_builtins(body), author=author or self._author, station=self._station,
                      payload=payload)  # fmt: skip
        return self._recorder.enter(draft)[0].seq

    def _said(self) -> bytes:
        """What was said on the line since it was recorded last."""
        lines = [line for line in self._port.transcript if line.t_ns > self._noted]
        self._noted = self._clock.monotonic_ns()
        return b"".join(line.direction.encode() + b" " + repr(line.data)[2:-1].encode() + b"\n" for line in lines)

    def _driver(self) -> dict[str, str]:
        driver = self._port.device.driver
        return {"id": driver.id, "version": driver.version, "sha256": driver.digest}

    def _serial(self) -> str:
        identity = self._port.device.identity
        return identity.serial if identity else ""

    def _left(self, text: str) -> LeftOn:
        return LeftOn(
            self._instrument, text, self.unit, self._author, iso(self._clock.utc()), str(self._recorder.path),
            self._port.orders,
        )  # fmt: skip
