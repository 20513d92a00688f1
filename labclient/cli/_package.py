"""From a finished record to a delivered package: stage, sign, write, verify, submit; the pilot's receipt."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from labclient.cli._common import (
    add_identity,
    add_json,
    add_notebook,
    add_trust,
    add_who,
    folder_of,
    moment,
    opened,
    opened_identity,
    trust_for,
)
from labclient.cli._out import as_json, line
from labclient.cli._verbs import Verbs
from labclient.clock import iso
from labclient.package import Commitment, PackageReport, comparison_of, is_sealed, verify_package, verify_sealed
from labclient.participation import ROLE_NAMES, Participation, pack, prepare, sign, submit, take_receipt
from labclient.submission import deliver, receive
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
    package = verbs.sub("package", message("stage and write the package of a result"))
    prepare_ = package.add("prepare", message("stage the next revision, ready to be signed"), _prepare)
    add_notebook(prepare_)
    prepare_.add_argument("--stage", type=Path, required=True, metavar="DIR", help=say(message("new or empty folder")))
    add_who(prepare_)
    write = package.add("write", message("write the signed revision as one file, and verify it"), _write)
    add_notebook(write)
    write.add_argument("stage", type=Path, metavar="STAGE", help=say(message("the staged folder")))
    write.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("folder for the package")))
    sign_ = verbs.add("sign", message("sign a staged revision in a role"), _sign)
    add_notebook(sign_)
    sign_.add_argument("stage", type=Path, metavar="STAGE", help=say(message("the staged folder")))
    sign_.add_argument("--role", choices=tuple(ROLE_NAMES), required=True, help=say(message("in which role")))
    add_identity(sign_)
    verify = verbs.add(
        "verify", message("verify a package: signatures, people, log, and results computed again"), _verify
    )
    verify.add_argument("file", type=Path, metavar="FILE")
    add_trust(verify)
    verify.add_argument("--at", type=moment, metavar="TIME", help=say(message("time of receipt, if it was not now")))
    add_json(verify)
    submit_ = verbs.add("submit", message("copy a package to a folder or stick, and read it back"), _submit)
    submit_.add_argument("file", type=Path, metavar="FILE")
    submit_.add_argument("--to", type=Path, required=True, metavar="FOLDER", help=say(message("where to")))
    submit_.add_argument(
        "--notebook", type=Path, metavar="NOTEBOOK", help=say(message("the notebook in which it is entered"))
    )
    receive_ = verbs.add("receive", message("the pilot: verify a package and sign its receipt"), _receive)
    receive_.add_argument("file", type=Path, metavar="FILE")
    add_trust(receive_)
    add_identity(receive_)
    receive_.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(message("folder for the receipt")))
    add_json(receive_)
    receipt = verbs.add("receipt", message("verify the pilot's receipt and enter it: only now delivered"), _receipt)
    add_notebook(receipt)
    receipt.add_argument("file", type=Path, metavar="FILE")


def told_report(report: PackageReport) -> None:
    """Say everything that a verification found."""
    info = report.info
    if info is not None:
        line(message("{comparison}, {laboratory}, revision {revision}; plan {origin}; {entries} entries, root {root}",
                     comparison=info.comparison, laboratory=info.laboratory, revision=info.revision,
                     origin=info.plan_origin, entries=info.log.entries, root=info.log.root))  # fmt: skip
    for one in report.report.signatures:
        line(message("{number}. {role}: {name} ({id}), {laboratory}: {status}; “{statement}”, by their clock {time}",
                     number=one.number, role=one.role, name=one.person.name, id=one.person.id,
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


def recomputed(report: PackageReport) -> bool:
    """Whether checks and results were computed again from the readings; what then differs is a finding."""
    given_up = any(finding.code == "content" for finding in report.findings)
    return report.report.ok and report.info is not None and not given_up


def _prepare(asked: Namespace) -> int:
    with opened(asked) as participation:
        stage = prepare(participation, asked.stage, asked.who)
        line(message("Staged in {folder}: {count} files. To be signed by {roles}, in this order.", folder=asked.stage,
                     count=len(stage.files), roles=", ".join(stage.roles)))  # fmt: skip
    return 0


def _sign(asked: Namespace) -> int:
    with opened(asked) as participation:
        card = sign(participation, asked.stage, asked.role, opened_identity(asked, asked.identity))
    line(message("{name} has signed as {role}.", name=card.person.name, role=ROLE_NAMES[asked.role]))
    return 0


def _write(asked: Namespace) -> int:
    with opened(asked) as participation:
        path, report = pack(participation, asked.stage, folder_of(asked.out))
    line(message("Package: {path}", path=path))
    if report is None:
        line(message("Without the pilot's trust list nobody can verify who signed it."))
    else:
        told_report(report)
    return 0


def _verify(asked: Namespace) -> int:
    at = asked.at or datetime.now(UTC)
    sealed = is_sealed(asked.file)
    trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", at)
    if sealed:
        return _told_sealed(verify_sealed(asked.file, trust, at), as_document=asked.json)
    report = verify_package(asked.file, trust, at)
    if asked.json:
        as_json(report.as_json() | {"recomputed": recomputed(report)})
    else:
        told_report(report)
    return 0 if report.ok else 1


def _told_sealed(said: Commitment, *, as_document: bool) -> int:
    if as_document:
        document: dict[str, Any] = msgspec.to_builtins(said)
        as_json({"ok": True, "sealed": document})
    else:
        line(message("Sealed: {comparison}, {laboratory}, revision {revision}; commitment {commitment}",
                     comparison=said.comparison, laboratory=said.laboratory, revision=said.revision,
                     commitment=said.commitment))  # fmt: skip
        line(message("The approver's signature holds. What is inside only the pilot can verify, by opening it."))
    return 0


def _submit(asked: Namespace) -> int:
    if asked.notebook is None:
        delivered = deliver(asked.file, asked.to)
        line(message("This is in no notebook: give --notebook to have it entered."))
    else:
        with opened(asked) as participation:
            delivered = submit(participation, asked.file, asked.to)
    line(message("Written to {path} and read back, SHA-256 {digest}.", path=delivered.path, digest=delivered.sha256))
    line(message("Sent, not confirmed, until the pilot's receipt is here."))
    return 0


def _receive(asked: Namespace) -> int:
    now = datetime.now(UTC)
    trust = trust_for(asked, comparison_of(asked.file) if asked.trust is None else "", now)
    signer = opened_identity(asked, asked.identity)
    report, path = receive(asked.file, trust, signer, folder_of(asked.out), now)
    if asked.json:
        as_json(report.as_json() | {"receipt": str(path)})
        return 0
    told_report(report)
    line(message("Receipt: {path}. Send it back to the laboratory.", path=path))
    return 0


def _receipt(asked: Namespace) -> int:
    with opened(asked) as participation:
        return _taken(participation, asked.file)


def _taken(participation: Participation, file: Path) -> int:
    taken = take_receipt(participation, file)
    line(message("Delivered: {name} has confirmed the package {digest}, received {time} by their clock.",
                 name=taken.signer, digest=taken.receipt.package_sha256, time=taken.receipt.received))  # fmt: skip
    return 0
