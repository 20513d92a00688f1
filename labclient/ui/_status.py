"""The status bar: the recording lamp, the last thing said, room on the disk, who is working, and what the clock is
worth."""

from datetime import date, datetime
from threading import Thread

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar

from labclient.acquisition import RULES, Gauge, Left, size_text, time_text
from labclient.ui._theme import S2, space
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

_LOOK_MS = 2000
_SOON = 7  # days
_ROOMY = 130  # letters: a narrower bar leaves the deadline to the list of comparisons and the plan


class _DiskLook:
    """Asks a disk in a thread of its own, which a dead network folder may hold for minutes: `found` is what it last
    said, None before or when it did not answer."""

    def __init__(self, gauge: Gauge) -> None:
        self.gauge = gauge
        self.found: Left | None = None
        self.answered = False
        self._thread: Thread | None = None

    def ask(self) -> None:
        """Ask once more, unless the last answer is still awaited."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._look, name="disk-look", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        try:
            self.found = self.gauge.look()
        except OSError:
            self.found = None
        self.answered = True


class StatusBar(QStatusBar):
    """`who` is the button that asks who is working."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(space(S2), 0, space(S2), 0)
        self._lamp, self._said = QLabel(), QLabel()
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._said.setMinimumWidth(1)  # a long sentence is cut here, and stays whole in the tool tip
        self.who = QPushButton()
        self.who.setProperty("role", "quiet")
        self._due, self._disk = QLabel(), QLabel()
        self._look: _DiskLook | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_disk)
        self._timer.start(_LOOK_MS)
        self.addWidget(self._lamp)
        self.addWidget(self._said, 1)
        self.addPermanentWidget(self._due)
        self.addPermanentWidget(self._disk)
        self.addPermanentWidget(self.who)
        self.addPermanentWidget(QLabel(say(message("PC clock, unchecked"))))
        self.show_snapshot(None)
        self.show_who("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._due.setVisible(self.width() >= _ROOMY * self.fontMetrics().horizontalAdvance("n"))

    def tell(self, sentence: str) -> None:
        """One line."""
        self._said.setText(sentence)
        self._said.setToolTip(sentence)

    def show_who(self, who: str) -> None:
        """The person in whose name entries are made."""
        self.who.setText(say(message("Working: {who}", who=who)) if who else say(message("Nobody is working")))

    def show_played(self) -> None:
        """Nobody is working: another process plays."""
        self.who.setText(say(message("Plays by itself")))

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Whether something is being recorded, and how far it is durable."""
        if snapshot is None:
            said = message("■ not recording")
        elif snapshot.state.open_runs:
            said = message("● recording: committed to {n}", n=snapshot.size)
        else:
            said = message("■ not recording: {n} entries", n=snapshot.size)
        self._lamp.setText(say(said))
        self._show_due(snapshot)
        if snapshot is not None and (self._look is None or self._look.gauge.path != snapshot.path):
            self._look = _DiskLook(Gauge(snapshot.path, RULES))
            self._look.ask()

    def _show_due(self, snapshot: Snapshot | None) -> None:
        """By when the report is due, while it is not sent; in a simulated comparison no days are counted."""
        state = snapshot.state if snapshot is not None else None
        if state is None or state.receipt is not None:
            self._due.clear()
            return
        due = state.plan.participant(state.accepted.laboratory).report_due
        days = None if state.simulated else (due - datetime.now().astimezone().date()).days
        self._due.setText(say(due_words(due, days)))
        _call(self._due, attention=days is not None and days <= _SOON)

    def _show_disk(self) -> None:
        """What the disk said last; and ask it again."""
        look = self._look
        if look is None:
            return
        if look.answered:
            self._disk.setText(say(disk_words(look.found)))
            _call(self._disk, attention=look.found is None or look.found.level != "plenty")
        look.ask()


def due_words(due: date, days: int | None) -> Message:
    """By when the report is due, and how many days that are."""
    if days is None:
        return message("report due {due}", due=due)
    if days < 0:
        return message("▲ report due {due}, {days} days ago", due=due, days=-days)
    if days <= _SOON:
        return message("▲ report due {due}, in {days} days", due=due, days=days)
    return message("report due {due}, in {days} days", due=due, days=days)


def _call(label: QLabel, *, attention: bool) -> None:
    role = "attention" if attention else ""
    if (label.property("role") or "") != role:
        label.setProperty("role", role)
        label.style().polish(label)


def disk_words(left: Left | None) -> Message:
    """How much room the notebook has."""
    if left is None:
        return message("▲ disk: no answer")
    room = size_text(left.room)
    match left.level:
        case "plenty":
            return message("disk: {left} left", left=room)
        case "stop":
            return message("▲ disk nearly full: {left} left; no run is possible", left=room)
        case "low" if left.seconds is not None and left.seconds < RULES.warn_s:
            return message("▲ disk: {left} left, gone in {time}", left=room, time=time_text(left.seconds))
        case "low":
            return message("▲ disk: {left} left", left=room)
