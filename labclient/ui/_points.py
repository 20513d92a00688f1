"""Points and days of a measurement with the cycles that count, and those that are missing."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QSizePolicy, QTableWidget, QTableWidgetItem

from labclient.participation import State
from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._view import point_rows
from labclient.words import message, say

_HEADINGS = (message("State"), message("Point"), message("Day"), message("Cycles"))


class PointTable(QTableWidget):
    """Points and days with the cycles that count; as wide as its words. It is only read: a row that is chosen is the
    one that F9 begins with."""

    def __init__(self) -> None:
        super().__init__(0, len(_HEADINGS))
        self.setHorizontalHeaderLabels([say(one) for one in _HEADINGS])
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setProperty("role", "rows")
        self.setShowGrid(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.verticalHeader().hide()
        self.setIconSize(QSize(self.fontMetrics().height(), self.fontMetrics().height()))
        self.setAccessibleName(say(message("Points and days")))
        self._keys: list[tuple[str, int]] = []

    @property
    def chosen(self) -> tuple[str, int] | None:
        """The point and day of the row that is chosen."""
        row = self.currentRow()
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def show_state(self, state: State) -> None:
        rows = point_rows(state)
        self._keys = [(row.point, row.day) for row in rows]
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            mark = QTableWidgetItem(mark_icon(row.mark, size=self.iconSize().height()), mark_word(row.mark))
            self.setItem(place, 0, mark)
            cycles = f"{row.done}/{row.total}"
            if row.excluded:
                cycles = say(message("{cycles}, excluded: {n}", cycles=cycles, n=row.excluded))
            for column, text in enumerate((row.nominal, str(row.day), cycles), start=1):
                self.setItem(place, column, QTableWidgetItem(text))
        self.resizeColumnsToContents()
        bar = self.verticalScrollBar().sizeHint().width()
        self.setFixedWidth(self.horizontalHeader().length() + 2 * self.frameWidth() + bar)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.width(), self.horizontalHeader().sizeHint().height() * 3)
