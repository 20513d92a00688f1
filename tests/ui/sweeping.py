"""What a page may not do to its reader: cut words off, leave a control without a name, be pale, or speak another
language."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from babel.messages.pofile import read_po
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QTabBar,
    QTableWidget,
    QWidget,
)

from labclient.home import shipped

from .desks import unnamed

LEAST_CONTRAST = 4.5
_ROUNDING = 1  # pixels
_FEW = 2  # letters: of a dot no pixel has its full colour


def faults(window: QMainWindow, page: QWidget, *, chinese: bool) -> list[str]:
    """Everything that is wrong with what is seen now, a line each."""
    seen = [one for one in (*_within(window.menuBar()), *_within(window), *_within(page)) if one.isVisible()]
    unique = list({id(one): one for one in seen}.values())
    found = [f"cut off: {said}" for said in _cut(unique)]
    found += [f"cut off in a table: {said}" for said in _cut_cells(page)]
    found += [f"without a name: {type(one).__name__} in {type(one.parent()).__name__}" for one in unnamed(page)]
    found += [f"pale ({ratio:.1f}): {said}" for said, ratio in _pale(window, unique)]
    if chinese:
        found += [f"not translated: {said}" for said in _untranslated(unique)]
    return found


def _within(parent: QWidget) -> list[QWidget]:
    return [one for one in parent.findChildren(QWidget) if one.isVisible()]


def _words(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        return widget.text()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _cut(widgets: list[QWidget]) -> Iterator[str]:
    for one in widgets:
        if isinstance(one, QLabel) and one.text() and one.minimumWidth() != 1:  # of that width it is cut on purpose
            if one.wordWrap():
                if one.heightForWidth(one.width()) > one.height() + _ROUNDING:
                    yield f"{one.text()!r} needs {one.heightForWidth(one.width())}, has {one.height()}"
            elif one.sizeHint().width() > one.width() + _ROUNDING:
                yield f"{one.text()!r} needs {one.sizeHint().width()}, has {one.width()}"
        elif isinstance(one, QPushButton | QCheckBox | QRadioButton) and one.text():
            need = one.fontMetrics().horizontalAdvance(one.text().replace("&", ""))
            if need > one.width() or one.fontMetrics().height() > one.height():
                yield f"{one.text()!r} needs {need}, has {one.width()}×{one.height()}"
        elif isinstance(one, QTabBar):
            for place in range(one.count()):
                if one.fontMetrics().horizontalAdvance(one.tabText(place)) > one.tabRect(place).width():
                    yield repr(one.tabText(place))


def _cut_cells(page: QWidget) -> Iterator[str]:
    for table in page.findChildren(QTableWidget):
        if not table.isVisible():
            continue
        header = table.horizontalHeader()
        for column in range(table.columnCount()):
            heading = table.horizontalHeaderItem(column)
            if table.isColumnHidden(column) or heading is None:
                continue
            need = max((header.fontMetrics().horizontalAdvance(one) for one in heading.text().splitlines()), default=0)
            if need > header.sectionSize(column):
                yield f"{heading.text()!r} needs {need}, has {header.sectionSize(column)}"


def _untranslated(widgets: list[QWidget]) -> Iterator[str]:
    """Sentences of the catalogue that stand there in English; what the record or a driver says is data."""
    english = _sentences()
    for one in widgets:
        for said in {_words(one), one.toolTip(), one.accessibleName(), *_headings(one)}:
            if said in english:
                yield repr(said)


def _headings(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QTableWidget):
        items = (widget.horizontalHeaderItem(column) for column in range(widget.columnCount()))
        yield from (item.text().replace("\n", " ") for item in items if item is not None)


@cache
def _sentences() -> frozenset[str]:
    """What the catalogue translates, as a reader of English would see it."""
    with (shipped("resources", "translations") / "zh_CN" / "LC_MESSAGES" / "labclient.po").open("rb") as file:
        return frozenset(
            str(one.id) for one in read_po(file) if one.id and one.string != one.id and "{" not in str(one.id)
        )


def _pale(window: QWidget, widgets: list[QWidget]) -> Iterator[tuple[str, float]]:
    """Words whose darkest or brightest pixel stands out too little from what is around it; what is switched off may."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    ratio = image.devicePixelRatio()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1]
    for one in widgets:
        if len(_words(one).strip()) < _FEW or not one.isEnabled() or not isinstance(one, QLabel | QAbstractButton):
            continue
        area = QRect(one.mapTo(window, QPoint(0, 0)), one.size()) & _seen_of(one, window)
        if area.width() < 8 or area.height() < one.fontMetrics().height():
            continue
        left, top = round(area.left() * ratio), round(area.top() * ratio)
        part = pixels[top : top + round(area.height() * ratio), left : left + round(area.width() * ratio)]
        contrast = _contrast(part.reshape(-1, 3))
        if contrast < LEAST_CONTRAST:
            yield _words(one), contrast


def _seen_of(widget: QWidget, window: QWidget) -> QRect:
    """What of it no parent cuts off."""
    area, parent = QRect(QPoint(0, 0), window.size()), widget.parentWidget()
    while parent is not None and parent is not window:
        area &= QRect(parent.mapTo(window, QPoint(0, 0)), parent.size())
        parent = parent.parentWidget()
    return area


def _contrast(pixels: NDArray[np.uint8]) -> float:
    """Between the commonest colour and the one that differs most from it (WCAG 2.1, relative luminance)."""
    packed, counts = np.unique(pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32), return_counts=True)
    part = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    light = linear @ np.array([0.2126, 0.7152, 0.0722])
    ground = light[counts.argmax()]
    return float(((np.maximum(light, ground) + 0.05) / (np.minimum(light, ground) + 0.05)).max())
