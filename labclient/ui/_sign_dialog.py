"""Signing: what is signed, by whom, and with which words, all to be seen before the passphrase is typed."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labclient.demo import PASSPHRASE
from labclient.errors import PassphraseWrong, Trouble, WrongUse
from labclient.participation import ROLE_NAMES, Participation, State, sign
from labclient.signing import Card, load_identity, show_identity
from labclient.ui._choose import choose_folder
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, Sentence, plain_name, told
from labclient.ui._page import heading
from labclient.ui._revision import STATEMENTS, Known, fits, known_identities, revision_lines, staged_folder
from labclient.words import language, message, say

_IDENTITIES, _IDENTITY = "identities", "identity"


class SignDialog(AskingDialog):
    """One role signs. The list shows the identities of this PC, whoever seems to be due first; the pilot's trust list
    decides when it comes to it."""

    def __init__(self, parent: QWidget, desk: Desk, state: State, role: str) -> None:
        super().__init__(parent, desk, "sign", message("Sign as {role}", role=ROLE_NAMES[role]), message("Sign"))
        self._state, self._role = state, role
        self.said = _label("\n".join(say(line) for line in revision_lines(state)))
        self.said.setWordWrap(False)  # a number is never broken
        self.statement = _label(say(message("“{statement}”", statement=STATEMENTS[role])))
        self.statement.setObjectName("heading")
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(plain_name(message("&Identity")))
        self.list.currentItemChanged.connect(self.look)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.textChanged.connect(self.look)
        self.elsewhere = QPushButton(say(message("From a folder or stick…")))
        self.elsewhere.clicked.connect(self._elsewhere)
        self.unread = Sentence("attention")
        self.row(message("&Passphrase"), self.passphrase)
        self._lay_out()
        if state.simulated:
            self.column.addWidget(_hint())
        self.setTabOrder(self.list, self.elsewhere)
        self.setTabOrder(self.elsewhere, self.passphrase)
        self.passphrase.setFocus()
        desk.done.connect(self._found)
        desk.do(_IDENTITIES, lambda participation: known_identities(participation.home.identities))
        self.look()

    @property
    def chosen(self) -> Known | None:
        """The identity picked in the list."""
        item = self.list.currentItem()
        known = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return known if isinstance(known, Known) else None

    def complete(self) -> bool:
        return self.chosen is not None and bool(self.passphrase.text())

    def go(self) -> None:
        if self.chosen is None:
            return
        role, folder, passphrase = self._role, self.chosen.folder, self.passphrase.text()

        def work(participation: Participation) -> Card:
            return sign(participation, staged_folder(participation), role, load_identity(folder, passphrase))

        self.ask_open(work)

    def answered(self, _answer: Card) -> None:
        self.passphrase.clear()
        self.accept()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        if isinstance(trouble, PassphraseWrong):
            self.passphrase.selectAll()
            self.passphrase.setFocus()
        else:
            self.list.setFocus()

    def look(self) -> None:
        super().look()
        self.list.setEnabled(not self.waiting)
        self.elsewhere.setEnabled(not self.waiting)

    def _lay_out(self) -> None:
        what, who = QFrame(), QVBoxLayout()
        what.setProperty("role", "card")
        left = QVBoxLayout(what)
        left.addWidget(heading(message("What is signed")))
        left.addWidget(_label(self._state.plan.title.said(language())))
        left.addWidget(self.said)
        left.addWidget(_label(say(message("The {role} states:", role=ROLE_NAMES[self._role]))))
        left.addWidget(self.statement)
        left.addStretch(1)
        name = heading(message("&Identity"))
        name.setBuddy(self.list)
        for widget in (name, self.list, self.elsewhere, self.unread):
            who.addWidget(widget)
        self.list.setMinimumHeight(5 * self.fontMetrics().lineSpacing())
        row = QHBoxLayout()
        row.addWidget(what, 1)
        row.addLayout(who, 1)
        self.column.insertLayout(0, row, 1)

    def _found(self, what: str, answer: object) -> None:
        if what == _IDENTITIES and isinstance(answer, tuple):
            self._offer(answer)
        elif what == _IDENTITY:
            self.trouble.put()
            if isinstance(answer, Trouble):
                self.refused(answer)
            elif isinstance(answer, Known):
                self.list.setCurrentItem(self._add(answer))
                self.passphrase.setFocus()

    def _offer(self, found: Sequence[Known | Trouble]) -> None:
        known = [one for one in found if isinstance(one, Known)]
        for one in sorted(known, key=lambda one: not fits(self._state, self._role, one.card)):
            self._add(one)
        if known:
            self.list.setCurrentRow(0)
        self.unread.put(*(one.sentence for one in found if isinstance(one, Trouble)))
        self.look()

    def _add(self, one: Known) -> QListWidgetItem:
        item = QListWidgetItem("\n".join((_name(one.card), _certificate(one.card), self._standing(one.card))))
        item.setData(Qt.ItemDataRole.UserRole, one)
        item.setToolTip(f"{one.folder}\n{one.card.issuer}")
        self.list.addItem(item)
        return item

    def _standing(self, card: Card) -> str:
        role = ROLE_NAMES[self._role]
        if fits(self._state, self._role, card):
            return say(message("may sign as {role}", role=role))
        return say(message("not to be expected as {role}", role=role))

    def _elsewhere(self) -> None:
        def chosen(folder: Path) -> None:
            self.desk.run(_IDENTITY, told(lambda: _identity_in(folder)))

        choose_folder(self, message("The signer's identity"), chosen)


def _identity_in(folder: Path) -> Known:
    """The identity in a folder somebody named. Raises `WrongUse`, `NotVerified`, `StorageTrouble`."""
    card = show_identity(folder)
    if card is None:
        raise WrongUse(
            message("There is no certificate in {folder}.", folder=str(folder)),
            message("Choose the folder that holds key.pem and certificate.pem."),
        )
    return Known(folder, card)


def _name(card: Card) -> str:
    return f"{card.person.name}   {card.person.id}   {card.person.laboratory}"


def _certificate(card: Card) -> str:
    return say(
        message("Certificate {fingerprint}…, valid until {day}", fingerprint=card.fingerprint[:8], day=card.ends.date())
    )


def _hint() -> Sentence:
    """A demonstration's keys are no secret."""
    hint = Sentence("attention")
    hint.put(message("Simulated keys, for demonstrations only. Their passphrase: {text}", text=PASSPHRASE))
    return hint


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
