"""Readings of a run as arrays in the unit that is asked for, placed in UTC by the run's own clock entry."""

from collections.abc import Iterable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from labclient.clock import parse_iso
from labclient.errors import DataUnfit
from labclient.notebook import Entry, Reader, RunData, run_values
from labclient.units import QUANTITIES, convert, factor, number
from labclient.words import message

Array = NDArray[np.float64]


class Readings(Struct, frozen=True, eq=False):
    """Readings that are values (status ok), one a row: `times` in seconds since 1970 UTC by this PC's clock, `series`
    the number of the series each belongs to, `resolution` the step of their last digit (0 when unknown)."""

    times: Array
    values: Array
    series: NDArray[np.int32]
    resolution: float = 0.0

    def of_series(self, series: int) -> "Readings":
        """Those of one series."""
        mine = self.series == series
        return Readings(self.times[mine], self.values[mine], self.series[mine], self.resolution)


def readings(record: Reader, run: int, quantity: str, unit: str, stop: int | None = None) -> Readings:
    """The values of the run's channel of that quantity, in `unit`, from the first `stop` entries.

    Raises `DataUnfit` when the run has no such channel, or more than one; `UnitUnknown` when the unit does not fit.
    """
    return _channel(run_values(record, run, entries=stop), record.entry(run), quantity, unit)


def all_readings(record: Reader, runs: Iterable[int], quantity: str, unit: str, stop: int | None = None) -> Readings:
    """The values of several runs in order of time, from the first `stop` entries."""
    parts = [readings(record, run, quantity, unit, stop) for run in runs]
    if not parts:
        return Readings(np.empty(0), np.empty(0), np.empty(0, np.int32))
    times = np.concatenate([part.times for part in parts])
    order = np.argsort(times, kind="stable")
    values = np.concatenate([part.values for part in parts])
    series = np.concatenate([part.series for part in parts])
    return Readings(times[order], values[order], series[order])


def _channel(data: RunData, start: Entry, quantity: str, unit: str) -> Readings:
    places = [place for place, channel in enumerate(data.channels) if channel.quantity == quantity]
    if len(places) != 1:
        raise DataUnfit(
            message("Run {run} has no single channel of {quantity}.", run=data.run, quantity=QUANTITIES[quantity])
        )
    column = data.values[:, places[0]]
    valid = np.isfinite(column)
    clock = start.body["clock"]
    began = parse_iso(str(clock["utc"])).timestamp()
    times = began + (data.t_ns[valid] - int(clock["monotonic_ns"])) / 1e9
    channel = data.channels[places[0]]
    resolution = float(number(channel.resolution) * factor(channel.unit, unit)) if channel.resolution else 0.0
    return Readings(times, in_unit(column[valid], channel.unit, unit), data.series[valid], resolution)


def in_unit(values: Array, source: str, target: str) -> Array:
    """`values` in the unit `source`, in `target`; raises `UnitUnknown` between quantities."""
    if source == target:
        return values
    shift = convert(0.0, source, target)
    return shift + (convert(1.0, source, target) - shift) * values
