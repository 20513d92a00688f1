"""The measurement, the heart: what is connected, the room, points and days beside the live readings."""

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labclient.participation import State
from labclient.plan import Plan, Point, Step
from labclient.ui._desk import Desk, connection
from labclient.ui._marks import StateMark
from labclient.ui._place import air, connected, place_of, waited, way_on
from labclient.ui._points import PointTable
from labclient.ui._remark import DeviationDialog, ExclusionDialog
from labclient.ui._run_page import RunPage
from labclient.ui._scheme_picture import SchemePicture
from labclient.ui._theme import S2, S4, space
from labclient.ui._watch import LiveReplies, Snapshot
from labclient.words import Message, message, say

_LOW = 24  # lines of text: a lower page has no room for table and picture


class MeasurementPage(RunPage):
    """What is connected now and next stands above the digits, in words; the table is as wide as its words, the plot has
    the rest. Each connection is plotted from a zero of its own, its first value: nothing tells how they lie to each
    other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "measurement", message("Measurement"), ("measurement",))
        self._zeros: dict[tuple[str, ...], float] = {}
        self.plot.tell_reference(message("change in each connection"))
        self.way = QLabel()
        self.way.setWordWrap(True)
        self.above.addWidget(self.way)
        self.air, self.values = StateMark(), QLabel()
        self.values.setWordWrap(True)
        self.room = QWidget()
        in_room = QHBoxLayout(self.room)
        in_room.setContentsMargins(0, 0, 0, 0)
        in_room.setSpacing(space(S4))
        in_room.addWidget(self.air)
        in_room.addWidget(self.values, 1)
        self.room.hide()
        self.above.insertWidget(0, self.room)
        self.table, self.picture = PointTable(), SchemePicture()
        beside = QHBoxLayout()
        beside.setSpacing(space(S2))
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.table, 1)
        left.addWidget(self.picture)
        beside.addLayout(left)
        at = self.body.indexOf(self.plot)
        self.body.removeWidget(self.plot)
        beside.addWidget(self.plot, 1)
        self.body.insertLayout(at, beside, 1)
        desk.connecting.connect(self._connecting)
        self.redo_button = self._aside(message("Exclude… (F9)"), "F9")
        self.redo_button.setToolTip(say(message("Exclude cycles with a reason; they are measured again.")))
        self.head.insertWidget(self.head.count() - 2, self.redo_button)
        self.redo_button.clicked.connect(self._ask_exclusion)
        self.deviation_button = self.secondary(message("Record a deviation…"), self._ask_deviation)
        self.buttons.insertWidget(self.buttons.indexOf(self.done_button), self.deviation_button)
        self.deviation_button.hide()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        self.table.show_state(snapshot.state)
        self.redo_button.setEnabled(bool(snapshot.state.counted) and self.desk.idle)
        self.deviation_button.setVisible(_wants_deviation(snapshot.state) and not self.running)
        self.way.setVisible(self.running)
        if not self.running:
            self.picture.hide()
            self._share_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def show_missing(self, reasons: tuple[Message, ...]) -> None:
        """In one paragraph: there may be many."""
        super().show_missing(reasons)
        self.missing.setText("   ".join(f"·  {say(reason)}" for reason in reasons))

    def show_values(self, replies: LiveReplies) -> None:
        values = replies.values[:, 0]
        first = values[np.isfinite(values)][:1]
        if first.size:
            values = values - self._zeros.setdefault(self._connection(replies), float(first[0]))
        self.plot.append(replies.times, values)

    def where(self, replies: LiveReplies) -> Message:
        assert self.snapshot is not None
        state = self.snapshot.state
        now = Step(replies.role, replies.direction, replies.approach or None)  # type: ignore[arg-type]  # as in the log
        place = place_of(state, replies.run, self._taken, now)
        self.way.setText(say(way_on(place, state.plan.measurement.cycles, state.plan.quantity)) if place else "")
        told = connected(now, place, state.plan.measurement.scheme.readings, state.plan.quantity)
        step = place.now if place and place.now else now
        self._show_step(state.plan, step, replies.point, told)
        return told

    def show_replies(self, replies: LiveReplies) -> None:
        super().show_replies(replies)
        if replies.fresh and replies.task == "environment":
            self._show_air(replies)

    def told_on_bench(self) -> tuple[QWidget, ...]:
        return self.way, self.room

    def forget(self) -> None:
        super().forget()
        self.deviation_button.hide()
        self.room.hide()
        self.way.clear()

    def _show_air(self, replies: LiveReplies) -> None:
        if self.snapshot is not None and np.isfinite(replies.values[-1]).all():
            state, word, values = air(self.snapshot.state.plan.environment.limits, replies)
            self.air.show_state(state, word)
            self.values.setText(values)
            self.room.show()

    def _asked(self, sentence: Message) -> None:
        super()._asked(sentence)
        here = self.snapshot is not None and self.snapshot.state.station == self.station
        self.way.setText(say(waited(self.snapshot.state.plan.measurement.scheme)) if here and self.snapshot else "")

    def _connecting(self, step: Step, point: Point) -> None:
        if self.snapshot is not None and self.snapshot.state.station == self.station:
            self._show_step(self.snapshot.state.plan, step, point.id, connection(step, point))

    def _show_step(self, plan: Plan, step: Step, point: str, told: Message) -> None:
        self.picture.show_step(plan, step, point, say(told))
        self._share_height()

    def _share_height(self) -> None:
        """On a low page the picture of what is connected has the place of the table: the words say where the run is."""
        low = self.height() < _LOW * self.fontMetrics().height()
        self.table.setVisible(self.picture.isHidden() or not low)

    def _connection(self, replies: LiveReplies) -> tuple[str, ...]:
        """What has a zero of its own: in a series up and down, each point on either way."""
        place = (replies.point, replies.approach) if replies.approach else ()
        return (replies.role, replies.direction, *place)

    def _begin(self, replies: LiveReplies) -> None:
        super()._begin(replies)
        self._zeros = {}

    def _ask_exclusion(self) -> None:
        if self.snapshot is not None:
            ExclusionDialog(self.window(), self.desk, self.snapshot.state, self.table.chosen).open()

    def _ask_deviation(self) -> None:
        if self.snapshot is not None:
            DeviationDialog(self.window(), self.desk).open()


def _wants_deviation(state: State) -> bool:
    """Whether the room is what stands between the measurement and its sign-off."""
    check = state.checks.get("environment")
    if state.station != "measurement" or check is None or check.verdict == "pass":
        return False
    judged = state.check_at["environment"]
    return judged >= state.measured_at and state.deviation_at < judged
