"""What the columns of another program's table are, as it is said at the command line."""

import re
from argparse import ArgumentTypeError, Namespace
from typing import Any, get_args

from labclient.acquisition import DELIMITER_NAMES, ENCODINGS, Columns, Order, Table, Value, open_table, sheet_remarks
from labclient.cli._common import count, written
from labclient.cli._out import line
from labclient.errors import WrongUse
from labclient.words import message, say

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_ENCODINGS = {"utf-8": "utf-8", "gbk": "gb18030"}
_ENCODING_NAMES = dict(zip(ENCODINGS, ("ASCII", "UTF-8", "GBK"), strict=True))
_ORDERS: dict[str, Order] = dict(
    zip(("year-first", "day-first", "month-first", "yy-first", "day-first-yy", "month-first-yy"), get_args(Order),
        strict=True)
)  # fmt: skip
_SAMPLES = 5


def add_columns(parser: Any) -> None:
    """The options that say what the columns of a file are, in a parser or a group of it."""
    parser.add_argument("--time", metavar="COLUMN", help=say(message("column of the time")))
    told = message("column of the date, where it is not that of the time")
    parser.add_argument("--date", metavar="COLUMN", help=say(told))
    told = message("order of day, month and year in the times; year first unless told; yy: a year of two digits")
    parser.add_argument("--date-order", choices=(*_ORDERS,), help=say(told))
    told = message("offset from UTC of times that name none, such as +08:00")
    parser.add_argument("--zone", type=_zone, metavar="OFFSET", help=say(told))
    told = message("column of readings and its unit; once for each")
    parser.add_argument("--value", nargs=2, action="append", metavar=("COLUMN", "UNIT"), help=say(told))
    told = message("column that names the unit in each line")
    parser.add_argument("--unit-column", metavar="COLUMN", help=say(told))
    parser.add_argument("--decimal", choices=("point", "comma"), help=say(message("decimal sign of the readings")))
    parser.add_argument("--delimiter", choices=(*_DELIMITERS,), help=say(message("what separates the columns")))
    parser.add_argument("--encoding", choices=(*_ENCODINGS,), help=say(message("encoding of the text")))
    told = message("sheet of a workbook, when it has several")
    parser.add_argument("--sheet", type=written, metavar="NAME", help=say(told))
    told = message("line that names the columns, 1 unless told")
    parser.add_argument("--header-line", type=count, metavar="N", help=say(told))


def said(asked: Namespace) -> bool:
    """Whether anything was said of the columns."""
    told = (asked.time, asked.value, asked.decimal, asked.zone, asked.unit_column, asked.date)
    return any(one is not None for one in told)


def columns_of(asked: Namespace, place: tuple[str, str, str, str] | None = None) -> Columns:
    """The columns as they were said. Raises `WrongUse` with what is unclear."""
    if asked.time is None or not asked.value:
        raise WrongUse(message("Say which columns are the time and the readings, with --time and --value."))
    if asked.decimal is None:
        raise WrongUse(
            message("Say how the readings are written: --decimal point or --decimal comma."),
            message("It is not guessed: 1,234 and 1.234 can each be two numbers."),
        )
    return Columns(
        time=asked.time,
        values=tuple(Value(column, unit) for column, unit in asked.value),
        decimal=asked.decimal,
        zone=asked.zone,
        unit_column=asked.unit_column,
        place=place,
        encoding=_ENCODINGS.get(asked.encoding, ""),
        delimiter=_DELIMITERS.get(asked.delimiter, ""),
        header_line=asked.header_line or 1,
        order=_ORDERS[asked.date_order or "year-first"],
        sheet=asked.sheet or "",
        date=asked.date or "",
    )


def table_of(data: bytes, asked: Namespace) -> Table:
    """The table in a file, as far as was said how it is written."""
    return open_table(
        data,
        encoding=_ENCODINGS.get(asked.encoding, ""),
        delimiter=_DELIMITERS.get(asked.delimiter, ""),
        header_line=asked.header_line or 1,
        sheet=asked.sheet or "",
    )


def tell_table(table: Table, columns: Columns | None) -> None:
    """What was found in a file and what was said of it."""
    if table.sheet is not None:
        line(message("Workbook, sheet “{sheet}”: {names}", sheet=table.sheet.name, names=" | ".join(table.header)))
        for sentence in sheet_remarks(table.sheet):
            line(sentence)
    else:
        line(message("Text in {encoding}, columns separated by {delimiter}: {names}",
                     encoding=_ENCODING_NAMES.get(table.encoding, table.encoding),
                     delimiter=DELIMITER_NAMES[table.delimiter], names=" | ".join(table.header)))  # fmt: skip
    for one in columns.values if columns else ():
        mark = message("decimal comma") if columns and columns.decimal == "comma" else message("decimal point")
        line(message("Readings: {column} in {unit}, {decimal}", column=one.column, unit=one.unit, decimal=mark))


def tell_samples(table: Table) -> None:
    """The first rows as they stand in the file."""
    for one in table.lines[:_SAMPLES]:
        cells = " | ".join(one.cells) if one.cells else one.raw.decode(errors="replace")
        line(message("Line {line}: {why}", line=one.number, why=cells))


def _zone(text: str) -> str:
    """An offset from UTC, with its sign."""
    if not re.fullmatch(r"[+-]([01][0-9]|2[0-3]):[0-5][0-9]", text, re.ASCII):
        raise ArgumentTypeError(say(message("“{text}” is no offset from UTC, such as +08:00", text=text)))
    return text
