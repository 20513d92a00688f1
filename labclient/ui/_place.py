"""Where a run stands, in words: what is connected, how far it is, what comes next, and how the room is."""

from math import ceil

from msgspec import Struct

from labclient.acquisition import time_text
from labclient.participation import State
from labclient.plan import (
    ARTEFACTS,
    Point,
    Quantity,
    Range,
    Scheme,
    Station,
    Step,
    passage,
    together,
    way_told,
    zero_by_link,
)
from labclient.ui._digits import grouped
from labclient.ui._marks import State as MarkState
from labclient.ui._view import next_cycle
from labclient.ui._watch import LiveReplies
from labclient.units import convert
from labclient.words import Message, message


class Place(Struct, frozen=True):
    """One reading of a measurement: of which cycle, which of how many; and the step that follows it with its point,
    None where the run ends. `now` is the step as the plan has it."""

    point: str
    day: int
    cycle: int
    reading: int
    next: Step | None
    next_point: str = ""
    now: Step | None = None


def place_of(state: State, run: int, taken: int, now: Step) -> Place | None:
    """The place of the last of `taken` readings of a run for the record, while `now` is connected. It follows from the
    cycles recorded and the plan's order; None where these do not agree with what is connected."""
    scheme, known = state.plan.measurement.scheme, state.runs.get(run)
    if known is None or known.purpose != "record" or not taken:
        return None
    in_one_go = {point.id: points for points in together(state.plan) for point in points}
    steps = len(passage(scheme, together(state.plan)[0]))
    own = (one for one in state.cycles.values() if one.run == run)
    mine = list(dict.fromkeys((in_one_go[one.point][0].id, one.day, one.cycle) for one in own))
    done, rest = divmod(taken - 1, steps * scheme.readings)
    at, reading = divmod(rest, scheme.readings)
    due = next_cycle(state)
    if done < len(mine):
        first, day, number = mine[done]
    elif done == len(mine) and due is not None and (not mine or _goes_on(in_one_go, due, mine[-1])):
        first, day, number = due
    else:
        return None
    points = in_one_go[first]
    visits = passage(scheme, points)
    visit = visits[at]
    if (visit.step.role, visit.step.direction) != (now.role, now.direction):
        return None
    cycles = range(number + 1, state.plan.measurement.cycles + 1)
    more = any((point.id, day, n) not in state.counted for n in cycles for point in points)
    following = visits[at + 1] if at + 1 < steps else visits[0] if more else None
    return Place(
        point=visit.point.id,
        day=day,
        cycle=number,
        reading=reading + 1,
        next=following.step if following else None,
        next_point=following.point.id if following else "",
        now=visit.step,
    )


def _goes_on(in_one_go: dict[str, tuple[Point, ...]], due: tuple[str, int, int], last: tuple[str, int, int]) -> bool:
    """Whether the cycle that is due belongs to the same points and day as the last one."""
    return (in_one_go[due[0]], due[1]) == (in_one_go[last[0]], last[1])


def connected(now: Step, place: Place | None, readings: int, quantity: str = "voltage") -> Message:
    """What is connected, and how many of its readings there are."""
    step = place.now if place and place.now else now
    role, direction = _role(step, quantity), way_told(step)
    if place is None:
        return message("Connected: {role}, {direction}", role=role, direction=direction)
    return message(
        "Connected: {role}, {direction} — reading {n} of {total}",
        role=role,
        direction=direction,
        n=place.reading,
        total=readings,
    )


def _role(step: Step, quantity: str) -> Message:
    """What is connected; of other than electrical quantities zero is nothing at all."""
    return message("nothing, for zero") if step.role == "Z" and not zero_by_link(quantity) else ARTEFACTS[step.role]


def way_on(place: Place, cycles: int, quantity: str = "voltage") -> Message:
    """Which cycle this is, and what is connected next."""
    here = message(
        "{point}, day {day}, cycle {n} of {total}", point=place.point, day=place.day, n=place.cycle, total=cycles
    )
    if place.next is None:
        return message("{here} — then this point is done for the day", here=here)
    role, direction = _role(place.next, quantity), way_told(place.next)
    if place.next_point not in {"", place.point}:
        return message("{here} — next: {point}, {role}, {direction}", here=here, point=place.next_point, role=role,
                       direction=direction)  # fmt: skip
    return message("{here} — next: {role}, {direction}", here=here, role=role, direction=direction)


def waited(scheme: Scheme) -> Message:
    """What happens once it is connected."""
    return message("Then {wait} of waiting, and {n} readings.", wait=_told(scheme.wait), n=scheme.readings)


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


def how_far(state: State, station: Station, taken: int, elapsed_s: float) -> Message:
    """How many readings a warm-up or stability run has, and how long it goes on at least, at most or about."""
    plan = state.plan
    if station == "warm-up":
        least, longest = (_seconds(one) - elapsed_s for one in (plan.warm_up.minimum, plan.warm_up.longest))
        if least > 0:
            return message("Reading {n} — {time} more at least", n=taken, time=time_text(ceil(least)))
        if longest > 0:
            return message("Reading {n} — {time} more at most", n=taken, time=time_text(ceil(longest)))
        return message("Reading {n}", n=taken)
    total = plan.stability.readings
    if 1 < taken < total and elapsed_s > 0:
        left = ceil((total - taken) * elapsed_s / (taken - 1))
        return message("Reading {n} of {total} — about {time} more", n=taken, total=total, time=time_text(left))
    return message("Reading {n} of {total}", n=taken, total=total)


def _seconds(time: Quantity) -> float:
    return convert(float(time.value), time.unit, "s")


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
