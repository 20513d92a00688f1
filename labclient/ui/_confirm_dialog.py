"""A second person compares what was entered with the page of the certificate, and confirms it."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from labclient.instruments import BenchInstrument, Certificate, document_of
from labclient.participation import FIELD_NAMES, confirm_certificate
from labclient.ui._certificate_page import Line, lines_of, scrolled, show_document, widen
from labclient.ui._desk import Desk
from labclient.ui._dialog import beside
from labclient.ui._instrument_work import Benchful, Tries, details_of_certificate
from labclient.ui._register_dialog import BesideDialog
from labclient.ui._snug import SnugTable
from labclient.words import message, say


class ConfirmDialog(BesideDialog):
    """Shows what another person entered beside its document; who compares it, confirms it. `entered` tells the id of
    the instrument."""

    entered = Signal(str)

    def __init__(
        self, parent: QWidget, desk: Desk, tries: Tries, benchful: Benchful, one: BenchInstrument, said: Certificate
    ) -> None:
        title = message("Confirm the certificate of {id}", id=one.id)
        super().__init__(parent, desk, tries, "confirm", title, message("Confirm"))
        self._home, self._one, self._said = benchful.home, one, said
        lines = [
            *details_of_certificate(said, one.serial),
            message("Serial number: {serial}", serial=one.serial or "-"),
            message("Entered by {who} from {file}", who=said.entered_by or "-", file=said.file or "-"),
        ]
        told = QLabel("\n".join(say(line) for line in lines))
        told.setWordWrap(True)
        headings = [FIELD_NAMES[name] for name in Line.__struct_fields__]
        self.table = SnugTable(say(message("Table of the certificate")), headings, numbers=(1, 2, 4, 5, 6, 8))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.show_rows([[getattr(line, name) for name in Line.__struct_fields__] for line in lines_of(said)])
        self.open_document = beside(message("Open the PDF"), message("Open the PDF"), self._open)
        self.compared = QCheckBox(say(message("&Every line was compared with the page and agrees")))
        self.who = QLineEdit(desk.who if desk.who != said.entered_by else "")
        self.who.setPlaceholderText(say(message("another person than the one who entered it")))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (told, self.table):
            column.addWidget(widget)
        column.addWidget(self.open_document, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.column.insertWidget(0, scrolled(inside), 1)
        self.form.addRow("", self.compared)
        self.row(message("Con&firmed by"), self.who)
        self.compared.toggled.connect(self.look)
        self.who.textChanged.connect(self.look)
        widen(self)
        self.open_document.setFocus()
        self.look()

    def complete(self) -> bool:
        return self.compared.isChecked() and bool(self.who.text().strip())

    def go(self) -> None:
        if self.complete():
            who = self.who.text().strip()
            self.ask(partial(confirm_certificate, self._home, self._one.id, self._said.number, who))

    def answered(self, _answer: Certificate) -> None:
        self.entered.emit(self._one.id)
        self.accept()

    def _open(self) -> None:
        show_document(document_of(self._home.bench, self._said.sha256))
