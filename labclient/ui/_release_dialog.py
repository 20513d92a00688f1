"""At the pilot laboratory: the comparison is signed as the released report, into a folder."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from labclient.errors import PassphraseWrong, Trouble
from labclient.home import this_pc
from labclient.package import accepted_trust
from labclient.participation import Comparison, release
from labclient.signing import load_identity, storage
from labclient.ui._choose import choose_folder
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, Sentence, beside
from labclient.ui._revision import Known
from labclient.words import message, say

_PILOT = "pilot"


class ReleaseDialog(AskingDialog):
    """A folder, and an identity of this PC that may sign as pilot. Signal: `saved` (Path)."""

    saved = Signal(object)

    def __init__(self, parent: QWidget, desk: Desk, found: Comparison, known: Sequence[Known | Trouble]) -> None:
        super().__init__(parent, desk, "release", message("Sign the released report"), message("Sign and save"))
        self._found = found
        said = message("{comparison}: results of {laboratories}. From now on every participant may see them.",
                       comparison=found.plan.id,
                       laboratories=", ".join(one.laboratory for one in found.sent))  # fmt: skip
        told = QLabel(say(said))
        told.setWordWrap(True)
        self.column.insertWidget(0, told)
        if found.missing:
            missing = Sentence("attention")
            missing.put(message("Not there: {laboratories}", laboratories=", ".join(found.missing)))
            self.column.insertWidget(1, missing)
        self.folder, self.passphrase, self.signer = QLineEdit(), QLineEdit(), QComboBox()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        for one in known:
            if isinstance(one, Known) and _PILOT in one.card.person.roles:
                self.signer.addItem(f"{one.card.person.name}   {one.card.person.laboratory}", one)
        self.row(message("&Folder"), self.folder, beside(message("Choose…"), message("Choose a folder"), self._choose))
        self.row(message("Signed &by"), self.signer)
        self.row(message("&Passphrase"), self.passphrase)
        for line in (self.folder, self.passphrase):
            line.textChanged.connect(self.look)
        if not self.signer.count():
            self.trouble.put(message("No identity on this PC may sign as pilot."),
                             message("Sign on the PC that holds the pilot's identity."))  # fmt: skip
        self.look()

    def complete(self) -> bool:
        return bool(self.folder.text().strip()) and self.signer.count() > 0 and bool(self.passphrase.text())

    def go(self) -> None:
        known: Known = self.signer.currentData()
        found, folder, passphrase = self._found, Path(self.folder.text().strip()), self.passphrase.text()

        def work() -> Path:
            now = datetime.now(UTC)
            signer = load_identity(known.folder, passphrase)
            trust = accepted_trust(this_pc(), found.plan.id, now).trust
            with storage(folder):
                folder.mkdir(parents=True, exist_ok=True)
            return release(found, folder, trust, signer, now)

        self.ask(work)

    def answered(self, answer: Path) -> None:
        self.passphrase.clear()
        self.saved.emit(answer)
        self.accept()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        if isinstance(trouble, PassphraseWrong):
            self.passphrase.selectAll()
            self.passphrase.setFocus()

    def _choose(self) -> None:
        choose_folder(self, message("Choose a folder"), lambda path: self.folder.setText(str(path)))
