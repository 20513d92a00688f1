"""Sealing: a finished package encrypted to the pilot, with a signed commitment that fixes it before anybody opens it.

    commitment.json      what is bound, and the commitment
    sealed/payload.age   age, to every recipient of the list: a container of opening.json (the salt) and package.asice

The approver signs both. Whoever opens it recomputes the commitment from salt and package.
"""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.package._data import PACKAGE_JSON, PackageInfo, Sha256
from labclient.package._kinds import check_kind
from labclient.package._origin import anchors, refuse
from labclient.package._verify import PackageReport, verify_package
from labclient.plan import TrustList
from labclient.signing import (
    Container,
    SealKey,
    Signer,
    Stage,
    canonical,
    commitment,
    new_salt,
    open_seal,
    parse_strict,
    phone_code,
    read_container,
    seal,
    storage,
    verify_container,
    write_container,
    write_whole,
)
from labclient.words import message

COMMITMENT_JSON = "commitment.json"
PAYLOAD = "sealed/payload.age"
SEALED_SUFFIX = ".sealed.asice"
_OPENING, _PACKAGE = "opening.json", "package.asice"
_ROLE = "approver"
_MAX_JSON = 1 << 16
_Kind = TypeVar("_Kind", bound=Struct)


class Commitment(Struct, frozen=True, forbid_unknown_fields=True):
    """`commitment.json`: which revision of whom is fixed, and by what (SHA-256, see `labclient.signing.commitment`)."""

    format: Literal["labclient-commitment/1"]
    comparison: str
    laboratory: str
    revision: int
    simulated: bool
    commitment: Sha256

    @property
    def code(self) -> str:
        """The commitment as it is read out over the phone."""
        return phone_code(bytes.fromhex(self.commitment))


class Opening(Struct, frozen=True, forbid_unknown_fields=True):
    """`opening.json`: what makes the commitment checkable. Published by the pilot after the opening date."""

    format: Literal["labclient-opening/1"]
    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Sealed(Struct, frozen=True):
    """A sealed package: its file, its SHA-256, the commitment (hexadecimal) and its code to be read over the phone."""

    path: Path
    sha256: str
    commitment: Sha256
    code: str


class Opened(Struct, frozen=True):
    """A package out of its seal, with what its seal had fixed and its own verification."""

    path: Path
    said: Commitment
    report: PackageReport


def seal_package(package: Path, trust: TrustList, signer: Signer, out: Path, moment: datetime) -> Sealed:
    """Seal a finished package to the recipients of the trust list, into the folder `out`; the approver signs.

    Raises `NotVerified` for a package that does not hold, `GateClosed` for one that may not be sealed (its plan was
    transcribed, nobody is named to open it, it is simulated and the pilot real) or not by this signer, `WrongUse`.
    """
    report = verify_package(package, trust, moment)
    _may_seal(report.info, trust)
    if not report.ok or report.info is None:
        reason = next((one.sentence for one in report.all_findings if one.grave), message("It is not signed."))
        raise NotVerified(message("{file} is refused: {reason}", file=package.name, reason=reason))
    info = report.info
    _is_approver(trust, signer.card.fingerprint, info.laboratory, signer.card.person.name)
    path = out / f"{package.stem}{SEALED_SUFFIX}"
    if path.exists():
        raise WrongUse(message("{path} exists already.", path=str(path)), message("Name another folder."))
    salt = new_salt()
    bound = commitment(info.comparison, info.laboratory, salt, report.report.sha256)
    said = Commitment(
        "labclient-commitment/1", info.comparison, info.laboratory, info.revision, info.simulated, bound.hex()
    )
    opening = Opening("labclient-opening/1", salt.hex())
    with storage(out), TemporaryDirectory(prefix=".sealing-", dir=out) as name:
        inner, folder = Path(name) / "inner", Path(name) / "sealed-package"
        (folder / PAYLOAD).parent.mkdir(parents=True)
        write_container(inner, {_OPENING: canonical(msgspec.to_builtins(opening)), _PACKAGE: package}, ())
        seal(inner, folder / PAYLOAD, [one.age for one in trust.recipients])
        write_whole(folder / COMMITMENT_JSON, canonical(msgspec.to_builtins(said)))
        stage = Stage(folder, (_ROLE,))
        stage.sign(_ROLE, signer, "sealed for submission", moment)
        digest = stage.write(path)
    return Sealed(path, digest, said.commitment, said.code)


def verify_sealed(path: Path, trust: TrustList, moment: datetime) -> Commitment:
    """What a sealed package fixes, as its laboratory's approver signed it; nothing is opened. Raises `NotVerified`."""
    with read_container(path) as container:
        return _outer(container, path, trust, moment)


def open_sealed(path: Path, key: SealKey, trust: TrustList, out: Path, moment: datetime) -> Opened:
    """Open a sealed package into the folder `out`: verify the outer signature, decrypt, recompute the commitment, then
    verify the package inside. Raises `NotVerified` when the seal does not hold; what is wrong inside is in the report.
    """
    with storage(out), TemporaryDirectory(prefix=".opening-", dir=out) as name:
        folder = Path(name)
        with read_container(path) as container:
            said = _outer(container, path, trust, moment)
            target = out / f"result_{said.comparison}_{said.laboratory}_r{said.revision}.asice"
            if target.exists():
                raise WrongUse(message("{path} exists already.", path=str(target)), message("Name another folder."))
            container.copy_out(PAYLOAD, folder / "payload.age")
        open_seal(folder / "payload.age", folder / "inner", key)
        with read_container(folder / "inner") as inner:
            opening = _json(inner, _OPENING, Opening)
            inner.copy_out(_PACKAGE, folder / _PACKAGE)
            digest = inner.digests[_PACKAGE].hex()
        bound = commitment(said.comparison, said.laboratory, bytes.fromhex(opening.salt), digest)
        if bound.hex() != said.commitment:
            raise NotVerified(message("The package inside is not the one that the commitment fixed."))
        report = verify_package(folder / _PACKAGE, trust, moment)
        info = report.info
        if info and (info.comparison, info.laboratory, info.revision) != (
            said.comparison,
            said.laboratory,
            said.revision,
        ):
            raise NotVerified(message("The package inside belongs to another laboratory or revision than its seal."))
        (folder / _PACKAGE).rename(target)
    return Opened(target, said, report)


def is_sealed(path: Path) -> bool:
    """Whether the container at `path` looks like a sealed package. Raises as `read_container`."""
    with read_container(path) as container:
        return COMMITMENT_JSON in container.entries


def comparison_of(path: Path) -> str:
    """The comparison that a package or a sealed package names, not yet believed; raises `NotVerified`."""
    with read_container(path) as container:
        check_kind(container, path, PACKAGE_JSON, COMMITMENT_JSON)
        if COMMITMENT_JSON in container.entries:
            return _json(container, COMMITMENT_JSON, Commitment).comparison
        return _json(container, PACKAGE_JSON, PackageInfo).comparison


def _may_seal(info: PackageInfo | None, trust: TrustList) -> None:
    if info and info.plan_origin == "transcribed":
        raise GateClosed(
            message("The plan was transcribed, not signed by the pilot: nothing is sealed by it."),
            message("Hand the package over as it is, or ask the pilot laboratory for the signed plan."),
        )
    if info and info.simulated and not trust.simulated:
        raise GateClosed(
            message("Simulated clock: this is a demonstration, not a measurement."),
            message("A demonstration is never sealed to a real pilot."),
        )
    if not trust.recipients:
        raise GateClosed(
            message("The trust list names nobody who may open a seal."),
            message("Ask the pilot laboratory for a list with its recipients."),
        )


def _is_approver(trust: TrustList, certificate: str, laboratory: str, name: str) -> None:
    person = trust.person(certificate)
    if person is None or _ROLE not in person.roles or person.laboratory != laboratory:
        raise GateClosed(
            message("{name} is not in the trust list as approver of {laboratory}.", name=name, laboratory=laboratory),
            message("The approver seals."),
        )


def _outer(container: Container, path: Path, trust: TrustList, moment: datetime) -> Commitment:
    report = verify_container(container, anchors(trust), (_ROLE,), moment)
    refuse(report, path)
    said = _json(container, COMMITMENT_JSON, Commitment)
    if said.comparison != trust.comparison:
        raise NotVerified(message("The package belongs to another comparison than the trust list."))
    if said.simulated and not trust.simulated:
        raise NotVerified(message("Simulated clock: this is a demonstration, not a measurement."))
    signer = report.signatures[0]
    person = trust.person(signer.certificate)
    if person is None or _ROLE not in person.roles or person.laboratory != said.laboratory:
        raise NotVerified(
            message("{name} is not in the trust list as approver of {laboratory}.", name=signer.person.name,
                    laboratory=said.laboratory)
        )  # fmt: skip
    return said


def _json(container: Container, name: str, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.convert(parse_strict(container.read(name, _MAX_JSON)), kind)
    except msgspec.ValidationError as error:
        raise NotVerified(message("{name} cannot be read: {cause}", name=name, cause=str(error))) from error
