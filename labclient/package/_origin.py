"""The pilot's documents: a plan or a trust list in its container, and how far it can be believed."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

from msgspec import Struct

from labclient.errors import NotVerified, PlanInvalid
from labclient.package._kinds import check_kind
from labclient.plan import Plan, TrustList, read_plan, read_trust
from labclient.signing import Report, Trust, describe, read_container, read_small, verify_container
from labclient.words import message

PLAN_JSON = "plan.json"
TRUST_JSON = "trust.json"
_PILOT = ("pilot",)
_MAX_BYTES = 8_000_000


class Trusted(Struct, frozen=True):
    """A trust list that its own root signed. Whether that root is the pilot's is for a person to confirm, once, by its
    fingerprint: over the phone or from paper."""

    trust: TrustList
    sha256: str
    root: str
    report: Report


class PlanSource(Struct, frozen=True):
    """A plan with its origin: signed by the pilot, or transcribed from the pilot's document."""

    plan: Plan
    sha256: str
    origin: Literal["signed", "transcribed"]
    signer: str | None


def anchors(trust: TrustList) -> Trust:
    """Roots and revocation lists of a trust list, as signatures are verified against them."""
    return Trust(tuple(root.encode() for root in trust.roots), tuple(crl.encode() for crl in trust.crls))


def open_trust(path: Path, moment: datetime) -> Trusted:
    """The trust list in the container `path`. Raises `NotVerified` unless its only root signed it, `PlanInvalid`."""
    with read_container(path) as container:
        check_kind(container, path, TRUST_JSON)
        trust = read_trust(container.read(TRUST_JSON, _MAX_BYTES))
        if len(trust.roots) != 1:
            raise PlanInvalid(message("A trust list has exactly one root certificate."))
        report = verify_container(container, anchors(trust), _PILOT, moment)
        refuse(report, path)
        return Trusted(trust, container.sha256, describe(trust.roots[0].encode()).fingerprint, report)


def open_plan(path: Path, trust: TrustList | None, moment: datetime) -> PlanSource:
    """The plan at `path`: a container that the pilot signed, or plain JSON that says it was transcribed.

    A bad signature is refused, and a plan without one never counts as signed. Raises `NotVerified`, `PlanInvalid`.
    """
    if path.suffix == ".json":
        data = read_small(path, _MAX_BYTES)
        plan = read_plan(data)
        if plan.transcription is None:
            raise NotVerified(
                message("{file} is neither signed by the pilot nor a transcription.", file=path.name),
                message(
                    "Ask the pilot laboratory for the signed plan, or transcribe its document, with a second person."
                ),
            )
        return PlanSource(plan, sha256(data).hexdigest(), "transcribed", None)
    if trust is None:
        raise NotVerified(
            message("The signature of the plan cannot be verified without the pilot's trust list."),
            message("Give the trust list that came with the plan."),
        )
    with read_container(path) as container:
        check_kind(container, path, PLAN_JSON)
        plan = read_plan(container.read(PLAN_JSON, _MAX_BYTES))
        report = verify_container(container, anchors(trust), _PILOT, moment)
        refuse(report, path)
        signer = report.signatures[0].certificate
        person = trust.person(signer)
        if person is None or "pilot" not in person.roles or person.laboratory != plan.pilot.code:
            raise NotVerified(message("The signer of {file} is not in the trust list as pilot.", file=path.name))
        if trust.comparison != plan.id:
            raise NotVerified(message("Plan and trust list belong to different comparisons."))
        return PlanSource(plan, container.sha256, "signed", signer)


def refuse(report: Report, path: Path) -> None:
    """Raise `NotVerified` with the first grave finding of a verification that did not hold."""
    for finding in report.findings:
        if finding.grave:
            raise NotVerified(
                message("{file} is refused: {reason}", file=path.name, reason=finding.sentence),
                message("Ask the pilot laboratory for the file again."),
            )
    if not report.ok:
        raise NotVerified(message("{file} carries no signature.", file=path.name))
