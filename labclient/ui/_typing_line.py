"""The line into which readings are typed, one question after another. Enter commits; nothing but function keys and
Enter has a meaning, because input methods for Chinese take letters for themselves."""

from pathlib import Path

from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from labclient.acquisition import in_words, read_typed
from labclient.errors import Trouble
from labclient.participation import State
from labclient.ui._choose import choose_file
from labclient.ui._desk import Desk, connection
from labclient.ui._dialog import Sentence, fit_to_window
from labclient.ui._points import PointTable
from labclient.ui._remark import EventDialog
from labclient.ui._scheme_picture import SchemePicture
from labclient.ui._theme import S2, space
from labclient.ui._typing_work import CONNECT
from labclient.words import Message, message, say

_HINTS: dict[str, Message] = {
    CONNECT: message("Enter when it is done"),
    "time": message("09:05"),
    "photo": message("the file of the photo"),
    "reading": message("digits with a decimal point, then Enter"),
    "again": message("without looking at what was typed before"),
}
_LINES = 500  # of what was kept, on screen


class TypingDialog(QDialog):
    """Asks what the run asks for. What is refused or doubtful stands above the line until the next one is typed, with
    what is connected; what is kept is listed below, and beside it the points with what is missing. The first of two
    equal readings is not shown while the second is typed."""

    def __init__(self, parent: QWidget, desk: Desk, state: State, title: Message, *, with_points: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(say(title))
        self._desk, self._state = desk, state
        self._kind, self._unit = "", ""
        self.question = QLabel()
        self.question.setObjectName("heading")
        self.question.setWordWrap(True)
        self.where = QLabel()
        self.where.setProperty("role", "muted")
        self.where.setWordWrap(True)
        self.where.hide()
        self.warning = Sentence("attention")
        self.line = QLineEdit()
        self.line.setAccessibleName(say(message("What is read")))
        font = self.line.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        self.line.setFont(font)
        self.choose = QPushButton(say(message("Choose…")))
        self.choose.setAccessibleName(say(message("Choose the photo")))
        self.choose.clicked.connect(self._choose)
        self.echo = QLabel()
        self.echo.setProperty("role", "muted")
        self.echo.setWordWrap(True)
        self.kept = QPlainTextEdit()
        self.kept.setReadOnly(True)
        self.kept.setTabChangesFocus(True)
        self.kept.setMaximumBlockCount(_LINES)
        self.kept.setAccessibleName(say(message("What is kept")))
        self.points = PointTable()
        self.points.setVisible(with_points)
        self.picture = SchemePicture()
        self._with_points = with_points
        self.event_button = _button(message("Event… (F8)"), "F8")
        self.stop_button = _button(message("Break off (F6)"), "F6")
        self._lay_out()
        self.line.returnPressed.connect(self._commit)
        self.line.textChanged.connect(self._echo)
        self.event_button.clicked.connect(self._ask_event)
        self.stop_button.clicked.connect(desk.break_off)
        desk.questioned.connect(self.ask)
        desk.warned.connect(self._warn)
        desk.told.connect(self._keep)
        self.show_state(state)

    def ask(self, kind: str, question: Message, unit: str) -> None:
        """Put a question; whatever was told about the line before stays in sight with it."""
        self._kind, self._unit = kind, unit
        if kind == CONNECT:
            self.where.hide()
            self._draw()
        self.question.setText(say(question).strip().rstrip(":："))
        self.choose.setVisible(kind == "photo")
        self.line.setPlaceholderText(say(_HINTS.get(kind, message(""))))
        self.line.clear()
        self.line.setEnabled(True)
        self.line.setFocus()

    def show_state(self, state: State) -> None:
        """What is missing now."""
        self._state = state
        self.points.show_state(state)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends nothing: breaking off is a button of its own."""
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Who closes it breaks off; it goes when the run has ended."""
        self._desk.break_off()
        event.ignore()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.line, 1)
        line.addWidget(self.choose)
        below = QHBoxLayout()
        below.setSpacing(space(S2))
        beside = QVBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self.points, 1)
        beside.addWidget(self.picture)
        below.addLayout(beside)
        below.addWidget(self.kept, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.event_button)
        buttons.addStretch(1)
        buttons.addWidget(self.stop_button)
        layout = QVBoxLayout(self)
        for part in (self.warning, self.where, self.question):
            layout.addWidget(part)
        layout.addLayout(line)
        layout.addWidget(self.echo)
        layout.addLayout(below, 1)
        layout.addLayout(buttons)
        fit_to_window(self, 76, 24)

    def _draw(self) -> None:
        """Draw what is asked to be connected."""
        if self._with_points and self._desk.wanted is not None:
            step, point = self._desk.wanted
            self.picture.show_step(self._state.plan, step, point.id, say(connection(step, point)))

    def _commit(self) -> None:
        text = self.line.text()
        if self._kind == CONNECT and text.strip():
            self.warning.put(message("First press Enter alone when it is connected; then the reading is asked for."))
            self.line.clear()
        elif self._kind:
            if self._kind == CONNECT:
                self.where.setText(self.question.text())
                self.where.show()
            self._kind = ""
            self.line.setEnabled(False)
            self.warning.put()
            self._desk.answer(text)

    def _echo(self, text: str) -> None:
        """What is understood of the line so far, in words."""
        told: Message | str = ""
        if self._unit and text.strip():
            try:
                told = in_words(read_typed(text, self._unit).text)
            except Trouble as trouble:
                told = trouble.sentence
        self.echo.setText(say(told) if isinstance(told, Message) else told)

    def _warn(self, sentence: Message) -> None:
        shown = self.warning.label.text()
        self.warning.put(message("{before}\n{sentence}", before=shown, sentence=sentence) if shown else sentence)

    def _keep(self, sentence: Message) -> None:
        self.kept.appendPlainText(say(sentence))

    def _choose(self) -> None:
        choose_file(self, message("The photo"), "*.png *.jpg *.jpeg", self._chosen)

    def _chosen(self, path: Path) -> None:
        self.line.setText(str(path))
        self.line.setFocus()

    def _ask_event(self) -> None:
        EventDialog(self, self._desk, self._state).open()


def _button(label: Message, key: str) -> QPushButton:
    """A button that Enter does not press: Enter belongs to the line."""
    button = QPushButton(say(label))
    button.setAutoDefault(False)
    button.setShortcut(QKeySequence(key))
    return button
