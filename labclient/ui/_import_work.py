"""What is done about a file to import, at the desk: read, looked at by what its columns are said to be, recorded."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from labclient.acquisition import ENCODINGS, Columns, Table, is_workbook, open_table, sheet_names
from labclient.errors import Trouble
from labclient.instruments import BenchInstrument, load_bench
from labclient.notebook import Task
from labclient.participation import (
    Imported,
    Looked,
    Participation,
    import_run,
    judge_by_hand,
    look_into,
    remember,
    remembered,
)
from labclient.signing import read_small
from labclient.ui._dialog import told

_MAX_FILE = 64 << 20
ENCODING_NAMES = dict(zip(ENCODINGS, ("ASCII", "UTF-8", "GBK"), strict=True))


class Reading(Struct, frozen=True):
    """How a file is read; what is empty is found, or asked where it cannot be."""

    file: str
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 1
    sheet: str = ""


class Opened(Struct, frozen=True):
    """A file as it was read: its sheets where it has some (the table is None until one of several is named), what was
    said of a file with the same columns before, and the register of this PC."""

    reading: Reading
    data: bytes
    sheets: tuple[str, ...]
    hidden: tuple[str, ...]
    table: Table | None
    known: Columns | None
    instruments: tuple[BenchInstrument, ...]


def opening(reading: Reading) -> Callable[[Participation], Opened]:
    """Read a file. Raises as `open_table`."""

    def work(participation: Participation) -> Opened:
        data = read_small(Path(reading.file), _MAX_FILE)
        seen, hidden = sheet_names(data) if is_workbook(data) else ((), ())
        instruments = load_bench(participation.home.bench).instrument
        if len(seen) > 1 and not reading.sheet:
            return Opened(reading, data, seen, hidden, None, None, instruments)
        table = open_table(
            data,
            encoding=reading.encoding,
            delimiter=reading.delimiter,
            header_line=reading.header_line,
            sheet=reading.sheet,
        )
        return Opened(reading, data, seen, hidden, table, remembered(participation.home, table.header), instruments)

    return work


def looking(opened: Opened, columns: Columns) -> Callable[[Participation], Looked]:
    """See what would be recorded. Raises as `look_at`."""
    name = Path(opened.reading.file).name
    return lambda participation: look_into(name, opened.data, columns, participation.clock.utc())


class Recorded(Struct, frozen=True):
    """What became of a file, and why the check that follows could not be made, if it could not."""

    made: Imported
    trouble: Trouble | None


def recording(looked: Looked, task: Task, instrument: str, who: str) -> Callable[[Participation], Recorded]:
    """Record what was looked at, remember its columns, and judge what can be judged. Raises as `import_run`."""

    def work(participation: Participation) -> Recorded:
        made = import_run(participation, looked, task=task, purpose="record", instrument=instrument, who=who)
        remember(participation.home, looked.table.header, looked.columns)
        return Recorded(made, told(judge_by_hand)(participation, task, made.run))

    return work
