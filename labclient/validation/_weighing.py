"""Weighing designs: what the cases of this kind call."""

from collections.abc import Mapping, Sequence
from typing import Final

from labclient import metrology
from labclient.metrology import Weighing
from labclient.units import number
from labclient.validation._given import Call, Found, Given, floats, numbers


def _weigh(
    design: Sequence[Given], observations: Given, restraint: Given, value: str, u: str = "0", s: str = ""
) -> Found:
    found = metrology.weigh(
        [floats(row) for row in design],
        numbers(observations),
        floats(restraint),
        float(number(value)),
        float(number(u)),
        s=float(number(s)) if s else None,
    )
    return _weighed(found)


def _circular(order: str, times: Given, readings: Given, value: str, u: str = "0", s: str = "") -> Found:
    """The first artefact is the standard."""
    given = float(number(value)), float(number(u)), float(number(s)) if s else None
    found = metrology.circular(order, numbers(times), numbers(readings), order[0], *given)
    return _weighed(found) | ({} if found.drift is None else {"drift": found.drift})


def _weighed(found: Weighing) -> Found:
    names = found.artefacts
    each: Found = dict(zip(names, found.values, strict=True))
    each |= {f"u({name})": one for name, one in zip(names, found.u, strict=True)}
    each |= {f"cov({a},{b})": found.covariance[i][j] for i, a in enumerate(names) for j, b in enumerate(names) if i < j}
    return each | {"s": found.s, "dof": str(found.dof)}


WEIGHING: Final[Mapping[str, Call]] = {"weigh": _weigh, "circular": _circular}
