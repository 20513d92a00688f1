"""Whether bytes are DER throughout: what BER leaves open is where two readers may see two things."""

from labclient.errors import NotVerified
from labclient.words import message

_DEEPEST = 32
_CONSTRUCTED = 0x20


def check_der(data: bytes) -> None:
    """Raises NotVerified unless `data` is exactly one DER value: definite, shortest lengths, one-byte tags, no rest."""
    if not data or _check_value(data, 0, len(data), 0) != len(data):
        raise _not_der()


def _check_value(data: bytes, at: int, end: int, depth: int) -> int:
    if depth > _DEEPEST or end - at < 2:
        raise _not_der()
    tag, length = data[at], data[at + 1]
    if tag & 0x1F == 0x1F or tag == 0:
        raise _not_der()
    at += 2
    if length >= 0x80:
        width = length & 0x7F
        coded = data[at : at + width]
        length = int.from_bytes(coded, "big")
        if not 1 <= width <= 4 or len(coded) != width or length < 0x80 or coded[0] == 0:
            raise _not_der()
        at += width
    stop = at + length
    if stop > end:
        raise _not_der()
    if tag & _CONSTRUCTED:
        while at < stop:
            at = _check_value(data, at, stop, depth + 1)
    return stop


def _not_der() -> NotVerified:
    return NotVerified(message("The signature file is not in the exact form (DER)."))
