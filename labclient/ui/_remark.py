"""What a person enters about a run: an event while it goes on, a deviation from the plan, and cycles that shall not
count."""

from collections.abc import Callable
from itertools import pairwise
from threading import Thread

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from labclient.notebook import Draft, Entry
from labclient.participation import Participation, State, body_of, may_enter
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, told
from labclient.words import message, say

_BESIDE = 5  # cycles in one line


class EventDialog(AskingDialog):
    """Asks what has happened and enters it as a note, also while a run is measured: then the desk is at work, and the
    recorder, which takes entries from any thread, is asked beside it."""

    _came = Signal(object)

    def __init__(self, parent: QWidget, desk: Desk, state: State) -> None:
        super().__init__(parent, desk, "event", message("Mark an event"), message("Enter the note"))
        self._state = state
        self._came.connect(self._answer)
        self.text = QLineEdit()
        self.text.setPlaceholderText(say(message("e.g. the door was opened")))
        self.text.textChanged.connect(self.look)
        self.row(message("&What has happened"), self.text)
        self.text.setFocus()
        self.look()

    def complete(self) -> bool:
        return bool(self.text.text().strip())

    def go(self) -> None:
        participation, who, state, text = self.desk.participation, self.desk.who, self._state, self.text.text().strip()
        if participation is None or not who:
            self.ask_open(lambda found: found.enter("note", {"text": text}, who))  # its refusal says what is missing
        else:
            self._beside(lambda: enter_note(participation, state, text, who))

    def answered(self, _answer: object) -> None:
        self.accept()

    def _beside(self, work: Callable[[], Entry]) -> None:
        self._wait()
        came, guarded = self._came, told(work)
        Thread(target=lambda: came.emit(guarded()), name="event").start()

    def _answer(self, answer: object) -> None:
        self._done("event", answer)


def enter_note(participation: Participation, state: State, text: str, who: str) -> Entry:
    """Enter a note from any thread; `state` is what the caller has seen last. Raises as `Participation.enter`."""
    may_enter(state, "note")
    body_of("note", {"text": text})
    return participation.recorder.enter(
        Draft(kind="note", body={"text": text}, author=who, station=state.station or "")
    )[0]


class DeviationDialog(AskingDialog):
    """Asks what was done otherwise than the plan says, and why, and enters it."""

    def __init__(self, parent: QWidget, desk: Desk) -> None:
        super().__init__(parent, desk, "deviation", message("Deviation from the plan"), message("Enter the deviation"))
        self.text, self.reason = QLineEdit(), QLineEdit()
        self.text.setPlaceholderText(say(message("e.g. the temperature was above the limit for 20 minutes")))
        self.text.textChanged.connect(self.look)
        self.reason.textChanged.connect(self.look)
        self.row(message("&What is otherwise than the plan says"), self.text)
        self.row(message("&Reason"), self.reason)
        self.text.setFocus()
        self.look()

    def complete(self) -> bool:
        return bool(self.text.text().strip() and self.reason.text().strip())

    def go(self) -> None:
        body, who = {"text": self.text.text().strip(), "reason": self.reason.text().strip()}, self.desk.who
        self.ask_open(lambda participation: participation.enter("deviation", body, who))

    def answered(self, _answer: object) -> None:
        self.accept()


class ExclusionDialog(AskingDialog):
    """Asks which cycles of a point and day shall not count, and why. Their readings stay; while the standard is here
    they are measured again. All cycles of a point and day that was chosen before are ticked to begin with."""

    def __init__(self, parent: QWidget, desk: Desk, state: State, chosen: tuple[str, int] | None) -> None:
        super().__init__(parent, desk, "exclude", message("Exclude cycles and measure again"), message("Exclude"))
        self._counted = {key: seq for key, seq in state.counted.items() if seq >= 0}
        self.series = QComboBox()
        for point, day in dict.fromkeys((point, day) for point, day, _ in self._counted):
            self.series.addItem(say(message("{point}, day {day}", point=point, day=day)), (point, day))
        self.cycles = QWidget()
        self._grid = QGridLayout(self.cycles)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._boxes: dict[int, QCheckBox] = {}
        self.reason = QLineEdit()
        self.row(message("&Point and day"), self.series)
        self.form.addRow(QLabel(say(message("Cycles that shall not count"))), self.cycles)
        self.row(message("&Reason"), self.reason)
        self.series.currentIndexChanged.connect(self._list)
        self.reason.textChanged.connect(self.look)
        self.series.setCurrentIndex(max(0, self.series.findData(chosen)) if chosen else 0)
        self._list()
        if chosen and chosen == self.series.currentData():
            for box in self._boxes.values():
                box.setChecked(True)
            self.reason.setFocus()
        else:
            self.series.setFocus()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The entries of the cycles that are ticked."""
        return tuple(seq for seq, box in self._boxes.items() if box.isChecked())

    def complete(self) -> bool:
        return bool(self.chosen and self.reason.text().strip())

    def go(self) -> None:
        body, who = {"cycles": self.chosen, "reason": self.reason.text().strip()}, self.desk.who
        self.ask_open(lambda participation: participation.enter("exclusion", body, who))

    def answered(self, _answer: object) -> None:
        self.accept()

    def _list(self) -> None:
        for box in self._boxes.values():
            self._grid.removeWidget(box)
            box.deleteLater()
        chosen = self.series.currentData()
        shown = {seq: cycle for (point, day, cycle), seq in self._counted.items() if (point, day) == chosen}
        self._boxes = {seq: QCheckBox(say(message("Cycle {n}", n=cycle))) for seq, cycle in shown.items()}
        for place, box in enumerate(self._boxes.values()):
            box.toggled.connect(self.look)
            self._grid.addWidget(box, place // _BESIDE, place % _BESIDE)
        for before, after in pairwise((self.series, *self._boxes.values(), self.reason, self.ok, self.cancel)):
            self.setTabOrder(before, after)
        self.look()
