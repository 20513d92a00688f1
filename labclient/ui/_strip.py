"""The instrument strip: each device at work with its last value, the value's age, and whether it answers."""

from math import inf

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from labclient.participation import Run
from labclient.ui._digits import NO_READING, grouped, status_note
from labclient.ui._marks import State, StateMark
from labclient.ui._theme import S2, S4, space
from labclient.ui._view import plain
from labclient.ui._watch import LiveReplies
from labclient.words import Message, message, say

STALE_S = 2.0  # a reading is never called stale sooner
_TICK_MS = 500
_LOW = 30  # lines of text: a lower window has no line to spare


def stale_after(pause_s: float) -> float:
    """How old the last value may grow before it is not live any more, after a pause of `pause_s` between the last two:
    three times that, 2 s at least."""
    return max(STALE_S, 3 * pause_s)


def health(status: str, age_s: float, pause_s: float, gaps: int) -> tuple[State, Message]:
    """What a device's last reply, its age and the pause before it say, as a mark and a word. `status` is empty before
    the first reply; `age_s` and `pause_s` are in seconds."""
    if not status:
        return State.WAITING, message("waits for the first reading")
    if age_s > stale_after(pause_s):
        return State.BLOCKED, message("no reading for {age} s", age=round(age_s))
    if status != "ok":
        return State.FAILED, status_note(status)
    if gaps:
        return State.PASSED, message("answers; gaps: {n}", n=gaps)
    return State.PASSED, message("answers")


class InstrumentStrip(QFrame):
    """One place for each run that is open; what it shows comes from the notebook only."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self._places: dict[int, _Place] = {}
        self._empty = QLabel(say(message("No instrument is measuring.")))
        self._empty.setProperty("role", "muted")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(space(S2), space(S2) // 2, space(S2), space(S2) // 2)
        self._row.setSpacing(space(S4))
        self._row.addWidget(self._empty)
        self._row.addStretch(1)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._grow_older)
        self._timer.start(_TICK_MS)

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        """The runs that are open now."""
        for gone in self._places.keys() - {run.seq for run in runs}:
            place = self._places.pop(gone)
            self._row.removeWidget(place)
            place.deleteLater()
        for run in runs:
            if run.seq not in self._places:
                self._places[run.seq] = _Place(run.instrument)
                self._row.insertWidget(self._row.count() - 1, self._places[run.seq])
            self._places[run.seq].show_gaps(run.gaps)
        self._empty.setVisible(not self._places)
        self._make_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """On a low window the strip is there only while something is measuring."""
        if event.type() == QEvent.Type.Resize and watched is self.window():
            self._make_room()
        return super().eventFilter(watched, event)

    def _make_room(self) -> None:
        low = self.window() is not self and self.window().height() < _LOW * self.fontMetrics().height()
        self.setVisible(bool(self._places) or not low)

    def show_replies(self, replies: LiveReplies) -> None:
        """Readings that have just become durable."""
        if replies.fresh and (place := self._places.get(replies.run)) is not None:
            place.show_replies(replies)

    def forget(self) -> None:
        """Another notebook is about to be shown."""
        self.show_runs(())

    def _grow_older(self) -> None:
        for place in self._places.values():
            place.show_health()


class _Place(QWidget):
    """One device."""

    def __init__(self, instrument: str) -> None:
        super().__init__()
        self._status, self._pause_s, self._gaps = "", 0.0, 0
        self._instrument = instrument or say(message("Instrument"))
        self._clock = QElapsedTimer()
        self._name, self._value, self._mark = QLabel(self._instrument), QLabel(NO_READING), StateMark()
        self._name.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self._name, self._value, self._mark):
            row.addWidget(widget)
        self.show_health()

    def show_gaps(self, gaps: int) -> None:
        self._gaps = gaps
        self.show_health()

    def show_replies(self, replies: LiveReplies) -> None:
        self._pause_s = self._clock.restart() / 1e3 if self._clock.isValid() else 0.0
        self._clock.start()
        self._status = replies.status
        texts = zip(replies.texts, replies.channels, strict=True)
        shown = (f"{grouped(plain(text))} {channel.unit}" for text, channel in texts)
        self._value.setText("   ".join(shown) if replies.status == "ok" else NO_READING)
        self.show_health()

    def show_health(self) -> None:
        age_s = self._clock.elapsed() / 1e3 if self._clock.isValid() else inf
        state, word = health(self._status, age_s, self._pause_s, self._gaps)
        if state is State.BLOCKED:
            self._value.setText(NO_READING)
        self._mark.show_state(state, word)
        self.setAccessibleName(f"{self._instrument}: {self._value.text()}, {say(word)}")
