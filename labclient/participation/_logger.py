"""The transport logger: its file looked at, kept with what was said of it, and judged, in one go."""

from pathlib import Path

from msgspec import Struct

from labclient.acquisition import Row, Table
from labclient.evaluation import Check, LoggerFile, LoggerRecord, logger_rows, logger_table, read_logger
from labclient.notebook import Entry
from labclient.participation._facade import Participation
from labclient.participation._imported import remember

_MEDIA = {".csv": "text/csv", ".txt": "text/plain",
          ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


class LoggerLook(Struct, frozen=True):
    """A logger's file as it would be kept: its rows, and what it says as a whole where every row can be believed."""

    name: str
    table: Table
    read_as: LoggerFile
    rows: tuple[Row, ...]
    record: LoggerRecord | None

    @property
    def refused(self) -> tuple[Row, ...]:
        """The rows that cannot be believed; one is enough to refuse the file."""
        return tuple(row for row in self.rows if not row.good)


def look_into_log(participation: Participation, name: str, data: bytes, read_as: LoggerFile) -> LoggerLook:
    """Read a file by what its columns are said to be, which is said here; nothing is recorded. Raises as
    `read_logger`, but for rows that cannot be believed: they are shown."""
    assert read_as.columns is not None
    table = logger_table(data, read_as.columns)
    rows = tuple(logger_rows(table, read_as.columns))
    whole = all(row.good for row in rows)
    record = read_logger(data, read_as, participation.clock.utc()) if whole else None
    return LoggerLook(name, table, read_as, rows, record)


def take_log(
    participation: Participation, file: Path, who: str, read_as: LoggerFile | None = None, media_type: str = ""
) -> tuple[Entry, Check]:
    """Keep a logger's file and judge it by the plan's limits; what its columns are is remembered on this PC by their
    names. Raises as `Participation.attach`: then nothing is kept."""
    media = media_type or _MEDIA.get(file.suffix.lower(), "application/octet-stream")
    entry = participation.attach(file, "transport-log", media, who, read_as)
    if read_as is not None and read_as.columns is not None:
        header = logger_table(participation.record.payload(entry.seq), read_as.columns).header
        remember(participation.home, header, read_as.columns)
    return entry, participation.judge("transport", entry.seq)
