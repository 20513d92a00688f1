"""Software validation: reference cases computed on this PC, beside their certified answers."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QTableWidgetItem

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._page import Page
from labclient.ui._revision import Known, known_identities
from labclient.ui._snug import SnugTable
from labclient.ui._validation_save import SaveDialog
from labclient.validation import Compared, Outcome, digits, validate
from labclient.words import message, say

WORK = "validation"


class ValidationPage(Page):
    """One row a case, by the quantity that comes out worst; the report holds them all."""

    def __init__(self, desk: Desk, aside: Aside) -> None:
        super().__init__(desk, message("Software validation"))
        self._aside = aside
        self.outcome: Outcome | None = None
        self._identities: tuple[Known | Trouble, ...] = ()
        self.missing.hide()
        self.said = QLabel(
            say(
                message(
                    "Reference cases with certified answers are computed on this PC and compared. It takes seconds; "
                    "no instrument and no notebook is needed."
                )
            )
        )
        self.said.setWordWrap(True)
        self.table = SnugTable(
            say(message("Reference cases")),
            (message("Case"), message("Weakest quantity"), message("Certified value"), message("Ours"), message("LRE"),
             message("Bar"), message("Verdict")),
            wide=(0,),
            numbers=(2, 3, 4, 5),
        )  # fmt: skip
        self.table.hide()
        for widget in (self.said, self.table):
            self.body.addWidget(widget)
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
        icons = {mark: mark_icon(mark) for mark in ("passed", "failed")}
        self.table.show_rows([_cells(row, icons) for row in outcome.weakest()])
        self.table.show()
        self.save_button.setEnabled(True)

    def _done(self, what: str, answer: object) -> None:
        if what == WORK and isinstance(answer, tuple):
            outcome, self._identities = answer
            self._rest()
            self.show_outcome(outcome)

    def _rest(self) -> None:
        self.run_button.setEnabled(True)

    def _saved(self, path: Path) -> None:
        self.desk.tell(message("The report is saved: {path}", path=str(path)))


def _told(outcome: Outcome) -> str:
    return f"{outcome.made:%Y-%m-%d %H:%M:%S} UTC"


def _cells(row: Compared, icons: dict[str, QIcon]) -> tuple[str | QTableWidgetItem, ...]:
    mark = "passed" if row.passed else "failed"
    verdict = QTableWidgetItem(icons[mark], mark_word(mark))
    ours = QTableWidgetItem(row.ours or "—")
    ours.setToolTip(row.trouble)
    return row.case, row.quantity, row.certified, ours, digits(row.lre) or "—", digits(row.bar) or "—", verdict
