"""Home: the comparisons of this PC with what each waits for, and the way in for somebody who has none."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QListWidget, QListWidgetItem, QSizePolicy

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.notebook import SUFFIX, Reader
from labclient.participation import STATION_NAMES, certificates_due, missing, read_state
from labclient.signing import write_whole
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._dialog import Sentence, told
from labclient.ui._empty import Empty
from labclient.ui._marked import lead
from labclient.ui._marks import mark_icon
from labclient.ui._page import Page
from labclient.words import Message, language, message, say

RECENT, _DUE = "recent", "certificates due"
_KEPT = 20
_A_FEW = 5
_TRIAL = message("Try it on simulated instruments")
_WAYS_IN = (
    message("“Begin with a plan…” takes what the pilot laboratory has sent: the plan and its trust list."),
    message("“Open a notebook…” goes on with one that was begun on another PC."),
    message("“Try it on simulated instruments” plays a whole comparison: nothing can be spoiled."),
)
_PATH = Qt.ItemDataRole.UserRole


class HomeRow(Struct, frozen=True):
    """One comparison of the list: what it is, what it waits for, what is missing there, and how many days are left;
    none where no day is named."""

    path: Path
    title: str
    mark: str
    waits_for: Message
    needs: Message | None = None
    days: int | None = None

    @property
    def urgency(self) -> tuple[bool, bool, int]:
        """What sorts the list: what can be gone on with by its day, what names none, what is finished."""
        return self.mark == "passed", self.days is None, self.days or 0


class HomePage(Page):
    """Signals: `chosen` (Path) a notebook to open, `tried` the demonstration, `begun` a new participation."""

    chosen = Signal(object)
    tried = Signal()
    begun = Signal()

    def __init__(self, desk: Desk, aside: Aside) -> None:
        super().__init__(desk, message("Comparisons"))
        self._aside = aside
        self.missing.hide()
        self.empty = Empty(message("No comparison yet."), *_WAYS_IN)
        self.list = QListWidget()
        self.list.setAccessibleName(say(message("Comparisons")))
        height = self.fontMetrics().height()
        self.list.setIconSize(QSize(height, height))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(item.data(_PATH)))
        self.search = QLineEdit()
        self.search.setPlaceholderText(say(message("Search: title, serial number, laboratory")))
        self.search.setAccessibleName(say(message("Search the comparisons")))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.due = Sentence("attention")
        self.due.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        for widget in (self.due, self.empty, self.search):
            self.body.addWidget(widget)
        self.body.setStretchFactor(self.empty, 1)
        self.body.addWidget(self.list, 1)
        self.secondary(message("Open a notebook…"), self.choose)
        self.secondary(message("Begin with a plan…"), self.begun.emit)
        self.trial = self.secondary(_TRIAL, self.tried.emit)
        self.go_on = self.primary(message("Go on"), self._go_on)
        aside.done.connect(self._done)
        self.show_recent([])
        self.refresh()

    def refresh(self) -> None:
        """Ask for what this PC remembers; `show_recent` shows the answer."""
        self._aside.run(RECENT, lambda: [look_at(path, datetime.now(UTC).date()) for path in remembered()])
        self._aside.run(_DUE, told(lambda: certificates_due(this_pc(), datetime.now().astimezone().date())))

    def show_recent(self, rows: list[HomeRow]) -> None:
        """Show the notebooks opened last."""
        self.list.clear()
        for row in sorted(rows, key=lambda row: row.urgency):
            lines = (row.title, say(row.waits_for), *((say(row.needs),) if row.needs else ()))
            item = QListWidgetItem(mark_icon(row.mark), "\n".join(lines))
            item.setToolTip(str(row.path))
            item.setData(_PATH, row.path)
            self.list.addItem(item)
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self.search.setVisible(len(rows) > _A_FEW)
        self.trial.setText(say(message("Demonstration") if rows else _TRIAL))
        self.go_on.setVisible(bool(rows))
        lead([self.trial, self.go_on], self.go_on if rows else self.trial)
        self._filter(self.search.text())
        if rows and self.isVisible():
            self.list.setFocus()

    def choose(self) -> None:
        """Ask for a notebook."""
        name, _ = QFileDialog.getOpenFileName(self, say(message("Open a notebook")), "", f"labclient (*{SUFFIX})")
        if name:
            self.chosen.emit(Path(name))

    def _go_on(self) -> None:
        item = self.list.currentItem()
        if item is not None and not item.isHidden():
            self.chosen.emit(item.data(_PATH))

    def _filter(self, text: str) -> None:
        """Show those in which every word stands; the first of them is chosen."""
        words = text.casefold().split()
        shown = [place for place in range(self.list.count()) if not self._hide(self.list.item(place), words)]
        if shown and self.list.currentRow() not in shown:
            self.list.setCurrentRow(shown[0])
        self.go_on.setEnabled(bool(shown))

    def _hide(self, item: QListWidgetItem, words: list[str]) -> bool:
        hidden = not all(word in item.text().casefold() for word in words)
        item.setHidden(hidden)
        return hidden

    def _done(self, what: str, answer: object) -> None:
        if what == RECENT and isinstance(answer, list):
            self.show_recent(answer)
        elif what == _DUE:  # a register that cannot be read says so on the page of instruments
            self.due.put(*(answer if isinstance(answer, tuple) else ()))


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
    station, (needs, *_) = STATION_NAMES[state.station], (*missing(state, state.station), None)
    if state.simulated:
        return HomeRow(path, title, "running", message("{station}; simulated", station=station), needs)
    due = state.plan.participant(state.accepted.laboratory).report_due
    days = (due - today).days
    if days < 0:
        told = message("{station}; the report was due {due}, {days} days ago", station=station, due=due, days=-days)
        return HomeRow(path, title, "failed", told, needs, days)
    told = message("{station}; the report is due {due}, in {days} days", station=station, due=due, days=days)
    return HomeRow(path, title, "running", told, needs, days)


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
