"""Where a run stands, in words: what is connected, how far it is, what comes next, and how the room is."""

from msgspec import Struct

from labclient.participation import State
from labclient.plan import Quantity, Range, Station, Step
from labclient.ui._digits import grouped
from labclient.ui._marks import State as MarkState
from labclient.ui._view import next_cycle
from labclient.ui._watch import LiveReplies
from labclient.units import convert
from labclient.words import Message, message

_ROLES = {
    "S": message("the laboratory's standard"),
    "X": message("the transfer standard"),
    "C": message("the check standard"),
    "Z": message("the shorting link"),
}
_DIRECTIONS = {"+": message("direct"), "-": message("reversed")}


class Place(Struct, frozen=True):
    """One reading of a measurement: of which cycle, which of how many; and the connection that follows it, None where
    the run of this point ends."""

    point: str
    day: int
    cycle: int
    reading: int
    next: Step | None


def place_of(state: State, run: int, taken: int, now: Step) -> Place | None:
    """The place of the last of `taken` readings of a run for the record, while `now` is connected. It follows from the
    cycles recorded and the plan's order; None where these do not agree with what is connected."""
    scheme, known = state.plan.measurement.scheme, state.runs.get(run)
    if known is None or known.purpose != "record" or not taken:
        return None
    mine = [cycle for cycle in state.cycles.values() if cycle.run == run]
    done, rest = divmod(taken - 1, len(scheme.steps) * scheme.readings)
    at, reading = divmod(rest, scheme.readings)
    if scheme.steps[at] != now or done > len(mine):
        return None
    due = next_cycle(state)
    if done < len(mine):
        point, day, number = mine[done].point, mine[done].day, mine[done].cycle
    elif due is not None and (not mine or due[:2] == (mine[-1].point, mine[-1].day)):
        point, day, number = due
    else:
        return None
    ends = at + 1 == len(scheme.steps)
    more = any((point, day, n) not in state.counted for n in range(number + 1, state.plan.measurement.cycles + 1))
    following = scheme.steps[at + 1] if not ends else scheme.steps[0] if more else None
    return Place(point, day, number, reading + 1, following)


def connected(now: Step, place: Place | None, readings: int) -> Message:
    """What is connected, and how many of its readings there are."""
    role, direction = _ROLES[now.role], _DIRECTIONS[now.direction]
    if place is None:
        return message("Connected: {role}, {direction}", role=role, direction=direction)
    return message(
        "Connected: {role}, {direction} — reading {n} of {total}",
        role=role,
        direction=direction,
        n=place.reading,
        total=readings,
    )


def way_on(place: Place, cycles: int) -> Message:
    """Which cycle this is, and what is connected next."""
    here = message(
        "{point}, day {day}, cycle {n} of {total}", point=place.point, day=place.day, n=place.cycle, total=cycles
    )
    if place.next is None:
        return message("{here} — then this point is done for the day", here=here)
    role, direction = _ROLES[place.next.role], _DIRECTIONS[place.next.direction]
    return message("{here} — next: {role}, {direction}", here=here, role=role, direction=direction)


def invitation(state: State, station: Station) -> Message | None:
    """What starting the station's run would do; None where there is nothing to start."""
    plan = state.plan
    if station == "warm-up":
        return message(
            "F5 starts: at least {least}, at most {longest}.",
            least=_told(plan.warm_up.minimum),
            longest=_told(plan.warm_up.longest),
        )
    if station == "stability":
        return message("F5 starts: {n} readings at {point}.", n=plan.stability.readings, point=plan.points[0].id)
    due = next_cycle(state)
    if due is None:
        return None
    return message("F5 goes on: {point}, day {day}, cycle {n}.", point=due[0], day=due[1], n=due[2])


def air(limits: tuple[Range, ...], replies: LiveReplies) -> tuple[MarkState, Message, str]:
    """The last values of the room against the plan's limits: a mark, its words, and the values, each with the limits
    that it passes."""
    shown, kept = [], True
    for text, channel, value in zip(replies.texts, replies.channels, replies.values[-1].tolist(), strict=True):
        shown.append(f"{grouped(text.strip())} {channel.unit}")
        for limit in limits:
            if limit.quantity == channel.quantity and not _within(convert(value, channel.unit, limit.unit), limit):
                shown[-1] += f" ({_span(limit)})"
                kept = False
    if kept:
        return MarkState.PASSED, message("Room within the limits"), "   ".join(shown)
    return MarkState.FAILED, message("Room outside the limits"), "   ".join(shown)


def _within(value: float, limit: Range) -> bool:
    return (limit.low is None or value >= limit.low) and (limit.high is None or value <= limit.high)


def _span(limit: Range) -> str:
    if limit.low is None:
        return f"≤ {limit.high} {limit.unit}"
    return f"≥ {limit.low} {limit.unit}" if limit.high is None else f"{limit.low} … {limit.high} {limit.unit}"


def _told(quantity: Quantity) -> str:
    return f"{quantity.value} {quantity.unit}"
