"""What an instrument does in the open comparison: bound to a part of it, and compared with its plan."""

from functools import partial
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labclient.errors import Trouble
from labclient.home import Home
from labclient.instruments import Part
from labclient.participation import PART_NAMES, Compared, bench_instrument, bind, compare, unbind
from labclient.plan import Plan
from labclient.ui._dialog import told
from labclient.ui._instrument_work import Benchful, Listed, Tries
from labclient.ui._marks import State, mark_icon
from labclient.ui._snug import SnugTable
from labclient.ui._theme import current_theme
from labclient.ui._watch import Snapshot
from labclient.words import message, say

_BIND, _COMPARE = "bind", "compare"


class PartPanel(QWidget):
    """Signals: `bound` after the register has changed, `troubled` (Trouble, or None before something is asked)."""

    bound = Signal()
    troubled = Signal(object)

    def __init__(self, tries: Tries) -> None:
        super().__init__()
        self._tries = tries
        self._about: tuple[Home, Plan, str] | None = None  # of whom, with which plan
        self.parts = QComboBox()
        self.parts.addItem(say(message("nothing")), "")
        for part, name in PART_NAMES.items():
            self.parts.addItem(say(name), part)
        label = QLabel(say(message("&Used in this comparison")))
        label.setBuddy(self.parts)
        self.parts.setAccessibleName(say(message("Used in this comparison")))
        self.bind_button = QPushButton(say(message("Bind")))
        self.bind_button.clicked.connect(self._bind)
        self.compare_button = QPushButton(say(message("Compare with the plan")))
        self.compare_button.clicked.connect(self._compare)
        headings = (message("What"), message("Plan"), message("Instrument"), message("Verdict"))
        self.table = SnugTable(say(message("Compared with the plan")), headings, wide=(0, 3))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.hide()
        row = QHBoxLayout()
        for widget in (label, self.parts, self.bind_button, self.compare_button):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.table)
        tries.done.connect(self._done)

    def show_listed(self, benchful: Benchful | None, listed: Listed | None, snapshot: Snapshot | None) -> None:
        """Show what this instrument does in the comparison of this notebook. A simulated one brings its own."""
        about = None
        if benchful is not None and listed is not None and snapshot is not None:
            about = benchful.home, snapshot.state.plan, listed.one.id
            comparison = snapshot.state.plan.id
            bound = (part for part in PART_NAMES if benchful.bench.bound(comparison, part) == listed.one.id)
            self.parts.setCurrentIndex(max(self.parts.findData(next(bound, "")), 0))
        if about is None or self._about is None or about[2] != self._about[2]:
            self.table.hide()
        self._about = about
        self.setVisible(about is not None and listed is not None and listed.driver is not None)

    def let_work(self, on: bool, simulated: bool) -> None:
        """Whether something may be asked now."""
        for widget in (self.parts, self.bind_button):
            widget.setEnabled(on and not simulated)
        self.compare_button.setEnabled(on)

    def _bind(self) -> None:
        if self._about is not None:
            home, plan, id = self._about
            part: Part | Literal[""] = self.parts.currentData()
            self.troubled.emit(None)
            self._tries.run(
                _BIND, told(partial(bind, home, plan, part, id) if part else partial(unbind, home, plan, id))
            )

    def _compare(self) -> None:
        if self._about is not None:
            home, plan, id = self._about
            part: Part = self.parts.currentData() or "meter"
            self.troubled.emit(None)
            self._tries.run(_COMPARE, told(lambda: compare(plan, bench_instrument(home, id), part)))

    def _done(self, what: str, answer: object) -> None:
        if what not in {_BIND, _COMPARE}:
            return
        if isinstance(answer, Trouble):
            self.troubled.emit(answer)
        elif what == _BIND:
            self.bound.emit()
        elif isinstance(answer, tuple):
            self._show(answer)

    def _show(self, rows: tuple[Compared, ...]) -> None:
        shown: list[list[str | QTableWidgetItem]] = []
        for one in rows:
            mark = mark_icon(State.PASSED if one.fits else State.FAILED, current_theme())
            word = QTableWidgetItem(mark, f"{'✓' if one.fits else '✗'} {say(one.word)}")
            shown.append([say(one.what), one.asked, one.found, word])
        self.table.show_rows(shown)
        self.table.setVisible(bool(shown))
