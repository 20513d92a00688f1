"""Who a certificate names, and the pilot's small authority that issues and revokes them.

A person's roles stand in the certificate, one organisational unit `role:operator` each, the person's id in its
serialNumber: what a verifier believes about a signer comes from there, never from the signer's own words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from labclient.errors import NotVerified, WrongUse
from labclient.words import message

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

ROLES = ("operator", "checker", "approver", "pilot")
_ROLE = "role:"
_LONGEST = 64  # the bound of RFC 5280 for each part of a name


class Person(Struct, frozen=True):
    """A person as certificates name them; `id` is unique in a comparison, `roles` are of `ROLES`."""

    id: str
    name: str
    laboratory: str
    roles: tuple[str, ...] = ()


class Card(Struct, frozen=True):
    """What a certificate says. Fingerprints are SHA-256 in hexadecimal: of the certificate, and of its public key."""

    person: Person
    fingerprint: str
    key_fingerprint: str
    serial: str
    issuer: str
    begins: datetime
    ends: datetime
    authority: bool


def describe(certificate: bytes) -> Card:
    """What a certificate (PEM or DER) says; raises NotVerified when it is none, or not of the curve P-256."""
    return card(read_certificate(certificate))


def card(certificate: "x509.Certificate") -> Card:
    """As `describe`, for a certificate already read."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        limits = [one.value for one in certificate.extensions if isinstance(one.value, x509.BasicConstraints)]
        return Card(
            person=person_of(certificate.subject),
            fingerprint=certificate.fingerprint(SHA256()).hex(),
            key_fingerprint=key_fingerprint(p256(certificate.public_key())),
            serial=f"{certificate.serial_number:x}",
            issuer=certificate.issuer.rfc4514_string(),
            begins=certificate.not_valid_before_utc,
            ends=certificate.not_valid_after_utc,
            authority=any(limit.ca for limit in limits),
        )
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise _no_certificate() from error


def make_request(person: Person, key: "EllipticCurvePrivateKey") -> bytes:
    """The certificate request (PKCS#10, PEM) of a person with their key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    request = x509.CertificateSigningRequestBuilder().subject_name(name_of(person)).sign(key, SHA256())
    return request.public_bytes(Encoding.PEM)


def read_request(request: bytes) -> Person:
    """The person who asks in a PKCS#10 request (PEM). Raises NotVerified unless the request is signed by its own key
    of the curve P-256. Who really asks is for the issuer to find out."""
    return person_of(_request(request).subject)


def request_key(request: bytes) -> str:
    """The fingerprint of the key that asks, to be compared by phone. Raises as `read_request`."""
    return key_fingerprint(p256(_request(request).public_key()))


def make_certificate(
    issuer_name: "x509.Name",
    issuer_key: "EllipticCurvePrivateKey",
    person: Person,
    key: "EllipticCurvePublicKey",
    *,
    begins: datetime,
    ends: datetime,
    authority: bool = False,
) -> bytes:
    """A certificate (PEM) for `person` with `key`, signed by the issuer."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name_of(person))
        .issuer_name(issuer_name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def issue_for_request(
    issuer_name: "x509.Name",
    issuer_key: "EllipticCurvePrivateKey",
    request: bytes,
    roles: Sequence[str],
    *,
    begins: datetime,
    ends: datetime,
) -> bytes:
    """A certificate (PEM) for the person and key of a request, with the roles that the issuer grants."""
    from msgspec.structs import replace as changed

    asked = _request(request)
    person = changed(person_of(asked.subject), roles=tuple(roles))
    return make_certificate(issuer_name, issuer_key, person, p256(asked.public_key()), begins=begins, ends=ends)


def make_revocations(
    issuer: "x509.Certificate",
    issuer_key: "EllipticCurvePrivateKey",
    revoked: Mapping[str, datetime],
    *,
    number: int,
    begins: datetime,
    ends: datetime,
) -> bytes:
    """A revocation list (PEM) that names the serials `revoked` (hexadecimal, as on the card), each with its moment."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(begins)
        .next_update(ends)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    for serial, moment in sorted(revoked.items()):
        entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(moment)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer_key, SHA256()).public_bytes(Encoding.PEM)


def read_certificate(data: bytes) -> "x509.Certificate":
    """One certificate from PEM or DER."""
    from cryptography import x509

    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise _no_certificate() from error


def read_certificates(data: bytes) -> tuple["x509.Certificate", ...]:
    """All certificates of a PEM file, in its order; at least one."""
    from cryptography import x509

    try:
        return tuple(x509.load_pem_x509_certificates(data))
    except (ValueError, TypeError, x509.InvalidVersion) as error:
        raise _no_certificate() from error


def p256(key: object) -> "EllipticCurvePublicKey":
    """The public key, if it is of the one curve in use."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise NotVerified(message("The key is not of the curve P-256."))
    return key


def key_fingerprint(key: "EllipticCurvePublicKey") -> str:
    """SHA-256 of the SubjectPublicKeyInfo, in hexadecimal."""
    from hashlib import sha256

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def name_of(person: Person) -> "x509.Name":
    """The distinguished name of a person. Raises WrongUse for a part that is empty or too long, or an unknown role."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    for part in (person.id, person.name, person.laboratory):
        if not part.strip() or len(part) > _LONGEST:
            raise WrongUse(
                message("“{part}”: id, name and laboratory need 1 to {limit} characters.", part=part, limit=_LONGEST)
            )
    for role in person.roles:
        if role not in ROLES:
            raise WrongUse(message("“{role}” is not a role; the roles are {roles}.", role=role, roles=", ".join(ROLES)))
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, person.laboratory),
            *(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, _ROLE + role) for role in person.roles),
            x509.NameAttribute(NameOID.COMMON_NAME, person.name),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, person.id),
        ]
    )


def person_of(name: "x509.Name") -> Person:
    """The person a distinguished name names; a part it lacks is empty."""
    from cryptography.x509.oid import NameOID

    def values(identifier: "x509.ObjectIdentifier") -> list[str]:
        return [str(attribute.value) for attribute in name.get_attributes_for_oid(identifier)]

    units = values(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return Person(
        id=" ".join(values(NameOID.SERIAL_NUMBER)),
        name=" ".join(values(NameOID.COMMON_NAME)),
        laboratory=" ".join(values(NameOID.ORGANIZATION_NAME)),
        roles=tuple(unit.removeprefix(_ROLE) for unit in units if unit.startswith(_ROLE)),
    )


def check_period(begins: datetime, ends: datetime, within: Card | None = None) -> None:
    """Raises WrongUse for a period that ends before it begins, or leaves that of the issuer."""
    if ends - begins < timedelta(seconds=1):
        raise WrongUse(message("The validity ends before it begins."))
    if within is not None and (begins < within.begins or ends > within.ends):
        raise WrongUse(
            message("The validity leaves that of the issuing certificate, which ends {ends}.", ends=within.ends)
        )


def _request(request: bytes) -> "x509.CertificateSigningRequest":
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        asked = x509.load_pem_x509_csr(request)
        p256(asked.public_key())
        proven = asked.is_signature_valid
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise NotVerified(message("This is not a certificate request.")) from error
    if not proven:
        raise NotVerified(message("The certificate request is not signed by its own key."))
    return asked


def _no_certificate() -> NotVerified:
    return NotVerified(message("This is not a certificate."))
