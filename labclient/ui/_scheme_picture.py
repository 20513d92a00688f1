"""A small picture of what is connected at a step: wires and their polarity, a balance and its pan, or the series."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from labclient.plan import Plan, Step, Visit, method_of, passage
from labclient.ui._theme import current_theme, space
from labclient.words import Message, message, say

Kind = Literal["wiring", "weighing", "series"]

_NAMES: Final[dict[Kind, Message]] = {
    "wiring": message("Picture of the wiring"),
    "weighing": message("Picture of the balance"),
    "series": message("Picture of the series up and down"),
}
_WIDE, _HIGH = 200.0, 84.0  # of the drawing, in its own units
_LINES = 5  # of text: how high it stands


def kind_of(plan: Plan) -> Kind:
    """Which picture suits the plan: by its scheme, then by what is measured."""
    if method_of(plan.measurement.scheme).up_down:
        return "series"
    return "weighing" if plan.quantity == "mass" else "wiring"


class SchemePicture(QWidget):
    """What is connected now, drawn; `sentence` says the same. It shows no value and nothing that follows from one."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._kind: Kind = "wiring"
        self._roles: tuple[str, ...] = ()
        self._visits: tuple[Visit, ...] = ()
        self._step = Step("X")
        self._at = ""
        self.hide()

    def show_step(self, plan: Plan, step: Step, point: str, sentence: str) -> None:
        """Draw this step of the plan's scheme at a point."""
        scheme = plan.measurement.scheme
        self._kind = kind_of(plan)
        self._roles = tuple(dict.fromkeys(one.role for one in scheme.steps if one.role != "Z"))
        self._visits = _stations(passage(scheme, plan.points)) if self._kind == "series" else ()
        self._step, self._at = step, point
        self.setAccessibleName(say(_NAMES[self._kind]))
        self.setAccessibleDescription(sentence)
        self.setToolTip(sentence)
        self.show()
        self.update()

    def sizeHint(self) -> QSize:
        high = space(_LINES, self.font())
        return QSize(round(high * _WIDE / _HIGH), high)

    def minimumSizeHint(self) -> QSize:
        """None: where a screen is too low for it, the words say it all."""
        return QSize(0, 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.height() < self.sizeHint().height() // 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / _WIDE, self.height() / _HIGH)
        painter.translate((self.width() - _WIDE * scale) / 2, (self.height() - _HIGH * scale) / 2)
        painter.scale(scale, scale)
        font = painter.font()
        font.setPixelSize(13)
        painter.setFont(font)
        draw: dict[Kind, Callable[[_Pen], None]] = {
            "wiring": self._wiring, "weighing": self._weighing, "series": self._series
        }  # fmt: skip
        draw[self._kind](_Pen(painter))
        painter.end()

    def _wiring(self, pen: "_Pen") -> None:
        """The meter on the left, the artefacts on the right; its wires go to the one that is connected, crossed where
        it is reversed, or to a link between them for zero."""
        pen.circle(QPointF(34, 42), 22)
        pen.line((24, 50), (34, 30), (44, 50))
        pen.text(QRectF(58, 14, 14, 16), "+")
        pen.text(QRectF(58, 54, 14, 16), "−")
        shown = self._roles or ("X",)
        tops = {role: (_HIGH - 32 * len(shown)) / 2 + 32 * place + 2 for place, role in enumerate(shown)}
        if self._step.role not in tops:
            pen.line((56, 34), (96, 34), (96, 50), (56, 50), strong=True)
        else:
            high, low = tops[self._step.role] + 7, tops[self._step.role] + 21
            ends = (low, high) if self._step.direction == "-" else (high, low)
            for begin, end in zip((34, 50), ends, strict=True):
                pen.line((56, begin), (82, begin), (124, end), (146, end), strong=True)
            pen.text(QRectF(128, high - 15, 14, 14), "+")
            pen.text(QRectF(128, low + 1, 14, 14), "−")
        for role, top in tops.items():
            pen.box(QRectF(146, top, 40, 28), role, strong=role == self._step.role)

    def _weighing(self, pen: "_Pen") -> None:
        """What is on the pan, and what waits beside the balance."""
        pen.line((20, 76), (26, 58), (94, 58), (100, 76), (20, 76))
        pen.line((60, 58), (60, 46))
        pen.line((28, 46), (92, 46), strong=True)
        if self._step.role != "Z":
            pen.box(QRectF(44, 16, 32, 29), self._step.role, strong=True)
        waiting = [role for role in self._roles if role != self._step.role]
        pen.line((112, 76), (196, 76))
        for place, role in enumerate(waiting[:2]):
            pen.box(QRectF(118 + 38 * place, 46, 32, 29), role, strong=False)

    def _series(self, pen: "_Pen") -> None:
        """The points as stations up and down; the one that is measured is filled."""
        count = len(self._visits)
        middle = (count - 1) / 2
        places = []
        for place in range(count):
            x = 16 + (_WIDE - 32) * place / max(count - 1, 1)
            up = 1 - abs(place - middle) / max(middle, 1)
            places.append(QPointF(x, _HIGH - 14 - (_HIGH - 30) * up))
        for before, after in pairwise(places):
            pen.line((before.x(), before.y()), (after.x(), after.y()))
        for at, visit in zip(places, self._visits, strict=True):
            here = visit.point.id == self._at and visit.step.approach == self._step.approach
            pen.circle(at, 7 if here else 4, strong=here)
            if here:
                pen.arrow(at, up=self._step.approach != "down")


def _stations(visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """One for each point on the way up and on the way down, whatever is read there."""
    found = {(visit.point.id, visit.step.approach): visit for visit in visits}
    return tuple(found.values())


class _Pen:
    """Lines, circles, boxes and letters in the colours of the theme; what is strong is what is connected now."""

    def __init__(self, painter: QPainter) -> None:
        theme = current_theme()
        self._painter = painter
        self._text, self._edge = QColor(theme.text), QColor(theme.edge)
        self._accent, self._on_accent, self._ground = (
            QColor(theme.accent),
            QColor(theme.on_accent),
            QColor(theme.ground),
        )

    def line(self, *points: tuple[float, float], strong: bool = False) -> None:
        self._painter.setPen(QPen(self._accent if strong else self._edge, 2.4 if strong else 1.6))
        self._painter.drawPolyline(QPolygonF([QPointF(*one) for one in points]))

    def circle(self, centre: QPointF, radius: float, *, strong: bool = False) -> None:
        self._filled(strong=strong)
        self._painter.drawEllipse(centre, radius, radius)

    def box(self, box: QRectF, letter: str, *, strong: bool) -> None:
        """An artefact under its letter, filled where it is connected."""
        self._filled(strong=strong)
        self._painter.drawRoundedRect(box, 4, 4)
        self.text(box, letter, self._on_accent if strong else self._text)

    def arrow(self, at: QPointF, *, up: bool) -> None:
        """Towards the point, from the side that it is reached from."""
        tip, tail = (at.y() + 10, at.y() + 22) if up else (at.y() - 10, at.y() - 22)
        if not (0 <= tail <= _HIGH):  # beside the point where there is no room below or above it
            return
        wing = 5 if up else -5
        self.line((at.x(), tail), (at.x(), tip), strong=True)
        self.line((at.x() - 4, tip + wing), (at.x(), tip), (at.x() + 4, tip + wing), strong=True)

    def text(self, box: QRectF, letters: str, colour: QColor | None = None) -> None:
        self._painter.setPen(colour or self._text)
        self._painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letters)

    def _filled(self, *, strong: bool) -> None:
        self._painter.setPen(QPen(self._accent if strong else self._edge, 1.6))
        self._painter.setBrush(self._accent if strong else self._ground)
