"""What the columns of a file are, said by a person beside five sample rows: nothing is guessed."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from labclient.acquisition import Columns, Table, Value, is_year_first
from labclient.errors import UnitUnknown
from labclient.ui._marked import mark
from labclient.ui._theme import S2, space
from labclient.units import UNITS as LEGAL
from labclient.units import unit
from labclient.words import Message, message, say

_SAMPLES = 5
_WIDEST = 22  # characters of a sample
TIME, DATE, READING, UNITS, PLACE = "time", "date", "reading", "units", ("point", "day", "cycle", "step")
_MEANINGS: dict[str, Message] = {
    "": message("not used"),
    TIME: message("time"),
    DATE: message("date, where it is apart"),
    READING: message("readings"),
    UNITS: message("unit of each line"),
}
_PLACES: dict[str, Message] = {
    "point": message("point"),
    "day": message("day"),
    "cycle": message("cycle"),
    "step": message("step"),
}


class Said(Struct, frozen=True):
    """The columns as they were said."""

    time: str
    values: tuple[Value, ...]
    unit_column: str | None
    place: tuple[str, str, str, str] | None
    date: str = ""


class ColumnGrid(QWidget):
    """One line a column of the file: its name, what it is, the unit of its readings, and samples of it. Where
    `influences` are named, a column of readings is one of them, in a unit of it."""

    changed = Signal()

    def __init__(self, influences: Mapping[str, Message] | None = None) -> None:
        super().__init__()
        self._influences = influences or {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(S2))
        self.meanings: dict[str, QComboBox] = {}
        self.units: dict[str, QLineEdit] = {}
        self._samples: dict[str, tuple[str, ...]] = {}
        self._numeric: set[str] = set()

    def show_table(self, table: Table, known: Columns | None, *, placed: bool) -> None:
        """The columns of this file, said as before where they are `known`; `placed` offers those of a measurement."""
        self._clear()
        good = [line for line in table.lines if line.cells is not None and len(line.cells) == len(table.header)]
        for place, heading in enumerate((message("Column"), message("What it is"), message("Unit"))):
            self._grid.addWidget(_muted(say(heading)), 0, place)
        self._grid.addWidget(_muted(say(message("First rows"))), 0, 3, 1, _SAMPLES)
        for row, name in enumerate(table.header, start=1):
            cells = tuple((line.cells or ())[row - 1] for line in good)
            self._samples[name] = cells
            if cells and all(row - 1 in line.numbers for line in good):
                self._numeric.add(name)
            self._add_row(row, name, cells[:_SAMPLES], placed=placed)
        if known is not None:
            self._fill(known)
        self._turn()

    def said(self) -> Said | None:
        """The columns, when everything is said that is needed; None before."""
        by = {meaning: [name for name, box in self.meanings.items() if box.currentData() == meaning]
              for meaning in (TIME, DATE, UNITS, *PLACE)}  # fmt: skip
        values = tuple(Value(name, self.units[name].text().strip()) for name in self._readings())
        placed = [by[one] for one in PLACE]
        whole = all(len(one) == 1 for one in placed)
        if len(by[TIME]) != 1 or not values or len(by[UNITS]) > 1 or any(not one.unit for one in values):
            return None
        if len(by[DATE]) > 1 or not all(self._fits(one) for one in values):
            return None
        if any(placed) and not whole:
            return None
        point, day, cycle, step = (one[0] if one else "" for one in placed)
        place = (point, day, cycle, step) if whole else None
        return Said(by[TIME][0], values, by[UNITS][0] if by[UNITS] else None, place, "".join(by[DATE]))

    @property
    def is_year_first(self) -> bool:
        """Whether every time of the column said to be one can be read in one way only."""
        times, dates = self._cells_of(TIME), self._cells_of(DATE)
        if dates:
            times = [f"{date} {time}" for date, time in zip(dates, times, strict=False)]
        return bool(times) and all(is_year_first(one) for one in times)

    @property
    def is_numeric(self) -> bool:
        """Whether all readings are numbers of a workbook, which have no decimal sign."""
        chosen = self._readings()
        return bool(chosen) and set(chosen) <= self._numeric

    def _readings(self) -> list[str]:
        kinds = {READING, *self._influences}
        return [name for name, box in self.meanings.items() if box.currentData() in kinds]

    def _fits(self, one: Value) -> bool:
        """Whether the unit is one of what the column is said to be; one that is not is marked."""
        influence = self.meanings[one.column].currentData()
        try:
            fits = bool(influence == READING or unit(one.unit).quantity == influence)
        except UnitUnknown:
            fits = False
        mark(self.units[one.column], not fits)
        return fits

    def _cells_of(self, meaning: str) -> Sequence[str]:
        return [cell for name, box in self.meanings.items() if box.currentData() == meaning
                for cell in self._samples[name]]  # fmt: skip

    def _add_row(self, row: int, name: str, samples: Sequence[str], *, placed: bool) -> None:
        meaning, symbol = QComboBox(), QLineEdit()
        meanings = dict(_MEANINGS)
        if self._influences:
            del meanings[READING]
            meanings |= self._influences
        for key, label in (meanings | _PLACES if placed else meanings).items():
            meaning.addItem(say(label), key)
        meaning.setAccessibleName(say(message("What column {name} is", name=name)))
        meaning.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        symbol.setAccessibleName(say(message("Unit of column {name}", name=name)))
        symbol.setMaximumWidth(10 * self.fontMetrics().averageCharWidth())
        meaning.currentIndexChanged.connect(self._turn)
        symbol.textChanged.connect(self.changed)
        for place, widget in enumerate((QLabel(name), meaning, symbol)):
            self._grid.addWidget(widget, row, place)
        for place, text in enumerate(samples):
            self._grid.addWidget(_muted(text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"), row, 3 + place)
        self.meanings[name], self.units[name] = meaning, symbol

    def _fill(self, known: Columns) -> None:
        meanings = {one.column: self._kind(one.unit) for one in known.values}
        meanings |= {known.time: TIME} | ({known.date: DATE} if known.date else {})
        if known.unit_column is not None:
            meanings[known.unit_column] = UNITS
        meanings |= dict(zip(known.place or (), PLACE, strict=False))
        for name, meaning in meanings.items():
            if name in self.meanings:
                self.meanings[name].setCurrentIndex(max(0, self.meanings[name].findData(meaning)))
        for one in known.values:
            if one.column in self.units:
                self.units[one.column].setText(one.unit)

    def _kind(self, symbol: str) -> str:
        try:
            return unit(symbol).quantity if self._influences else READING
        except UnitUnknown:
            return READING

    def _turn(self) -> None:
        readings = self._readings()
        for name, box in self.meanings.items():
            self.units[name].setVisible(name in readings)
            if self._influences and name in readings:
                known = [one.symbol for one in LEGAL.values() if one.quantity == box.currentData()]
                self.units[name].setPlaceholderText(", ".join(known[:2]))
        self.changed.emit()

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.meanings, self.units, self._samples, self._numeric = {}, {}, {}, set()


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
