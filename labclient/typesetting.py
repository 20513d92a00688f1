"""Typesetting of reports: data in, PDF/A out, in Chinese and English, by the shipped fonts alone."""

import struct
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from labclient.words import Message, say

Both = dict[str, str]
"""A text under "zh" and "en"."""


def both(sentence: Message) -> Both:
    """A sentence in the two languages of every report."""
    return {"zh": say(sentence, "zh_CN"), "en": say(sentence, "en")}


def typeset(template: Path, contents: Any, made: datetime) -> bytes:
    """The report as PDF/A-2a: a function of the template, the contents and the fonts alone; `made` is its date."""
    import typst

    pdf: bytes = typst.compile(
        str(template),
        font_paths=_fonts(),
        sys_inputs={"data": msgspec.json.encode(_legible(contents)).decode()},
        pdf_standards=["a-2a"],
        timestamp=made.replace(microsecond=0),
    )
    return pdf


def _legible(content: Any) -> Any:
    """The same content, in which a character that the font lacks, or that is invisible or turns the writing
    direction, is shown by its number: [U+202E]."""
    match content:
        case str():
            return "".join(map(_visible, content))
        case dict():
            return {name: _legible(value) for name, value in content.items()}
        case list() | tuple():
            return [_legible(value) for value in content]
        case _:
            return content


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    known = character in _characters() and unicodedata.category(character) not in {"Cc", "Cf", "Cn", "Co", "Cs"}
    return character if known else f"[U+{ord(character):04X}]"


@cache
def _fonts() -> Any:
    """Noto Sans SC for everything, and the compiler's own faces for digests; never the system's."""
    import typst
    from pylopdf_fonts_zh_cn import sans_path

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(sans_path().parent)])


@cache
def _characters() -> frozenset[str]:
    """The characters that the font can show, from the 32-bit table of its OpenType `cmap` (format 12)."""
    from pylopdf_fonts_zh_cn import sans_path

    with sans_path().open("rb") as file:
        count = struct.unpack(">4xH6x", file.read(12))[0]
        tables = {tag: start for tag, _, start, _ in struct.iter_unpack(">4sLLL", file.read(16 * count))}
        start = tables[b"cmap"]
        file.seek(start + 2)
        subtables = file.read(8 * struct.unpack(">H", file.read(2))[0])
        offset = next(at for *kind, at in struct.iter_unpack(">HHL", subtables) if kind == [3, 10])
        file.seek(start + offset)
        groups = file.read(12 * struct.unpack(">12xL", file.read(16))[0])
    return frozenset(
        chr(code) for first, last, _ in struct.iter_unpack(">LLL", groups) for code in range(first, last + 1)
    )
