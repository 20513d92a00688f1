"""What the dialogs of certificates share: the lines of a table as texts, the document, and room to scroll."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from labclient.instruments import Certificate, CertifiedPoint

_WIDE = 92  # characters


class Line(Struct, frozen=True, kw_only=True):
    """A line of the table as it is typed."""

    point: str
    value: str = ""
    correction: str = ""
    unit: str
    U: str
    k: str
    drift: str = ""
    conditions: str = ""
    page: str = ""


def lines_of(said: Certificate) -> list[Line]:
    """The table of a certificate."""
    return [Line(**dict(_texts(row))) for row in said.row]


def show_document(path: Path | None) -> None:
    """Let the system's own viewer show a document."""
    if path is not None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class _Area(QScrollArea):
    """As high as what is in it, where the screen has room."""

    def sizeHint(self) -> QSize:
        inside = self.widget()
        return inside.sizeHint() if inside is not None else super().sizeHint()


def scrolled(inside: QWidget) -> QScrollArea:
    """What may be higher than the screen."""
    area = _Area()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area


def _texts(row: CertifiedPoint) -> Iterator[tuple[str, str]]:
    for name, value in msgspec.structs.asdict(row).items():
        yield name, "" if value is None else str(value)


def widen(dialog: QWidget) -> None:
    """As wide as a table wants to be and as high as its lines, where the window behind has room."""
    behind = dialog.parentWidget()
    room = behind.window().size() if behind is not None else dialog.sizeHint()
    wanted = dialog.fontMetrics().averageCharWidth() * _WIDE
    dialog.resize(max(dialog.minimumWidth(), min(wanted, room.width())), min(dialog.sizeHint().height(), room.height()))
