"""Damage: what in a record needs the pilot's decision, and whether it was decided."""

from collections.abc import Iterator

from labclient.plan import Plan
from labclient.stations._entries import Arrival, Departure
from labclient.stations._state import State
from labclient.words import Message, message

HARM_CHECKS = frozenset({"transport", "functional"})
STAYS = message("The pilot laboratory has decided to stop here: the standard is not handed over.")
_MISSING = "part: "


def harm_of(arrival: Arrival, plan: Plan) -> Iterator[str]:
    """What in a handover record needs the pilot's decision."""
    if arrival.visual == "damaged":
        yield "damaged"
    if arrival.shock_indicator == "tripped":
        yield "shock"
    if not arrival.seals_intact:
        yield "seal"
    if arrival.packaging == "damaged":
        yield "packaging"
    if arrival.serial and not same_serial(arrival.serial, plan.transfer_standard.serial):
        yield "serial"
    yield from (f"{_MISSING}{part.name}" for part in arrival.parts if not part.present)


def same_serial(found: str, wanted: str) -> bool:
    """Whether two serial numbers are one, however they are spaced and in whatever letters."""
    one, other = ("".join(text.split()).casefold() for text in (found, wanted))
    return one == other


def item_of(harm: str) -> str:
    """The item of the handover record that shows this harm: a field, or a part."""
    items = {"damaged": "visual", "shock": "shock_indicator", "seal": "seals_intact"}
    return items.get(harm, harm.removeprefix(_MISSING))


def damage(state: State) -> tuple[Message, ...]:
    """Everything found at arrival that needs the pilot's decision."""
    return tuple(
        _HARM[name] if name in _HARM else message("A part is missing: {part}.", part=name.removeprefix(_MISSING))
        for name in state.harm
    )


def undecided(state: State) -> Iterator[Message]:
    """Why the standard is not to be touched: damage that the pilot has not decided about, or a decision to stop."""
    if not state.harm:
        return
    decision = state.decision
    latest = max(state.harm.values())
    if decision is None or not latest <= decision.about < state.decision_at:
        open_one = next(place for place, seq in enumerate(state.harm.values()) if seq == latest)
        yield message(
            "{damage} Stop, leave everything as it is, inform the pilot laboratory and enter its decision.",
            damage=damage(state)[open_one],
        )
    elif decision.decision == "stop":
        yield message("The pilot laboratory has decided to stop here.")


def harmed(departure: Departure) -> bool:
    """Whether the check before the standard leaves has found damage."""
    return departure.visual == "damaged" or not all(part.present for part in departure.parts)


def stopped(state: State) -> bool:
    """Whether the pilot has decided, after the departure check, that the standard stays where it is."""
    decision = state.decision
    at_departure = state.departure_at >= 0 and decision is not None and state.departure_at <= decision.about
    return at_departure and decision is not None and decision.decision == "stop"


_HARM = {
    "damaged": message("The standard arrived damaged."),
    "shock": message("The shock indicator has tripped."),
    "seal": message("A seal is broken."),
    "packaging": message("The packaging arrived damaged."),
    "serial": message("The serial number on the standard is not that of the plan."),
    "transport": message("The transport logger shows values beyond the plan's limits."),
    "functional": message("The functional check failed."),
}
