"""A text as a QR code: for a sheet of paper, a label, the camera of a phone."""

from io import BytesIO, StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segno import QRCode

_QUIET = 4  # modules of margin that the symbol needs


def qr_svg(text: str) -> bytes:
    """An SVG picture."""
    picture = BytesIO()
    _code(text).save(picture, kind="svg", border=_QUIET, unit="mm", scale=1, light="white")
    return picture.getvalue()


def qr_squares(text: str) -> tuple[bytes, ...]:
    """The symbol without its margin, row by row: 1 is a dark module, 0 a light one."""
    return tuple(bytes(row) for row in _code(text).matrix)


def qr_text(text: str) -> str:
    """Lines of half blocks for a terminal with light letters on dark."""
    lines = StringIO()
    _code(text).terminal(lines, border=_QUIET, compact=True)
    return lines.getvalue()


def _code(text: str) -> "QRCode":
    import segno

    return segno.make_qr(text, error="m", encoding="utf-8")
