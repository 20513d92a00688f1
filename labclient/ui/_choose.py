"""Files and folders to choose: dialogs that hold nothing up. What follows from a choice is done when it is made."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from labclient.words import Message, say

Then = Callable[[Path], object]


def choose_folder(parent: QWidget, title: Message, then: Then, start: Path | None = None) -> None:
    """A folder that is there."""
    dialog = _dialog(parent, title, then, start, "")
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()


def choose_file(parent: QWidget, title: Message, pattern: str, then: Then, start: Path | None = None) -> None:
    """A file that is there, by `pattern` as "*.asice *.json"."""
    dialog = _dialog(parent, title, then, start, pattern)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()


def choose_new(parent: QWidget, title: Message, pattern: str, then: Then, suggested: Path | None = None) -> None:
    """A file to be made; whether one of that name may be there is for whoever makes it."""
    dialog = _dialog(parent, title, then, suggested.parent if suggested else None, pattern)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    if suggested is not None:
        dialog.selectFile(suggested.name)
    dialog.open()


def _dialog(parent: QWidget, title: Message, then: Then, start: Path | None, pattern: str) -> QFileDialog:
    dialog = QFileDialog(parent, say(title), str(start or ""), pattern)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    return dialog
