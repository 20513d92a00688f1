"""A text as a QR code: for a sheet of paper, a label, the camera of a phone."""

from importlib import import_module
from io import BytesIO, StringIO
from typing import Any

from labclient.errors import WrongUse
from labclient.words import message

_QUIET = 4  # modules of margin that the symbol needs


def qr_svg(text: str) -> bytes:
    """An SVG picture. Raises `WrongUse` when QR codes cannot be made here."""
    picture = BytesIO()
    _code(text).save(picture, kind="svg", border=_QUIET, unit="mm", scale=1, light="white")
    return picture.getvalue()


def qr_text(text: str) -> str:
    """Lines of half blocks for a terminal with light letters on dark. Raises as `qr_svg`."""
    lines = StringIO()
    _code(text).terminal(lines, border=_QUIET, compact=True)
    return lines.getvalue()


def _code(text: str) -> Any:
    try:
        return import_module("segno").make_qr(text, error="m", encoding="utf-8")
    except ModuleNotFoundError as error:
        raise WrongUse(
            message("This installation draws no QR codes."),
            message("Give the checkpoint as a file, or read its code over the phone."),
        ) from error
