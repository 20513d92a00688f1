"""Results and budget: what the laboratory declares, and what follows from the record."""

from pathlib import Path
from threading import Event

import msgspec
from msgspec import Struct
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QPushButton

from labclient.errors import BrokenOff, WrongUse
from labclient.evaluation import BudgetDeclared, Standard
from labclient.participation import body_of, missing
from labclient.plan import Plan, influences_asked, input_unit
from labclient.signing import parse_strict, read_small
from labclient.ui._choose import choose_file
from labclient.ui._computed import ComputedResult
from labclient.ui._desk import Desk
from labclient.ui._dialog import beside
from labclient.ui._form import StructForm
from labclient.ui._marked import lead
from labclient.ui._page import Page, heading
from labclient.ui._watch import Snapshot
from labclient.words import Message, language, message, say

_LARGEST = 1 << 20
_REASONS = 4


class ResultsPage(Page):
    """The standard's certificate, the declared components, the computed result. What comes next is the primary
    action."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Results and budget"), "results")
        self.station = "results"
        self._filled = False
        self._here = False
        self._shown: dict[StructForm, Struct] = {}
        self._recorded: dict[StructForm, dict[str, object]] = {}
        self.computed = ComputedResult()
        self.body.addWidget(self.computed)
        self.standard, self.declared = StructForm(Standard), StructForm(BudgetDeclared)
        row = QHBoxLayout()
        row.addWidget(heading(message("The laboratory's standard")), 1)
        self.load_button = beside(message("Fill in from a file…"), message("Fill in from a file…"), self._load)
        row.addWidget(self.load_button)
        self.body.addLayout(row)
        self.body.addWidget(self.standard)
        self.body.addWidget(heading(message("What the laboratory declares")))
        self.body.addWidget(self.declared)
        self.body.addStretch(1)
        self.standard_button = self.secondary(message("Enter the standard"), self._enter_standard)
        self.budget_button = self.secondary(message("Enter the declared components"), self._enter_budget)
        self._halt = Event()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(say(message("Monte Carlo trials")))
        self.bar.hide()
        self.buttons.insertWidget(0, self.bar, 100)
        self.stop_button = self.secondary(message("Break off"), self._halt.set)
        self.stop_button.setShortcut(QKeySequence("F6"))
        self.stop_button.hide()
        self.compute_button = self.secondary(message("Compute the result"), self._compute)
        self.done_button = self.primary(message("Sign this station off"), self._finish)
        for button in (self.standard_button, self.budget_button):  # each only where it is what comes next
            button.hide()
        for form in (self.standard, self.declared):
            form.changed.connect(self._rank)
        desk.progressed.connect(self._progress)
        desk.busy.connect(self._busy)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here, before = state.station == "results", self._here
        self._here = here
        reasons = missing(state, "results")
        self.show_missing(_at_most(reasons))
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
        self.computed.show_state(state)
        self._rank()

    def _begin(self, plan: Plan) -> None:
        """What the plan already knows."""
        names = {row.id: row.name.said(language()) for row in plan.budget}
        self.declared.learn("rows", "row", names)
        self.declared.set_column("rows", "estimate", plan.model is not None)
        for column in ("first", "second"):
            self.declared.learn("correlations", column, names)
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
        due = self._due(standard=editable, declared=budget_too)
        next_one = due or (self.compute_button if old else self.done_button)
        for button in (self.standard_button, self.budget_button):
            button.setVisible(button is due)
        lead([self.standard_button, self.budget_button, self.compute_button, self.done_button], next_one)
        self.load_button.setEnabled(editable)
        self.compute_button.setEnabled(self._here or (state.station == "signing" and old))
        ready = next_one is self.done_button and self._here
        self.done_button.setEnabled(ready and not missing(state, "results"))

    def _due(self, *, standard: bool, declared: bool) -> QPushButton | None:
        """What enters a form with something new in it: that in which somebody is typing, else the first."""
        forms = {self.standard: self.standard_button} if standard else {}
        forms |= {self.declared: self.budget_button} if declared else {}
        new = [form for form in forms if form.body() != self._recorded.get(form)]
        at = QApplication.focusWidget()
        typed = [form for form in new if at is not None and form.isAncestorOf(at)]
        return next((forms[form] for form in (*typed, *new)), None)

    def forget(self) -> None:
        super().forget()
        self._filled, self._here, self._shown, self._recorded = False, False, {}, {}

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
        desk, who, halt = self.desk, self.desk.who, self._halt
        halt.clear()

        def told(done: int, most: int) -> None:
            desk.progress("result", done, most)
            if halt.is_set() or desk.closing:
                raise BrokenOff(message("The computation was broken off: no result was entered."))

        desk.do("result", lambda participation: participation.compute_result(who, told))

    def _progress(self, task: str, done: int, total: int) -> None:
        if task == "result":
            self.bar.setRange(0, total)
            self.bar.setValue(min(done, total))
            self.bar.show()
            self.stop_button.show()

    def _busy(self, busy: bool) -> None:
        if not busy:
            self.bar.hide()
            self.stop_button.hide()

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


def _at_most(reasons: tuple[Message, ...]) -> tuple[Message, ...]:
    """The first of many reasons, and how many there are besides."""
    if len(reasons) <= _REASONS:
        return reasons
    more = message("and {count} more", count=len(reasons) - _REASONS + 1)
    return (*reasons[: _REASONS - 1], more)


def _blank_values(plan: Plan) -> list[dict[str, str]]:
    """A line of the certificate for each point."""
    unit = next(input_unit(plan, row) for row in plan.budget if row.origin == "certificate")
    return [{"point": point.id, "value": "", "unit": unit, "U": "", "k": ""} for point in plan.points]


def _blank_rows(plan: Plan) -> list[dict[str, str]]:
    """A line for each component that the plan wants declared, at each point."""
    return [
        {"row": row.id, "point": point.id, "value": "", "unit": input_unit(plan, row), "source": "", "dof": "inf",
         "estimate": "0"}
        for row in plan.budget
        if row.origin == "declared"
        for point in plan.points
    ]  # fmt: skip


def _blank_influences(plan: Plan) -> list[dict[str, str]]:
    return [
        {"influence": influence, "u": "", "unit": unit, "source": ""}
        for influence, unit in influences_asked(plan).items()
    ]
