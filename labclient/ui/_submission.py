"""Submission: the package goes out, the receipt comes back. Until it is verified it is sent, not confirmed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel

from labclient.participation import State, missing, submit, take_receipt
from labclient.ui._choose import choose_file, choose_folder
from labclient.ui._desk import Desk, home_of
from labclient.ui._marked import lead
from labclient.ui._marks import State as Mark
from labclient.ui._marks import StateMark
from labclient.ui._moment import readable
from labclient.ui._page import Page
from labclient.ui._revision import find_package
from labclient.ui._send_dialog import SendDialog
from labclient.ui._theme import S4, space
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

_PACKAGE = "package"


class SubmissionPage(Page):
    """`package` is the written file where it was found, None where somebody has to say where it is."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Submission"), "submission")
        self.package: Path | None = None
        self._looked_for = ""
        self.said = _line()
        self.said.setObjectName("verdict")
        self.where = _line()
        self.where.setProperty("role", "muted")
        self.marks = tuple(StateMark() for _ in range(3))
        steps = QHBoxLayout()
        steps.setSpacing(space(S4))
        for mark in self.marks:
            steps.addWidget(mark)
        steps.addStretch(1)
        self.body.addLayout(steps)
        self.body.addWidget(self.said)
        self.body.addWidget(self.where)
        self.copy_button = self.in_body(message("Copy to a folder or stick…"), self._copy)
        self.body.addStretch(1)
        self.receipt_button = self.secondary(message("Read the receipt…"), self._receipt)
        self.send_button = self.secondary(message("Send to a platform…"), self._send)
        self.done_button = self.primary(message("Sign this station off"), self._finish)
        desk.done.connect(self._found)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == "submission"
        reasons = missing(state, "submission")
        self.show_missing(reasons)
        self.copy_button.setEnabled(here)
        self.send_button.setEnabled(here and state.receipt is None)
        self.receipt_button.setEnabled(here and state.submitted is not None)
        self.done_button.setEnabled(here and not reasons)
        steps = ((self.send_button, state.submitted is None), (self.receipt_button, state.receipt is None))
        next_one = next((button for button, is_next in steps if here and is_next), self.done_button)
        lead([self.receipt_button, self.send_button, self.done_button], next_one)
        self.said.setText(say(how_it_stands(state)))
        for mark, (kind, word) in zip(self.marks, steps_told(state), strict=True):
            mark.show_state(kind, word)
        self._look_for(snapshot)

    def forget(self) -> None:
        super().forget()
        self.package, self._looked_for = None, ""
        self.where.clear()

    def _look_for(self, snapshot: Snapshot) -> None:
        """Once for each package, at the desk."""
        packaged, path, state = snapshot.state.packaged, snapshot.path, snapshot.state
        if packaged is not None and packaged.sha256 != self._looked_for:
            self._looked_for = sha256 = packaged.sha256
            self.desk.run(_PACKAGE, lambda: (sha256, find_package(home_of(path), path, state)))

    def _found(self, what: str, answer: object) -> None:
        if what == _PACKAGE and isinstance(answer, tuple) and answer[0] == self._looked_for:
            self._know(answer[1])

    def _know(self, package: Path | None) -> None:
        self.package = package
        said = (
            message("The package is not where it was written; you will be asked for it.")
            if package is None
            else message("The package: {path}", path=str(package))
        )
        self.where.setText(say(said))

    def _with_package(self, then: Callable[[Path], None]) -> None:
        """Go on with the package; a person is asked for it only where it was not found."""
        if self.package is not None:
            then(self.package)
        else:
            choose_file(self, message("The package"), "*.asice", then, self._beside())

    def _copy(self) -> None:
        def ask(package: Path) -> None:
            def chosen(folder: Path) -> None:
                self.desk.do("submit", lambda participation: submit(participation, package, folder))

            choose_folder(self, message("Where to send it"), chosen)

        self._with_package(ask)

    def _send(self) -> None:
        def ask(package: Path) -> None:
            if self.snapshot is not None:
                SendDialog(self, self.desk, package, self.snapshot.path).open()

        self._with_package(ask)

    def _receipt(self) -> None:
        def chosen(file: Path) -> None:
            self.desk.do("receipt", lambda participation: take_receipt(participation, file))

        choose_file(self, message("The receipt"), "*.asice", chosen, self._beside())

    def _beside(self) -> Path | None:
        return self.snapshot.path.parent if self.snapshot is not None else None

    def _finish(self) -> None:
        who = self.desk.who
        self.desk.do("finish", lambda participation: participation.finish("submission", who))


def steps_told(state: State) -> tuple[tuple[Mark, Message], ...]:
    """The way of the package in three steps; sent is not yet delivered."""
    written, sent, there = (one is not None for one in (state.packaged, state.submitted, state.receipt))
    told = message("sent") if there else message("sent, not confirmed") if sent else message("not sent yet")
    return (
        (Mark.PASSED if written else Mark.RUNNING, message("package written")),
        (Mark.PASSED if there else Mark.RUNNING if written else Mark.WAITING, told),
        (Mark.PASSED if there else Mark.RUNNING if sent else Mark.WAITING, message("receipt verified")),
    )


def how_it_stands(state: State) -> Message:
    """How far the package has got, in one sentence."""
    if state.receipt:
        return message("Delivered: {signer} has signed the receipt at {time}.", signer=state.receipt.signer,
                       time=readable(state.receipt.received))  # fmt: skip
    if state.submitted:
        return message("Sent, not confirmed: {to}", to=state.submitted.to)
    if state.packaged:
        return message("{file}, {bytes} bytes, SHA-256 {sha256}", file=state.packaged.file,
                       bytes=state.packaged.bytes, sha256=state.packaged.sha256)  # fmt: skip
    return message("There is nothing to send yet.")


def _line() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
