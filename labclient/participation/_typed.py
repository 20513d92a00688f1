"""Runs whose instrument a person reads: the same tasks, gates and checks, with readings typed instead of polled."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from labclient.acquisition import ByHand, Series, Source, Transcribed, Typist
from labclient.errors import WrongUse
from labclient.evaluation import Check, settled
from labclient.instruments import BenchInstrument, Registration
from labclient.metrology import Verdict
from labclient.notebook import Channel, Purpose, Task
from labclient.participation._by_hand import snapshot
from labclient.participation._facade import Participation
from labclient.participation._instruments import Instrument
from labclient.participation._runs import Hands, Observer, Runs, seconds
from labclient.plan import Plan, Point, Step
from labclient.stations import may_run_by_hand, may_use
from labclient.units import QUANTITIES, number, unit
from labclient.words import message


class TypedRuns(Runs):
    """Makes the runs of a participation with `instrument`, which `who` reads. The unit is `unit`, else the plan's;
    `resolution` the step of the last digit in it, "" when unknown. A `room` instrument may watch the air meanwhile.

    `transcribed` readings were written on paper before: nobody connects anything, nothing is waited for, and each
    reading is asked with its time. Raises `WrongUse` for a unit of another quantity.
    """

    def __init__(
        self,
        participation: Participation,
        *,
        instrument: BenchInstrument,
        typist: Typist,
        hands: Hands,
        observer: Observer,
        who: str,
        unit: str = "",
        resolution: str = "",
        room: Instrument | None = None,
        second: str = "",
        transcribed: Transcribed | None = None,
    ) -> None:
        super().__init__(
            participation, meter=None, room=room, hands=_Nobody() if transcribed else hands, observer=observer, who=who
        )
        self._instrument = instrument
        self._typist = typist
        self._unit = _unit(participation.state.plan, unit)
        self._resolution = resolution and _positive(resolution)
        self._second = second
        self._transcribed = transcribed

    def settle(self) -> Check:
        """Warm up: readings are asked for until the standard has settled, or the plan's longest time is over."""
        rule, point, step = self._plan.warm_up, self._plan.points[0], Step("X")
        self._hands.connect(step, point)
        with self._measuring(point, "settling", "record") as source:
            while True:
                source.take(self._series(source.run, step, point, "record"), 1).result()
                self._go_on()
                state = settled(self._p.record, self._plan, source.run)
                self._observer.progress("settling", round(state.time_s), round(seconds(rule.minimum)))
                if state.verdict is Verdict.PASS or state.time_s >= seconds(rule.longest):
                    break
        return self._p.judge("settling", source.run)

    def measure(self, day: int, purpose: Purpose = "record") -> None:
        """Measure the missing cycles of one day at all points; the room is watched if an instrument does."""
        may_run_by_hand(self._p.state, "typed", "measurement", purpose)
        if self._room is not None:
            super().measure(day, purpose)
            return
        self._may_use_standard(purpose)
        self._measure_all(day, purpose)

    def environment(self, count: int, purpose: Purpose = "record") -> int:
        """`count` readings of everything that the plan limits in the room; returns the run."""
        limits = self._plan.environment.limits
        if not limits:
            raise WrongUse(message("The plan limits nothing in the room."))
        channels = [Channel(one.quantity, one.quantity, one.unit) for one in limits]
        with self._typed(channels, "environment", purpose) as source:
            meaning = Series(run=source.run, role="E", artefact=self._instrument.id, measurand="environment",
                             operator=self._who, purpose=purpose)  # fmt: skip
            source.take(meaning, count).result()
            self._go_on()
        return source.run

    def _wait(self, seconds: float) -> None:
        if self._transcribed is None:
            super()._wait(seconds)

    def _measuring(
        self,
        point: Point,  # noqa: ARG002 - its settings are set by hand
        task: Task,
        purpose: Purpose,
    ) -> AbstractContextManager[Source | ByHand]:
        return self._typed([Channel("reading", self._plan.quantity, self._unit, self._resolution)], task, purpose)

    @contextmanager
    def _typed(self, channels: list[Channel], task: Task, purpose: Purpose) -> Iterator[ByHand]:
        may_run_by_hand(self._p.state, "typed", task, purpose)
        today = self._p.clock.utc().astimezone().date()
        if purpose == "record":
            may_use(self._p.state, Registration(self._instrument).concerns(today))
        source = ByHand(
            channels,
            snapshot(self._p.home, self._instrument, today),
            self._typist,
            self._p.recorder,
            self._p.clock,
            author=self._who,
            station=self._p.state.station or "",
            confirmation=self._plan.by_hand.confirmation,
            second=self._second,
            transcribed=self._transcribed,
        )
        with self._running(source, task, purpose):
            yield source


class _Nobody:
    """What was written on paper was connected then."""

    def connect(self, step: Step, point: Point) -> None:
        pass


def _unit(plan: Plan, asked: str) -> str:
    """The symbol of the unit asked for, else the plan's."""
    found = unit(asked or plan.unit)
    if found.quantity != plan.quantity:
        raise WrongUse(
            message("“{unit}” is not a unit of {quantity}.", unit=asked, quantity=QUANTITIES[plan.quantity]),
            message("The plan's unit is {unit}.", unit=plan.unit),
        )
    return found.symbol


def _positive(text: str) -> str:
    """The step of a last digit, as given."""
    if not number(text) > 0:
        raise WrongUse(message("The step of the last digit is above zero, not {text}.", text=text))
    return text
