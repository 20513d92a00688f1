"""The reference cases as a table: a row is drawn when it comes into sight, so that many cost no more than a few."""

from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView

from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._theme import S2, S4, space
from labclient.validation import Compared, digits
from labclient.words import message, say

_HEADINGS: Final = (
    message("Verdict"), message("Case"), message("Weakest quantity"), message("Certified value"), message("Ours"),
    message("LRE"), message("Bar"),
)  # fmt: skip
_VERDICT, _CASE, _CERTIFIED, _OURS, _BAR = 0, 1, 3, 4, 6
_SAMPLE: Final = 4  # of the longest texts of a column: to measure them all would hold the window up
_NAME: Final = 24  # letters that the name of a case has at least; without that room the values are left to the report
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class CaseModel(QAbstractTableModel):
    """What was compared, a row each."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Compared, ...] = ()
        self._texts: list[tuple[str, ...]] = []
        self._icons: dict[str, QIcon] = {}

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        return self._texts[row][column]

    def show_rows(self, rows: tuple[Compared, ...]) -> None:
        """Show these and no others."""
        self.beginResetModel()
        self._rows = rows
        self._icons = {mark: mark_icon(mark) for mark in ("passed", "failed")}
        words = {mark: mark_word(mark) for mark in self._icons}
        self._texts = [
            (words[_mark(row)], row.case, row.quantity, row.certified, row.ours or "—", digits(row.lre) or "—",
             digits(row.bar) or "—")
            for row in rows
        ]  # fmt: skip
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(_HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return say(_HEADINGS[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(index.row(), column)
            case Qt.ItemDataRole.DecorationRole if column == _VERDICT:
                return self._icons[_mark(row)]
            case Qt.ItemDataRole.ToolTipRole:
                return row.trouble if column == _OURS and row.trouble else self.text(index.row(), column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column)
        return None


class CaseTable(QTableView):
    """As wide as its place; the names of the cases take what room is left."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted = 0
        self.cases = CaseModel()
        self.setModel(self.cases)
        self.setAccessibleName(say(message("Reference cases")))
        self.setProperty("role", "rows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, header = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 2 * space(S2))
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(_CASE, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: tuple[Compared, ...]) -> None:
        """Show these; how wide a column is its longest texts say."""
        self.cases.show_rows(rows)
        metrics, self._wanted = self.fontMetrics(), self.fontMetrics().horizontalAdvance("n") * _NAME
        for column in range(self.cases.columnCount()):
            if column != _CASE:
                texts = {self.cases.text(row, column) for row in range(len(rows))}
                sample = (self.cases.headerData(column, _ACROSS), *sorted(texts, key=len)[-_SAMPLE:])
                wide = max(map(metrics.horizontalAdvance, sample))
                icon = space(S4) + space(S2) if column == _VERDICT else 0
                wide += icon + 2 * space(S2) + metrics.averageCharWidth()
                self._wanted += wide
                self.setColumnWidth(column, wide)
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        narrow = self.viewport().width() < self._wanted
        for column in (_CERTIFIED, _OURS):
            self.setColumnHidden(column, narrow)


_ACROSS = Qt.Orientation.Horizontal


def _mark(row: Compared) -> str:
    return "passed" if row.passed else "failed"


def _side(column: int) -> Qt.AlignmentFlag:
    return _RIGHT if _CERTIFIED <= column <= _BAR else _LEFT
