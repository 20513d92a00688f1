"""When the system ends a session, or somebody presses Ctrl-C in the terminal, the window closes as if by hand."""

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication


class Ending(QObject):
    """Turns SIGTERM and SIGINT into the window's own close. Python runs no handler while Qt waits, so the signal comes
    in as a byte on a socket."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._asked, self._told = socket.socketpair()
        self._told.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno())
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: None)
        self._notifier = QSocketNotifier(self._asked.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(application.quit)
