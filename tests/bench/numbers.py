"""Pure numbers against a peer."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from labclient.metrology import oadev

from ._figures import Figure, Size


def allan(size: Size, folder: Path) -> Iterator[Figure]:
    """The overlapping Allan deviation in octaves against allantools: time and largest relative difference."""
    import allantools

    del folder
    readings = 10.0 + 1e-6 * np.random.default_rng(1).standard_normal(size.points)
    ours, theirs = [], []
    for _ in range(size.repeats):
        began = time.perf_counter()
        mine = oadev(readings, 1.0)
        between = time.perf_counter()
        # its sums lose eight digits under the 10 V; without them both see the same numbers
        taus, its, *_ = allantools.oadev(readings - readings[0], rate=1.0, data_type="freq", taus=list(mine.taus))
        theirs.append(time.perf_counter() - between)
        ours.append(between - began)
    known = dict(zip(mine.taus, mine.deviations, strict=True))
    differences = [abs(known[float(tau)] / deviation - 1.0) for tau, deviation in zip(taus, its, strict=True)]
    peer = f"allantools {median(theirs):.3f} s"
    yield Figure("oadev_1e6_ratio", median(a / b for a, b in zip(ours, theirs, strict=True)), "of its time", peer)
    yield Figure("oadev_1e6_difference", max(differences), "relative", "allantools")
