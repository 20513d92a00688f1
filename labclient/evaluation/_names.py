"""The names of checks, verdicts and figures, to be said in the reader's language."""

from typing import Final

from labclient.units import INFLUENCES
from labclient.words import Message, given, message

CHECK_NAMES: dict[str, Message] = {
    "functional": message("functional check"),
    "transport": message("transport record"),
    "settling": message("warm-up"),
    "stability": message("reading stability"),
    "zero": message("zero readings"),
    "environment": message("environment"),
}

VERDICT_NAMES: dict[str, Message] = {
    "pass": message("pass"),
    "fail": message("fail"),
    "undecided": message("cannot judge yet"),
}

_CLOCK: Final = "logger clock ahead, comparison "
_FIGURES: Final[dict[str, Message]] = {
    "point": message("point"),
    "readings": message("number of readings"),
    "needed": message("readings needed"),
    "tolerance": message("tolerance"),
    "elapsed": message("time elapsed"),
    "minimum time": message("minimum time"),
    "duration": message("duration"),
    "change": message("change"),
    "u(change)": message("standard uncertainty of the change"),
    "k": message("coverage factor k"),
    "limit": message("limit"),
    "smallest detectable change": message("smallest detectable change"),
    "white noise of one reading": message("white noise of one reading"),
    "flicker floor": message("flicker floor"),
    "lowest Allan deviation": message("lowest Allan deviation"),
    "averaging time of the lowest": message("averaging time of the lowest Allan deviation"),
    "zeros": message("number of zero readings"),
    "largest": message("largest"),
    "lowest": message("lowest"),
    "highest": message("highest"),
    "excursions": message("number of excursions"),
    "time outside": message("time outside the limits"),
    "method": message("method"),
    "groups": message("number of groups"),
    "t": message("statistic t"),
    "critical t": message("critical value of t"),
    "significant": message("significant"),
    "range of the means": message("range of the means"),
    "basic criterion met": message("basic criterion met"),
    "widened limit": message("widened limit"),
    "widened criterion met": message("widened criterion met"),
}
_SUBJECTS: Final[dict[str, Message]] = INFLUENCES | {
    "trend": message("trend"),
    "group-range": message("range of groups"),
    "two-times": message("two times"),
}
_YES_NO: Final = {"yes": message("yes"), "no": message("no")}


def figure_name(name: str) -> Message:
    """What a figure of a check is called; on record its name is English."""
    subject, _, rest = name.rpartition(": ")
    if subject in _SUBJECTS and rest in _FIGURES:
        return message("{subject}, {figure}", subject=_SUBJECTS[subject], figure=_FIGURES[rest])
    if name.startswith(_CLOCK):
        return message("logger clock ahead, comparison {n}", n=name.removeprefix(_CLOCK))
    return _FIGURES.get(name) or given(name)


def figure_word(value: str) -> Message:
    """A figure that is no amount: a name, a count, yes or no."""
    return _YES_NO.get(value) or given(value)
