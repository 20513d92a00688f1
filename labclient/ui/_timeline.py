"""The log as rows of a table: number, time, author, station, and what happened in one sentence."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from labclient.notebook import Reader
from labclient.participation import READINGS, STATION_NAMES, told
from labclient.words import Message, message, say

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_COLUMNS = (
    message("Entry"),
    message("PC clock (UTC)"),
    message("Author"),
    message("Station"),
    message("What happened"),
)


class TimelineRow(Struct, frozen=True):
    """One entry to be shown."""

    seq: int
    time: str
    author: str
    station: str
    kind: str
    told: Message


def rows_of(path: Path, start: int, stop: int, kinds: Collection[str] | None = None) -> list[TimelineRow]:
    """The entries from `start` to before `stop`, of these kinds only if given, in words."""
    with Reader.open(path) as reader:
        return [
            TimelineRow(entry.seq, entry.t, entry.author, entry.station, entry.kind, told(entry))
            for entry in reader.entries(kinds, start, stop)
        ]


class TimelineModel(QAbstractTableModel):
    """Rows are only ever added, as in the log."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[TimelineRow] = []

    def add(self, rows: list[TimelineRow]) -> None:
        """Append entries."""
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def clear(self) -> None:
        """Begin anew with another notebook."""
        self.beginResetModel()
        self._rows = []
        self.endResetModel()

    def row(self, place: int) -> TimelineRow:
        """The entry in one row."""
        return self._rows[place]

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return say(_COLUMNS[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return None
        row = self._rows[index.row()]
        match index.column():
            case 0:
                return str(row.seq)
            case 1:
                return row.time[:19].replace("T", " ")
            case 2:
                return row.author
            case 3:
                return say(STATION_NAMES[row.station]) if row.station in STATION_NAMES else row.station
        return say(row.told)


class TimelineFilter(QSortFilterProxyModel):
    """Shows the rows that hold what is searched for, readings only when they are asked for."""

    def __init__(self, model: TimelineModel) -> None:
        super().__init__()
        self._model = model
        self._readings = False
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterKeyColumn(-1)
        self.setSourceModel(model)

    def show_readings(self, shown: bool) -> None:
        """Whether series and blocks of replies have rows of their own."""
        self._readings = shown
        self.invalidate()

    def filterAcceptsRow(self, place: int, parent: _Index) -> bool:
        if not self._readings and self._model.row(place).kind in READINGS:
            return False
        return super().filterAcceptsRow(place, parent)
