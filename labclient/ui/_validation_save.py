"""Where the report of a software validation goes, and who signs it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from labclient.errors import Trouble
from labclient.signing import load_identity
from labclient.ui._choose import choose_folder
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, beside
from labclient.ui._revision import Known
from labclient.validation import Outcome, Written, write_report
from labclient.words import message, say


class SaveDialog(AskingDialog):
    """A folder, and an identity of this PC with its passphrase, or none. Signals: `saved` (Path)."""

    saved = Signal(object)

    def __init__(self, parent: QWidget, desk: Desk, outcome: Outcome, known: Sequence[Known | Trouble]) -> None:
        super().__init__(parent, desk, "validation-report", message("Report of software validation"), message("Save"))
        self._outcome = outcome
        self.folder, self.passphrase, self.signer = QLineEdit(), QLineEdit(), QComboBox()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.signer.addItem(say(message("nobody: an unsigned report")), None)
        for one in known:
            if isinstance(one, Known) and one.card.person.roles:  # who may sign nothing is not offered
                self.signer.addItem(f"{one.card.person.name}   {one.card.person.laboratory}", one)
        self.row(message("&Folder"), self.folder, beside(message("Choose…"), message("Choose a folder"), self._choose))
        self.row(message("Signed &by"), self.signer)
        self.row(message("&Passphrase"), self.passphrase)
        for line in (self.folder, self.passphrase):
            line.textChanged.connect(self.look)
        self.signer.currentIndexChanged.connect(self.look)
        self.trouble.put(*(one.sentence for one in known if isinstance(one, Trouble)))
        self.look()

    def complete(self) -> bool:
        return bool(self.folder.text().strip()) and (self._known is None or bool(self.passphrase.text()))

    def go(self) -> None:
        if not self.complete():
            return
        outcome, folder = self._outcome, Path(self.folder.text().strip())
        known, passphrase = self._known, self.passphrase.text()

        def work() -> Written:
            return write_report(outcome, folder, load_identity(known.folder, passphrase) if known else None)

        self.ask(work)

    def answered(self, answer: Written) -> None:
        self.saved.emit(answer.signed or answer.pdf)
        self.accept()

    def look(self) -> None:
        super().look()
        self.passphrase.setEnabled(self._known is not None)

    @property
    def _known(self) -> Known | None:
        chosen = self.signer.currentData()
        return chosen if isinstance(chosen, Known) else None

    def _choose(self) -> None:
        choose_folder(self, message("Choose a folder"), lambda path: self.folder.setText(str(path)))
