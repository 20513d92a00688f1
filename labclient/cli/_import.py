"""`labclient import`: readings from a file that another program wrote, text or workbook."""

from argparse import Namespace
from pathlib import Path

from labclient.acquisition import Columns, refusal
from labclient.cli._columns import add_columns, columns_of, said, table_of, tell_table
from labclient.cli._common import add_json, add_notebook, add_who, opened, written
from labclient.cli._out import TASK_NAMES, as_json, line
from labclient.cli._verbs import Verbs
from labclient.errors import WrongUse
from labclient.participation import Imported, Looked, Participation, import_run, look_at, remember, remembered
from labclient.signing import read_small
from labclient.words import message, say

_TASKS = ("functional", "settling", "stability", "measurement", "environment")
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
    add_columns(import_)
    told = message("columns of a measurement, all counted from 1")
    import_.add_argument("--place", nargs=4, metavar=("POINT", "DAY", "CYCLE", "STEP"), help=say(told))
    add_who(import_)
    add_json(import_)


def _import(asked: Namespace) -> int:
    with opened(asked) as participation:
        columns = _columns(asked, participation)
        looked = look_at(asked.file, columns, participation.clock.utc())
        if not asked.json:
            tell_table(looked.table, columns)
        if asked.look:
            return _told(asked, looked, None)
        made = import_run(
            participation, looked, task=asked.task, purpose=asked.purpose, instrument=asked.instrument, who=asked.who
        )
        remember(participation.home, looked.table.header, columns)
    return _told(asked, looked, made)


def _columns(asked: Namespace, participation: Participation) -> Columns:
    """What the columns are: as told, else as remembered of a file with the same columns. Raises `WrongUse`."""
    table = table_of(read_small(asked.file, _MAX_FILE), asked)
    if said(asked) or asked.place is not None:
        return columns_of(asked, tuple(asked.place) if asked.place else None)
    known = remembered(participation.home, table.header)
    if known is None:
        tell_table(table, None)
        raise WrongUse(
            message("What the columns of this file are is not known on this PC yet."),
            message("Say it with --time, --value and --decimal."),
        )
    if not asked.json:
        line(message("The columns are as they were last time."))
    return known


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
