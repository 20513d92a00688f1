"""A dialog that asks the desk for one thing, says in itself what is wrong, and keeps what was typed."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labclient.errors import Trouble
from labclient.ui._desk import Desk
from labclient.ui._theme import S2, space
from labclient.words import Message, message, say

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def told(work: Callable[_Given, _Answer]) -> Callable[_Given, _Answer | Trouble]:
    """`work` whose trouble is an answer: for whoever says it where it was asked, instead of in a box of its own."""

    def guarded(*args: _Given.args, **named: _Given.kwargs) -> _Answer | Trouble:
        try:
            return work(*args, **named)
        except Trouble as trouble:
            return trouble

    return guarded


class Sentence(QFrame):
    """One sentence with its next step, on the ground of its meaning; nothing to be seen while there is none."""

    def __init__(self, role: str = "alarm") -> None:
        super().__init__()
        self.setProperty("role", role)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(S2) * 2, space(S2), space(S2), space(S2))
        layout.addWidget(self.label)
        self.hide()

    def put(self, *sentences: Message | None) -> None:
        """Show these, each on a line of its own; without any, disappear."""
        text = "\n".join(say(one) for one in sentences if one is not None)
        self.label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


class AskingDialog(QDialog):
    """`form` takes the fields, `column` what stands above and below them. `ask` sends work to the desk under the name
    `what`; the answer comes to `answered`, its trouble to `refused`. While it is under way nothing can be changed."""

    def __init__(self, parent: QWidget, desk: Desk, what: str, title: Message, action: Message) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say(title))
        self.desk = desk
        self.waiting = False
        self._what = what
        self.fields = QWidget()
        self.form = QFormLayout(self.fields)
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.trouble = Sentence()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(say(action))
        self.ok.setObjectName("primary")
        self.cancel = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel.setText(say(message("Cancel")))
        buttons.accepted.connect(self.go)
        buttons.rejected.connect(self.reject)
        self.column = QVBoxLayout()
        self.column.addWidget(self.fields)
        layout = QVBoxLayout(self)
        layout.addLayout(self.column)
        layout.addStretch(1)
        layout.addWidget(self.trouble)
        layout.addWidget(buttons)
        self.ok.setDefault(True)  # in the dialog by now: before, Qt would take the first button it meets
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 60)
        desk.done.connect(self._done)
        desk.failed.connect(self._rest)
        desk.crashed.connect(self._rest)

    def row(self, label: Message, field: QWidget, *beside: QWidget) -> None:
        """A line of the form."""
        add_row(self.form, label, field, *beside)

    def complete(self) -> bool:
        """Whether everything is there that the work needs."""
        raise NotImplementedError

    def go(self) -> None:
        """A person wants it done."""
        raise NotImplementedError

    def answered(self, answer: Any) -> None:
        """The work is done."""
        raise NotImplementedError

    def refused(self, trouble: Trouble) -> None:
        """The work was not done: say why."""
        self.trouble.put(trouble.sentence, trouble.way_on)

    def look(self) -> None:
        """Let the buttons say what is possible now."""
        self.fields.setEnabled(not self.waiting)
        self.ok.setEnabled(not self.waiting and self.complete())

    def ask(self, work: Callable[[], Any]) -> None:
        """Do `work` at the desk."""
        self._wait()
        self.desk.run(self._what, told(work))

    def ask_open(self, work: Callable[[Any], Any]) -> None:
        """Do `work` with the open participation; that there is none is said here, too, not behind the dialog."""
        self._wait()
        self.desk.run(self._what, told(lambda: work(self.desk.open_one())))

    def _wait(self) -> None:
        self.waiting = True
        self.trouble.put()
        self.look()

    def _rest(self) -> None:
        if self.waiting:
            self.waiting = False
            self.look()

    def _done(self, what: str, answer: object) -> None:
        if what != self._what:
            return
        self._rest()
        if isinstance(answer, Trouble):
            self.refused(answer)
        else:
            self.answered(answer)


def fit_to_window(dialog: QDialog, characters: int, lines: int) -> None:
    """Give a dialog this size, or that of the window behind it where there is not so much room."""
    metrics = dialog.fontMetrics()
    behind: QWidget = dialog
    while (above := behind.parentWidget()) is not None:
        behind = above
    room = behind.size() if behind is not dialog else dialog.maximumSize()
    dialog.resize(min(characters * metrics.averageCharWidth(), room.width()),
                  min(lines * metrics.lineSpacing(), room.height()))  # fmt: skip


def add_row(form: QFormLayout, label: Message, field: QWidget, *beside: QWidget) -> None:
    """A line of a form: its label, with a key of its own, the field, and what belongs to it."""
    name = QLabel(say(label))
    name.setBuddy(field)
    field.setAccessibleName(plain_name(label))
    line = QHBoxLayout()
    line.addWidget(field, 1)
    for one in beside:
        line.addWidget(one)
    form.addRow(name, line)


def plain_name(label: Message) -> str:
    """A label without the sign of its key, for those who hear it."""
    return say(label).partition("(&")[0].replace("&", "")


def beside(label: Message, name: Message, act: Callable[[], None]) -> QPushButton:
    """A button beside a field; `name` is what it is called where nothing else says to which field it belongs."""
    button = QPushButton(say(label))
    button.setAccessibleName(say(name))
    button.clicked.connect(act)
    return button
