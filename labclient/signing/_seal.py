"""Sealing: encryption to the pilot and an escrow holder (age), and the commitment that fixes a result before opening.

A commitment is SHA-256 over a salted description of the package: without the salt a result of few digits could be
guessed. The code read over the phone is 100 bits of scrypt over it: nobody can prepare two packages with one code.
"""

import os
from collections.abc import Sequence
from hashlib import scrypt, sha256
from pathlib import Path

from msgspec import Struct

from labclient.errors import NotVerified, PassphraseWrong, WrongUse
from labclient.signing._canonical import canonical
from labclient.signing._files import read_small, replacing, storage, write_whole
from labclient.signing._keyfile import check_passphrase
from labclient.words import message

SALT_BYTES = 32
_DOMAIN = b"cmp-commit-v1\x00"
_CODE_SALT = b"cmp-phone-code-v1"
_CODE_COST, _CODE_BLOCK = 1 << 17, 8
_CODE_BITS = 100
_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_SYMBOLS = _SYMBOLS + "*~$=U"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class SealKey(Struct, frozen=True):
    """A key pair of age: `recipient` is public, `secret` opens what was sealed to it."""

    recipient: str
    secret: str

    def __repr__(self) -> str:
        return f"SealKey({self.recipient})"


def new_seal_key() -> SealKey:
    """A new key pair."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    return SealKey(str(identity.to_public()), str(identity))


def save_seal_key(path: Path, key: SealKey, passphrase: str) -> None:
    """Keep the key in a file, encrypted with a passphrase (age's own scrypt form). Raises WrongUse for one below 8
    characters."""
    from pyrage import passphrase as locked

    check_passphrase(passphrase)
    write_whole(path, locked.encrypt(key.secret.encode(), passphrase), mode=0o600)


def load_seal_key(path: Path, passphrase: str) -> SealKey:
    """The key in a file; raises PassphraseWrong, or NotVerified when there is none in it."""
    from pyrage import DecryptError, IdentityError, x25519
    from pyrage import passphrase as locked

    try:
        secret = locked.decrypt(read_small(path, 1 << 16), passphrase).decode()
        return SealKey(str(x25519.Identity.from_str(secret).to_public()), secret)
    except DecryptError as error:
        raise PassphraseWrong(message("The key does not open with this passphrase.")) from error
    except (IdentityError, UnicodeDecodeError) as error:
        raise NotVerified(message("{name} holds no key for opening.", name=path.name)) from error


def seal(source: Path, target: Path, recipients: Sequence[str]) -> None:
    """Encrypt a file to every one of the recipients; each alone can open it. `target` appears whole or not at all.
    Raises WrongUse when a recipient is none, or there are none."""
    from pyrage import EncryptError, RecipientError, encrypt_io, x25519

    try:
        keys = [x25519.Recipient.from_str(recipient) for recipient in recipients]
    except RecipientError as error:
        raise WrongUse(message("A recipient in the list is not an age key.")) from error
    if not keys:
        raise WrongUse(message("There is nobody to seal to."))
    with storage(source), source.open("rb") as plain, replacing(target) as sealed:
        try:
            encrypt_io(plain, sealed, keys)
        except EncryptError as error:
            raise OSError(str(error)) from error


def open_seal(source: Path, target: Path, key: SealKey) -> None:
    """Decrypt a file; `target` appears only when all of it was authentic. Raises NotVerified when the file was not
    sealed to this key, or was changed."""
    from pyrage import DecryptError, decrypt_io, x25519

    identity = x25519.Identity.from_str(key.secret)
    with storage(source), source.open("rb") as sealed, replacing(target) as plain:
        try:
            decrypt_io(sealed, plain, [identity])
        except (DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:  # the disk's trouble, not the content's
                raise
            raise NotVerified(
                message("{name} was not sealed to this key, or was changed.", name=source.name)
            ) from error


def new_salt() -> bytes:
    """256 random bits for one commitment; they stay secret until the opening."""
    return os.urandom(SALT_BYTES)


def commitment(comparison: str, laboratory: str, salt: bytes, package_sha256: str) -> bytes:
    """What binds a laboratory to one package before the opening (32 bytes); `package_sha256` is hexadecimal.

    SHA-256 of the domain mark and the RFC 8785 text of the four, the salt in hexadecimal.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError("the salt has 32 bytes")
    bound = {"comparison": comparison, "lab": laboratory, "package_sha256": package_sha256, "salt": salt.hex()}
    return sha256(_DOMAIN + canonical(bound)).digest()


def phone_code(committed: bytes) -> str:
    """The commitment as five groups of four symbols and a check symbol (Crockford base 32), to be read over the phone.
    Takes about half a second, on purpose."""
    memory = (_CODE_COST + 1024) * _CODE_BLOCK * 128
    stretched = scrypt(committed, salt=_CODE_SALT, n=_CODE_COST, r=_CODE_BLOCK, p=1, maxmem=memory, dklen=13)
    number = int.from_bytes(stretched, "big") >> (13 * 8 - _CODE_BITS)
    symbols = "".join(_SYMBOLS[number >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
    groups = [symbols[at : at + 4] for at in range(0, len(symbols), 4)]
    return "-".join([*groups, _CHECK_SYMBOLS[number % 37]])


def read_phone_code(text: str) -> str:
    """A code as heard or typed, in its written form: O is 0, I and L are 1, case and gaps do not matter. Raises
    NotVerified when it has a wrong length or its check symbol says that something was misheard."""
    symbols = text.upper().translate(_MISREAD)
    body, check = symbols[:-1], symbols[-1:]
    if len(body) != _CODE_BITS // 5 or any(symbol not in _SYMBOLS for symbol in body):
        raise NotVerified(message("The code needs 20 letters or digits and a check symbol."))
    number = 0
    for symbol in body:
        number = number << 5 | _SYMBOLS.index(symbol)
    if _CHECK_SYMBOLS[number % 37] != check:
        raise NotVerified(
            message("The check symbol does not fit: something was misread."), message("Have it read again.")
        )
    return "-".join([*(body[at : at + 4] for at in range(0, len(body), 4)), check])
