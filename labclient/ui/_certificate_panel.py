"""The certificate of the chosen instrument: its table, and what a person does with it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QPushButton, QVBoxLayout, QWidget

from labclient.instruments import document_of
from labclient.ui._certificate_dialog import CertificateDialog
from labclient.ui._certificate_page import show_document
from labclient.ui._commands import spell
from labclient.ui._confirm_dialog import ConfirmDialog
from labclient.ui._desk import Desk
from labclient.ui._instrument_work import Benchful, Listed, Tries, rows_of
from labclient.ui._snug import SnugTable
from labclient.ui._standard_dialog import StandardDialog
from labclient.words import Message, message, say

_BESIDE = 3  # buttons in a row


class CertificatePanel(QWidget):
    """Signal: `entered` (id) after the register has changed."""

    entered = Signal(str)

    def __init__(self, desk: Desk, tries: Tries) -> None:
        super().__init__()
        self._desk, self._tries = desk, tries
        self._benchful: Benchful | None = None
        self._listed: Listed | None = None
        self._firmware = ""
        headings = (message("Point"), message("Value or Δ correction"), message("U"), message("k"),
                    message("Drift since"))  # fmt: skip
        self.points = SnugTable(say(message("Certificate")), headings, numbers=(1, 2, 3, 4))
        self.points.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.enter_button = quiet(message("Enter certificate…"), self._enter)
        self.correct_button = quiet(message("Correct…"), self._correct)
        self.confirm_button = quiet(message("Confirm…"), self._confirm)
        self.open_button = quiet(message("Open the PDF"), self._open)
        self.standard_button = quiet(message("Measurement standard…"), self._group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(
            in_rows(self.enter_button, self.correct_button, self.confirm_button, self.open_button, self.standard_button)
        )
        column.addWidget(self.points)

    def show_listed(self, benchful: Benchful | None, listed: Listed | None, firmware: str) -> None:
        """Show the certificate of this instrument; `firmware` is what it said itself, empty when it was not asked."""
        self._benchful, self._listed, self._firmware = benchful, listed, firmware
        rows = rows_of(listed.one) if listed is not None else []
        self.points.show_rows(rows)
        self.points.setVisible(bool(rows))
        self.setVisible(listed is not None)

    def let_work(self, on: bool) -> None:
        """Whether something may be asked now."""
        one = self._listed.one if self._listed is not None else None
        current = one.current if one is not None else None
        for button in (self.enter_button, self.standard_button):
            button.setEnabled(on and one is not None)
        self.correct_button.setEnabled(on and current is not None)
        self.confirm_button.setEnabled(
            on and one is not None and current is not None and not current.is_confirmed(one.serial)
        )
        self.open_button.setEnabled(current is not None and bool(current.sha256))

    def _enter(self) -> None:
        if self._benchful is not None and self._listed is not None:
            self._ask(CertificateDialog(self.window(), self._desk, self._tries, self._benchful, self._listed.one,
                                        firmware=self._firmware))  # fmt: skip

    def _correct(self) -> None:
        if self._benchful is not None and self._listed is not None and (said := self._listed.one.current) is not None:
            self._ask(CertificateDialog(self.window(), self._desk, self._tries, self._benchful, self._listed.one, said))

    def _confirm(self) -> None:
        if self._benchful is not None and self._listed is not None and (said := self._listed.one.current) is not None:
            self._ask(ConfirmDialog(self.window(), self._desk, self._tries, self._benchful, self._listed.one, said))

    def _open(self) -> None:
        if self._benchful is not None and self._listed is not None and (said := self._listed.one.current) is not None:
            show_document(document_of(self._benchful.home.bench, said.sha256))

    def _group(self) -> None:
        if self._benchful is not None and self._listed is not None:
            self._ask(StandardDialog(self.window(), self._desk, self._tries, self._benchful, self._listed.one.id))

    def _ask(self, dialog: CertificateDialog | ConfirmDialog | StandardDialog) -> None:
        dialog.entered.connect(self.entered)
        dialog.open()


def quiet(label: Message, act: Callable[[], None]) -> QPushButton:
    """A quiet button."""
    button = QPushButton()
    spell(button, label)
    button.setProperty("role", "quiet")
    button.clicked.connect(act)
    return button


def in_rows(*buttons: QPushButton) -> QWidget:
    """Buttons beside and below each other."""
    rows = QWidget()
    grid = QGridLayout(rows)
    grid.setContentsMargins(0, 0, 0, 0)
    for place, button in enumerate(buttons):
        grid.addWidget(button, place // _BESIDE, place % _BESIDE, Qt.AlignmentFlag.AlignLeft)
    grid.setColumnStretch(_BESIDE, 1)
    return rows
