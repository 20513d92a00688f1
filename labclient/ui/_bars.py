"""Bars behind the numbers of a column, so that the largest is seen before a number is read."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableWidgetItem

from labclient.ui._theme import S1, current_theme, space

_PART = Qt.ItemDataRole.UserRole + 1


def with_bar(text: str, part: float) -> QTableWidgetItem:
    """A cell with a bar of this part of its width, from 0 to 1."""
    item = QTableWidgetItem(text)
    item.setData(_PART, min(max(part, 0.0), 1.0))
    return item


class Bars(QStyledItemDelegate):
    """Draws the bar beneath the text, along the lower edge: the text stays what tells."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        part = index.data(_PART)
        rect: QRect = option.rect
        if part:
            width, thick = round((rect.width() - space(S1)) * float(part)), space(S1)
            painter.fillRect(rect.left(), rect.bottom() - thick, max(width, 1), thick, QColor(current_theme().accent))
