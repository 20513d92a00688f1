"""From the series of a cycle to its value, as the plan's scheme says."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import msgspec
import numpy as np
from msgspec import Struct

from labclient.acquisition import Cycle
from labclient.errors import DataUnfit
from labclient.evaluation._combining import Combine, Placed, Value, alone, beside, less_zeros, up_and_down
from labclient.evaluation._origin import counts
from labclient.evaluation._readings import Readings, readings
from labclient.metrology import Form, Place, Position, Scheme, cycle, position, reverse
from labclient.notebook import Entry, Reader
from labclient.plan import Measurement, Plan, combining, method_of
from labclient.plan import Scheme as Plan_Scheme
from labclient.units import convert
from labclient.words import message


class Measured(Struct, frozen=True, kw_only=True):
    """One cycle with its value: a ratio of unit 1, or a difference or a reading in the plan's
    unit; times in seconds since 1970."""

    seq: int
    point: str
    day: int
    cycle: int
    value: float
    time_s: float
    start_s: float
    end_s: float
    zeros: tuple[float, ...]
    excluded: bool = False
    rising: float | None = None
    falling: float | None = None
    """Of a series up and down: the values of its two halves; `value` is their mean."""


def measured(record: Reader, plan: Plan, stop: int | None = None) -> tuple[Measured, ...]:
    """The value of every complete cycle that is for the record and counts by the plan in the first `stop` entries, in
    order; those that an exclusion names are marked. Raises `DataUnfit` for a cycle whose series do not fit the
    scheme."""
    out = {seq for entry in record.entries({"exclusion"}, 0, stop) for seq in entry.body["cycles"]}
    runs: dict[int, Readings] = {}
    found = []
    for entry in record.entries({"cycle"}, 0, stop):
        one = msgspec.convert(entry.body, Cycle)
        if counts(plan, record.entry(one.run)):
            if one.run not in runs:
                runs[one.run] = readings(record, one.run, plan.quantity, plan.unit, stop)
            value = _measured(record, plan.measurement, entry.seq, one, runs[one.run])
            found.append(msgspec.structs.replace(value, excluded=entry.seq in out))
    return tuple(found)


def sets(plan: Plan, cycles: Sequence[Measured]) -> list[list[Measured]]:
    """The cycles by set-up, where the plan has set-ups, else by day; in order."""
    each = plan.measurement.cycles_per_set_up or plan.measurement.cycles
    keys = [(one.day, (one.cycle - 1) // each) for one in cycles]
    return [[one for one, key in zip(cycles, keys, strict=True) if key == wanted] for wanted in sorted(set(keys))]


def _measured(record: Reader, rule: Measurement, seq: int, one: Cycle, run: Readings) -> Measured:
    steps = [
        _position(record.entry(number), run.of_series(number), one, place, rule)
        for place, number in enumerate(one.series)
    ]
    if [(role, direction) for role, direction, _ in steps] != [(s.role, s.direction) for s in rule.scheme.steps]:
        raise _contradiction(seq)
    found = _valued(rule.scheme, less_zeros(steps) if method_of(rule.scheme).less_zero else steps, seq)
    spans = run.times[np.isin(run.series, one.series)]
    return Measured(
        seq=seq,
        point=one.point,
        day=one.day,
        cycle=one.cycle,
        value=found.value,
        time_s=found.time_s,
        start_s=float(spans.min()),
        end_s=float(spans.max()),
        zeros=tuple(place.value for role, _, place in steps if role == "Z"),
        rising=found.rising,
        falling=found.falling,
    )


def _valued(scheme: Plan_Scheme, steps: Sequence[Placed], seq: int) -> Value:
    """What the positions of a cycle say, as the scheme combines them."""
    positions = tuple(_positions(steps))
    ways: dict[str, Combine] = {"alone": alone, "beside": beside, "compared": partial(_compared, scheme)}
    combine = ways[combining(scheme)]
    if not method_of(scheme).up_down:
        return Value(*combine(positions))
    times = [one.time_s for one in positions]
    if times != sorted(times):
        raise _contradiction(seq)
    return up_and_down(combine, positions)


def _position(entry: Entry, values: Readings, one: Cycle, place: int, rule: Measurement) -> Placed:
    body = entry.body
    named = (entry.kind, body.get("run"), body.get("point"), body.get("day"), body.get("cycle"), body.get("step"))
    if named != ("series", one.run, one.point, one.day, one.cycle, place) or len(values.times) < rule.scheme.readings:
        raise _contradiction(entry.seq)
    return str(body["role"]), str(body["direction"]), position(str(body["role"]), values.times, values.values)


def _positions(steps: Iterable[Placed]) -> Iterator[Position]:
    """Positions of S and X with their reversals taken together; zero and check positions do not enter the value."""
    waiting: tuple[str, Position] | None = None
    reversing = {role for role, direction, _ in steps if direction == "-"}
    for role, direction, place in steps:
        if role not in {"S", "X"}:
            continue
        if role not in reversing:
            yield place
        elif waiting is None:
            waiting = (direction, place)
        else:
            first, second = (waiting[1], place) if waiting[0] == "+" else (place, waiting[1])
            if waiting[0] == direction:
                raise DataUnfit(message("A position was not reversed."))
            yield reverse(first, second)
            waiting = None


def _compared(rule: Plan_Scheme, positions: Sequence[Position]) -> tuple[float, float]:
    found = cycle(_scheme(rule), tuple(positions))
    return found.value, found.time_s


def _scheme(planned: Plan_Scheme) -> Scheme:
    """The plan's order of steps as a scheme of weights: all positions of a role count alike."""
    reversing = {step.role for step in planned.steps if step.direction == "-"}
    roles = [
        step.role
        for step in planned.steps
        if step.role in {"S", "X"} and (step.direction == "+" or step.role not in reversing)
    ]
    count = {role: roles.count(role) for role in roles}
    places = tuple(Place(role, (1.0 if role == "X" else -1.0) / count[role]) for role in roles)
    return Scheme(id=planned.method, places=places, form=Form(planned.form))


def zero_limit(plan: Plan) -> float:
    """The plan's limit of a zero reading, in the plan's unit."""
    limit = plan.measurement.zero_limit
    return convert(float(limit.value), limit.unit, plan.unit)


def _contradiction(seq: int) -> DataUnfit:
    return DataUnfit(
        message("Entry {seq} does not fit the plan's scheme.", seq=seq),
        message("Check the notebook."),
    )
