"""The file of a transport logger: what its columns are is said with it and kept beside it, nothing is guessed.

A file with the columns of `KNOWN` needs no saying. One row that cannot be believed refuses the whole file: what
happened in that row is not known.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from labclient.acquisition import Columns, Row, Table, open_table, read_rows, refusal
from labclient.clock import parse_iso
from labclient.errors import DataUnfit, NumberInvalid, WrongUse
from labclient.metrology import ClockCheck, by_pc_clock
from labclient.units import INFLUENCES, number, unit
from labclient.words import message

KNOWN = {
    "temperature": ("T_degC", "°C"),
    "relative humidity": ("RH_percent", "%RH"),
    "acceleration": ("shock_peak_g", "gn"),
}
_TIME = "timestamp_utc"
_LAST = datetime.max.replace(tzinfo=UTC)


class ClocksCompared(Struct, frozen=True, forbid_unknown_fields=True):
    """The logger's clock and that of the PC at one moment, each as a time with its offset from UTC."""

    logger: Annotated[str, Meta(min_length=1, max_length=40)]
    pc: Annotated[str, Meta(min_length=1, max_length=40)]


class LoggerFile(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How a logger's file is read. `columns` are said of a file whose headings are not those of `KNOWN`; the unit of a
    column names its influence. `clock` are comparisons of the clocks: one shifts the times, two take out the rate."""

    columns: Columns | None = None
    clock: Annotated[tuple[ClocksCompared, ...], Meta(max_length=2)] = ()


class LoggerRecord(Struct, frozen=True, eq=False):
    """What a logger saw: `times_s` in seconds since 1970 by the PC clock where the clocks were compared, else by that
    of the logger; for each influence its values and their unit; `ahead_s`, logger less PC, at each comparison."""

    times_s: NDArray[np.float64]
    columns: Mapping[str, tuple[NDArray[np.float64], str]]
    ahead_s: tuple[float, ...] = ()


def is_known(data: bytes) -> bool:
    """Whether a file has the headings that need no saying."""
    return _TIME in data[:4096].partition(b"\n")[0].decode("utf-8-sig", "replace").strip().split(",")


def read_logger(data: bytes, said: LoggerFile, latest: datetime) -> LoggerRecord:
    """The whole file. `latest` is when it was taken into the record: by the PC clock nothing in it is later. Raises
    `DataUnfit` with the line that cannot be read, `WrongUse` and `UnitUnknown` for what was said of its columns."""
    columns = said.columns
    record = _known(data) if columns is None else _said(logger_table(data, columns), columns)
    if not record.times_s.size:
        raise DataUnfit(message("The logger file holds no records."))
    checks = tuple(clock_checks(said))
    if checks:
        times = np.asarray(by_pc_clock(record.times_s, checks))
        record = LoggerRecord(times, record.columns, tuple(one.ahead_s for one in checks))
    if (said.columns or checks) and record.times_s[-1] > latest.timestamp():
        last = datetime.fromtimestamp(float(record.times_s[-1]), UTC)
        raise DataUnfit(
            message("The last record is of {time}, which has not been yet by the PC clock.", time=last.isoformat()),
            message("Check order of the date and zone; if the logger's clock is fast, compare it with the PC clock."),
        )
    return record


def logger_table(data: bytes, columns: Columns) -> Table:
    """The table in a logger's file. Raises as `open_table`."""
    return open_table(
        data,
        encoding=columns.encoding,
        delimiter=columns.delimiter,
        header_line=columns.header_line,
        sheet=columns.sheet,
    )


def logger_rows(table: Table, columns: Columns) -> list[Row]:
    """Every row, by what the columns are said to be; its times are the logger's own. Raises `WrongUse` for a unit that
    is of no influence, or two columns of one."""
    seen: dict[str, str] = {}
    for one in columns.values:
        influence = unit(one.unit).quantity
        if influence not in INFLUENCES:
            raise WrongUse(
                message("{column} in {unit} is nothing that a transport logger is judged by.", column=one.column,
                        unit=one.unit),
                message("It is judged by temperature, relative humidity, air pressure and acceleration."),
            )  # fmt: skip
        if influence in seen:
            raise WrongUse(
                message("{column} and {other} are both of {influence}.", column=seen[influence], other=one.column,
                        influence=INFLUENCES[influence]),
                message("Name the one that the plan's limits are for."),
            )  # fmt: skip
        seen[influence] = one.column
    return read_rows(table, columns, _LAST, longest=None)


def clock_checks(said: LoggerFile) -> Iterator[ClockCheck]:
    """The comparisons as numbers. Raises `DataUnfit` for a time without zone."""
    for one in said.clock:
        try:
            at, pc = parse_iso(one.logger).timestamp(), parse_iso(one.pc).timestamp()
        except ValueError as error:
            raise DataUnfit(
                message("“{text}” is not a time with a zone, such as 2026-03-02T08:05:00+08:00",
                        text=f"{one.logger} / {one.pc}"),
            ) from error  # fmt: skip
        yield ClockCheck(at_s=at, ahead_s=at - pc)


def logger_file(body: Mapping[str, Any]) -> LoggerFile:
    """How the file of an attachment is read, by its entry."""
    return msgspec.convert(body.get("read_as", {}), LoggerFile)


def _said(table: Table, columns: Columns) -> LoggerRecord:
    rows = logger_rows(table, columns)
    _must_advance(rows)
    texts = list(zip(*(row.texts for row in rows), strict=True)) or [()] * len(columns.values)
    found = {}
    for one, column in zip(columns.values, texts, strict=True):
        values = np.array([float(text) for text in column])
        influence = unit(one.unit).quantity
        if influence == "acceleration" and (values < 0).any():
            place = int(np.flatnonzero(values < 0)[0])
            raise DataUnfit(
                message("Line {line}: {why}", line=rows[place].line.number,
                        why=message("a negative shock is that of one direction")),
                message("Export the magnitude of the shock: the plan's limit is for it."),
            )  # fmt: skip
        found[influence] = (values, unit(one.unit).symbol)
    return LoggerRecord(np.array([row.time.timestamp() for row in rows if row.time]), found)


def _must_advance(rows: Sequence[Row]) -> None:
    step = message("Nothing was recorded. Correct what is said of the columns, or export the file again.")
    for before, row in zip((None, *rows), rows, strict=False):
        if not row.good:
            raise DataUnfit(refusal(row), step)
        if before is not None and row.time == before.time:
            why = message("the time {time} is there twice", time=row.time.isoformat() if row.time else "")
            raise DataUnfit(message("Line {line}: {why}", line=row.line.number, why=why), step)


def _known(data: bytes) -> LoggerRecord:
    """A file with the columns of `KNOWN`; every cell must be a number."""
    try:
        head, *lines = [row for row in csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True) if row]
        if len({*head}) != len(head) or any(len(row) != len(head) for row in lines):
            raise ValueError("rows of unequal length")  # a decimal comma would shift the columns
        rows = [dict(zip(head, row, strict=True)) for row in lines]
        times = [parse_iso(str(row[_TIME])).timestamp() for row in rows]
        columns = {
            influence: (np.array([float(number(str(row[name]))) for row in rows]), symbol)
            for influence, (name, symbol) in KNOWN.items()
            if rows and name in rows[0]
        }
    except (UnicodeDecodeError, csv.Error, KeyError, ValueError, NumberInvalid) as error:
        raise DataUnfit(
            message("The logger file cannot be read: {cause}", cause=str(error)),
            message("Say what its columns are. Only a CSV file with timestamp_utc, T_degC, RH_percent and shock_peak_g "
                    "needs no saying."),
        ) from error  # fmt: skip
    return LoggerRecord(np.array(times), columns)
