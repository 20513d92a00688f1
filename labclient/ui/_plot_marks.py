"""What lies on a plot beside its readings: notes at their moment, gaps, what was connected, what was excluded, readings
without a value, and the cursors. All is placed by time; each kind has a shape of its own."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from labclient.ui._pyramid import Floats
from labclient.ui._theme import Theme, Type, current_theme, type_font
from labclient.words import Message, say

Kind = Literal["note", "stage", "gap", "excluded"]

_MOST_STRETCHES: Final = 10_000  # without a value
_MOST: Final = 400  # marks painted of each kind: more cannot be told apart


@dataclass(frozen=True)
class Mark:
    """Something that happened from `start` to `end`, in seconds since the start of the run; `short` fits beside it."""

    kind: Kind
    start: float
    end: float
    words: Message
    short: str = ""


class Missing:
    """Readings without a value: how many, and from when to when there were nothing but such. Of very many stretches,
    neighbours become one."""

    def __init__(self) -> None:
        self.count = 0
        self.starts, self.ends = np.empty(0), np.empty(0)
        self._goes_on = False

    def add(self, times: Floats, there: NDArray[np.bool_]) -> None:
        """More readings, in order; `there` says which have a value."""
        if there.all():
            self._goes_on = self._goes_on and not len(there)
            return
        self.count += int((~there).sum())
        edges = np.diff(np.concatenate(([True], there, [True])).astype(np.int8))
        starts, ends = times[np.flatnonzero(edges < 0)], times[np.flatnonzero(edges > 0) - 1]
        if self._goes_on and not there[0]:
            self.ends, starts = self.ends[:-1], starts[1:]
        self.starts, self.ends = np.append(self.starts, starts), np.append(self.ends, ends)
        if len(self.starts) > _MOST_STRETCHES:
            odd = len(self.starts) % 2
            self.starts = self.starts[::2]
            self.ends = np.append(self.ends[1::2], self.ends[-1:] if odd else [])
        self._goes_on = not there[-1]


@dataclass
class Marks:
    """All marks of a run. `cursors` are times and levels in the unit shown."""

    marks: list[Mark] = field(default_factory=list)
    missing: Missing = field(default_factory=Missing)
    cursors: list[tuple[str, float, float]] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind in kinds]

    def near(self, time: float, reach: float) -> Mark | None:
        """The mark that somebody points at: a span it lies in, or the nearest moment within `reach` seconds."""
        found = [one for one in self.marks if one.start - reach <= time <= one.end + reach]
        return min(found, key=lambda one: (one.kind != "note", abs(one.start - time)), default=None)


class _Layer(pg.GraphicsObject):  # type: ignore[misc]
    """Paints marks in pixels of the drawing area, for any device."""

    def __init__(self, marks: Marks) -> None:
        super().__init__()
        self.marks = marks

    def boundingRect(self) -> QRectF:
        found: QRectF | None = self.viewRect()
        return found or QRectF()

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: object) -> None:
        view: Any = self.getViewBox()
        if view is None or not (self.marks.marks or self.marks.missing.count or self.marks.cursors):
            return
        area, (times, levels) = view.sceneBoundingRect(), view.viewRange()
        painter.save()
        painter.setTransform(self.sceneTransform().inverted()[0] * painter.transform())
        try:  # a painter left with its state saved is the end of the process
            self.draw(painter, _Area(area, *times, *levels), current_theme())
        finally:
            painter.restore()

    def draw(self, painter: QPainter, area: "_Area", theme: Theme) -> None:
        raise NotImplementedError


@dataclass(frozen=True)
class _Area:
    rect: QRectF
    start: float
    end: float
    low: float
    high: float

    def x(self, time: Any) -> Any:
        return self.rect.left() + (time - self.start) / (self.end - self.start) * self.rect.width()

    def y(self, level: float) -> float:
        return self.rect.bottom() - (level - self.low) / (self.high - self.low) * self.rect.height()

    def span(self, start: float, end: float) -> QRectF:
        left, right = max(self.x(start), self.rect.left()), min(self.x(end), self.rect.right())
        return QRectF(left, self.rect.top(), max(right - left, 1.0), self.rect.height())

    def shown(self, marks: list[Mark]) -> list[Mark]:
        return [one for one in marks if one.end >= self.start and one.start <= self.end][:_MOST]


class Ground(_Layer):
    """What lies behind the curve: stretches that were excluded or hold no readings, hatched."""

    def draw(self, painter: QPainter, area: _Area, theme: Theme) -> None:
        for kind, colour, hatch in (
            ("gap", theme.edge, Qt.BrushStyle.BDiagPattern),
            ("excluded", theme.excluded, Qt.BrushStyle.FDiagPattern),
        ):
            brush = QBrush(QColor(colour), hatch)
            for mark in area.shown(self.marks.of(kind)):  # type: ignore[arg-type]  # one of the kinds
                painter.fillRect(area.span(mark.start, mark.end), brush)


class Above(_Layer):
    """What lies on the curve: flags of notes, letters of what was connected, feet of readings without a value, and the
    cursors."""

    def draw(self, painter: QPainter, area: _Area, theme: Theme) -> None:
        painter.setFont(type_font(Type.SMALL))
        self._stages(painter, area, theme)
        self._missing(painter, area, theme)
        self._notes(painter, area, theme)
        self._cursors(painter, area, theme)

    def _stages(self, painter: QPainter, area: _Area, theme: Theme) -> None:
        metrics, shown = QFontMetricsF(painter.font()), area.shown(self.marks.of("stage"))
        edges = [area.x(one.start) for one in shown]
        if not shown or (len(edges) > 1 and edges[-1] - edges[0] < 4 * len(edges)):  # a wall of lines tells nothing
            return
        for mark, left, right in zip(shown, edges, [*edges[1:], area.rect.right()], strict=True):
            painter.setPen(QPen(QColor(theme.line), 1))
            painter.drawLine(QLineF(left, area.rect.top(), left, area.rect.bottom()))
            if metrics.horizontalAdvance(mark.short) + 4 <= right - max(left, area.rect.left()):
                painter.setPen(QColor(theme.muted))
                base = area.rect.bottom() - metrics.descent() - 1
                painter.drawText(QPointF(max(left, area.rect.left()) + 3, base), mark.short)

    def _missing(self, painter: QPainter, area: _Area, theme: Theme) -> None:
        found, base = self.marks.missing, area.rect.bottom()
        first = int(np.searchsorted(found.ends, area.start))
        behind = int(np.searchsorted(found.starts, area.end, "right"))
        lefts = np.round(area.x(np.maximum(found.starts[first:behind], area.start)))
        rights = np.round(area.x(np.minimum(found.ends[first:behind], area.end)))
        side = QFontMetricsF(painter.font()).height() * 0.3
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.attention))
        for x in np.unique(np.concatenate((lefts, rights))).tolist():
            painter.drawPolygon(
                QPolygonF([QPointF(x - side, base), QPointF(x + side, base), QPointF(x, base - 2 * side)])
            )
        long = rights > lefts
        for left, right in zip(lefts[long].tolist(), rights[long].tolist(), strict=True):
            painter.drawRect(QRectF(left, base - side / 2, right - left, side / 2))

    def _notes(self, painter: QPainter, area: _Area, theme: Theme) -> None:
        metrics, every = QFontMetricsF(painter.font()), self.marks.of("note")
        shown = area.shown(every)
        for place, mark in enumerate(shown):
            x, number = area.x(mark.start), str(every.index(mark) + 1)
            until = area.x(shown[place + 1].start) if place + 1 < len(shown) else area.rect.right()
            painter.setPen(QPen(QColor(theme.text), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(x, area.rect.top(), x, area.rect.bottom()))
            flag = QRectF(x, area.rect.top(), metrics.horizontalAdvance(number) + 6, metrics.height())
            painter.fillRect(flag, QColor(theme.text))
            painter.setPen(QColor(theme.surface))
            painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, number)
            room = until - flag.right() - 6
            words = metrics.elidedText(say(mark.words), Qt.TextElideMode.ElideRight, room)
            if room > 4 * metrics.height() and words:
                painter.setPen(QColor(theme.text))
                painter.drawText(QPointF(flag.right() + 3, area.rect.top() + metrics.ascent()), words)

    def _cursors(self, painter: QPainter, area: _Area, theme: Theme) -> None:
        metrics = QFontMetricsF(painter.font())
        for name, time, level in self.marks.cursors:
            x, y = area.x(time), area.y(level)
            pen = QPen(QColor(theme.accent_strong), 1, Qt.PenStyle.SolidLine if name == "A" else Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawLine(QLineF(x, area.rect.top(), x, area.rect.bottom()))
            painter.drawEllipse(QPointF(x, y), 4, 4)
            base = area.rect.bottom() - 1.4 * metrics.height()
            painter.drawText(QPointF(x + 3, base), name)
