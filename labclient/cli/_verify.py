"""`labclient verify`: what a package is worth, everything found said."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from labclient.cli._common import (
    add_json,
    add_trust,
    moment,
    trust_for,
)
from labclient.cli._notebook import checkpoint_text
from labclient.cli._out import as_json, line, text, trouble
from labclient.cli._verbs import Verbs
from labclient.clock import iso
from labclient.errors import NotVerified
from labclient.package import Commitment, PackageReport, comparison_of, is_sealed, verify_package, verify_sealed
from labclient.participation import ROLE_NAMES
from labclient.plan import PLAN_ORIGINS
from labclient.words import Message, message, say

STATUS_NAMES: dict[str, Message] = {
    "ok": message("certificate in order"),
    "untrusted": message("unknown root"),
    "expired": message("certificate expired"),
    "not_yet_valid": message("certificate not valid yet"),
    "revoked": message("certificate revoked"),
    "revocation_unknown": message("revocation list out of date"),
}


def add(verbs: Verbs) -> None:
    verify = verbs.add(
        "verify", message("verify a package: signatures, people, log, and results computed again"), _verify
    )
    verify.add_argument("file", type=Path, metavar="FILE")
    add_trust(verify)
    verify.add_argument("--at", type=moment, metavar="TIME", help=say(message("time of receipt, if it was not now")))
    add_held(verify)
    add_json(verify)


def add_held(verb: ArgumentParser) -> None:
    told = message("a checkpoint of this notebook that came before; may be repeated: the package must continue it")
    verb.add_argument(
        "--checkpoint", type=Path, action="append", default=[], metavar="FILE", dest="held", help=say(told)
    )


def held(asked: Namespace) -> list[str]:
    """The notes of the checkpoints named."""
    return [checkpoint_text(path) for path in asked.held]


def told_report(report: PackageReport) -> None:
    """Say everything that a verification found."""
    info = report.info
    if info is not None:
        line(message("{comparison}, {laboratory}, revision {revision}; plan {origin}; {entries} entries, root {root}",
                     comparison=info.comparison, laboratory=info.laboratory, revision=info.revision,
                     origin=PLAN_ORIGINS[info.plan_origin], entries=info.log.entries, root=info.log.root))  # fmt: skip
        line(message("Plan as it was accepted: SHA-256 {digest}", digest=info.plan.sha256))
    for one in report.report.signatures:
        line(message("{number}. {role}: {name} ({id}), {laboratory}: {status}; “{statement}”, by their clock {time}",
                     number=one.number, role=ROLE_NAMES.get(one.role, one.role), name=one.person.name, id=one.person.id,
                     laboratory=one.person.laboratory, status=STATUS_NAMES.get(one.status, one.status),
                     statement=one.statement, time=iso(one.claimed_time)))  # fmt: skip
    for finding in report.all_findings:
        weight = message("refused") if finding.grave else message("to be read")
        line(message("{weight}: {sentence}", weight=weight, sentence=finding.sentence)
             if not finding.subject
             else message("{weight}: {subject}: {sentence}", weight=weight, subject=finding.subject,
                          sentence=finding.sentence))  # fmt: skip
    line(
        message("Checks and results were computed again from the readings.")
        if recomputed(report)
        else message("Checks and results were NOT computed again.")
    )
    line(
        message("Verified: unchanged since it was signed, by people the pilot named.")
        if report.ok
        else message("NOT verified.")
    )
    if not report.ok:
        trouble(say(message("→ {step}", step=NotVerified.usual)))


def recomputed(report: PackageReport) -> bool:
    """Whether checks and results were computed again from the readings; what then differs is a finding."""
    given_up = any(finding.code == "content" for finding in report.findings)
    return report.report.ok and report.info is not None and not given_up


def _verify(asked: Namespace) -> int:
    at = asked.at or datetime.now(UTC)
    sealed = is_sealed(asked.file)
    trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", at)
    if sealed:
        return _told_sealed(verify_sealed(asked.file, trust, at), as_document=asked.json)
    report = verify_package(asked.file, trust, at, held(asked))
    if asked.json:
        as_json(report.as_json() | {"recomputed": recomputed(report)})
    else:
        told_report(report)
    return 0 if report.ok else 1


def told_code(said: Commitment) -> None:
    """The code that the laboratory reads out."""
    line(message("Code of commitment {commitment}, as the laboratory reads it over the phone:",
                 commitment=said.commitment))  # fmt: skip
    text(said.code)


def _told_sealed(said: Commitment, *, as_document: bool) -> int:
    if as_document:
        document: dict[str, Any] = msgspec.to_builtins(said)
        as_json({"ok": True, "sealed": document, "code": said.code})
    else:
        line(message("Sealed: {comparison}, {laboratory}, revision {revision}; commitment {commitment}",
                     comparison=said.comparison, laboratory=said.laboratory, revision=said.revision,
                     commitment=said.commitment))  # fmt: skip
        told_code(said)
        line(message("The approver's signature holds. What is inside only the pilot can verify, by opening it."))
    return 0
