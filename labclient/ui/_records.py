"""Pages on which a person states something for the record: arrival, departure, handover."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec import Struct
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from labclient.clock import SystemClock
from labclient.participation import Departure, HandedOver, State, damage, missing
from labclient.plan import Plan, Station
from labclient.ui._decision import DecisionDialog
from labclient.ui._desk import Desk
from labclient.ui._form import StructForm
from labclient.ui._marked import lead
from labclient.ui._page import Page
from labclient.ui._view import checks_of, verdict
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

Steps = list[tuple[QPushButton, Callable[[State], bool]]]


class RecordPage(Page):
    """A form for one kind of entry, further actions, and the signing-off of its station. What comes next is the primary
    action."""

    def __init__(self, desk: Desk, station: Station, title: Message, kind: str, of: type[Struct]) -> None:
        super().__init__(desk, title, station)
        self.station = station
        self.form = self.make_form(of)
        self.form.changed.connect(self._rank)
        self._kind = kind
        self._here = False
        self._shown: Struct | None = None
        self._recorded: dict[str, object] | None = None
        self._next: QPushButton | None = None
        self.checks = QLabel()
        self.checks.setWordWrap(True)
        self.body.addWidget(self.form)
        self.row = QHBoxLayout()
        self.more = QHBoxLayout()
        self.body.addLayout(self.row)
        self.body.addLayout(self.more)
        self.steps = self._steps()
        self.row.addStretch(1)
        self.more.addStretch(1)
        self.body.addWidget(self.checks)
        self.body.addStretch(1)
        self.enter_button = self.secondary(message("Enter the record"), self._enter)
        self.next_button = self.secondary(message("Functional check"), self._go_on)
        self.next_button.hide()
        self.done_button = self.primary(message("Sign this station off"), self._finish)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here, before = state.station == self.station, self._here
        self._here = here
        self.form.set_editable(here)
        reasons = missing(state, self.station)
        self.show_missing(reasons)
        self.checks.setText("\n".join(say(verdict(check)) for check in checks_of(state, self.station)))
        known = {"arrival": state.arrival, "departure": state.departure, "handed-over": state.handed_over}[self._kind]
        if known is not None and known != self._shown:
            self._shown = known
            self.form.fill(msgspec.to_builtins(known))
            self._recorded = self.form.body()
        elif here and not before and known is None:
            self.form.fill(self._first_values(state.plan))
            self.form.offer_now()
        if here and not before:
            self.form.focus_first()
        self.enter_button.setEnabled(here)
        self.done_button.setEnabled(here and not reasons)
        self._rank()

    def make_form(self, of: type[Struct]) -> StructForm:
        """What asks for the entry."""
        return StructForm(of, now=self._now)

    def forget(self) -> None:
        super().forget()
        self._here, self._shown, self._recorded = False, None, None

    def _steps(self) -> Steps:
        """What can be done besides entering and signing off, and in which state it is what comes next."""
        return [self._decision_action()]

    def _first_values(self, plan: Plan) -> dict[str, object]:
        """What the plan already knows."""
        parts = [{"name": part, "present": True} for part in plan.transfer_standard.parts]
        return {"parts": parts, "visual": "undamaged"}

    def _rank(self) -> None:
        """Let the next thing to do be the primary button."""
        if self.snapshot is None:
            return
        state = self.snapshot.state
        next_one = self.done_button
        if self._here and self.form.body() != self._recorded:
            next_one = self.enter_button
        elif self._here:
            next_one = next((button for button, is_next in self.steps if is_next(state)), self.done_button)
        self._ask_for(next_one)
        self.done_button.setEnabled(next_one is self.done_button and self._here and not missing(state, self.station))
        for button, _ in self.steps:
            button.setEnabled(self._here)
        self.decide.setVisible(_found_at(state, self.station) >= 0)

    def _ask_for(self, next_one: QPushButton) -> None:
        """Let the next thing to do be the primary button; a step of the body has a second button for that."""
        in_body = next_one not in {self.enter_button, self.done_button}
        self._next = next_one if in_body else None
        self.next_button.setVisible(in_body)
        if in_body:
            self.next_button.setText(next_one.text())
        leading = self.next_button if in_body else next_one
        lead([self.enter_button, self.done_button, self.next_button], leading)
        if in_body:
            self.next_button.setShortcut(QKeySequence("Ctrl+Return"))  # a new text takes it away

    def _go_on(self) -> None:
        if self._next is not None:
            self._next.click()

    def _action(self, label: Message, act: Callable[[], None]) -> QPushButton:
        return self._button(label, act, self.row)

    def _further(self, label: Message, act: Callable[[], None]) -> QPushButton:
        """What is not always there has a line of its own: beside the others it would not fit a small screen."""
        return self._button(label, act, self.more)

    def _button(self, label: Message, act: Callable[[], None], row: QHBoxLayout) -> QPushButton:
        button = QPushButton(say(label))
        button.clicked.connect(act)
        row.addWidget(button)
        return button

    def _decision_action(self) -> tuple[QPushButton, Callable[[State], bool]]:
        self.decide = self._further(message("Enter the pilot's decision…"), self._decide)

        def is_next(state: State) -> bool:
            found = _found_at(state, self.station)
            return found >= 0 and (state.decision is None or state.decision.about < found)

        return self.decide, is_next

    def _decide(self) -> None:
        if self.snapshot is not None:
            DecisionDialog(self, self.desk, self.snapshot.size - 1).open()

    def _enter(self) -> None:
        body, kind, who = self.form.checked(self._kind), self._kind, self.desk.who
        if body is not None:
            self.desk.do("enter", lambda participation: participation.enter(kind, body, who))

    def _finish(self) -> None:
        station, who = self.station, self.desk.who
        self.desk.do("finish", lambda participation: participation.finish(station, who))

    def _now(self) -> datetime:
        """The moment by the clock of the notebook."""
        participation = self.desk.participation
        return (participation.clock if participation else SystemClock()).utc()


def departure_page(desk: Desk) -> RecordPage:
    """The check before the standard leaves."""
    return RecordPage(desk, "departure", message("Departure check"), "departure", Departure)


def handover_page(desk: Desk) -> RecordPage:
    """The standard has left."""
    return RecordPage(desk, "handed-over", message("Handed over"), "handed-over", HandedOver)


def _found_at(state: State, station: Station) -> int:
    """The entry of the latest finding at a station that needs the pilot's decision; -1 where there is none."""
    if station == "arrival":
        return max(state.harm.values()) if damage(state) else -1
    left = state.departure if station == "departure" else None
    if left is not None and (left.visual == "damaged" or not all(part.present for part in left.parts)):
        return state.departure_at
    return -1
