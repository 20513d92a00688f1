"""What the window can be told from everywhere: the menu, its keys, and the page that lists them.

No bare letters and no Ctrl+Space: Chinese input methods take those for themselves.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QMainWindow, QVBoxLayout, QWidget

from labclient.words import Message, message, say


class Command(Struct, frozen=True):
    """One thing to do, with its key and its place in the menu."""

    menu: Message
    label: Message
    keys: str
    act: Callable[[], object]


PAGE_KEYS = (
    ("Ctrl+Return", message("The primary action of the page")),
    ("F5", message("Start a run")),
    ("F6", message("Break a run off")),
    ("F8", message("Mark an event")),
    ("F9", message("Exclude cycles and measure again")),
    ("F11", message("Digits and plot on the whole screen")),
    ("Tab", message("The next field or button")),
    ("Esc", message("Leave a dialog; nothing is recorded")),
)


def fill_menus(window: QMainWindow, commands: Iterable[Command]) -> None:
    """Build the menu bar anew, in the order given."""
    bar = window.menuBar()
    for action in window.actions():
        window.removeAction(action)
        action.deleteLater()
    bar.clear()
    menus = {}
    for command in commands:
        title = say(command.menu)
        if title not in menus:
            menus[title] = bar.addMenu(title)
        action = QAction(say(command.label), window)
        action.setShortcut(QKeySequence(command.keys))
        action.triggered.connect(lambda _checked=False, act=command.act: act())
        menus[title].addAction(action)
        window.addAction(action)


def show_keys(parent: QWidget, commands: Iterable[Command]) -> QDialog:
    """List every key in a dialog that does not stop anything."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(say(message("Keys")))
    grid = QGridLayout()
    rows = [*PAGE_KEYS, *((command.keys, command.label) for command in commands if command.keys)]
    half = (len(rows) + 1) // 2
    for place, (keys, label) in enumerate(rows):
        shown = QLabel(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
        shown.setProperty("role", "heading")
        row, column = place % half, 2 * (place // half)
        grid.addWidget(shown, row, column)
        grid.addWidget(QLabel(say(label).replace("&", "")), row, column + 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = QVBoxLayout(dialog)
    layout.addLayout(grid)
    layout.addWidget(buttons)
    dialog.open()
    return dialog
