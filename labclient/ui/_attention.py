"""Somebody is needed: the window flashes, and sounds where that is liked, for a person at the other end of the bench.

For an end of a point or of a run, a cable to be moved, an instrument that is lost, a room that leaves its limits. What
happened long ago, and what a demonstration plays, calls nobody.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from labclient.participation import State
from labclient.ui._desk import Desk
from labclient.ui._happening import Happening
from labclient.ui._marks import State as MarkState
from labclient.ui._place import air
from labclient.ui._preferences import Preferences
from labclient.ui._theme import S1, current_theme, space
from labclient.ui._view import point_rows
from labclient.ui._watch import LiveReplies, Snapshot, Watcher
from labclient.words import Message, message

_BLINK_MS: Final = 250  # twice a second: more than three flashes a second harm some people
_BLINKS: Final = 6
_BEEPS: Final = 3
_SEEN: Final = {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress}
_ENDS: Final = {
    "settling": message("The warm-up run is over."),
    "stability": message("The stability run is over."),
    "functional": message("The functional check is measured."),
}


class Attention(QObject):
    """Listens to desk and watcher; `liked` says how the person wants to be called. A key or a click ends it."""

    def __init__(self, window: QWidget, desk: Desk, watcher: Watcher, liked: Callable[[], Preferences]) -> None:
        super().__init__(window)
        self._window, self._desk, self._liked = window, desk, liked
        self._before: tuple[Path, State] | None = None
        self._room_kept = True
        self._beeps = 0
        self._flash = _Flash()
        self._sounding = QTimer(self)
        self._sounding.setInterval(2 * _BLINK_MS)
        self._sounding.timeout.connect(self._beep)
        desk.asked.connect(self._call)
        desk.failed.connect(self._call)
        desk.crashed.connect(self._call)
        watcher.advanced.connect(self._advanced)
        watcher.replied.connect(self._replied)
        watcher.happened.connect(self._happened)

    @property
    def calling(self) -> bool:
        """Whether somebody is called and has not come yet."""
        return self._flash.isVisible() or self._sounding.isActive()

    def call(self, why: Message) -> None:
        """Call somebody, and say why in the status bar."""
        self._desk.told.emit(why)
        self._call(why)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SEEN:
            self._end()
        return super().eventFilter(watched, event)

    def _call(self, _why: object) -> None:
        how, application = self._liked().attention, QApplication.instance()
        if how == "none" or application is None or self._desk.played_by_another or self._desk.closing:
            return
        active = QApplication.activeWindow()
        on = active if active is not None and active.isFullScreen() else self._window
        self._flash.over(on)
        QApplication.alert(on)
        application.installEventFilter(self)
        if how == "sound" and not self._sounding.isActive():
            self._beeps = 0
            self._beep()
            self._sounding.start()

    def _end(self) -> None:
        self._flash.end()
        self._sounding.stop()
        if (application := QApplication.instance()) is not None:
            application.removeEventFilter(self)

    def _beep(self) -> None:
        self._beeps += 1
        QApplication.beep()
        if self._beeps >= _BEEPS:
            self._sounding.stop()

    def _advanced(self, snapshot: Snapshot) -> None:
        before, self._before = self._before, (snapshot.path, snapshot.state)
        if before is not None and before[0] == snapshot.path:
            for why in ended(before[1], snapshot.state):
                self.call(why)

    def _happened(self, happened: Happening) -> None:
        if happened.fresh and happened.kind == "gap":
            self.call(happened.words)

    def _replied(self, replies: LiveReplies) -> None:
        if not replies.fresh or replies.task != "environment" or self._before is None:
            return
        if not np.isfinite(replies.values[-1]).all():
            return
        mark, word, _ = air(self._before[1].plan.environment.limits, replies)
        kept, self._room_kept = self._room_kept, mark is MarkState.PASSED
        if kept and not self._room_kept:
            self.call(word)


def ended(before: State, now: State) -> Iterator[Message]:
    """The points that are measured now and were not before, and the runs that are over."""
    if before.cycles is not now.cycles:
        measured = {(row.point, row.day) for row in point_rows(before) if row.done >= row.total}
        for row in point_rows(now):
            if row.done >= row.total and (row.point, row.day) not in measured:
                yield message("{point}, day {day}: measured.", point=row.point, day=row.day)
    for run in before.open_runs:
        if run.task in _ENDS and now.runs[run.seq].stopped:
            yield _ENDS[run.task]


class _Flash(QWidget):
    """A frame around a window that comes and goes, and then stays until it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self._left = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_BLINK_MS)
        self._timer.timeout.connect(self._blink)

    def over(self, window: QWidget) -> None:
        self.setParent(window)
        self.setGeometry(window.rect())
        self._left = _BLINKS
        self._timer.start()
        self.show()
        self.raise_()

    def end(self) -> None:
        self._timer.stop()
        self.hide()
        self.setParent(None)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._left % 2:
            return
        painter = QPainter(self)
        painter.setPen(QPen(QColor(current_theme().attention), 2 * space(S1)))  # half of it lies outside
        painter.drawRect(QRect(0, 0, self.width() - 1, self.height() - 1))
        painter.end()

    def _blink(self) -> None:
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect())
        self._left -= 1
        if self._left <= 0:
            self._timer.stop()
        self.update()
