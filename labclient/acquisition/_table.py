"""A table that another program wrote, as text: its encoding and delimiter found and told, its lines kept as they are.

What can be read in more than one way is asked, never guessed.
"""

import csv
from collections.abc import Sequence

from msgspec import Struct

from labclient.errors import DataUnfit
from labclient.words import Message, message

ENCODINGS = ("ascii", "utf-8", "gb18030")
DELIMITERS = (",", ";", "\t")
SAY_SEPARATOR = message("Say what separates them: comma, semicolon or tab.")
DELIMITER_NAMES: dict[str, Message] = {
    ",": message("comma"), ";": message("semicolon"), "\t": message("tabulator"),
}  # fmt: skip
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Line(Struct, frozen=True):
    """One line of the table: its number in the file from 1, its bytes without the line end, its cells (None when they
    cannot be told apart), and the places of those that a workbook holds as numbers."""

    number: int
    raw: bytes
    cells: tuple[str, ...] | None
    numbers: frozenset[int] = frozenset()


class Sheet(Struct, frozen=True):
    """What a workbook says besides the cells of the sheet that was read: its hidden sheets, and how many of the cells
    are numbers, formulas, and merged groups."""

    name: str
    hidden: tuple[str, ...] = ()
    numbers: int = 0
    formulas: int = 0
    merged: int = 0


class Table(Struct, frozen=True):
    """A table as found: `encoding` one of `ENCODINGS`, or that of a workbook with its `sheet`; `header` the names of
    the columns, `lines` what stands below."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]
    sheet: Sheet | None = None


def read_table(data: bytes, *, encoding: str = "", delimiter: str = "", header_line: int = 1) -> Table:
    """The table in a CSV file. An empty `encoding` or `delimiter` is found: UTF-8 where it is that, else GBK (as
    GB 18030); the one delimiter that gives the head line and the next the same number of cells, at least two.

    Raises `DataUnfit` for text in neither encoding, without head line, or with several delimiters.
    """
    if data.startswith(_WIDE_BOMS):
        raise DataUnfit(message("The file is UTF-16."), message("Export it as CSV in UTF-8 or GBK."))
    body = data.removeprefix(_BOM)
    encoding = encoding or _encoding(body, marked=len(body) < len(data))
    rows = [raw.removesuffix(b"\r") for raw in body.split(b"\n")]
    if rows and not rows[-1]:
        rows.pop()
    try:
        texts = [raw.decode(encoding) for raw in rows]
    except UnicodeDecodeError as error:
        raise DataUnfit(
            message("The file is not text in {encoding}.", encoding=encoding),
            message("Export it as CSV in UTF-8 or GBK."),
        ) from error
    if len(texts) < header_line:
        raise DataUnfit(message("The file has no line {line} for the names of its columns.", line=header_line))
    delimiter = delimiter or _delimiter(texts[header_line - 1 : header_line + 1])
    header = head(cells(texts[header_line - 1], delimiter) or ())
    lines = [
        Line(number, raw, cells(text, delimiter))
        for number, (raw, text) in enumerate(zip(rows, texts, strict=True), 1)
        if number > header_line and text.strip()
    ]
    return Table(encoding, delimiter, header, tuple(lines))


def head(texts: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns. Raises `DataUnfit` when they cannot be told apart."""
    names = tuple(text.strip() for text in texts)
    if len({*names}) != len(names) or not names:
        raise DataUnfit(message("The columns of the file do not have names of their own: {names}",
                                names=", ".join(names)))  # fmt: skip
    return names


def cells(text: str, delimiter: str) -> tuple[str, ...] | None:
    """The cells of one line; None for one with a quote that does not end in it."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return tuple(rows[0]) if len(rows) == 1 else None


def _encoding(body: bytes, *, marked: bool) -> str:
    if body.isascii() and not marked:
        return "ascii"
    for encoding in ("utf-8",) if marked else ("utf-8", "gb18030"):
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise DataUnfit(
        message("The file is text neither in UTF-8 nor in GBK."), message("Export it as CSV in UTF-8 or GBK.")
    )


def _delimiter(texts: Sequence[str]) -> str:
    fitting = []
    for delimiter in DELIMITERS:
        counts = {len(cells(text, delimiter) or ()) for text in texts}
        if len(counts) == 1 and counts.pop() >= 2:
            fitting.append(delimiter)
    if len(fitting) != 1:
        raise DataUnfit(
            message("What separates the columns cannot be told from the file."),
            SAY_SEPARATOR,
        )
    return fitting[0]
