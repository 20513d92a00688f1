"""The checks of the stations: readings and the plan's limit in, a verdict with all its figures out.

Each is a function of the record alone, so that it can be made again years later with the same digits. No figure tells
how a value lies against what another laboratory might have.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from labclient.clock import parse_iso
from labclient.errors import DataUnfit
from labclient.evaluation._averaging import missing_before
from labclient.evaluation._cycles import Measured, measured, zero_limit
from labclient.evaluation._data import Check, CheckName, Figure, digits
from labclient.evaluation._forms import stability_information
from labclient.evaluation._logger import LoggerRecord, logger_file, read_logger
from labclient.evaluation._origin import counts, origin, origin_counts
from labclient.evaluation._readings import all_readings, readings
from labclient.metrology import (
    Exposure,
    Limits,
    Sampling,
    Settling,
    SettlingRule,
    SettlingWatch,
    Verdict,
    allan,
    excursions,
    stability,
)
from labclient.notebook import Reader, Task
from labclient.plan import Plan, Quantity, Range
from labclient.units import INFLUENCES, convert
from labclient.words import message

_COVERED_BY = 2.5  # environment readings may lie this many plan intervals apart


def functional(record: Reader, plan: Plan, run: int, stop: int | None = None) -> Check:
    """Does the transfer standard work at all: every reading within the wide tolerance of its point."""
    point = plan.points[0]
    _made_for(record, plan, run, "functional")
    found = readings(record, run, plan.quantity, plan.unit, stop).values
    nominal, tolerance = _in(point.nominal, plan.unit), _in(point.tolerance, plan.unit)
    if len(found) < plan.arrival.functional_readings:
        verdict = Verdict.UNDECIDED
    else:
        verdict = Verdict.PASS if (abs(found - nominal) <= tolerance).all() else Verdict.FAIL
    figures = (
        Figure("point", point.id),
        Figure("readings", str(len(found))),
        Figure("tolerance", digits(tolerance), plan.unit),
    )
    return _check("functional", verdict, "functional/1", (run,), figures)


def transport(record: Reader, plan: Plan, attachment: int) -> Check:
    """Did the transport logger leave the plan's limits? Raises `DataUnfit` when its file cannot be read completely."""
    entry = record.entry(attachment)
    seen = read_logger(record.payload(attachment), logger_file(entry.body), parse_iso(entry.t))
    exposures = transport_exposures(seen, plan)
    failed = any(one.verdict is Verdict.FAIL for one in exposures)
    clock = [Figure(f"logger clock ahead, comparison {n}", digits(one), "s") for n, one in enumerate(seen.ahead_s, 1)]
    return _check(
        "transport",
        Verdict.FAIL if failed else Verdict.PASS,
        "excursions/1",
        (attachment,),
        [*(figure for one in exposures for figure in _exposed(one)), *clock],
    )


def settled(record: Reader, plan: Plan, run: int, stop: int | None = None) -> Settling:
    """The state of settling of one run; it begins where the run begins, or with its first reading where that was taken
    before it was entered."""
    rule = plan.warm_up
    _made_for(record, plan, run, "settling")
    found = readings(record, run, plan.quantity, plan.unit, stop)
    watch = SettlingWatch(
        SettlingRule(
            limit=_in(rule.limit, plan.unit),
            window_s=_in(rule.window, "s"),
            minimum_s=_in(rule.minimum, "s"),
            k=float(rule.k),
            resolution=found.resolution,
        )
    )
    start = parse_iso(str(record.entry(run).body["clock"]["utc"])).timestamp()
    start = min([start, *found.times[:1].tolist()])
    for time_s, value in zip((found.times - start).tolist(), found.values.tolist(), strict=True):
        watch.add(time_s, value)
    return watch.state()


def settling(record: Reader, plan: Plan, run: int, stop: int | None = None) -> Check:
    """Warm-up: the last two windows of the run agree within the plan's limit, and the minimum time has passed."""
    state = settled(record, plan, run, stop)
    figures = [
        Figure("elapsed", digits(state.time_s), "s"),
        Figure("readings", str(state.n)),
        Figure("minimum time", digits(state.rule.minimum_s), "s"),
    ]
    if state.judgement:
        figures += _judged(state.judgement.difference, state.judgement.u, plan.unit)
        figures += [Figure("k", digits(state.judgement.k)), Figure("limit", digits(state.rule.limit), plan.unit)]
    return _check("settling", state.verdict, plan.warm_up.method, (run,), figures)


def reading_stability(record: Reader, plan: Plan, run: int, stop: int | None = None) -> Check:
    """Reading stability (读数稳定判定): the change over the run against the plan's limit."""
    rule = plan.stability
    _made_for(record, plan, run, "stability")
    found = readings(record, run, plan.quantity, plan.unit, stop)
    if len(found.values) < rule.readings:
        figures = (Figure("readings", str(len(found.values))), Figure("needed", str(rule.readings)))
        return _check("stability", Verdict.UNDECIDED, rule.method, (run,), figures)
    state = stability(found.times, found.values, _in(rule.limit, plan.unit), float(rule.k), found.resolution)
    step = float(np.median(np.diff(found.times)))
    noise = allan(found.values, step, gaps=missing_before(found.times, step).tolist())
    return _check(
        "stability",
        state.verdict,
        state.method,
        (run,),
        (
            Figure("readings", str(state.n)),
            Figure("duration", digits(state.duration_s), "s"),
            *_judged(state.judgement.difference, state.judgement.u, plan.unit),
            Figure("k", digits(state.judgement.k)),
            Figure("limit", digits(state.judgement.limit), plan.unit),
            Figure("smallest detectable change", digits(state.smallest_detectable), plan.unit),
            Figure("white noise of one reading", digits(state.white), plan.unit),
            Figure("flicker floor", digits(state.flicker_floor), plan.unit),
            Figure("lowest Allan deviation", digits(noise.floor), plan.unit),
            Figure("averaging time of the lowest", digits(noise.best_tau), "s"),
            *stability_information(plan, found.times, found.values),
        ),
    )


def zero(record: Reader, plan: Plan, stop: int | None = None) -> Check:
    """Are the zero readings of all counting cycles within the plan's limit?"""
    counting = [one for one in measured(record, plan, stop) if not one.excluded]
    zeros = [value for one in counting for value in one.zeros]
    limit = zero_limit(plan)
    asked = any(step.role == "Z" for step in plan.measurement.scheme.steps)
    verdict = Verdict.UNDECIDED if asked else Verdict.PASS  # a scheme without zeros has none to judge
    if zeros:
        verdict = Verdict.PASS if max(map(abs, zeros)) <= limit else Verdict.FAIL
    figures = [Figure("zeros", str(len(zeros))), Figure("limit", digits(limit), plan.unit)]
    if zeros:
        figures += [Figure("largest", digits(max(zeros, key=abs)), plan.unit)]
    return _check("zero", verdict, "zero/1", [one.seq for one in counting], figures)


def environment(record: Reader, plan: Plan, stop: int | None = None) -> Check:
    """Was the room within the plan's limits whenever it was watched for the record, and was it watched throughout every
    counting cycle?"""
    counting = [one for one in measured(record, plan, stop) if not one.excluded]
    runs = environment_runs(record, plan, stop)
    exposures: list[Exposure] = []
    covered = bool(counting)
    for limits in plan.environment.limits:
        found = all_readings(record, runs, limits.quantity, limits.unit, stop)
        covered = covered and len(found.times) > 0 and all(_covered(found.times, one, plan) for one in counting)
        if len(found.times):
            exposures.append(excursions(found.times, found.values, _limits(limits)))
    if any(one.verdict is Verdict.FAIL for one in exposures):
        verdict = Verdict.FAIL
    else:
        verdict = Verdict.PASS if covered else Verdict.UNDECIDED
    figures = [figure for one in exposures for figure in _exposed(one)]
    return _check("environment", verdict, "excursions/1", runs, figures)


def check_again(record: Reader, plan: Plan, said: Check, stop: int) -> Check:
    """The check that the first `stop` entries give, of the same name and on the same basis as `said`."""
    match said.check:
        case "functional":
            return functional(record, plan, said.basis[0], stop)
        case "transport":
            return transport(record, plan, said.basis[0])
        case "settling":
            return settling(record, plan, said.basis[0], stop)
        case "stability":
            return reading_stability(record, plan, said.basis[0], stop)
        case "zero":
            return zero(record, plan, stop)
        case "environment":
            return environment(record, plan, stop)


def environment_runs(record: Reader, plan: Plan, stop: int | None = None) -> list[int]:
    """The runs that watched the room for the record and count by the plan, of the first `stop` entries."""
    return [
        entry.seq
        for entry in record.entries({"run-start"}, 0, stop)
        if entry.body["task"] == "environment" and counts(plan, entry)
    ]


def _made_for(record: Reader, plan: Plan, run: int, task: Task) -> None:
    """Raise `DataUnfit` for a run that was made for something else, or has readings that do not count by the plan: a
    trial is never promoted."""
    start = record.entry(run)
    purposes = {"record", "diagnostic"} if task == "functional" else {"record"}
    if start.kind != "run-start" or start.body["task"] != task or start.body["purpose"] not in purposes:
        raise DataUnfit(message("Run {run} was not made for this check.", run=run))
    if not origin_counts(plan, origin(start), task):
        raise DataUnfit(
            message("By the plan, the readings of run {run} do not count: no instrument sent them.", run=run),
            message("Repeat the run with an instrument."),
        )


def _covered(times: Iterable[float], one: Measured, plan: Plan) -> bool:
    """Whether neighbouring readings from before to after the cycle never lie further apart than the plan allows."""
    reach = _COVERED_BY * _in(plan.environment.interval, "s")
    inside = [time for time in times if one.start_s - reach <= time <= one.end_s + reach]
    ends = [one.start_s, *(time for time in inside if one.start_s < time < one.end_s), one.end_s]
    gaps = [later - earlier for earlier, later in pairwise(ends)]
    return bool(inside) and max(gaps, default=0.0) <= reach


def transport_exposures(seen: LoggerRecord, plan: Plan) -> list[Exposure]:
    """What each quantity that the plan limits on the road went through. Raises `DataUnfit` where the logger has it
    not."""
    return [_exposure(seen, limits) for limits in plan.arrival.transport_limits]


def _exposure(seen: LoggerRecord, limits: Range) -> Exposure:
    if limits.quantity not in seen.columns:
        raise DataUnfit(
            message("The logger file has no column for {quantity}.", quantity=INFLUENCES[limits.quantity]),
            message("Say which column it is; the plan limits it on the road."),
        )
    values, unit = seen.columns[limits.quantity]
    return excursions(seen.times_s, [convert(value, unit, limits.unit) for value in values.tolist()], _limits(limits))


def _limits(limits: Range) -> Limits:
    return Limits(
        quantity=limits.quantity,
        unit=limits.unit,
        low=None if limits.low is None else float(limits.low),
        high=None if limits.high is None else float(limits.high),
        sampling=Sampling.PEAK if limits.quantity == "acceleration" else Sampling.LEVEL,
    )


def _exposed(one: Exposure) -> Iterator[Figure]:
    quantity, unit = one.limits.quantity, one.limits.unit
    yield Figure(f"{quantity}: lowest", digits(one.minimum), unit)
    yield Figure(f"{quantity}: highest", digits(one.maximum), unit)
    yield Figure(f"{quantity}: excursions", str(len(one.excursions)))
    yield Figure(f"{quantity}: time outside", digits(one.outside_s), "s")


def _judged(difference: float, u: float, unit: str) -> tuple[Figure, Figure]:
    return Figure("change", digits(difference), unit), Figure("u(change)", digits(u), unit)


def _in(quantity: Quantity, unit: str) -> float:
    return convert(float(quantity.value), quantity.unit, unit)


def _check(name: CheckName, verdict: Verdict, method: str, basis: Sequence[int], figures: Sequence[Figure]) -> Check:
    return Check(name, verdict.value, method, tuple(basis), tuple(figures))
