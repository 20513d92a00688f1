"""Results and budget: what the laboratory declares, and what follows from the record."""

from pathlib import Path

import msgspec
from msgspec import Struct
from PySide6.QtWidgets import QFileDialog, QPushButton, QTableWidget, QTableWidgetItem

from labclient.errors import WrongUse
from labclient.evaluation import BudgetDeclared, Standard
from labclient.participation import missing
from labclient.plan import Plan
from labclient.signing import parse_strict, read_small
from labclient.ui._desk import Desk
from labclient.ui._form import StructForm, fit
from labclient.ui._page import Page, heading
from labclient.ui._view import amount
from labclient.ui._watch import Snapshot
from labclient.words import message, say

_LARGEST = 1 << 20


class ResultsPage(Page):
    """The standard's certificate, the declared components, the computed result."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Results and budget"))
        self.station = "results"
        self._filled = False
        self._shown: dict[StructForm, Struct] = {}
        self.result = QTableWidget(0, 7)
        self.result.setAccessibleName(say(message("Results")))
        self.result.setHorizontalHeaderLabels(
            [say(message("Point")), say(message("Value")), "U", say(message("Unit")), "k", "ν", say(message("Cycles"))]
        )
        self.result.verticalHeader().hide()
        self.result.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.budget = QTableWidget(0, 6)
        self.budget.setAccessibleName(say(message("Uncertainty budget")))
        self.budget.verticalHeader().hide()
        self.budget.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.standard = StructForm(Standard)
        self.declared = StructForm(BudgetDeclared)
        enter_standard = QPushButton(say(message("Enter the standard")))
        enter_standard.clicked.connect(self._enter_standard)
        enter_budget = QPushButton(say(message("Enter the declared components")))
        enter_budget.clicked.connect(self._enter_budget)
        for widget in (
            heading(message("Result")),
            self.result,
            heading(message("Uncertainty budget")),
            self.budget,
            heading(message("The laboratory's standard")),
            self.standard,
            enter_standard,
            heading(message("What the laboratory declares")),
            self.declared,
            enter_budget,
        ):
            self.body.addWidget(widget)
        self.secondary(message("Fill in from a file…"), self._load)
        self.compute_button = self.secondary(message("Compute the result"), self._compute)
        self.done_button = self.primary(message("Sign this station off"), self._finish)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == "results"
        reasons = missing(state, "results")
        self.show_missing(reasons if here else ())
        self.compute_button.setEnabled(here)
        self.done_button.setEnabled(here and not reasons)
        if not self._filled:
            self._filled = True
            self.declared.fill({"rows": _blank_rows(state.plan), "influences": _blank_influences(state.plan)})
        for form, known in ((self.standard, state.standard), (self.declared, state.budget)):
            if known is not None and known is not self._shown.get(form):
                self._shown[form] = known
                form.fill(msgspec.to_builtins(known))
        self._show_result(snapshot)

    def forget(self) -> None:
        super().forget()
        self._filled, self._shown = False, {}

    def _show_result(self, snapshot: Snapshot) -> None:
        result = snapshot.state.result
        points = result.points if result else ()
        self.result.setRowCount(len(points))
        lines = []
        for place, one in enumerate(points):
            texts = (one.point, one.reported_value, one.reported_U, one.unit, one.k, one.dof, str(one.cycles))
            for column, text in enumerate(texts):
                self.result.setItem(place, column, QTableWidgetItem(text))
            lines += [(one.point, line) for line in one.budget]
        self.budget.setRowCount(len(lines))
        titles = (message("Point"), message("Component"), message("Type"), message("u"), message("Contribution"),
                  message("Share"))  # fmt: skip
        self.budget.setHorizontalHeaderLabels([say(title) for title in titles])
        names = {row.id: row.name for row in snapshot.state.plan.budget}
        for place, (point, line) in enumerate(lines):
            name = names[line.row].said(say(message("language-code"))) if line.row in names else line.row
            texts6 = (point, name, line.evaluation, amount(line.u, line.unit),
                      amount(line.contribution, snapshot.state.plan.unit), f"{float(line.share):.1%}")  # fmt: skip
            for column, text in enumerate(texts6):
                self.budget.setItem(place, column, QTableWidgetItem(text))
        for table in (self.result, self.budget):
            fit(table)

    def _enter_standard(self) -> None:
        body, who = self.standard.body(), self.desk.who
        self.desk.do("enter", lambda participation: participation.enter("standard", body, who))

    def _enter_budget(self) -> None:
        body, who = self.declared.body(), self.desk.who
        self.desk.do("enter", lambda participation: participation.enter("budget", body, who))

    def _load(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, say(message("Choose a file")), "", "*.json")
        if name:
            self.desk.run("load", lambda: read_declared(Path(name)))

    def fill(self, values: dict[str, dict[str, object]]) -> None:
        """Show what a file said; it is entered only when a person says so."""
        self.standard.fill(values.get("standard", {}))
        self.declared.fill(values.get("budget", {}))

    def _compute(self) -> None:
        who = self.desk.who
        self.desk.do("result", lambda participation: participation.compute_result(who))

    def _finish(self) -> None:
        who = self.desk.who
        self.desk.do("finish", lambda participation: participation.finish("results", who))


def read_declared(file: Path) -> dict[str, dict[str, object]]:
    """What a JSON file says under "standard" and "budget", each complete. Raises `NotVerified`, `WrongUse`,
    `StorageTrouble`."""
    found = parse_strict(read_small(file, _LARGEST))
    kinds: dict[str, type[Struct]] = {"standard": Standard, "budget": BudgetDeclared}
    parts = [name for name in kinds if isinstance(found, dict) and name in found]
    if not parts:
        raise WrongUse(message("{file} names neither a standard nor a budget.", file=file.name))
    try:
        return {name: msgspec.to_builtins(msgspec.convert(found[name], kinds[name])) for name in parts}
    except msgspec.ValidationError as error:
        raise WrongUse(message("The entry is not complete: {cause}", cause=str(error))) from error


def _blank_rows(plan: Plan) -> list[dict[str, str]]:
    """A line for each component that the plan wants declared, at each point."""
    return [
        {"row": row.id, "point": point.id, "value": "", "unit": plan.unit, "source": "", "dof": "inf"}
        for row in plan.budget
        if row.origin == "declared"
        for point in plan.points
    ]


def _blank_influences(plan: Plan) -> list[dict[str, str]]:
    return [
        {"influence": one.influence, "u": "", "unit": one.reference.unit, "source": ""}
        for one in plan.transfer_standard.coefficients
    ]
