"""Identities: a person's key and certificate in a folder of this PC, and what signs with them.

<folder>/key.pem          encrypted (see the key file module)
<folder>/request.pem      what goes to the pilot
<folder>/certificate.pem  what comes back: the person's certificate, then those between it and the root
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from labclient.errors import NotVerified, WrongUse
from labclient.signing._certificates import (
    Card,
    Person,
    card,
    check_period,
    issue_for_request,
    key_fingerprint,
    make_certificate,
    make_request,
    make_revocations,
    name_of,
    p256,
    read_certificates,
)
from labclient.signing._files import read_small, storage, write_whole
from labclient.signing._keyfile import COST, lock_key, unlock_key
from labclient.words import message

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_KEY, _REQUEST, _CERTIFICATE = "key.pem", "request.pem", "certificate.pem"
_SMALL = 1 << 16


class Signer(Protocol):
    """What can sign: a key file now, a token when it comes to that."""

    @property
    def card(self) -> Card:
        """Who signs."""
        ...

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The signer's certificate and those between it and the root, DER."""
        ...

    def sign_raw(self, data: bytes) -> bytes:
        """The ECDSA signature (DER) over SHA-256 of `data`."""
        ...


@dataclass(frozen=True)
class Identity:
    """An opened key with its certificate; a `Signer`, and an authority when its certificate says so."""

    chain: "tuple[x509.Certificate, ...]"
    key: "EllipticCurvePrivateKey"

    @cached_property
    def card(self) -> Card:
        return card(self.chain[0])

    @property
    def person(self) -> Person:
        return self.card.person

    @property
    def certificate(self) -> bytes:
        """The certificate, PEM."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.chain[0].public_bytes(Encoding.PEM)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        from cryptography.hazmat.primitives.serialization import Encoding

        return tuple(one.public_bytes(Encoding.DER) for one in self.chain)

    def sign_raw(self, data: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        return self.key.sign(data, ECDSA(SHA256()))


def folder_named(identities: Path, id: str) -> Path:
    """Where the identity `id` is kept among those of this PC. Raises WrongUse for an id that is no folder's name."""
    if not id or not all(one.isalnum() or one in "._-" for one in id) or id.startswith("."):
        raise WrongUse(
            message("The id “{id}” cannot be a folder's name.", id=id),
            message("Use letters, digits, dots, hyphens; no spaces."),
        )
    return identities / id


def new_identity(folder: Path, person: Person, passphrase: str, cost: int = COST) -> bytes:
    """Make a key and its request in `folder`; returns the request (PEM) that goes to the pilot.

    `cost` is the scrypt N that protects the key. Raises WrongUse when the folder already holds a key.
    """
    key = _new_key(folder, person, passphrase, cost)
    request = make_request(person, key)
    write_whole(folder / _REQUEST, request)
    return request


def new_authority(
    folder: Path, person: Person, passphrase: str, *, begins: datetime, ends: datetime, cost: int = COST
) -> Identity:
    """Make an authority: a key with a certificate it signs itself. `person` names it; roles play no part."""
    check_period(begins, ends)
    key = _new_key(folder, person, passphrase, cost)
    certificate = make_certificate(
        name_of(person), key, person, key.public_key(), begins=begins, ends=ends, authority=True
    )
    write_whole(folder / _CERTIFICATE, certificate)
    return Identity(read_certificates(certificate), key)


def issue(authority: Identity, request: bytes, roles: Sequence[str], *, begins: datetime, ends: datetime) -> bytes:
    """The certificate (PEM) for a request, with the roles that the authority grants; the roles asked for do not count.
    Raises WrongUse when `authority` is none or the period leaves its own, NotVerified for a bad request."""
    _check_authority(authority)
    check_period(begins, ends, authority.card)
    return issue_for_request(authority.chain[0].subject, authority.key, request, roles, begins=begins, ends=ends)


def revocations(
    authority: Identity, revoked: Mapping[str, datetime], *, number: int, begins: datetime, ends: datetime
) -> bytes:
    """The authority's revocation list (PEM): serials as on the card with the moment of each, valid until `ends`.
    `number` grows with each list."""
    _check_authority(authority)
    check_period(begins, ends)
    return make_revocations(authority.chain[0], authority.key, revoked, number=number, begins=begins, ends=ends)


def install_certificate(folder: Path, certificate: bytes) -> Card:
    """Put the certificate (PEM, with those between it and the root behind it) beside its key. Raises NotVerified when
    it was issued for another key than that of the request in `folder`."""
    from cryptography import x509

    request = x509.load_pem_x509_csr(read_small(folder / _REQUEST, _SMALL))
    facts = card(read_certificates(certificate)[0])
    if facts.key_fingerprint != key_fingerprint(p256(request.public_key())):
        raise _other_key()
    write_whole(folder / _CERTIFICATE, certificate)
    return facts


def load_identity(folder: Path, passphrase: str) -> Identity:
    """Open the identity in `folder`. Raises PassphraseWrong; NotVerified when key and certificate do not belong
    together; WrongUse while there is no certificate."""
    if not (folder / _CERTIFICATE).exists():
        raise WrongUse(
            message("There is no certificate in {folder} yet.", folder=folder),
            message("Send {name} to the pilot and install the certificate that comes back.", name=_REQUEST),
        )
    chain = read_certificates(read_small(folder / _CERTIFICATE, _SMALL))
    identity = Identity(chain, unlock_key(read_small(folder / _KEY, _SMALL), passphrase))
    if identity.card.key_fingerprint != key_fingerprint(identity.key.public_key()):
        raise _other_key()
    return identity


def show_identity(folder: Path) -> Card | None:
    """The card of the identity in `folder`, which needs no passphrase; None while it waits for its certificate."""
    if not (folder / _CERTIFICATE).exists():
        return None
    return card(read_certificates(read_small(folder / _CERTIFICATE, _SMALL))[0])


def _new_key(folder: Path, person: Person, passphrase: str, cost: int) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

    name_of(person)
    if (folder / _KEY).exists():
        raise WrongUse(message("{folder} already holds a key; keys are never overwritten.", folder=folder))
    with storage(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = generate_private_key(SECP256R1())
    write_whole(folder / _KEY, lock_key(key, passphrase, cost), mode=0o600)
    return key


def _check_authority(authority: Identity) -> None:
    if not authority.card.authority:
        raise WrongUse(message("{name} is not an authority and cannot issue.", name=authority.person.name))


def _other_key() -> NotVerified:
    return NotVerified(
        message("The certificate belongs to another key."),
        message("Install the certificate that was issued for the request in this folder."),
    )
