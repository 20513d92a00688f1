"""What the readings of a run say of stability and averaging, in sentences: the verdict, its statistic, what would
decide, and where averaging stops helping. Window and command line say the same."""

from collections.abc import Iterator

from labclient.evaluation._averaging import Averaging
from labclient.metrology import Allan, Stability, Verdict
from labclient.units import fitting_unit
from labclient.words import Message, message

_SURE = 30  # differences behind a deviation that is spoken of


def verdict_told(seen: Averaging) -> Message:
    """The verdict by the plan's rule, as one sentence."""
    if seen.n < seen.needed:
        return message(
            "Cannot judge yet: {n} of {total} readings, about {time} more.",
            n=seen.n,
            total=seen.needed,
            time=duration((seen.needed - seen.n) * seen.tau0) if seen.tau0 else "?",
        )
    return {
        Verdict.PASS: message("Stable: the readings changed by less than the plan allows."),
        Verdict.FAIL: message("Not stable: the readings changed by more than the plan allows."),
        Verdict.UNDECIDED: message("Cannot be judged: the interval of the change reaches across the limit."),
    }[seen.verdict]


def averaging_told(seen: Averaging) -> tuple[Message, ...]:
    """All that follows the verdict, a sentence each."""
    return tuple(_sentences(seen))


def duration(seconds: float) -> str:
    """A time for the eye, in s, min or h."""
    for size, unit in ((3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def white_until(table: Allan, span_s: float) -> float | None:
    """The longest averaging time up to which the noise is white; None when it never is."""
    until = None
    for tau, noise, count in zip(table.taus, table.noise, table.counts, strict=True):
        if noise != 0 or count < _SURE or 4 * tau > span_s:
            break
        until = tau
    return until


def _sentences(seen: Averaging) -> Iterator[Message]:
    if seen.stability:
        yield _statistic(seen.stability, seen.unit)
        if seen.n >= seen.needed:
            yield from _what_would_decide(seen)
    if seen.allan:
        yield from _advice(seen.allan, seen)
    if seen.gaps:
        yield message("Gaps: {n}. No average spans them.", n=seen.gaps)
    if seen.together > 1:
        yield message("Long averaging times are looked at through means of {n} readings.", n=seen.together)


def _statistic(made: Stability, unit: str) -> Message:
    one = made.judgement
    fitting, size = fitting_unit(one.limit, unit)
    return message(
        "|Change| {d} ± {u} {unit} (k = {k}), limit {limit} {unit}; smallest detectable change {least} {unit}.",
        d=_short(abs(one.difference) / size),
        u=_short(one.k * one.u / size),
        unit=fitting,
        k=_short(one.k),
        limit=_short(one.limit / size),
        least=_short(made.smallest_detectable / size),
    )


def _what_would_decide(seen: Averaging) -> Iterator[Message]:
    if seen.verdict is Verdict.FAIL:
        yield message("Look for the cause — contacts, mains, the room — let it settle and repeat.")
    elif seen.verdict is Verdict.UNDECIDED and seen.decides_after is not None:
        yield message(
            "With this noise and this change about {n} readings would decide; less noise decides sooner.",
            n=seen.decides_after,
        )
    elif seen.verdict is Verdict.UNDECIDED:
        yield message("More readings would not decide: averaging does not reduce this noise enough. Find its cause, "
                      "or tell the pilot.")  # fmt: skip


def _advice(table: Allan, seen: Averaging) -> Iterator[Message]:
    fitting, size = fitting_unit(table.floor, seen.unit)
    floor = f"{_short(table.floor / size)} {fitting}"
    known = [tau for tau in table.taus if 4 * tau <= seen.span_s + seen.tau0 * (1 + 1e-9)] or [table.taus[0]]
    until = white_until(table, seen.span_s)
    if until is not None and until > table.taus[0]:
        yield message("White noise up to about {tau}.", tau=duration(until))
    if table.best_tau < known[-1]:
        yield message(
            "Averaging helps up to about {tau}: there the Allan deviation is lowest, {floor}. Longer averages are no "
            "better.",
            tau=duration(table.best_tau),
            floor=floor,
        )
    else:
        yield message(
            "Averaging helps as far as this run can tell: {floor} at {tau}.", tau=duration(table.best_tau), floor=floor
        )


def _short(value: float) -> str:
    return f"{value:.3g}"
