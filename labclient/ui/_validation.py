"""Software validation: reference cases computed on this PC, beside their certified answers."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QLabel

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.ui._aside import Aside
from labclient.ui._case_table import CaseTable
from labclient.ui._desk import Desk
from labclient.ui._page import Page
from labclient.ui._revision import Known, known_identities
from labclient.ui._validation_save import SaveDialog
from labclient.validation import Outcome, validate
from labclient.words import message, say

WORK = "validation"
_EXPLAINED = message(
    "Reference cases with certified answers are computed on this PC and compared. It takes seconds; "
    "no instrument and no notebook is needed."
)


class ValidationPage(Page):
    """One row a case, by the quantity that comes out worst; the report holds them all."""

    def __init__(self, desk: Desk, aside: Aside) -> None:
        super().__init__(desk, message("Software validation"))
        self._aside = aside
        self.outcome: Outcome | None = None
        self._identities: tuple[Known | Trouble, ...] = ()
        self._before = say(_EXPLAINED)
        self.missing.hide()
        self.said = QLabel(say(_EXPLAINED))
        self.said.setWordWrap(True)
        self.table = CaseTable()
        self.table.hide()
        self.body.addWidget(self.said)
        self.body.addWidget(self.table, 1000)
        self.body.addStretch(1)
        self.save_button = self.secondary(message("Save the report…"), self.save)
        self.save_button.setEnabled(False)
        self.run_button = self.primary(message("Compute the reference cases"), self.run)
        aside.done.connect(self._done)
        aside.failed.connect(self._rest)
        aside.crashed.connect(self._rest)

    def run(self) -> None:
        """Compute them all, beside whatever else is done."""
        self.run_button.setEnabled(False)
        self._before = self.said.text()
        self.said.setText(say(message("Computing the reference cases…")))
        self._aside.run(WORK, lambda: (validate(datetime.now(UTC)), known_identities(this_pc().identities)))

    def save(self) -> None:
        """Ask where to, and who signs."""
        if self.outcome is not None:
            dialog = SaveDialog(self, self.desk, self.outcome, self._identities)
            dialog.saved.connect(self._saved)
            dialog.open()

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what was found."""
        self.outcome = outcome
        self.said.setText(
            say(
                message(
                    "{time} by this PC's clock: {quantities} quantities of {cases} cases, all reach their bar.",
                    time=_told(outcome), quantities=len(outcome.rows), cases=len(outcome.weakest()),
                )
                if outcome.ok
                else message(
                    "{time} by this PC's clock: {missed} of {quantities} quantities are below their bar. Do not use "
                    "the program on this PC until the reason is known.",
                    time=_told(outcome), missed=len(outcome.missed), quantities=len(outcome.rows),
                )
            )
        )  # fmt: skip
        self.table.show_rows(outcome.weakest())
        self.table.show()
        self.save_button.setEnabled(True)

    def _done(self, what: str, answer: object) -> None:
        if what == WORK and isinstance(answer, tuple):
            outcome, self._identities = answer
            self._rest()
            self.show_outcome(outcome)

    def _rest(self) -> None:
        self.run_button.setEnabled(True)
        self.said.setText(self._before)

    def _saved(self, path: Path) -> None:
        self.desk.tell(message("The report is saved: {path}", path=str(path)))


def _told(outcome: Outcome) -> str:
    return f"{outcome.made:%Y-%m-%d %H:%M:%S} UTC"
