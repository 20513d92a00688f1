"""`labclient instruments output`: put something out by a source or controller of the register, and make it safe."""

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from select import select
from threading import Event

from labclient.acquisition import Bounds, Output, amount
from labclient.cli._common import add_json, written
from labclient.cli._out import as_json, line, trouble
from labclient.cli._verbs import Verbs
from labclient.clock import SystemClock
from labclient.errors import GateClosed, WrongUse
from labclient.home import Home, this_pc
from labclient.instruments import LeftOn, watch
from labclient.participation import (
    Participation,
    Place,
    bounds_of,
    entry_of,
    left_outputs,
    left_told,
    limit_output,
    may_source,
    secure_left,
    source_named,
    sources,
    sourcing,
)
from labclient.units import number
from labclient.words import Message, message, say

_LOOK_S = 0.2
_DOES = ("show", "set", "off", "limit")


def add(instruments: Verbs) -> None:
    output = instruments.add(
        "output", message("what a source or controller puts out: show, set VALUE UNIT, off, limit VALUE UNIT"), _run
    )
    output.add_argument("thing", metavar="ID", help=say(message("id or address of a source in the register")))
    output.add_argument("do", choices=_DOES, metavar="VERB", help=", ".join(_DOES))
    output.add_argument("amount", nargs="*", metavar="VALUE UNIT", help=say(message("such as: 10 V")))
    output.add_argument("--who", type=written, default="-", metavar="ID", help=say(message("who does this")))
    told = message("name of the person at the bench who confirms a dangerous value; else it is asked for")
    output.add_argument("--confirmed-by", type=written, metavar="NAME", help=say(told))
    told = message("how long it stays on; else until Enter is pressed")
    output.add_argument("--for", type=_seconds, dest="seconds", metavar="SECONDS", help=say(told))
    told = message("record into this participation, whose plan's limit holds then")
    output.add_argument("--notebook", type=Path, metavar="NOTEBOOK", help=say(told))
    output.add_argument("--into", type=Path, metavar="NOTEBOOK", help=say(message("the diagnostic notebook to make")))
    add_json(output)
    watchdog = instruments.add(
        "watch-output", message("the watchdog of an output; the program starts it by itself"), _watch
    )
    watchdog.add_argument("file", type=Path, metavar="FILE")


def _run(asked: Namespace) -> int:
    home = this_pc()
    if asked.do in {"set", "limit"} and len(asked.amount) != 2:
        raise WrongUse(message("Give the value and its unit."), message("Such as: {example}", example="set 10 V"))
    if asked.do in {"show", "off"} and asked.amount:
        raise WrongUse(message("“{verb}” takes no value.", verb=asked.do))
    id = source_named(home, asked.thing)
    if asked.do == "limit":
        entered = limit_output(home, id, " ".join(asked.amount))
        line(message("{id} may put out at most {limit} at this bench.", id=id, limit=entered.greatest))
        return 0
    return {"show": _show, "set": _set, "off": _off}[asked.do](asked, home, id)


def _set(asked: Namespace, home: Home, id: str) -> int:
    may_source(home, id)
    with _place(asked, home) as place:
        plan = place.plan if place is not None else None
        bounds = bounds_of(entry_of(home, id), sources(home)[id], plan)
        value = amount(asked.amount[0], asked.amount[1], bounds.unit)
        bounds.allow(value)
        name = asked.confirmed_by or _confirmed(value, bounds)
        with _session(asked, home, id, place) as output:
            found = output.open().result()
            if found.stand == "found on":
                raise GateClosed(found.sentence or message("It is on."), message("`off` makes it safe."))
            try:
                told = output.set(value, name).result()
                line(message("ON: {value} {unit}, settled.", value=told.value, unit=output.unit))
                _stay(asked.seconds, output)
            except KeyboardInterrupt:
                output.safe("halted").result()
        line(message("The output of {id} is safe, by its own word.", id=id))
    return 0


def _off(asked: Namespace, home: Home, id: str) -> int:
    with _place(asked, home) as place:
        lefts = _left(home, id)
        for left in lefts:
            secure_left(home, left, place)
        if not lefts:
            with _session(asked, home, id, place) as output:
                output.safe().result()
    line(message("The output of {id} is safe, by its own word.", id=id))
    return 0


def _show(asked: Namespace, home: Home, id: str) -> int:
    with _place(asked, home) as place, _session(asked, home, id, place) as output:
        standing, bounds = output.open().result(), output.bounds
    least, lefts = bounds.least, _left(home, id)
    if asked.json:
        as_json({
            "id": id, "stand": standing.stand, "value": standing.value, "unit": bounds.unit,
            "limit": str(least.amount) if least else None, "missing": [say(one) for one in bounds.missing],
            "confirm_above": None if bounds.confirm_above is None else str(bounds.confirm_above),
            "left_on": [say(left_told(one)) for one in lefts],
        })  # fmt: skip
        return 0
    line(message("{id} is on: {value}", id=id, value=standing.value) if standing.stand == "found on"
         else message("{id} is off.", id=id))  # fmt: skip
    if least is not None:
        line(message("At most {limit} {unit}: {whose}", limit=least.amount, unit=bounds.unit, whose=least.whose))
    for missing in bounds.missing:
        line(missing)
    line(message("A person confirms by name above {value} {unit}: {because}", value=bounds.confirm_above,
                 unit=bounds.unit, because=bounds.because)
         if bounds.confirm_above is not None else message("A person confirms every value by name."))  # fmt: skip
    for left in lefts:
        line(left_told(left))
    return 0


def _watch(asked: Namespace) -> int:
    watch(asked.file)
    return 0


@contextmanager
def _place(asked: Namespace, home: Home) -> Iterator[Place | None]:
    if asked.notebook is None:
        yield None
        return
    with Participation.open(asked.notebook, clock=SystemClock(), home=home) as participation:
        yield Place.of(participation)


@contextmanager
def _session(asked: Namespace, home: Home, id: str, place: Place | None) -> Iterator[Output]:
    with sourcing(
        home, id, who=asked.who, clock=SystemClock(), tell=lambda one: trouble(say(one)), place=place,
        into=asked.into,
    ) as output:  # fmt: skip
        yield output


def _left(home: Home, id: str) -> list[LeftOn]:
    address = entry_of(home, id).address
    return [left for left in left_outputs(home) if left.orders.address == address]


def _confirmed(value: Decimal, bounds: Bounds) -> str:
    """The name of whoever confirms at the terminal; empty where none is needed."""
    if not bounds.needs_name(value):
        return ""
    question = message("{value} {unit} is about to be put out: {because}.", value=value, unit=bounds.unit,
                       because=bounds.because)  # fmt: skip
    return ask_name(question)


def ask_name(question: Message) -> str:
    """The name that a person at the bench types to confirm. Raises `GateClosed` when nobody does."""
    line(question)
    line(message("A person at the bench looks at the connections and types the name to confirm; empty stops:"))
    sys.stdout.flush()
    name = sys.stdin.readline().strip()
    if not name:
        raise GateClosed(message("Nobody has confirmed; nothing was put out."))
    return name


def _stay(seconds: float | None, output: Output) -> None:
    """Return when the time is over, Enter is pressed, or it is no longer on."""
    if seconds is not None:
        pause, left = Event(), seconds
        while left > 0 and output.standing.stand == "on":
            pause.wait(min(left, _LOOK_S))
            left -= _LOOK_S
        return
    line(message("It stays on until Enter is pressed."))
    sys.stdout.flush()
    while output.standing.stand == "on":
        if sys.platform == "win32" or select([sys.stdin], [], [], _LOOK_S)[0]:
            sys.stdin.readline()
            return


def _seconds(text: str) -> float:
    value = number(text) if text.strip() else Decimal(0)
    if not 0 < value <= 86400:
        raise ArgumentTypeError(say(message("“{text}” is no number of seconds up to a day", text=text)))
    return float(value)
