"""The computed result and its uncertainty budget, as a reader compares them: one unit and one last place a point."""

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QPushButton, QTableWidgetItem, QVBoxLayout, QWidget

from labclient.evaluation import (
    BudgetLine,
    PointResult,
    cautions_told,
    chain_told,
    dof_shown,
    examined_told,
    k_text,
)
from labclient.participation import State
from labclient.plan import Plan
from labclient.ui._bars import Bars, with_bar
from labclient.ui._dialog import Sentence
from labclient.ui._joint_table import JointTable
from labclient.ui._page import heading
from labclient.ui._snug import SnugTable
from labclient.units import UNITS, fitting_unit
from labclient.words import Message, language, message, say

_DIGITS = 4  # of the combined uncertainty: what is smaller than a thousandth of it changes nothing
_SHARE = 5
_LEFT = Qt.AlignmentFlag.AlignLeft


class ComputedResult(QWidget):
    """The result with its warnings, how it came about, what was looked at besides, and the budget with bars; to be seen
    while there is a result."""

    def __init__(self) -> None:
        super().__init__()
        self.warnings = Sentence("attention")
        self.result = SnugTable(
            say(message("Results")),
            (message("Point"), message("Value"), message("U"), message("Unit"), message("k"), message("ν"),
             message("Cycles")),
            numbers=(1, 2, 4, 5, 6),
        )  # fmt: skip
        self.joint = JointTable()
        self.budget = SnugTable(
            say(message("Uncertainty budget")),
            (message("Point"), message("Component"), message("Type"), message("u"), message("Contribution"),
             message("Share")),
            wide=(1,),
            numbers=(3, 4, _SHARE),
        )  # fmt: skip
        self.budget.setItemDelegateForColumn(_SHARE, Bars(self.budget))
        self.chain_button = QPushButton(say(message("How it was computed (F3)")))
        self.chain_button.setProperty("role", "quiet")
        self.chain_button.setCheckable(True)
        self.chain_button.setShortcut(QKeySequence("F3"))
        self.chain, self.examined = _sentences(), _sentences()
        self.chain.hide()
        self.chain_button.toggled.connect(self.chain.setVisible)
        self._examined_heading = heading(message("Looked at besides"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (
            heading(message("Result")), self.warnings, self.result, self.joint, self.chain_button, self.chain,
            self._examined_heading, self.examined, heading(message("Uncertainty budget")), self.budget,
        ):  # fmt: skip
            column.addWidget(widget)
        column.setAlignment(self.chain_button, _LEFT)
        self.hide()

    def show_state(self, state: State) -> None:
        points, plan = state.result.points if state.result else (), state.plan
        self.setVisible(bool(points))
        self._name_coverage(plan)
        self.warnings.put(*(told for one in points for told in cautions_told(one)))
        self.result.show_rows([result_texts(one) for one in points])
        self.joint.show_result(state.result)
        self.chain.setText(_lines([(one.point, list(chain_told(plan, one))) for one in points]))
        examined = [(one.point, list(examined_told(one))) for one in points]
        self.examined.setText(_lines(examined))
        for widget in (self._examined_heading, self.examined):
            widget.setVisible(any(told for _, told in examined))
        names = {row.id: row.name.said(language()) for row in plan.budget}
        self.budget.show_rows([
            (*texts[:_SHARE], with_bar(texts[_SHARE], float(line.share)))
            for one in points
            for texts, line in zip(budget_texts(one, names), one.budget, strict=True)
        ])  # fmt: skip

    def _name_coverage(self, plan: Plan) -> None:
        """U and k by the names that the plan's form gives them."""
        p = "" if plan.coverage.probability is None else f"{(plan.coverage.probability * 100).normalize():f}"
        for column, name in ((2, "U"), (4, "k")):
            item = self.result.horizontalHeaderItem(column)
            if isinstance(item, QTableWidgetItem):
                item.setText(f"{name}{p}")


def _sentences() -> QLabel:
    """Several sentences, a line each, to be read and copied."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _lines(points: list[tuple[str, list[Message]]]) -> str:
    """The sentences of each point under its name."""
    return "\n".join(
        line for point, told in points if told for line in (point, *(f"    {say(sentence)}" for sentence in told))
    )


def result_texts(one: PointResult) -> tuple[str, ...]:
    """A point's result: point, value, U, unit, k, ν, cycles."""
    dof = dof_shown(one.dof)
    told = say(dof) if isinstance(dof, Message) else dof
    return one.point, one.reported_value, one.reported_U, one.unit, k_text(one.k), told, str(one.cycles)


def budget_texts(one: PointResult, names: dict[str, str]) -> list[tuple[str, ...]]:
    """A point's budget, one row a component: point, component, type, u, contribution, share. Whatever is of the
    result's quantity is in the unit that suits the combined uncertainty and ends at the same place; a ratio is told as
    one of that quantity, "12.7 nV/V"."""
    unit, _ = fitting_unit(float(one.u_c), one.unit)
    combined = _in(one.u_c, one.unit, unit)
    places = max(0, _DIGITS - 1 - (combined.adjusted() if combined else 0))

    def aligned(number: str, of: str) -> str:
        return f"{_in(number, of, unit):.{places}f} {unit}".removesuffix(" 1")

    def u(line: BudgetLine) -> str:
        if not Decimal(line.u):
            return say(message("exact"))
        if line.unit == unit or (line.unit in UNITS and unit in UNITS and _quantity(line.unit) == _quantity(unit)):
            return aligned(line.u, line.unit)
        return f"{by_itself(line.u, one.unit)}/{one.unit}" if line.unit == "1" else by_itself(line.u, line.unit)

    return [
        (one.point, names.get(line.row, line.row), line.evaluation, u(line), aligned(line.contribution, one.unit),
         share(line.share))
        for line in one.budget
    ]  # fmt: skip


def by_itself(number: str, unit: str) -> str:
    """A number in the prefixed unit that suits its size, to three digits and never with an exponent: "0.0500 K"."""
    fitting, size = fitting_unit(abs(float(number)), unit)
    value = Decimal(number) / Decimal(repr(size))
    return f"{value:.{max(0, 2 - value.adjusted()) if value else 0}f} {fitting}".removesuffix(" 1")


def share(text: str) -> str:
    """A share in per cent to one place; one too small for it is never said to be none."""
    per_cent = round(Decimal(text) * 100, 1)
    return f"{per_cent} %" if per_cent or not Decimal(text) else "< 0.1 %"


def _quantity(unit: str) -> str:
    return UNITS[unit].quantity


def _in(number: str, of: str, unit: str) -> Decimal:
    if of == unit:
        return Decimal(number)
    return Decimal(number) * UNITS[of].factor / UNITS[unit].factor
