"""Pages on which a person states something for the record: arrival, departure, handover."""

from pathlib import Path

import msgspec
from msgspec import Struct
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QLabel, QPushButton

from labclient.participation import Arrival, Departure, HandedOver, Participation, damage, missing
from labclient.plan import Plan, Station
from labclient.ui._bench import runs_of
from labclient.ui._desk import Desk
from labclient.ui._form import StructForm
from labclient.ui._page import Page, heading
from labclient.ui._view import checks_of, verdict
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

_MEDIA = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".csv": "text/csv",
    ".pdf": "application/pdf",
}


class RecordPage(Page):
    """A form for one kind of entry, and the signing-off of its station."""

    def __init__(self, desk: Desk, station: Station, title: Message, kind: str, form: StructForm) -> None:
        super().__init__(desk, title)
        self.station = station
        self._kind = kind
        self._form = form
        self._filled = False
        self._shown: Struct | None = None
        self.checks = QLabel()
        self.checks.setWordWrap(True)
        self.body.addWidget(form)
        self.body.addWidget(self.checks)
        self.body.addStretch(1)
        self._enter_button = self.secondary(message("Enter the record"), self._enter)
        self._done_button = self.primary(message("Sign this station off"), self._finish)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == self.station
        self._form.setEnabled(here)
        self._enter_button.setEnabled(here)
        self._done_button.setEnabled(here and not self._reasons(snapshot))
        self.show_missing(self._reasons(snapshot) if here else ())
        self.checks.setText("\n".join(say(verdict(check)) for check in checks_of(state, self.station)))
        known = {"arrival": state.arrival, "departure": state.departure, "handed-over": state.handed_over}[self._kind]
        if known is not None and known != self._shown:
            self._shown = known
            self._form.fill(msgspec.to_builtins(known))
        elif not self._filled:
            self._filled = True
            self._form.fill(self._first_values(state.plan))

    def forget(self) -> None:
        super().forget()
        self._filled, self._shown = False, None

    def _reasons(self, snapshot: Snapshot) -> tuple[Message, ...]:
        return missing(snapshot.state, self.station)

    def _first_values(self, plan: Plan) -> dict[str, object]:
        """What the plan already knows."""
        return {"parts": [{"name": part, "present": True} for part in plan.transfer_standard.parts]}

    def _enter(self) -> None:
        body, kind, who = self._form.body(), self._kind, self.desk.who
        self.desk.do("enter", lambda participation: participation.enter(kind, body, who))

    def _finish(self) -> None:
        station, who = self.station, self.desk.who
        self.desk.do("finish", lambda participation: participation.finish(station, who))


class ArrivalPage(RecordPage):
    """The handover record, photos, the transport logger, the functional check, and the pilot's decision on damage."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "arrival", message("Arrival"), "arrival", StructForm(Arrival))
        row = QHBoxLayout()
        for label, act in (
            (message("Add a photo…"), self._photo),
            (message("Read the transport logger…"), self._logger),
            (message("Functional check"), self._functional),
        ):
            button = QPushButton(say(label))
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        self.decide = QPushButton(say(message("Enter the pilot's decision…")))
        self.decide.clicked.connect(self._decision)
        row.addWidget(self.decide)
        self.body.insertWidget(0, heading(message("Handover record")))
        self.body.insertLayout(2, row)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        self.decide.setVisible(bool(damage(snapshot.state)))

    def _first_values(self, plan: Plan) -> dict[str, object]:
        return super()._first_values(plan) | {
            "from_laboratory": plan.pilot.code,
            "seals_intact": True,
            "shock_indicator": "intact",
        }

    def _photo(self) -> None:
        self._attach("photo", "*.png *.jpg *.jpeg")

    def _logger(self) -> None:
        self._attach("transport-log", "*.csv")

    def _attach(self, what: str, pattern: str) -> None:
        name, _ = QFileDialog.getOpenFileName(self, say(message("Choose a file")), "", pattern)
        if name:
            path, who = Path(name), self.desk.who
            self.desk.do("attach", lambda participation: _attach(participation, path, what, who))

    def _functional(self) -> None:
        desk = self.desk
        desk.do("functional", lambda participation: _with_runs(desk, participation))

    def _decision(self) -> None:
        if self.snapshot is None:
            return
        document, given = QInputDialog.getText(
            self, say(message("The pilot's decision")), say(message("Document, date and person:"))
        )
        if not given:
            return
        choice, given = QInputDialog.getItem(
            self, say(message("The pilot's decision")), say(message("Decision")),
            [say(message("continue")), say(message("stop"))], 0, False,
        )  # fmt: skip
        if given:
            decision = "continue" if choice == say(message("continue")) else "stop"
            about, who = self.snapshot.size - 1, self.desk.who
            body = {"about": about, "decision": decision, "given_by": document, "document": document}
            self.desk.do("enter", lambda participation: participation.enter("decision", body, who))


def departure_page(desk: Desk) -> RecordPage:
    """The check before the standard leaves."""
    return RecordPage(desk, "departure", message("Departure check"), "departure", StructForm(Departure))


def handover_page(desk: Desk) -> RecordPage:
    """The standard has left."""
    return RecordPage(desk, "handed-over", message("Handed over"), "handed-over", StructForm(HandedOver))


def _attach(participation: Participation, path: Path, what: str, who: str) -> None:
    media = _MEDIA.get(path.suffix.lower(), "application/octet-stream")
    entry = participation.attach(path, what, media, who)
    if what == "transport-log":
        participation.judge("transport", entry.seq)


def _with_runs(desk: Desk, participation: Participation) -> object:
    with runs_of(desk, participation) as runs:
        return runs.functional()
