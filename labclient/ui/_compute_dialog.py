"""Compute: a built-in model at typed inputs, with its uncertainty, to read and to copy. Nothing of it is recorded."""

from collections.abc import Callable
from functools import partial

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from labclient.errors import NumberInvalid, Trouble
from labclient.evaluation import NOT_RECORDED, computed_told, input_told
from labclient.metrology import BUILT_IN, BuiltIn, Computed, Entered, MonteCarloRule, compute
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._dialog import AskingDialog, fit_to_window, told
from labclient.ui._theme import S2, space
from labclient.units import number
from labclient.words import message, say

_RULE = MonteCarloRule(seed=1, digits=1, share=0.2, most=2_000_000, interval="symmetric")
_CHARACTERS, _LINES = 100, 36


class _Line(Struct, frozen=True):
    """What is typed for one input."""

    name: str
    value: QLineEdit
    spread: QLineEdit
    form: QComboBox


class ComputeDialog(AskingDialog):
    """`aside` does the work, so that a run goes on; what is shown always belongs to what is typed."""

    def __init__(self, parent: QWidget, desk: Desk, aside: Aside) -> None:
        super().__init__(parent, desk, "compute", message("Compute"), message("Compute"))
        self._aside = aside
        aside.done.connect(self._done)
        aside.crashed.connect(self._rest)
        self.model, self.unit, self.k = QComboBox(), QLineEdit(), QLineEdit("2")
        self.drawn = QCheckBox(say(message("Monte &Carlo")))
        self.answer = QPlainTextEdit()
        self.copy = QPushButton(say(message("C&opy")))
        self.lines: tuple[_Line, ...] = ()
        for one in BUILT_IN.values():
            self.model.addItem(say(one.title), one.id)
        self.model.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.row(message("&Model"), self.model)
        self.inputs = QScrollArea()
        self.inputs.setWidgetResizable(True)
        self.inputs.setFrameShape(QFrame.Shape.NoFrame)
        self.inputs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.answer.setReadOnly(True)
        self.answer.setTabChangesFocus(True)
        self.answer.setAccessibleName(say(message("Result")))
        self.answer.setPlaceholderText(say(NOT_RECORDED))
        self.column.addWidget(self.inputs, 3)
        self.column.addLayout(self._options())
        self.column.addWidget(self.answer, 2)
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)
        outer.setStretch(0, 1)
        outer.setStretch(1, 0)
        self.model.currentIndexChanged.connect(self._turn)
        self.copy.clicked.connect(self._copy)
        for line in (self.unit, self.k):
            line.textChanged.connect(self._forget)
        self.drawn.toggled.connect(self._forget)
        self._turn()
        fit_to_window(self, _CHARACTERS, _LINES)
        self.model.setFocus()

    @property
    def built_in(self) -> BuiltIn:
        """The model that is chosen."""
        return BUILT_IN[self.model.currentData()]

    def ask(self, work: Callable[[], Computed]) -> None:
        self._wait()
        self._aside.run("compute", told(work))

    def complete(self) -> bool:
        needed = {one.name for one in self.built_in.inputs if not one.usual}
        return all(line.value.text().strip() for line in self.lines if line.name in needed)

    def go(self) -> None:
        self.answer.clear()
        try:
            k = float(number(self.k.text()))
        except NumberInvalid as trouble:
            self.refused(trouble)
            self.k.setFocus()
            return
        entered = [
            Entered(name=line.name, value=line.value.text(), spread=line.spread.text(), form=line.form.currentData())
            for line in self.lines
            if line.value.text().strip() or line.spread.text().strip()
        ]
        rule = _RULE if self.drawn.isChecked() else None
        self.ask(partial(compute, self.built_in, entered, unit=self.unit.text().strip(), k=k, rule=rule))

    def answered(self, answer: Computed) -> None:
        self.answer.setPlainText("\n".join(say(one) for one in computed_told(answer)))
        self.look()

    def refused(self, trouble: Trouble) -> None:
        super().refused(trouble)
        self.look()

    def look(self) -> None:
        super().look()
        for one in (self.inputs, self.unit, self.k, self.drawn):
            one.setEnabled(not self.waiting)
        self.cancel.setText(say(message("Close")))
        self.copy.setEnabled(bool(self.answer.toPlainText()))

    def _options(self) -> QHBoxLayout:
        line = QHBoxLayout()
        unit, k = QLabel(say(message("&Unit of the result"))), QLabel("&k")
        for label, field, name in ((unit, self.unit, message("Unit of the result")), (k, self.k, message("k"))):
            label.setBuddy(field)
            field.setAccessibleName(say(name))
            field.setMaximumWidth(self.fontMetrics().averageCharWidth() * 12)
            line.addWidget(label)
            line.addWidget(field)
        line.addWidget(self.drawn)
        line.addStretch(1)
        line.addWidget(self.copy)
        return line

    def _turn(self) -> None:
        """To another model: its inputs, empty or at their usual value."""
        grid_of = QWidget()
        grid = QGridLayout(grid_of)
        grid.setContentsMargins(0, 0, space(S2), 0)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(3, 1)
        heads = (message("Input"), message("Value"), message("Unit"), message("Uncertainty"), message("Kind"))
        for column, head in enumerate(heads):
            label = QLabel(say(head))
            label.setProperty("role", "heading")
            grid.addWidget(label, 0, column)
        lines = []
        for row, one in enumerate(self.built_in.inputs, 1):
            label = QLabel(say(message("{name}: {meaning}", name=one.name, meaning=one.meaning)))
            label.setWordWrap(True)
            label.setToolTip(say(input_told(one)))
            line = _Line(one.name, QLineEdit(one.usual), QLineEdit(one.usual_u), QComboBox())
            line.form.addItem(say(message("u")), "u")
            line.form.addItem(say(message("half-width")), "half-width")
            line.value.setAccessibleName(label.text())
            line.spread.setAccessibleName(say(message("uncertainty of {name}", name=one.name)))
            line.form.setAccessibleName(say(message("kind of the uncertainty of {name}", name=one.name)))
            for place, widget in enumerate((label, line.value, QLabel(one.unit), line.spread, line.form)):
                grid.addWidget(widget, row, place)
            line.value.textChanged.connect(self._forget)
            line.spread.textChanged.connect(self._forget)
            line.form.currentIndexChanged.connect(self._forget)
            lines.append(line)
        grid.setRowStretch(len(lines) + 1, 1)
        self.lines = tuple(lines)
        self.inputs.setWidget(grid_of)
        self.unit.clear()
        self.unit.setPlaceholderText(self.built_in.unit)
        self._forget()

    def _forget(self) -> None:
        """What is typed has changed: an answer to something else is not shown."""
        self.answer.clear()
        self.trouble.put()
        self.look()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.answer.toPlainText())
