"""The clock watch: what befalls the time of this PC while a notebook is open for writing is entered when noticed.

    clock       at the beginning of each session: utc, zone {name, offset}, ntp {state, source, bounds of its error}
    clock-step  the PC clock was set: from, to, seconds (what the clock gained)
    slept       from_ns, to_ns on the clock of the readings, seconds between; cause: "asleep", the machine, for
                asleep_s, or "stopped", the program alone; the runs that were open
    time-zone   from and to, {name, offset} each

Numbers are text. The times of readings and the order of entries do not hang on UTC; a step touches neither.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from msgspec import Struct, to_builtins

from labclient.acquisition._pc_clock import Ntp, Zone, awake_ns, ntp, zone
from labclient.acquisition._recorder import Recorder
from labclient.clock import Clock, iso
from labclient.errors import StorageTrouble
from labclient.notebook import Draft, Reader

PERIOD_S = 1.0
STEP_S = 0.1  # what NTP slews away is below 0.001 s a period; what it steps is beyond 0.1 s
HOLE_S = 3.0  # beyond the period; shorter is a busy PC
_AUTHOR = "program"
_BRACKET_NS = 20_000_000


class Look(Struct, frozen=True):
    """The clocks of this PC at one moment: UTC as it believes, the clock of the readings, time awake, time zone."""

    utc: datetime
    elapsed_ns: int
    awake_ns: int
    zone: Zone


def look(clock: Clock) -> Look:
    """The clocks now, read so closely together that no pause between them passes for a step."""
    while True:
        began = clock.monotonic_ns()
        utc, awake = clock.utc(), awake_ns()
        if clock.monotonic_ns() - began < _BRACKET_NS:
            return Look(utc, began, awake, zone())


def noticed(before: Look, after: Look, waited_from: Look) -> Iterator[tuple[str, dict[str, Any]]]:
    """What happened from one look to the next, as kinds and bodies of entries. From `waited_from`, between the two, the
    watch did nothing but wait one period."""
    expected = before.utc + timedelta(microseconds=(after.elapsed_ns - before.elapsed_ns) // 1000)
    gained_s = (after.utc - expected).total_seconds()
    hole_ns = after.elapsed_ns - waited_from.elapsed_ns
    asleep_s = (hole_ns - (after.awake_ns - waited_from.awake_ns)) / 1e9
    if hole_ns / 1e9 - PERIOD_S >= HOLE_S:
        cause = {"cause": "asleep", "asleep_s": f"{asleep_s:.3f}"} if asleep_s >= STEP_S else {"cause": "stopped"}
        between = {"from_ns": str(waited_from.elapsed_ns), "to_ns": str(after.elapsed_ns)}
        yield "slept", {**between, "seconds": f"{hole_ns / 1e9:.3f}", **cause}
    if abs(gained_s) >= STEP_S:
        yield "clock-step", {"from": iso(expected), "to": iso(after.utc), "seconds": f"{gained_s:+.3f}"}
    if after.zone != before.zone:
        yield "time-zone", {"from": to_builtins(before.zone), "to": to_builtins(after.zone)}


class ClockWatch:
    """Enters the state of the PC clock, then watches it in a thread of its own until `close`. A simulated clock is not
    watched. `look` and `ntp` are how this PC is asked."""

    def __init__(self, recorder: Recorder, look: Callable[[Clock], Look] = look, ntp: Callable[[], Ntp] = ntp) -> None:
        self._recorder = recorder
        self._look = look
        self._ended = Event()
        self._thread: Thread | None = None
        if recorder.clock.simulated:
            return
        first = look(recorder.clock)
        body = {"utc": iso(first.utc), "zone": to_builtins(first.zone), "ntp": to_builtins(ntp())}
        self._began = recorder.committed
        with suppress(StorageTrouble):  # the recorder says so to whoever records; what was recorded can be read
            self._enter("clock", body)
            self._thread = Thread(target=self._work, args=(first,), name="clock-watch", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the watch; comes before the recorder's end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self, last: Look) -> None:
        waiting = self._look(self._recorder.clock)
        while not self._ended.wait(PERIOD_S):
            now = self._look(self._recorder.clock)
            happened = list(noticed(last, now, waiting))
            try:
                for kind, body in happened:
                    self._enter(kind, body | ({"runs": self._open_runs()} if kind == "slept" else {}))
            except StorageTrouble:  # as at the beginning
                return
            last, waiting = now, self._look(self._recorder.clock) if happened else now

    def _enter(self, kind: str, body: dict[str, Any]) -> None:
        self._recorder.enter(Draft(kind=kind, body=body, author=_AUTHOR))

    def _open_runs(self) -> list[int]:
        """The runs since the watch began that were not stopped."""
        runs: list[int] = []
        with Reader.open(self._recorder.path) as reader:
            for entry in reader.entries({"run-start", "run-stop"}, self._began):
                if entry.kind == "run-start":
                    runs.append(entry.seq)
                elif entry.body["run"] in runs:
                    runs.remove(entry.body["run"])
        return runs
