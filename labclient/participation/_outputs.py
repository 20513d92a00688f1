"""Outputs as both faces use them: which instruments have one, how much each may put out, and a session with it.

Inside a participation a session is recorded in its notebook and the plan's limit holds; outside, it is a diagnostic
with a notebook of its own. What another program left on is told, recorded where it belongs, and made safe first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import msgspec

from labclient.acquisition import Bound, Bounds, Output, OutputSafe, Recorder, Standing, Tell, amount, quantity_text
from labclient.clock import Clock
from labclient.errors import GateClosed, WrongUse
from labclient.home import Home
from labclient.instruments import (
    BenchInstrument,
    Driver,
    Guard,
    LeftOn,
    forget_left,
    left_on,
    load_bench,
    make_left_safe,
    save_bench,
    set_aside,
)
from labclient.notebook import Draft, Notebook
from labclient.participation._diagnostic import diagnostic_file
from labclient.participation._facade import Participation
from labclient.participation._instruments import bench_instrument, known_drivers
from labclient.participation._register import entry_of
from labclient.plan import Plan
from labclient.signing import NoteKey
from labclient.stations import bound_of_plan, confirmed_above
from labclient.words import Message, given, message

Show = Callable[[Standing], object]


@dataclass(frozen=True)
class Place:
    """Where a session belongs inside a participation: its record, its plan, its station."""

    recorder: Recorder
    plan: Plan
    station: str

    @classmethod
    def of(cls, participation: Participation) -> "Place":
        """That of a participation, asked in its own thread."""
        state = participation.state
        return cls(participation.recorder, state.plan, state.station or "")


def sources(home: Home) -> dict[str, Driver]:
    """The instruments of this PC's register that can put something out, by id."""
    known = known_drivers(home)
    found = {one.id: known.get(one.driver) for one in load_bench(home.bench).instrument}
    return {id: driver for id, driver in found.items() if driver is not None and driver.file.output is not None}


def source_named(home: Home, given: str) -> str:
    """The id of the source or controller of that id or address. Raises `WrongUse`."""
    known = sources(home)
    for one in load_bench(home.bench).instrument:
        if given in {one.id, one.address} and one.id in known:
            return one.id
    raise WrongUse(
        message("The register of this PC has no source or controller “{id}”. Known: {known}.", id=given,
                known=", ".join(sorted(known)) or "-"),
        message("Enter it in the register first: only what is in it puts something out."),
    )  # fmt: skip


def bounds_of(one: BenchInstrument, driver: Driver, plan: Plan | None) -> Bounds:
    """Every limit of an output: its family's, this instrument's by the register, and the transfer standard's by the
    plan. Raises `WrongUse` for a plan that speaks of another quantity."""
    declared = driver.file.output
    assert declared is not None
    bounds, missing = [], []
    if one.greatest:
        held = amount(*quantity_text(one.greatest), declared.unit)
        bounds.append(Bound(held, message("the register's limit of {id}", id=one.id)))
    else:
        missing.append(message("No limit of {id} is known: the register has none.", id=one.id))
    above = [] if declared.confirm_above is None else [Decimal(repr(declared.confirm_above))]
    because = message("nothing says from where on it is dangerous")
    if declared.confirm_because is not None:
        because = given(declared.confirm_because)
    if plan is not None:
        bound = bound_of_plan(plan, declared.unit)
        (missing if isinstance(bound, Message) else bounds).append(bound)  # type: ignore[arg-type]
        asked, applied = confirmed_above(plan, declared.unit), plan.transfer_standard.applied
        if asked is not None and applied is not None and applied.confirm_above is not None:
            if not above or asked < min(above):
                because = message("the plan says so above {value} {unit}", value=applied.confirm_above.value,
                                  unit=applied.confirm_above.unit)  # fmt: skip
            above.append(asked)
    return Bounds(
        declared.unit, Decimal(repr(declared.lowest)), Decimal(repr(declared.highest)), tuple(bounds), tuple(missing),
        min(above, default=None), because,
    )  # fmt: skip


def limit_output(home: Home, id: str, text: str) -> BenchInstrument:
    """Enter how much an instrument may put out at this bench, such as “100 V”. Raises `WrongUse`, also for more than
    its family can."""
    one, driver = entry_of(home, id), sources(home)[source_named(home, id)]
    declared = driver.file.output
    assert declared is not None
    held = amount(*quantity_text(text), declared.unit)
    most = Decimal(repr(max(abs(declared.lowest), abs(declared.highest))))
    if not 0 < held <= most:
        raise WrongUse(
            message("{text} is no limit: it lies above zero and not beyond {most} {unit}.", text=text, most=most,
                    unit=declared.unit),
            message("Give the largest amount that this instrument may put out here."),
        )  # fmt: skip
    entered = msgspec.structs.replace(one, greatest=" ".join(quantity_text(text)))
    save_bench(home.bench, load_bench(home.bench).with_instrument(entered))
    return entered


@contextmanager
def sourcing(
    home: Home,
    id: str,
    *,
    who: str,
    clock: Clock,
    tell: Tell,
    show: Show = lambda _: None,
    place: Place | None = None,
    into: Path | None = None,
) -> Iterator[Output]:
    """A session with the output of a registered instrument; not connected yet. At its end the output is safe, or
    `NotVerified` is raised with what to do by hand.

    Without a `place` it is recorded into a new diagnostic notebook, `into` if that is named.
    """
    if place is not None:
        yield from _session(place.recorder, home, id, who, clock, tell, show, place)
        return
    body = {"diagnostic": id}
    key = NoteKey.generate("labclient-diagnostic")  # used once: nobody needs a checkpoint of a diagnostic
    path = into or diagnostic_file(home)
    with (
        Notebook.create(path, clock=clock, author=who, key=key, body=body) as notebook,
        Recorder(notebook) as recorder,
    ):
        yield from _session(recorder, home, id, who, clock, tell, show, None)


def _session(
    recorder: Recorder, home: Home, id: str, who: str, clock: Clock, tell: Tell, show: Show,
    place: Place | None,
) -> Iterator[Output]:  # fmt: skip
    instrument = bench_instrument(home, source_named(home, id))
    for left in left_outputs(home):
        if left.orders.address == instrument.address and left.is_safe:
            take_note(home, left, place)
    bounds = bounds_of(entry_of(home, instrument.id), instrument.driver, place.plan if place else None)
    device = instrument.device({}, clock)
    with Output(
        device, recorder, clock, bounds, Guard(home.outputs, instrument.address), instrument=instrument.id,
        author=who, serial=instrument.serial or "", station=place.station if place else "", tell=tell,
        show=show,
    ) as output:  # fmt: skip
        yield output


def left_outputs(home: Home) -> tuple[LeftOn, ...]:
    """Outputs that a program of this PC switched on and nobody has taken note of since: it died, or could not verify
    that they are off."""
    return tuple(left_on(home.outputs))


def left_told(left: LeftOn) -> Message:
    """What a person has to know of such an output."""
    if left.is_safe and left.outcome is not None:
        return message(
            "{instrument} was on ({value} {unit}) when the program ended; it was made safe at {at}, by its own word.",
            instrument=left.instrument, value=left.value, unit=left.unit, at=left.outcome.at[:19],
        )  # fmt: skip
    return message(
        "The output of {instrument} may still be on: {value} {unit}, set by {who} at {since}.",
        instrument=left.instrument, value=left.value, unit=left.unit, who=left.who, since=left.since[:19],
    )  # fmt: skip


def may_source(home: Home, id: str) -> None:
    """Raise `GateClosed` while another program may have this output on."""
    address = bench_instrument(home, source_named(home, id)).address
    for left in left_outputs(home):
        if left.orders.address == address and not left.is_safe:
            raise GateClosed(
                left_told(left), message("Make it safe first; another labclient on this PC may be using it.")
            )


def secure_left(home: Home, left: LeftOn, place: Place | None = None) -> LeftOn:
    """Make an output safe that was left on, and take note of it. Raises `NotVerified`, with what to do by hand."""
    done = left if left.is_safe else make_left_safe(home.outputs, left)
    take_note(home, done, place)
    return done


def take_note(home: Home, left: LeftOn, place: Place | None) -> None:
    """What became of an output that was left on is recorded in the notebook that it belongs to, when that is the one
    that is open; else it waits for that. A diagnostic is never opened again."""
    if left.outcome is None:
        return
    notebook = Path(left.notebook)
    if place is not None and notebook == place.recorder.path:
        body = OutputSafe(left.instrument, "program ended", left.outcome.verified, left.outcome.said)
        place.recorder.enter(Draft(kind="output-safe", body=msgspec.to_builtins(body), author="program",
                                           station=place.station))  # fmt: skip
    elif left.is_safe and notebook.exists() and notebook.parent != diagnostic_file(home).parent:
        set_aside(home.outputs, left)
        return
    if left.is_safe:
        forget_left(home.outputs, left)


def note_outputs(participation: Participation) -> tuple[Message, ...]:
    """Record what became of outputs that were left on in this notebook, and what a person has to know of all."""
    lefts = left_outputs(participation.home)
    for left in lefts:
        if left.is_safe and Path(left.notebook) == participation.path:
            take_note(participation.home, left, Place.of(participation))
    return tuple(left_told(left) for left in lefts if not left.is_safe or Path(left.notebook) == participation.path)
