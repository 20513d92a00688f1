"""A signed deviation: somebody whom the plan names signs that an instrument is used although the register speaks
against it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from labclient.errors import PassphraseWrong, Trouble
from labclient.instruments import Concern
from labclient.notebook import Entry
from labclient.participation import ROLE_NAMES, Participation, State, authorise, concerns_now
from labclient.signing import load_identity
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog
from labclient.ui._revision import Known, known_identities
from labclient.words import message, say

_IDENTITIES = "signers of a deviation"


class SignedDeviationDialog(AskingDialog):
    """Says what blocks the instrument `id`, and asks in which role, by whom and why it is let pass. `entered` tells
    that it is in the record."""

    entered = Signal()

    def __init__(self, parent: QWidget, desk: Desk, state: State, id: str, concerns: tuple[Concern, ...]) -> None:
        super().__init__(parent, desk, "authorise", message("Signed deviation"), message("Sign the deviation"))
        self._id = id
        told = QLabel("\n".join(say(one.sentence) for one in concerns))
        told.setWordWrap(True)
        self.role, self.who = QComboBox(), QComboBox()
        self.reason, self.passphrase = QLineEdit(), QLineEdit()
        for role in state.plan.instruments.opened_by:
            self.role.addItem(say(ROLE_NAMES[role]), role)
        self.who.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.column.insertWidget(0, told)
        self.row(message("&Role"), self.role)
        self.row(message("&Identity"), self.who)
        self.row(message("R&eason"), self.reason)
        self.row(message("&Passphrase"), self.passphrase)
        for line in (self.reason, self.passphrase):
            line.textChanged.connect(self.look)
        desk.done.connect(self._found)
        desk.do(_IDENTITIES, lambda participation: known_identities(participation.home.identities))
        self.reason.setFocus()
        self.look()

    def complete(self) -> bool:
        typed = self.reason.text().strip() and self.passphrase.text()
        return bool(typed) and isinstance(self.who.currentData(), Known) and self.role.currentIndex() >= 0

    def go(self) -> None:
        known, role, reason = self.who.currentData(), self.role.currentData(), self.reason.text().strip()
        id, passphrase = self._id, self.passphrase.text()

        def work(participation: Participation) -> Entry:
            signer = load_identity(known.folder, passphrase)
            return authorise(participation, id, concerns_now(participation, id), role, signer, reason)

        self.ask_open(work)

    def answered(self, _answer: Entry) -> None:
        self.passphrase.clear()
        self.entered.emit()
        self.accept()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        if isinstance(trouble, PassphraseWrong):
            self.passphrase.selectAll()
            self.passphrase.setFocus()

    def _found(self, what: str, answer: object) -> None:
        if what == _IDENTITIES and isinstance(answer, tuple):
            for known in answer:
                if isinstance(known, Known):
                    self.who.addItem(f"{known.card.person.name}   {known.card.person.id}", known)
            self.look()
