"""Whether a container holds what the right people signed, in the right order: the rules of the separation of duties."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from labclient.errors import NotVerified
from labclient.signing._cades import MAX_SIGNATURE_BYTES, Signature, verify_detached
from labclient.signing._container import Container, read_container
from labclient.signing._layout import (
    MAX_SIGNOFF_BYTES,
    META,
    MIMETYPE,
    SignOff,
    manifest_name,
    read_signoff,
    signature_name,
    signoff_name,
    signoff_number,
)
from labclient.signing._manifest import MAX_MANIFEST_BYTES, read_manifest
from labclient.signing._report import FileReport, Finding, Report, SignatureReport
from labclient.signing._trust import Trust
from labclient.words import Message, message

_CLOCKS_MAY_DIFFER = timedelta(minutes=5)
_STANDINGS = {
    "untrusted": message("The certificate of the signer does not lead to a trusted root."),
    "expired": message("The certificate of the signer had expired."),
    "not_yet_valid": message("The certificate of the signer was not valid yet."),
    "revoked": message("The certificate of the signer was revoked."),
    "revocation_unknown": message("The revocation list of the signer's issuer is out of date or does not verify."),
}


def verify(path: Path, trust: Trust, required_roles: Sequence[str], moment: datetime) -> Report:
    """Judge the container at `path` at `moment`, which is the time of receipt rather than any time the signers claim.

    `required_roles` is the order in which exactly these roles must have signed. Whatever is wrong with the file is a
    finding; StorageTrouble is raised when it cannot be read, PlanInvalid when `trust` itself cannot.
    """
    try:
        with read_container(path) as container:
            return verify_container(container, trust, required_roles, moment)
    except NotVerified as trouble:
        return Report("", moment, (), (), (Finding("container", trouble.sentence),))


def verify_container(
    container: Container, trust: Trust, required_roles: Sequence[str], moment: datetime, *, distinct: bool = True
) -> Report:
    """As `verify`, for a container already open, so that what is read from it next is what was judged. Unless
    `distinct`, one person may sign in two roles; two people never with one key."""
    if not required_roles:
        raise ValueError("at least one role must be required")
    judge = _Judge(container, trust, tuple(required_roles), moment, distinct=distinct)
    judge.judge()
    files = tuple(
        FileReport(name, entry.size, container.digests[name].hex()) for name, entry in container.entries.items()
    )
    return Report(container.sha256, moment, tuple(judge.signatures), files, tuple(judge.findings))


class _Judge:
    """Collects findings over one container."""

    def __init__(
        self, container: Container, trust: Trust, roles: tuple[str, ...], moment: datetime, *, distinct: bool
    ) -> None:
        self._distinct = distinct
        self.container = container
        self.trust = trust
        self.roles = roles
        self.moment = moment
        self.findings: list[Finding] = []
        self.signatures: list[SignatureReport] = []
        self._keys: dict[str, str] = {}
        self._people: dict[str, str] = {}

    def judge(self) -> None:
        self._judge_shape()
        previous = ""
        for number, role in enumerate(self.roles, start=1):
            name = signature_name(number)
            if name not in self.container.entries or manifest_name(number) not in self.container.entries:
                self._find("signature_missing", message("The signature of the {role} is missing.", role=role), name)
                continue
            self._judge_manifest(number)
            self._judge_signature(number, role, previous)
            previous = self.container.digests[name].hex()
        self._judge_times()

    def _judge_shape(self) -> None:
        names = list(self.container.entries)
        if names[0] != "mimetype" or self.container.digests["mimetype"] != sha256(MIMETYPE).digest():
            self._find("mimetype", message("The file does not begin as an ASiC-E container."), names[0])
        expected = {"mimetype"}
        for number in range(1, len(self.roles) + 1):
            expected |= {manifest_name(number), signature_name(number)}
        for name in names:
            foreign = name.startswith(META) and name not in expected
            if foreign or (signoff_number(name) or 0) > len(self.roles):
                self._find("signature_extra", message("{name} belongs to no required signature.", name=name), name)

    def _judge_manifest(self, number: int) -> None:
        """Signature `number` covers every file but the later sign-offs, with the digests the files have."""
        subject = manifest_name(number)
        try:
            manifest = read_manifest(self.container.read(subject, MAX_MANIFEST_BYTES))
        except NotVerified as trouble:
            self._find("manifest", trouble.sentence, subject)
            return
        if manifest.signature != signature_name(number):
            self._find("manifest", message("{name} names another signature than its own.", name=subject), subject)
        actual = {
            name: digest
            for name, digest in self.container.digests.items()
            if name != "mimetype" and not name.startswith(META) and (signoff_number(name) or 0) <= number
        }
        for name in sorted(actual.keys() | manifest.digests.keys()):
            if name not in manifest.digests:
                text = message("{name} is not covered by signature {number}.", name=name, number=number)
                self._find("unsigned_file", text, name)
            elif name not in actual:
                text = message("{name} is missing; signature {number} covers it.", name=name, number=number)
                self._find("missing_file", text, name)
            elif actual[name] != manifest.digests[name]:
                text = message("{name} is not what signature {number} covers.", name=name, number=number)
                self._find("changed_file", text, name)

    def _judge_signature(self, number: int, role: str, previous: str) -> None:
        subject = signature_name(number)
        try:
            data = self.container.read(subject, MAX_SIGNATURE_BYTES)
            found = verify_detached(data, self.container.digests[manifest_name(number)], self.trust, self.moment)
        except NotVerified as trouble:
            self._find("signature", trouble.sentence, subject)
            return
        said = self._signoff(number, role)
        self._judge_standing(found, subject)
        self._judge_duties(found, role, subject)
        if said is not None:
            self._judge_signoff(said, found, role, previous, subject)
        self.signatures.append(
            SignatureReport(
                number=number,
                role=role,
                person=found.card.person,
                statement=said.statement if said else "",
                certificate=found.card.fingerprint,
                claimed_time=found.claimed_time,
                status=found.standing.status,
                revocation_checked=found.standing.revocation_checked,
            )
        )

    def _signoff(self, number: int, role: str) -> SignOff | None:
        subject = signoff_name(number, role)
        own = [name for name in self.container.entries if signoff_number(name) == number]
        try:
            if own != [subject]:
                raise NotVerified(message("The sign-off of the {role} is missing or not alone.", role=role))
            return read_signoff(self.container.read(subject, MAX_SIGNOFF_BYTES))
        except NotVerified as trouble:
            self._find("signoff", trouble.sentence, subject)
            return None

    def _judge_standing(self, found: Signature, subject: str) -> None:
        status = found.standing.status
        if status != "ok":
            self._find(status, _STANDINGS[status], subject)
        if not found.standing.revocation_checked:
            text = message("Whether the certificate of {name} was revoked is not checked.", name=found.card.person.name)
            self._find("revocation_not_checked", text, subject, grave=False)

    def _judge_duties(self, found: Signature, role: str, subject: str) -> None:
        person = found.card.person
        if role not in person.roles:
            text = message("The certificate of {name} does not carry the role {role}.", name=person.name, role=role)
            self._find("role_missing", text, subject)
        if not person.id or (self._people.setdefault(person.id, role) != role and self._distinct):
            text = message("{name} signed in two roles.", name=person.name)
            self._find("same_person", text, subject)
        holder = role if self._distinct else person.id
        if self._keys.setdefault(found.card.key_fingerprint, holder) != holder:
            self._find("same_key", message("One key signed in two roles."), subject)

    def _judge_signoff(self, said: SignOff, found: Signature, role: str, previous: str, subject: str) -> None:
        if said.role != role:
            text = message("The sign-off is for the role {said}, not {role}.", said=said.role, role=role)
            self._find("role_order", text, subject)
        if said.person != found.card.person.id:
            person = found.card.person.id
            text = message("The sign-off names {said}, the certificate {person}.", said=said.person, person=person)
            self._find("person_mismatch", text, subject)
        if said.previous != previous:
            self._find("previous_signature", message("The sign-off does not follow the signature before it."), subject)

    def _judge_times(self) -> None:
        latest: datetime | None = None
        for signature in self.signatures:
            claimed, subject = signature.claimed_time, signature_name(signature.number)
            if claimed > self.moment + _CLOCKS_MAY_DIFFER:
                text = message("The time that {name} claims lies in the future.", name=signature.person.name)
                self._find("signing_time_ahead", text, subject, grave=False)
            if latest is not None and claimed < latest:
                text = message("{name} claims a time before that of the signature before.", name=signature.person.name)
                self._find("signing_times_disordered", text, subject, grave=False)
            latest = claimed

    def _find(self, code: str, sentence: Message, subject: str, *, grave: bool = True) -> None:
        self.findings.append(Finding(code, sentence, subject, grave))
