"""The ways by which readings come in that no instrument sends: offered only where the plan lets them count."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton, QWidget

from labclient.participation import Origin, State, tasks_by_hand
from labclient.plan import Station
from labclient.ui._desk import Desk
from labclient.ui._importing import ImportDialog
from labclient.ui._typing import TypeDialog
from labclient.words import Message, message

_LABELS: tuple[tuple[Origin, Message], ...] = (
    ("typed", message("Type readings…")),
    ("imported", message("Import…")),
)


class ByHand(QObject):
    """Two buttons of a page, made by `button`; `show_state` lets them say what is possible."""

    def __init__(
        self, page: QWidget, desk: Desk, station: Station, button: Callable[[Message, Callable[[], None]], QPushButton]
    ) -> None:
        super().__init__(page)
        self._page, self._desk, self._station = page, desk, station
        self._state: State | None = None
        self._typing: TypeDialog | None = None
        acts: dict[Origin, Callable[[], None]] = {"typed": self._type, "imported": self._import}
        self.buttons = {origin: button(label, acts[origin]) for origin, label in _LABELS}
        for one in self.buttons.values():
            one.hide()

    def show_state(self, state: State, *, ready: bool) -> None:
        """`ready` tells whether a run could be begun now."""
        self._state = state
        for origin, button in self.buttons.items():
            button.setVisible(bool(tasks_by_hand(state.plan, origin, self._station)))
            button.setEnabled(ready)
        if self._typing is not None:
            self._typing.show_state(state)

    def _type(self) -> None:
        if self._state is not None:
            self._typing = TypeDialog(self._page.window(), self._desk, self._state)
            self._typing.destroyed.connect(self._forget)
            self._typing.open()

    def _import(self) -> None:
        if self._state is not None:
            ImportDialog(self._page.window(), self._desk, self._state).open()

    def _forget(self) -> None:
        self._typing = None
