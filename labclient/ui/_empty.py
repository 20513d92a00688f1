"""What stands where there is nothing yet: one sentence, and the next steps."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from labclient.ui._theme import S1, S2, S4, space
from labclient.words import Message, say

_WIDE = 66  # letters: longer lines are hard to follow


class Empty(QWidget):
    """A little above the middle of its room. The steps are numbered where there are several."""

    def __init__(self, sentence: Message, *steps: Message) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        inside = QWidget()
        inside.setMaximumWidth(_WIDE * self.fontMetrics().horizontalAdvance("n"))
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(S2))
        column.addWidget(_line(say(sentence), "heading"))
        for place, step in enumerate(steps, start=1):
            row = QHBoxLayout()
            row.setSpacing(space(S1))
            if len(steps) > 1:
                row.addWidget(_line(f"{place}.", "muted"), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(_line(say(step), "muted"), 1)
            column.addLayout(row)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inside, 8)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, space(S4), 0, space(S4))
        layout.addStretch(2)
        layout.addLayout(middle)
        layout.addStretch(3)


def _line(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setWordWrap(len(text) > len("1."))
    return label
