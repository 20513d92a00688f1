"""`labclient enter NOTEBOOK transport-log FILE`: the transport logger, whatever its headings are."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from labclient.acquisition import Columns, refusal
from labclient.cli._columns import add_columns, columns_of, said, table_of, tell_samples, tell_table
from labclient.cli._common import MAX_JSON, moment
from labclient.cli._out import line
from labclient.clock import iso
from labclient.errors import WrongUse
from labclient.evaluation import Check, ClocksCompared, LoggerFile, is_known, transport_exposures
from labclient.participation import LoggerLook, Participation, look_into_log, remembered, take_log
from labclient.signing import read_small
from labclient.units import INFLUENCES
from labclient.words import message, say

_MAX_FILE = 64 << 20
_SHOWN = 20


def add_logger(enter: ArgumentParser) -> None:
    """The options of the logger's file."""
    group = enter.add_argument_group(say(message("transport-log: what the logger's file says")))
    group.add_argument("--look", action="store_true", help=say(message("show what would be taken, record nothing")))
    told = message("JSON file that says what the columns are, as the record keeps it in “read_as”")
    group.add_argument("--read-as", type=Path, metavar="FILE", help=say(told))
    add_columns(group)
    told = message("the logger's time and that of this PC at one moment, each with its zone; at most twice")
    group.add_argument("--clock", nargs=2, action="append", type=moment, metavar=("LOGGER", "PC"), help=say(told))


def enter_logger(participation: Participation, asked: Namespace, file: Path) -> Check | int:
    """Keep and judge it, which gives the check; or only look, which gives an exit code."""
    data = read_small(file, _MAX_FILE)
    read_as = _read_as(participation, asked, data)
    if asked.look:
        if read_as.columns is None:
            line(message("The file has the columns that need no saying."))
            return 0
        return _looked(participation, look_into_log(participation, file.name, data, read_as))
    entry, check = take_log(participation, file, asked.who, read_as, asked.media_type or "")
    line(message("Kept as {seq}: {name}, {bytes} bytes.", seq=entry.seq, name=file.name, bytes=len(data)))
    return check


def _read_as(participation: Participation, asked: Namespace, data: bytes) -> LoggerFile:
    clock = tuple(ClocksCompared(iso(logger), iso(pc)) for logger, pc in asked.clock or ())
    if len(clock) > 2:
        raise WrongUse(message("The clocks are compared twice at most."))
    if asked.read_as is not None:
        if said(asked):
            raise WrongUse(message("Say what the columns are in the file or with options, not both."))
        kept = _from_file(asked.read_as)
        return msgspec.structs.replace(kept, clock=clock or kept.clock)
    return LoggerFile(columns=_columns(participation, asked, data), clock=clock)


def _columns(participation: Participation, asked: Namespace, data: bytes) -> Columns | None:
    if not said(asked) and is_known(data):
        return None
    table = table_of(data, asked)
    if said(asked):
        if not asked.look:
            return columns_of(asked)
        try:
            return columns_of(asked)
        except WrongUse:
            tell_table(table, None)
            tell_samples(table)
            raise
    known = remembered(participation.home, table.header)
    if known is not None:
        line(message("The columns are as they were last time."))
        return msgspec.structs.replace(known, place=None)
    tell_table(table, None)
    tell_samples(table)
    raise WrongUse(
        message("What the columns of this file are is not known on this PC yet."),
        message("Say it with --time, --value COLUMN UNIT, --decimal, and --zone where the times name none."),
    )


def _from_file(path: Path) -> LoggerFile:
    try:
        return msgspec.json.decode(read_small(path, MAX_JSON), type=LoggerFile)
    except msgspec.DecodeError as error:
        raise WrongUse(
            message("{name} cannot be read: {cause}", name=path.name, cause=str(error)),
            message("It is a JSON object with “columns” and “clock”; docs/notebook.md names their fields."),
        ) from error


def _looked(participation: Participation, look: LoggerLook) -> int:
    tell_table(look.table, look.read_as.columns)
    tell_samples(look.table)
    for row in look.refused[:_SHOWN]:
        line(refusal(row))
    if look.record is None:
        line(message("{count} of {rows} lines cannot be read: the file would be refused.", count=len(look.refused),
                     rows=len(look.rows)))  # fmt: skip
        return 1
    for one in transport_exposures(look.record, participation.state.plan):
        line(message("{quantity}: lowest {low}, highest {high} {unit}", quantity=INFLUENCES[one.limits.quantity],
                     low=f"{one.minimum:.6g}", high=f"{one.maximum:.6g}", unit=one.limits.unit))  # fmt: skip
    line(message("{rows} lines read. Nothing was recorded.", rows=len(look.rows)))
    return 0
