"""How the chosen instrument answers: live while a run goes on, from its last run otherwise."""

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel

from labclient.home import Home
from labclient.participation import HealthWatch
from labclient.ui._dialog import told
from labclient.ui._instrument_work import Tries, age_word, health_of
from labclient.words import say

_HEALTH = "health"
_LOOK_MS = 1000


class HealthLine(QLabel):
    """Reads the record in the thread of `tries`, each second while a run goes on. What cannot be read shows nothing."""

    def __init__(self, tries: Tries) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._tries = tries
        self._of: tuple[Path | None, Home, str] | None = None
        self._here: HealthWatch | None = None
        self._watch: HealthWatch | None = None
        self._running = self._asking = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look_again)
        self._timer.start(_LOOK_MS)
        tries.done.connect(self._done)
        tries.crashed.connect(self._rest)

    def follow(self, of: tuple[Path | None, Home, str] | None, running: bool) -> None:
        """Follow an instrument: the notebook that is open, the PC, its id. `running` tells that a run goes on there."""
        ended = self._running and not running
        self._running = running
        if of != self._of:
            self._of = of
            self.refresh()
        elif ended:
            self._ask()

    def refresh(self) -> None:
        """Begin anew: another one is followed, or it was tried."""
        notebook, _, id = self._of or (None, None, "")
        self._here = HealthWatch(notebook, id) if notebook is not None else None
        self._watch = None
        self._show()
        self._ask()

    def _look_again(self) -> None:
        live = self._watch is not None and self._watch.health is not None and self._watch.health.live
        page = self.parentWidget()  # this itself is hidden while it has nothing to say
        if page is not None and page.isVisible() and (live or self._running):
            self._ask()
        self._show()

    def _ask(self) -> None:
        if self._of is not None and not self._asking:
            (_, home, id), here, shown = self._of, self._here, self._watch
            self._asking = True
            self._tries.run(_HEALTH, told(lambda: (here, id, health_of(here, home, id, shown))))

    def _done(self, what: str, answer: object) -> None:
        if what != _HEALTH:
            return
        self._rest()
        here, id, watch = answer if isinstance(answer, tuple) else (None, "", None)
        if self._of is not None and here is self._here and id == self._of[2]:
            self._watch = watch
            self._show()
        elif id:
            self._ask()  # another one was chosen meanwhile

    def _rest(self) -> None:
        self._asking = False

    def _show(self) -> None:
        health = self._watch.health if self._watch is not None else None
        lines = [] if health is None else [age_word(health, datetime.now(UTC)), *health.told]
        self.setText("\n".join(say(one) for one in lines))
        self.setVisible(bool(lines))
