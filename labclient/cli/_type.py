"""`labclient type`: a run whose instrument the person at the terminal reads, or read before and wrote on paper."""

import sys
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from labclient.acquisition import Question, Transcribed
from labclient.cli._common import add_notebook, add_who, count, moment, opened, written
from labclient.cli._enter import told_check
from labclient.cli._out import TASK_NAMES, line
from labclient.cli._record import first_day, stopping_in_order, take_up, trial_told
from labclient.cli._terminal import Display, TerminalHands
from labclient.cli._verbs import Verbs
from labclient.errors import WrongUse
from labclient.participation import Participation, TypedRuns, pick, registered
from labclient.words import Message, message, say

_TASKS = ("functional", "settling", "stability", "measurement", "environment")
_PRACTISED = ("stability", "measurement", "environment")
_MOST_LINE = 1000


def add(verbs: Verbs) -> None:
    type_ = verbs.add(
        "type", message("make a run with an instrument that a person reads: the readings are typed"), _type
    )
    add_notebook(type_)
    type_.add_argument("--task", choices=_TASKS, required=True, help=say(message("which run")))
    told = message("instrument that is read, from the bench register")
    type_.add_argument("--instrument", type=written, required=True, metavar="ID", help=say(told))
    told = message("unit of what it shows, when it is not the plan's")
    type_.add_argument("--unit", type=written, metavar="UNIT", help=say(told))
    told = message("step of the last digit that is read, in that unit")
    type_.add_argument("--resolution", type=written, metavar="NUMBER", help=say(told))
    told = message("how many readings of the room; only for its task")
    type_.add_argument("--count", type=count, metavar="N", help=say(told))
    told = message("day of the measurement; else the first one that is not complete")
    type_.add_argument("--day", type=count, metavar="N", help=say(told))
    type_.add_argument("--purpose", choices=("record", "trial", "diagnostic"), default="record",
                       help=say(message("declared before the start; a trial never becomes the record")))  # fmt: skip
    told = message("second person who reads too, where the plan wants one")
    type_.add_argument("--second", type=written, metavar="ID", help=say(told))
    type_.add_argument("--room", metavar="ID", help=say(message("instrument that watches the room meanwhile")))
    told = message("late transcription: scan of the paper, which is kept")
    type_.add_argument("--paper", type=Path, metavar="FILE", help=say(told))
    told = message("late transcription: when the readings on paper begin, with the zone")
    type_.add_argument("--observed", type=moment_with_zone, metavar="TIME", help=say(told))
    type_.add_argument("--resume", action="store_true",
                       help=say(message("close an interrupted run and go on where cycles are missing")))  # fmt: skip
    add_who(type_)


def moment_with_zone(text: str) -> datetime:
    """A moment in the zone that it names, for times of day in the same zone."""
    moment(text)
    return datetime.fromisoformat(text)


class TerminalTypist:
    """The person at the terminal types; an end of input breaks off."""

    def __init__(self, display: Display) -> None:
        self._display = display

    def ask(self, question: Question) -> str:
        with self._display.paused():
            sys.stdout.write(say(question.sentence))
            sys.stdout.flush()
            try:
                typed = sys.stdin.readline(_MOST_LINE)
            except UnicodeDecodeError as error:
                raise WrongUse(message("What was typed has bytes that are no characters.")) from error
        if not typed:
            raise WrongUse(
                message("Nobody types any more: the run is stopped."),
                message("What was typed is in the record; the same command goes on where something is missing."),
            )
        return typed.rstrip("\r\n")

    def tell(self, sentence: Message) -> None:
        with self._display.paused():
            line(sentence)

    kept = tell


def _type(asked: Namespace) -> int:
    if (asked.paper is None) != (asked.observed is None):
        raise WrongUse(message("Late transcription needs both the scan, --paper, and when it begins, --observed."))
    if (asked.task == "environment") != (asked.count is not None):
        raise WrongUse(message("--count goes with --task environment, and only with it."))
    if asked.purpose != "record" and asked.task not in _PRACTISED:
        raise WrongUse(
            message("Only these runs can be tried: {tasks}.", tasks=", ".join(_PRACTISED)),
            message("The others are repeated for the record until they pass."),
        )
    with opened(asked) as participation:
        take_up(participation, asked)

        def work() -> int:
            with Display() as display:
                return _make(_runs(participation, asked, display), participation, asked, display)

        return stopping_in_order(participation, asked.who, work)


def _runs(participation: Participation, asked: Namespace, display: Display) -> TypedRuns:
    room = pick(participation.home, asked.room, "room", participation.state.plan) if asked.room else None
    return TypedRuns(
        participation,
        instrument=registered(participation.home, asked.instrument),
        typist=TerminalTypist(display),
        hands=TerminalHands(display, participation.state.plan.measurement.scheme),
        observer=display,
        who=asked.who,
        unit=asked.unit or "",
        resolution=asked.resolution or "",
        room=room,
        second=asked.second or "",
        transcribed=Transcribed(asked.observed, asked.paper) if asked.paper else None,
    )


def _make(runs: TypedRuns, participation: Participation, asked: Namespace, display: Display) -> int:
    if asked.task == "measurement":
        days = participation.state.plan.measurement.days
        day = asked.day or first_day(participation.state)
        if day > days:
            raise WrongUse(message("The plan has {days} days.", days=days))
        runs.measure(day, asked.purpose)
        done = message("Day {day} is measured.", day=day)
    elif asked.task == "environment":
        runs.environment(asked.count, asked.purpose)
        done = message("Recorded: {task}.", task=TASK_NAMES["environment"])
    elif asked.purpose != "record":
        runs.practise_stability(asked.purpose)
        done = message("Recorded: {task}.", task=TASK_NAMES["stability"])
    else:
        return told_check(
            {"functional": runs.functional, "settling": runs.settle, "stability": runs.stability}[asked.task]()
        )
    display.tell(done if asked.purpose == "record" else trial_told(asked.purpose))
    return 0
