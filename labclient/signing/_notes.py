"""Checkpoints: the head of a log as a signed note (C2SP signed-note and tlog-checkpoint, Ed25519).

Three lines of text say which log, how many entries and which root; a signature line follows, and others may add theirs.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from labclient.errors import NotVerified
from labclient.signing._seal import phone_code
from labclient.words import message

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"
_CODE_DOMAIN = b"labclient-checkpoint-code-v1\n"
_MAX_CHARACTERS = 100_000


class Checkpoint(Struct, frozen=True):
    """The head of the log `origin`: its first `size` entries have the RFC 6962 root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes


class NoteKey:
    """An Ed25519 key that signs notes under a name."""

    def __init__(self, name: str, key: "Ed25519PrivateKey") -> None:
        _check_name(name)
        self.name = name
        self._key = key

    @classmethod
    def generate(cls, name: str) -> "NoteKey":
        """A new key; `name` is one word without `+`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_private(cls, name: str, private: bytes) -> "NoteKey":
        """The key whose 32 private bytes these are."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(name, Ed25519PrivateKey.from_private_bytes(private))

    @property
    def private(self) -> bytes:
        """The 32 private bytes."""
        return self._key.private_bytes_raw()

    @property
    def public(self) -> str:
        """The public half as a C2SP verifier key: name, key id and key, joined by `+`."""
        data = _ED25519 + self._key.public_key().public_bytes_raw()
        return f"{self.name}+{_key_id(self.name, data).hex()}+{b64encode(data).decode()}"

    def sign(self, text: str) -> str:
        """The signature line for `text`, with its line end."""
        data = _ED25519 + self._key.public_key().public_bytes_raw()
        signature = _key_id(self.name, data) + self._key.sign(text.encode())
        return f"— {self.name} {b64encode(signature).decode()}\n"


def sign_checkpoint(key: NoteKey, origin: str, size: int, root: bytes) -> str:
    """The signed note that says: the first `size` entries of the log `origin` have the root `root`."""
    text = _text(Checkpoint(origin, size, root))
    return f"{text}\n{key.sign(text)}"


def read_checkpoint(note: str, public: str) -> Checkpoint:
    """The checkpoint of a note. Raises NotVerified unless the key `public` signed it and it has the exact form;
    signature lines of other keys and further lines of the text are left to those who know them."""
    text, signatures = _parts(note)
    _check_signature(text, signatures, public)
    return _said(text)


def unproven_checkpoint(note: str) -> Checkpoint:
    """What a note says when nobody here knows the key that signed it. Raises NotVerified for another form."""
    return _said(_parts(note)[0])


def checkpoint_code(checkpoint: Checkpoint) -> str:
    """The checkpoint as it is read over the phone: the `phone_code` of SHA-256 over a domain mark and its three lines,
    so 100 bits, stretched by scrypt. Who changes the log after the code was told has to try 2^100 times half a second
    of scrypt; who prepares two logs that share a code, 2^50 times. Takes about half a second, on purpose."""
    return phone_code(sha256(_CODE_DOMAIN + _text(checkpoint).encode()).digest())


def _text(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.origin}\n{checkpoint.size}\n{b64encode(checkpoint.root).decode()}\n"


def _parts(note: str) -> tuple[str, str]:
    """The text that is signed, and the signature lines."""
    if len(note) > _MAX_CHARACTERS or "\n\n" not in note or not note.endswith("\n"):
        raise _not_a_note()
    text, _, signatures = note.rpartition("\n\n")
    return text + "\n", signatures


def _said(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or not _is_count(lines[1]):
        raise _not_a_note()
    root = _decode(lines[2])
    if len(root) != sha256().digest_size:
        raise _not_a_note()
    return Checkpoint(lines[0], int(lines[1]), root)


def _check_signature(text: str, signatures: str, public: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, key_id, data = _read_public(public)
    signed = False
    for line in signatures.split("\n")[:-1]:
        mark, _, rest = line.partition(" ")
        signer, _, coded = rest.partition(" ")
        if mark != "—" or not signer or not coded:
            raise _not_a_note()
        signature = _decode(coded)
        if signer != name or signature[:4] != key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(data[1:]).verify(signature[4:], text.encode())
        except (InvalidSignature, UnicodeEncodeError) as error:
            raise NotVerified(
                message("The signature of {name} under the checkpoint does not hold.", name=name)
            ) from error
        signed = True
    if not signed:
        raise NotVerified(message("The checkpoint is not signed by {name}.", name=name))


def _read_public(public: str) -> tuple[str, bytes, bytes]:
    name, _, rest = public.partition("+")
    identifier, _, coded = rest.partition("+")
    data = _decode(coded)
    if len(data) != 33 or data[:1] != _ED25519 or identifier != _key_id(name, data).hex():
        raise NotVerified(message("“{text}” is not the public key of a log.", text=public[:200]))
    return name, _key_id(name, data), data


def _key_id(name: str, data: bytes) -> bytes:
    return sha256(name.encode(errors="surrogatepass") + b"\n" + data).digest()[:4]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ValueError(name)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20 and (text == "0" or text[0] != "0")


def _decode(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise _not_a_note() from error
    if b64encode(data).decode() != text:
        raise _not_a_note()
    return data


def _not_a_note() -> NotVerified:
    return NotVerified(message("This is not a signed checkpoint."))
