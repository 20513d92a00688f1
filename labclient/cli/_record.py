"""`labclient record`: one run of a station on the terminal, the cables moved by the person before it."""

from argparse import Namespace
from collections.abc import Callable
from typing import Literal

from labclient.cli._common import add_notebook, add_who, count, opened
from labclient.cli._enter import told_check
from labclient.cli._out import TASK_NAMES, line
from labclient.cli._output import ask_name
from labclient.cli._terminal import Display, TerminalHands, uninterrupted
from labclient.cli._verbs import Verbs
from labclient.errors import GateClosed, LinkTrouble, Refused, WrongUse
from labclient.participation import (
    Instrument,
    Participation,
    Place,
    Runs,
    SourcedHands,
    State,
    check_source,
    may_source,
    pick,
    source_named,
    sources,
    sourcing,
)
from labclient.words import Message, message, say

_TASKS = ("functional", "settling", "stability", "measurement")
_PRACTISED = ("stability", "measurement")
_STOPPED = 130


def add(verbs: Verbs) -> None:
    record = verbs.add("record", message("make a run of the present station, with its check"), _record)
    add_notebook(record)
    record.add_argument("--task", choices=_TASKS, required=True, help=say(message("which run")))
    told = message("day of the measurement; else the first one that is not complete")
    record.add_argument("--day", type=count, metavar="N", help=say(told))
    record.add_argument("--purpose", choices=("record", "trial", "diagnostic"), default="record",
                        help=say(message("declared before the start; a trial never becomes the record")))  # fmt: skip
    record.add_argument("--meter", metavar="ID", help=say(message("instrument that measures, from the bench register")))
    record.add_argument("--reading", metavar="NAME",
                        help=say(message("which reading of the meter; else the one in the register")))  # fmt: skip
    record.add_argument("--room", metavar="ID", help=say(message("instrument that watches the room")))
    told = message("source or controller that puts the points out, safe while cables are moved")
    record.add_argument("--source", metavar="ID", help=say(told))
    record.add_argument("--resume", action="store_true",
                        help=say(message("close an interrupted run and go on where cycles are missing")))  # fmt: skip
    add_who(record)


def _record(asked: Namespace) -> int:
    if asked.purpose != "record" and asked.task not in _PRACTISED:
        raise WrongUse(
            message("Only these runs can be tried: {tasks}.", tasks=", ".join(_PRACTISED)),
            message("The others are repeated for the record until they pass."),
        )
    with opened(asked) as participation:
        take_up(participation, asked)
        state = participation.state
        meter = pick(participation.home, asked.meter, "meter", state.plan).taking(asked.reading)
        room = pick(participation.home, asked.room, "room", state.plan) if asked.task == "measurement" else meter
        day = asked.day or first_day(state)
        if day > state.plan.measurement.days:
            raise WrongUse(message("The plan has {days} days.", days=state.plan.measurement.days))

        def work() -> int:
            with Display() as display:
                hands = TerminalHands(display, state.plan.measurement.scheme)
                if asked.source is not None:
                    return _sourced(participation, asked, display, hands, meter, room, day)
                runs = Runs(participation, meter=meter, room=room, hands=hands, observer=display, who=asked.who)
                return _make(runs, asked, day, display)

        return stopping_in_order(participation, asked.who, work)


def _sourced(
    participation: Participation, asked: Namespace, display: Display, hands: TerminalHands, meter: Instrument,
    room: Instrument, day: int,
) -> int:  # fmt: skip
    """The run with a source, which is safe whenever the run is not measuring."""
    home = participation.home
    id = source_named(home, asked.source)
    may_source(home, id)
    check_source(participation.state.plan, sources(home)[id])

    def confirm(question: Message) -> str:
        with display.paused():
            return ask_name(question)

    with sourcing(
        home, id, who=asked.who, clock=participation.clock, tell=display.tell, place=Place.of(participation)
    ) as output:
        output.open().result()
        sourced = SourcedHands(hands, display, output, confirm)
        runs = Runs(participation, meter=meter, room=room, hands=sourced, observer=sourced, who=asked.who)
        sourced.break_off = runs.break_off
        return _make(runs, asked, day, display)


def _make(runs: Runs, asked: Namespace, day: int, display: Display) -> int:
    if asked.task == "measurement":
        runs.measure(day, asked.purpose)
        display.tell(
            message("Day {day} is measured.", day=day) if asked.purpose == "record" else trial_told(asked.purpose)
        )
        return 0
    if asked.purpose != "record":
        runs.practise_stability(asked.purpose)
        display.tell(trial_told(asked.purpose))
        return 0
    made = {"functional": runs.functional, "settling": runs.settle, "stability": runs.stability}[asked.task]()
    return told_check(made)


def trial_told(purpose: Literal["trial", "diagnostic"]) -> Message:
    return message("Recorded as {purpose}: it counts for nothing and is never promoted.", purpose=purpose)


def take_up(participation: Participation, asked: Namespace) -> None:
    """What a crash left open is closed when the person says so; else it is named. Raises `GateClosed`."""
    left = participation.state.open_runs
    if left and not asked.resume:
        run = left[0]
        raise GateClosed(
            message("Run {run} ({task}) was interrupted: {rows} replies are in the record.", run=run.seq,
                    task=TASK_NAMES[run.task], rows=participation.recorder.rows(run.seq)),
            message("Give --resume to close it and go on where something is missing."),
        )  # fmt: skip
    for run in left:
        participation.close_run(run.seq, "interrupted; closed to go on in a new run", asked.who)
        line(message("Run {run} ({task}) was interrupted and is closed; its readings stay.", run=run.seq,
                     task=TASK_NAMES[run.task]))  # fmt: skip


def stopping_in_order(participation: Participation, who: str, work: Callable[[], int]) -> int:
    """Do the work of a run; Ctrl-C and trouble end what is open in the record. Returns the exit code."""
    try:
        return work()
    except KeyboardInterrupt:
        with uninterrupted():
            _stop_runs(participation, "stopped by the operator", who)
            line(message("Stopped in order. What was recorded stays; the same command goes on."))
        return _STOPPED
    except (LinkTrouble, WrongUse, Refused) as trouble:
        _stop_runs(participation, say(trouble.sentence, "en"), who)
        raise


def _stop_runs(participation: Participation, reason: str, who: str) -> None:
    """End in order whatever run is open."""
    for run in participation.state.open_runs:
        participation.close_run(run.seq, reason[:400], who)


def first_day(state: State) -> int:
    """The first day of the measurement that is not complete, or the last one."""
    rule, counted = state.plan.measurement, state.counted
    for day in range(1, rule.days + 1):
        for point in state.plan.points:
            if any((point.id, day, cycle) not in counted for cycle in range(1, rule.cycles + 1)):
                return day
    return rule.days
