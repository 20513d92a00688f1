"""A comparison that comes to its end: the pilot laboratory's visit, a laboratory's package, the released report."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.records import StillClock, small_plan_json

from labclient.evaluation import Method
from labclient.home import Home
from labclient.package import open_trust
from labclient.participation import Comparison, Participation, compare_packages, read_visit

from .pilots import showing
from .world import NAME, Desk, Office, open_office

AFTER = datetime(2026, 5, 1, 12, tzinfo=UTC)
VALUE = 10.0000127


def open_ring(folder: Path, **changes: Any) -> Office:
    """An office whose pilot laboratory takes part in the route, so that it has notebooks of its own."""
    plan = json.loads(small_plan_json(**changes))
    first = plan["participants"][0]
    plan["participants"] = [first | {"laboratory": plan["pilot"]}, *plan["participants"]]
    return open_office(folder, json.dumps(plan).encode())


def visit_of_pilot(office: Office, folder: Path, value: float = VALUE) -> Path:
    """A notebook of the pilot laboratory with its result."""
    folder.mkdir(parents=True)
    desk = Desk.__new__(Desk)
    desk.office, desk.folder, desk.staged = office, folder, folder / "staged"
    desk.clock = StillClock()
    desk.p = Participation.create(
        folder / NAME, plan=office.papers.plan, trust=office.papers.trust, confirmed_root=office.papers.root,
        laboratory=office.papers.pilot.person.laboratory, who="P-01", clock=desk.clock, home=office.home,
    )  # fmt: skip
    desk._take_up()
    desk.truth = showing(value)
    keeps, office.keeps = office.keeps, False
    desk.until("signing")
    office.keeps = keeps
    desk.p.close()
    return folder / NAME


def sent_of(office: Office, folder: Path, value: float = VALUE) -> Path:
    """A laboratory's finished package; its notebook lies beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    desk = Desk(office, folder, truth=showing(value))
    keeps, office.keeps = office.keeps, False
    desk.until("submission")
    office.keeps = keeps
    desk.p.close()
    return next(folder.glob("result_*.asice"))


def compared(office: Office, visit: Path, *packages: Path, home: Home, method: Method | None = None) -> Comparison:
    trust = open_trust(office.papers.trust, AFTER).trust
    return compare_packages(
        [read_visit(visit, home, AFTER, trust)], packages, home, AFTER, trust=trust, method=method
    )  # fmt: skip
