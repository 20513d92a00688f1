"""A first look at the files that a participation begins with, so that a person need not type what they say already."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from labclient.errors import NotVerified, Trouble
from labclient.home import Home
from labclient.package import PLAN_JSON, Trusted, accepted_trust, check_kind, kept_file, open_plan, open_trust
from labclient.plan import Plan, TrustedPerson, read_plan
from labclient.signing import read_container

_MAX_BYTES = 8_000_000
_TRUST_NAME = "trust.asice"


class PlanLook(Struct, frozen=True):
    """What plan and trust list say. `trust` is the list that goes with the plan, None where none is needed or known;
    `confirmed` says that a person has compared its root before, on this PC. `here` is the laboratory of the people
    whose identities lie on this PC; empty where there are none or of several."""

    plan: Plan
    asked: tuple[str, str]
    trust: Path | None
    confirmed: bool
    people: tuple[TrustedPerson, ...]
    here: str = ""

    def people_of(self, laboratory: str) -> tuple[TrustedPerson, ...]:
        """Those whom the trust list names for a laboratory."""
        return tuple(one for one in self.people if one.laboratory == laboratory)


def look_at(plan: Path, trust: str, home: Home, now: datetime) -> PlanLook:
    """Read the plan at `plan` and its trust list: the one named, else one beside the plan or accepted on this PC. A
    signed plan without any is read, not yet believed. Raises `NotVerified`, `PlanInvalid`, `StorageTrouble`."""
    asked = (str(plan), trust)
    if plan.suffix == ".json" and not trust:
        return PlanLook(open_plan(plan, None, now).plan, asked, None, confirmed=False, people=())
    path = Path(trust) if trust else _trust_for(plan, home, now)
    if path is None:
        return PlanLook(_unbelieved(plan), asked, None, confirmed=False, people=())
    trusted = open_trust(path, now)
    found = open_plan(plan, trusted.trust, now).plan
    people = trusted.trust.people
    return PlanLook(found, asked, path, _is_confirmed(home, trusted, now), people, _here(found, people, home))


def _here(plan: Plan, people: tuple[TrustedPerson, ...], home: Home) -> str:
    """The one laboratory of the route of which somebody has an identity on this PC."""
    route = {one.laboratory.code for one in plan.participants}
    codes = {one.laboratory for one in people if (home.identities / one.id).is_dir()} & route
    return codes.pop() if len(codes) == 1 else ""


def _trust_for(plan: Path, home: Home, now: datetime) -> Path | None:
    beside = plan.with_name(_TRUST_NAME)
    if beside.is_file():
        return beside
    try:
        return kept_file(home, accepted_trust(home, _unbelieved(plan).id, now))
    except NotVerified:  # none of this comparison: the person names it
        return None


def _is_confirmed(home: Home, trusted: Trusted, now: datetime) -> bool:
    try:
        return accepted_trust(home, trusted.trust.comparison, now).root == trusted.root
    except Trouble:  # none, or one that has run out: it is compared again
        return False


def _unbelieved(plan: Path) -> Plan:
    with read_container(plan) as container:
        check_kind(container, plan, PLAN_JSON)
        return read_plan(container.read(PLAN_JSON, _MAX_BYTES))
