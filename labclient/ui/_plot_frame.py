"""What every plot of labclient is: a drawing area with a caption that names unit and reference, a line for what the
cursors say, a menu, keys, and words for somebody who does not see it. What is drawn is for the plots themselves."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from labclient.ui._axes import Canvas
from labclient.ui._plot_save import Picture, copy_picture, save_plot
from labclient.ui._theme import S1, S2, S4, Type, current_theme, space, type_font
from labclient.words import Message, message, say

Table = Callable[[Path], object]  # writes what the plot shows into a new file; called in another thread
Act = tuple[Message, str, Callable[[], object], bool | None]  # words, key, what it does, whether it is on

_LOW: Final = 10  # lines of text; a lower plot does not name its lower axis


class Plot(QWidget):
    """Signals: `saved` (Path), `troubled` (Trouble), `crashed` (exception). `heading` is the first line of its
    pictures. Keys: arrows pan and zoom, Ctrl+C copies a picture, Ctrl+S saves one or the numbers, Menu shows all."""

    saved = Signal(object)
    troubled = Signal(object)
    crashed = Signal(object)

    def __init__(self, left: pg.AxisItem, bottom: pg.AxisItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = ""
        self._canvas = Canvas(self)
        self._left, self._axis = left, bottom
        self._item: Any = self._canvas.getPlotItem()
        self._item.setAxisItems({"bottom": bottom, "left": left})
        self._item.setMenuEnabled(False)
        self._item.hideButtons()
        self._view: Any = self._item.getViewBox()
        self._view.disableAutoRange()
        self._view.setDefaultPadding(0)
        left.enableAutoSIPrefix(False)
        self._caption, self._readout = QLabel(), QLabel()
        self._readout.setWordWrap(True)
        self._readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._readout.hide()
        self._more = QPushButton("…")
        self._more.setProperty("role", "quiet")
        self._more.clicked.connect(self._show_menu)
        self._head = QHBoxLayout()
        self._head.addWidget(self._caption, 1)
        self._head.addWidget(self._more)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self._readout)
        self._column.addWidget(self._canvas, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What the plots say

    def described(self) -> str:
        """In words what the plot shows."""
        return self._caption.text()

    def acts(self) -> Iterable[Act]:
        """What can be done with the plot beside copying and saving it."""
        return ()

    def table(self) -> Table:
        """How the numbers shown are written."""
        raise NotImplementedError

    def suggested_file(self) -> Path:
        """What a picture of it is called, and where it would lie."""
        return Path("plot.png")

    # What can be done with each

    def copy_picture(self) -> None:
        """The picture into the clipboard, with its description as text."""
        copy_picture(self.picture(), self.described())

    def save(self) -> None:
        """Ask for a new file; its ending decides: a picture (.png, .svg) or the numbers (.csv)."""
        save_plot(self, self.suggested_file())

    def picture(self) -> Picture:
        """How it is painted for a picture, with all its words."""
        return Picture(self.size(), self._paint_picture, self.described())

    def _paint_picture(self, painter: QPainter) -> None:
        theme, small = current_theme(), type_font(Type.SMALL)
        margin = float(space(S2))
        painter.fillRect(QRectF(self.rect()), QColor(theme.surface))
        painter.setFont(small)
        top = margin
        for text, colour in (
            (self.heading, theme.text),
            (self._caption.text(), theme.text),
            (self._readout.text() if self._readout.isVisible() else "", theme.muted),
        ):
            if text:
                painter.setPen(QColor(colour))
                room = QRectF(margin, top, self.width() - 2 * margin, self.height())
                top += painter.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
                painter.drawText(room, Qt.TextFlag.TextWordWrap, text)
        source = self._canvas.viewport().rect()
        self._canvas.render(painter, QRectF(0, top, self.width(), self.height() - top - margin / 2), source,
                            Qt.AspectRatioMode.IgnoreAspectRatio)  # fmt: skip

    def _show_menu(self) -> None:
        self.menu().popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def menu(self) -> QMenu:
        """All that can be done with the plot, each with its key."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        own: tuple[Act, ...] = (
            (message("Copy the picture"), "Ctrl+C", self.copy_picture, None),
            (message("Save picture or numbers…"), "Ctrl+S", self.save, None),
        )
        for label, key, act, on in (*self.acts(), *own):
            action = menu.addAction(f"{say(label)}\t{key}" if key else say(label))
            if on is not None:
                action.setCheckable(True)
                action.setChecked(on)
            action.setEnabled(self._canvas.isVisible())
            action.triggered.connect(lambda _=False, act=act: act())
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_C:
            self.copy_picture()
        elif control and event.key() == Qt.Key.Key_S and self._canvas.isVisible():
            self.save()
        else:
            super().keyPressEvent(event)

    # Looks and words

    def show_canvas(self, on: bool) -> None:
        """Whether there is anything to draw; if not, the caption stands alone in the middle."""
        for one in (self._canvas, self._caption, self._more):
            one.setVisible(on)
        self.update()

    def put_readout(self, text: str) -> None:
        """What the cursors say; nothing hides the line."""
        self._readout.setText(text)
        self._readout.setVisible(bool(text))

    def describe(self) -> None:
        """Tell a screen reader what is shown now."""
        self.setAccessibleDescription(self.described())

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.describe()
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        return self.lines(11)

    def minimumSizeHint(self) -> QSize:
        return self.lines(7)

    def name_lower_axis(self) -> None:
        """A low plot has no room for more than its ticks."""
        self._axis.showLabel(self.height() >= self.lines(_LOW).height())

    def lines(self, count: float) -> QSize:
        height = QFontMetricsF(type_font(Type.SMALL)).height()
        return QSize(round(13 * height), round(count * height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pg.mkPen(theme.accent if self.hasFocus() else theme.line, width=2 if self.hasFocus() else 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), space(S1), space(S1))
        if not self._canvas.isVisible():
            painter.setPen(QColor(theme.muted))
            room = QRectF(self.rect()).adjusted(space(S4), space(S2), -space(S4), -space(S2))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._caption.text())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_column"):
            return
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._dress()
        elif event.type() == QEvent.Type.LanguageChange:
            self._speak()

    def _dress(self) -> None:
        theme, small = current_theme(), type_font(Type.SMALL)
        self._canvas.setBackground(theme.surface)
        for axis in (self._left, self._axis):
            axis.setPen(theme.edge)
            axis.setTextPen(theme.muted)
            axis.setTickFont(small)
            axis.label.setFont(small)
            axis.setStyle(maxTickLevel=0, tickLength=-space(0.25), tickTextOffset=space(0.25))
        digits = QFontMetricsF(small)
        self._item.layout.setContentsMargins(0, digits.height() / 2, digits.height(), 0)
        self._left.setWidth(round(digits.horizontalAdvance("−0.0000") + digits.height() * 0.5))
        for label in (self._caption, self._readout):
            label.setFont(small)
        for button in self.findChildren(QPushButton):
            button.setFont(small)
            button.setStyleSheet(f"QPushButton {{ padding: 0px {space(S1)}px; }}")  # no higher than the caption
        margin = space(S2)
        self._column.setContentsMargins(margin, space(S1), margin, space(S1))
        self._column.setSpacing(0)

    def _speak(self) -> None:
        self._more.setAccessibleName(say(message("What can be done with this plot")))
        self._more.setToolTip(self._more.accessibleName())
        self.describe()
