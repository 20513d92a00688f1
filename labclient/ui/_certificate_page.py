"""What the dialogs of certificates share: the lines of a table as texts, the document, and room to scroll."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from labclient.instruments import Certificate, CertifiedPoint


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


def scrolled(inside: QWidget) -> QScrollArea:
    """What may be higher than the screen."""
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area


def _texts(row: CertifiedPoint) -> Iterator[tuple[str, str]]:
    for name, value in msgspec.structs.asdict(row).items():
        yield name, "" if value is None else str(value)
