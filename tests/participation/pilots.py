"""A comparison whose pilot laboratory measures the transfer standard itself, visit by visit."""

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import StillClock, Truth, small_plan_json

from labclient.demo import _papers
from labclient.demo._papers import LABORATORY
from labclient.participation import Participation
from labclient.signing import Person

from .world import NAME, Desk, Office, open_office

DAY_NS = 86_400 * 10**9
_NOISE = (3e-8, -1e-8, 2e-8, -4e-8)


def open_pilot(folder: Path, **monitoring: Any) -> Office:
    """An office in which the laboratory that measures is the pilot; its plan asks for this monitoring."""
    plan = json.loads(small_plan_json())
    plan["pilot"] = plan["participants"][0]["laboratory"]
    if monitoring:
        plan["monitoring"] = monitoring
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_papers, "_PILOT", Person("P-90", "Pilot D", LABORATORY, ("pilot",)))
        office = open_office(folder, json.dumps(plan).encode())
    office.keeps = False
    return office


def visit(office: Office, folder: Path, day: int, value: float, until: str = "signing") -> Path:
    """A notebook of the pilot, begun so many days later; the transfer standard shows `value` at the first point."""
    folder.mkdir(parents=True)
    desk = Desk.__new__(Desk)
    desk.office, desk.folder, desk.staged = office, folder, folder / "staged"
    desk.clock = StillClock()
    desk.clock.ns = day * DAY_NS
    desk.p = Participation.create(
        folder / NAME, plan=office.papers.plan, trust=office.papers.trust, confirmed_root=office.papers.root,
        laboratory=LABORATORY, who="P-01", clock=desk.clock, home=office.home,
    )  # fmt: skip
    desk._take_up()
    desk.truth = showing(value)
    desk.until(until)
    desk.p.close()
    return folder / NAME


def showing(value: float) -> Truth:
    """A bench on which the transfer standard shows `value` at the first point, with a little noise."""
    drawn = 0

    def truth(role: str, direction: str, point: str, _: float) -> float:
        nonlocal drawn
        drawn += 1
        level = {"S": 9.9999815, "X": value}.get(role, 0.0) * (1.0 if point == "10V" else 0.1018)
        return (-level if direction == "-" else level) + _NOISE[drawn % len(_NOISE)] * (1 + drawn % 3)

    return truth
