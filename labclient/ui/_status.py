"""The status bar: the recording lamp, the last thing said, who is working, and what the clock is worth."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QStatusBar

from labclient.ui._theme import S2, space
from labclient.ui._watch import Snapshot
from labclient.words import message, say


class StatusBar(QStatusBar):
    """`who` is the button that asks who is working."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setContentsMargins(space(S2), 0, space(S2), 0)
        self._lamp, self._said = QLabel(), QLabel()
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._said.setMinimumWidth(1)  # a long sentence is cut here, and stays whole in the tool tip
        self.who = QPushButton()
        self.who.setProperty("role", "quiet")
        self.addWidget(self._lamp)
        self.addWidget(self._said, 1)
        self.addPermanentWidget(self.who)
        self.addPermanentWidget(QLabel(say(message("PC clock, unchecked"))))
        self.show_snapshot(None)
        self.show_who("")

    def tell(self, sentence: str) -> None:
        """One line."""
        self._said.setText(sentence)
        self._said.setToolTip(sentence)

    def show_who(self, who: str) -> None:
        """The person in whose name entries are made."""
        self.who.setText(say(message("Working: {who}", who=who)) if who else say(message("Nobody is working")))

    def show_played(self) -> None:
        """Nobody is working: another process plays."""
        self.who.setText(say(message("Plays by itself")))

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Whether something is being recorded, and how far it is durable."""
        if snapshot is None:
            said = message("■ not recording")
        elif snapshot.state.open_runs:
            said = message("● recording: committed to {n}", n=snapshot.size)
        else:
            said = message("■ not recording: {n} entries", n=snapshot.size)
        self._lamp.setText(say(said))
