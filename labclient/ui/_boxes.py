"""Boxes that say or ask one thing. None of them stops the window: digits stay in sight behind."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from labclient.errors import Trouble
from labclient.words import Message, message, say


def tell_trouble(parent: QWidget, trouble: Trouble) -> None:
    """What went wrong and what to do next."""
    box = _box(parent, QMessageBox.Icon.Warning, trouble.sentence)
    box.setInformativeText(say(trouble.way_on))
    box.show()


def ask_to_connect(
    parent: QWidget, sentence: Message, connected: Callable[[], None], break_off: Callable[[], None]
) -> None:
    """A cable has to be moved: say when it is done, or end the run. Esc answers nothing."""
    box = _box(parent, QMessageBox.Icon.Information, sentence)
    box.addButton(say(message("Connected")), QMessageBox.ButtonRole.AcceptRole)
    stop = box.addButton(say(message("Break off")), QMessageBox.ButtonRole.DestructiveRole)
    box.buttonClicked.connect(lambda button: break_off() if button is stop else connected())
    box.show()


def ask_to_leave(parent: QWidget, keep: Callable[[], None], leave: Callable[[], object]) -> None:
    """Somebody closes the window while a run is recorded: say what becomes of the run. Esc changes nothing."""
    box = _box(parent, QMessageBox.Icon.Information, message("A run is being recorded."))
    told = message("In the background it goes on, and the window is only made small. Broken off, its readings stay.")
    box.setInformativeText(say(told))
    kept = box.addButton(say(message("Record on in the background")), QMessageBox.ButtonRole.AcceptRole)
    left = box.addButton(say(message("Break off and close")), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(say(message("Stay here")), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(kept)
    box.setEscapeButton(stay)
    kept.clicked.connect(keep)
    left.clicked.connect(leave)
    box.show()


def _box(parent: QWidget, icon: QMessageBox.Icon, sentence: Message) -> QMessageBox:
    box = QMessageBox(icon, "labclient", say(sentence), parent=parent)
    box.setModal(False)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
