"""The pilot's decision on what was found damaged: one dialog, as the pilot's document says it."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from labclient.participation import Decision
from labclient.ui._desk import Desk
from labclient.ui._form import StructForm
from labclient.words import message, say


class DecisionDialog(QDialog):
    """Asks for the decision about the record up to entry `about`, and enters it."""

    def __init__(self, parent: QWidget, desk: Desk, about: int) -> None:
        super().__init__(parent)
        self.setWindowTitle(say(message("The pilot's decision")))
        self._desk = desk
        self._about = about
        self.form = StructForm(Decision, without=("about",))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText(say(message("Enter the decision")))
        ok.setObjectName("primary")
        ok.setShortcut("Ctrl+Return")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(say(message("Cancel")))
        buttons.accepted.connect(self._enter)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.form)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 72)
        self.finished.connect(self.deleteLater)

    def _enter(self) -> None:
        body, who = self.form.checked("decision", about=self._about), self._desk.who
        if body is not None:
            self._desk.do("enter", lambda participation: participation.enter("decision", body, who))
            self.accept()
