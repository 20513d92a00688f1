"""The reading in big digits, to be read from two metres away; never an old value that looks live."""

import re
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from labclient.instruments import STATUS_NAMES
from labclient.ui._fonts import family
from labclient.ui._theme import S1, Type, current_theme, space, type_font
from labclient.words import Message, message, say

NO_READING: Final = "--.---"
_THIN: Final = "\u2009"
_PLAIN: Final = re.compile(r"([+-]?)(\d+)(?:(\.)(\d*))?([eE][+-]?\d+)?", re.ASCII)
_GAP: Final = 0.18
_UNIT_SIZE: Final = 0.42
_WITH_DIGITS: Final = frozenset({"ok", "unstable", "settling"})


def grouped(text: str) -> str:
    """A number's text with its digits in groups of three from the point on both sides, apart by thin spaces, and a
    true minus sign; for display only. A text that is no plain number comes back as it is."""
    found = _PLAIN.fullmatch(text.strip())
    if found is None:
        return text
    sign, whole, point, fraction, exponent = (part or "" for part in found.groups())
    whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", _THIN, whole) if len(whole) > 4 else whole
    fraction = _THIN.join(fraction[place : place + 3] for place in range(0, len(fraction), 3))
    return sign.replace("-", "−") + whole + point + fraction + exponent.replace("-", "−")


def status_note(status: str) -> Message:
    """What the status of a reply means, in words."""
    return STATUS_NAMES.get(status, message("Not a reading: {status}", status=status))


class BigDigits(QWidget):
    """One reading: its text exactly as sent, grouped for the eye, with its unit; status below where it is not "ok".

    Without a reading, and when it is stale, the digits are `--.---`. The size follows the widget and the longest
    text so far, so that digits stand still while they change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.clear()

    def clear(self) -> None:
        """Begin anew: no reading yet."""
        self._digits, self._unit, self._widest = NO_READING, "", NO_READING
        self._live = self._begun = False
        self._note: Message | None = message("No reading yet")
        self._tell()

    @property
    def live(self) -> bool:
        """Whether a believed reading is shown."""
        return self._live

    @property
    def shown(self) -> str:
        """The digits on screen, grouped."""
        return grouped(self._digits)

    @property
    def digit_height(self) -> float:
        """How high a digit stands on the screen, in pixels."""
        return QFontMetricsF(self._fitting(self._area())).capHeight()

    def show_reading(self, text: str, unit: str, status: str) -> None:
        """Show a reading's `text` as the instrument sent it. Only "ok" is live; "unstable" and "settling" keep their
        digits, subdued and with the reason; any other status has no digits to show."""
        if unit != self._unit:
            self._widest = NO_READING
        self._live, self._begun = status == "ok", True
        self._digits, self._unit = (text.strip() if status in _WITH_DIGITS else NO_READING), unit
        self._note = None if self._live else status_note(status)
        self._tell()

    def fit_anew(self) -> None:
        """Another kind of reading follows: the size need not suit those before."""
        self._widest = NO_READING

    def show_stale(self) -> None:
        """The last reading is too old to stand for now."""
        self._digits, self._live = NO_READING, False
        self._note = message("No fresh reading")
        self._tell()

    def sizeHint(self) -> QSize:
        return self._size(5.0)

    def minimumSizeHint(self) -> QSize:
        return self._size(2.4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, note_font = current_theme(), type_font(Type.BODY)
        note_height = QFontMetricsF(note_font).height()
        area = self._area()
        font = self._fitting(area)
        unit_font = _sized(font.pixelSize() * _UNIT_SIZE)
        digits, unit = self.shown, self._unit
        gap = QFontMetricsF(font).horizontalAdvance("0") * 0.35
        width = _advance(digits, font) + (gap + QFontMetricsF(unit_font).horizontalAdvance(unit) if unit else 0)
        cap = QFontMetricsF(font).capHeight()
        place = QPointF(area.center().x() - width / 2, area.center().y() + cap / 2)
        painter = QPainter(self)
        painter.setPen(QColor(theme.text if self._live else theme.muted))
        painter.setFont(font)
        for group in digits.split(_THIN) if self._digits != NO_READING else ():
            painter.drawText(place, group)
            place += QPointF(_advance(group, font) + font.pixelSize() * _GAP, 0)
        if self._digits == NO_READING:
            place = _draw_dashes(painter, place, font)
        if unit:
            painter.setPen(QColor(theme.muted))
            painter.setFont(unit_font)
            painter.drawText(place + QPointF(gap - font.pixelSize() * _GAP, 0), unit)
        if self._note is not None:
            painter.setPen(QColor(theme.attention if self._begun else theme.muted))
            painter.setFont(note_font)
            below = QRectF(0, area.bottom(), self.width(), note_height)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, say(self._note))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.LanguageChange, QEvent.Type.FontChange, QEvent.Type.PaletteChange}:
            self._tell()

    def _area(self) -> QRectF:
        """Where the digits are: a line below them is for the status."""
        return QRectF(self.rect()).adjusted(0, 0, 0, -QFontMetricsF(type_font(Type.BODY)).height())

    def _tell(self) -> None:
        if _advance(self.shown, _sized(100)) > _advance(grouped(self._widest), _sized(100)):
            self._widest = self._digits
        digits = "" if self._digits == NO_READING else f"{self._digits} {self._unit}".strip()
        name = " · ".join(part for part in (digits, say(self._note) if self._note else "") if part)
        if name != self.accessibleName():
            self.setAccessibleName(name)
        self.update()

    def _fitting(self, area: QRectF) -> QFont:
        """The largest font in which the longest text so far and the unit fit into `area`."""
        font = _sized(100)
        width = _advance(grouped(self._widest), font)
        if self._unit:
            metrics = QFontMetricsF(_sized(100 * _UNIT_SIZE))
            width += QFontMetricsF(font).horizontalAdvance("0") * 0.35 + metrics.horizontalAdvance(self._unit)
        height = QFontMetricsF(font).capHeight() * 1.3
        return _sized(max(1.0, 100 * min(area.width() * 0.98 / width, area.height() / height)))

    def _size(self, times: float) -> QSize:
        note = type_font(Type.BODY)
        line = QFontMetricsF(note).height()
        digits = _sized(line * times / 1.45)
        width = _advance(grouped("+88.888888"), digits)
        return QSize(round(width * 1.25), round(QFontMetricsF(digits).capHeight() * 1.4 + line + space(S1)))


def _draw_dashes(painter: QPainter, place: QPointF, font: QFont) -> QPointF:
    """Draw `--.---`, its point between the dashes and not below them; returns where the unit goes."""
    metrics, line = QFontMetricsF(font), 0.08 * font.pixelSize()
    for one in NO_READING:
        width = metrics.horizontalAdvance(one)
        long = line if one == "." else 0.75 * width
        middle = place + QPointF(width / 2, -metrics.capHeight() / 2)
        painter.fillRect(QRectF(middle.x() - long / 2, middle.y() - line / 2, long, line), painter.pen().color())
        place += QPointF(width, 0)
    return place + QPointF(font.pixelSize() * _GAP, 0)


def _sized(pixels: float) -> QFont:
    font = QFont(family())
    font.setPixelSize(max(1, round(pixels)))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _advance(text: str, font: QFont) -> float:
    """The width of a grouped text: thin spaces are gaps of our own, for many fonts have no such glyph."""
    groups = text.split(_THIN)
    metrics = QFontMetricsF(font)
    return sum(metrics.horizontalAdvance(group) for group in groups) + _GAP * font.pixelSize() * (len(groups) - 1)
