"""A form made from the fields of a struct: a person is asked for what the record wants, no more and no less."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, get_args, get_origin

import msgspec
from msgspec import Struct
from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)

from labclient.clock import SystemClock
from labclient.errors import EntryInvalid
from labclient.participation import FIELD_NAMES, WORD_NAMES, Moment, body_of
from labclient.ui._dialog import Sentence
from labclient.ui._marked import mark
from labclient.ui._moment import MomentLine
from labclient.ui._table import RowTable
from labclient.words import say

__all__ = ["Editor", "StructForm"]

_WIDEST = 64  # characters of a line
_PC = SystemClock()


class Editor(Protocol):
    """Asks for one field."""

    changed: SignalInstance

    def put(self, value: Any) -> None: ...
    def take(self) -> Any: ...
    def set_editable(self, editable: bool) -> None: ...
    def mark(self, wrong: bool, rest: tuple[str | int, ...] = ()) -> None:
        """Draw the eye to this field, to the place `rest` within it, or away from it."""


class StructForm(QWidget):
    """Asks for one struct, except the fields `without`. A text is a line, a choice a list, a yes or no a box, a tuple
    of structs a table. `changed` tells that something was typed; `now` is the moment offered for a moment."""

    changed = Signal()

    def __init__(
        self, kind: type[Struct], *, without: tuple[str, ...] = (), now: Callable[[], datetime] = _PC.utc
    ) -> None:
        super().__init__()
        self._editors: dict[str, Editor] = {}
        self._widgets: dict[str, QWidget] = {}
        self._troubles: dict[str, Sentence] = {}
        self._editable = True
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for field in msgspec.structs.fields(kind):
            if field.name in without:
                continue
            name = say(FIELD_NAMES[field.name])
            editor, widget = _editor(name, field.type, now)
            trouble = Sentence()
            column = QVBoxLayout()
            column.setSpacing(0)
            label = QLabel(name)
            label.setBuddy(widget)
            if isinstance(widget, RowTable):  # it needs all the width there is
                column.addWidget(label)
                column.addWidget(trouble)
                column.addWidget(widget)
                layout.addRow(column)
            else:
                column.addWidget(widget)
                column.addWidget(trouble)
                layout.addRow(label, column)
            self._editors[field.name], self._widgets[field.name] = editor, widget
            self._troubles[field.name] = trouble
            editor.changed.connect(self._typed)

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these values; fields not named stay as they are."""
        for name, value in values.items():
            if name in self._editors:
                self._editors[name].put(value)

    def learn(self, table: str, column: str, words: Mapping[str, str]) -> None:
        """What the entries of a table's column are called on screen."""
        editor = self._editors[table]
        assert isinstance(editor, RowTable)
        editor.learn(column, words)

    def set_column(self, table: str, column: str, shown: bool) -> None:
        """Whether a table's column is to be seen; what stands in it stays."""
        editor = self._editors[table]
        assert isinstance(editor, RowTable)
        editor.set_column(column, shown)

    def offer_now(self) -> None:
        """Put the present moment where a moment is asked for."""
        for editor in self._editors.values():
            if isinstance(editor, MomentLine):
                editor.offer()

    def body(self) -> dict[str, Any]:
        """What was typed, as the body of an entry; it is checked when it is entered."""
        return {name: editor.take() for name, editor in self._editors.items()}

    def checked(self, kind: str, **more: Any) -> dict[str, Any] | None:
        """What was typed, with `more`, as the body of an entry of `kind`; None after marking the first field at fault,
        with a sentence beneath it, and taking the person there. Nothing typed is lost."""
        body = self.body() | more
        self.fill({name: body[name] for name, one in self._editors.items() if isinstance(one, MomentLine)})
        self._unmark()
        try:
            body_of(kind, body)
        except EntryInvalid as trouble:
            self._mark(trouble)
            return None
        return body

    def set_editable(self, editable: bool) -> None:
        """A form that cannot be edited still shows everything."""
        if editable != self._editable:
            self._editable = editable
            for editor in self._editors.values():
                editor.set_editable(editable)
            self._unmark()

    def focus_first(self) -> None:
        """Take the person to the first field."""
        next(iter(self._widgets.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self, trouble: EntryInvalid) -> None:
        name = str(trouble.path[0]) if trouble.path else ""
        if name not in self._editors:
            raise trouble  # not a person's field: a fault of the program
        self._editors[name].mark(True, trouble.path[1:])
        self._troubles[name].put(trouble.sentence)
        self._widgets[name].setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, lambda: _show_in_page(self._troubles[name]))

    def _unmark(self) -> None:
        for name, editor in self._editors.items():
            if self._troubles[name].label.text():
                editor.mark(False)
                self._troubles[name].put()

    def _typed(self) -> None:
        self._unmark()
        self.changed.emit()


def _show_in_page(widget: QWidget) -> None:
    """Scroll the page so far that the widget is seen, and the cell that has the focus."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    page = above.widget() if above is not None else None
    if above is not None and page is not None:
        above.ensureWidgetVisible(widget)
        table = QApplication.focusWidget()
        if isinstance(table, QTableWidget) and above.isAncestorOf(table):
            cell = table.visualRect(table.currentIndex()).bottomLeft()
            above.ensureVisible(0, table.viewport().mapTo(page, cell).y())


class _Line(QLineEdit):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMaximumWidth(self.fontMetrics().averageCharWidth() * _WIDEST)
        self.changed: SignalInstance = self.textChanged

    def put(self, value: str) -> None:
        if value != self.text():
            self.setText(value)

    def take(self) -> str:
        return self.text().strip()

    def set_editable(self, editable: bool) -> None:
        self.setReadOnly(not editable)

    def mark(self, wrong: bool, rest: tuple[str | int, ...] = ()) -> None:  # noqa: ARG002 - there is no place within
        mark(self, wrong)


class _Tick(QCheckBox):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)  # the frame of the focus is as wide
        self.changed: SignalInstance = self.toggled
        self.put, self.take, self.set_editable = self.setChecked, self.isChecked, self.setEnabled

    def mark(self, wrong: bool, rest: tuple[str | int, ...] = ()) -> None:
        """A box cannot be wrong."""


class _Choice(QComboBox):
    """Nothing is chosen until a person chooses."""

    def __init__(self, name: str, choices: list[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaximumWidth(self.fontMetrics().averageCharWidth() * _WIDEST // 2)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for choice in choices:
            self.addItem(say(WORD_NAMES[choice]), choice)
        self.setCurrentIndex(-1)
        self.changed: SignalInstance = self.currentIndexChanged

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the page changes no record."""
        event.ignore()

    def put(self, value: Any) -> None:
        self.setCurrentIndex(self.findData(value))

    def take(self) -> Any:
        return self.currentData()

    def set_editable(self, editable: bool) -> None:
        self.setEnabled(editable)

    def mark(self, wrong: bool, rest: tuple[str | int, ...] = ()) -> None:  # noqa: ARG002 - there is no place within
        mark(self, wrong)


def _editor(name: str, kind: Any, now: Callable[[], datetime]) -> tuple[Editor, QWidget]:
    if get_origin(kind) is tuple:
        table = RowTable(name, get_args(kind)[0])
        return table, table
    if kind == Moment:
        moment = MomentLine(name, now)
        moment.setMaximumWidth(moment.fontMetrics().averageCharWidth() * _WIDEST)
        return moment, moment
    if kind is bool:
        tick = _Tick(name)
        return tick, tick
    choices = [choice for choice in get_args(kind) if isinstance(choice, str)]
    if choices:
        choice = _Choice(name, choices)
        return choice, choice
    line = _Line(name)
    return line, line
