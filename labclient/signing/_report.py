"""What a verification found."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from labclient.clock import iso
from labclient.signing._certificates import Person
from labclient.words import Message, say


class Finding(Struct, frozen=True):
    """One thing a verification has to say. `grave` ones refuse the file; the others are to be read.

    Codes: container, mimetype, unsigned_file, missing_file, changed_file, manifest, signature_missing, signature_extra,
    signature, signoff, role_order, role_missing, person_mismatch, same_person, same_key, previous_signature, untrusted,
    expired, not_yet_valid, revoked, revocation_unknown; and not grave: revocation_not_checked, signing_time_ahead,
    signing_times_disordered.
    """

    code: str
    sentence: Message
    subject: str = ""
    grave: bool = True


class SignatureReport(Struct, frozen=True):
    """One signature that holds: whose it is by the certificate, in which role, and how the certificate stands
    (`ok`, or the code of its finding). `claimed_time` is the word of the signer's clock."""

    number: int
    role: str
    person: Person
    statement: str
    certificate: str
    claimed_time: datetime
    status: str
    revocation_checked: bool


class FileReport(Struct, frozen=True):
    """A file inside, with its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


class Report(Struct, frozen=True):
    """The outcome for one container; `sha256` is that of the whole file, empty when it is no container at all."""

    sha256: str
    moment: datetime
    signatures: tuple[SignatureReport, ...]
    files: tuple[FileReport, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against it: all signatures hold, their signers are known and were allowed to sign."""
        return bool(self.signatures) and not any(finding.grave for finding in self.findings)

    def as_json(self, language: str | None = None) -> dict[str, Any]:
        """The report as JSON values, its sentences in `language`."""
        return {
            "ok": self.ok,
            "sha256": self.sha256,
            "moment": iso(self.moment),
            "signatures": [_signature(one) for one in self.signatures],
            "files": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in self.files],
            "findings": [
                {"code": one.code, "grave": one.grave, "subject": one.subject, "text": say(one.sentence, language)}
                for one in self.findings
            ],
        }


def _signature(one: SignatureReport) -> dict[str, Any]:
    return {
        "number": one.number,
        "role": one.role,
        "person": {"id": one.person.id, "name": one.person.name, "laboratory": one.person.laboratory},
        "statement": one.statement,
        "certificate": one.certificate,
        "claimed_time": iso(one.claimed_time),
        "status": one.status,
        "revocation_checked": one.revocation_checked,
    }
