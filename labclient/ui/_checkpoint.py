"""A checkpoint that was just signed, in the three ways in which it can reach the pilot: file, picture, voice."""

from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labclient.participation import Participation, checkpoint_file
from labclient.signing import checkpoint_code, qr_squares, read_checkpoint
from labclient.words import message, say

_MARGIN = 4  # modules that the symbol needs around it
_MODULE = 4  # pixels at least, for the camera of a phone


class Signed(Struct, frozen=True):
    """A signed checkpoint: the note itself, how many entries it covers, its code for the phone, the file it lies in,
    and its QR code."""

    note: str
    size: int
    code: str
    file: Path
    squares: tuple[bytes, ...]


def sign_checkpoint_of(participation: Participation) -> Signed:
    """Sign the head of the log. Takes half a second for the code; done at the desk. Raises as `checkpoint`."""
    note = participation.checkpoint()
    checkpoint = read_checkpoint(note, participation.record.entry(0).body["key"])
    file = checkpoint_file(participation.path)
    return Signed(note, checkpoint.size, checkpoint_code(checkpoint), file, qr_squares(note))


class CheckpointDialog(QDialog):
    """Nothing is done here; it is for showing and copying."""

    def __init__(self, parent: QWidget, signed: Signed) -> None:
        super().__init__(parent)
        self.setWindowTitle(say(message("Checkpoint")))
        explained = QLabel(
            say(
                message(
                    "Give it to the pilot laboratory before the first reading, daily, and at the end: what they hold "
                    "proves later that nothing before it was changed. One of the three ways is enough."
                )
            )
        )
        file = QLabel(say(message("File: {path}", path=str(signed.file))))
        spoken = QLabel(say(message("To be read over the phone ({size} entries):", size=signed.size)))
        code = QLabel(signed.code)
        code.setObjectName("title")
        column = QVBoxLayout()
        for label in (explained, file, spoken, code):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(_Symbol(signed.squares))
        row.addLayout(column, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(say(message("Copy the text")), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(signed.note))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(buttons)
        self.resize(self.fontMetrics().averageCharWidth() * 100, self.sizeHint().height())


class _Symbol(QWidget):
    """The QR code, always dark on white: a camera knows no dark theme."""

    def __init__(self, squares: tuple[bytes, ...]) -> None:
        super().__init__()
        self._squares = squares
        self.setAccessibleName(say(message("The checkpoint as a QR code")))
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        side = _MODULE * (len(self._squares) + 2 * _MARGIN)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        for y, row in enumerate(self._squares, start=_MARGIN):
            for x, dark in enumerate(row, start=_MARGIN):
                if dark:
                    painter.fillRect(QRect(x * _MODULE, y * _MODULE, _MODULE, _MODULE), QColor("black"))
        painter.end()
