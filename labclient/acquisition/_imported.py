"""Rows of another program's table as replies: a value only where a cell is a number as it was said to be written.

Nothing is mended. A row that cannot be believed stays a reply without value, its line as raw bytes, and is named.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import isfinite, nan
from typing import Annotated, Literal, get_args

import numpy as np
from msgspec import Meta, Struct

from labclient.acquisition._replies import Replies
from labclient.acquisition._table import Line, Table
from labclient.acquisition._typed import in_words
from labclient.errors import DataUnfit, NumberInvalid, UnitUnknown, WrongUse
from labclient.notebook import OK
from labclient.units import number, unit
from labclient.words import Message, message

OVERLOAD = 9.9e37  # SCPI's number for "overload" and "not a number"
Order = Literal["ymd", "dmy", "mdy", "ymd2", "dmy2", "mdy2"]  # with 2 the year has two digits, of this century
_CLOCK = (
    r"[ T](?:(?P<before>上午|下午) ?)?(?P<hours>[0-9]{1,2}):(?P<rest>[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)"
    r"(?P<zone>(?: ?[+-][0-9:]+|Z)?)(?: ?(?P<after>[AaPp][Mm]))?"
)
_LATER = {"PM", "下午"}
_PARTS = {"y": "(?P<y>[0-9]{4})", "m": "(?P<m>[0-9]{1,2})", "d": "(?P<d>[0-9]{1,2})"}


def _dates(order: Order) -> re.Pattern[str]:
    first, second, third = (_PARTS[part] for part in order[:3])
    pattern = rf"{first}(?P<sign>[-/.]){second}(?P=sign){third}{_CLOCK}"
    return re.compile(pattern.replace("{4}", "{2}", 1) if order.endswith("2") else pattern)


_DATES: dict[Order, re.Pattern[str]] = {order: _dates(order) for order in get_args(Order)}
_ZONE = r"\A[+-]([01][0-9]|2[0-3]):[0-5][0-9]\Z"
_LONGEST = timedelta(days=100)  # float64 holds the nanoseconds of 104 days
_MOST_WORDS = 40
_MIDNIGHT = " 00:00:00"  # of a day in a workbook


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of readings and the unit they are in."""

    column: str
    unit: str


class Columns(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the columns of a table are, and how its numbers are written. `zone` is the offset from UTC of times that
    name none, `order` that of year, month and day in them, `date` their column where it is another; `unit_column` holds
    the unit of each row; `place` are the columns of point, day, cycle and step (all counted from 1) of a measurement;
    `sheet` is that of a workbook."""

    time: str
    values: tuple[Value, ...]
    decimal: Literal["point", "comma"]
    zone: Annotated[str, Meta(pattern=_ZONE)] | None = None
    unit_column: str | None = None
    place: tuple[str, str, str, str] | None = None
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 1
    order: Order = "ymd"
    sheet: str = ""
    date: str = ""


class Row(Struct, frozen=True):
    """One line as read: its place cells, its time (None without), a status and a text for each value, and why not."""

    line: Line
    place: tuple[str, ...]
    time: datetime | None
    status: tuple[str, ...]
    texts: tuple[str, ...]
    faults: tuple[Message, ...]

    @property
    def good(self) -> bool:
        return all(word == OK for word in self.status)


def read_rows(table: Table, columns: Columns, latest: datetime, *, longest: timedelta | None = _LONGEST) -> list[Row]:
    """Every line of the table by what its `columns` are said to be. Times must not go back, nor lie after `latest`.

    Raises `WrongUse` for a column that the table has not, `UnitUnknown` for an unknown unit, `DataUnfit` for times
    spread over more than `longest`, which is 100 days.
    """
    named = [columns.time, *(one.column for one in columns.values), *(columns.place or ())]
    named += [one for one in (columns.unit_column, columns.date) if one]
    missing = [name for name in named if name not in table.header]
    if missing:
        raise WrongUse(
            message("The file has no column “{column}”.", column=missing[0]),
            message("Its columns: {columns}", columns=", ".join(table.header)),
        )
    for one in columns.values:
        unit(one.unit)
    rows: list[Row] = []
    first = last = None
    for line in table.lines:
        row = _row(line, table.header, columns, last, latest)
        last = row.time or last
        first = first or last
        rows.append(row)
    if longest is not None and first is not None and last is not None and last - first > longest:
        raise DataUnfit(
            message("The times of the file spread over more than 100 days."), message("Import it in parts.")
        )
    return rows


def refusal(row: Row) -> Message:
    """Which line is no reading, and why."""
    told = row.faults[0]
    for one in row.faults[1:]:
        told = message("{one}; {other}", one=told, other=one)
    return message("Line {line}: {why}", line=row.line.number, why=told)


def row_replies(rows: Sequence[Row], utc: datetime, monotonic_ns: int) -> Replies:
    """The rows as replies on the monotonic clock that showed `monotonic_ns` at `utc`. A row without time gets that of
    its neighbour: it has no value that could be dated by it."""
    known = next((row.time for row in rows if row.time is not None), utc)
    times = []
    for row in rows:
        known = row.time or known
        times.append(monotonic_ns + (known - utc) // timedelta(microseconds=1) * 1000)
    return Replies(
        t_ns=times,
        status=[row.status[0] if len({*row.status}) == 1 else ";".join(row.status) for row in rows],
        texts=[list(texts) for texts in zip(*(row.texts for row in rows), strict=True)],
        raws=[row.line.raw for row in rows],
        values=np.array(
            [
                [float(text) if word == OK else nan for text, word in zip(row.texts, row.status, strict=True)]
                for row in rows
            ]
        ),
    )


def is_year_first(text: str) -> bool:
    """Whether a time can be read in one way only, without an order being said."""
    return _DATES["ymd"].fullmatch(text.strip()) is not None


def _row(line: Line, header: Sequence[str], columns: Columns, last: datetime | None, latest: datetime) -> Row:
    count = len(columns.values)
    if line.cells is None or len(line.cells) != len(header):
        told = message("{found} cells instead of {expected}", found=len(line.cells or ()), expected=len(header))
        return Row(line, (), None, ("columns",) * count, ("",) * count, (told,))
    cells = dict(zip(header, (cell.strip() for cell in line.cells), strict=True))
    place = tuple(cells[name] for name in columns.place or ())
    written = cells[columns.time]
    if columns.date:
        written = f"{cells[columns.date].removesuffix(_MIDNIGHT)} {written}"
    try:
        time = _time(written, columns)
    except ValueError:
        told = message("“{text}” is no time that can be read in one way", text=written[:40])
        return Row(line, place, None, ("time",) * count, ("",) * count, (told,))
    if time > latest or (last is not None and time < last):
        late = message("the time {time} has not been yet, by the PC clock", time=time.isoformat())
        told = late if time > latest else message("the time {time} goes back", time=time.isoformat())
        return Row(line, place, None, ("time",) * count, ("",) * count, (told,))
    plain = {header[place] for place in line.numbers}  # a workbook's numbers have no decimal sign of their own
    read = [
        _value(cells[one.column], one, cells, columns, "point" if one.column in plain else columns.decimal)
        for one in columns.values
    ]
    faults = tuple(_faults(columns, read))
    return Row(line, place, time, tuple(word for word, _, _ in read), tuple(text for _, text, _ in read), faults)


def _faults(columns: Columns, read: Sequence[tuple[str, str, Message | None]]) -> Iterator[Message]:
    for one, (_, _, told) in zip(columns.values, read, strict=True):
        if told is not None:
            yield message("{column}: {told}", column=one.column, told=told)


def _value(
    cell: str, one: Value, cells: dict[str, str], columns: Columns, decimal: str
) -> tuple[str, str, Message | None]:
    """Status, text in plain digits, and what is wrong."""
    if not cell:
        return "empty", "", message("there is no reading")
    if columns.unit_column is not None and not _same_unit(cells[columns.unit_column], one.unit):
        return (
            "unit",
            "",
            message("“{unit}” is not {expected}", unit=cells[columns.unit_column][:40], expected=one.unit),
        )
    text, stranger = cell, "," if decimal == "point" else "."
    if decimal == "comma" and cell.count(",") == 1 and "." not in cell:
        text = cell.replace(",", ".")
    try:
        value = float(number("" if stranger in cell else text))
    except NumberInvalid:
        words = in_words(cell[:_MOST_WORDS])
        return "number", "", message("“{text}” is not a number as said: {words}", text=cell[:_MOST_WORDS], words=words)
    if not isfinite(value) or abs(value) >= OVERLOAD:
        return "overload", "", message("{text} says “overload”", text=cell[:_MOST_WORDS])
    return OK, text, None


def _same_unit(found: str, expected: str) -> bool:
    try:
        return unit(found) == unit(expected)
    except UnitUnknown:
        return False


def _time(text: str, columns: Columns) -> datetime:
    """A moment in the order that was said; raises ValueError for anything that could mean another one."""
    parts, zone = _DATES[columns.order].fullmatch(text), columns.zone
    if not parts:
        raise ValueError(text)
    year, hours = int(parts["y"]), _hours(int(parts["hours"]), parts["before"] or parts["after"] or "")
    year += 2000 if len(parts["y"]) == 2 else 0
    written = f"{year:04}-{parts['m']:0>2}-{parts['d']:0>2}T{hours:02}:{parts['rest']}{parts['zone'].strip()}"
    found = datetime.fromisoformat(written)
    if found.tzinfo is None:
        if zone is None:
            raise ValueError(text)
        found = datetime.fromisoformat(f"{found.isoformat()}{zone}")
    elif zone is not None and found.utcoffset() != datetime.fromisoformat(f"2000-01-01T00:00{zone}").utcoffset():
        raise ValueError(text)
    return found


def _hours(hours: int, half: str) -> int:
    """Hours of the day, of a time that names its half or none; raises ValueError for one that has no such half."""
    if not half:
        return hours
    if not 1 <= hours <= 12:
        raise ValueError(half)
    return hours % 12 + 12 * (half.upper() in _LATER)
