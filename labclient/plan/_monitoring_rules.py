"""What makes the monitoring that a plan asks for possible."""

from collections.abc import Iterator
from decimal import Decimal

from labclient.errors import UnitUnknown
from labclient.plan._data import Plan, Quantity
from labclient.units import factor
from labclient.words import Message, message


def monitoring_faults(plan: Plan) -> Iterator[Message]:
    """Everything impossible in `plan.monitoring`; nothing where it has none."""
    asked = plan.monitoring
    if asked is None:
        return
    rows = {row.id for row in plan.budget}
    for row in asked.visit_rows:
        if row not in rows:
            yield message("monitoring.visit_rows: the budget has no row “{row}”.", row=row)
    if not Decimal(1) <= asked.k <= Decimal(10):
        yield message("{where}: a coverage factor lies between 1 and 10, not at {k}.", where="monitoring.k", k=asked.k)
    if asked.most_ratio <= 0:
        yield message("{where}: {value} is not above zero.", where="monitoring.most_ratio", value=asked.most_ratio)
    if asked.score in {"z", "z-prime"} and asked.sigma_pt is None:
        yield message("monitoring.score: “{score}” needs sigma_pt.", score=asked.score)
    if asked.score == "zeta" and asked.reference in {"weighted-mean", "largest-consistent-subset"}:
        yield message("monitoring.score: ζ does not hold for a member of a weighted mean; En does.")
    amounts: dict[str, Quantity | None] = {
        "monitoring.limit": asked.limit,
        "monitoring.u_laboratory": asked.u_laboratory,
        "monitoring.sigma_pt": asked.sigma_pt,
    }
    if asked.transport is not None:
        amounts["monitoring.transport.limit"] = asked.transport.limit
    for where, amount in amounts.items():
        yield from _amount(plan, where, amount, zero=False)
    if asked.transport is not None:
        yield from _amount(plan, "monitoring.transport.u_day", asked.transport.u_day, zero=True)


def _amount(plan: Plan, where: str, amount: Quantity | None, *, zero: bool) -> Iterator[Message]:
    if amount is None:
        return
    try:
        factor(amount.unit, plan.unit)
    except UnitUnknown as error:
        yield message("{where}: {reason}", where=where, reason=error.sentence)
    if amount.value < 0 or (amount.value == 0 and not zero):
        yield message("{where}: {value} is not above zero.", where=where, value=amount.value)
