"""What was said: the last sentences of the window with their times, to be read again (F4)."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QVBoxLayout, QWidget

from labclient.ui._dialog import fit_to_window
from labclient.words import message, say

KEPT = 50


class Sentence(Struct, frozen=True):
    """What was said, and when by the PC's clock."""

    time: datetime
    text: str


class Said:
    """The last sentences, the newest first; they are kept while the window is open."""

    def __init__(self) -> None:
        self._kept: deque[Sentence] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[Sentence]:
        return reversed(self._kept)

    def add(self, text: str) -> None:
        """Keep a sentence."""
        self._kept.append(Sentence(datetime.now().astimezone(), text))


def show_said(parent: QWidget, said: Said) -> QDialog:
    """List them in a dialog that does not stop anything."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(say(message("What was said")))
    sentences = QListWidget()
    sentences.setAccessibleName(dialog.windowTitle())
    sentences.setWordWrap(True)
    sentences.addItems([f"{one.time:%H:%M:%S}   {one.text}" for one in said])
    sentences.setCurrentRow(0)
    empty = QLabel(say(message("Nothing has been said since the window was opened.")))
    empty.setVisible(not sentences.count())
    sentences.setVisible(bool(sentences.count()))
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = QVBoxLayout(dialog)
    for widget in (empty, sentences, buttons):
        layout.addWidget(widget)
    fit_to_window(dialog, 90, 20)
    dialog.open()
    return dialog
