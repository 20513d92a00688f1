"""A table of structs to be typed into: its last row is empty and grows into another, any row can be removed."""

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from msgspec import Struct
from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QPushButton, QTableWidgetItem, QVBoxLayout, QWidget

from labclient.participation import FIELD_NAMES, WORD_NAMES
from labclient.ui._snug import SnugTable
from labclient.ui._theme import current_theme
from labclient.words import message, say

_REMOVE = Qt.KeyboardModifier.ControlModifier
_SENTENCES = {"row", "name", "source", "first", "second"}
_NUMBERS = {"value", "correction", "drift", "page", "U", "u", "k", "dof", "estimate", "r"}


class _Cells(SnugTable):
    """Keys: typing replaces a cell, Enter or F2 edits it, Delete empties it, Ctrl+Delete removes the row, the space bar
    ticks; Tab leaves the table."""

    emptied = Signal()
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:  # what a cell being typed into did not want
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Delete:
            (self.removed if event.modifiers() & _REMOVE else self.emptied).emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            item = self.currentItem()
            if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
                self.editItem(item)
        else:
            super().keyPressEvent(event)


class RowTable(QWidget):
    """Rows of a struct of texts and yes-or-no's. A cell shows a word of the reader's language for what the record
    holds; typed, either is understood."""

    changed = Signal()

    def __init__(self, name: str, kind: type[Struct]) -> None:
        super().__init__()
        self._fields = msgspec.structs.fields(kind)
        self._words: dict[str, dict[str, str]] = {
            field.name: {raw: say(WORD_NAMES[raw]) for raw in get_args(field.type) if raw in WORD_NAMES}
            for field in self._fields
        }
        self._editable = True
        self._filling = False
        self.table = _Cells(
            name,
            [FIELD_NAMES[field.name] for field in self._fields],
            wide=self._columns(_SENTENCES),
            numbers=self._columns(_NUMBERS),
        )
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.itemChanged.connect(self._typed)
        self.table.emptied.connect(self._empty_cell)
        self.table.removed.connect(self.remove_row)
        self.remove = QPushButton(say(message("Remove the row (Ctrl+Delete)")))
        self.remove.setProperty("role", "quiet")
        self.remove.clicked.connect(self.remove_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table)
        column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.table)

    def learn(self, column: str, words: Mapping[str, str]) -> None:
        """What the entries of a column are called on screen: record → word. Words that mean two things are left out."""
        told = list(words.values())
        rows = self.take()
        self._words[column] = {raw: word for raw, word in words.items() if told.count(word) == 1}
        self.put(rows)

    def set_column(self, column: str, shown: bool) -> None:
        """Whether a column is to be seen; what stands in it stays."""
        self.table.setColumnHidden([field.name for field in self._fields].index(column), not shown)
        self.table.fit()

    def put(self, rows: Any) -> None:
        at = self.table.currentRow(), self.table.currentColumn()
        self._filling = True
        values = [*msgspec.to_builtins(rows), *([{}] if self._editable else [])]
        self.table.setRowCount(len(values))
        for place, row in enumerate(values):
            self._put_row(place, row)
        self._filling = False
        self.table.setCurrentCell(max(at[0], 0), max(at[1], 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self.table.fit()
        self.changed.emit()

    def take(self) -> list[dict[str, Any]]:
        """The rows in which something stands."""
        self._settle()
        rows = (self._row(place) for place in range(self.table.rowCount()))
        wanted = [row for row in rows if _stands(row)]
        return [{f.name: row[f.name] for f in self._fields if row[f.name] != "" or f.required} for row in wanted]

    def set_editable(self, editable: bool) -> None:
        if editable != self._editable:
            rows = self.take()
            self._editable = editable
            self.put(rows)
        self.remove.setVisible(editable)

    def mark(self, wrong: bool, rest: tuple[str | int, ...] = ()) -> None:
        """Mark the cell that `rest` leads to, (place among the rows in which something stands, field), or none."""
        self._filling = True
        for place in range(self.table.rowCount()):
            for column in range(len(self._fields)):
                self._cell(place, column).setBackground(QBrush())
        if wrong and rest and isinstance(rest[0], int):
            standing = [place for place in range(self.table.rowCount()) if _stands(self._row(place))]
            names = [field.name for field in self._fields]
            column = names.index(str(rest[1])) if len(rest) > 1 and rest[1] in names else 0
            self._cell(standing[rest[0]], column).setBackground(QColor(current_theme().alarm_ground))
            self.table.clearSelection()  # so that the mark is seen
            self.table.setCurrentCell(standing[rest[0]], column, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._filling = False

    def remove_row(self) -> None:
        """Remove the row of the present cell; the empty one at the end stays."""
        place = self.table.currentRow()
        if self._editable and 0 <= place < self.table.rowCount() - 1:
            self.table.removeRow(place)
            self.table.fit()
            self.changed.emit()

    def _columns(self, names: set[str]) -> list[int]:
        return [column for column, field in enumerate(self._fields) if field.name in names]

    def _is_open_ended(self) -> bool:
        """Whether there is an empty row to go on in, or none is wanted."""
        last = self.table.rowCount() - 1
        return not self._editable or (last >= 0 and not _stands(self._row(last)))

    def _settle(self) -> None:
        """Take over what is being typed into a cell at this moment."""
        for editor in self.table.viewport().findChildren(QLineEdit):
            if not editor.isHidden():  # one that was closed lives on for a moment
                self.table.commitData(editor)

    def _typed(self) -> None:
        if self._filling:
            return
        if not self._is_open_ended():
            self._filling = True
            self.table.insertRow(self.table.rowCount())
            self._put_row(self.table.rowCount() - 1, {})
            self._filling = False
        self.table.fit()
        self.changed.emit()

    def _empty_cell(self) -> None:
        item = self.table.currentItem()
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
            item.setText("")

    def _row(self, place: int) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column, field in enumerate(self._fields):
            item = self._cell(place, column)
            if field.type is bool:
                row[field.name] = item.checkState() == Qt.CheckState.Checked
            else:
                said = {word: raw for raw, word in self._words.get(field.name, {}).items()}
                row[field.name] = said.get(item.text().strip(), item.text().strip())
        return row

    def _put_row(self, place: int, row: Mapping[str, Any]) -> None:
        on = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        for column, field in enumerate(self._fields):
            item = QTableWidgetItem()
            item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | self.table.side(column))
            if field.type is bool:
                item.setFlags(on | Qt.ItemFlag.ItemIsUserCheckable if self._editable else on)
                item.setCheckState(Qt.CheckState.Checked if row.get(field.name) else Qt.CheckState.Unchecked)
            else:
                item.setFlags(on | Qt.ItemFlag.ItemIsEditable if self._editable else on)
                raw = str(row.get(field.name, ""))
                item.setText(self._words.get(field.name, {}).get(raw, raw))
                item.setToolTip(raw)
            self.table.setItem(place, column, item)

    def _cell(self, place: int, column: int) -> QTableWidgetItem:
        return self.table.item(place, column) or QTableWidgetItem()


def _stands(row: Mapping[str, Any]) -> bool:
    """Whether something stands in a row: a text, or a tick in a row that could be all ticks."""
    return any(value != "" for value in row.values() if isinstance(value, str)) or any(
        value is True for value in row.values()
    )
