"""Another program's file: what can be read in two ways is asked; a line that cannot be believed has no value."""

from datetime import UTC, datetime
from math import isnan

import numpy as np
import pytest
from conftest import CASES, case
from hypothesis import given
from hypothesis import strategies as st

from labclient.acquisition import Columns, Order, Row, Value, read_rows, read_table, row_replies
from labclient.errors import DataUnfit, Trouble, UnitUnknown, WrongUse
from labclient.notebook import block
from labclient.notebook._rows import read_rows as read_block
from labclient.words import say

NOW = datetime(2026, 3, 3, tzinfo=UTC)
POINT = Columns(time="t", values=(Value("U", "V"),), decimal="point", zone="+00:00")
COMMA = Columns(time="t", values=(Value("U", "V"),), decimal="comma", zone="+00:00")


def rows(text: str, columns: Columns = POINT, encoding: str = "utf-8") -> list[Row]:
    return read_rows(read_table(text.encode(encoding)), columns, NOW)


def one(cell: str, columns: Columns = POINT) -> Row:
    return rows(f"t;U\n2026-03-02 09:00:00;{cell}\n", columns)[0]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [(b"t,U\n1,2\n", "ascii"), ("时间,U\n1,2\n".encode(), "utf-8"), ("\ufefft,U\n1,2\n".encode(), "utf-8"),
     ("时间,电压\n1,2\n".encode("gbk"), "gb18030")],
)  # fmt: skip
def test_the_encoding_is_found(data: bytes, encoding: str) -> None:
    table = read_table(data)
    assert table.encoding == encoding
    assert table.header[0] in {"t", "时间"}


@pytest.mark.parametrize(("text", "delimiter"), [("a,b\n1,2\n", ","), ("a;b\n1,5;2\n", ";"), ("a\tb\n1,5\t2\n", "\t")])
def test_the_delimiter_is_found_where_only_one_fits(text: str, delimiter: str) -> None:
    assert read_table(text.encode()).delimiter == delimiter


@pytest.mark.parametrize(
    "data",
    [b"", b"t\n1\n", b"a,b;c\n1,5;2\n", b"a,a\n1,2\n", "t,U\n".encode("utf-16"), b"\xff\xff\xff",
     b"\xef\xbb\xbft,U\n\xff,1\n"],
)  # fmt: skip
def test_what_cannot_be_told_is_asked(data: bytes) -> None:
    with pytest.raises(DataUnfit):
        read_table(data)


def test_a_delimiter_that_is_told_settles_it() -> None:
    assert read_table(b"a,b;c\n1,5;2\n", delimiter=";").header == ("a,b", "c")


@pytest.mark.parametrize(("cell", "columns"), [("1.5", POINT), ("1,5", COMMA), ("+1.5e-3", POINT), ("-3", COMMA)])
def test_a_number_written_as_said_is_a_value(cell: str, columns: Columns) -> None:
    row = one(cell, columns)
    assert row.status == ("ok",)
    assert row.texts == (cell.replace(",", "."),)


@pytest.mark.parametrize(
    ("cell", "columns", "status"),
    [("1,5", POINT, "number"), ("1.5", COMMA, "number"), ("1.234,5", COMMA, "number"), ("1,234,5", COMMA, "number"),
     ("1 234", POINT, "number"), ("", POINT, "empty"), ("NaN", POINT, "number"), ("9.9E37", POINT, "overload"),
     ("-9.90000000E+37", POINT, "overload"), ("1e400", POINT, "overload"), ("１", POINT, "number")],
)  # fmt: skip
def test_any_other_cell_is_none_and_says_why(cell: str, columns: Columns, status: str) -> None:
    row = one(cell, columns)
    assert row.status == (status,)
    assert row.texts == ("",)
    assert len(row.faults) == 1


@pytest.mark.parametrize(
    "time",
    ["2026-03-02T09:00:00Z", "2026/3/2 9:00", "2026.03.02 09:00:00.250", "2026-03-02T09:00:00+00:00"],
)
def test_a_time_with_the_year_first_is_taken(time: str) -> None:
    row = rows(f"t;U\n{time};1\n")[0]
    assert row.good
    assert row.time is not None
    assert row.time.replace(microsecond=0) == datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "time", ["03/02/2026 09:00", "2026-03/02 09:00", "09:00", "2026-03-02T09:00+08:00", "2026-13-02 09:00"]
)
def test_a_time_that_could_be_another_is_refused(time: str) -> None:
    row = rows(f"t;U\n{time};1\n")[0]
    assert row.time is None
    assert not row.good


def test_a_time_without_zone_needs_one_told() -> None:
    blind = Columns(time="t", values=(Value("U", "V"),), decimal="point")
    assert not one("1", blind).good


def test_times_that_go_back_or_lie_ahead_have_no_value() -> None:
    read = rows("t;U\n2026-03-02 09:00:10;1\n2026-03-02 09:00:05;2\n2026-03-02 09:00:10;3\n2026-03-09 09:00:00;4\n")
    assert [row.good for row in read] == [True, False, True, False]


def test_columns_that_are_not_there_and_unknown_units_are_named() -> None:
    with pytest.raises(WrongUse, match="T_air"):
        rows("t;U\n", Columns(time="T_air", values=(Value("U", "V"),), decimal="point"))
    with pytest.raises(UnitUnknown):
        rows("t;U\n", Columns(time="t", values=(Value("U", "furlong"),), decimal="point"))
    with pytest.raises(DataUnfit):
        rows("t;U\n2025-01-01 00:00;1\n2026-01-01 00:00;1\n")


def test_the_traps_of_raw_readings_lose_no_row_and_win_no_number() -> None:
    case("raw_reading_traps")
    data = (CASES / "raw_reading_traps.csv").read_bytes()
    columns = Columns(time="timestamp_utc", values=(Value("raw_response", "V"),), decimal="point", unit_column="unit")
    table = read_table(data, delimiter=",")
    read = read_rows(table, columns, NOW)
    assert len(read) == 13
    refused = {row.status[0] for row in read if not row.good}
    assert refused == {"overload", "unit", "time", "empty", "number"}
    assert sum(row.good for row in read) == 8  # the six, the spike and the one in a warm room: kept until decided
    replies = row_replies(read, NOW, 10**15)
    assert [isnan(value) for value in replies.values[:, 0]] == [not row.good for row in read]
    assert "1 0 comma" not in " ".join(say(told) for row in read for told in row.faults)
    assert any("one zero comma zero" in say(told) for row in read for told in row.faults)


CELL = st.one_of(
    st.sampled_from(["1.5", "-2", "", "9.9E37", "1,5", "nan", "2026-03-02 09:00:00", '"', '"a,b"', "1e999"]),
    st.text(st.characters(codec="utf-8"), max_size=8),
)


@given(
    st.lists(st.tuples(CELL, CELL), max_size=8), st.sampled_from(["utf-8", "gb18030"]), st.sampled_from([POINT, COMMA])
)
def test_any_file_is_read_or_refused_and_its_rows_can_be_recorded(
    lines: list[tuple[str, str]], encoding: str, columns: Columns
) -> None:
    text = "t;U\n" + "".join(f"{a};{b}\n" for a, b in lines)
    try:
        read = rows(text, columns, encoding)
    except Trouble:
        return
    if not read:
        return
    replies = row_replies(read, NOW, 10**12)
    draft = block(
        1, 2, 0, t_ns=replies.t_ns, status=replies.status, texts=replies.texts, raws=replies.raws,
        values=replies.values, terminator=b"\n", author="A",
    )  # fmt: skip
    assert draft.payload is not None
    assert draft.values is not None
    entry = type("Entry", (), {"body": draft.body, "seq": 3})()
    again = read_block(entry, draft.payload)
    np.testing.assert_array_equal(again, draft.values)


@pytest.mark.parametrize(
    ("text", "order", "good"),
    [("03/04/2026 09:00", "dmy", False), ("02/03/2026 09:00:01", "dmy", True), ("03/02/2026 09:00", "mdy", True),
     ("02.03.2026 9:00:00.5", "dmy", True), ("2026-03-02 09:00", "dmy", False), ("02/03/2026 09:00", "ymd", False),
     ("02/13/2026 09:00", "dmy", False), ("02/03/26 09:00", "dmy", False), ("02/03-2026 09:00", "dmy", False)],
)  # fmt: skip
def test_day_and_month_stand_in_the_order_that_was_said(text: str, order: Order, good: bool) -> None:
    """The third of April would be ahead of the PC clock."""
    columns = Columns(time="t", values=(Value("U", "V"),), decimal="point", zone="+00:00", order=order)
    [row] = rows(f"t;U\n{text};1.5\n", columns)
    assert row.good is good
    if good:
        assert row.time is not None
        assert (row.time.month, row.time.day) == (3, 2)
