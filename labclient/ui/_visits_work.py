"""The pilot's visits as the window needs them: read aside from the window, each file with its visit or its trouble."""

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from labclient.errors import Trouble
from labclient.evaluation import Band, Monitored, Visit, eight_digits, monitor, shown_unit
from labclient.evaluation import monitored_told as sentences_of
from labclient.home import this_pc
from labclient.participation import keep_visits, kept_visits, read_visit
from labclient.ui._drift_plot import Bar, Drawing
from labclient.words import message, say

_K = 2.0
_STEPS = 80
_EMPTY = message("No visit yet. “Add visits…” takes the pilot laboratory's own notebooks and packages.")


class Looked(Struct, frozen=True, kw_only=True):
    """The files of a comparison's visits, and what those that could be read say together."""

    files: tuple[tuple[Path, Visit | Trouble], ...]
    points: tuple[Monitored, ...] = ()
    trouble: Trouble | None = None


def look_at_visits(comparison: str, also: Path | None) -> Looked:
    """The visits that this PC remembers, and `also` the open notebook."""
    home, now = this_pc(), datetime.now(UTC)
    paths = list(kept_visits(home, comparison))
    if also is not None and also.absolute() not in paths:
        paths.append(also.absolute())
    files: list[tuple[Path, Visit | Trouble]] = []
    for path in paths:
        try:
            files.append((path, read_visit(path, home, now)))
        except Trouble as trouble:
            files.append((path, trouble))
    visits = [one for _, one in files if isinstance(one, Visit)]
    if not visits:
        return Looked(files=tuple(files))
    try:
        return Looked(files=tuple(files), points=monitor(visits))
    except Trouble as trouble:
        return Looked(files=tuple(files), trouble=trouble)


def add_visits(comparison: str, paths: tuple[Path, ...]) -> None:
    """Remember these besides those that are remembered."""
    home = this_pc()
    kept = kept_visits(home, comparison)
    keep_visits(home, comparison, (*kept, *(one.absolute() for one in paths if one.absolute() not in kept)))


def forget_visits(comparison: str) -> None:
    """Remember none; the files stay where they are."""
    keep_visits(this_pc(), comparison, ())


def zero_of(seen: Monitored) -> float:
    """The display zero: the first visit's value."""
    return eight_digits(seen.visits[0].value)


def shown_in(seen: Monitored) -> tuple[str, float]:
    """The unit in which a point's differences are shown."""
    zero = zero_of(seen)
    return shown_unit(max(abs(one.value - zero) + _K * one.u_visit for one in seen.visits), seen.unit)


def visits_drawing(seen: Monitored | None) -> Drawing:
    """The visits with bars of 2·u_visit, and the drift with its band as far as the last laboratory."""
    if seen is None:
        return Drawing(unit="", shown="", size=1.0, zero=None, nothing=_EMPTY)
    shown, size = shown_in(seen)
    first, last = seen.known
    band: tuple[Band, ...] = ()
    if seen.drift is not None:
        begin, end = min([first, *(one.time_s for one in seen.at)]), max([last, *(one.time_s for one in seen.at)])
        band = tuple(seen.seen_at(begin + (end - begin) * step / _STEPS) for step in range(_STEPS + 1))
    return Drawing(
        unit=seen.unit,
        shown=shown,
        size=size,
        zero=zero_of(seen),
        bars=tuple(Bar(one.time_s, one.value, _K * one.u_visit) for one in seen.visits),
        band=band,
        known_from_s=first,
        known_until_s=last,
        told=tuple(map(say, sentences_of(seen))),
        legend=message("Bars: twice the u of the visit. Band of the drift: 95 %; dashed beyond the visits."),
    )
