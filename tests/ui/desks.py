"""A window of one page at a participation that stands at a given station, with its whole PC beside the notebook."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from participation.world import NAME, Desk, Office
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from labclient.errors import Trouble
from labclient.notebook import Reader
from labclient.participation import State, read_state
from labclient.ui._desk import Desk as Bench
from labclient.ui._page import Page
from labclient.ui._watch import Snapshot

WAIT_MS = 60_000
_Widget = TypeVar("_Widget", bound=QWidget)


def notebook_at(office: Office, folder: Path, station: str) -> Path:
    """A notebook whose work goes on at `station`, with a PC of its own beside it."""
    folder.mkdir()
    desk = Desk(office, folder).until(station)
    desk.p.close()
    shutil.copytree(office.home.root, folder / "pc")
    return folder / NAME


class Window(QMainWindow):
    """Shows pages as the real one does: a page hears of every snapshot, and of nothing else. The notebook is read
    anew whenever the desk has done something."""

    def __init__(self, *pages: Callable[[Bench], Page]) -> None:
        super().__init__()
        self.desk = Bench()
        self.desk.who = "P-01"
        self.path = Path()
        self.snapshot: Snapshot | None = None
        self.troubles: list[Trouble] = []
        self.faults: list[BaseException] = []
        self.pages = [page(self.desk) for page in pages]
        self.stack = QStackedWidget()
        for page in self.pages:
            self.stack.addWidget(page)
        self.setCentralWidget(self.stack)
        self.desk.busy.connect(self._advance)
        self.desk.failed.connect(self.troubles.append)
        self.desk.crashed.connect(self.faults.append)

    @property
    def state(self) -> State:
        assert self.snapshot is not None
        return self.snapshot.state

    def take_up(self, notebook: Path, qtbot: QtBot) -> None:
        """Open a notebook for work and wait until it is shown."""
        for page in self.pages:
            page.forget()
        self.path, self.snapshot = notebook, None
        self.desk.open(notebook)
        qtbot.waitUntil(lambda: self.snapshot is not None and self.desk.participation is not None, timeout=WAIT_MS)

    def seen_all(self, qtbot: QtBot) -> None:
        """Wait until the pages show all that was entered."""
        there = self.desk.participation
        assert there is not None
        qtbot.waitUntil(
            lambda: self.snapshot is not None and self.snapshot.size == there.recorder.committed, timeout=WAIT_MS
        )

    def leave(self) -> None:
        """Close everything; nothing that was not expected has happened."""
        self.desk.shut()
        assert not self.faults

    def _advance(self, busy: bool) -> None:
        if busy or not self.path.is_file() or self.desk.closing:
            return
        with Reader.open(self.path) as reader:
            self.snapshot = Snapshot(self.path, read_state(reader), reader.size)
        for page in self.pages:
            page.show_snapshot(self.snapshot)


def sweep() -> None:
    """Delete what was closed: Qt does it in an event loop only, and until then every change of the theme goes through
    all that is left."""
    if QApplication.instance() is not None:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def the(parent: QWidget, kind: type[_Widget], qtbot: QtBot) -> _Widget:
    """The one visible widget of a kind, when it has come."""
    qtbot.waitUntil(lambda: bool(_visible(parent, kind)), timeout=WAIT_MS)
    (found,) = _visible(parent, kind)
    return found


def press(widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(widget, key)


def write(line: QWidget, text: str) -> None:
    """Go to a line and type into it, in place of what is there."""
    assert line.isEnabled()
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClicks(line, text)


def name_file(parent: QWidget, path: Path, qtbot: QtBot) -> None:
    """Answer a question for a file or folder with its name. Typed letter by letter, Qt's own dialog selects what it
    passes on the way."""
    dialog = the(parent, QFileDialog, qtbot)
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert line is not None
    line.setText(str(path))
    press(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog not in _visible(parent, QFileDialog), timeout=WAIT_MS)


def texts(widget: QWidget) -> str:
    """Everything that its labels say."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def unnamed(widget: QWidget) -> list[QWidget]:
    """Controls that somebody who hears the window cannot tell apart."""
    return [
        one
        for one in widget.findChildren(QWidget)
        if one.isVisible()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(one, QLabel | QScrollArea)
        and not (one.accessibleName() or one.property("text"))
        and one.parent().metaObject().className() != "QComboBox"
        and not (isinstance(view := one.parent(), QAbstractScrollArea) and view.viewport() is one)
    ]


def tab_order(dialog: QWidget) -> list[QWidget]:
    """Where Tab leads, from where the focus is, once around."""
    begin = dialog.focusWidget()
    order = [begin]
    while True:
        press(dialog.focusWidget(), Qt.Key.Key_Tab)
        if dialog.focusWidget() is begin or len(order) > 30:
            return order
        order.append(dialog.focusWidget())


def _visible(parent: QWidget, kind: type[_Widget]) -> list[_Widget]:
    return [one for one in parent.findChildren(kind) if one.isVisible()]
