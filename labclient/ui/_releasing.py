"""The released report on the drift page: signed where the agreement is shown, opened where the own values are."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from labclient.errors import Trouble
from labclient.home import this_pc
from labclient.notebook import Reader
from labclient.participation import Comparison, OwnRelease, open_own_release, read_state
from labclient.ui._choose import choose_file
from labclient.ui._dialog import Sentence
from labclient.ui._errand import Errand
from labclient.ui._page import Page
from labclient.ui._release_dialog import ReleaseDialog
from labclient.ui._released_dialog import ReleasedDialog
from labclient.ui._revision import known_identities
from labclient.words import message


class Releasing(QObject):
    """Two buttons of `page`, and the sentence above its body that says why a report was refused."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.page = page
        self.trouble = Sentence()
        page.body.insertWidget(0, self.trouble)
        self.open_button = page.secondary(message("Open the released report…"), self._choose)
        self.sign_button = page.secondary(message("Sign the released report…"), self._ask)
        self._compared: Comparison | None = None
        self.show(opens=False, signs=False, compared=None)

    def show(self, *, opens: bool, signs: bool, compared: Comparison | None) -> None:
        """Whether there is something to open a report beside, or a comparison to sign."""
        self._compared = compared
        self.open_button.setVisible(opens)
        self.sign_button.setVisible(signs)
        self.sign_button.setEnabled(compared is not None)
        if not opens:
            self.trouble.put()

    def open(self, file: Path) -> None:
        """Open a report beside the notebook of the page, aside from the window."""
        if self.page.snapshot is None:
            return
        notebook = self.page.snapshot.path
        self.trouble.put()
        self.open_button.setEnabled(False)

        def work() -> OwnRelease:
            with Reader.open(notebook) as record:
                return open_own_release(file, read_state(record), datetime.now(UTC))

        self._run(work, self._opened)

    def _choose(self) -> None:
        choose_file(self.page, message("The released report"), "*.asice", self.open)

    def _ask(self) -> None:
        home = this_pc()
        self._run(lambda: known_identities(home.identities), self._sign)

    def _sign(self, known: Any) -> None:
        if self._compared is not None:
            dialog = ReleaseDialog(self.page, self.page.desk, self._compared, known)
            dialog.saved.connect(self._saved)
            dialog.open()

    def _saved(self, path: Path) -> None:
        self.page.desk.tell(message("The released report is signed: {path}. Give it to every participant.",
                                    path=str(path)))  # fmt: skip

    def _opened(self, found: OwnRelease) -> None:
        self.open_button.setEnabled(True)
        if self.page.snapshot is not None and self.page.snapshot.state.plan.id == found.plan.id:
            ReleasedDialog(self.page, found).open()

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        errand = Errand()
        errand.done.connect(done)
        errand.failed.connect(self._refuse)
        errand.crashed.connect(self._broken)
        errand.run(work)

    def _refuse(self, trouble: Trouble) -> None:
        self.open_button.setEnabled(True)
        self.trouble.put(trouble.sentence, trouble.way_on)

    def _broken(self, fault: BaseException) -> None:
        self.open_button.setEnabled(True)
        self.page.desk.crashed.emit(fault)
