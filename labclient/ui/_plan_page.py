"""The plan as the technician needs it: what it asks at each station and by when, its points, and what must never be
done."""

from collections.abc import Callable, Iterator
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTableWidgetItem

from labclient.participation import STATION_NAMES, State
from labclient.plan import PLAN_ORIGINS, Participant, Point, Station, asked_at, level_told
from labclient.ui._desk import Desk
from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._page import Page, heading
from labclient.ui._remark import DeviationDialog
from labclient.ui._snug import SnugTable
from labclient.ui._view import StationRow, station_rows
from labclient.ui._watch import Snapshot
from labclient.words import language, message, say

_ASKS, _SETTINGS = 1, 3


class PlanPage(Page):
    """Nothing here can be changed. `go_to` shows the station that comes next."""

    def __init__(self, desk: Desk, go_to: Callable[[Station], None]) -> None:
        super().__init__(desk, message("Plan"))
        self._go_to = go_to
        self.missing.hide()
        self.source = _words()
        self.stations = SnugTable(
            say(message("Stations")),
            [message("Station"), message("What the plan asks"), message("State"), message("By")],
            wide=(_ASKS,),
        )
        self.points = SnugTable(
            say(message("Points")),
            [message("Point"), message("Nominal value"), message("Functional check within"), message("Settings")],
            wide=(_SETTINGS,),
        )
        self.never = _words()
        self.body.addWidget(self.source)
        self.body.addWidget(heading(message("Stations")))
        self.body.addWidget(self.stations)
        self.body.addWidget(heading(message("Points")))
        self.body.addWidget(self.points)
        self.never_heading = heading(message("Never"))
        self.body.addWidget(self.never_heading)
        self.body.addWidget(self.never)
        self.body.addStretch(1)
        self.secondary(message("Record a deviation…"), self._ask_deviation)
        self.next = self.primary(message("Go on"), self._go_on)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        self.source.setText("\n".join(_source(state)))
        self.stations.show_rows([_station(state, row) for row in station_rows(state)])
        self.points.show_rows([_point(point) for point in state.plan.points])
        never = [f"·  {one.said(language())}" for one in state.plan.transfer_standard.never]
        self.never.setText("\n".join(never))
        self.never_heading.setVisible(bool(never))
        if state.station is not None:
            self.next.setText(say(message("Go on: {station}", station=STATION_NAMES[state.station])))
        self.next.setEnabled(state.station is not None)

    def _go_on(self) -> None:
        if self.snapshot is not None and self.snapshot.state.station is not None:
            self._go_to(self.snapshot.state.station)

    def _ask_deviation(self) -> None:
        if self.snapshot is not None:
            DeviationDialog(self.window(), self.desk).open()


def _words() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _source(state: State) -> Iterator[str]:
    """Which plan this is, whose, how far it can be believed, and when the standard is here."""
    plan, accepted = state.plan, state.accepted
    mine = plan.participant(accepted.laboratory)
    yield f"{plan.title.said(language())}  ({plan.id}, r{plan.revision})"
    yield say(message("Measurand: {measurand}", measurand=plan.measurand.said(language())))
    yield say(message("Pilot laboratory: {code}, {name}", code=plan.pilot.code, name=plan.pilot.name.said(language())))
    yield say(message("The plan is {origin}; {level}; SHA-256 {digest}…", origin=PLAN_ORIGINS[accepted.origin],
                      level=level_told(plan), digest=accepted.sha256[:12]))  # fmt: skip
    yield say(message("The standard is here from {arrives} to {departs}; the report is due on {due}.",
                      arrives=mine.arrives, departs=mine.departs, due=mine.report_due))  # fmt: skip


def _station(state: State, row: StationRow) -> tuple[str | QTableWidgetItem, ...]:
    asked = "\n".join(say(one) for one in asked_at(state.plan, row.station, state.accepted.laboratory))
    mine = state.plan.participant(state.accepted.laboratory)
    mark = QTableWidgetItem(mark_icon(row.mark), mark_word(row.mark))
    by = _by(row.station, mine)
    return say(row.name), asked, mark, by.isoformat() if by else ""


def _by(station: Station, mine: Participant) -> date | None:
    """The day by which the plan wants a station done, where it names one."""
    return {"arrival": mine.arrives, "departure": mine.departs, "submission": mine.report_due}.get(station)


def _point(point: Point) -> tuple[str, ...]:
    settings = ", ".join(f"{name} {value}" for name, value in point.settings.items())
    nominal, tolerance = point.nominal, point.tolerance
    return point.id, f"{nominal.value:f} {nominal.unit}", f"± {tolerance.value:f} {tolerance.unit}", settings
