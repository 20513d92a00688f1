"""Results and budget: what the laboratory declares, and what follows from the record."""

from pathlib import Path

import msgspec
from msgspec import Struct
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from labclient.errors import WrongUse
from labclient.evaluation import BudgetDeclared, Standard
from labclient.participation import body_of, missing
from labclient.plan import Plan
from labclient.signing import parse_strict, read_small
from labclient.ui._choose import choose_file
from labclient.ui._desk import Desk
from labclient.ui._form import StructForm
from labclient.ui._marked import lead
from labclient.ui._page import Page, heading
from labclient.ui._table import fit
from labclient.ui._view import amount
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

_LARGEST = 1 << 20
_REASONS = 4


class ResultsPage(Page):
    """The standard's certificate, the declared components, the computed result. What comes next is the primary
    action."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Results and budget"))
        self.station = "results"
        self._filled = False
        self._here = False
        self._shown: dict[StructForm, Struct] = {}
        self._recorded: dict[StructForm, dict[str, object]] = {}
        self.result = _read_only(message("Results"))
        self.budget = _read_only(message("Uncertainty budget"))
        self.computed = QWidget()
        column = QVBoxLayout(self.computed)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (heading(message("Result")), self.result, heading(message("Uncertainty budget")), self.budget):
            column.addWidget(widget)
        self.computed.hide()
        self.body.addWidget(self.computed)
        self.standard, self.declared = StructForm(Standard), StructForm(BudgetDeclared)
        self.body.addWidget(heading(message("The laboratory's standard")))
        self.body.addWidget(self.standard)
        self.standard_button = self.in_body(message("Enter the standard"), self._enter_standard)
        self.body.addWidget(heading(message("What the laboratory declares")))
        self.body.addWidget(self.declared)
        self.budget_button = self.in_body(message("Enter the declared components"), self._enter_budget)
        self.body.addStretch(1)
        self.load_button = self.secondary(message("Fill in from a file…"), self._load)
        self.compute_button = self.secondary(message("Compute the result"), self._compute)
        self.done_button = self.primary(message("Sign this station off"), self._finish)
        for form in (self.standard, self.declared):
            form.changed.connect(self._rank)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here, before = state.station == "results", self._here
        self._here = here
        reasons = missing(state, "results")
        self.show_missing(_at_most(reasons) if here else ())
        if not self._filled:
            self._filled = True
            self._begin(state.plan)
        for form, known in ((self.standard, state.standard), (self.declared, state.budget)):
            if known is not None and known is not self._shown.get(form):
                self._shown[form] = known
                form.fill(msgspec.to_builtins(known))
                self._recorded[form] = form.body()
            form.set_editable("results" not in state.done)
        if here and not before:
            self.standard.focus_first()
        self._show_result(snapshot)
        self._rank()

    def _begin(self, plan: Plan) -> None:
        """What the plan already knows."""
        names = {row.id: row.name.said(say(message("language-code"))) for row in plan.budget}
        self.declared.learn("rows", "row", names)
        self.standard.fill({"values": _blank_values(plan)})
        self.declared.fill({"rows": _blank_rows(plan), "influences": _blank_influences(plan)})

    def _rank(self) -> None:
        """Let the next thing to do be the primary button."""
        if self.snapshot is None:
            return
        state = self.snapshot.state
        old = state.result is None or state.result_at < state.changed_at
        editable = "results" not in state.done
        budget_too = editable and state.station in {"measurement", "departure", "results"}
        next_one = self.done_button
        if editable and self.standard.body() != self._recorded.get(self.standard):
            next_one = self.standard_button
        elif budget_too and self.declared.body() != self._recorded.get(self.declared):
            next_one = self.budget_button
        elif old:
            next_one = self.compute_button
        lead([self.standard_button, self.budget_button, self.compute_button, self.done_button], next_one)
        self.standard_button.setEnabled(editable)
        self.budget_button.setEnabled(budget_too)
        self.load_button.setEnabled(editable)
        self.compute_button.setEnabled(self._here or (state.station == "signing" and old))
        ready = next_one is self.done_button and self._here
        self.done_button.setEnabled(ready and not missing(state, "results"))

    def forget(self) -> None:
        super().forget()
        self._filled, self._here, self._shown, self._recorded = False, False, {}, {}

    def _show_result(self, snapshot: Snapshot) -> None:
        result = snapshot.state.result
        points = result.points if result else ()
        self.computed.setVisible(bool(points))
        columns = (message("Point"), message("Value"), message("U"), message("Unit"), message("k"), message("ν"),
                   message("Cycles"))  # fmt: skip
        self.result.setColumnCount(len(columns))
        self.result.setHorizontalHeaderLabels([say(column) for column in columns])
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
        self.budget.setColumnCount(len(titles))
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
        body, who = self.standard.checked("standard"), self.desk.who
        if body is not None:
            self.desk.do("enter", lambda participation: participation.enter("standard", body, who))

    def _enter_budget(self) -> None:
        body, who = self.declared.checked("budget"), self.desk.who
        if body is not None:
            self.desk.do("enter", lambda participation: participation.enter("budget", body, who))

    def _load(self) -> None:
        choose_file(
            self, message("Choose a file"), "*.json",
            lambda path: self.desk.run("load", lambda: read_declared(path)),
        )  # fmt: skip

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
    """What a JSON file says under "standard" and "budget", each complete. Raises `NotVerified`, `EntryInvalid`,
    `WrongUse`, `StorageTrouble`."""
    found = parse_strict(read_small(file, _LARGEST))
    parts = [name for name in ("standard", "budget") if isinstance(found, dict) and name in found]
    if not parts:
        raise WrongUse(message("{file} names neither a standard nor a budget.", file=file.name))
    return {name: msgspec.to_builtins(body_of(name, found[name])) for name in parts}


def _read_only(name: Message) -> QTableWidget:
    table = QTableWidget(0, 0)
    table.setAccessibleName(say(name))
    table.verticalHeader().hide()
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    return table


def _at_most(reasons: tuple[Message, ...]) -> tuple[Message, ...]:
    """The first of many reasons, and how many there are besides."""
    if len(reasons) <= _REASONS:
        return reasons
    more = message("and {count} more", count=len(reasons) - _REASONS + 1)
    return (*reasons[: _REASONS - 1], more)


def _blank_values(plan: Plan) -> list[dict[str, str]]:
    """A line of the certificate for each point."""
    return [{"point": point.id, "value": "", "unit": plan.unit, "U": "", "k": ""} for point in plan.points]


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
