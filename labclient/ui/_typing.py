"""Readings by hand: of which instrument, how they are confirmed, and whether they come from paper; then the line."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QWidget

from labclient.clock import SystemClock
from labclient.errors import Trouble
from labclient.instruments import BenchInstrument
from labclient.notebook import Task
from labclient.participation import TASK_NAMES, State, tasks_by_hand
from labclient.ui._choose import choose_file
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, beside, plain_name, told
from labclient.ui._moment import MomentLine
from labclient.ui._typing_line import TypingDialog
from labclient.ui._typing_work import Register, Setting, read_last, register_of, typing
from labclient.ui._who import people
from labclient.words import Message, message, say

_LOOK = "readings by hand: register"
_CONFIRMED: dict[str, Message] = {
    "double-entry": message("Each reading is typed twice."),
    "photo": message("Each reading is typed beside its photo, which is kept."),
    "second-person": message("Each reading is typed by two persons."),
}
_MOST = 1000  # readings of the room in one go


class TypeDialog(AskingDialog):
    """Asks what a run of typed readings needs; then the line asks for them. What is wrong comes back to here, with
    everything that was filled in."""

    def __init__(self, parent: QWidget, desk: Desk, state: State) -> None:
        super().__init__(parent, desk, "readings by hand", message("Readings by hand"), message("Start typing"))
        self._state = state
        self._register = Register((), ())
        self._line: TypingDialog | None = None
        self.task, self.instrument, self.room, self.second = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        for task in tasks_by_hand(state.plan, "typed", state.station):
            self.task.addItem(say(TASK_NAMES[task]), task)
        self.unit, self.resolution, self.scan = QLineEdit(), QLineEdit(), QLineEdit()
        self.count = QLineEdit("1")
        self.paper = QCheckBox(say(message("Copied from p&aper (late transcription)")))
        begins = message("Readings on paper &begin")
        self.began = MomentLine(plain_name(begins), self._now)
        self.how = QLabel(say(_CONFIRMED[state.plan.by_hand.confirmation]))
        self.how.setWordWrap(True)
        self._lay_out(begins)
        self.unit.setPlaceholderText(state.plan.unit)
        self.resolution.setPlaceholderText(say(message("e.g. 0.001; empty when it is not known")))
        self.second.setEditable(True)
        for person in people(state):
            if person.id != desk.who:
                self.second.addItem(f"{person.id}   {person.name}")
        self.second.setCurrentIndex(-1)
        for box in (self.task, self.instrument, self.second):
            box.currentTextChanged.connect(self._turn)
        self.paper.toggled.connect(self._turn)
        for line in (self.scan, self.began.line, self.count):
            line.textChanged.connect(self.look)
        desk.done.connect(self._looked)
        desk.questioned.connect(self._begin)
        desk.do(_LOOK, told(register_of))
        self._turn()
        self.task.setFocus()

    @property
    def chosen(self) -> Task:
        """The run that is to be made."""
        task: Task = self.task.currentData()
        return task

    @property
    def line(self) -> TypingDialog | None:
        """Where the readings are typed, while they are."""
        return self._line

    def complete(self) -> bool:
        needs_second = self._state.plan.by_hand.confirmation == "second-person"
        from_paper = not self.paper.isChecked() or bool(self.scan.text().strip() and self.began.line.text().strip())
        counted = self.task.currentData() != "environment" or self._count() > 0
        second = bool(_code(self.second)) or not needs_second
        return bool(self.instrument.currentData()) and from_paper and second and counted

    def go(self) -> None:
        room = self.task.currentData() == "measurement" and not self.paper.isChecked()
        setting = Setting(
            task=self.chosen,
            instrument=self.instrument.currentData(),
            unit="" if self.chosen == "environment" else self.unit.text().strip(),
            resolution="" if self.chosen == "environment" else self.resolution.text().strip(),
            count=self._count(),
            second=_code(self.second) if self.form.isRowVisible(self.second_row) else "",
            room=self.room.currentData() or "" if room else "",
            scan=self.scan.text().strip() if self.paper.isChecked() else "",
            began=self.began.take() if self.paper.isChecked() else "",
        )
        self.ask_open(typing(self.desk, setting))

    def answered(self, _answer: object) -> None:
        self._end()
        self.accept()

    def refused(self, trouble: Trouble) -> None:
        self._end()
        super().refused(trouble)

    def look(self) -> None:
        super().look()
        self.cancel.setEnabled(not self.waiting)

    def reject(self) -> None:
        """A run under way is broken off where it is typed."""
        if not self.waiting:
            super().reject()

    def show_state(self, state: State) -> None:
        """What has been recorded meanwhile."""
        if self._line is not None:
            self._line.show_state(state)

    def _lay_out(self, begins: Message) -> None:
        self.row(message("&Run"), self.task)
        self.row(message("&Instrument that is read"), self.instrument)
        self.row(message("&Unit of what it shows"), self.unit)
        self.row(message("&Step of its last digit"), self.resolution)
        self.row(message("&Number of readings"), self.count)
        self.row(message("The room is &watched by"), self.room)
        self.form.addRow(say(message("Confirmation")), self.how)
        self.row(message("Second &person"), self.second)
        self.form.addRow("", self.paper)
        choose = beside(message("Choose…"), message("Choose the scan"), self._choose)
        self.row(message("S&can of the paper"), self.scan, choose)
        self.row(begins, self.began)
        rows = range(self.form.rowCount())
        (_, _, self.unit_row, self.step_row, self.count_row, self.room_row, _, self.second_row, _, self.scan_row,
         self.began_row) = rows  # fmt: skip
        order = (self.task, self.instrument, self.unit, self.resolution, self.count, self.room, self.second,
                 self.paper, self.scan, choose, self.began.line, self.began.button, self.ok, self.cancel)  # fmt: skip
        for before, after in pairwise(order):
            self.setTabOrder(before, after)

    def _turn(self) -> None:
        """Show what the chosen run needs."""
        task, plan, paper = self.task.currentData(), self._state.plan, self.paper.isChecked()
        air = task == "environment"
        self.form.setRowVisible(self.unit_row, not air)
        self.form.setRowVisible(self.step_row, not air)
        self.form.setRowVisible(self.count_row, air)
        self.form.setRowVisible(self.room_row, task == "measurement" and not paper and bool(self._register.watching))
        self.form.setRowVisible(self.second_row, plan.by_hand.confirmation == "second-person")
        self.form.setRowVisible(self.scan_row, paper)
        self.form.setRowVisible(self.began_row, paper)
        self.look()
        self.adjustSize()

    def _looked(self, what: str, answer: object) -> None:
        if what != _LOOK:
            return
        if isinstance(answer, Trouble):
            self.trouble.put(answer.sentence, answer.way_on)
        elif isinstance(answer, Register):
            self._register = answer
            _fill(self.instrument, answer.instruments)
            self.instrument.setCurrentIndex(self.instrument.findData(read_last(self._state, answer)))
            self.room.addItem(say(message("nobody: its readings are typed or imported afterwards")), "")
            _fill(self.room, answer.watching)
            if not answer.instruments:
                self.trouble.put(
                    message("The register of this PC has no instrument."),
                    message("Enter it on the page of instruments; one without an interface needs no driver."),
                )
            self._turn()

    def _begin(self, kind: str, question: Message, unit: str) -> None:
        """The first question: from here on the line asks."""
        if self._line is None and self.waiting:
            title = message("Readings by hand: {task}", task=TASK_NAMES[self.chosen])
            self._line = TypingDialog(
                self, self.desk, self._state, title, with_points=self.task.currentData() == "measurement"
            )
            self._line.ask(kind, question, unit)
            self._line.open()

    def _end(self) -> None:
        if self._line is not None:
            self._line.hide()
            self._line.deleteLater()
            self._line = None

    def _rest(self) -> None:
        super()._rest()
        self._end()

    def _count(self) -> int:
        """How many readings are wanted; 0 for what is no such number."""
        text = self.count.text().strip()
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= _MOST else 0

    def _now(self) -> datetime:
        participation = self.desk.participation
        return (participation.clock if participation else SystemClock()).utc()

    def _choose(self) -> None:
        choose_file(self, message("The scan of the paper"), "*.pdf *.png *.jpg *.jpeg *.tif",
                    lambda path: self.scan.setText(str(path)), Path(self.scan.text()).parent)  # fmt: skip


def _fill(box: QComboBox, instruments: tuple[BenchInstrument, ...]) -> None:
    for one in instruments:
        box.addItem("   ".join(part for part in (one.id, one.name, one.serial) if part), one.id)


def _code(box: QComboBox) -> str:
    """The first word: an id has no spaces."""
    return next(iter(box.currentText().split()), "")
