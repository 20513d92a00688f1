"""What the pilot prepares before a comparison: authority, certificates, signed plan, signed trust list."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from labclient.clock import iso
from labclient.home import Home
from labclient.package import PLAN_JSON, TRUST_JSON
from labclient.plan import TrustedPerson, TrustList, read_plan
from labclient.signing import (
    Identity,
    Person,
    canonical,
    describe,
    install_certificate,
    issue,
    load_identity,
    new_authority,
    new_identity,
    revocations,
    write_signed,
)

LABORATORY = "LAB01"
PASSPHRASE = "demonstration only"
PEOPLE = (
    Person("P-01", "Operator A / 操作员甲", LABORATORY, ("operator",)),
    Person("P-02", "Checker B / 核验员乙", LABORATORY, ("checker",)),
    Person("P-03", "Approver C / 批准人丙", LABORATORY, ("approver",)),
)
_AUTHORITY = Person("P-00", "Pilot authority (example)", "PILOT", ())
_PILOT = Person("P-90", "Pilot D / 主导实验室丁", "PILOT", ("pilot",))
_KEY_COST = 1 << 14  # for keys that live as long as one demonstration
_VALID = timedelta(days=30 * 365)


class Papers(Struct, frozen=True):
    """The pilot's files, who signed them, and the fingerprint that the pilot reads out on the phone."""

    plan: Path
    trust: Path
    root: str
    pilot: Identity


def prepare_papers(out: Path, home: Home, plan: bytes, now: datetime) -> Papers:
    """Play the pilot: issue certificates, sign plan and trust list into `out`; identities of all go into `home`."""
    begins, ends = now - _VALID, now + _VALID
    authority = new_authority(
        home.identities / "authority", _AUTHORITY, PASSPHRASE, begins=begins, ends=ends, cost=_KEY_COST
    )
    pilot = _person(home, authority, _PILOT, begins, ends)
    people = [_person(home, authority, person, begins, ends) for person in PEOPLE]
    trust = TrustList(
        format="labclient-trust/1",
        comparison=read_plan(plan).id,
        version=1,
        issued=iso(now),
        simulated=True,
        roots=(authority.certificate.decode(),),
        crls=(revocations(authority, {}, number=1, begins=begins, ends=ends - timedelta(days=1)).decode(),),
        people=tuple(_trusted(one) for one in (pilot, *people)),
    )
    files = {"plan.asice": {PLAN_JSON: plan}, "trust.asice": {TRUST_JSON: canonical(msgspec.to_builtins(trust))}}
    for name, members in files.items():
        write_signed(out / name, members, role="pilot", signer=pilot, statement="issued", moment=now)
    return Papers(out / "plan.asice", out / "trust.asice", describe(authority.certificate).fingerprint, pilot)


def identity(home: Home, person: Person) -> Identity:
    """The opened identity of a person played here."""
    return load_identity(home.identities / person.id, PASSPHRASE)


def _person(home: Home, authority: Identity, person: Person, begins: datetime, ends: datetime) -> Identity:
    folder = home.identities / person.id
    request = new_identity(folder, person, PASSPHRASE, _KEY_COST)
    install_certificate(folder, issue(authority, request, person.roles, begins=begins, ends=ends - timedelta(days=1)))
    return identity(home, person)


def _trusted(one: Identity) -> TrustedPerson:
    who = one.person
    return TrustedPerson(who.id, who.name, who.laboratory, who.roles, one.card.fingerprint)  # type: ignore[arg-type]
