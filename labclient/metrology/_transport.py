"""Excursions beyond limits: of a transport logger's record, and of the room during a measurement alike."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
import numpy as np

from labclient.errors import DataUnfit
from labclient.metrology._decision import Verdict
from labclient.metrology._numbers import LARGEST, Array, Numbers, finite, timed
from labclient.words import message


class Sampling(StrEnum):
    """What one record of a logger stands for."""

    LEVEL = "level"
    """A quantity that runs on between records, as temperature: crossings are interpolated."""
    PEAK = "peak"
    """The largest value since the record before, as shock: each record beyond is an event of its own."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan allows for one quantity; a value equal to a limit is within."""

    quantity: str
    unit: str
    low: float | None = None
    high: float | None = None
    sampling: Sampling = Sampling.LEVEL


class Excursion(msgspec.Struct, frozen=True, kw_only=True):
    """One time beyond one limit."""

    quantity: str
    start_s: float
    end_s: float
    duration_s: float
    extreme: float
    limit: float


class ClockCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The logger's clock beside that of the PC, as read when the logger was set or read out."""

    at_s: float
    """By the logger's clock."""
    ahead_s: float
    """Logger less PC: positive when the logger's clock is fast."""


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """What one quantity went through; `minimum` and `maximum` in the unit of the limits."""

    limits: Limits
    n: int
    minimum: float
    maximum: float
    steepest_per_s: float
    """Largest |change| per second between neighbouring records; 0 for a single record."""
    longest_gap_s: float
    """Longest time between neighbouring records: what happened inside is not known."""
    outside_s: float
    """Total duration of the excursions."""
    excursions: tuple[Excursion, ...]
    """In order of time."""

    @property
    def verdict(self) -> Verdict:
        """PASS when every record is within the limits, FAIL otherwise."""
        return Verdict.FAIL if self.excursions else Verdict.PASS


def excursions(times_s: Numbers, values: Numbers, limits: Limits) -> Exposure:
    """Find every excursion of `values` (unit of `limits`) at `times_s` (seconds, strictly increasing).

    A level counts as crossing its limit on the straight line between two records; a record that starts or ends outside
    bounds its excursion there. A peak has no duration. The records judge themselves: a logger's own uncertainty belongs
    in the limits of the plan. Raises `DataUnfit` without records, for numbers that are not finite, times that do not
    advance, or limits that contradict each other.
    """
    times, records = timed(times_s, values)
    low, high = (-LARGEST if limits.low is None else limits.low), (LARGEST if limits.high is None else limits.high)
    if not low <= high:
        raise DataUnfit(message("The limits of {quantity} contradict each other.", quantity=limits.quantity))
    found = [
        *_beyond(times, records, high, limits),
        *(_mirrored(one) for one in _beyond(times, -records, -low, limits)),
    ]
    steps = np.diff(times)
    return Exposure(
        limits=limits,
        n=records.size,
        minimum=float(records.min()),
        maximum=float(records.max()),
        steepest_per_s=float((np.abs(np.diff(records)) / steps).max()) if steps.size else 0.0,
        longest_gap_s=float(steps.max()) if steps.size else 0.0,
        outside_s=sum(one.duration_s for one in found),
        excursions=tuple(sorted(found, key=lambda one: one.start_s)),
    )


def by_pc_clock(times_s: Numbers, checks: Sequence[ClockCheck]) -> Array:
    """The logger's times, in s, by the clock of the PC: one check shifts them, two also take out the clock's rate.

    Without alignment an excursion is charged to the wrong carrier. Raises `DataUnfit` for no check or more than two,
    two at one time, and numbers that are not finite.
    """
    times = finite(times_s, least=0)
    at, ahead = finite([one.at_s for one in checks], least=0), finite([one.ahead_s for one in checks], least=0)
    if at.size not in (1, 2) or (at.size == 2 and at[0] == at[1]):
        raise DataUnfit(message("A clock is compared once, or twice at different times; there are {n}.", n=at.size))
    with np.errstate(over="ignore", invalid="ignore"):
        rate = (ahead[1] - ahead[0]) / (at[1] - at[0]) if at.size == 2 else 0.0
        found = np.asarray(times - ahead[0] - rate * (times - at[0]))
    return finite(found, least=0)


def _beyond(times: Array, records: Array, limit: float, limits: Limits) -> list[Excursion]:
    """Excursions above `limit`."""
    outside = records > limit
    if limits.sampling is Sampling.PEAK:
        spans = [(int(i), int(i)) for i in np.flatnonzero(outside)]
        ends = [(float(times[i]), float(times[i])) for i, _ in spans]
    else:
        edges = np.flatnonzero(np.diff(np.concatenate(([False], outside, [False]))))
        spans = [(int(i), int(j) - 1) for i, j in zip(edges[::2], edges[1::2], strict=True)]
        ends = [
            (_crossing(times, records, i - 1, i, limit), _crossing(times, records, j + 1, j, limit)) for i, j in spans
        ]
    return [
        Excursion(
            quantity=limits.quantity,
            start_s=start,
            end_s=end,
            duration_s=end - start,
            extreme=float(records[i : j + 1].max()),
            limit=limit,
        )
        for (i, j), (start, end) in zip(spans, ends, strict=True)
    ]


def _crossing(times: Array, records: Array, inside: int, outside: int, limit: float) -> float:
    """Time at which the line from a record inside to its neighbour outside meets the limit."""
    if not 0 <= inside < times.size:
        return float(times[outside])
    share = (limit - records[inside]) / (records[outside] - records[inside])
    return float(times[inside] + share * (times[outside] - times[inside]))


def _mirrored(one: Excursion) -> Excursion:
    return msgspec.structs.replace(one, extreme=-one.extreme, limit=-one.limit)
