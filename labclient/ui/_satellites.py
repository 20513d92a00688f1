"""Satellites: which there are, and the three things that can be done with them: issue, take in, give up."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLabel, QLineEdit, QWidget

from labclient.errors import Trouble
from labclient.notebook import SUFFIX
from labclient.participation import STATION_NAMES, State
from labclient.ui._choose import choose_file, choose_new
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, Sentence, beside
from labclient.ui._satellite_work import Action, Answer, Work, giving_up, hindrance, issuing, taking
from labclient.ui._snug import SnugTable
from labclient.words import Message, message, say

_CHOOSE = message("Choose…")
_MOST_LINES = 9  # of the list, before it scrolls
_LABELS: dict[Action, Message] = {
    "issue": message("Issue a satellite"),
    "take": message("Take one in"),
    "give up": message("Give one up"),
}
_BUTTONS: dict[Action, Message] = {
    "issue": message("Issue"),
    "take": message("Take in"),
    "give up": message("Give up"),
}
_FATES = {"out": message("out"), "taken in": message("taken in"), "given up": message("given up")}


class SatellitesDialog(AskingDialog):
    """The list, and a form for each action. It stays open: what was done is said, and the list shows it. What cannot
    be done now says why before anything is typed; the record decides when it comes to it."""

    def __init__(self, parent: QWidget, desk: Desk, state: State, notebook: Path) -> None:
        super().__init__(parent, desk, "satellites", message("Satellites"), _BUTTONS["issue"])
        self._state, self._notebook, self._proposed = state, notebook, ""
        self._rows: dict[Action, range] = {}
        self.list = _List()
        self.none = QLabel(say(message("No satellite has been issued.")))
        self.what = QComboBox()
        for action, label in _LABELS.items():
            self.what.addItem(say(label), action)
        self.to, self.new, self.back, self.reason = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.station, self.lost = QLabel(), QComboBox()
        self.said, self.why_not = QLabel(), Sentence("attention")
        self._lay_out()
        for line in (self.to, self.new, self.back, self.reason):
            line.textChanged.connect(self.look)
        self._show(state)
        self.what.currentIndexChanged.connect(self._turn)
        self.what.setCurrentIndex(self.what.findData("take" if state.satellites_out else "issue"))
        self._turn()
        desk.busy.connect(self.look)
        self._go_on()

    @property
    def action(self) -> Action:
        """What is to be done."""
        chosen: Action = self.what.currentData()
        return chosen

    def complete(self) -> bool:
        needed: dict[Action, tuple[QLineEdit, ...]] = {
            "issue": (self.to, self.new),
            "take": (self.back,),
            "give up": (self.reason,),
        }
        free = hindrance(self.desk, self._state, self.action) is None
        return free and all(_typed(line) for line in needed[self.action])

    def go(self) -> None:
        if self.complete():
            self.said.hide()
            self.ask_open(self._work())

    def answered(self, answer: Answer) -> None:
        state, sentences = answer
        for line in (self.to, self.back, self.reason):
            line.clear()
        self._show(state)
        self.said.setText("\n".join(map(say, sentences)))
        self.said.show()
        self.look()
        self._go_on()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        self._go_on()

    def look(self) -> None:
        super().look()
        why = None if self.waiting else hindrance(self.desk, self._state, self.action)
        self.why_not.put(*((why.sentence, why.way_on) if why else ()))
        self.cancel.setEnabled(not self.waiting)

    def reject(self) -> None:
        """Nothing that is under way is left before its answer; it takes seconds."""
        if not self.waiting:
            super().reject()

    def _work(self) -> Work:
        who, station = self.desk.who, self._state.station
        if self.action == "take":
            return taking(Path(_typed(self.back)), who)
        if self.action == "give up":
            lost = self._state.satellites[self.lost.currentData()].issued
            return giving_up(lost.satellite, lost.name, _typed(self.reason), who)
        assert station is not None  # or it would be hindered
        return issuing(_file(_typed(self.new)), station, _typed(self.to), who)

    def _lay_out(self) -> None:
        self.column.insertWidget(0, self.list)
        self.column.insertWidget(1, self.none)
        for label in (self.none, self.said):
            label.setWordWrap(True)
        self.said.hide()
        self.column.addWidget(self.said)
        self.column.addWidget(self.why_not)
        self.cancel.setText(say(message("Close")))
        self.to.setPlaceholderText(say(message("the room, PC or person that gets it")))
        self.reason.setPlaceholderText(say(message("why it will not come back")))
        self.row(message("&What to do"), self.what)
        self.form.addRow(say(message("Station")), self.station)
        self.row(message("Issued &to"), self.to)
        self.row(message("New &file"), self.new, beside(_CHOOSE, message("Choose the new file"), self._choose_new))
        self.row(message("&File that came back"), self.back,
                 beside(_CHOOSE, message("Choose the file that came back"), self._choose_back))  # fmt: skip
        self.row(message("&Satellite"), self.lost)
        self.row(message("&Reason"), self.reason)
        self.form.addRow("", QLabel(say(message("It can never be taken in afterwards."))))
        self._rows = {"issue": range(1, 4), "take": range(4, 5), "give up": range(5, 8)}

    def _show(self, state: State) -> None:
        """Show this state; in a satellite itself there is nothing to be done."""
        self._state = state
        known, main = state.satellites.values(), state.satellite_of is None
        self.list.show_rows([(one.issued.name, one.issued.to, say(STATION_NAMES[one.issued.station]),
                              say(_FATES[one.fate])) for one in known])  # fmt: skip
        self.list.setVisible(main and bool(known))
        self.none.setVisible(main and not known)
        for widget in (self.fields, self.ok):
            widget.setVisible(main)
        self.station.setText(say(STATION_NAMES[state.station]) if state.station else "")
        self.lost.clear()
        for one in state.satellites_out:
            self.lost.addItem(f"{one.name}   {one.to}", one.satellite)
        if self.new.text() in {"", self._proposed}:
            name = f"{self._notebook.stem}_satellite{len(known) + 1}{SUFFIX}"
            self._proposed = str(self._notebook.with_name(name))
            self.new.setText(self._proposed)

    def _turn(self) -> None:
        """To another action."""
        for action, rows in self._rows.items():
            for row in rows:
                self.form.setRowVisible(row, action == self.action)
        self.ok.setText(say(_BUTTONS[self.action]))
        self.said.hide()
        self.trouble.put()
        self.look()

    def _go_on(self) -> None:
        """Put the hands where they go on, and grow by what is said now: sentences wrap, which Qt learns too late."""
        fields: dict[Action, QWidget] = {"issue": self.to, "take": self.back, "give up": self.reason}
        if self._state.satellite_of is not None:
            self.cancel.setFocus()
        else:
            (self.what if hindrance(self.desk, self._state, self.action) else fields[self.action]).setFocus()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _choose_new(self) -> None:
        choose_new(self, message("The new satellite"), f"*{SUFFIX}",
                   lambda path: self.new.setText(str(_file(str(path)))),
                   _file(_typed(self.new) or self._proposed))  # fmt: skip

    def _choose_back(self) -> None:
        choose_file(self, message("The satellite that came back"), f"*{SUFFIX}",
                    lambda path: self.back.setText(str(path)), self._notebook.parent)  # fmt: skip


class _List(SnugTable):
    """The satellites, one a line, in the order in which they were issued; scrolls when there are many."""

    def __init__(self) -> None:
        headings = (message("File"), message("Issued to"), message("Station"), message("State"))
        super().__init__(say(message("Satellites")), headings, wide=(0, 1))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setWordWrap(False)

    def fit(self) -> None:
        super().fit()
        self.setFixedHeight(min(self.minimumHeight(), _MOST_LINES * self.fontMetrics().lineSpacing()))


def _typed(line: QLineEdit) -> str:
    return line.text().strip()


def _file(name: str) -> Path:
    return Path(name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")
