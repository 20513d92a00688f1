"""Reading stability while a run goes on and afterwards: the Allan table, the judgement, and what would decide.

For the eye and for advice: what opens the gate is the check (`reading_stability`), made once, when the run is over.
Long runs are looked at through means of neighbouring readings, so that the numbers cost the same at the millionth
reading; times shorter than those means come from the last readings.
"""

from math import ceil
from typing import Final

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from labclient.errors import DataUnfit
from labclient.evaluation._readings import in_unit
from labclient.metrology import Allan, Stability, Verdict, allan, stability
from labclient.notebook import Reader, channels_of, run_values
from labclient.plan import Plan
from labclient.units import convert, factor, number
from labclient.words import message

MOST: Final = 100_000
_MISSING: Final = 1.5  # steps in time: a reading that should be there is not, so two neighbours are not adjoining
_ASKED: Final = 10_000  # steps whose median is taken
_LEAST: Final = 16  # readings before a change is judged

_Array = NDArray[np.float64]


class Averaging(Struct, frozen=True, kw_only=True):
    """What a run says of itself so far; all but times (s) in `unit`."""

    n: int
    """Readings that are values; the plan asks for `needed`."""
    needed: int
    unit: str
    span_s: float
    tau0: float
    """The usual time between two readings."""
    together: int
    """How many neighbouring readings each value behind the long averaging times is the mean of."""
    gaps: int
    """Places where readings are missing; no difference spans them."""
    allan: Allan | None
    """None while no two readings adjoin."""
    stability: Stability | None
    """None before 16 readings."""
    verdict: Verdict
    """By the plan's rule: undecided while readings are missing."""
    decides_after: int | None
    """Readings after which a run of this noise and this change would be judged; None when no number of them is enough,
    and while nothing is judged."""


def averaging_of(record: Reader, plan: Plan, run: int) -> Averaging:
    """What the recorded run `run` says. Raises `DataUnfit` for a run without readings of the plan's quantity, or with
    none that are values; `UnitUnknown`."""
    start, data = record.entry(run), run_values(record, run)
    places = [place for place, one in enumerate(channels_of(start)) if one.quantity == plan.quantity]
    if len(places) != 1:
        raise DataUnfit(message("Run {run} has no single channel of {quantity}.", run=run, quantity=plan.quantity))
    channel = data.channels[places[0]]
    times = (data.t_ns - int(start.body["clock"]["monotonic_ns"])) / 1e9
    resolution = float(number(channel.resolution)) if channel.resolution else 0.0
    return averaging(plan, times, data.values[:, places[0]], channel.unit, resolution)


def averaging(plan: Plan, times: _Array, values: _Array, unit: str, resolution: float = 0.0) -> Averaging:
    """What readings (`values` in `unit` at `times` in seconds, NaN for none) say by the plan's rule of stability.
    `resolution` is the step of their last digit, in `unit`. Raises `DataUnfit` without a value."""
    there = np.isfinite(values)
    times, values = times[there], in_unit(values[there], unit, plan.unit)
    if not len(values):
        raise DataUnfit(message("The run has no reading with a value yet."))
    step = _usual_step(times)
    gaps = missing_before(times, step)
    together = 1
    while len(values) > MOST * together:
        together *= 2
    means = _thinned(times, values, gaps, together)
    judged = _judged(plan, means, resolution * float(factor(unit, plan.unit)))
    enough = len(values) >= plan.stability.readings
    return Averaging(
        n=len(values),
        needed=plan.stability.readings,
        unit=plan.unit,
        span_s=float(times[-1] - times[0]),
        tau0=step,
        together=together,
        gaps=len(gaps),
        allan=_deviations(values, gaps, step, together, means) if step > 0 else None,
        stability=judged,
        verdict=judged.verdict if judged and enough else Verdict.UNDECIDED,
        decides_after=_decides_after(judged, together) if judged else None,
    )


def _usual_step(times: _Array) -> float:
    """The median time between two readings, of evenly taken pairs: that of all would let no other thread run
    meanwhile, the one that draws the window least of all."""
    if len(times) < 2:
        return 0.0
    places = np.linspace(0, len(times) - 2, min(len(times) - 1, _ASKED)).astype(np.intp)
    return float(np.median(times[places + 1] - times[places]))


def missing_before(times: _Array, step: float) -> NDArray[np.intp]:
    """The places of readings before which others are missing: `step` is the usual time between two of them."""
    return np.flatnonzero(np.diff(times) > _MISSING * step) + 1


class _Means(Struct, frozen=True, eq=False):
    """Means of neighbouring readings, none across a gap: middle times, values, and where the gaps are among them."""

    times: _Array
    values: _Array
    gaps: list[int]


def _thinned(times: _Array, values: _Array, gaps: NDArray[np.intp], together: int) -> _Means:
    if together == 1:
        return _Means(times, values, gaps.tolist())
    parts, places = [], []
    for one in np.split(np.stack((times, values)), gaps, axis=1):
        whole = one.shape[1] // together
        if whole:
            parts.append(one[:, : whole * together].reshape(2, whole, together).mean(axis=2))
            places.append(whole)
    if not parts:
        return _Means(times[-MOST:], values[-MOST:], (gaps[gaps > len(times) - MOST] - len(times) + MOST).tolist())
    joined = np.concatenate(parts, axis=1)
    return _Means(joined[0], joined[1], np.cumsum(places)[:-1].tolist())


def _deviations(values: _Array, gaps: NDArray[np.intp], step: float, together: int, means: _Means) -> Allan | None:
    """Octaves from one reading on. None where nothing adjoins."""
    try:
        long = allan(means.values, step * together, gaps=means.gaps)
        if together == 1:
            return long
        recent = max(0, len(values) - MOST)
        taus = [step * size for size in 2 ** np.arange(together.bit_length() - 1)]
        short = allan(values[recent:], step, taus, gaps=(gaps[gaps > recent] - recent).tolist())
    except DataUnfit:
        return None
    joined = {name: getattr(short, name) + getattr(long, name) for name in _COLUMNS}
    best = min(range(len(joined["taus"])), key=lambda at: _trusted(joined, at, len(values) * step))
    return structs.replace(long, **joined, best_tau=joined["taus"][best], floor=joined["deviations"][best])


_COLUMNS: Final = ("taus", "deviations", "counts", "noise", "edf", "low", "high")


def _trusted(table: dict[str, tuple[float, ...]], at: int, span: float) -> float:
    """The deviation, where the averaging time is at most a quarter of the run."""
    return table["deviations"][at] if 4 * table["taus"][at] <= span * (1 + 1e-9) or at == 0 else np.inf


def _judged(plan: Plan, means: _Means, resolution: float) -> Stability | None:
    if len(means.values) < _LEAST:
        return None
    limit = convert(float(plan.stability.limit.value), plan.stability.limit.unit, plan.unit)
    try:
        return stability(means.times, means.values, limit, float(plan.stability.k), resolution)
    except DataUnfit:  # two readings of one time
        return None


def _decides_after(seen: Stability, together: int) -> int | None:
    """How many readings make k·u(d) no larger than what lies between |d| and the limit, with this white and flicker
    noise: u² = lever²·(2·(2·white²/n + flicker²)), from `stability`; the lever of a run cut in halves is 2."""
    judgement = seen.judgement
    if judgement.verdict is not Verdict.UNDECIDED:
        return seen.n * together
    room = (abs(judgement.limit - abs(judgement.difference)) / (2 * judgement.k)) ** 2
    lasting = max(0.0, (judgement.u / 2) ** 2 - 4 * seen.white**2 / seen.n)
    if seen.white == 0 or room <= lasting:
        return None
    return together * max(seen.n + 1, ceil(4 * seen.white**2 / (room - lasting)))
