"""Work that only reads: done in a thread of its own beside the desk, so that it goes on while a run is measured."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from labclient.errors import Trouble


class Aside(QObject):
    """Signals: `done` (what, answer), `failed` (Trouble), `crashed` (exception)."""

    done = Signal(str, object)
    failed = Signal(object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="aside")
        self._shut = False

    def run(self, what: str, work: Callable[[], Any]) -> None:
        """Do `work` after what was asked before; a signal tells how it went. Nothing is done any more once shut."""
        if self._shut:
            return
        self._thread.submit(self._guarded, what, work)

    def shut(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._shut = True
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _guarded(self, what: str, work: Callable[[], Any]) -> None:
        try:
            answer = work()
        except Trouble as trouble:
            self.failed.emit(trouble)
        except Exception as fault:  # noqa: BLE001 - a bug: the window keeps a report and says so
            self.crashed.emit(fault)
        else:
            self.done.emit(what, answer)
