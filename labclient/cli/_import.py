"""`labclient import`: readings from a file that another program wrote, text or workbook."""

import re
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from labclient.acquisition import (
    DELIMITER_NAMES,
    ENCODINGS,
    Columns,
    Order,
    Table,
    Value,
    open_table,
    refusal,
    sheet_remarks,
)
from labclient.cli._common import add_json, add_notebook, add_who, count, opened, written
from labclient.cli._out import TASK_NAMES, as_json, line
from labclient.cli._verbs import Verbs
from labclient.errors import WrongUse
from labclient.participation import Imported, Looked, Participation, import_run, look_at, remember, remembered
from labclient.signing import read_small
from labclient.words import message, say

_TASKS = ("functional", "settling", "stability", "measurement", "environment")
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
_ENCODINGS = {"utf-8": "utf-8", "gbk": "gb18030"}
_ENCODING_NAMES = dict(zip(ENCODINGS, ("ASCII", "UTF-8", "GBK"), strict=True))
_ORDERS: dict[str, Order] = {"year-first": "ymd", "day-first": "dmy", "month-first": "mdy"}
_MAX_FILE = 64 << 20
_SHOWN = 20


def add(verbs: Verbs) -> None:
    import_ = verbs.add(
        "import", message("take readings from a file that another program wrote: CSV, or a workbook (XLSX)"), _import
    )
    add_notebook(import_)
    import_.add_argument("file", type=Path, metavar="FILE", help=say(message("the file; a copy is kept")))
    import_.add_argument("--task", choices=_TASKS, required=True, help=say(message("which run")))
    told = message("instrument that the other program read, from the bench register")
    import_.add_argument("--instrument", type=written, required=True, metavar="ID", help=say(told))
    import_.add_argument("--purpose", choices=("record", "trial", "diagnostic"), default="record",
                         help=say(message("declared before the start; a trial never becomes the record")))  # fmt: skip
    import_.add_argument("--look", action="store_true", help=say(message("show what would be taken, record nothing")))
    import_.add_argument("--time", metavar="COLUMN", help=say(message("column of the time")))
    told = message("order of day, month and year in the times; year first unless told")
    import_.add_argument("--date-order", choices=(*_ORDERS,), help=say(told))
    told = message("offset from UTC of times that name none, such as +08:00")
    import_.add_argument("--zone", type=_zone, metavar="OFFSET", help=say(told))
    told = message("column of readings and its unit; once for each")
    import_.add_argument("--value", nargs=2, action="append", metavar=("COLUMN", "UNIT"), help=say(told))
    told = message("column that names the unit in each line")
    import_.add_argument("--unit-column", metavar="COLUMN", help=say(told))
    told = message("columns of a measurement, all counted from 1")
    import_.add_argument("--place", nargs=4, metavar=("POINT", "DAY", "CYCLE", "STEP"), help=say(told))
    import_.add_argument("--decimal", choices=("point", "comma"), help=say(message("decimal sign of the readings")))
    import_.add_argument("--delimiter", choices=(*_DELIMITERS,), help=say(message("what separates the columns")))
    import_.add_argument("--encoding", choices=(*_ENCODINGS,), help=say(message("encoding of the text")))
    told = message("sheet of a workbook, when it has several")
    import_.add_argument("--sheet", type=written, metavar="NAME", help=say(told))
    told = message("line that names the columns, 1 unless told")
    import_.add_argument("--header-line", type=count, metavar="N", help=say(told))
    add_who(import_)
    add_json(import_)


def _zone(text: str) -> str:
    """An offset from UTC, with its sign."""
    if not re.fullmatch(r"[+-]([01][0-9]|2[0-3]):[0-5][0-9]", text, re.ASCII):
        raise ArgumentTypeError(say(message("“{text}” is no offset from UTC, such as +08:00", text=text)))
    return text


def _import(asked: Namespace) -> int:
    with opened(asked) as participation:
        columns = _columns(asked, participation)
        looked = look_at(asked.file, columns, participation.clock.utc())
        if not asked.json:
            _tell_table(looked.table, columns)
        if asked.look:
            return _told(asked, looked, None)
        made = import_run(
            participation, looked, task=asked.task, purpose=asked.purpose, instrument=asked.instrument, who=asked.who
        )
        remember(participation.home, looked.table.header, columns)
    return _told(asked, looked, made)


def _columns(asked: Namespace, participation: Participation) -> Columns:
    """What the columns are: as told, else as remembered of a file with the same columns. Raises `WrongUse`."""
    told = (asked.time, asked.value, asked.decimal, asked.zone, asked.unit_column, asked.place)
    table = _table(asked)
    if any(one is not None for one in told):
        return _as_told(asked)
    known = remembered(participation.home, table.header)
    if known is None:
        _tell_table(table, None)
        raise WrongUse(
            message("What the columns of this file are is not known on this PC yet."),
            message("Say it with --time, --value and --decimal."),
        )
    if not asked.json:
        line(message("The columns are as they were last time."))
    return known


def _as_told(asked: Namespace) -> Columns:
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
        place=tuple(asked.place) if asked.place else None,
        encoding=_ENCODINGS.get(asked.encoding, ""),
        delimiter=_DELIMITERS.get(asked.delimiter, ""),
        header_line=asked.header_line or 1,
        order=_ORDERS[asked.date_order or "year-first"],
        sheet=asked.sheet or "",
    )


def _table(asked: Namespace) -> Table:
    return open_table(
        read_small(asked.file, _MAX_FILE),
        encoding=_ENCODINGS.get(asked.encoding, ""),
        delimiter=_DELIMITERS.get(asked.delimiter, ""),
        header_line=asked.header_line or 1,
        sheet=asked.sheet or "",
    )


def _tell_table(table: Table, columns: Columns | None) -> None:
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


def _told(asked: Namespace, looked: Looked, made: Imported | None) -> int:
    refused = looked.refused
    if asked.json:
        as_json({
            "run": made.run if made else None, "encoding": looked.table.encoding, "delimiter": looked.table.delimiter,
            "sheet": looked.table.sheet.name if looked.table.sheet else None,
            "columns": list(looked.table.header), "rows": len(looked.rows), "cycles": made.cycles if made else 0,
            "refused": [{"line": row.line.number, "why": [say(one) for one in row.faults]} for row in refused],
        })  # fmt: skip
        return 1 if refused else 0
    for row in refused[:_SHOWN]:
        line(refusal(row))
    if len(refused) > _SHOWN:
        line(message("… and {count} lines more", count=len(refused) - _SHOWN))
    read = len(looked.rows) - len(refused)
    if made is None:
        line(message("{read} of {rows} lines are readings. Nothing was recorded.", read=read, rows=len(looked.rows)))
    else:
        line(message("Run {run} ({task}): {read} of {rows} lines are readings; all are kept.", run=made.run,
                     task=TASK_NAMES[asked.task], read=read, rows=made.rows))  # fmt: skip
        if made.cycles:
            line(message("Cycles completed: {count}", count=made.cycles))
    return 1 if refused else 0
