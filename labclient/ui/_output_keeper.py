"""What is put out belongs to the whole window: one dialog, and an end to it whenever what it was for has ended."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from labclient.acquisition import run_waits
from labclient.errors import BrokenOff, Mishap, Trouble
from labclient.ui._desk import Desk
from labclient.ui._output_dialog import OutputDialog
from labclient.ui._output_work import OutputWork, Sources
from labclient.ui._watch import Snapshot
from labclient.words import Message


class OutputKeeper(QObject):
    """Listens to the desk: a pause, a run that is broken off, a mishap or a bug drives the safe state. `trouble` shows
    what goes wrong while no dialog is open, `snapshot` tells what notebook is looked at."""

    def __init__(
        self,
        window: QWidget,
        desk: Desk,
        snapshot: Callable[[], Snapshot | None],
        trouble: Callable[[Trouble], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        super().__init__(window)
        self.work = OutputWork()
        self.dialog: OutputDialog | None = None
        self._window, self._desk, self._snapshot, self._trouble = window, desk, snapshot, trouble
        desk.before_closing = self.work.end_now
        desk.told.connect(self._paused)
        desk.failed.connect(self._broke)
        desk.crashed.connect(self._broke)
        self.work.listed.connect(self._look_at_left)
        self.work.failed.connect(self._failed)
        self.work.crashed.connect(crashed)

    def look(self) -> None:
        """A program that died may have left something on: it is shown when it is so."""
        self.work.look(None, None)

    def show(self) -> None:
        """The one dialog of outputs, made when it is not there."""
        if self.dialog is None:
            self.dialog = OutputDialog(self._window, self._desk, self.work, self._snapshot())
            self.dialog.destroyed.connect(self._forget)
            self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def shut(self) -> None:
        """Drive the safe state and end."""
        self.work.shut()

    def _look_at_left(self, found: Sources) -> None:
        if found.told and self.dialog is None:
            self.show()

    def _paused(self, sentence: Message) -> None:
        """A run that pauses while something is put out is ended: afterwards it would read what is no longer there."""
        if sentence.template == run_waits(sentence).template and self.work.halt("paused"):
            self._desk.break_off()

    def _broke(self, trouble: BaseException) -> None:
        """What broke a run off, the world that failed it or a bug ends what is put out; a mere refusal does not."""
        if isinstance(trouble, BrokenOff | Mishap) or not isinstance(trouble, Trouble):
            self.work.halt("halted" if isinstance(trouble, BrokenOff) else "fault")

    def _failed(self, trouble: Trouble) -> None:
        """The dialog says what is wrong; without one, the window does."""
        if self.dialog is None:
            self._trouble(trouble)

    def _forget(self) -> None:
        self.dialog = None
