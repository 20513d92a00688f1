"""Records with known numbers, written without any instrument: a standing clock, a small plan, runs, cycles, a room."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np

from labclient.acquisition import Cycle, Series
from labclient.home import shipped
from labclient.notebook import Channel, Draft, Entry, Notebook, Purpose, Task, block, run_start, run_stop, series
from labclient.plan import Plan, Point, Step, read_plan
from labclient.signing import NoteKey

WHO = "P-01"
BEGINS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
ENTRIES: Mapping[str, Any] = json.loads(shipped("resources", "examples", "entries.json").read_text("utf-8"))
VOLTS = (Channel("dcv", "voltage", "V"),)
AIR = (
    Channel("t", "temperature", "°C"),
    Channel("rh", "relative humidity", "%RH"),
    Channel("p", "pressure", "hPa"),
)
FAIR = (23.0, 45.0, 1013.25)  # the reference conditions, in the room's channels

# What a position reads: role, direction, point, seconds since the clock's beginning.
Truth = Callable[[str, str, str, float], float]


class StillClock:
    """A simulated clock that moves only when told to: the same test gives the same bytes."""

    name = "simulated"
    simulated = True

    def __init__(self, simulated: bool = True) -> None:
        self.simulated = simulated
        self.ns = 0

    def utc(self) -> datetime:
        return BEGINS + timedelta(microseconds=self.ns // 1000)

    def monotonic_ns(self) -> int:
        return self.ns

    def wait(self, event: Event, seconds: float) -> bool:
        self.skip(seconds)
        return event.is_set()

    def skip(self, seconds: float) -> None:
        self.ns += round(seconds * 1e9)


@cache
def example_plan() -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(shipped("resources", "examples", "plan.json").read_bytes())
    return plan


def small_plan_json(**changes: Any) -> bytes:
    """The example plan with two cycles on each of two days, few readings and short times; `changes` are top fields."""
    plan = json.loads(json.dumps(example_plan()))
    plan["arrival"]["functional_readings"] = 2
    plan["warm_up"] |= {"window": {"value": "2", "unit": "min"}, "minimum": {"value": "4", "unit": "min"}}
    plan["warm_up"] |= {"longest": {"value": "1", "unit": "h"}, "interval": {"value": "10", "unit": "s"}}
    plan["stability"]["readings"] = 16
    plan["measurement"]["scheme"]["readings"] = 2
    plan["measurement"] |= {"days": 2, "cycles": 2}
    return json.dumps(plan | changes).encode()


def small_plan(**changes: Any) -> Plan:
    return read_plan(small_plan_json(**changes))


def changed(**fields: Any) -> dict[str, Any]:
    """The measurement part of the small plan with other fields; those of the scheme too."""
    measurement = json.loads(small_plan_json())["measurement"]
    scheme = {name: fields.pop(name) for name in list(fields) if name in measurement["scheme"]}
    return {"measurement": measurement | fields | {"scheme": measurement["scheme"] | scheme}}


class Writer:
    """Writes into a log through `append`, whose next entry will be `size()`. Its runs are made with `instrument`."""

    instrument: Mapping[str, Any] = {"identity": None}

    def __init__(self, append: Callable[..., tuple[Entry, ...]], size: Callable[[], int], clock: StillClock) -> None:
        self._append = append
        self._size = size
        self.clock = clock

    def enter(self, kind: str, body: Any, *, payload: bytes | None = None, station: str = "") -> int:
        return self._append(
            Draft(kind=kind, body=msgspec.to_builtins(body), author=WHO, payload=payload, station=station)
        )[0].seq

    def run(
        self,
        task: Task,
        parts: Sequence[tuple[Mapping[str, Any], Sequence[tuple[float, Sequence[float | str]]]]],
        *,
        purpose: Purpose = "record",
        channels: Sequence[Channel] = VOLTS,
        stop: bool = True,
        station: str = "",
    ) -> tuple[int, list[int]]:
        """One run in one commit: each part is a series with its readings (seconds from now, one value a channel; a
        text in its place is a status without a value). Returns the run and its series."""
        run, now = self._size(), self.clock.monotonic_ns()
        drafts = [
            run_start(
                purpose=purpose, task=task, channels=channels, instrument=self.instrument, clock=self.clock,
                author=WHO, station=station,
            )
        ]  # fmt: skip
        numbers, rows = [], 0
        for meaning, readings in parts:
            numbers.append(run + len(drafts))
            drafts.append(series(run, {"purpose": purpose, **meaning}, author=WHO, station=station))
            if readings:
                drafts.append(block_of(run, numbers[-1], rows, now, readings, station))
                rows += len(readings)
        if stop:
            drafts.append(run_stop(run, rows=rows, reason="finished", author=WHO, station=station))
        self._append(*drafts)
        return run, numbers

    def readings(self, task: Task, values: Sequence[float | str], *, every_s: float = 10.0, **how: Any) -> int:
        """A run of one series of the transfer standard at the first point."""
        meaning = {"role": "X", "point": "10V", "direction": "+"}
        return self.run(task, [(meaning, [(i * every_s, (value,)) for i, value in enumerate(values)])], **how)[0]

    def cycles(
        self,
        plan: Plan,
        point: Point,
        day: int,
        cycles: Sequence[int],
        truth: Truth,
        *,
        purpose: Purpose = "record",
        unit: str = "V",
    ) -> list[int]:
        """One run of whole cycles, a position every 30 s, its readings 2 s apart; returns the cycle entries."""
        parts, scale = [], 1.0 if unit == "V" else 1e3
        for cycle in cycles:
            for place, step in enumerate(plan.measurement.scheme.steps):
                begins = 30.0 * len(parts)
                times = [begins + 2.0 * i for i in range(plan.measurement.scheme.readings)]
                now = self.clock.ns / 1e9
                values = [scale * truth(step.role, step.direction, point.id, now + t) for t in times]
                parts.append(
                    (_meaning(step, point, day, cycle, place), [(t, (v,)) for t, v in zip(times, values, strict=True)])
                )
        channels = (Channel("dcv", "voltage", unit),)
        run, numbers = self.run("measurement", parts, purpose=purpose, channels=channels, station="measurement")
        self.clock.skip(30.0 * len(parts))
        steps = len(plan.measurement.scheme.steps)
        return [
            self.enter("cycle", Cycle(run, point.id, day, cycle, tuple(numbers[i * steps : (i + 1) * steps])))
            for i, cycle in enumerate(cycles)
        ]

    def room(self, seconds: float, air: Sequence[float] = FAIR, *, every_s: float = 60.0, **how: Any) -> int:
        """The room from now on for so long; the clock stays, so that cycles can be written into the same time."""
        times = np.arange(-every_s, seconds + every_s, every_s) + every_s
        return self.run(
            "environment",
            [({"role": "E"}, [(float(t), air) for t in times])],
            channels=AIR,
            station="measurement",
            **how,
        )[0]

    def measure(self, plan: Plan, truth: Truth, *, air: Sequence[float] = FAIR, days: Sequence[int] = ()) -> list[int]:
        """These days, or all, at all points, in a watched room; returns the cycle entries."""
        found = []
        for day in days or range(1, plan.measurement.days + 1):
            numbers = range(1, plan.measurement.cycles + 1)
            length = 30.0 * len(plan.measurement.scheme.steps) * len(numbers) * len(plan.points)
            self.room(length, air)
            for point in plan.points:
                found += self.cycles(plan, point, day, list(numbers), truth)
            self.clock.skip(20 * 3600.0)
        return found


def _meaning(step: Step, point: Point, day: int, cycle: int, place: int) -> dict[str, Any]:
    return msgspec.to_builtins(
        Series(
            run=0, role=step.role, artefact=step.role, measurand="voltage", operator=WHO, purpose="record",
            point=point.id, direction=step.direction, day=day, cycle=cycle, step=place,
        )
    )  # fmt: skip


def block_of(
    run: int, member: int, first: int, now: int, readings: Sequence[tuple[float, Sequence[float | str]]], station: str
) -> Draft:
    status = [";".join(v if isinstance(v, str) else "ok" for v in row) for _, row in readings]
    status = [words.split(";")[0] if len(set(words.split(";"))) == 1 else words for words in status]
    texts = [
        ["9.9E37" if isinstance(row[i], str) else repr(float(row[i])) for _, row in readings]
        for i in range(len(readings[0][1]))
    ]
    numbers = [[np.nan if isinstance(v, str) else float(v) for v in row] for _, row in readings]
    return block(
        run,
        member,
        first,
        t_ns=[now + round(t * 1e9) for t, _ in readings],
        status=status,
        texts=texts,
        raws=[",".join(row).encode() + b"\r\n" for row in zip(*texts, strict=True)],
        values=np.array(numbers),
        terminator=b"\r\n",
        author=WHO,
        station=station,
    )


def new_notebook(path: Path, clock: StillClock) -> tuple[Notebook, Writer]:
    """An empty notebook and a writer into it."""
    notebook = Notebook.create(path, clock=clock, author=WHO, key=NoteKey.generate("bench"), body={})
    return notebook, Writer(notebook.append, lambda: notebook.size, clock)


def quiet(plan: Plan, seed: int = 1, noise: float = 1e-7) -> Truth:
    """A bench without drift: S, X and zero as the example's, with offsets and a little noise from `seed`."""
    source = np.random.default_rng(seed)
    values = {("S", "10V"): 9.9999815, ("X", "10V"): 10.0000127, ("S", "1.018V"): 1.0179969, ("X", "1.018V"): 1.0180043}

    def truth(role: str, direction: str, point: str, _: float) -> float:
        sign = -1.0 if direction == "-" else 1.0
        return sign * values.get((role, point), 0.0) + 1e-7 + noise * float(source.standard_normal())

    return truth
