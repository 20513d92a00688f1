"""Private keys at rest: PKCS#8 encrypted with scrypt and AES-256-CBC (RFC 5958, RFC 7914, RFC 8018).

Written here because the library's own writer stretches a passphrase with 2 048 rounds only; it reads this form.
"""

import os
from base64 import b64encode
from hashlib import scrypt
from typing import TYPE_CHECKING

from labclient.errors import NotVerified, PassphraseWrong, WrongUse
from labclient.words import message

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

COST = 1 << 17
"""scrypt N with r = 8, p = 1: half a second and 128 MiB a guess."""
_BLOCK = 8
_LABEL = "ENCRYPTED PRIVATE KEY"
_PBES2 = bytes.fromhex("06092a864886f70d01050d")  # 1.2.840.113549.1.5.13
_SCRYPT = bytes.fromhex("06092b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11
_AES256_CBC = bytes.fromhex("060960864801650304012a")  # 2.16.840.1.101.3.4.1.42
_SHORTEST = 8


def check_passphrase(passphrase: str) -> None:
    """Raises WrongUse for one below 8 characters, with which no key is kept."""
    if len(passphrase) < _SHORTEST:
        raise WrongUse(message("The passphrase needs at least {count} characters.", count=_SHORTEST))


def lock_key(key: "EllipticCurvePrivateKey", passphrase: str, cost: int = COST) -> bytes:
    """The key as PEM, encrypted. Raises WrongUse for a passphrase below 8 characters."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    check_passphrase(passphrase)
    salt, vector = os.urandom(16), os.urandom(16)
    secret = scrypt(
        passphrase.encode(), salt=salt, n=cost, r=_BLOCK, p=1, maxmem=(cost + 1024) * _BLOCK * 128, dklen=32
    )
    padder = PKCS7(128).padder()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    encryptor = Cipher(algorithms.AES256(secret), modes.CBC(vector)).encryptor()
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    stretch = _sequence(_SCRYPT, _sequence(_octets(salt), _integer(cost), _integer(_BLOCK), _integer(1)))
    algorithm = _sequence(_PBES2, _sequence(stretch, _sequence(_AES256_CBC, _octets(vector))))
    text = b64encode(_sequence(algorithm, _octets(data))).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {_LABEL}-----", *lines, f"-----END {_LABEL}-----", ""]).encode()


def unlock_key(pem: bytes, passphrase: str) -> "EllipticCurvePrivateKey":
    """The P-256 key of a PEM. Raises PassphraseWrong, or NotVerified when the file holds something else."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not pem.startswith(f"-----BEGIN {_LABEL}-----".encode()):
        raise NotVerified(message("The key file does not hold an encrypted key."))
    try:
        key = load_pem_private_key(pem, passphrase.encode())
    except (ValueError, TypeError) as error:
        raise PassphraseWrong(
            message("The key does not open with this passphrase."),
            message("Type it again; a forgotten passphrase means a new identity."),
        ) from error
    except UnsupportedAlgorithm as error:
        raise NotVerified(message("The key file does not hold a key of the curve P-256.")) from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise NotVerified(message("The key file does not hold a key of the curve P-256."))
    return key


def _sequence(*parts: bytes) -> bytes:
    return _value(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _value(0x04, content)


def _integer(number: int) -> bytes:
    return _value(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _value(tag: int, content: bytes) -> bytes:
    """One DER value."""
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content
