"""A measurement standard (计量标准): its main and auxiliary devices of the register, and its licences."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from labclient.errors import Trouble
from labclient.instruments import Licence, MeasurementStandard
from labclient.participation import group
from labclient.ui._certificate_page import scrolled, widen
from labclient.ui._desk import Desk
from labclient.ui._instrument_work import Benchful, Tries
from labclient.ui._register_dialog import BesideDialog
from labclient.ui._table import RowTable
from labclient.words import message, say

_PARTS = {
    "": message("not part of it"),
    "main": message("main device"),
    "auxiliary": message("auxiliary device"),
}


class StandardDialog(BesideDialog):
    """Begins with the standard that the instrument `id` belongs to, or with a new one of which it is the main device.
    `entered` tells an id of the register."""

    entered = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, tries: Tries, benchful: Benchful, id: str) -> None:
        super().__init__(
            parent, desk, tries, "standard", message("Measurement standard"), message("Enter the standard")
        )
        self._benchful, self._chosen = benchful, id
        self.which, self.id, self.name = QComboBox(), QLineEdit(), QLineEdit()
        self.which.addItem(say(message("a new one")), "")
        for one in benchful.bench.standard:
            self.which.addItem(f"{one.id}  {one.name}", one.id)
        self.id.setPlaceholderText(say(message("a short name, such as dcv")))
        self.row(message("&Standard"), self.which)
        self.row(message("&Id"), self.id)
        self.row(message("&Name"), self.name)
        self.parts: dict[str, QComboBox] = {}
        for listed in benchful.listed:
            box = QComboBox()
            for raw, word in _PARTS.items():
                box.addItem(say(word), raw)
            self.parts[listed.one.id] = box
            self.row(message("{id}  {name}", id=listed.one.id, name=listed.one.name), box)
            box.currentIndexChanged.connect(self.look)
        self.licences = RowTable(say(message("Licences")), Licence)
        self.form.addRow(QLabel(say(message("Licences: name, number, last day"))))
        self.form.addRow(self.licences)
        self.column.removeWidget(self.fields)
        self.column.addWidget(scrolled(self.fields), 1)
        self.which.currentIndexChanged.connect(self._fill)
        for line in (self.id, self.name):
            line.textChanged.connect(self.look)
        own = next((one.id for one in benchful.bench.standards_of(id)), "")
        self.which.setCurrentIndex(self.which.findData(own))
        self._fill()
        widen(self)
        (self.name if own else self.id).setFocus()

    def complete(self) -> bool:
        main = any(box.currentData() == "main" for box in self.parts.values())
        return main and bool(self.id.text().strip() and self.name.text().strip())

    def go(self) -> None:
        if self.complete():
            parts = {
                part: tuple(id for id, box in self.parts.items() if box.currentData() == part)
                for part in ("main", "auxiliary")
            }
            licences = tuple(Licence(**{"name": "", "number": ""} | row) for row in self.licences.take())
            entered = MeasurementStandard(self.id.text().strip(), self.name.text().strip(), **parts, licence=licences)
            self.ask(partial(group, self._benchful.home, entered))

    def answered(self, _answer: object) -> None:
        self.entered.emit(self._chosen)
        self.accept()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        self.id.setFocus()

    def _fill(self) -> None:
        """Show the standard that is chosen."""
        known = next((one for one in self._benchful.bench.standard if one.id == self.which.currentData()), None)
        shown = known or MeasurementStandard("", "", (self._chosen,))
        self.id.setText(shown.id)
        self.id.setReadOnly(known is not None)
        self.name.setText(shown.name)
        for id, box in self.parts.items():
            box.setCurrentIndex(
                box.findData("main" if id in shown.main else "auxiliary" if id in shown.auxiliary else "")
            )
        self.licences.put(shown.licence)
        self.look()
