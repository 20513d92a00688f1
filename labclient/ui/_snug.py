"""A table within a page: as high as its rows, as wide as its place; the page scrolls, the table never does."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
)

from labclient.ui._theme import S2, space
from labclient.words import Message, say

_SIDE = Qt.AlignmentFlag.AlignVCenter
_SENTENCE = 14  # characters that a column of sentences has at least, where there is room
_SHORT = 12  # characters of a heading that is left on one line


class _Cell(QStyledItemDelegate):
    """Words wrap within the padding of the style sheet, for which Qt allows only after it has counted the lines; in a
    column that is as wide as its texts they do not, or a unit would break at its stroke."""

    def __init__(self, table: QTableWidget, wraps: Collection[int]) -> None:
        super().__init__(table)
        self._wraps = wraps

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.column() not in self._wraps:
            option.features &= ~QStyleOptionViewItem.ViewItemFeature.WrapText

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        rect = option.rect
        rect.setWidth(rect.width() - 2 * space(S2) - 2)
        option.rect = rect
        return super().sizeHint(option, index)


class SnugTable(QTableWidget):
    """Columns are as wide as their texts. The columns `wide` take what room is left or give way, their words wrapped;
    without any, all grow alike. The columns `numbers` stand to the right, so that digits meet digits."""

    def __init__(
        self, name: str, headings: Sequence[Message], *, wide: Collection[int] = (), numbers: Collection[int] = ()
    ) -> None:
        super().__init__(0, len(headings))
        self._wide, self._numbers = wide, numbers
        self.setAccessibleName(name)
        self.setProperty("role", "rows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setItemDelegate(_Cell(self, wide or range(len(headings))))
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        for column, heading in enumerate(headings):
            item = QTableWidgetItem(_two_lines(say(heading)))
            item.setTextAlignment(_SIDE | self.side(column))
            self.setHorizontalHeaderItem(column, item)
        self.fit()

    def side(self, column: int) -> Qt.AlignmentFlag:
        """On which side the texts of a column stand."""
        return Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft

    def show_rows(self, rows: Sequence[Sequence[str | QTableWidgetItem]]) -> None:
        """Show these rows, to be read only."""
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                item = QTableWidgetItem(cell) if isinstance(cell, str) else cell
                item.setTextAlignment(_SIDE | self.side(column))
                self.setItem(place, column, item)
        self.fit()

    def fit(self) -> None:
        """Share out the width, and be as high as the rows are then."""
        header, room = self.horizontalHeader(), self.viewport().width()
        shown = [one for one in range(self.columnCount()) if not self.isColumnHidden(one)]
        least = [header.sectionSizeHint(one) if one in shown else 0 for one in range(self.columnCount())]
        wanted = [max(self.sizeHintForColumn(one), width) if one in shown else 0 for one, width in enumerate(least)]
        for one in self._wide:
            wanted[one] = max(wanted[one], self.fontMetrics().averageCharWidth() * _SENTENCE)
        sharing = sorted(self._wide or shown, key=lambda one: wanted[one])
        room -= sum(width for one, width in enumerate(wanted) if one not in sharing)
        weight = sum(wanted[one] for one in sharing)
        for one in sharing:  # the narrow ones first: what they cannot give, the others do
            given = max(least[one], room * wanted[one] // weight)
            room, weight, wanted[one] = room - given, weight - wanted[one], given
        for one, width in enumerate(wanted):
            if one in shown:
                self.setColumnWidth(one, width)
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(row) for row in range(self.rowCount()))
        self.setFixedHeight(header.sizeHint().height() + rows + 2 * self.frameWidth())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


def _two_lines(text: str) -> str:
    """A heading of several words, broken where its longer line is the shortest."""
    places = [place for place, letter in enumerate(text) if letter == " "] if len(text) > _SHORT else []
    if not places:
        return text
    place = min(places, key=lambda one: max(one, len(text) - one - 1))
    return f"{text[:place]}\n{text[place + 1 :]}"
