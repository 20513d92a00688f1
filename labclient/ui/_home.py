"""Home: the comparisons of this PC, and the way in for somebody who has none."""

import json
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QListWidget, QListWidgetItem

from labclient.home import this_pc
from labclient.notebook import SUFFIX
from labclient.signing import write_whole
from labclient.ui._desk import Desk
from labclient.ui._page import Page
from labclient.words import message, say

RECENT = "recent"
_KEPT = 20


class HomePage(Page):
    """Signals: `chosen` (Path) a notebook to open, `tried` the demonstration, `begun` a new participation."""

    chosen = Signal(object)
    tried = Signal()
    begun = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Comparisons"))
        self.missing.hide()
        self.empty = QLabel(
            say(
                message(
                    "No comparison yet. Begin one with the plan that the pilot laboratory has sent, "
                    "or try the program on simulated instruments first."
                )
            )
        )
        self.empty.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(say(message("Comparisons")))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(Path(item.toolTip())))
        self.body.addWidget(self.empty)
        self.body.addWidget(self.list, 1)
        self.secondary(message("Open a notebook…"), self.choose)
        self.secondary(message("Begin with a plan…"), self.begun.emit)
        self.primary(message("Try it on simulated instruments"), self.tried.emit)
        self.refresh()

    def refresh(self) -> None:
        """Ask for what this PC remembers; `show_recent` shows the answer."""
        self.desk.run(RECENT, remembered)

    def show_recent(self, paths: list[Path]) -> None:
        """Show the notebooks opened last."""
        self.list.clear()
        for path in paths:
            item = QListWidgetItem(f"{path.stem}\n{path.parent}")
            item.setToolTip(str(path))
            self.list.addItem(item)
        self.empty.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)

    def choose(self) -> None:
        """Ask for a notebook."""
        name, _ = QFileDialog.getOpenFileName(self, say(message("Open a notebook")), "", f"labclient (*{SUFFIX})")
        if name:
            self.chosen.emit(Path(name))


def remembered() -> list[Path]:
    """The notebooks opened last on this PC, newest first."""
    file = this_pc().root / "recent.json"
    if not file.exists():
        return []
    paths = [Path(name) for name in json.loads(file.read_text(encoding="utf-8"))]
    return [path for path in paths if path.is_file()]


def remember(path: Path) -> None:
    """Put a notebook at the top of the list."""
    home = this_pc()
    home.root.mkdir(parents=True, exist_ok=True)
    kept = [path.absolute(), *(one for one in remembered() if one != path.absolute())][:_KEPT]
    write_whole(home.root / "recent.json", json.dumps([str(one) for one in kept], ensure_ascii=False).encode())
