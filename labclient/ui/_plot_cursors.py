"""Two cursors on a run: each stands on a reading; what they say, alone and together."""

from collections.abc import Callable
from math import hypot
from typing import Final, Literal

import numpy as np
from msgspec import Struct

from labclient.ui._pyramid import Pyramid
from labclient.words import Message, message

Name = Literal["A", "B"]
NAMES: Final[tuple[Name, Name]] = ("A", "B")


class Standing(Struct, frozen=True):
    """A cursor: the place of its reading in the pyramid, its time in seconds and its value in the unit of the run."""

    name: Name
    place: int
    time: float
    value: float


class Cursors:
    """Where the two stand. A reading that is added changes neither."""

    def __init__(self) -> None:
        self._places: dict[Name, int] = {}

    def __bool__(self) -> bool:
        return bool(self._places)

    def clear(self) -> None:
        self._places.clear()

    def put(self, name: Name, pyramid: Pyramid, time: float) -> None:
        """On the reading nearest in time that has a value; nothing happens where none has."""
        place = pyramid.at(time)
        if place >= 0:
            self._places[name] = place

    def step(self, name: Name, pyramid: Pyramid, view: tuple[float, float], columns: int, by: int) -> float | None:
        """To the next reading, or by one pixel column where there are more readings than these; a cursor that does not
        stand yet begins in the middle of what is shown. Returns where it stands."""
        start, end = view
        first, behind = pyramid.within(start, end)
        if name not in self._places:
            self.put(name, pyramid, (start + end) / 2)
        elif behind - first <= columns:
            self._next(name, pyramid, by)
        else:
            time = pyramid.samples(self._places[name], self._places[name] + 1)[0][0]
            before = self._places[name]
            self.put(name, pyramid, float(time) + by * (end - start) / columns)
            if self._places[name] == before:  # a pause wider than a column
                self._next(name, pyramid, by)
        found = next((one for one in self.standing(pyramid) if one.name == name), None)
        return None if found is None else found.time

    def standing(self, pyramid: Pyramid) -> tuple[Standing, ...]:
        """The cursors that are there, A first."""
        found = []
        for name in NAMES:
            place = self._places.get(name, -1)
            if 0 <= place < len(pyramid):
                times, values = pyramid.samples(place, place + 1)
                found.append(Standing(name, place, float(times[0]), float(values[0])))
        return tuple(found)

    def _next(self, name: Name, pyramid: Pyramid, by: int) -> None:
        """The next reading with a value on that side, if there is one near."""
        place = self._places[name]
        reach = range(place + by, place + by * 4096, by)
        low, high = (place + 1, place + 4096) if by > 0 else (max(place - 4095, 0), place)
        there = np.isfinite(pyramid.samples(low, high)[1])
        self._places[name] = next((one for one in reach if 0 <= one - low < len(there) and there[one - low]), place)


def readout(
    standing: tuple[Standing, ...],
    pyramid: Pyramid,
    *,
    zero: float,
    unit: str,
    scale: float,
    u: float | None,
    told_time: Callable[[float], str],
) -> tuple[Message, ...]:
    """What the cursors say: time and value relative to `zero` in `unit` (of size `scale`), with the standard
    uncertainty `u` of one reading where it is known; of both, difference, time between, and the mean of all between
    them."""
    told: list[Message] = []
    for one in standing:
        named = {"name": one.name, "time": told_time(one.time), "unit": unit, "value": _signed(one.value - zero, scale)}
        told.append(
            message("{name} {time}: {value} {unit}", **named)
            if u is None
            else message("{name} {time}: {value} {unit}, u = {u} {unit}", u=f"{u / scale:.2g}", **named)
        )
    if len(standing) == len(NAMES):
        first, second = standing
        many, mean = pyramid.mean(min(first.place, second.place), max(first.place, second.place) + 1)
        apart = {"d": _signed(second.value - first.value, scale), "unit": unit, "time": span(second.time - first.time)}
        told += [
            message("B − A: {d} {unit} in {time}", **apart)
            if u is None
            else message("B − A: {d} {unit}, u = {u} {unit}, in {time}", u=f"{hypot(u, u) / scale:.2g}", **apart),
            message("mean of {n} readings: {mean} {unit}", n=many, mean=_signed(mean - zero, scale), unit=unit),
        ]
    return tuple(told)


def span(seconds: float) -> str:
    """A length of time as at the axis, with as many decimals as a short one needs."""
    if abs(seconds) < 60:
        return f"{abs(seconds):.3g} s"
    whole = round(abs(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _signed(difference: float, scale: float) -> str:
    return f"{difference / scale:+.4g}".replace("-", "−")
