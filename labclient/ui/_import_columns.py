"""What the columns of a file are, said by a person beside five sample rows: nothing is guessed."""

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from labclient.acquisition import Columns, Table, Value, is_year_first
from labclient.ui._theme import S2, space
from labclient.words import Message, message, say

_SAMPLES = 5
_WIDEST = 22  # characters of a sample
TIME, READING, UNITS, PLACE = "time", "reading", "units", ("point", "day", "cycle", "step")
_MEANINGS: dict[str, Message] = {
    "": message("not used"),
    TIME: message("time"),
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


class ColumnGrid(QWidget):
    """One line a column of the file: its name, what it is, the unit of its readings, and samples of it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
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
              for meaning in (TIME, READING, UNITS, *PLACE)}  # fmt: skip
        values = tuple(Value(name, self.units[name].text().strip()) for name in by[READING])
        placed = [by[one] for one in PLACE]
        whole = all(len(one) == 1 for one in placed)
        if len(by[TIME]) != 1 or not values or len(by[UNITS]) > 1 or any(not one.unit for one in values):
            return None
        if any(placed) and not whole:
            return None
        point, day, cycle, step = (one[0] if one else "" for one in placed)
        place = (point, day, cycle, step) if whole else None
        return Said(by[TIME][0], values, by[UNITS][0] if by[UNITS] else None, place)

    @property
    def is_year_first(self) -> bool:
        """Whether every time of the column said to be one can be read in one way only."""
        times = self._cells_of(TIME)
        return bool(times) and all(is_year_first(one) for one in times)

    @property
    def is_numeric(self) -> bool:
        """Whether all readings are numbers of a workbook, which have no decimal sign."""
        chosen = [name for name, box in self.meanings.items() if box.currentData() == READING]
        return bool(chosen) and set(chosen) <= self._numeric

    def _cells_of(self, meaning: str) -> Sequence[str]:
        return [cell for name, box in self.meanings.items() if box.currentData() == meaning
                for cell in self._samples[name]]  # fmt: skip

    def _add_row(self, row: int, name: str, samples: Sequence[str], *, placed: bool) -> None:
        meaning, unit = QComboBox(), QLineEdit()
        for key, label in (_MEANINGS | _PLACES if placed else _MEANINGS).items():
            meaning.addItem(say(label), key)
        meaning.setAccessibleName(say(message("What column {name} is", name=name)))
        meaning.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        unit.setAccessibleName(say(message("Unit of column {name}", name=name)))
        unit.setMaximumWidth(10 * self.fontMetrics().averageCharWidth())
        meaning.currentIndexChanged.connect(self._turn)
        unit.textChanged.connect(self.changed)
        for place, widget in enumerate((QLabel(name), meaning, unit)):
            self._grid.addWidget(widget, row, place)
        for place, text in enumerate(samples):
            self._grid.addWidget(_muted(text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"), row, 3 + place)
        self.meanings[name], self.units[name] = meaning, unit

    def _fill(self, known: Columns) -> None:
        meanings = {known.time: TIME, **{one.column: READING for one in known.values}}
        if known.unit_column is not None:
            meanings[known.unit_column] = UNITS
        meanings |= dict(zip(known.place or (), PLACE, strict=False))
        for name, meaning in meanings.items():
            if name in self.meanings:
                self.meanings[name].setCurrentIndex(max(0, self.meanings[name].findData(meaning)))
        for one in known.values:
            if one.column in self.units:
                self.units[one.column].setText(one.unit)

    def _turn(self) -> None:
        for name, box in self.meanings.items():
            self.units[name].setVisible(box.currentData() == READING)
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
