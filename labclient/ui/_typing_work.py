"""What is done about readings by hand, at the desk: the register looked into, and the run made line by line."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from labclient.acquisition import Question, Transcribed
from labclient.errors import WrongUse
from labclient.evaluation import Check
from labclient.instruments import BenchInstrument, load_bench
from labclient.notebook import Task
from labclient.participation import (
    Participation,
    State,
    TypedRuns,
    bench_instrument,
    judge_by_hand,
    known_drivers,
    registered,
)
from labclient.plan import Point, Step
from labclient.ui._desk import Desk, connection
from labclient.ui._view import next_day
from labclient.words import Message, message

CONNECT = "connect"


class Register(Struct, frozen=True):
    """The instruments of this PC, and which of them can watch a room by themselves."""

    instruments: tuple[BenchInstrument, ...]
    watching: tuple[BenchInstrument, ...]


class Setting(Struct, frozen=True, kw_only=True):
    """How readings are typed: of which instrument, in which unit and steps, who reads too, from which paper."""

    task: Task
    instrument: str
    unit: str = ""
    resolution: str = ""
    count: int = 1
    second: str = ""
    room: str = ""
    scan: str = ""
    began: str = ""


def register_of(participation: Participation) -> Register:
    """What the bench of this PC has for a person who reads. A room is watched by what reads all the plan limits."""
    bench, drivers = load_bench(participation.home.bench), known_drivers(participation.home)
    wanted = {one.quantity for one in participation.state.plan.environment.limits}

    def watches(one: BenchInstrument) -> bool:
        driver = drivers.get(one.driver)
        readings = driver.readings.values() if driver else ()
        return any(wanted <= {channel.quantity for channel in reading.channel} for reading in readings)

    return Register(bench.instrument, tuple(one for one in bench.instrument if wanted and watches(one)))


def read_last(state: State, register: Register) -> str:
    """The instrument that was read last by hand, else the only one there is; "" when that is not clear."""
    typed = [run.instrument for run in state.runs.values() if run.origin]
    for one in register.instruments:
        if typed and one.serial and one.serial in typed[-1].split():
            return one.id
    return register.instruments[0].id if len(register.instruments) == 1 else ""


def typing(desk: Desk, setting: Setting) -> Callable[[Participation], object]:
    """Make the run with what somebody types. Raises as the run does."""

    def work(participation: Participation) -> object:
        line = _Line(desk)
        runs = TypedRuns(
            participation,
            instrument=registered(participation.home, setting.instrument),
            typist=line,
            hands=line,
            observer=desk,
            who=desk.who,
            unit=setting.unit,
            resolution=setting.resolution,
            room=bench_instrument(participation.home, setting.room) if setting.room else None,
            second=setting.second,
            transcribed=_paper(setting),
        )
        desk.runs = runs
        if desk.closing:
            runs.break_off()
        try:
            return _made(runs, participation, setting)
        finally:
            desk.runs = None

    return work


def _made(runs: TypedRuns, participation: Participation, setting: Setting) -> Check | None:
    match setting.task:
        case "functional":
            return runs.functional()
        case "settling":
            return runs.settle()
        case "stability":
            return runs.stability()
        case "measurement":
            day = next_day(participation.state)
            if day is not None:
                runs.measure(day)
            judge_by_hand(participation, "measurement", -1)
        case "environment":
            judge_by_hand(participation, "environment", runs.environment(setting.count))
    return None


def _paper(setting: Setting) -> Transcribed | None:
    if not setting.scan:
        return None
    try:
        began = datetime.fromisoformat(setting.began)
    except ValueError:
        began = None
    if began is None or began.tzinfo is None:
        raise WrongUse(
            message("“{text}” is no time.", text=setting.began),
            message("Say when the readings on paper begin: 2026-03-02 08:05"),
        )
    return Transcribed(began, Path(setting.scan))


class _Line:
    """Typist and hands of a run: the window asks, one line at a time. The same connection is asked for once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._now: tuple[str, str, str] | None = None

    def ask(self, question: Question) -> str:
        return self._desk.ask(question.kind, question.sentence, question.unit)

    def tell(self, sentence: Message) -> None:
        self._desk.warned.emit(sentence)

    def kept(self, sentence: Message) -> None:
        self._desk.tell(sentence)

    def connect(self, step: Step, point: Point) -> None:
        wanted = (step.role, point.id, step.approach or step.direction)
        if wanted != self._now:
            self._desk.want(step, point)
            self._desk.ask(CONNECT, connection(step, point))
            self._now = wanted
