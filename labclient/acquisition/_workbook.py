"""A sheet of a workbook (XLSX) as a table of texts: what is stored in its cells, not what the spreadsheet shows.

A number is stored as a binary number: it stands here with the fewest digits that give the same number, and zeros that
the sheet showed behind it are gone. Of a formula there is the value that the spreadsheet computed last.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from posixpath import join, normpath
from zipfile import BadZipFile, ZipFile

from labclient.acquisition._table import Line, Sheet, Table, head, read_table
from labclient.errors import DataUnfit
from labclient.words import Message, message

WORKBOOK = "xlsx"
SAY_SHEET = message("Say which one is to be imported.")
_OLD = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MAX_PART = 512 << 20
_MAX_CELLS = 5_000_000
_WHOLE = 10**15  # every whole number below is stored as it is
_DAMAGE = (BadZipFile, EOFError, LookupError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
_REFERENCE = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]*?\br=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RELATIONS = "xl/_rels/workbook.xml.rels"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OTHERS: dict[str, Message] = {
    "xl/vbaProject.bin": message("This workbook holds macros."),
    "xl/workbook.bin": message("This is a binary workbook (XLSB)."),
    "content.xml": message("This is an OpenDocument file."),
}
_SAVE = message("Save it in the spreadsheet as a workbook without macros and password (.xlsx), or export a CSV file.")

Cell = int | float | str | bool | time | date | datetime | timedelta


def open_table(data: bytes, *, encoding: str = "", delimiter: str = "", header_line: int = 1, sheet: str = "") -> Table:
    """The table in a file, whether text or workbook. Raises as `read_table` and `read_workbook`."""
    if is_workbook(data):
        return read_workbook(data, sheet=sheet, header_line=header_line)
    if sheet:
        raise DataUnfit(message("The file is no workbook and has no sheets."), message("Leave out the sheet."))
    return read_table(data, encoding=encoding, delimiter=delimiter, header_line=header_line)


def is_workbook(data: bytes) -> bool:
    """Whether a file is one of a spreadsheet, readable here or not."""
    return data.startswith((_ZIP, _OLD))


def sheet_names(data: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sheets that a person sees in the workbook, and the hidden ones. Raises `DataUnfit` for another file."""
    with _opened(data) as book:
        return _told_apart(_sheets(book))


def read_workbook(data: bytes, *, sheet: str = "", header_line: int = 1) -> Table:
    """The table in a sheet; without a name, in the only one that is not hidden. Columns without any cell are left out.

    Raises `DataUnfit` for a file that is no XLSX workbook, has macros or a password, for several sheets without a name,
    for one that spreads too far, and as `read_table` for its head line.
    """
    with _opened(data) as book:
        sheets = _sheets(book)
        seen, hidden = _told_apart(sheets)
        name = _chosen(sheet, seen, hidden)
        content = _content(book, sheets[name][0])
    _must_not_spread(content)
    rows, merged = _rows(data, name)
    width = max((len(row) for row in rows), default=0)
    used = [place for place in range(width) if any(row[place] != "" for row in rows)]
    dated = {place for place in used if any(isinstance(row[place], datetime) for row in rows[header_line:])}
    if len(rows) < header_line:
        raise DataUnfit(message("The file has no line {line} for the names of its columns.", line=header_line))
    texts = [[_text(row[place], moment=place in dated) for place in used] for row in rows]
    lines = tuple(_line(number, [row[place] for place in used], cells)
                  for number, (row, cells) in enumerate(zip(rows, texts, strict=True), 1)
                  if number > header_line and any(cells))  # fmt: skip
    found = Sheet(name, hidden, sum(len(line.numbers) for line in lines), len(_FORMULA.findall(content)), merged)
    return Table(WORKBOOK, "", head(texts[header_line - 1]), lines, found)


def sheet_remarks(sheet: Sheet) -> Iterator[Message]:
    """What a person should know of a sheet before its cells are believed."""
    if sheet.numbers:
        yield message("{count} cells are binary numbers: zeros that the sheet shows behind a number are lost.",
                      count=sheet.numbers)  # fmt: skip
    if sheet.formulas:
        yield message("{count} cells are formulas: taken is the value that the spreadsheet computed last.",
                      count=sheet.formulas)  # fmt: skip
    if sheet.merged:
        yield message("{count} groups of cells are merged: the value is in the first cell, the others are empty.",
                      count=sheet.merged)  # fmt: skip
    if sheet.hidden:
        yield message("The workbook has hidden sheets: {sheets}", sheets=", ".join(sheet.hidden))


def _opened(data: bytes) -> ZipFile:
    """The parts of the workbook, after everything that is none was refused."""
    if data.startswith(_OLD):
        locked = _ENCRYPTED in data
        told = message("The workbook has a password.") if locked else message("This is an old workbook (XLS).")
        raise DataUnfit(told, _SAVE)
    try:
        book = ZipFile(BytesIO(data))
    except _DAMAGE as error:
        raise _unreadable() from error
    names = set(book.namelist())
    for part, told in _OTHERS.items():
        if part in names:
            raise DataUnfit(told, _SAVE)
    if "xl/workbook.xml" not in names:
        raise DataUnfit(message("This is an archive, not a workbook."), message("Unpack it and import what is in it."))
    _must_be_whole(book, names)
    return book


def _must_be_whole(book: ZipFile, names: set[str]) -> None:
    """The reader looks at no check sum, and takes a part that is missing for one that says nothing: without its styles
    a moment would be a number."""
    if sum(one.file_size for one in book.infolist()) > _MAX_PART:
        raise DataUnfit(message("The sheet is too large."), message("Import it in parts."))
    try:
        broken = book.testzip()
    except _DAMAGE as error:
        raise _unreadable() from error
    targets = {_part(one) for one in _elements(book, _RELATIONS, "Relationship") if one.get("TargetMode") != "External"}
    if broken is not None or not targets <= names:
        raise _unreadable()


def _content(book: ZipFile, part: str) -> bytes:
    try:
        return book.read(part)
    except _DAMAGE as error:
        raise _unreadable() from error


def _sheets(book: ZipFile) -> dict[str, tuple[str, bool]]:
    """The sheets that have cells: where those are, and whether a person sees the sheet."""
    relations = _elements(book, _RELATIONS, "Relationship")
    targets = {one.get("Id"): _part(one) for one in relations if one.get("Type", "").endswith("/worksheet")}
    return {
        one.get("name", ""): (targets[one.get(_RELATION)], one.get("state", "visible") == "visible")
        for one in _elements(book, "xl/workbook.xml", "sheet")
        if one.get(_RELATION) in targets
    }


def _part(relation: dict[str, str]) -> str:
    return normpath(join("/xl", relation.get("Target", ""))).lstrip("/")


def _told_apart(sheets: dict[str, tuple[str, bool]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    seen = tuple(name for name, (_, visible) in sheets.items() if visible)
    return seen, tuple(name for name in sheets if name not in seen)


def _elements(book: ZipFile, part: str, name: str) -> Iterator[dict[str, str]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(_content(book, part), parser)
    except etree.XMLSyntaxError as error:
        raise _unreadable() from error
    for element in root.iter(f"{{*}}{name}"):
        yield {str(key): str(value) for key, value in element.attrib.items()}


def _chosen(sheet: str, seen: Sequence[str], hidden: Sequence[str]) -> str:
    known = (*seen, *hidden)
    if sheet and sheet not in known:
        raise DataUnfit(
            message("The workbook has no sheet “{sheet}”.", sheet=sheet),
            message("Its sheets: {sheets}", sheets=", ".join(known)),
        )
    if not sheet and len(seen) != 1:
        raise DataUnfit(
            message("The workbook has several sheets: {sheets}", sheets=", ".join(seen)),
            SAY_SHEET,
        )
    return sheet or seen[0]


def _must_not_spread(content: bytes) -> None:
    """The reader makes room for the whole rectangle, and one forgotten cell far out would end the program."""
    width = height = 1
    for letters, digits in _REFERENCE.findall(content):
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        width, height = max(width, column), max(height, int(digits))
    if width * height > _MAX_CELLS:
        raise DataUnfit(
            message("The sheet spreads over {rows} rows and {columns} columns.", rows=height, columns=width),
            message("Copy what is to be imported into a sheet of its own."),
        )


def _rows(data: bytes, name: str) -> tuple[list[list[Cell]], int]:
    """All cells from the first row and column on, and how many groups of them are merged."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            sheet = book.get_sheet_by_name(name)
            return sheet.to_python(skip_empty_area=False), len(sheet.merged_cell_ranges or ())
    except CalamineError as error:
        raise _unreadable() from error


def _line(number: int, cells: Sequence[Cell], texts: Sequence[str]) -> Line:
    numbers = frozenset(place for place, cell in enumerate(cells) if type(cell) in {int, float})
    return Line(number, "\t".join(" ".join(text.split("\t")) for text in texts).encode(), tuple(texts), numbers)


def _text(cell: Cell, *, moment: bool) -> str:
    """A cell on one line: a moment year first, a number by its shortest digits. In a column of moments a day without
    time of day is midnight, as it is stored."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return repr(int(cell)) if abs(cell) < _WHOLE and cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00:00" if moment else cell.isoformat()
    return " ".join(str(cell).splitlines())


def _unreadable() -> DataUnfit:
    return DataUnfit(message("The workbook cannot be read: it is damaged or incomplete."), _SAVE)
