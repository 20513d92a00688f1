"""Runs between entries: each takes instruments, records under the gate of its station, and lets its check be made.

Cables are moved by a person: `Hands.connect` asks for it and returns when it is done. What a run does next follows from
the plan and the record alone, so a run that was broken off is simply begun again and goes on where cycles are missing.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import ceil
from threading import Event
from typing import Literal, Protocol

import msgspec

from labclient.acquisition import ByHand, Cycle, Keeper, Series, Source, kept_awake
from labclient.errors import BrokenOff, DiskFull
from labclient.evaluation import Check, settled
from labclient.instruments import Concern, Device, Registration, load_bench
from labclient.metrology import Verdict
from labclient.notebook import Purpose, Task
from labclient.participation._facade import PROGRAM, Participation
from labclient.participation._instruments import Instrument, concerns_of
from labclient.plan import Measurement, Plan, Point, Quantity, Step, Visit, passage, together
from labclient.stations import Note, may_run, may_use
from labclient.units import convert
from labclient.words import Message, message, say

_LOOK_S = 1.0  # real seconds between looks at the record


class Hands(Protocol):
    """Who connects what to the meter."""

    def connect(self, step: Step, point: Point) -> None:
        """Return when the artefact of `step` is connected at `point`, in its direction, or the point is reached from
        the side of `step.approach`; a Trouble breaks off."""


class Observer(Protocol):
    """Who is told how a run goes; called from several threads."""

    def tell(self, sentence: Message) -> None:
        """One sentence a change of state."""

    def progress(self, task: Task, done: int, total: int) -> None:
        """How far a task is, in its own units."""


class Runs:
    """Makes the runs of a participation on one bench for `who`: `meter` measures, `room` watches the air.
    None stands where a person reads instead (`TypedRuns`). `keeper` keeps the PC awake meanwhile."""

    def __init__(
        self,
        participation: Participation,
        *,
        meter: Instrument | None,
        room: Instrument | None,
        hands: Hands,
        observer: Observer,
        who: str,
        keeper: Keeper = kept_awake,
    ) -> None:
        self._p = participation
        self._meter = meter
        self._room = room
        self._hands = hands
        self._observer = observer
        self._who = who
        self._keeper = keeper
        self._told: set[str] = set()
        self._broken_off = Event()
        self._at_work: list[Source | ByHand] = []

    def break_off(self) -> None:
        """End what is under way after the reading it is at, from any thread. The run is stopped in order, no cycle and
        no check is made of it, and whoever waits for it gets `BrokenOff`."""
        self._broken_off.set()
        for source in tuple(self._at_work):
            source.halt()

    @property
    def _plan(self) -> Plan:
        return self._p.state.plan

    def functional(self) -> Check:
        """The functional check at arrival: a few readings of the transfer standard."""
        run = self._readings("functional", "diagnostic", self._plan.arrival.functional_readings)
        return self._p.judge("functional", run)

    def stability(self) -> Check:
        """The plan's number of readings at the first point, and the judgement of their stability."""
        run = self._readings("stability", "record", self._plan.stability.readings)
        return self._p.judge("stability", run)

    def practise_stability(self, purpose: Literal["trial", "diagnostic"]) -> int:
        """The readings of a stability run that is not for the record; no check is ever made of it. Returns the run."""
        return self._readings("stability", purpose, self._plan.stability.readings)

    def settle(self) -> Check:
        """Warm up: read until the standard has settled, at the longest as the plan allows; then judge."""
        point, step = self._plan.points[0], Step("X")
        may_run(self._p.state, "settling")
        self._hands.connect(step, point)
        with self._source(self._meter, point, "settling", "record") as source:
            while not self._warm(source, self._series(source.run, step, point, "record")):
                source.go_on()
        return self._p.judge("settling", source.run)

    def _warm(self, source: Source, meaning: Series) -> bool:
        """Read until the warm-up is over. Whether it still is with the readings that came while it was ended: after a
        PC stood still they may say less than before."""
        rule = self._plan.warm_up
        watching = source.watch(meaning, seconds(rule.interval))
        seen = self._p.recorder.committed
        while not (watching.done() or self._broken_off.is_set()):
            seen = self._p.recorder.wait_beyond(seen, _LOOK_S)
            over, time_s = self._warmth(source.run)
            self._observer.progress("settling", round(time_s), round(seconds(rule.minimum)))
            if over:
                break
        source.halt()
        watching.result()
        self._go_on()
        self._p.recorder.sync()
        return self._warmth(source.run)[0]

    def _warmth(self, run: int) -> tuple[bool, float]:
        """Whether the warm-up is over by what is recorded, and how many seconds it has lasted."""
        state = settled(self._p.record, self._plan, run)
        passed, longest = state.verdict is Verdict.PASS, seconds(self._plan.warm_up.longest)
        return passed or state.time_s >= longest, state.time_s

    def measure(self, day: int, purpose: Purpose = "record") -> None:
        """Measure the missing cycles of one day at all points, with the environment watched throughout."""
        may_run(self._p.state, "measurement")
        self._may_use_standard(purpose)
        with self._source(self._room, None, "environment", purpose) as room:
            watching = room.watch(self._air(room.run, purpose), seconds(self._plan.environment.interval))
            self._measure_all(day, purpose)
            room.halt()
            watching.result()

    def _measure_all(self, day: int, purpose: Purpose) -> None:
        """The missing cycles of a day, point by point or in series through all of them."""
        for points in together(self._plan):
            self._measure_points(day, points, purpose)

    def _measure_points(self, day: int, points: tuple[Point, ...], purpose: Purpose) -> None:
        """The missing cycles at points that are measured in one go. A series is gone through whole where one of its
        points is missing; only what is missing becomes a cycle."""
        rule, counted = self._plan.measurement, self._p.state.counted
        numbers = range(1, rule.cycles + 1)
        wanted = [n for n in numbers if any((point.id, day, n) not in counted for point in points)]
        if not wanted:
            return
        with self._measuring(points[0], "measurement", purpose) as source:
            for cycle in wanted:
                if _begins_set_up(rule, cycle):
                    self._observer.tell(message("A new set-up: undo every connection and make it anew."))
                taken: dict[str, list[int]] = {point.id: [] for point in points}
                for visit in passage(rule.scheme, points):
                    number = self._step(source, visit, day=day, cycle=cycle, purpose=purpose)
                    taken[visit.point.id].append(number)
                if purpose == "record":
                    self._enter_cycles(source.run, day, cycle, taken)
                done = sum(key[0] in taken and key[1] == day for key in self._p.state.counted) // len(points)
                self._observer.progress("measurement", done, rule.cycles)

    def _enter_cycles(self, run: int, day: int, cycle: int, taken: dict[str, list[int]]) -> None:
        for point, series in taken.items():
            if (point, day, cycle) not in self._p.state.counted:
                self._p.enter_outcome("cycle", Cycle(run, point, day, cycle, tuple(series)), PROGRAM)

    def _step(self, source: Source | ByHand, visit: Visit, *, day: int, cycle: int, purpose: Purpose) -> int:
        scheme, step, point = self._plan.measurement.scheme, visit.step, visit.point
        self._hands.connect(step, point)
        self._wait(seconds(scheme.wait))
        self._go_on()
        meaning = msgspec.structs.replace(
            self._series(source.run, step, point, purpose),
            day=day,
            cycle=cycle,
            step=visit.place,
            setup=(cycle - 1) // (self._plan.measurement.cycles_per_set_up or self._plan.measurement.cycles) + 1,
        )
        taken = source.take(meaning, scheme.readings).result()
        self._go_on()  # broken off, the series may be short
        return taken

    def _wait(self, seconds: float) -> None:
        """Let the connection settle."""
        self._p.clock.wait(self._broken_off, seconds)

    def _measuring(self, point: Point, task: Task, purpose: Purpose) -> AbstractContextManager[Source | ByHand]:
        """What measures at a point, with its run open."""
        return self._source(self._meter, point, task, purpose)

    def _readings(self, task: Task, purpose: Purpose, count: int) -> int:
        """One run of `count` readings of the transfer standard at the first point."""
        point, step = self._plan.points[0], Step("X")
        may_run(self._p.state, task)
        self._hands.connect(step, point)
        with self._measuring(point, task, purpose) as source:
            source.take(self._series(source.run, step, point, purpose), count).result()
            self._go_on()
        return source.run

    def _go_on(self) -> None:
        """Raise `BrokenOff` when somebody has broken off."""
        if self._broken_off.is_set():
            raise BrokenOff(message("The run was broken off."), message("Start it again: it goes on where it was."))

    @contextmanager
    def _source(
        self, instrument: Instrument | None, point: Point | None, task: Task, purpose: Purpose
    ) -> Iterator[Source]:
        """An instrument with its run open."""
        if instrument is None:
            raise ValueError("no instrument")
        may_run(self._p.state, task)
        device = instrument.device(point.settings if point else {}, self._p.clock)
        if purpose == "record":
            self._may_use(device)
        source = Source(
            device,
            instrument.reading,
            self._p.recorder,
            self._p.clock,
            self._observer.tell,
            author=self._who,
            station=self._p.state.station or "",
        )
        with self._running(source, task, purpose):
            for concern in concerns_of(device):
                self._tell_once(concern)
            yield source

    def _may_use(self, device: Device) -> None:
        """Raise `GateClosed` when the plan lets no run for the record be made with this instrument as it is. It is
        asked who it is only where the plan wants to know its firmware."""
        if self._plan.instruments.changed == "block":
            device.identify()
        may_use(self._p.state, concerns_of(device))

    def _may_use_standard(self, purpose: Purpose) -> None:
        """The laboratory's standard, where the register knows it: what speaks against it is told and noted, or blocks
        the run."""
        standard = self._p.state.standard
        serial = standard.serial if standard is not None else ""
        bench = load_bench(self._p.home.bench)
        for one in bench.instrument if serial else ():
            if one.serial == serial:
                concerns = Registration(one).concerns(self._p.clock.utc().astimezone().date())
                if purpose == "record":
                    may_use(self._p.state, concerns)
                for concern in concerns:
                    self._note(concern.sentence)

    def _tell_once(self, concern: Concern) -> None:
        if concern.key not in self._told:
            self._told.add(concern.key)
            self._observer.tell(concern.sentence)

    def _note(self, sentence: Message) -> None:
        """Tell it and keep it in the record."""
        self._observer.tell(sentence)
        self._p.enter_outcome("note", Note(say(sentence, "en")), PROGRAM)

    def _kept_awake(self) -> AbstractContextManager[None]:
        """Keeps the PC awake; only the outermost run asks for it, and none that is simulated."""
        if self._at_work or self._p.state.simulated:
            return nullcontext()
        return self._keeper(self._note)

    @contextmanager
    def _running(self, source: Source | ByHand, task: Task, purpose: Purpose) -> Iterator[None]:
        """The source's run is stopped in order, or left open in the record when something breaks."""
        space = self._p.recorder.space
        space.may_start(planned_readings(self._plan, task))
        with self._kept_awake(), source, space.telling(self._observer.tell):
            self._at_work.append(source)
            try:
                source.start(task, purpose)
                self._go_on()
                yield
            except BrokenOff:
                source.stop("broken off")
                raise
            except DiskFull:
                source.stop("disk nearly full")
                raise
            finally:
                self._at_work.remove(source)
            source.stop("finished")

    def _series(self, run: int, step: Step, point: Point, purpose: Purpose) -> Series:
        return Series(
            run=run,
            role=step.role,
            artefact=self._artefact(step),
            measurand=self._plan.quantity,
            operator=self._who,
            purpose=purpose,
            point=point.id,
            direction=step.direction,
            parameters={"approach": step.approach} if step.approach else {},
        )

    def _air(self, run: int, purpose: Purpose) -> Series:
        return Series(
            run=run,
            role="E",
            artefact=self._room.id if self._room else "",
            measurand="environment",
            operator=self._who,
            purpose=purpose,
        )

    def _artefact(self, step: Step) -> str:
        """The serial number of what a step connects."""
        if step.role == "X":
            return self._plan.transfer_standard.serial
        standard = self._p.state.standard
        return standard.serial if step.role == "S" and standard else step.role


def _begins_set_up(rule: Measurement, cycle: int) -> bool:
    return rule.cycles_per_set_up is not None and (cycle - 1) % rule.cycles_per_set_up == 0


def planned_readings(plan: Plan, task: Task) -> int:
    """How many readings a run of this task may take by the plan; one day at all points for a measurement, which the
    watch of the environment goes with."""
    match task:
        case "functional":
            return plan.arrival.functional_readings
        case "stability":
            return plan.stability.readings
        case "settling":
            return ceil(seconds(plan.warm_up.longest) / seconds(plan.warm_up.interval))
        case _:
            scheme = plan.measurement.scheme
            return len(plan.points) * plan.measurement.cycles * len(scheme.steps) * scheme.readings


def seconds(quantity: Quantity) -> float:
    return convert(float(quantity.value), quantity.unit, "s")
