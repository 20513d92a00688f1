"""What the window can be told from everywhere: the menu, its keys, and the help that lists them.

No bare letters and no Ctrl+Space: Chinese input methods take those for themselves.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from labclient.ui._theme import S2, space
from labclient.words import LANGUAGES, Message, message, say

SPELLED = "spelled"


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


def show_help(parent: QWidget, title: str, about: Message, commands: Iterable[Command]) -> QDialog:
    """What the page of that title is for and what comes next, and every key; nothing is stopped by it."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(say(message("Help and keys")))
    heading, told = QLabel(title), QLabel(say(about))
    heading.setObjectName("heading")
    told.setObjectName("about")
    told.setWordWrap(True)
    grid = QGridLayout()
    grid.setVerticalSpacing(0)
    grid.setHorizontalSpacing(space(S2))
    rows = [*PAGE_KEYS, *((command.keys, command.label) for command in commands if command.keys)]
    third = -(-len(rows) // 3)
    for place, (keys, label) in enumerate(rows):
        shown = QLabel(QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText))
        shown.setProperty("role", "muted")
        row, column = place % third, 2 * (place // third)
        grid.addWidget(shown, row, column)
        grid.addWidget(QLabel(say(label).replace("&", "")), row, column + 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.close)
    layout = QVBoxLayout(dialog)
    layout.addWidget(heading)
    layout.addWidget(told)
    layout.addLayout(grid)
    layout.addWidget(buttons)
    dialog.open()
    return dialog


def spell(button: QAbstractButton, label: Message) -> None:
    """Put words on a button; it is found by those of every language."""
    button.setText(say(label))
    button.setProperty(SPELLED, " ".join(say(label, language) for language in LANGUAGES))
