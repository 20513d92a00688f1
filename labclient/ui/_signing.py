"""Review and signatures: the revision is prepared, three people sign, the package is written."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMessageBox, QTableWidgetItem

from labclient.participation import Participation, missing, pack, prepare
from labclient.ui._choose import choose_folder
from labclient.ui._desk import Desk
from labclient.ui._dialog import beside, plain_name
from labclient.ui._marked import lead
from labclient.ui._marks import mark_icon
from labclient.ui._page import Page
from labclient.ui._revision import is_prepared, new_folder, remember_package, revision_lines, staged_folder
from labclient.ui._sign_dialog import SignDialog
from labclient.ui._snug import SnugTable
from labclient.ui._view import role_rows
from labclient.ui._watch import Snapshot
from labclient.words import message, say

_SIGNED, _DUE, _LATER = message("signed"), message("due now"), message("later")


class SigningPage(Page):
    """Prepare the revision, let each role sign with its own key, write the package."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Review and signatures"), "signing")
        self.explained = QLabel(
            say(message("Three people sign with their own keys. A change after the first signature discards them all."))
        )
        self.explained.setWordWrap(True)
        self.revision = QLabel()
        self.revision.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        headings = (message("State"), message("Role"), message("Person"))
        self.roles = SnugTable(say(message("Signatures")), headings, wide=(2,))
        for widget in (self.explained, self.revision, self.roles):
            self.body.addWidget(widget)
        self._ask_folder()
        self.body.addStretch(1)
        self.prepare_button = self.secondary(message("Prepare the revision"), self._prepare)
        self.sign_button = self.secondary(message("Sign…"), self._sign)
        self.write_button = self.secondary(message("Write the package"), self._write)
        self.done_button = self.primary(message("Sign this station off"), self._finish)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == "signing"
        reasons = missing(state, "signing")
        self.show_missing(reasons)
        self.revision.setText("\n".join(say(line) for line in revision_lines(state)) if state.result else "")
        self._show_roles(snapshot)
        if not self.folder.text():
            self.folder.setText(str(snapshot.path.parent))
        prepared = is_prepared(state)
        due = prepared and any(row.next for row in role_rows(state))
        writable = here and prepared and not due and state.packaged is None
        self.prepare_button.setEnabled(here and state.packaged is None)
        self.sign_button.setEnabled(here and due)
        self.write_button.setEnabled(writable)
        self.folder.setEnabled(writable)
        self.choose.setEnabled(writable)
        self.done_button.setEnabled(here and not reasons)
        steps = ((self.write_button, writable), (self.sign_button, due), (self.prepare_button, not prepared))
        next_one = next((button for button, is_next in steps if here and reasons and is_next), self.done_button)
        lead([self.prepare_button, self.sign_button, self.write_button, self.done_button], next_one)

    def forget(self) -> None:
        super().forget()
        self.folder.clear()

    def _ask_folder(self) -> None:
        label = message("&Folder for the package")
        name = QLabel(say(label))
        self.folder = QLineEdit()
        self.folder.setAccessibleName(plain_name(label))
        name.setBuddy(self.folder)
        self.choose = beside(message("Choose…"), message("Where to write the package"), self._choose)
        row = QHBoxLayout()
        for widget in (name, self.folder, self.choose):
            row.addWidget(widget)
        self.body.addLayout(row)

    def _show_roles(self, snapshot: Snapshot) -> None:
        rows, trust = role_rows(snapshot.state), snapshot.state.trust
        names = {one.id: one.name for one in trust.document.people} if trust else {}
        shown: list[tuple[QTableWidgetItem, str, str]] = []
        for row in rows:
            said = say(_SIGNED if row.signed else _DUE if row.next else _LATER)
            state = QTableWidgetItem(mark_icon("passed" if row.signed else "waiting"), said)
            shown.append((state, say(row.name), f"{row.person}   {names.get(row.person, '')}".strip()))
        self.roles.show_rows(shown)

    def _prepare(self) -> None:
        if self.snapshot is None or not (is_prepared(self.snapshot.state) and self.snapshot.state.signed):
            self._prepare_anew()
            return
        said = say(message("The signatures given so far are discarded; all sign anew."))
        box = QMessageBox(QMessageBox.Icon.Warning, "labclient", said, parent=self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        anew = box.addButton(say(message("Prepare again")), QMessageBox.ButtonRole.AcceptRole)
        kept = box.addButton(say(message("Keep the signatures")), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(kept)
        anew.clicked.connect(self._prepare_anew)
        box.open()

    def _prepare_anew(self) -> None:
        who = self.desk.who
        self.desk.do("prepare", lambda participation: prepare(participation, new_folder(participation), who))

    def _sign(self) -> None:
        if self.snapshot is None:
            return
        state = self.snapshot.state
        role = next((row.role for row in role_rows(state) if row.next), None)
        if role is not None:
            SignDialog(self, self.desk, state, role).open()

    def _choose(self) -> None:
        def chosen(folder: Path) -> None:
            self.folder.setText(str(folder))

        choose_folder(self, message("Where to write the package"), chosen, Path(self.folder.text() or "."))

    def _write(self) -> None:
        written = self.folder.text().strip()

        def work(participation: Participation) -> Path:
            beside_notebook = participation.path.parent
            path, _ = pack(participation, staged_folder(participation), beside_notebook / written)
            packaged = participation.state.packaged
            if packaged is not None and path.parent != beside_notebook:
                remember_package(participation.home, packaged.sha256, path)
            return path

        self.desk.do("pack", work)

    def _finish(self) -> None:
        who = self.desk.who
        self.desk.do("finish", lambda participation: participation.finish("signing", who))
