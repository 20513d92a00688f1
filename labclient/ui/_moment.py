"""A date with its time, typed as a person writes it and kept as the record wants it: ISO 8601 with the offset."""

import re
from collections.abc import Callable
from datetime import datetime, tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from labclient.clock import parse_iso
from labclient.ui._marked import mark
from labclient.words import message, say

_WRITTEN = re.compile(
    r"(?:(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ]\s*)?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?", re.ASCII
)


def completed(text: str, now: datetime, zone: tzinfo | None = None) -> str:
    """`text` as ISO 8601 with the offset that `zone` (this PC's, when None) has then: "2026-3-2 8:05", or "8:05" for
    the day of `now`. Whatever else is typed comes back as it is: it is judged when it is entered."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        return text.strip()
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    today = now.astimezone(zone)
    try:
        naive = datetime(  # noqa: DTZ001 - its zone is put on in the next line
            year or today.year, month or today.month, day or today.day, hour or 0, minute or 0, second or 0
        )
        return (naive.replace(tzinfo=zone) if zone else naive.astimezone()).isoformat()
    except ValueError:
        return text.strip()


def readable(moment: str) -> str:
    """A moment of the record for the eye: to the second, in this PC's zone, "2026-03-02 08:05:00+08:00". Anything else
    as it is."""
    try:
        return parse_iso(moment).astimezone().isoformat(sep=" ", timespec="seconds")
    except ValueError:
        return moment


class MomentLine(QWidget):
    """A line for a moment, and a button that puts the present one into it."""

    changed = Signal()

    def __init__(self, name: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(say(message("2026-03-02 08:05, or 08:05 for today")))
        self.line.editingFinished.connect(lambda: self.put(self.take()))
        self.line.textChanged.connect(lambda _: self.changed.emit())
        self.button = QPushButton(say(message("Now")))
        self.button.setAccessibleName(f"{name}: {say(message('Now'))}")
        self.button.clicked.connect(self.offer)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def offer(self) -> None:
        """Put the present moment in."""
        self.put(self._now().astimezone().isoformat(timespec="seconds"))

    def put(self, value: str) -> None:
        if value != self.line.text():
            self.line.setText(value)

    def take(self) -> str:
        return completed(self.line.text(), self._now())

    def set_editable(self, editable: bool) -> None:
        self.line.setReadOnly(not editable)
        self.button.setVisible(editable)

    def mark(self, wrong: bool, rest: tuple[str | int, ...] = ()) -> None:  # noqa: ARG002 - there is no place within
        mark(self.line, wrong)
