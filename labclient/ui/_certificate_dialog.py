"""A certificate is entered from its page, or corrected: what it states, its table, and the PDF it was read from."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from labclient.errors import EntryInvalid, Trouble
from labclient.instruments import BenchInstrument, Certificate, CertifiedPoint, document_of
from labclient.participation import enter_certificate
from labclient.ui._certificate_page import Line, lines_of, scrolled, show_document, widen
from labclient.ui._choose import choose_file
from labclient.ui._desk import Desk
from labclient.ui._dialog import beside, plain_name
from labclient.ui._instrument_work import Benchful, Tries
from labclient.ui._marked import mark
from labclient.ui._register_dialog import BesideDialog
from labclient.ui._table import RowTable
from labclient.words import Message, message, say

DUE_SOURCES = {
    "": message("no due date"),
    "certificate": message("from the certificate"),
    "laboratory": message("the laboratory's decision"),
}
INTERPOLATIONS = {"none": message("nothing between the points"), "linear": message("linear between the points")}


class CertificateDialog(BesideDialog):
    """Asks for what stands on the page. `said` is a certificate to correct: its number stays, and its document unless
    another is named. `entered` tells the id of the instrument."""

    entered = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        tries: Tries,
        benchful: Benchful,
        one: BenchInstrument,
        said: Certificate | None = None,
        firmware: str = "",
    ) -> None:
        title = message("Certificate of {id}", id=one.id)
        action = message("Enter the certificate") if said is None else message("Correct the certificate")
        super().__init__(parent, desk, tries, "certificate", title, action)
        self._home, self._one, self._said = benchful.home, one, said
        self._document: Path | None = None
        known = said or Certificate("", "", "", (), firmware=firmware or one.firmware)
        self.number, self.issuer, self.date = QLineEdit(known.number), QLineEdit(known.issuer), QLineEdit(known.date)
        self.due, self.conditions = QLineEdit(known.due), QLineEdit(known.conditions)
        self.firmware, self.who = QLineEdit(known.firmware), QLineEdit(desk.who)
        self.due_source, self.interpolation = _choice(DUE_SOURCES), _choice(INTERPOLATIONS)
        self.due_source.setCurrentIndex(max(self.due_source.findData(known.due_source or ""), 0))
        self.interpolation.setCurrentIndex(self.interpolation.findData(known.interpolation))
        self.pdf = QLineEdit(known.file)
        self.pdf.setReadOnly(True)
        self.choose = beside(message("Choose…"), message("Choose the PDF"), self._choose)
        self.look_at = beside(message("Open"), message("Open the PDF"), self._open)
        self.table = RowTable(say(message("Table of the certificate")), Line)
        self.table.put(lines_of(known))
        self.number.setReadOnly(said is not None)
        for day in (self.date, self.due):
            day.setPlaceholderText(say(message("such as {day}", day="2026-01-15")))
        self.conditions.setPlaceholderText("(23 ± 1) °C")
        self._lay_out()
        for line in (self.number, self.issuer, self.date, self.who):
            line.textChanged.connect(self.look)
        self.table.changed.connect(self.look)
        (self.issuer if said is not None else self.number).setFocus()
        self.look()

    def complete(self) -> bool:
        lines = (self.number, self.issuer, self.date, self.who)
        has_document = self._document is not None or (self._said is not None and bool(self._said.sha256))
        return has_document and all(line.text().strip() for line in lines)

    def go(self) -> None:
        if not self.complete():
            return
        self._unmark()
        try:
            said = self._stated()
        except EntryInvalid as trouble:
            self.refused(trouble)
            return
        self.ask(partial(enter_certificate, self._home, self._one.id, said, self._document, self.who.text().strip(),
                         correct=self._said is not None))  # fmt: skip

    def answered(self, _answer: Certificate) -> None:
        self.entered.emit(self._one.id)
        self.accept()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        if not isinstance(trouble, EntryInvalid) or not trouble.path:
            return
        name, *rest = trouble.path
        if name == "row":
            self.table.mark(True, tuple(rest))
            self.table.table.setFocus()
        else:
            field = getattr(self, str(name))
            if isinstance(field, QLineEdit):
                mark(field, True)
            field.setFocus()

    def look(self) -> None:
        super().look()
        self.look_at.setEnabled(bool(self._shown()))

    def _stated(self) -> Certificate:
        """What was typed. Raises `EntryInvalid` for a page that is no number; the rest is judged when it is entered."""
        rows = []
        for place, row in enumerate(self.table.take()):
            page = row.pop("page", "")
            if page and not (page.isascii() and page.isdigit() and len(page) < 5):
                told = message("Line {row}: “{text}” is no page number.", row=place + 1, text=page)
                raise EntryInvalid(told, None, ("row", place, "page"))
            rows.append(CertifiedPoint(**row, page=int(page) if page else None))
        return Certificate(
            number=self.number.text().strip(),
            issuer=self.issuer.text().strip(),
            date=self.date.text().strip(),
            row=tuple(rows),
            due=self.due.text().strip(),
            due_source=self.due_source.currentData() or None,
            conditions=self.conditions.text().strip(),
            interpolation=self.interpolation.currentData(),
            firmware=self.firmware.text().strip(),
        )

    def _lay_out(self) -> None:
        grid = QGridLayout()
        pairs: tuple[tuple[Message, QWidget], ...] = (
            (message("&Number"), self.number), (message("&Issued by"), self.issuer),
            (message("&Date of the calibration"), self.date), (message("C&onditions"), self.conditions),
            (message("D&ue date"), self.due), (message("&Source of the due date"), self.due_source),
            (message("&Between the points"), self.interpolation), (message("&Firmware"), self.firmware),
            (message("&Entered by"), self.who),
        )  # fmt: skip
        for place, (label, field) in enumerate(pairs):
            self._pair(grid, place // 2, 2 * (place % 2), label, field)
        row = grid.rowCount() - 1
        name = QLabel(say(message("&PDF")))
        name.setBuddy(self.choose)
        self.pdf.setAccessibleName(say(message("PDF")))
        grid.addWidget(name, row + 1, 0)
        grid.addWidget(self.pdf, row + 1, 1, 1, 2)
        side = QWidget()
        buttons = QHBoxLayout(side)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.look_at)
        buttons.addStretch(1)
        grid.addWidget(side, row + 1, 3)
        asked = message(
            "One line for each point, with the digits of the page: either the value or the correction, U with its k. "
            "“Page” is where the second person finds it."
        )
        told = QLabel(say(asked))
        told.setWordWrap(True)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addWidget(told)
        column.addWidget(self.table)
        column.addStretch(1)
        self.column.removeWidget(self.fields)
        self.fields.deleteLater()
        self.fields = inside
        self.column.addWidget(scrolled(inside))
        widen(self)

    def _pair(self, grid: QGridLayout, row: int, column: int, label: Message, field: QWidget) -> None:
        name = QLabel(say(label))
        name.setBuddy(field)
        field.setAccessibleName(plain_name(label))
        grid.addWidget(name, row, column)
        grid.addWidget(field, row, column + 1)

    def _choose(self) -> None:
        choose_file(self, message("PDF of the certificate"), "*.pdf", self._chosen)

    def _chosen(self, path: Path) -> None:
        self._document = path
        self.pdf.setText(path.name)
        self.look()

    def _open(self) -> None:
        show_document(self._shown())

    def _shown(self) -> Path | None:
        """The document to copy from."""
        if self._document is not None:
            return self._document
        if self._said is not None and self._said.sha256:
            return document_of(self._home.bench, self._said.sha256)
        return None

    def _unmark(self) -> None:
        self.table.mark(False)
        for line in (self.number, self.issuer, self.date, self.due):
            mark(line, False)


def _choice(choices: dict[str, Message]) -> QComboBox:
    box = QComboBox()
    for raw, word in choices.items():
        box.addItem(say(word), raw)
    return box
