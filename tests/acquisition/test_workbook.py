"""Workbooks: what is stored is read, what is lost is said, and a file that is none ends in a sentence."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from math import isnan
from zipfile import ZipFile

import numpy as np
import pytest
from acquisition.workbooks import DAY, MOMENT, Formula, Raw, sheet_xml, workbook
from hypothesis import given
from hypothesis import strategies as st

from labclient.acquisition import (
    Columns,
    Row,
    Table,
    Value,
    open_table,
    read_rows,
    read_workbook,
    row_replies,
    sheet_names,
    sheet_remarks,
)
from labclient.errors import DataUnfit
from labclient.notebook import block
from labclient.notebook._rows import read_rows as read_block
from labclient.words import say

NOW = datetime(2026, 3, 3, tzinfo=UTC)
BEGUN = datetime(2026, 3, 2, 8, 5)  # noqa: DTZ001 - a spreadsheet knows no zone
COLUMNS = Columns(time="t", values=(Value("U", "V"),), decimal="point", zone="+00:00")
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def table_of(*cells: object) -> Table:
    """One reading a line, a second apart."""
    rows = [("t", "U"), *((BEGUN + timedelta(seconds=n), cell) for n, cell in enumerate(cells))]
    return read_workbook(workbook({"Data": rows}))  # type: ignore[dict-item]


def rows_of(*cells: object, columns: Columns = COLUMNS) -> list[Row]:
    return read_rows(table_of(*cells), columns, NOW)


@given(st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=20))
def test_a_number_is_the_one_that_is_stored(values: list[float]) -> None:
    rows = rows_of(*values)
    assert [float(row.texts[0]) for row in rows] == values
    assert all(row.good for row in rows)
    assert table_of(*values).sheet.numbers == len(values)  # type: ignore[union-attr]


@given(st.lists(st.decimals(-1000, 1000, places=7), min_size=1, max_size=20))
def test_a_text_keeps_every_digit(values: list[object]) -> None:
    texts = [f"{value:f}" for value in values]
    assert [row.texts[0] for row in rows_of(*texts)] == texts


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_is_one_line_of_the_record_and_comes_back(cells: list[str]) -> None:
    clean = [one.encode("ascii", "ignore").decode().translate(dict.fromkeys(range(32))) for one in cells]
    for row in rows_of(*clean):
        assert b"\n" not in row.line.raw
        assert row.line.raw.count(b"\t") == len(row.line.cells or ()) - 1


@given(st.binary(max_size=300))
def test_whatever_the_file_is_it_ends_in_a_sentence(data: bytes) -> None:
    for start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b""):
        with pytest.raises(DataUnfit):
            read_workbook(start + data)


@given(st.data())
def test_a_damaged_workbook_gives_the_numbers_or_a_sentence(data: st.DataObject) -> None:
    """No byte that went wrong becomes a number: the archive's own check sums see it."""
    good = workbook({"Data": [("t", "U"), (BEGUN, 10.0001)]})
    place = data.draw(st.integers(0, len(good) - 1))
    bad = good[:place] + bytes([good[place] ^ data.draw(st.integers(1, 255))]) + good[place + 1 :]
    try:
        table = read_workbook(bad)
    except DataUnfit:
        return
    assert [line.cells for line in table.lines] == [("2026-03-02 08:05:00", "10.0001")]


def test_a_moment_is_year_first_and_midnight_is_one() -> None:
    rows = [("t", "U"), (BEGUN, 1.5), (datetime(2026, 3, 3), 2.5), (46085.0, 3.5)]  # noqa: DTZ001
    table = read_workbook(workbook({"Data": rows}))
    assert [line.cells for line in table.lines] == [
        ("2026-03-02 08:05:00", "1.5"),
        ("2026-03-03 00:00:00", "2.5"),
        ("46085", "3.5"),
    ]


def test_a_day_without_its_time_is_no_moment() -> None:
    day = Raw("<v>46083</v>", f' s="{DAY}"')
    table = read_workbook(workbook({"Data": [("t", "U"), (day, 1.5)]}))
    [row] = read_rows(table, COLUMNS, NOW)
    assert row.status == ("time",)


@pytest.mark.parametrize(
    ("cell", "status"),
    [(None, "empty"), (Formula(None), "empty"), (Raw("<v>#N/A</v>", ' t="e"'), "empty"), (True, "number"),
     ("1,5", "number"), (9.9e37, "overload"), (Raw("<v>46083.5</v>", f' s="{MOMENT}"'), "number")],
)  # fmt: skip
def test_a_cell_that_is_no_reading_has_no_value(cell: object, status: str) -> None:
    [row] = rows_of(cell, 1.0)[:1]
    assert row.status == (status,)
    assert isnan(row_replies([row], NOW, 0).values[0, 0])


def test_a_text_may_have_the_comma_that_was_said_and_a_number_has_none() -> None:
    comma = Columns(time="t", values=(Value("U", "V"),), decimal="comma", zone="+00:00")
    assert [row.texts for row in rows_of("1,5", 2.5, columns=comma)] == [("1.5",), ("2.5",)]
    assert [row.status for row in rows_of("1.5", columns=comma)] == [("number",)]


def test_what_is_lost_and_hidden_is_said() -> None:
    rows = [("t", "U", "n"), (BEGUN, Formula(2.0), "x")]
    table = read_workbook(workbook({"Data": rows, "Old": []}, hidden=["Old"], merged=["A3:A4"]))
    assert table.sheet is not None
    assert (table.sheet.numbers, table.sheet.formulas, table.sheet.merged) == (1, 1, 1)
    assert table.sheet.hidden == ("Old",)
    told = [say(one, "en") for one in sheet_remarks(table.sheet)]
    assert len(told) == 4
    assert "zeros" in told[0]
    assert "Old" in told[3]


def test_columns_and_lines_without_any_cell_are_left_out() -> None:
    table = read_workbook(workbook({"Data": [(), (None, "t", None, "U"), (), (None, BEGUN, None, 1.5)]}), header_line=2)
    assert table.header == ("t", "U")
    assert [(line.number, line.cells) for line in table.lines] == [(4, ("2026-03-02 08:05:00", "1.5"))]


def test_a_sheet_is_chosen_by_its_name_and_never_guessed() -> None:
    data = workbook({"一月": [("a", "b"), (1.0, 2.0)], "Two": [("c", "d"), (3.0, 4.0)]})
    assert sheet_names(data) == (("一月", "Two"), ())
    with pytest.raises(DataUnfit, match="several sheets"):
        read_workbook(data)
    with pytest.raises(DataUnfit, match="no sheet"):
        read_workbook(data, sheet="Three")
    assert open_table(data, sheet="一月").header == ("a", "b")
    hidden = workbook({"One": [("a", "b"), (1.0, 2.0)], "Two": [("c", "d"), (3.0, 4.0)]}, hidden=["One"])
    assert read_workbook(hidden).header == ("c", "d")
    assert read_workbook(hidden, sheet="One").header == ("a", "b")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (OLD, "old workbook"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04broken", "cannot be read"),
    ],
)
def test_what_is_no_workbook_for_us_is_refused_with_a_way_on(data: bytes, told: str) -> None:
    with pytest.raises(DataUnfit, match=told) as refused:
        read_workbook(data)
    assert refused.value.step is not None


@pytest.mark.parametrize(
    ("part", "told"),
    [("xl/vbaProject.bin", "macros"), ("xl/workbook.bin", "binary"), ("content.xml", "OpenDocument")],
)
def test_other_workbooks_are_named(part: str, told: str) -> None:
    with pytest.raises(DataUnfit, match=told):
        read_workbook(archive(**{part: b""}))


def test_an_archive_of_other_things_is_none() -> None:
    with pytest.raises(DataUnfit, match="archive"):
        open_table(archive(**{"log.csv": b"a,b\n1,2\n"}))


def archive(**parts: bytes) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def test_one_cell_far_away_does_not_end_the_program() -> None:
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    far = sheet_xml([("t", "U")]).replace("</sheetData>", last)
    with ZipFile(BytesIO(workbook({"Data": []}))) as made:
        parts = {name: made.read(name) for name in made.namelist()} | {"xl/worksheets/sheet1.xml": far.encode()}
    with pytest.raises(DataUnfit, match="spreads over 1048576 rows and 16384 columns"):
        read_workbook(archive(**parts))


def test_a_sheet_belongs_to_a_workbook() -> None:
    with pytest.raises(DataUnfit, match="no sheets"):
        open_table(b"a,b\n1,2\n", sheet="Data")


def test_the_rows_go_into_the_record_and_come_back() -> None:
    read = row_replies(rows_of("10.0001", 2.5, None), NOW, 0)
    draft = block(7, 8, 0, t_ns=read.t_ns, status=read.status, texts=read.texts, raws=read.raws, values=read.values,
                  terminator=b"\n", author="A", station="")  # fmt: skip
    assert draft.payload is not None
    assert draft.values is not None
    entry = type("Entry", (), {"body": draft.body, "seq": 3})()
    np.testing.assert_array_equal(read_block(entry, draft.payload), draft.values)
    assert b"2026-03-02 08:05:00\\x0910.0001" in draft.payload
