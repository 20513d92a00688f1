"""Is a result that was computed again the same? To the digit, but for two things that differ between computers:
functions such as exp in a model, in their last binary place, and the numbers that another version of the generator
draws."""

from collections.abc import Iterator
from itertools import zip_longest
from math import isclose
from typing import Any, Final

import msgspec

from labclient.evaluation._data import PointResult, Result
from labclient.evaluation._joint import same_joint

_OF_U: Final = 1e-6  # of the combined uncertainty: so far may values differ that functions made
_LAST_PLACES: Final = 1e-9  # of what follows from them by slopes: sensitivities, contributions, shares
_VALUES: Final = frozenset({"value", "value_without_exclusions", "value_without", "mean", "low", "high"})
_GIVEN: Final = frozenset({"estimate", "standard_value", "mean_of_cycles", "reported_value", "reported_U"})
_DRAWN_FROM: Final = ("U", "k", "reported_U", "reported_value")  # where ν_eff is undefined


def same_result(said: Result, again: Result) -> bool:
    """Whether two results of the same record say the same."""
    if said.methods != again.methods or len(said.points) != len(again.points):
        return False
    if not same_joint(said.joint, again.joint):
        return False
    return all(_same_point(*pair) for pair in zip(said.points, again.points, strict=True))


def _same_point(said: PointResult, again: PointResult) -> bool:
    if said == again:
        return True
    ours, theirs = said.monte_carlo, again.monte_carlo
    if ours is not None and theirs is not None and ours.generator != theirs.generator:
        far = 2 * max(float(ours.tolerance), float(theirs.tolerance))
        pairs = ((ours.mean, theirs.mean), (ours.u, theirs.u), (ours.low, theirs.low), (ours.high, theirs.high))
        if any(abs(float(a) - float(b)) > far for a, b in pairs) or ours.seed != theirs.seed:
            return False
        told = {name: getattr(said, name) for name in _DRAWN_FROM} if again.dof == "undefined" else {}
        again = msgspec.structs.replace(again, monte_carlo=ours, cautions=said.cautions, **told)
    if not (said.model or said.monte_carlo):
        return said == again
    far = _OF_U * float(again.u_c)
    return all(_same(a, b, far) for a, b in zip_longest(_leaves(said), _leaves(again)))


def _leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Every single thing that is said, with its place."""
    built = msgspec.to_builtins(value)
    stack = [("", built)]
    while stack:
        where, one = stack.pop()
        if isinstance(one, dict | list):
            inside = one.items() if isinstance(one, dict) else enumerate(one)
            stack += [(f"{where}/{name}", child) for name, child in inside]
        else:
            yield where, one


def _same(ours: tuple[str, Any] | None, theirs: tuple[str, Any] | None, far: float) -> bool:
    if ours == theirs:
        return True
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return False
    try:
        a, b = float(ours[1]), float(theirs[1])
    except (TypeError, ValueError):
        return False
    name = ours[0].rpartition("/")[2]
    if name in _VALUES:
        return abs(a - b) <= far
    return name not in _GIVEN and isclose(a, b, rel_tol=_LAST_PLACES, abs_tol=1e-300)
