"""The computed result and its uncertainty budget, as a reader compares them: one unit and one last place a point."""

from decimal import Decimal

from PySide6.QtWidgets import QVBoxLayout, QWidget

from labclient.evaluation import BudgetLine, PointResult
from labclient.participation import State
from labclient.ui._page import heading
from labclient.ui._snug import SnugTable
from labclient.units import UNITS, fitting_unit
from labclient.words import language, message, say

_DIGITS = 4  # of the combined uncertainty: what is smaller than a thousandth of it changes nothing


class ComputedResult(QWidget):
    """Two tables, to be seen while there is a result."""

    def __init__(self) -> None:
        super().__init__()
        self.result = SnugTable(
            say(message("Results")),
            (message("Point"), message("Value"), message("U"), message("Unit"), message("k"), message("ν"),
             message("Cycles")),
            numbers=(1, 2, 4, 5, 6),
        )  # fmt: skip
        self.budget = SnugTable(
            say(message("Uncertainty budget")),
            (message("Point"), message("Component"), message("Type"), message("u"), message("Contribution"),
             message("Share")),
            wide=(1,),
            numbers=(3, 4, 5),
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (heading(message("Result")), self.result, heading(message("Uncertainty budget")), self.budget):
            column.addWidget(widget)
        self.hide()

    def show_state(self, state: State) -> None:
        points = state.result.points if state.result else ()
        self.setVisible(bool(points))
        self.result.show_rows([result_texts(one) for one in points])
        names = {row.id: row.name.said(language()) for row in state.plan.budget}
        self.budget.show_rows([texts for one in points for texts in budget_texts(one, names)])


def result_texts(one: PointResult) -> tuple[str, ...]:
    """A point's result: point, value, U, unit, k, ν, cycles."""
    dof = "∞" if one.dof == "inf" else one.dof
    return one.point, one.reported_value, one.reported_U, one.unit, one.k, dof, str(one.cycles)


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
