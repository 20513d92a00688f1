"""Who is working: the person whose name every entry carries. It is asked when a notebook is opened, never guessed."""

from collections.abc import Callable

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labclient.participation import State
from labclient.plan import TrustedPerson
from labclient.words import message, say


def people(state: State) -> tuple[TrustedPerson, ...]:
    """Those whom the pilot's trust list names for this laboratory; none where there is no trust list."""
    if state.trust is None:
        return ()
    return tuple(one for one in state.trust.document.people if one.laboratory == state.accepted.laboratory)


class WhoDialog(QDialog):
    """Click a person of the trust list, choose one with keys, or type an id; `chosen` is called with the id."""

    def __init__(self, parent: QWidget, state: State, chosen: Callable[[str], None], now: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(say(message("Who is working?")))
        self._chosen = chosen
        explained = QLabel(say(message("Every entry of the record carries this name.")))
        explained.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(say(message("People of this laboratory")))
        for person in people(state):
            item = QListWidgetItem(f"{person.name}   {person.id}")
            item.setToolTip(person.id)
            self.list.addItem(item)
        self.typed = QLineEdit(now)
        self.typed.setAccessibleName(say(message("Person id")))
        label = QLabel(say(message("Person id")))
        label.setBuddy(self.typed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setObjectName("primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (explained, self.list, label, self.typed, buttons):
            layout.addWidget(widget)
        self.list.setVisible(self.list.count() > 0)
        self.list.currentItemChanged.connect(self._picked)
        self.list.itemActivated.connect(self.accept)
        self.list.itemClicked.connect(self.accept)
        self.typed.textChanged.connect(lambda text: self.ok.setEnabled(bool(text.strip())))
        self.ok.setEnabled(bool(now.strip()))
        self.accepted.connect(lambda: self._chosen(self.typed.text().strip()))

    def _picked(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.typed.setText(item.toolTip())
