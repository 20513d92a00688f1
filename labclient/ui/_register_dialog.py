"""Register an instrument: asked who it is at its address, or described when it has no interface."""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from labclient.instruments import BenchInstrument
from labclient.participation import register, register_silent
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, told
from labclient.ui._instrument_work import Benchful, Tries, driver_word
from labclient.words import Message, given, message, say


class BesideDialog(AskingDialog):
    """A dialog whose work is done in the thread of instruments, so that it goes on while a run is measured."""

    def __init__(self, parent: QWidget, desk: Desk, tries: Tries, what: str, title: Message, action: Message) -> None:
        super().__init__(parent, desk, what, title, action)
        self._tries = tries
        tries.done.connect(self._done)
        tries.crashed.connect(self._rest)

    def ask(self, work: Callable[[], Any]) -> None:
        self._wait()
        self._tries.run(self._what, told(work))


class RegisterDialog(BesideDialog):
    """`entered` tells the id of what is in the register now."""

    entered = Signal(str)

    def __init__(
        self, parent: QWidget, desk: Desk, tries: Tries, benchful: Benchful, driver: str = "", address: str = ""
    ) -> None:
        super().__init__(parent, desk, tries, "register", message("Register an instrument"), message("Register"))
        self._benchful = benchful
        self.driver, self.address, self.id, self.name = QComboBox(), QLineEdit(address), QLineEdit(), QLineEdit()
        self.maker, self.model, self.serial = QLineEdit(), QLineEdit(), QLineEdit()
        self.reading = QComboBox()
        self.certainty = QLabel()
        self.certainty.setWordWrap(True)
        self.driver.addItem(say(message("none: a thing without an interface")), "")
        for id, one in sorted(benchful.drivers.items()):
            self.driver.addItem(say(given(one.file.driver.title)), id)
        self.driver.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.id.setPlaceholderText(say(message("a short name, such as dmm1")))
        self.row(message("&Driver"), self.driver)
        self.form.addRow("", self.certainty)
        self.row(message("&Address"), self.address)
        self.row(message("&Id"), self.id)
        self.row(message("&Name"), self.name)
        self.row(message("&Maker"), self.maker)
        self.row(message("M&odel"), self.model)
        self.row(message("&Serial number"), self.serial)
        self.row(message("R&eading"), self.reading)
        self._rows: dict[QWidget, int] = {
            self.address: 2, self.maker: 5, self.model: 6, self.serial: 7, self.reading: 8,
        }  # fmt: skip
        self.driver.currentIndexChanged.connect(self._turn)
        for line in (self.address, self.id, self.serial):
            line.textChanged.connect(self.look)
        self.driver.setCurrentIndex(max(self.driver.findData(driver), 0))
        self._turn()
        self.id.setText(_free_id(benchful, driver))
        self.id.selectAll()
        (self.id if driver else self.driver).setFocus()

    def complete(self) -> bool:
        needed = self.address if self.driver.currentData() else self.serial
        return bool(self.id.text().strip() and needed.text().strip())

    def go(self) -> None:
        if not self.complete():
            return
        home, id, name = self._benchful.home, self.id.text().strip(), self.name.text().strip()
        if driver := self.driver.currentData():
            address, reading = self.address.text().strip(), self.reading.currentData() or ""
            self.ask(partial(register, home, id, driver, address, name=name, reading=reading))
        else:
            lines = {"serial": self.serial, "maker": self.maker, "model": self.model}
            about = {field: line.text().strip() for field, line in lines.items()}
            self.ask(partial(register_silent, home, id, name=name, **about))

    def answered(self, answer: BenchInstrument) -> None:
        self.entered.emit(answer.id)
        self.accept()

    def _turn(self) -> None:
        """With or without an interface."""
        id = self.driver.currentData()
        for line, wanted in ((self.address, id), (self.maker, not id), (self.model, not id), (self.serial, not id)):
            self.form.setRowVisible(self._rows[line], bool(wanted))
        self.certainty.setText(say(driver_word(id, self._benchful.drivers[id])) if id else "")
        self.form.setRowVisible(1, bool(id))
        self._offer_readings(id)
        self.look()

    def _offer_readings(self, id: str | None) -> None:
        """Which of a driver's readings the runs are to take, where there are several."""
        readings = tuple(self._benchful.drivers[id].readings.values()) if id else ()
        self.reading.clear()
        for place, one in enumerate(readings):
            sent = message("{name}: sent by the instrument itself", name=given(one.name))
            asked = message("{name}: asked for", name=given(one.name))
            self.reading.addItem(say(sent if one.mode == "stream" else asked), one.name if place else "")
        self.form.setRowVisible(self._rows[self.reading], len(readings) > 1)


def _free_id(benchful: Benchful, driver: str) -> str:
    """A short name from that of its driver, which no instrument of the register has; none without a driver."""
    taken = {one.one.id for one in benchful.listed}
    name = driver.rpartition("-")[2]
    return next(one for one in (f"{name}-{n}" for n in count(1)) if one not in taken) if name else ""
