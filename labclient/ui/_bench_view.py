"""The bench view: the digits and the plot of a run on the whole screen, for somebody at the other end of the bench."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from labclient.ui._theme import S1, S3, Type, space, type_font


class BenchView(QDialog):
    """Borrows widgets of a page and gives them back where they were when it is closed: by Esc, F11, or when something
    asks for attention. `words` stand above, then what is `told`, larger than on the page, where it is there at all,
    then what is `shown`, each with its share of the height."""

    def __init__(self, parent: QWidget, told: tuple[QWidget, ...], shown: dict[QWidget, int]) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLabel()
        self.words.setObjectName("title")
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[space(S3)] * 4)
        column.setSpacing(space(S1))
        column.addWidget(self.words)
        self._places: dict[QWidget, QWidget] = {}
        for widget in told:
            self._borrow(widget, column, 0)
            for one in (widget, *widget.findChildren(QWidget)):
                one.setFont(type_font(Type.HEADING))
        for widget, share in shown.items():
            self._borrow(widget, column, share)
            widget.show()
        self._told = told
        self.finished.connect(self._give_back)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F11:
            self.reject()
        else:
            super().keyPressEvent(event)

    def _borrow(self, widget: QWidget, column: QVBoxLayout, share: int) -> None:
        hidden, place = widget.isHidden(), QWidget()
        place.setSizePolicy(widget.sizePolicy())
        _replace(widget, place)
        self._places[widget] = place
        column.addWidget(widget, share)
        widget.setHidden(hidden)

    def _give_back(self) -> None:
        for widget in self._told:
            for one in (widget, *widget.findChildren(QWidget)):
                one.setFont(QFont())
        for widget, place in self._places.items():
            hidden = widget.isHidden() and widget in self._told
            _replace(place, widget)
            widget.setHidden(hidden)
            place.deleteLater()
        self._places = {}


def _replace(there: QWidget, instead: QWidget) -> None:
    """Put a widget into the place of another, in whatever layout that is."""
    parent = there.parentWidget()
    layout = parent.layout() if parent else None
    if layout is not None:
        layout.replaceWidget(there, instead)
