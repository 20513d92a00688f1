"""What makes the correlation possible that a plan asks for between its points."""

from collections.abc import Iterator

from labclient.plan._data import Plan
from labclient.words import Message, message

_ANEW = frozenset({"readings", "hysteresis"})


def joint_faults(plan: Plan) -> Iterator[Message]:
    """Everything impossible in `plan.common_rows`; nothing where it has none."""
    if not plan.common_rows:
        return
    if len(plan.points) < 2:
        yield message("common_rows: a correlation needs two points or more.")
    origins = {row.id: row.origin for row in plan.budget}
    for row in plan.common_rows:
        if row not in origins:
            yield message("common_rows: the budget has no row “{row}”.", row=row)
        elif origins[row] in _ANEW:
            yield message("common_rows: “{row}” comes from readings, which are others at every point.", row=row)
    if len(set(plan.common_rows)) != len(plan.common_rows):
        yield message("common_rows: a row is named twice.")
