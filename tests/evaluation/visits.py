"""Visits of a pilot laboratory and results of others, with known numbers."""

from datetime import UTC, datetime
from typing import Any

from labclient.evaluation import LabPoint, Visit, VisitPoint
from labclient.metrology import Session
from labclient.plan import Plan

from .records import small_plan

DAY = 86400.0
BEGIN = datetime(2026, 1, 5, 12, tzinfo=UTC).timestamp()
POINT = "10V"


def one_point(**monitoring: Any) -> Plan:
    """The small plan with its first point alone."""
    plan = small_plan()
    return small_plan(
        points=[
            {"id": POINT, "nominal": {"value": "10", "unit": "V"}, "tolerance": {"value": "0.01", "unit": "V"},
             "settings": {"range": "10"}}
        ],
        **({"monitoring": monitoring} if monitoring else {}),
        quantity=plan.quantity,
    )  # fmt: skip


def visit(
    plan: Plan,
    day: float,
    value: float,
    *,
    u: float = 1e-7,
    common: float = 2e-7,
    check: float | None = None,
    **other: Any,
) -> Visit:
    """A visit so many days after the first; all in V."""
    point = VisitPoint(
        point=POINT,
        value=value,
        u=(u**2 + common**2) ** 0.5,
        u_visit=u,
        u_common=common,
        U=2 * (u**2 + common**2) ** 0.5,
        k=2.0,
        time_s=BEGIN + day * DAY,
        cycles=10,
        session=Session(mean=value, s=u * 10**0.5, n=10),
        check=None if check is None else Session(mean=check, s=u * 10**0.5, n=10),
    )
    return Visit(
        **({"source": f"visit-{day:g}", "plan": plan, "laboratory": plan.pilot.code, "points": (point,)} | other)
    )


def lab(code: str, day: float, value: float, U: float, k: float = 2.0) -> LabPoint:
    return LabPoint(laboratory=code, point=POINT, value=value, U=U, k=k, time_s=BEGIN + day * DAY)
