"""The settings that the register chooses for an instrument, within the limits of its driver."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSizePolicy, QWidget

from labclient.instruments import BenchInstrument, Driver
from labclient.participation import change_settings, chosen_settings
from labclient.ui._certificate_page import scrolled
from labclient.ui._desk import Desk
from labclient.ui._dialog import beside
from labclient.ui._instrument_work import Benchful, Tries
from labclient.ui._register_dialog import BesideDialog
from labclient.words import given, message, say


class DriverSettingsDialog(BesideDialog):
    """One line a setting: a list where the driver allows only some values, else what may be typed is said beside it.
    `entered` tells the id of the instrument."""

    entered = Signal(str)

    def __init__(
        self, parent: QWidget, desk: Desk, tries: Tries, benchful: Benchful, one: BenchInstrument, driver: Driver
    ) -> None:
        title = message("Settings of {id}", id=one.id)
        super().__init__(parent, desk, tries, "settings", title, message("Keep the settings"))
        self._home, self._one, self._driver = benchful.home, one, driver
        self.told = QLabel(say(message("The plan's settings of a point win over these in a run. Nothing is sent now.")))
        self.told.setWordWrap(True)
        self.inputs: dict[str, QComboBox | QLineEdit] = {}
        now = chosen_settings(one, benchful.drivers)
        for name in driver.settings:
            self._add(name, now.get(name, ""))
        self.column.insertWidget(0, self.told)
        self.column.removeWidget(self.fields)
        self.column.addWidget(scrolled(self.fields), 1)
        own = beside(message("The driver's own"), message("The driver's own"), self._reset)
        own.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.form.addRow("", own)
        next(iter(self.inputs.values()), own).setFocus()
        self.look()

    def complete(self) -> bool:
        return bool(self.inputs)

    def go(self) -> None:
        self.ask(partial(change_settings, self._home, self._one.id, self.taken()))

    def taken(self) -> dict[str, str]:
        """What was chosen, by name."""
        return {name: _text(box) for name, box in self.inputs.items()}

    def answered(self, answer: BenchInstrument) -> None:
        self.entered.emit(answer.id)
        self.accept()

    def _add(self, name: str, now: str) -> None:
        setting = self._driver.settings[name]
        unit = "" if setting.unit == "1" else setting.unit
        box: QComboBox | QLineEdit
        if setting.allowed:
            box = QComboBox()
            for one in setting.allowed:
                box.addItem(f"{one} {unit}".rstrip(), self._driver.chosen({name: one})[name])
        else:
            box = QLineEdit()
            low, high = ("…" if one is None else f"{one:g}" for one in (setting.lowest, setting.highest))
            box.setPlaceholderText(f"{low} … {high} {unit}".rstrip())
        self.inputs[name] = box
        _put(box, now)
        limits = "" if setting.allowed else box.placeholderText()
        self.row(given(setting.label), box, *([QLabel(limits)] if limits else []))

    def _reset(self) -> None:
        for name, text in self._driver.chosen().items():
            _put(self.inputs[name], text)


def _put(box: QComboBox | QLineEdit, text: str) -> None:
    if isinstance(box, QComboBox):
        box.setCurrentIndex(box.findData(text))
    else:
        box.setText(text)


def _text(box: QComboBox | QLineEdit) -> str:
    return str(box.currentData()) if isinstance(box, QComboBox) else box.text().strip()
