"""Errands: work in a thread of its own, whose answer comes back to the window's thread. For what neither waits for the
desk nor holds it up: a table written, a picture packed, numbers computed."""

from collections.abc import Callable
from threading import Thread
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from labclient.errors import Trouble

_under_way: Final[set["Errand"]] = set()


class Errand(QObject):
    """Signals, one of the three: `done` (answer), `failed` (Trouble), `crashed` (exception). Whoever is gone by then
    hears nothing."""

    done = Signal(object)
    failed = Signal(object)
    crashed = Signal(object)
    _ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._ended.connect(self._forget)

    def run(self, work: Callable[[], Any]) -> None:
        """Do `work`, once."""
        _under_way.add(self)  # or it would end with the widget that asks
        Thread(target=self._work, args=(work,), name="errand").start()

    def _work(self, work: Callable[[], Any]) -> None:
        try:
            answer = work()
        except Trouble as trouble:
            self.failed.emit(trouble)
        except Exception as fault:  # noqa: BLE001 - a bug: the window keeps a report and says so
            self.crashed.emit(fault)
        else:
            self.done.emit(answer)
        finally:
            self._ended.emit()

    def _forget(self) -> None:
        _under_way.discard(self)
