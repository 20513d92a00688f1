"""The bench view: the digits and the plot of a run on the whole screen, for somebody at the other end of the bench."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from labclient.ui._theme import S4, space


class BenchView(QDialog):
    """Borrows widgets of a page, the first large, and gives them back where they were when it is closed: by Esc, F11,
    or when something asks for attention. `words` are shown above them."""

    def __init__(self, parent: QWidget, borrowed: dict[QWidget, int]) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLabel()
        self.words.setObjectName("title")
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[space(S4)] * 4)
        column.addWidget(self.words)
        self._places: dict[QWidget, QWidget] = {}
        for widget, share in borrowed.items():
            place = QWidget()
            place.setSizePolicy(widget.sizePolicy())
            _replace(widget, place)
            self._places[widget] = place
            column.addWidget(widget, share)
            widget.show()
        self.finished.connect(self._give_back)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F11:
            self.reject()
        else:
            super().keyPressEvent(event)

    def _give_back(self) -> None:
        for widget, place in self._places.items():
            _replace(place, widget)
            widget.show()
            place.deleteLater()
        self._places = {}


def _replace(there: QWidget, instead: QWidget) -> None:
    """Put a widget into the place of another, in whatever layout that is."""
    parent = there.parentWidget()
    layout = parent.layout() if parent else None
    if layout is not None:
        layout.replaceWidget(there, instead)
