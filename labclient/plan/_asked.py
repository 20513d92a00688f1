"""What a plan asks for at each station, told in sentences: for a screen, a terminal, a cover sheet."""

from collections.abc import Iterator

from labclient.plan._data import Plan, Quantity, Range, Station
from labclient.units import INFLUENCES
from labclient.words import Message, message

PLAN_ORIGINS = {
    "signed": message("signed by the pilot"),
    "transcribed": message("transcribed from the pilot's document"),
    "unsigned-draft": message("DRAFT, not signed: nothing may be measured by it"),
}
_SIGNS = {"+": "+", "-": "−", "up": "↑", "down": "↓"}
_BLOCKING = {
    "absent": message("an instrument without certificate"),
    "expired": message("an expired certificate"),
    "unconfirmed": message("an unconfirmed certificate"),
    "changed": message("firmware or settings changed since the calibration"),
}
_LEVELS = {
    "paper": message("signatures on paper"),
    "laboratory-key": message("one key of the laboratory"),
    "three-keys": message("three personal keys, sealed"),
}


def asked_at(plan: Plan, station: Station, laboratory: str) -> tuple[Message, ...]:
    """What the plan asks of `laboratory` at a station, a sentence each."""
    return tuple(_ASKED[station](plan, laboratory))


def limits_told(limits: tuple[Range, ...]) -> tuple[Message, ...]:
    """Each influence with the limits that the plan sets."""
    return tuple(_limit(one) for one in limits)


def level_told(plan: Plan) -> Message:
    """The assurance level in words."""
    return _LEVELS[plan.assurance]


def _arrival(plan: Plan, _laboratory: str) -> Iterator[Message]:
    yield message("Parts to be found: {parts}", parts=len(plan.transfer_standard.parts))
    if plan.arrival.photos:
        yield message("Photos: at least {n}", n=plan.arrival.photos)
    if plan.arrival.transport_limits:
        yield message("Transport logger: {limits}", limits=_joined(limits_told(plan.arrival.transport_limits)))
    yield message("Functional check: {n} readings a point", n=plan.arrival.functional_readings)


def _warm_up(plan: Plan, _laboratory: str) -> Iterator[Message]:
    rule = plan.warm_up
    yield message("At least {least}, at most {most}", least=_said(rule.minimum), most=_said(rule.longest))
    yield message("Change between windows of {window} within {limit} (k = {k})", window=_said(rule.window),
                  limit=_said(rule.limit), k=rule.k)  # fmt: skip


def _stability(plan: Plan, _laboratory: str) -> Iterator[Message]:
    rule = plan.stability
    yield message("{n} readings, change within {limit} (k = {k})", n=rule.readings, limit=_said(rule.limit), k=rule.k)


def _measurement(plan: Plan, _laboratory: str) -> Iterator[Message]:
    rule = plan.measurement
    yield message("{points} points on {days} days, {cycles} cycles each", points=len(plan.points), days=rule.days,
                  cycles=rule.cycles)  # fmt: skip
    steps = ", ".join(
        step.role if step.role == "Z" else f"{step.role}{_SIGNS[step.approach or step.direction]}"
        for step in rule.scheme.steps
    )
    yield message("Order in a cycle: {steps}, {n} readings a step, {wait} after each connection", steps=steps,
                  n=rule.scheme.readings, wait=_said(rule.scheme.wait))  # fmt: skip
    yield message("Zero within {limit}", limit=_said(rule.zero_limit))
    if (applied := plan.transfer_standard.applied) is not None:
        yield message("At the transfer standard never more than {limit}", limit=_said(applied.greatest))
    if plan.environment.limits:
        yield message("Environment: {limits}", limits=_joined(limits_told(plan.environment.limits)))
    blocking = tuple(told for name, told in _BLOCKING.items() if getattr(plan.instruments, name) == "block")
    if blocking:
        yield message("No run for the record with: {reasons}", reasons=_joined(blocking))


def _departure(plan: Plan, laboratory: str) -> Iterator[Message]:
    yield message("All parts are there and undamaged")
    yield message("Departs on {date}", date=plan.participant(laboratory).departs)


def _results(plan: Plan, _laboratory: str) -> Iterator[Message]:
    yield message("Budget with at least {n} components", n=len(plan.budget))
    if plan.coverage.k is not None:
        yield message("Reported as U with k = {k}", k=plan.coverage.k)
    else:
        yield message("Reported as U with the coverage probability {p}", p=plan.coverage.probability)


def _signing(plan: Plan, _laboratory: str) -> Iterator[Message]:
    yield message("Signatures: {n}; {level}", n=len(plan.roles), level=level_told(plan))


def _submission(plan: Plan, laboratory: str) -> Iterator[Message]:
    yield message("The report is due on {date}", date=plan.participant(laboratory).report_due)


def _handed_over(plan: Plan, laboratory: str) -> Iterator[Message]:
    route = [one.laboratory for one in plan.participants]
    place = next((place for place, one in enumerate(route) if one.code == laboratory), len(route))
    receiver = route[place + 1] if place + 1 < len(route) else plan.pilot
    yield message("To {laboratory}", laboratory=receiver.code)


def _limit(one: Range) -> Message:
    name = INFLUENCES[one.quantity]
    if one.low is None:
        return message("{influence} at most {high} {unit}", influence=name, high=one.high, unit=one.unit)
    if one.high is None:
        return message("{influence} at least {low} {unit}", influence=name, low=one.low, unit=one.unit)
    return message("{influence} {low} to {high} {unit}", influence=name, low=one.low, high=one.high, unit=one.unit)


def _joined(sentences: tuple[Message, ...]) -> Message:
    joined, *rest = sentences
    for one in rest:
        joined = message("{first}; {next}", first=joined, next=one)
    return joined


def _said(quantity: Quantity) -> str:
    return f"{quantity.value:f} {quantity.unit}"


_ASKED = {
    "arrival": _arrival,
    "warm-up": _warm_up,
    "stability": _stability,
    "measurement": _measurement,
    "departure": _departure,
    "results": _results,
    "signing": _signing,
    "submission": _submission,
    "handed-over": _handed_over,
}
