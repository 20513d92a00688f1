"""Find instruments: all buses at once, results as they come, one of them is taken into the register."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QPushButton, QTableWidgetItem, QWidget

from labclient.errors import Trouble
from labclient.instruments import BusReport, Discovery, Sighting
from labclient.ui._desk import Desk
from labclient.ui._instrument_work import Benchful, Tries, find
from labclient.ui._marks import State, mark_icon
from labclient.ui._register_dialog import BesideDialog
from labclient.ui._snug import SnugTable
from labclient.ui._theme import current_theme
from labclient.words import Message, message, say

_BUSES: dict[str, Message] = {
    "serial": message("serial ports"),
    "VISA": message("VISA"),
    "network": message("network"),
    "announced": message("announced on the network"),
}
_MARKS = {
    "seen": State.RUNNING,
    "fits": State.PASSED,
    "stranger": State.FAILED,
    "silent": State.WAITING,
    "closed": State.FAILED,
    "barred": State.BLOCKED,
    "announced": State.WAITING,
}
_MOST_LINES = 9


class FindDialog(BesideDialog):
    """It stays open; `take` is called with driver and address of the one that is chosen. `artefact` is the serial
    number of the transfer standard, which is not touched wherever it is."""

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        tries: Tries,
        benchful: Benchful,
        take: Callable[[str, str], None],
        artefact: str = "",
    ) -> None:
        super().__init__(parent, desk, tries, "find", message("Find instruments"), message("Find"))
        self._benchful, self._take, self._artefact = benchful, take, artefact
        self._sightings: dict[tuple[str, str], Sighting] = {}
        self._reports: dict[str, BusReport] = {}
        self.network, self.barred = QLineEdit(), QLineEdit(" ".join(benchful.bench.barred))
        self.network.setPlaceholderText("192.168.1.10-20  192.168.1.5:5025")
        self.barred.setPlaceholderText(say(message("the transfer standard's own address")))
        self.row(message("&Network addresses"), self.network)
        self.row(message("Do not &touch"), self.barred)
        self.list = SnugTable(say(message("Found")), (message("Address"), message("What is there")), wide=(0, 1))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.list.hide()
        self.buses = QLabel(say(message("Only the question who is there is sent; no setting is touched.")))
        self.buses.setWordWrap(True)
        self.take_button = QPushButton(say(message("Register this one…")))
        self.take_button.clicked.connect(self._take_chosen)
        for widget in (self.list, self.buses):
            self.column.addWidget(widget)
        self.column.addWidget(self.take_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.cancel.setText(say(message("Close")))
        self.list.currentCellChanged.connect(lambda *_: self.look())
        tries.found.connect(self._found)
        self.look()
        self.network.setFocus()

    def complete(self) -> bool:
        return True

    def go(self) -> None:
        self._sightings.clear()
        self._reports.clear()
        self._show()
        self._tries.stop.clear()
        asked = (self.network.text(), self.barred.text(), self._artefact)
        self.ask(partial(find, self._benchful, *asked, self._tries))

    def answered(self, answer: Discovery) -> None:
        self._sightings = {(one.bus, one.address): one for one in answer.sightings}
        self._reports = {one.bus: one for one in answer.buses}
        self._show()
        if self._sightings:
            fitting = (row for row, one in enumerate(self._sightings.values()) if one.fits)
            self.list.setCurrentCell(next(fitting, 0), 0)
            self.list.setFocus()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        self.network.setFocus()

    def reject(self) -> None:
        """Cancel ends a search at once; the next one closes the dialog."""
        if self.waiting:
            self._tries.stop.set()
        else:
            super().reject()

    def look(self) -> None:
        super().look()
        self.cancel.setText(say(message("Cancel") if self.waiting else message("Close")))
        chosen = self._chosen()
        self.take_button.setEnabled(not self.waiting and chosen is not None and bool(chosen.fits))

    def _found(self, told: Sighting | BusReport) -> None:
        if isinstance(told, BusReport):
            self._reports[told.bus] = told
        else:
            self._sightings[told.bus, told.address] = told
        self._show()

    def _show(self) -> None:
        rows: list[list[str | QTableWidgetItem]] = []
        for one in self._sightings.values():
            place = "  ".join(text for text in (one.address, one.description) if text)
            rows.append([place, QTableWidgetItem(mark_icon(_MARKS[one.state], current_theme()), _told(one))])
        at = max(self.list.currentRow(), 0)
        self.list.show_rows(rows)
        self.list.setCurrentCell(at, 0)
        self.list.setVisible(bool(rows))
        self.list.setFixedHeight(
            min(self.list.minimumHeight(), _MOST_LINES * self.fontMetrics().lineSpacing())
        )  # fmt: skip
        self.buses.setText("\n".join(f"{say(_BUSES[one.bus])}: {say(one.told)}" for one in self._reports.values()))
        self.look()

    def _chosen(self) -> Sighting | None:
        row = self.list.currentRow()
        known = list(self._sightings.values())
        return known[row] if 0 <= row < len(known) else None

    def _take_chosen(self) -> None:
        if (one := self._chosen()) is not None and one.fits:
            self.accept()
            self._take(one.fits[0].driver, one.address_for(one.fits[0]))


def _told(one: Sighting) -> str:
    """What is there, and which driver fits."""
    if not one.fits:
        return say(one.told)
    who, fit = one.fits[0].identity, one.fits[0]
    return say(message("{model}, serial number {serial}: driver {driver}", model=who.model or "-",
                       serial=who.serial or "-", driver=fit.driver))  # fmt: skip
