"""A folder on its way to a container: people sign it one after another, perhaps days apart; then it is packed once.

All state is in the folder, laid out as the container will be, so it can wait, and travel, between signatures. Each
signer's client hashes everything again: what changed after a signature cannot be signed, only staged anew.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path

from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.signing._cades import MAX_SIGNATURE_BYTES, signer_of
from labclient.signing._certificates import Card
from labclient.signing._files import read_small, storage, write_whole
from labclient.signing._identities import Signer
from labclient.signing._layout import (
    META,
    MIMETYPE,
    is_reserved,
    make_step,
    manifest_name,
    signature_name,
    signoff_number,
)
from labclient.signing._manifest import MAX_MANIFEST_BYTES, read_manifest
from labclient.signing._names import check_names
from labclient.signing._zip import write_zip
from labclient.words import message

ROLES_OF_A_RESULT = ("operator", "checker", "approver")


class Stage:
    """The folder and the roles that must sign it, in order; unless `distinct`, one person may sign in two of them."""

    def __init__(self, folder: Path, roles: Sequence[str] = ROLES_OF_A_RESULT, *, distinct: bool = True) -> None:
        self.folder = folder
        self.roles = tuple(roles)
        self.distinct = distinct

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files to be signed, sorted, sign-offs given so far included."""
        signed = len(self._signatures())
        names = [name for name in self._names() if not name.startswith(META)]
        return tuple(name for name in names if (signoff_number(name) or 0) <= signed)

    @property
    def next_role(self) -> str | None:
        """Whose signature is missing next; None when all have signed."""
        signed = len(self._signatures())
        return self.roles[signed] if signed < len(self.roles) else None

    def signers(self) -> tuple[Card, ...]:
        """Who has signed so far, trusted or not. Raises NotVerified when a signature does not hold."""
        cards = []
        for number, signature in enumerate(self._signatures(), start=1):
            cards.append(signer_of(signature, sha256(self._manifest(number)).digest()))
        return tuple(cards)

    def sign(self, role: str, signer: Signer, statement: str, moment: datetime) -> Card:
        """Let `signer` sign everything in the folder in `role`; `moment` is the time they claim.

        Raises GateClosed when the role is not the next one, is not in the signer's certificate, or the same person or
        key has signed before; NotVerified when the folder changed after an earlier signature.
        """
        card = signer.card
        self._check_may_sign(role, card)
        digests = self._digests()
        signatures = self._signatures()
        if signatures:
            self._check_unchanged(digests, len(signatures))
        step = make_step(signer, role, statement, moment, digests=digests, earlier=signatures)
        number = len(signatures) + 1
        self._put(step.name, step.signoff)
        self._put(manifest_name(number), step.manifest)
        self._put(signature_name(number), step.signature)  # last: with it the step counts
        return card

    def discard_signatures(self) -> None:
        """Take back every sign-off and signature, so that the folder may change and be signed anew."""
        with storage(self.folder):
            for name in reversed(self._names()):
                if name.startswith(META) or signoff_number(name):
                    (self.folder / name).unlink()

    def write(self, path: Path) -> str:
        """Pack the signed folder into the container `path`, which appears whole or not at all; returns its SHA-256.
        Raises GateClosed while a signature is missing, NotVerified when a file changed since the last one."""
        if self.next_role is not None:
            raise GateClosed(message("The signature of the {role} is missing.", role=self.next_role))
        signatures = self._signatures()
        self._check_unchanged(self._digests(), len(signatures))
        manifests = [self._manifest(number) for number in range(1, len(signatures) + 1)]
        members = {name: self.folder / name for name in self.files}
        return write_container(path, members, list(zip(manifests, signatures, strict=True)))

    def _check_may_sign(self, role: str, card: Card) -> None:
        if role != self.next_role:
            raise GateClosed(
                message("The {role} does not sign now.", role=role),
                message("The order is {roles}; next: {next}.", roles=", ".join(self.roles), next=self.next_role or "-"),
            )
        if role not in card.person.roles:
            raise GateClosed(
                message("The certificate of {name} does not carry the role {role}.", name=card.person.name, role=role),
                message("Ask the pilot for a certificate with this role."),
            )
        for earlier in self.signers():
            if not self.distinct and earlier.person.id == card.person.id:
                continue
            if earlier.person.id == card.person.id or earlier.key_fingerprint == card.key_fingerprint:
                raise GateClosed(
                    message("{name} has already signed; nobody signs in two roles.", name=card.person.name),
                    message("Let another person sign as {role}.", role=role),
                )

    def _check_unchanged(self, digests: Mapping[str, bytes], number: int) -> None:
        signed = read_manifest(self._manifest(number)).digests
        for name in sorted(signed.keys() | digests.keys()):
            if signed.get(name) != digests.get(name):
                raise NotVerified(
                    message("{name} changed after signature {number}.", name=name, number=number),
                    message("Discard the signatures and stage it anew; all sign again."),
                )

    def _names(self) -> list[str]:
        """Every file of the folder, sorted."""
        with storage(self.folder):
            paths = [path for path in self.folder.rglob("*") if path.is_symlink() or not path.is_dir()]
            for path in paths:
                if path.is_symlink() or not path.is_file():
                    raise WrongUse(message("{path} is not a plain file.", path=path))
        return sorted(path.relative_to(self.folder).as_posix() for path in paths)

    def _digests(self) -> dict[str, bytes]:
        check_names(self.files)
        for name in self.files:
            if is_reserved(name) and not signoff_number(name):
                raise WrongUse(message("The name {name} is reserved.", name=name))
        return {name: file_sha256(self.folder / name) for name in self.files}

    def _signatures(self) -> tuple[bytes, ...]:
        found: list[bytes] = []
        while (path := self.folder / signature_name(len(found) + 1)).exists():
            found.append(read_small(path, MAX_SIGNATURE_BYTES))
        return tuple(found)

    def _manifest(self, number: int) -> bytes:
        return read_small(self.folder / manifest_name(number), MAX_MANIFEST_BYTES)

    def _put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        with storage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)


def write_container(path: Path, members: Mapping[str, bytes | Path], signatures: Sequence[tuple[bytes, bytes]]) -> str:
    """Write an ASiC-E container: the members in their order, then each signature as (manifest, CAdES). Returns the
    SHA-256 of the file. What the signatures cover is for the caller to get right, and for `verify` to judge."""
    inside: dict[str, bytes | Path] = {"mimetype": MIMETYPE, **members}
    for number, (manifest, signature) in enumerate(signatures, start=1):
        inside[manifest_name(number)] = manifest
        inside[signature_name(number)] = signature
    return write_zip(path, inside)


def write_signed(
    path: Path, members: Mapping[str, bytes], *, role: str, signer: Signer, statement: str, moment: datetime
) -> str:
    """Write a container of a few small files that one person signs in one role (a plan, a trust list, a receipt).
    Returns its SHA-256; raises GateClosed when the signer's certificate does not carry the role."""
    if role not in signer.card.person.roles:
        raise GateClosed(
            message(
                "The certificate of {name} does not carry the role {role}.", name=signer.card.person.name, role=role
            )
        )
    for name in members:
        if is_reserved(name):
            raise WrongUse(message("The name {name} is reserved.", name=name))
    digests = {name: sha256(data).digest() for name, data in members.items()}
    step = make_step(signer, role, statement, moment, digests=digests, earlier=())
    inside = dict(sorted({**members, step.name: step.signoff}.items()))
    return write_container(path, inside, [(step.manifest, step.signature)])


def file_sha256(path: Path) -> bytes:
    """The SHA-256 of a file, read in pieces; raises StorageTrouble."""
    with storage(path), path.open("rb") as file:
        return file_digest(file, "sha256").digest()
