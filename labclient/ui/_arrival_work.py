"""What the arrival page shows from the record, read and computed in another thread: small pictures of the photos, and
what the transport logger saw."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from labclient.clock import parse_iso
from labclient.errors import Trouble
from labclient.evaluation import logger_file, read_logger, transport_exposures
from labclient.metrology import Exposure
from labclient.notebook import Reader
from labclient.participation import State
from labclient.units import convert

_SIDE = 144  # pixels of a small picture: sharp at 150 %
_COLUMNS = 2000  # of a curve; each holds the lowest and the highest value of its records

Floats = NDArray[np.float64]


class Photo(Struct, frozen=True, eq=False):
    """A photo of the record: its entry, its file's name, and itself made small (a null image where it is none)."""

    seq: int
    name: str
    image: QImage


class Course(Struct, frozen=True, eq=False):
    """What one quantity went through: times in s since 1970, and values in the unit of the plan's limits."""

    exposure: Exposure
    times: Floats
    values: Floats


class Gathered(Struct, frozen=True, eq=False):
    """What was found in the record as of `key`; `trouble` is why the logger's file says nothing."""

    key: tuple[object, ...]
    photos: tuple[Photo, ...]
    file: str = ""
    courses: tuple[Course, ...] = ()
    ahead_s: tuple[float, ...] = ()
    trouble: Trouble | None = None


def key_of(path: Path, state: State) -> tuple[object, ...]:
    """What a look depends on."""
    return path, state.photos, state.transport_log_at


def gather(path: Path, state: State, size: int, known: Mapping[int, Photo]) -> Gathered:
    """Read it. Photos that are `known` are not read again."""
    photos = []
    with Reader.open(path) as reader:
        for entry in reader.entries({"attachment"}, 0, size):
            if entry.body["what"] == "photo" and entry.station == "arrival":
                photos.append(known.get(entry.seq) or _photo(reader, entry.seq, str(entry.body["name"])))
        found = Gathered(key_of(path, state), tuple(photos))
        if state.transport_log_at < 0:
            return found
        entry = reader.entry(state.transport_log_at)
        name = str(entry.body["name"])
        try:
            seen = read_logger(reader.payload(entry.seq), logger_file(entry.body), parse_iso(entry.t))
            exposures = transport_exposures(seen, state.plan)
        except Trouble as trouble:
            return Gathered(found.key, found.photos, name, trouble=trouble)
        courses = []
        for one in exposures:
            values, unit = seen.columns[one.limits.quantity]
            shown = np.array([convert(value, unit, one.limits.unit) for value in values.tolist()])
            courses.append(Course(one, seen.times_s, shown))
        return Gathered(found.key, found.photos, name, tuple(courses), seen.ahead_s)


def thinned(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """At most 4000 points with the same extremes, in order of time."""
    if len(times) <= 2 * _COLUMNS:
        return times, values
    edges = np.linspace(0, len(times), _COLUMNS + 1).astype(int)
    places = np.array([[lo + int(values[lo:hi].argmin()), lo + int(values[lo:hi].argmax())]
                       for lo, hi in pairwise(edges.tolist())])  # fmt: skip
    order = np.unique(places)
    return times[order], values[order]


def _photo(reader: Reader, seq: int, name: str) -> Photo:
    image = QImage.fromData(reader.payload(seq))
    if not image.isNull():
        image = image.scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio,
                             Qt.TransformationMode.SmoothTransformation)  # fmt: skip
    return Photo(seq, name, image)
