"""Import: a file of another program, what its columns are, a look at what would be recorded, and then the record."""

from pathlib import Path
from typing import Literal

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labclient.acquisition import DELIMITER_NAMES, ENCODINGS, Columns, Order, Row, refusal, sheet_remarks
from labclient.notebook import Task
from labclient.participation import TASK_NAMES, Looked, State, tasks_by_hand
from labclient.ui._choose import choose_file
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, Sentence, beside, fit_to_window
from labclient.ui._import_columns import ColumnGrid
from labclient.ui._import_work import ENCODING_NAMES, Opened, Reading, Recorded, looking, opening, recording
from labclient.words import Message, message, say

_PREVIEW, _RECORD = message("Preview"), message("Record")
_BEFORE = message(
    "Choose the file of the other program: a table as text, or a workbook. What it holds is shown before anything is "
    "recorded."
)
_SHOWN = 5
_REFUSED = 20
_HEADS = 50  # lines in which the names of the columns are looked for
_ZONES = tuple(f"{sign}{hours:02}:00" for sign, span in (("+", range(15)), ("-", range(1, 13))) for hours in span)


class ImportDialog(AskingDialog):
    """From top to bottom: the file as it is read, its columns, how its numbers and times are written, and what would be
    recorded. Anything that is changed asks for another look before it can be recorded."""

    def __init__(
        self, parent: QWidget, desk: Desk, state: State, what: str = "import", title: Message | None = None
    ) -> None:
        super().__init__(parent, desk, what, title or message("Import readings"), _PREVIEW)
        self._opened: Opened | None = None
        self._looked: Looked | None = None
        self._asked: Reading | None = None
        self.file = QLineEdit()
        self.sheet, self.encoding, self.delimiter = _choice(), _choice(), _choice()
        self.task, self.instrument = QComboBox(), _choice()
        self.decimal, self.order, self.zone = _choice(), _choice(), _choice()
        self.header_line = _choice()
        for number in range(1, _HEADS + 1):
            self.header_line.addItem(str(number), number)
        self.found, self.said = QLabel(), Sentence("attention")
        self.found.setProperty("role", "muted")
        self.found.setWordWrap(True)
        self.columns = self.grid(state)
        self.beside = _Wide(self.columns)
        self.preview = QPlainTextEdit()
        self.preview.setReadOnly(True)
        self.preview.setTabChangesFocus(True)
        self.preview.setAccessibleName(say(message("What would be recorded")))
        self._fill_choices(state)
        self._lay_out()
        self.file.editingFinished.connect(self._open)
        for box in (self.sheet, self.encoding, self.delimiter, self.header_line):
            box.activated.connect(self._open)
        for box in (self.instrument, self.decimal, self.order, self.zone):
            box.currentIndexChanged.connect(self._changed)
        self.task.currentIndexChanged.connect(self._show_columns)
        self.columns.changed.connect(self._changed)
        self.file.setFocus()
        self._show_rows()
        self.look()

    def grid(self, _state: State) -> ColumnGrid:
        """What asks for the columns."""
        return ColumnGrid()

    def own_rows(self) -> None:
        """What is asked besides the columns."""
        self.row(message("&Run"), self.task)
        self.row(message("&Instrument that was read"), self.instrument)

    def complete(self) -> bool:
        return self._opened is not None and self._columns() is not None and bool(self.instrument.currentData())

    def go(self) -> None:
        columns, opened = self._columns(), self._opened
        if opened is None or columns is None:
            return
        if self._looked is None:
            self.ask_open(looking(opened, columns))
        else:
            task: Task = self.task.currentData()
            self.ask_open(recording(self._looked, task, self.instrument.currentData(), self.desk.who))

    def answered(self, answer: object) -> None:
        if isinstance(answer, Opened):
            self._show_file(answer)
        elif isinstance(answer, Looked):
            self._show_look(answer)
        elif isinstance(answer, Recorded) and answer.trouble is None:
            self.accept()
        elif isinstance(answer, Recorded):
            self._forget_look()
            assert answer.trouble is not None
            done = message("Recorded as run {run}; its check could not be made:", run=answer.made.run)
            self.trouble.put(done, answer.trouble.sentence, answer.trouble.way_on)
            self.cancel.setText(say(message("Close")))

    # -- the file ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        name = self.file.text().strip()
        reading = Reading(name, self.encoding.currentData() or "", self.delimiter.currentData() or "",
                          self.header_line.currentData(), self.sheet.currentData() or "")  # fmt: skip
        if self._asked is not None and self._asked.file != name:  # another file is found anew
            reading = Reading(name)
        if name and reading != self._asked and not self.waiting:
            self._opened, self._asked = None, reading
            self._forget_look()
            self._show_rows()
            self.ask_open(opening(reading))

    def _show_file(self, opened: Opened) -> None:
        self._opened = opened
        self.header_line.setCurrentIndex(self.header_line.findData(opened.reading.header_line))
        self._refill(self.sheet, opened.sheets + opened.hidden, opened.reading.sheet)
        table = opened.table
        if table is None:
            self.said.put(message("The workbook has several sheets: choose the one to import."))
        else:
            self.sheet.setCurrentIndex(self.sheet.findData(table.sheet.name) if table.sheet else -1)
            self.encoding.setCurrentIndex(self.encoding.findData(table.encoding))
            self.delimiter.setCurrentIndex(self.delimiter.findData(table.delimiter))
            known = message("The columns are as they were said last time on this PC. Check them.")
            remarks = sheet_remarks(table.sheet) if table.sheet else ()
            self.said.put(known if opened.known else None, *remarks)
        if self.instrument.count() == 0:
            for one in opened.instruments:
                self.instrument.addItem("   ".join(part for part in (one.id, one.name, one.serial) if part), one.id)
            self.instrument.setCurrentIndex(0 if len(opened.instruments) == 1 else -1)
        self._show_rows()
        self._show_columns()

    def _show_columns(self) -> None:
        opened = self._opened
        if opened is None or opened.table is None:
            return
        self.columns.show_table(opened.table, opened.known, placed=self.task.currentData() == "measurement")
        if opened.known is not None:
            for box, value in ((self.decimal, opened.known.decimal), (self.order, opened.known.order),
                               (self.zone, opened.known.zone or "")):  # fmt: skip
                box.setCurrentIndex(box.findData(value))
        self._changed()

    def _show_rows(self) -> None:
        """Nothing before a file is named; then what a workbook has or what a text has."""
        named = self._opened is not None or bool(self.file.text().strip())
        for row in range(1, self.form.rowCount()):
            if self.form.itemAt(row, QFormLayout.ItemRole.SpanningRole) is None:
                self.form.setRowVisible(row, named)
        self.found.setText("" if named else say(_BEFORE))
        if not named:
            self.beside.hide()
            return
        table = self._opened.table if self._opened else None
        book = bool(self._opened and (self._opened.sheets or self._opened.hidden))
        for row, shown in ((self.sheet_row, book), (self.encoding_row, not book), (self.delimiter_row, not book)):
            self.form.setRowVisible(row, shown)
        self.beside.setVisible(table is not None)

    # -- its columns ---------------------------------------------------------------------------------------------------

    def _columns(self) -> Columns | None:
        """What was said, when it is everything."""
        opened, said = self._opened, self.columns.said()
        if opened is None or opened.table is None or said is None:
            return None
        order: Order | None = self.order.currentData()
        decimal: Literal["point", "comma"] | None = self.decimal.currentData()
        if order is None or decimal is None or self.zone.currentData() is None:
            return None
        table = opened.table
        sheet = table.sheet.name if table.sheet else ""
        return Columns(
            **msgspec.structs.asdict(said), decimal=decimal, order=order, zone=self.zone.currentData() or None,
            encoding="" if sheet else table.encoding, delimiter=table.delimiter,
            header_line=opened.reading.header_line, sheet=sheet,
        )  # fmt: skip

    def _changed(self) -> None:
        """What was looked at is not what is said now."""
        for box, sure in ((self.order, self.columns.is_year_first), (self.decimal, self.columns.is_numeric)):
            box.setEnabled(not sure)
            if sure:
                box.setCurrentIndex(0)
        self._forget_look()
        self.look()

    def _forget_look(self) -> None:
        self._looked = None
        self.ok.setText(say(_PREVIEW))
        self.preview.hide()
        self.found.clear()

    def _show_look(self, looked: Looked) -> None:
        self._looked = looked
        self.ok.setText(say(_RECORD))
        count = len(looked.rows) - len(looked.refused)
        self.found.setText(say(message("{read} of {rows} lines are readings. The others are kept without a value.",
                                       read=count, rows=len(looked.rows))))  # fmt: skip
        values = looked.columns.values
        lines = [say(_as_recorded(row, [one.unit for one in values])) for row in looked.rows if row.good][:_SHOWN]
        lines += [say(refusal(row)) for row in looked.refused[:_REFUSED]]
        if len(looked.refused) > _REFUSED:
            lines.append(say(message("… and {count} lines more", count=len(looked.refused) - _REFUSED)))
        self.preview.setPlainText("\n".join(lines))
        self.preview.setFixedHeight((min(len(lines), 10) + 2) * self.fontMetrics().lineSpacing())
        self.preview.show()
        self.look()
        self._show_end(0, self.area.verticalScrollBar().maximum())

    def _show_end(self, _least: int, most: int) -> None:
        """What would be recorded stands at the end."""
        if self._looked is not None:
            self.area.verticalScrollBar().setValue(most)

    # -- how it looks --------------------------------------------------------------------------------------------------

    def _fill_choices(self, state: State) -> None:
        for task in tasks_by_hand(state.plan, "imported", state.station):
            self.task.addItem(say(TASK_NAMES[task]), task)
        for encoding in ENCODINGS:
            self.encoding.addItem(ENCODING_NAMES[encoding], encoding)
        for delimiter, name in DELIMITER_NAMES.items():
            self.delimiter.addItem(say(name), delimiter)
        for text, value in ((message("decimal point"), "point"), (message("decimal comma"), "comma")):
            self.decimal.addItem(say(text), value)
        for text, value in ((message("year, month, day"), "ymd"), (message("day, month, year"), "dmy"),
                            (message("month, day, year"), "mdy"), (message("year of two digits, month, day"), "ymd2"),
                            (message("day, month, year of two digits"), "dmy2"),
                            (message("month, day, year of two digits"), "mdy2")):  # fmt: skip
            self.order.addItem(say(text), value)
        self.zone.addItem(say(message("each time names its own")), "")
        for zone in _ZONES:
            self.zone.addItem(f"UTC{zone}", zone)
        for box in (self.encoding, self.delimiter, self.decimal, self.order, self.zone):
            box.setCurrentIndex(-1)

    def _lay_out(self) -> None:
        choose = beside(message("Choose…"), message("Choose the file"), self._choose)
        self.row(message("&File"), self.file, choose)
        self.row(message("&Sheet"), self.sheet)
        self.row(message("&Encoding"), self.encoding)
        self.row(message("Se&parator"), self.delimiter)
        self.row(message("&Line with the names of the columns"), self.header_line)
        self.sheet_row, self.encoding_row, self.delimiter_row = 1, 2, 3
        self.form.addRow(self.said)
        self.form.addRow(self.beside)
        self.row(message("&Decimal sign"), self.decimal)
        self.row(message("&Order in the dates"), self.order)
        self.row(message("Time &zone"), self.zone)
        self.own_rows()
        self.form.addRow(self.found)
        self.form.addRow(self.preview)
        self.preview.hide()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.area.verticalScrollBar().rangeChanged.connect(self._show_end)
        self.column.removeWidget(self.fields)
        self.area.setWidget(self.fields)
        self.column.addWidget(self.area, 1)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.setStretch(0, 1)  # the file is long, and nothing else gives way
        layout.setStretch(1, 0)
        fit_to_window(self, 88, 36)

    def _refill(self, box: QComboBox, names: tuple[str, ...], chosen: str) -> None:
        box.clear()
        for name in names:
            box.addItem(name, name)
        box.setCurrentIndex(box.findData(chosen) if chosen else -1)

    def _choose(self) -> None:
        start = Path(self.file.text()).parent if self.file.text() else None
        choose_file(
            self, message("The file to import"), "*.csv *.txt *.xlsx *.xls *.xlsm *.xlsb *.ods", self._chosen, start
        )

    def _chosen(self, path: Path) -> None:
        self.file.setText(str(path))
        self._open()


class _Wide(QScrollArea):
    """Something that may be wider than the window, as high as it is: the form around it need not be as wide."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inside = inside
        self.setWidget(inside)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Its content has changed, which the area hears of anyhow."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.setFixedHeight(self._inside.minimumSizeHint().height() + self.horizontalScrollBar().height())
        return super().eventFilter(watched, event)


def _choice() -> QComboBox:
    """Nothing is chosen until a person, or the file itself, chooses."""
    box = QComboBox()
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def _as_recorded(row: Row, units: list[str]) -> Message:
    values = "   ".join(f"{text} {unit}" for text, unit in zip(row.texts, units, strict=True))
    time = row.time.isoformat(sep=" ") if row.time else ""
    return message("Line {line}: {time}   {place}   {values}", line=row.line.number, time=time,
                   place=" / ".join(row.place), values=values)  # fmt: skip
