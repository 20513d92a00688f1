"""The six states of a station, each by shape, word and colour; the shapes alone tell them apart."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from labclient.ui._theme import S1, S4, Theme, current_theme, space
from labclient.words import Message, message, say


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    SEALED = "sealed"


_WORDS: Final = {
    State.WAITING: message("Waiting"),
    State.RUNNING: message("In progress"),
    State.PASSED: message("Passed"),
    State.FAILED: message("Failed"),
    State.BLOCKED: message("Blocked"),
    State.SEALED: message("Sealed"),
}


def mark_word(state: State | str) -> str:
    """What the state is called, in the language in use. Raises `ValueError` on a state that is none of the six."""
    return say(_WORDS[State(state)])


def state_colour(state: State, theme: Theme) -> str:
    """The colour of the state's mark and word, 4.5:1 on the theme's grounds."""
    return {
        State.WAITING: theme.muted,
        State.RUNNING: theme.accent,
        State.PASSED: theme.ok,
        State.FAILED: theme.alarm,
        State.BLOCKED: theme.blocked,
        State.SEALED: theme.sealed,
    }[state]


def paint_mark(painter: QPainter, state: State, theme: Theme, box: QRectF) -> None:
    """Paint the state's shape into the largest square in the middle of `box`."""
    side = min(box.width(), box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center() - QPointF(side / 2, side / 2))
    painter.scale(side / 16, side / 16)
    _SHAPES[state](painter, QColor(state_colour(state, theme)), QColor(theme.surface))
    painter.restore()


def mark_icon(state: State | str, theme: Theme | None = None, size: int = 0) -> QIcon:
    """The state's shape as an icon of `size` pixels, sharp on dense screens too; without more said, in the theme that
    is on and as high as a line of text."""
    theme, size, icon = theme or current_theme(), size or space(S4), QIcon()
    for ratio in (1, 2, 3):
        pixmap = QPixmap(size * ratio, size * ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_mark(painter, State(state), theme, QRectF(pixmap.rect()))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        for mode in (
            QIcon.Mode.Normal,
            QIcon.Mode.Selected,
            QIcon.Mode.Disabled,
        ):  # its colour means something: no tint
            icon.addPixmap(pixmap, mode)
    return icon


class StateMark(QWidget):
    """A state as shape and word, in the colour of its meaning; `word` replaces the usual word. One that `shrinks`
    leaves its word away where there is no room for it, never cuts it."""

    def __init__(
        self,
        state: State = State.WAITING,
        word: Message | None = None,
        parent: QWidget | None = None,
        *,
        shrinks: bool = False,
    ) -> None:
        super().__init__(parent)
        self._shrinks = shrinks
        across = QSizePolicy.Policy.Preferred if shrinks else QSizePolicy.Policy.Minimum
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self._state, self._word = state, word
        self.show_state(state, word)

    @property
    def state(self) -> State:
        return self._state

    def show_state(self, state: State, word: Message | None = None) -> None:
        self._state, self._word = state, word
        self.setAccessibleName(self._text())
        if self._shrinks:
            self.setToolTip(self._text())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(
            metrics.height() + space(S1, self.font()) + metrics.horizontalAdvance(self._text()) + 1, metrics.height()
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().height(), self.fontMetrics().height()) if self._shrinks else self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, height = current_theme(), self.fontMetrics().height()
        painter = QPainter(self)
        side = height * 0.8
        paint_mark(painter, self._state, theme, QRectF(0, (self.height() - side) / 2, height, side))
        if self.width() >= self.sizeHint().width():
            painter.setPen(QColor(state_colour(self._state, theme)))
            left = height + space(S1, self.font())
            painter.drawText(self.rect().adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.LanguageChange, QEvent.Type.FontChange, QEvent.Type.PaletteChange}:
            self.show_state(self._state, self._word)

    def _text(self) -> str:
        return say(self._word) if self._word else mark_word(self._state)


# Shapes on a square of 16 × 16; the first colour is the state's, the second the ground's.


def _ring(painter: QPainter, colour: QColor, _: QColor) -> None:
    painter.setPen(QPen(colour, 1.6))
    painter.drawEllipse(QPointF(8, 8), 5.6, 5.6)


def _triangle(painter: QPainter, colour: QColor, _: QColor) -> None:
    pen = QPen(colour, 1.4)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(4.2, 2.2), QPointF(13.8, 8), QPointF(4.2, 13.8)]))


def _disc_with_tick(painter: QPainter, colour: QColor, ground: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(8, 8), 7.2, 7.2)
    painter.setPen(_stroke(ground))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([QPointF(4.6, 8.4), QPointF(7.1, 10.9), QPointF(11.6, 5.5)]))


def _octagon_with_cross(painter: QPainter, colour: QColor, ground: QColor) -> None:
    near, far = 4.9, 11.1
    corners = ((near, 0.6), (far, 0.6), (15.4, near), (15.4, far), (far, 15.4), (near, 15.4), (0.6, far), (0.6, near))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    painter.setPen(_stroke(ground))
    painter.drawLine(QPointF(5.2, 5.2), QPointF(10.8, 10.8))
    painter.drawLine(QPointF(10.8, 5.2), QPointF(5.2, 10.8))


def _ring_with_bar(painter: QPainter, colour: QColor, _: QColor) -> None:
    painter.setPen(QPen(colour, 2.0))
    painter.drawEllipse(QPointF(8, 8), 6.2, 6.2)
    painter.drawLine(QPointF(3.7, 12.3), QPointF(12.3, 3.7))


def _padlock(painter: QPainter, colour: QColor, ground: QColor) -> None:
    shackle = QPainterPath(QPointF(4.8, 8))
    shackle.lineTo(4.8, 5.2)
    shackle.arcTo(QRectF(4.8, 1.6, 6.4, 6.8), 180, -180)
    shackle.lineTo(11.2, 8)
    painter.setPen(QPen(colour, 1.7))
    painter.drawPath(shackle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(2.6, 7.2, 10.8, 7.8), 1.2, 1.2)
    painter.setBrush(ground)
    painter.drawEllipse(QPointF(8, 11), 1.3, 1.3)


def _stroke(colour: QColor) -> QPen:
    pen = QPen(colour, 1.9)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


_SHAPES: Final[dict[State, Callable[[QPainter, QColor, QColor], None]]] = {
    State.WAITING: _ring,
    State.RUNNING: _triangle,
    State.PASSED: _disc_with_tick,
    State.FAILED: _octagon_with_cross,
    State.BLOCKED: _ring_with_bar,
    State.SEALED: _padlock,
}
