"""At the pilot laboratory, when all reports are in: the packages of the laboratories against the reference value."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QSizePolicy, QTableWidgetItem, QVBoxLayout, QWidget

from labclient.evaluation import (
    AGREEMENT_NAMES,
    METHODS_OF_REFERENCE,
    Degree,
    Degrees,
    Method,
    Visit,
    reference_told,
    short,
    shown_unit,
    signed,
)
from labclient.home import this_pc
from labclient.metrology import Agreement
from labclient.participation import Comparison, compare_packages
from labclient.ui._dialog import Sentence
from labclient.ui._drift_plot import whole
from labclient.ui._marks import State, mark_icon
from labclient.ui._snug import SnugTable
from labclient.words import message, say

_MARKS = {
    Agreement.SATISFACTORY: State.PASSED,
    Agreement.QUESTIONABLE: State.RUNNING,
    Agreement.UNSATISFACTORY: State.FAILED,
    Agreement.INCONCLUSIVE: State.BLOCKED,
}


def compare_now(visits: tuple[Visit, ...], packages: tuple[Path, ...], method: Method | None) -> Comparison:
    """The comparison as of now, by the plan's reference value unless another is asked for; never before the last report
    is due. Raises as `compare_packages`."""
    return compare_packages(visits, packages, this_pc(), datetime.now(UTC), method=method)


class AgreementPanel(QWidget):
    """Signal: `chosen` (tuple of Path), the packages to compare, again where another reference value is asked for."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.trouble = Sentence("attention")
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = SnugTable(
            say(message("Agreement")),
            [message("Laboratory"), message("d"), message("U (k = 2)"), message("u_TS/u_lab"), message("En"),
             message("ζ"), message("Verdict")],
            wide=(6,),
            numbers=(1, 2, 3, 4, 5),
        )  # fmt: skip
        self._packages: tuple[Path, ...] = ()
        self.reference = QComboBox()
        self.reference.setAccessibleName(say(message("Reference value")))
        self.reference.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.reference.addItem(say(message("Reference value by the plan")), None)
        for method, name in METHODS_OF_REFERENCE.items():
            self.reference.addItem(say(name), method)
        self.reference.currentIndexChanged.connect(self._ask_again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.reference, self.trouble, self.said, self.table):
            column.addWidget(widget)
        column.addStretch(1)
        self.show_compared(None, "")

    def choose(self) -> None:
        """Ask for the packages."""
        dialog = QFileDialog(self, say(message("Packages of the laboratories")), "", "labclient (*.asice)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.take(tuple(map(Path, names))))
        dialog.open()

    @property
    def method(self) -> Method | None:
        """The reference value that is asked for instead of the plan's."""
        found: Method | None = self.reference.currentData()
        return found

    def take(self, packages: tuple[Path, ...]) -> None:
        """Compare these."""
        self._packages = packages
        self._ask_again()

    def forget(self) -> None:
        """Another notebook is about to be shown."""
        self._packages = ()
        self.reference.setCurrentIndex(0)
        self.trouble.put()

    def _ask_again(self) -> None:
        if self._packages:
            self.chosen.emit(self._packages)

    def show_compared(self, compared: Comparison | None, point: str) -> None:
        """Show one point; None: nothing was compared yet."""
        degrees = next((one for one in compared.degrees if one.point == point), None) if compared else None
        if compared is None or degrees is None:
            told = [message("Nothing is compared yet. Take the packages out of their seals first; before the last "
                            "report is due nothing is compared.")]  # fmt: skip
        else:
            missing = message("Not there: {laboratories}", laboratories=", ".join(compared.missing))
            told = [*reference_told(degrees), *([missing] if compared.missing else [])]
        self.said.setText("\n".join(map(say, told)))
        self.table.show_rows([_row(degrees, one) for one in degrees.rows] if degrees else [])
        self.table.setVisible(degrees is not None and bool(degrees.rows))


def _row(of: Degrees, one: Degree) -> tuple[str | QTableWidgetItem, ...]:
    shown, size = shown_unit(max(abs(one.en.difference), one.result.u), of.unit)
    verdict = QTableWidgetItem(mark_icon(_MARKS[one.verdict]), say(AGREEMENT_NAMES[one.verdict]))
    return (
        one.result.laboratory,
        whole(f"{signed(one.en.difference, size)} {shown}"),
        whole(f"{short(2 * one.result.u, size)} {shown}"),
        "–" if one.ratio is None else short(one.ratio),
        f"{one.en.score:.2f}".replace("-", "−"),
        "–" if one.zeta is None else f"{one.zeta.score:.2f}".replace("-", "−"),
        verdict,
    )
