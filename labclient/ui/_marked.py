"""What draws the eye: the field at fault, the one button that comes next."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget


def mark(widget: QWidget, wrong: bool) -> None:
    """Give a field the look of one at fault, or take it away."""
    widget.setProperty("role", "alarm" if wrong else "")
    _dress(widget)


def stand_out(buttons: list[QPushButton], next_one: QPushButton) -> None:
    """Give `next_one` among these the look of the primary button; its key is its own."""
    for button in buttons:
        name = "primary" if button is next_one else ""
        if button.objectName() != name:
            button.setObjectName(name)
            _dress(button)


def lead(buttons: list[QPushButton], next_one: QPushButton) -> None:
    """Make `next_one` the one primary button among these, with Ctrl+Enter."""
    for button in buttons:
        leads = button is next_one
        if leads == (button.objectName() == "primary") and leads == (not button.shortcut().isEmpty()):
            continue
        button.setObjectName("primary" if leads else "")
        button.setShortcut(QKeySequence("Ctrl+Return") if leads else QKeySequence())
        _dress(button)


def _dress(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.updateGeometry()
