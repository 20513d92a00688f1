"""The last pages: three people sign, the package is written, sent, and its receipt verified."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QLineEdit, QTableWidget, QTableWidgetItem

from labclient.participation import Participation, missing, pack, prepare, send, sign, submit, take_receipt
from labclient.signing import load_identity
from labclient.submission import Outbox
from labclient.ui._desk import Desk
from labclient.ui._marks import mark_icon
from labclient.ui._page import Page
from labclient.ui._view import role_rows
from labclient.ui._watch import Snapshot
from labclient.words import message, say

_SIGNED, _DUE, _LATER = message("signed"), message("due now"), message("later")


class SigningPage(Page):
    """Prepare the revision, let each role sign with its own key, write the package."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Review and signatures"))
        self.roles = QTableWidget(0, 3)
        self.roles.setAccessibleName(say(message("Signatures")))
        self.roles.verticalHeader().hide()
        self.roles.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.explained = QLabel(
            say(message("Three people sign with their own keys. A change after the first signature discards them all."))
        )
        self.explained.setWordWrap(True)
        self.body.addWidget(self.explained)
        self.body.addWidget(self.roles, 1)
        self.prepare_button = self.secondary(message("Prepare the revision"), self._prepare)
        self.sign_button = self.secondary(message("Sign…"), self._sign)
        self.write_button = self.secondary(message("Write the package…"), self._write)
        self.done_button = self.primary(message("Sign this station off"), self._finish)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == "signing"
        reasons = missing(state, "signing")
        self.show_missing(reasons if here else ())
        rows = role_rows(state)
        self.roles.setRowCount(len(rows))
        headings = (message("State"), message("Role"), message("Person"))
        self.roles.setHorizontalHeaderLabels([say(one) for one in headings])
        for place, row in enumerate(rows):
            done = (
                say(message("signed")) if row.signed else say(message("due now")) if row.next else say(message("later"))
            )
            self.roles.setItem(place, 0, QTableWidgetItem(mark_icon("passed" if row.signed else "waiting"), done))
            self.roles.setItem(place, 1, QTableWidgetItem(say(row.name)))
            self.roles.setItem(place, 2, QTableWidgetItem(row.person))
        self.roles.resizeColumnsToContents()
        due = any(row.next for row in rows)
        self.prepare_button.setEnabled(here and state.packaged is None)
        self.sign_button.setEnabled(here and due)
        self.write_button.setEnabled(here and state.staged is not None and not due and state.packaged is None)
        self.done_button.setEnabled(here and not reasons)

    def _prepare(self) -> None:
        who = self.desk.who
        self.desk.do("prepare", lambda participation: prepare(participation, _next_folder(participation), who))

    def _sign(self) -> None:
        if self.snapshot is None:
            return
        role = next(row.role for row in role_rows(self.snapshot.state) if row.next)
        folder = QFileDialog.getExistingDirectory(self, say(message("The signer's identity")))
        if not folder:
            return
        passphrase, given = QInputDialog.getText(
            self, say(message("Sign")), say(message("Passphrase of the key:")), QLineEdit.EchoMode.Password
        )
        if given:
            self.desk.do("sign", lambda p: sign(p, _staged_folder(p), role, load_identity(Path(folder), passphrase)))

    def _write(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, say(message("Where to write the package")))
        if folder:
            self.desk.do("pack", lambda participation: pack(participation, _staged_folder(participation), Path(folder)))

    def _finish(self) -> None:
        who = self.desk.who
        self.desk.do("finish", lambda participation: participation.finish("signing", who))


class SubmissionPage(Page):
    """Send the package, take the receipt. Until the receipt is verified it is sent, not confirmed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Submission"))
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setObjectName("verdict")
        self.body.addWidget(self.said)
        self.copy_button = self.in_body(message("Copy to a folder or stick…"), self._copy)
        self.send_button = self.in_body(message("Send to a platform…"), self._send)
        self.receipt_button = self.in_body(message("Read the receipt…"), self._receipt)
        self.body.addStretch(1)
        self.done_button = self.primary(message("Sign this station off"), self._finish)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == "submission"
        reasons = missing(state, "submission")
        self.show_missing(reasons if here else ())
        self.copy_button.setEnabled(here)
        self.send_button.setEnabled(here and state.receipt is None)
        self.receipt_button.setEnabled(here and state.submitted is not None)
        self.done_button.setEnabled(here and not reasons)
        if state.receipt:
            said = message("Delivered: {signer} has signed the receipt at {time}.", signer=state.receipt.signer,
                           time=state.receipt.received)  # fmt: skip
        elif state.submitted:
            said = message("Sent, not confirmed: {to}", to=state.submitted.to)
        elif state.packaged:
            said = message("{file}, {bytes} bytes, SHA-256 {sha256}", file=state.packaged.file,
                           bytes=state.packaged.bytes, sha256=state.packaged.sha256)  # fmt: skip
        else:
            said = message("There is nothing to send yet.")
        self.said.setText(say(said))

    def _copy(self) -> None:
        if self.snapshot is None:
            return
        package, _ = QFileDialog.getOpenFileName(self, say(message("The package")), "", "*.asice")
        folder = package and QFileDialog.getExistingDirectory(self, say(message("Where to send it")))
        if folder:
            self.desk.do("submit", lambda participation: submit(participation, Path(package), Path(folder)))

    def _send(self) -> None:
        """Over a network: the outbox goes on where it was, however often this is pressed."""
        package, _ = QFileDialog.getOpenFileName(self, say(message("The package")), "", "*.asice")
        if not package:
            return
        title, asked = say(message("Send to a platform")), say(message("Address of the platform (https://…):"))
        url, given = QInputDialog.getText(self, title, asked)
        if given:
            self.desk.do("send", lambda p: send(p, Path(package), url.strip(), Outbox(p.home.outbox)))

    def _receipt(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, say(message("The receipt")), "", "*.asice")
        if name:
            self.desk.do("receipt", lambda participation: take_receipt(participation, Path(name)))

    def _finish(self) -> None:
        who = self.desk.who
        self.desk.do("finish", lambda participation: participation.finish("submission", who))


def _staged_folder(participation: Participation) -> Path:
    """Where the revision that is being signed lies: beside the notebook."""
    staged = participation.state.staged
    return _folder(participation, staged.revision if staged else 1)


def _next_folder(participation: Participation) -> Path:
    staged = participation.state.staged
    return _folder(participation, staged.revision + 1 if staged else 1)


def _folder(participation: Participation, revision: int) -> Path:
    return participation.path.with_suffix(f".r{revision}")
