"""Receipts: the pilot verifies a package and signs that it is there; the client verifies that, then says delivered."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from labclient.clock import iso
from labclient.errors import NotVerified
from labclient.package import PackageReport, anchors, check_kind, refuse, verify_package
from labclient.plan import TrustList
from labclient.signing import Signer, canonical, parse_strict, read_container, verify_container, write_signed
from labclient.words import message

RECEIPT_JSON = "receipt.json"
SUFFIX = ".receipt.asice"
_MAX_JSON = 1_000_000

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Receipt(Struct, frozen=True, forbid_unknown_fields=True):
    """`receipt.json`: which package was received when, by whom it was signed, and the head of the log it holds."""

    format: Literal["labclient-receipt/1"]
    comparison: str
    laboratory: str
    revision: int
    package_sha256: Sha256
    received: str
    signed_by: tuple[str, ...]
    log_entries: int
    log_root: Sha256


class TakenReceipt(Struct, frozen=True):
    """A receipt whose signature holds: `signer` is the pilot's name, `sha256` that of the receipt file."""

    receipt: Receipt
    signer: str
    sha256: str


def receive(
    package: Path, trust: TrustList, signer: Signer, out: Path, moment: datetime, held: Sequence[str] = ()
) -> tuple[PackageReport, Path]:
    """The pilot's side: verify the package, also against the checkpoints `held` of its notebook, and sign its receipt
    into the folder `out`. Receiving the same package again gives the receipt already signed.

    Raises `NotVerified` when the package does not hold, or when the signer is not a pilot of the trust list.
    """
    report = verify_package(package, trust, moment, held)
    info = report.info
    if not report.ok or info is None:
        reason = next((one.sentence for one in report.all_findings if one.grave), message("It is not signed."))
        raise NotVerified(
            message("{file} is not received: {reason}", file=package.name, reason=reason),
            message("Tell the laboratory what was found in the package."),
        )
    path = out / f"{package.stem}{SUFFIX}"
    person = trust.person(signer.card.fingerprint)
    if person is None or "pilot" not in person.roles:  # nobody could verify such a receipt
        raise NotVerified(message("The signer of {file} is not in the trust list as pilot.", file=path.name))
    if path.exists():
        if read_receipt(path, trust, moment).receipt.package_sha256 != report.report.sha256:
            raise NotVerified(message("Another package of this name was received before: {path}", path=str(path)))
        return report, path
    receipt = Receipt(
        format="labclient-receipt/1",
        comparison=info.comparison,
        laboratory=info.laboratory,
        revision=info.revision,
        package_sha256=report.report.sha256,
        received=iso(moment),
        signed_by=tuple(f"{one.role}: {one.person.id}" for one in report.report.signatures),
        log_entries=info.log.entries,
        log_root=info.log.root,
    )
    members = {RECEIPT_JSON: receipt_json(receipt)}
    write_signed(path, members, role="pilot", signer=signer, statement="received", moment=moment)
    return report, path


def receipt_json(receipt: Receipt) -> bytes:
    """The receipt as it stands in its container."""
    return canonical(msgspec.to_builtins(receipt))


def read_receipt(path: Path, trust: TrustList, moment: datetime) -> TakenReceipt:
    """The receipt in the container `path`. Raises `NotVerified` unless a pilot of the trust list signed it."""
    with read_container(path) as container:
        check_kind(container, path, RECEIPT_JSON)
        report = verify_container(container, anchors(trust), ("pilot",), moment)
        refuse(report, path)
        person = trust.person(report.signatures[0].certificate)
        if person is None or "pilot" not in person.roles:
            raise NotVerified(message("The signer of {file} is not in the trust list as pilot.", file=path.name))
        try:
            receipt = msgspec.convert(parse_strict(container.read(RECEIPT_JSON, _MAX_JSON)), Receipt)
        except msgspec.ValidationError as error:
            raise NotVerified(message("{name} cannot be read: {cause}", name=path.name, cause=str(error))) from error
        if receipt.comparison != trust.comparison:
            raise NotVerified(message("The receipt belongs to another comparison."))
        return TakenReceipt(receipt, person.name, container.sha256)
