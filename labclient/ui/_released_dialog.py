"""A released report, opened: whether it is about this laboratory's own package, and its result among the others."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labclient.errors import Trouble
from labclient.metrology import Agreement
from labclient.package import PointTold, RowTold, formed_told, point_told
from labclient.participation import OwnRelease
from labclient.signing import write_whole
from labclient.ui._choose import choose_new
from labclient.ui._dialog import Sentence, fit_to_window
from labclient.ui._drift_plot import whole
from labclient.ui._errand import Errand
from labclient.ui._marks import State, StateMark, mark_icon
from labclient.ui._released_plot import ReleasePlot
from labclient.ui._snug import SnugTable
from labclient.words import message, say

MARKS = {
    Agreement.SATISFACTORY: State.PASSED,
    Agreement.QUESTIONABLE: State.RUNNING,
    Agreement.UNSATISFACTORY: State.FAILED,
    Agreement.INCONCLUSIVE: State.BLOCKED,
}


class ReleasedDialog(QDialog):
    """Of a report that holds; what does not is told where it was opened."""

    def __init__(self, parent: QWidget, found: OwnRelease) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say(message("Released report")))
        self.found = found
        said = found.opened.released
        self.own = StateMark(State.PASSED)
        self.own.show_state(
            State.PASSED if found.own else State.BLOCKED,
            message("What it ascribes to {laboratory} is what your package holds.", laboratory=found.laboratory)
            if found.own
            else message("No result of {laboratory} is in this report.", laboratory=found.laboratory),
        )
        self.signed = _label(
            say(message("{comparison}, report r{revision}, signed by {signer} on {day} by their clock",
                        comparison=said.comparison, revision=said.revision, signer=found.opened.signer,
                        day=found.opened.signed.date()))
        )  # fmt: skip
        self.notes = Sentence("attention")
        self.notes.put(*(found.notes[1:] if not found.own else found.notes))
        self.point = QComboBox()
        self.point.setAccessibleName(say(message("Point")))
        self.point.addItems([one.point for one in said.points])
        self.point.currentIndexChanged.connect(self._show_point)
        self.reference = _label("")
        self.plot = ReleasePlot()
        self.plot.setMinimumHeight(self.plot.sizeHint().height())
        self.table = SnugTable(
            say(message("Results beside the reference value")),
            [message("Laboratory"), message("Reported value ± U"), message("k"), message("d"), message("u_TS/u_lab"),
             message("Score"), message("Besides"), message("Verdict")],
            wide=(6,),
            numbers=(2, 3, 4, 5),
        )  # fmt: skip
        self.trouble = Sentence()
        self.save_button = QPushButton(say(message("Save the readable copy (PDF)…")))
        self.save_button.clicked.connect(self._save)
        self.close_button = QPushButton(say(message("Close")))
        self.close_button.setDefault(True)
        self.close_button.clicked.connect(self.accept)
        self._lay_out()
        self.plot.troubled.connect(self._refuse)
        fit_to_window(self, 110, 36)
        self._show_point()

    def _lay_out(self) -> None:
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        label = QLabel(say(message("Point")))
        label.setBuddy(self.point)
        head.addWidget(label)
        head.addWidget(self.point)
        head.addStretch(1)
        for widget in (self.own, self.signed, self.notes):
            body.addWidget(widget)
        body.addLayout(head)
        body.addWidget(self.reference)
        body.addWidget(self.plot, 1)
        body.addWidget(self.table)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.trouble)
        layout.addLayout(buttons)

    def _show_point(self) -> None:
        said = self.found.opened.released
        if not said.points:
            self.plot.hide()
            self.table.hide()
            return
        one = said.points[max(self.point.currentIndex(), 0)]
        told = point_told(one)
        self.reference.setText("\n".join(say(sentence) for sentence in formed_told(one)))
        self.plot.heading = f"{said.comparison} {one.point} r{said.revision}"
        self.plot.show_point(one, self.found.laboratory)
        self.table.show_rows([_row(row, told, one.unit, own=row.laboratory == self.found.laboratory)
                              for row in told.rows])  # fmt: skip

    def _save(self) -> None:
        released = self.found.opened.released
        name = Path(f"released_{released.comparison}_r{released.revision}.pdf")
        choose_new(self, message("Save the readable copy"), "*.pdf", self.write, name)

    def write(self, path: Path) -> None:
        """Write the readable copy, aside from the window."""
        target = path if path.suffix else path.with_suffix(".pdf")
        self.trouble.put()
        errand = Errand()
        errand.failed.connect(self._refuse)
        errand.run(lambda: write_whole(target, self.found.opened.pdf))

    def _refuse(self, trouble: Trouble) -> None:
        self.trouble.put(trouble.sentence, trouble.way_on)


def _row(row: RowTold, of: PointTold, unit: str, *, own: bool) -> tuple[str | QTableWidgetItem, ...]:
    scores = {
        symbol: whole(f"{symbol} = {row.scores[name]}")
        for name, symbol in zip(of.scores, of.symbols, strict=True)
        if name in row.scores
    }
    cells = [
        QTableWidgetItem(text)
        for text in (
            f"▶ {row.laboratory}" if own else row.laboratory,
            whole(f"{row.value} ± {row.U} {unit}"),
            row.k,
            whole(f"{row.d} {of.shown}"),
            row.ratio,
            scores[row.by],
            ", ".join(told for symbol, told in scores.items() if symbol != row.by),
        )
    ]
    cells.append(QTableWidgetItem(mark_icon(MARKS[row.verdict]), say(row.verdict_told)))
    for cell in cells if own else ():
        font = cell.font()
        font.setBold(True)
        cell.setFont(font)
    return tuple(cells)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
