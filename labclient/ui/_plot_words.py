"""What a plot of a run shows, in words, for somebody who does not see it."""

from typing import Final

from labclient.ui._plot_cursors import span
from labclient.ui._plot_marks import Marks
from labclient.ui._pyramid import Pyramid
from labclient.words import Message, message

_LAST: Final = 3  # notes that are said whole


def described(
    pyramid: Pyramid, marks: Marks, extremes: tuple[float, float], unit: str, scale: float
) -> tuple[Message, ...]:
    """How many readings over which time, between which extremes (relative to the display zero, told in `unit` of size
    `scale`), and what lies beside them. The pyramid is not empty."""
    first, last = pyramid.span
    low, high = (f"{one / scale:.3g}".replace("-", "−") for one in extremes)
    notes, silent = marks.of("note"), marks.missing.count
    told = [
        message("{n} readings over {time}", n=len(pyramid), time=span(last - first)),
        message("from {low} {unit} to {high} {unit}", low=low, high=high, unit=unit),
    ]
    if silent:
        told.append(message("without a value: {n}", n=silent))
    if marks.of("gap"):
        told.append(message("gaps: {n}", n=len(marks.of("gap"))))
    if marks.of("excluded"):
        told.append(message("excluded stretches: {n}", n=len(marks.of("excluded"))))
    if notes:
        told.append(message("notes: {n}", n=len(notes)))
    return (*told, *(one.words for one in notes[-_LAST:]))
