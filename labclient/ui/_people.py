"""People's keys on this PC: who has one, who waits for a certificate; a new key, its request, its certificate."""

from pathlib import Path

from msgspec import Struct
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.participation import ROLE_NAMES
from labclient.signing import (
    ROLES,
    Card,
    Person,
    folder_named,
    install_certificate,
    new_identity,
    read_small,
    show_identity,
    write_whole,
)
from labclient.ui._aside import Aside
from labclient.ui._choose import choose_file, choose_new
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, Sentence, told
from labclient.ui._snug import SnugTable
from labclient.words import Message, message, say

LIST, REQUEST, INSTALL = "people", "people-request", "people-install"
_SMALL = 1 << 16
_REQUEST_FILE = "request.pem"


class Kept(Struct, frozen=True):
    """One folder of people's keys: its card, None while it waits for its certificate, or what is wrong with it."""

    id: str
    card: Card | None
    trouble: Message | None = None


def kept_people(identities: Path) -> tuple[Kept, ...]:
    """Everybody whose key lies on this PC."""
    return tuple(_kept(folder) for folder in sorted(identities.iterdir()) if folder.is_dir())


class PeopleList(QWidget):
    """A table with what can be done; nothing is ever removed here."""

    def __init__(self, desk: Desk, aside: Aside) -> None:
        super().__init__()
        self._desk, self._aside = desk, aside
        self._people: tuple[Kept, ...] = ()
        self.table = SnugTable(
            say(message("People and keys on this PC")),
            [message("Id"), message("Full name"), message("Laboratory"), message("Roles"), message("Key certificate")],
            wide=(1, 4),
        )
        self.table.setSelectionBehavior(SnugTable.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(SnugTable.SelectionMode.SingleSelection)
        self.table.itemSelectionChanged.connect(self._look)
        self.empty = QLabel(
            say(
                message(
                    "No key yet. Who signs needs one: make it, send its request to the pilot laboratory, "
                    "and install the certificate that comes back."
                )
            )
        )
        self.empty.setWordWrap(True)
        self.trouble = Sentence()
        self.new = QPushButton(say(message("New key…")))
        self.request = QPushButton(say(message("Save the request…")))
        self.install = QPushButton(say(message("Install a certificate…")))
        row = QHBoxLayout()
        for button, act in ((self.new, self._new), (self.request, self._save), (self.install, self._install)):
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty)
        layout.addWidget(self.table)
        layout.addWidget(self.trouble)
        layout.addLayout(row)
        aside.done.connect(self._done)
        self._look()

    def refresh(self) -> None:
        """Ask who is there; the answer is shown when it comes."""
        self._aside.run(LIST, lambda: kept_people(this_pc().identities))

    def _done(self, what: str, answer: object) -> None:
        if what in {REQUEST, INSTALL}:
            trouble = answer if isinstance(answer, Trouble) else None
            self.trouble.put(*((trouble.sentence, trouble.way_on) if trouble else ()))
            self.refresh()
        elif what == LIST and isinstance(answer, tuple):
            self._people = answer
            at = self.table.currentRow()
            self.table.show_rows([_row(one) for one in self._people])
            self.table.setVisible(bool(self._people))
            self.empty.setVisible(not self._people)
            if self._people:
                self.table.selectRow(min(max(at, 0), len(self._people) - 1))
            self._look()

    def _look(self) -> None:
        chosen = self._chosen()
        self.request.setEnabled(chosen is not None)
        self.install.setEnabled(chosen is not None)

    def _chosen(self) -> str | None:
        row = self.table.currentRow()
        return self._people[row].id if 0 <= row < len(self._people) else None

    def _new(self) -> None:
        dialog = NewKeyDialog(self.window(), self._desk)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def _save(self) -> None:
        id = self._chosen()
        if id is not None:
            choose_new(self, message("Save the request"), "*.pem", lambda path: self._beside(REQUEST, id, path),
                       Path(f"{id}-{_REQUEST_FILE}"))  # fmt: skip

    def _install(self) -> None:
        id = self._chosen()
        if id is not None:
            choose_file(self, message("The certificate that came back"), "*.pem *.crt *.cer",
                        lambda path: self._beside(INSTALL, id, path))  # fmt: skip

    def _beside(self, what: str, id: str, path: Path) -> None:
        work = _save_request if what == REQUEST else _take
        self._aside.run(what, told(lambda: work(this_pc().identities / id, path)))


class NewKeyDialog(AskingDialog):
    """Asks who a new key is for, and its passphrase twice."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, "new-key", message("New key"), message("Make the key"))
        self.id, self.name, self.laboratory = QLineEdit(), QLineEdit(), QLineEdit()
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        self.roles = {role: QCheckBox(_role(role)) for role in ROLES}
        for field in (self.passphrase, self.again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
        for field in (self.id, self.name, self.laboratory, self.passphrase, self.again):
            field.textChanged.connect(self.look)
        self.id.setPlaceholderText(say(message("e.g. LAB01-P1, unique in a comparison")))
        self.row(message("&Id"), self.id)
        self.row(message("&Name as it shall be printed"), self.name)
        self.row(message("&Laboratory code"), self.laboratory)
        boxes = QWidget()
        line = QHBoxLayout(boxes)
        line.setContentsMargins(0, 0, 0, 0)
        for box in self.roles.values():
            line.addWidget(box)
        line.addStretch(1)
        self.row(message("Roles asked for"), boxes)
        self.row(message("&Passphrase"), self.passphrase)
        self.row(message("The passphrase &again"), self.again)
        self.id.setFocus()
        self.look()

    def complete(self) -> bool:
        filled = all(one.text().strip() for one in (self.id, self.name, self.laboratory))
        return filled and bool(self.passphrase.text()) and self.passphrase.text() == self.again.text()

    def go(self) -> None:
        roles = tuple(role for role, box in self.roles.items() if box.isChecked())
        person = Person(self.id.text().strip(), self.name.text().strip(), self.laboratory.text().strip(), roles)
        passphrase = self.passphrase.text()
        self.ask(lambda: new_identity(folder_named(this_pc().identities, person.id), person, passphrase))

    def answered(self, _answer: object) -> None:
        self.accept()


def _kept(folder: Path) -> Kept:
    try:
        return Kept(folder.name, show_identity(folder))
    except Trouble as trouble:
        return Kept(folder.name, None, trouble.sentence)


def _row(one: Kept) -> tuple[str, ...]:
    if one.card is None:
        return one.id, "", "", "", say(one.trouble or message("waits for its certificate"))
    person = one.card.person
    roles = ", ".join(_role(role) for role in person.roles)
    return one.id, person.name, person.laboratory, roles, say(message("until {date}", date=one.card.ends.date()))


def _role(role: str) -> str:
    return say(ROLE_NAMES.get(role, message("pilot")))


def _save_request(folder: Path, path: Path) -> None:
    write_whole(path, read_small(folder / _REQUEST_FILE, _SMALL))


def _take(folder: Path, path: Path) -> None:
    install_certificate(folder, read_small(path, _SMALL))
