"""The handover record as a person goes through it: item by item, yes or no, and a note for each no. Nothing is answered
beforehand."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from labclient.package import same_serial
from labclient.plan import Plan
from labclient.ui._dialog import Sentence
from labclient.ui._marked import mark
from labclient.ui._marks import State, mark_icon
from labclient.ui._theme import S1, S2, S4, space
from labclient.words import Message, message, say

YES, NO, NONE = "yes", "no", "none"
_WORDS = {YES: message("yes"), NO: message("no"), NONE: message("not applicable")}
_MARKS = {"": State.WAITING, YES: State.PASSED, NO: State.FAILED, NONE: State.PASSED}
_ITEMS: dict[str, tuple[Message, dict[str, Any]]] = {
    "packaging": (
        message("Packaging undamaged outside and inside"),
        {YES: "undamaged", NO: "damaged", NONE: "none"},
    ),
    "seals_intact": (message("Seals intact, numbers as in the papers"), {YES: True, NO: False}),
    "shock_indicator": (
        message("Shock and tilt indicators have not tripped"),
        {YES: "intact", NO: "tripped", NONE: "none"},
    ),
    "visual": (message("Standard undamaged to the eye"), {YES: "undamaged", NO: "damaged"}),
}
_ANSWERS = {YES: (message("Yes to the item at hand"), "Alt+Y"), NO: (message("No to the item at hand"), "Alt+N")}


class _Row(QWidget):
    """One item: its mark, its words, what it is answered with, and a note where it is not in order."""

    changed = Signal()

    def __init__(self, item: str, words: str) -> None:
        super().__init__()
        self.item, self.words = item, words
        self.sign, self.told = QLabel(), QLabel(words)
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.note, self.trouble = QLineEdit(), Sentence()
        self.note.setMaxLength(500)
        self.note.setPlaceholderText(say(message("what was found")))
        self.note.setAccessibleName(say(message("{item}: note", item=words)))
        self.note.textChanged.connect(self._turn)
        self.head = QHBoxLayout()
        self.head.setSpacing(space(S1))
        self.head.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignVCenter)
        self.head.addWidget(self.told, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self.head)
        layout.addWidget(self.note)
        layout.addWidget(self.trouble)

    @property
    def answer(self) -> str:
        raise NotImplementedError

    @property
    def missing(self) -> Message | None:
        """What is still to be said here."""
        if not self.answer:
            return message("This is not answered yet.")
        return message("Say what was found.") if self.answer == NO and not self.note.text().strip() else None

    def first(self) -> QWidget:
        """Where the person goes to answer it."""
        raise NotImplementedError

    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab halts, in order."""
        raise NotImplementedError

    def set_editable(self, editable: bool) -> None:
        self.note.setReadOnly(not editable)

    def _turn(self) -> None:
        self.trouble.put()
        self.note.setVisible(self.answer == NO)
        kind = State.RUNNING if self.answer == NO and self.missing else _MARKS[self.answer]
        self.sign.setPixmap(mark_icon(kind).pixmap(space(S4)))
        self.changed.emit()


class _Asked(_Row):
    """Answered with yes, no, or that there is none."""

    def __init__(self, item: str, words: str, values: Mapping[str, Any]) -> None:
        super().__init__(item, words)
        self.values = values
        self.group = QButtonGroup(self)
        self.buttons: dict[str, QRadioButton] = {}
        for answer in values:
            button = QRadioButton(say(_WORDS[answer]))
            button.setAccessibleName(f"{words}: {say(_WORDS[answer])}")
            button.toggled.connect(self._turn)
            self.group.addButton(button)
            self.head.addWidget(button)
            self.buttons[answer] = button
        if NONE not in values:  # the answers of all items stand in columns
            self.head.addSpacing(QRadioButton(say(_WORDS[NONE])).sizeHint().width() + self.head.spacing())
        self._turn()

    @property
    def answer(self) -> str:
        return next((answer for answer, button in self.buttons.items() if button.isChecked()), "")

    @property
    def value(self) -> Any:
        return self.values.get(self.answer)

    def put(self, value: Any) -> None:
        self.group.setExclusive(False)
        for answer, button in self.buttons.items():
            button.setChecked(value is not None and self.values[answer] == value)
        self.group.setExclusive(True)

    def stops(self) -> tuple[QWidget, ...]:
        return (*self.buttons.values(), self.note)

    def first(self) -> QWidget:
        return self.buttons[YES] if not self.answer else self.buttons[self.answer]

    def set_editable(self, editable: bool) -> None:
        super().set_editable(editable)
        for button in self.buttons.values():
            button.setEnabled(editable)


class _Serial(_Row):
    """What stands on the standard, typed or read by a scanner, which ends with Enter."""

    def __init__(self, words: str) -> None:
        super().__init__("serial", words)
        self.wanted = ""
        self.line = QLineEdit()
        self.line.setMaxLength(100)
        self.line.setPlaceholderText(say(message("scan or type it")))
        self.line.setAccessibleName(words)
        self.line.setMaximumWidth(24 * self.fontMetrics().averageCharWidth())
        self.line.textChanged.connect(self._turn)
        self.head.addWidget(self.line)
        self.other = Sentence()
        layout = self.layout()
        assert isinstance(layout, QBoxLayout)
        layout.insertWidget(1, self.other)
        self._turn()

    @property
    def answer(self) -> str:
        text = self.line.text().strip()
        return "" if not text else YES if same_serial(text, self.wanted) else NO

    def want(self, serial: str) -> None:
        """What it must be."""
        self.wanted = serial
        self._turn()

    def stops(self) -> tuple[QWidget, ...]:
        return self.line, self.note

    def first(self) -> QWidget:
        return self.line

    def set_editable(self, editable: bool) -> None:
        super().set_editable(editable)
        self.line.setReadOnly(not editable)

    def _turn(self) -> None:
        told = message("The plan names the serial number {serial}: scan again. Entered like this, it blocks the "
                       "measurement until the pilot laboratory has decided.", serial=self.wanted)  # fmt: skip
        if hasattr(self, "other"):
            self.other.put(told if self.answer == NO else None)
        super()._turn()


class Checklist(QWidget):
    """The items of a plan. `changed` tells that something was answered."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(space(S1))
        self._grid.setHorizontalSpacing(space(S2))
        self.serial = _Serial(say(message("Serial number on the standard")))
        self.rows: dict[str, _Row] = {"serial": self.serial}
        self._parts: tuple[str, ...] | None = None
        for item, (words, values) in _ITEMS.items():
            self.rows[item] = _Asked(item, say(words), values)
        self._place(tuple(self.rows.values()))
        self.serial.line.returnPressed.connect(lambda: self._go_on(self.serial))
        for answer, (words, key) in _ANSWERS.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.setWhatsThis(say(words))
            shortcut.activated.connect(lambda answer=answer: self._answer(answer))

    def show_plan(self, plan: Plan) -> None:
        """Ask for this plan's parts and serial number."""
        parts = plan.transfer_standard.parts
        if parts == self._parts:
            return
        self._parts = parts
        self.serial.want(plan.transfer_standard.serial)
        for row in [row for row in self.rows.values() if row.item.startswith("part:")]:
            del self.rows[row.item]
            row.hide()
            row.deleteLater()
        added = [_Asked(f"part:{part}", say(message("Part present: {part}", part=part)), {YES: True, NO: False})
                 for part in parts]  # fmt: skip
        self.rows |= {row.item: row for row in added}
        self._place(added)

    @property
    def done(self) -> int:
        return sum(row.missing is None for row in self.rows.values())

    def body(self) -> dict[str, Any]:
        """What was answered, as fields of the handover record; None where nothing was."""
        rows = self.rows
        answers = {item: rows[item].value for item in _ITEMS}  # type: ignore[attr-defined]
        parts = [{"name": part, "present": rows[f"part:{part}"].value} for part in self._parts or ()]  # type: ignore[attr-defined]
        notes = [{"item": row.item.removeprefix("part:"), "note": row.note.text().strip()}
                 for row in rows.values() if row.answer == NO and row.note.text().strip()]  # fmt: skip
        return {**answers, "parts": parts, "serial": self.serial.line.text().strip(), "notes": notes}

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these answers; items not named stay as they are."""
        for item in _ITEMS:
            if item in values:
                self.rows[item].put(values[item])  # type: ignore[attr-defined]
        for part in values.get("parts", ()):
            if (row := self.rows.get(f"part:{part['name']}")) is not None:
                row.put(part["present"])  # type: ignore[attr-defined]
        if "serial" in values and values["serial"] != self.serial.line.text():
            self.serial.line.setText(values["serial"])
        for one in values.get("notes", ()):
            row = self.rows.get(one["item"]) or self.rows.get(f"part:{one['item']}")
            if row is not None:
                row.note.setText(one["note"])

    def clear(self) -> None:
        """Nothing is answered."""
        for row in self.rows.values():
            row.note.clear()
        self.fill(dict.fromkeys(_ITEMS) | {"serial": "", "parts": [{"name": one, "present": None}
                                                                   for one in self._parts or ()]})  # fmt: skip

    def complete(self) -> bool:
        """Whether all is answered; where not, the person is taken to the first that is missing."""
        for row in self.rows.values():
            if (told := row.missing) is not None:
                row.trouble.put(told)
                field = row.note if row.answer == NO else row.first()
                mark(row.note, row.answer == NO)
                field.setFocus(Qt.FocusReason.OtherFocusReason)
                return False
        return True

    def set_editable(self, editable: bool) -> None:
        for row in self.rows.values():
            row.set_editable(editable)

    def _place(self, rows: Any) -> None:
        for row in rows:
            row.changed.connect(self.changed)
            self._grid.addWidget(row, self._grid.rowCount(), 0)
        for before, after in pairwise(stop for row in self.rows.values() for stop in row.stops()):
            self.setTabOrder(before, after)

    def _answer(self, answer: str) -> None:
        """To the item that has the focus, else to the first that is not answered; a yes leads on to the next."""
        focus = self.window().focusWidget()
        here = next((row for row in self.rows.values() if focus is not None and row.isAncestorOf(focus)), None)
        row = here or next((one for one in self.rows.values() if not one.answer), None)
        if not isinstance(row, _Asked) or not self.isEnabled() or not row.buttons[YES].isEnabled():
            return
        row.buttons[answer].setChecked(True)
        if answer == NO:
            row.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._go_on(row)

    def _go_on(self, row: _Row) -> None:
        rows = list(self.rows.values())
        after = rows[rows.index(row) + 1 :] + rows[: rows.index(row)]
        following = next((one for one in after if one.missing is not None), None)
        if following is not None:
            following.first().setFocus(Qt.FocusReason.ShortcutFocusReason)
