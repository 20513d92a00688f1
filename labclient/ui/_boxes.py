"""Boxes that say or ask one thing. None of them stops the window: digits stay in sight behind."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from labclient.errors import Trouble
from labclient.words import Message, message, say


def tell_trouble(parent: QWidget, trouble: Trouble) -> None:
    """What went wrong and what to do next."""
    box = _box(parent, QMessageBox.Icon.Warning, trouble.sentence)
    if trouble.step is not None:
        box.setInformativeText(say(trouble.step))
    box.show()


def ask_to_connect(
    parent: QWidget, sentence: Message, connected: Callable[[], None], break_off: Callable[[], None]
) -> None:
    """A cable has to be moved: say when it is done, or end the run."""
    box = _box(parent, QMessageBox.Icon.Information, sentence)
    box.addButton(say(message("Connected")), QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton(say(message("Break off")), QMessageBox.ButtonRole.RejectRole)
    box.buttonClicked.connect(lambda button: break_off() if button is stop else connected())
    box.show()


def _box(parent: QWidget, icon: QMessageBox.Icon, sentence: Message) -> QMessageBox:
    box = QMessageBox(icon, "labclient", say(sentence), parent=parent)
    box.setModal(False)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
