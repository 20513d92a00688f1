"""Output: a value put out by a source or controller. What is on is written large; the safe state is always one press
away, and Esc leaves only what is safe."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labclient.acquisition import Standing, amount
from labclient.errors import Trouble
from labclient.home import Home
from labclient.participation import Place
from labclient.plan import Plan
from labclient.ui._desk import Desk
from labclient.ui._dialog import Sentence, add_row, plain_name
from labclient.ui._output_work import Listed, OutputWork, Sources
from labclient.ui._theme import S2, space
from labclient.ui._watch import Snapshot
from labclient.words import Message, given, message, say

_WORDS: Final[dict[str, Message]] = {
    "closed": message("Not connected"),
    "safe": message("OFF"),
    "found on": message("ON, set by somebody else"),
    "setting": message("GOING ON: {value}"),
    "on": message("ON: {value}"),
    "unverified": message("NOT VERIFIED AS OFF"),
}
_ROLES: Final = {"found on": "alarm", "setting": "attention", "on": "attention", "unverified": "alarm"}
_ON: Final = frozenset({"setting", "on"})
_LIVE: Final = _ON | {"unverified"}


class OutputDialog(QDialog):
    """Stays beside the page, so that a run can be started while it is open."""

    def __init__(self, parent: QWidget, desk: Desk, work: OutputWork, snapshot: Snapshot | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say(message("Output")))
        self._desk, self._work = desk, work
        self._snapshot = snapshot
        self._sources: Sources | None = None
        self.standing = Standing("closed")
        self._lay_out()
        for signal, slot in (
            (work.listed, self._list), (work.stood, self._stand), (work.told, self._tell), (work.failed, self._fail),
        ):  # fmt: skip
            signal.connect(slot)
        self.source.currentIndexChanged.connect(self._turn)
        self.value.textChanged.connect(self.look)
        self.name.textChanged.connect(self.look)
        self.limit.textChanged.connect(self.look)
        self._turn()
        self._look_up()

    # -- what a person does --------------------------------------------------------------------------------------------

    def connect_source(self) -> None:
        """Open a session with the source that is chosen."""
        if (one := self._chosen()) is not None:
            self.trouble.put()
            self._work.begin(self._home, one.id, self._who, self._place())

    def put_out(self) -> None:
        """Set the value that is typed, and put it out."""
        value = self._value()
        if value is None or not self.put_button.isEnabled():
            return
        self.trouble.put()
        try:
            self._work.set(value, self.name.text())
        except Trouble as trouble:
            self._fail(trouble)
        self.name.clear()  # each value is confirmed anew

    def make_safe(self) -> None:
        """The safe state, now."""
        if (one := self._chosen()) is not None:
            self.trouble.put()
            self._work.safe(self._home, one.id, self._who, self._place())

    def enter_limit(self) -> None:
        """Enter what the instrument may put out at most."""
        if (one := self._chosen()) is not None:
            self._work.limit(self._home, one.id, f"{self.limit.text().strip()} {one.bounds.unit}", self._plan)
            self.limit.clear()

    def reject(self) -> None:
        """Esc and Close leave only what is safe."""
        if self.standing.stand in _ON:
            self.trouble.put(message("The output is on: make it safe first, then close."))
            self.safe_button.setFocus()
            return
        self._work.end()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """As Esc."""
        if self.standing.stand in _ON and self.isVisible():
            event.ignore()
            self.reject()
        else:
            self._work.end()
            event.accept()

    # -- what comes back -----------------------------------------------------------------------------------------------

    def _list(self, found: Sources) -> None:
        self._sources = found
        at = max(self.source.currentIndex(), 0)
        left = {one.instrument for one in found.left if not one.is_safe}
        at = next((place for place, one in enumerate(found.listed) if one.id in left), at)
        self.source.blockSignals(True)
        self.source.clear()
        for one in found.listed:
            self.source.addItem(f"{one.id}   {say(given(one.title))}", one.id)
        self.source.setCurrentIndex(min(at, self.source.count() - 1))
        self.source.blockSignals(False)
        self.left.put(*found.told)
        self._turn()

    def _stand(self, standing: Standing) -> None:
        self.standing = standing
        self.left.put(*((standing.sentence,) if standing.sentence is not None else ()))
        if standing.stand == "safe":
            self._look_up()
            self.value.setFocus()
        self.look()

    def _tell(self, sentence: Message) -> None:
        self.left.put(sentence)

    def _fail(self, trouble: Trouble) -> None:
        self.trouble.put(trouble.sentence, trouble.way_on)
        self.look()

    # -- what it shows -------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Let labels and buttons say what is possible now."""
        one, stand = self._chosen(), self.standing.stand
        unit = one.bounds.unit if one else ""
        value = self._value()
        self.state.setText(say(_bound(_WORDS[stand], f"{self.standing.value} {unit}")))
        role = _ROLES.get(stand, "card")
        if self.frame.property("role") != role:
            self.frame.setProperty("role", role)
            self.frame.style().unpolish(self.frame)
            self.frame.style().polish(self.frame)
        self.frame.setAccessibleName(self.state.text())
        told = self._refusal(one, value)
        needs = one is not None and value is not None and told is None and one.bounds.needs_name(value)
        self._rows.setRowVisible(self.name, needs)
        self._rows.setRowVisible(self.because, needs)
        if one is not None and needs:
            self.because.setText(say(message("A person at the bench confirms: {because}.", because=one.bounds.because)))
        self.refused.setText(say(told) if told is not None else "")
        self._rows.setRowVisible(self.refused, told is not None)
        ready = one is not None and value is not None and told is None and stand in {"safe", "on"}
        self.put_button.setEnabled(ready and (not needs or bool(self.name.text().strip())))
        self.connect_button.setEnabled(one is not None and stand == "closed")
        self.source.setEnabled(stand == "closed")
        self.limit_button.setEnabled(bool(self.limit.text().strip()) and stand not in _LIVE)
        self.safe_button.setEnabled(True)

    def _refusal(self, one: Listed | None, value: Decimal | None) -> Message | None:
        """Why what is typed may not be put out."""
        if one is None or not self.value.text().strip():
            return None
        if value is None:
            return message("“{text}” is not a number.", text=self.value.text())
        try:
            one.bounds.allow(value)
        except Trouble as trouble:
            return trouble.sentence
        return None

    def _turn(self) -> None:
        """To another source."""
        one = self._chosen()
        self.none.setVisible(one is None)
        self.unit.setText(one.bounds.unit if one else "")
        self.limit_unit.setText(one.bounds.unit if one else "")
        lines = [
            say(message("At most {limit} {unit}: {whose}", limit=bound.amount, unit=one.bounds.unit, whose=bound.whose))
            for bound in (one.bounds.bounds if one else ())
            if one
        ]
        lines += [say(missing) for missing in (one.bounds.missing if one else ())]
        self.limits.setText("\n".join(lines))
        self.look()

    def _chosen(self) -> Listed | None:
        id = self.source.currentData()
        return next((one for one in self._sources.listed if one.id == id), None) if self._sources else None

    def _value(self) -> Decimal | None:
        one = self._chosen()
        try:
            return amount(self.value.text(), one.bounds.unit, one.bounds.unit) if one else None
        except Trouble:
            return None

    @property
    def _who(self) -> str:
        return self._desk.who or "-"

    @property
    def _home(self) -> Home:
        assert self._sources is not None  # or nothing could be chosen
        return self._sources.home

    def _look_up(self) -> None:
        self._work.look(self._snapshot.path if self._snapshot is not None else None, self._plan)

    @property
    def _plan(self) -> Plan | None:
        return self._snapshot.state.plan if self._snapshot is not None else None

    def _place(self) -> Place | None:
        """Where it is recorded: the notebook that is open for work, else a diagnostic of its own."""
        participation = self._desk.participation
        if participation is None or self._snapshot is None or self._snapshot.path != participation.path:
            return None
        state = self._snapshot.state
        return Place(participation.recorder, state.plan, state.station or "")

    def _lay_out(self) -> None:
        self.source, self.value, self.name, self.limit = QComboBox(), QLineEdit(), QLineEdit(), QLineEdit()
        self.source.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.none = _label(
            message("No source or controller is in the register: register one on the page of instruments.")
        )
        self.limits, self.because, self.refused = _label(), _label(), _label()
        self.refused.setProperty("role", "alarm")
        self.unit, self.limit_unit = QLabel(), QLabel()
        self.left, self.trouble = Sentence("alarm"), Sentence("alarm")
        self.connect_button = self._button(message("&Connect"), self.connect_source)
        self.limit_button = self._button(message("&Enter limit"), self.enter_limit)
        self.put_button = self._button(message("&Put out"), self.put_out)
        self.safe_button = self._button(message("&Safe state"), self.make_safe)
        self.safe_button.setObjectName("primary")
        self.close_button = self._button(message("Close"), self.reject)
        self.state = QLabel()
        self.state.setProperty("role", "title")
        self.state.setWordWrap(True)
        self.frame = QFrame()
        inside = QVBoxLayout(self.frame)
        inside.setContentsMargins(*(space(S2) * 2,) * 4)
        inside.addWidget(self.state)
        self._rows = QFormLayout()
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        add_row(self._rows, message("S&ource"), self.source, self.connect_button)
        self._rows.addRow("", self.limits)
        add_row(self._rows, message("&Limit of this instrument"), self.limit, self.limit_unit, self.limit_button)
        add_row(self._rows, message("&Value"), self.value, self.unit, self.put_button)
        self._rows.addRow("", self.refused)
        self._rows.addRow("", self.because)
        name = QLabel(say(message("&Name of who confirms")))
        name.setBuddy(self.name)
        self.name.setAccessibleName(plain_name(message("&Name of who confirms")))
        self._rows.addRow(name, self.name)
        foot = QHBoxLayout()
        foot.addWidget(self.safe_button, 1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.frame)
        for widget in (self.left, self.none):
            column.addWidget(widget)
        column.addLayout(self._rows)
        column.addStretch(1)
        column.addWidget(self.trouble)
        column.addLayout(foot)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 56)
        self.value.returnPressed.connect(self.put_out)

    def _button(self, label: Message, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(say(label))
        button.setAutoDefault(False)
        button.clicked.connect(lambda _checked=False: act())
        return button


def _label(sentence: Message | None = None) -> QLabel:
    label = QLabel(say(sentence) if sentence is not None else "")
    label.setWordWrap(True)
    return label


def _bound(word: Message, value: str) -> Message:
    return Message(word.template, {"value": value})
