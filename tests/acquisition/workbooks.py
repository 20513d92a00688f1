"""Workbooks (XLSX) written by hand: the least that a spreadsheet writes, so that nothing but the reader is tested."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
MOMENT, DAY = 1, 2  # styles


class Formula:
    """A formula with the value that was computed last; None where none was."""

    def __init__(self, value: float | None) -> None:
        self.value = value


class Raw:
    """The XML of a cell's inside, with its type and style."""

    def __init__(self, inside: str, attributes: str = "") -> None:
        self.inside, self.attributes = inside, attributes


Cell = str | float | datetime | bool | Formula | Raw
Rows = Iterable[Sequence[Cell | None]]


def workbook(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = (), merged: Sequence[str] = ()) -> bytes:
    """A workbook of these sheets, the rows of each from A1 on; `merged` are ranges of all of them."""
    listed, relations = [], []
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        for number, (name, rows) in enumerate(sheets.items(), 1):
            state = ' state="hidden"' if name in hidden else ""
            listed.append(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"{state}/>')
            relations.append(_relation(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml"))
            book.writestr(f"xl/worksheets/sheet{number}.xml", sheet_xml(rows, merged))
        relations.append(_relation("rId0", "styles", "styles.xml"))
        book.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
        start = _relation("rId1", "officeDocument", "xl/workbook.xml")
        book.writestr("_rels/.rels", _relationships([start]))
        book.writestr("xl/_rels/workbook.xml.rels", _relationships(relations))
        book.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/>'
                                       '<xf numFmtId="14"/></cellXfs></styleSheet>')  # fmt: skip
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
                                         f"<sheets>{''.join(listed)}</sheets></workbook>")  # fmt: skip
    return file.getvalue()


def sheet_xml(rows: Rows, merged: Sequence[str] = ()) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = (_cell(cell, f"{chr(65 + column)}{number}") for column, cell in enumerate(row) if cell is not None)
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    groups = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    groups = f"<mergeCells>{groups}</mergeCells>" if groups else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData>{groups}</worksheet>'


def _cell(cell: Cell, place: str) -> str:
    if isinstance(cell, Raw):
        return f'<c r="{place}"{cell.attributes}>{cell.inside}</c>'
    if isinstance(cell, Formula):
        value = "" if cell.value is None else f"<v>{cell.value!r}</v>"
        return f'<c r="{place}"><f>A1+1</f>{value}</c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, datetime):
        return f'<c r="{place}" s="{MOMENT}"><v>{(cell - _EPOCH).total_seconds() / 86400!r}</v></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def _relation(id: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{id}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relationships(relations: Sequence[str]) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(relations)}</Relationships>'
