"""Where things stand in a container, and what one signer adds to it."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

import msgspec
from msgspec import Struct

from labclient.clock import iso, parse_iso
from labclient.errors import NotVerified
from labclient.signing._cades import sign_detached
from labclient.signing._canonical import canonical, parse_strict
from labclient.signing._identities import Signer
from labclient.signing._manifest import manifest_for
from labclient.words import message

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
META = "META-INF/"
SIGNOFFS = "signoffs/"
MAX_SIGNOFF_BYTES = 1 << 16
_SIGNOFF = re.compile(r"signoffs/([1-9][0-9]?)-([a-z]{1,20})\.json")


class SignOff(Struct, frozen=True, forbid_unknown_fields=True):
    """What a signer says: in which role, as whom (person id), what, when by their own clock, after which signature
    (SHA-256 of the one before, empty for the first)."""

    role: str
    person: str
    statement: str
    claimed_time: str
    previous: str


class Step(Struct, frozen=True):
    """What one signer adds: the sign-off, the manifest that covers it with all the rest, the signature over that."""

    name: str
    signoff: bytes
    manifest: bytes
    signature: bytes


def manifest_name(number: int) -> str:
    return f"{META}ASiCManifest{number:03}.xml"


def signature_name(number: int) -> str:
    return f"{META}signature{number:03}.p7s"


def signoff_name(number: int, role: str) -> str:
    return f"{SIGNOFFS}{number}-{role}.json"


def signoff_number(name: str) -> int | None:
    """Which signer's sign-off the name is; None for any other file."""
    match = _SIGNOFF.fullmatch(name)
    return int(match[1]) if match else None


def is_reserved(name: str) -> bool:
    """Whether only signing itself may write a file of this name."""
    return name == "mimetype" or name.startswith((META, SIGNOFFS, "gm/"))


def make_step(
    signer: Signer,
    role: str,
    statement: str,
    moment: datetime,
    *,
    digests: Mapping[str, bytes],
    earlier: tuple[bytes, ...],
) -> Step:
    """Sign everything in `digests` (name to SHA-256), as the one after the signatures `earlier`."""
    number = len(earlier) + 1
    previous = sha256(earlier[-1]).hexdigest() if earlier else ""
    said = SignOff(role, signer.card.person.id, statement, iso(moment), previous)
    signoff = canonical(msgspec.to_builtins(said))
    name = signoff_name(number, role)
    covered = dict(sorted({**digests, name: sha256(signoff).digest()}.items()))
    manifest = manifest_for(signature_name(number), covered)
    return Step(name, signoff, manifest, sign_detached(signer, sha256(manifest).digest(), moment))


def read_signoff(data: bytes) -> SignOff:
    """Raises NotVerified when the bytes are no sign-off."""
    try:
        said = msgspec.convert(parse_strict(data, MAX_SIGNOFF_BYTES, 2), SignOff)
        parse_iso(said.claimed_time)
    except (msgspec.ValidationError, ValueError) as error:
        raise NotVerified(message("A sign-off is not in the exact form.")) from error
    return said
