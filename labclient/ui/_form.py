"""A form made from the fields of a struct: a person is asked for what the record wants, no more and no less."""

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from labclient.participation import FIELD_NAMES, WORD_NAMES
from labclient.words import say


class StructForm(QWidget):
    """Asks for one struct. A text is a line, a choice a list, a yes or no a box, a tuple of structs a table."""

    def __init__(self, kind: type[Struct]) -> None:
        super().__init__()
        self._editors: dict[str, _Editor] = {}
        layout = QFormLayout(self)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in msgspec.structs.fields(kind):
            editor = _editor(field.type)
            editor.widget.setAccessibleName(field_name(field.name))
            layout.addRow(field_name(field.name), editor.widget)
            self._editors[field.name] = editor

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these values; fields not named stay as they are."""
        for name, value in values.items():
            if name in self._editors:
                self._editors[name].put(value)

    def body(self) -> dict[str, Any]:
        """What was typed, as the body of an entry; it is checked when it is entered."""
        return {name: editor.take() for name, editor in self._editors.items()}


class _Editor(Struct):
    """A widget with the way in and out of it."""

    widget: QWidget
    put: Callable[[Any], None]
    take: Callable[[], Any]


def field_name(name: str) -> str:
    """What a field is called on screen."""
    return say(FIELD_NAMES[name]) if name in FIELD_NAMES else name


def word(value: str) -> str:
    """What a choice is called on screen."""
    return say(WORD_NAMES[value]) if value in WORD_NAMES else value


def _editor(kind: Any) -> "_Editor":
    if get_origin(kind) is tuple:
        return _table(get_args(kind)[0])
    if kind is bool:
        box = QCheckBox()
        return _Editor(box, box.setChecked, box.isChecked)
    choices = [choice for choice in get_args(kind) if isinstance(choice, str)]
    if choices:
        return _choice(choices)
    line = QLineEdit()
    return _Editor(line, line.setText, lambda: line.text().strip())


def _choice(choices: list[str]) -> "_Editor":
    box = QComboBox()
    for choice in choices:
        box.addItem(word(choice), choice)
    return _Editor(box, lambda value: box.setCurrentIndex(box.findData(value)), box.currentData)


def _table(kind: type[Struct]) -> "_Editor":
    """Rows of a struct of texts and boxes; the last row is empty and grows into another when it is typed in."""
    fields = msgspec.structs.fields(kind)
    table = QTableWidget(0, len(fields))
    table.setHorizontalHeaderLabels([field_name(field.name) for field in fields])
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().hide()
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)

    def put(rows: Any) -> None:
        values = msgspec.to_builtins(rows)
        table.setRowCount(len(values))
        for place, row in enumerate(values):
            for column, field in enumerate(fields):
                table.setItem(place, column, _cell(row.get(field.name, ""), field.type is bool))
        fit(table)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def take() -> list[dict[str, Any]]:
        rows = []
        for place in range(table.rowCount()):
            cells = [table.item(place, column) for column in range(len(fields))]
            row = {f.name: _read(cell, f.type is bool) for f, cell in zip(fields, cells, strict=True)}
            rows.append({f.name: row[f.name] for f in fields if row[f.name] != "" or f.required})
        return rows

    return _Editor(table, put, take)


def fit(table: QTableWidget) -> None:
    """Make a table as high as its rows and its columns as wide as their texts."""
    table.resizeColumnsToContents()
    height = table.horizontalHeader().sizeHint().height() + 2 * table.frameWidth()
    height += sum(table.rowHeight(row) for row in range(table.rowCount()))
    table.setFixedHeight(height)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


def _cell(value: Any, checked: bool) -> QTableWidgetItem:
    if not checked:
        return QTableWidgetItem(str(value))
    item = QTableWidgetItem()
    item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
    item.setCheckState(Qt.CheckState.Checked if value else Qt.CheckState.Unchecked)
    return item


def _read(item: QTableWidgetItem | None, checked: bool) -> Any:
    if item is None:
        return False if checked else ""
    return item.checkState() == Qt.CheckState.Checked if checked else item.text().strip()
