"""Home: the comparisons of this PC with what each waits for, and the way in for somebody who has none."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QListWidget, QListWidgetItem

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.notebook import SUFFIX, Reader
from labclient.participation import STATION_NAMES, read_state
from labclient.signing import write_whole
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._marks import mark_icon
from labclient.ui._page import Page
from labclient.words import Message, language, message, say

RECENT = "recent"
_KEPT = 20
_PATH = Qt.ItemDataRole.UserRole


class HomeRow(Struct, frozen=True):
    """One comparison of the list: what it is, and what it waits for."""

    path: Path
    title: str
    mark: str
    waits_for: Message


class HomePage(Page):
    """Signals: `chosen` (Path) a notebook to open, `tried` the demonstration, `begun` a new participation."""

    chosen = Signal(object)
    tried = Signal()
    begun = Signal()

    def __init__(self, desk: Desk, aside: Aside) -> None:
        super().__init__(desk, message("Comparisons"))
        self._aside = aside
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
        height = self.fontMetrics().height()
        self.list.setIconSize(QSize(height, height))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(item.data(_PATH)))
        self.body.addWidget(self.empty)
        self.body.addWidget(self.list, 1)
        self.secondary(message("Open a notebook…"), self.choose)
        self.secondary(message("Begin with a plan…"), self.begun.emit)
        self.primary(message("Try it on simulated instruments"), self.tried.emit)
        aside.done.connect(self._done)
        self.refresh()

    def refresh(self) -> None:
        """Ask for what this PC remembers; `show_recent` shows the answer."""
        self._aside.run(RECENT, lambda: [look_at(path, datetime.now(UTC).date()) for path in remembered()])

    def show_recent(self, rows: list[HomeRow]) -> None:
        """Show the notebooks opened last."""
        self.list.clear()
        for row in rows:
            item = QListWidgetItem(mark_icon(row.mark), f"{row.title}\n{say(row.waits_for)}")
            item.setToolTip(str(row.path))
            item.setData(_PATH, row.path)
            self.list.addItem(item)
        self.empty.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        if rows and self.isVisible():
            self.list.setCurrentRow(0)
            self.list.setFocus()

    def choose(self) -> None:
        """Ask for a notebook."""
        name, _ = QFileDialog.getOpenFileName(self, say(message("Open a notebook")), "", f"labclient (*{SUFFIX})")
        if name:
            self.chosen.emit(Path(name))

    def _done(self, what: str, answer: object) -> None:
        if what == RECENT and isinstance(answer, list):
            self.show_recent(answer)


def look_at(path: Path, today: date) -> HomeRow:
    """What a notebook waits for on the day `today`; one that cannot be read says why."""
    try:
        with Reader.open(path) as reader:
            state = read_state(reader)
    except Trouble as trouble:
        return HomeRow(path, path.stem, "failed", trouble.sentence)
    title = f"{state.plan.title.said(language())}   {state.plan.transfer_standard.serial}   {state.accepted.laboratory}"
    if state.station is None:
        return HomeRow(path, title, "passed", message("Finished"))
    station = STATION_NAMES[state.station]
    due = state.plan.participant(state.accepted.laboratory).report_due
    days = (due - today).days
    if state.simulated:
        return HomeRow(path, title, "running", message("{station}; simulated", station=station))
    if days < 0:
        told = message("{station}; the report was due {due}, {days} days ago", station=station, due=due, days=-days)
        return HomeRow(path, title, "failed", told)
    told = message("{station}; the report is due {due}, in {days} days", station=station, due=due, days=days)
    return HomeRow(path, title, "running", told)


def remembered() -> list[Path]:
    """The notebooks opened last on this PC, newest first."""
    file = this_pc().root / "recent.json"
    if not file.exists():
        return []
    paths = [Path(name) for name in json.loads(file.read_text(encoding="utf-8"))]
    return [path for path in paths if path.is_file()]


def remember(path: Path) -> None:
    """Put a notebook at the top of the list; one that is still to come is shown when it is there."""
    home = this_pc()
    home.root.mkdir(parents=True, exist_ok=True)
    kept = [path.absolute(), *(one for one in remembered() if one != path.absolute())][:_KEPT]
    write_whole(home.root / "recent.json", json.dumps([str(one) for one in kept], ensure_ascii=False).encode())
