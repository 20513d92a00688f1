"""Find any command by its words (Ctrl+K): those of everywhere and those of the page in sight, in both languages."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labclient.ui._commands import SPELLED, Command
from labclient.ui._dialog import fit_to_window, plain_name
from labclient.words import LANGUAGES, message, say

_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class Found(Struct, frozen=True):
    """Something to be done: how it is called, the key it has, all the words it is found by, and whether it can be done
    now."""

    name: str
    keys: str
    words: str
    act: Callable[[], object]
    possible: bool = True

    def fits(self, typed: Iterable[str]) -> bool:
        """Whether every word that was typed stands in it."""
        return all(word in self.words for word in typed)


def everywhere(commands: Iterable[Command]) -> Iterator[Found]:
    """The commands of the menu."""
    for command in commands:
        words = [say(part, language) for part in (command.menu, command.label) for language in LANGUAGES]
        yield Found(plain_name(command.label), _native(command.keys), _folded(*words, command.keys), command.act)


def on_page(page: QWidget) -> Iterator[Found]:
    """The buttons of a page that can be seen; those that are switched off are found, too."""
    for button in page.findChildren(QPushButton):
        name = _plain(button.text())
        if button.isVisible() and any(map(str.isalpha, name)):
            keys = button.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            words = _folded(name, button.toolTip(), keys, str(button.property(SPELLED) or ""))
            called = name.replace(f"({keys})", "").rstrip()  # a key on the button stands beside its name here
            yield Found(called, keys, words, button.click, button.isEnabled())


class Palette(QDialog):
    """A line to type into, and what fits it; Enter does the one that is chosen."""

    def __init__(self, parent: QWidget, found: Iterable[Found]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say(message("Find a command")))
        self._all = tuple(found)
        self._shown: list[Found] = []
        self.line = QLineEdit()
        self.line.setPlaceholderText(say(message("A few letters of what you want to do")))
        self.line.setAccessibleName(self.windowTitle())
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setAccessibleName(say(message("Commands")))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the line keeps the keys and moves the choice
        self.none = QLabel(say(message("No command has these words.")))
        layout = QVBoxLayout(self)
        for widget in (self.line, self.none, self.list):
            layout.addWidget(widget, 1 if widget is self.list else 0)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self._search("")
        fit_to_window(self, 70, 18)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _MOVES:
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def _search(self, typed: str) -> None:
        words = typed.casefold().split()
        self._shown = [one for one in self._all if one.fits(words)]
        self.list.clear()
        for one in self._shown:
            item = QListWidgetItem(f"{one.name}   {one.keys}".rstrip())
            if not one.possible:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setText(say(message("{command} (not now)", command=item.text())))
            self.list.addItem(item)
        self.list.setCurrentRow(next((row for row, one in enumerate(self._shown) if one.possible), -1))
        self.none.setVisible(not self._shown)
        self.list.setVisible(bool(self._shown))

    def _do(self) -> None:
        row = self.list.currentRow()
        if row >= 0 and self._shown[row].possible:
            self.accept()
            self._shown[row].act()


def _plain(text: str) -> str:
    return text.partition("(&")[0].replace("&", "").strip()


def _folded(*words: str) -> str:
    return " ".join(words).replace("&", "").casefold()


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
