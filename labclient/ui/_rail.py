"""The rail: the stations of the open notebook, each with its mark, its name and its state in a word."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._view import StationRow
from labclient.words import message, say


class Rail(QListWidget):
    """Two lines a station where there is room, else the name alone: mark and tool tip still tell the state. On a low
    window they stand close, so that all are in sight."""

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
        for with_state, room in ((True, ""), (True, "close"), (False, ""), (False, "close"), (False, "tight")):
            self._stand(room)
            self._name(with_state=with_state)
            if sum(self.sizeHintForRow(place) for place in range(self.count())) <= self.viewport().height():
                break

    def _stand(self, room: str) -> None:
        if (self.property("room") or "") != room:
            self.setProperty("room", room)
            self.style().unpolish(self)
            self.style().polish(self)
            self.scheduleDelayedItemsLayout()  # the same words may need less room

    def _name(self, *, with_state: bool) -> None:
        for place, row in enumerate(self._rows):
            name, state = say(row.name), mark_word(row.mark)
            item = self.item(place)
            item.setText(f"{name}\n{state}" if with_state else name)
            item.setToolTip(f"{name}: {state}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}: {state}")
