"""What draws the eye: the field at fault, the one button that comes next, always at the end of its row."""

from itertools import pairwise

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget


def mark(widget: QWidget, wrong: bool) -> None:
    """Give a field the look of one at fault, or take it away."""
    widget.setProperty("role", "alarm" if wrong else "")
    _dress(widget)


def stand_out(buttons: list[QPushButton], next_one: QPushButton) -> None:
    """Give `next_one` among these the look and the place of the primary button; its key is its own."""
    _place(buttons, next_one)
    for button in buttons:
        name = "primary" if button is next_one else ""
        if button.objectName() != name:
            button.setObjectName(name)
            _dress(button)


def lead(buttons: list[QPushButton], next_one: QPushButton) -> None:
    """Make `next_one` the one primary button among these, at the end of the row, with Ctrl+Enter."""
    _place(buttons, next_one)
    for button in buttons:
        leads = button is next_one
        if leads == (button.objectName() == "primary") and leads == (not button.shortcut().isEmpty()):
            continue
        button.setObjectName("primary" if leads else "")
        button.setShortcut(QKeySequence("Ctrl+Return") if leads else QKeySequence())
        _dress(button)


def _place(buttons: list[QPushButton], next_one: QPushButton) -> None:
    """The others in their order, then `next_one`; the keys go the same way."""
    parent = next_one.parentWidget()
    layout = parent.layout() if parent is not None else None
    if layout is None or layout.indexOf(next_one) in {-1, layout.count() - 1}:
        return
    order = [*(one for one in buttons if one is not next_one and layout.indexOf(one) >= 0), next_one]
    for button in order:
        layout.removeWidget(button)
        layout.addWidget(button)
    for before, after in pairwise(order):
        QWidget.setTabOrder(before, after)


def _dress(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.updateGeometry()
    parent = widget.parentWidget()
    if parent is not None and (layout := parent.layout()) is not None:
        layout.activate()  # at once: no button is seen in the size of another
