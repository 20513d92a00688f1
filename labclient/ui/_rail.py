"""The rail: the stations of the open notebook, each with its mark, its name and its state in a word."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._theme import S2, space
from labclient.ui._view import StationRow
from labclient.words import message, say


class Rail(QListWidget):
    """Two lines a station where there is room, else the name alone: mark and tool tip still tell the state."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(say(message("Stations")))
        height = self.fontMetrics().height()
        self.setIconSize(QSize(height, height))
        self._rows: tuple[StationRow, ...] = ()

    def show_rows(self, rows: tuple[StationRow, ...]) -> None:
        """Show the stations as they are now."""
        self._rows = rows
        while self.count() < len(rows):
            self.addItem(QListWidgetItem())
        for place, row in enumerate(rows):
            self.item(place).setIcon(mark_icon(row.mark, size=self.iconSize().height()))
        self._word()

    def forget(self) -> None:
        """Another notebook is about to be shown."""
        self._rows = ()
        self.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._word()

    def _word(self) -> None:
        two_lines = 2 * self.fontMetrics().height() + space(S2) + 4
        roomy = self.viewport().height() >= two_lines * len(self._rows)
        for place, row in enumerate(self._rows):
            name, state = say(row.name), mark_word(row.mark)
            item = self.item(place)
            item.setText(f"{name}\n{state}" if roomy else name)
            item.setToolTip(f"{name}: {state}")
            item.setData(0x0B, f"{name}: {state}")  # Qt::AccessibleTextRole
