"""Sending to a platform: its address, how far it is, and what holds it up. However often it is pressed, it goes on."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QWidget

from labclient.clock import SystemClock
from labclient.errors import BrokenOff, NetworkTrouble, Trouble
from labclient.participation import Participation, send
from labclient.submission import Outbox, TakenReceipt, platform_url
from labclient.ui._desk import Desk, home_of
from labclient.ui._dialog import AskingDialog
from labclient.ui._marks import State as Mark
from labclient.ui._marks import StateMark
from labclient.ui._moment import readable
from labclient.ui._revision import remember_address, way
from labclient.words import Message, message, say

_SEND, _ADDRESS = "send", "address"
_KIB = 1 << 10
_AGAIN = message("Press “Send” again: it goes on where it was.")


class SendDialog(AskingDialog):
    """`package` goes to the address in the line. Escape, and closing the window, end the sending in order."""

    def __init__(self, parent: QWidget, desk: Desk, package: Path, notebook: Path) -> None:
        super().__init__(parent, desk, _SEND, message("Send to a platform"), message("Send"))
        self._package = package
        self._stop = Event()
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://")
        self.address.textChanged.connect(self.look)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(say(message("Sent so far")))
        self.bar.hide()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.delivered = StateMark(Mark.PASSED)
        self.delivered.hide()
        self.row(message("&Address of the platform"), self.address)
        for widget in (self.bar, self.said, self.delivered):
            self.column.addWidget(widget)
        desk.progressed.connect(self._progress)
        desk.told.connect(self._tell)
        desk.done.connect(self._remembered)
        desk.run(_ADDRESS, lambda: way(home_of(notebook)).address)
        self._window = parent.window()
        self._window.installEventFilter(self)
        self.address.setFocus()
        self.look()

    def complete(self) -> bool:
        return bool(self.address.text().strip()) and not self.delivered.isVisibleTo(self)

    def go(self) -> None:
        package, address, desk, stop = self._package, self.address.text().strip(), self.desk, self._stop
        stop.clear()

        def progress(done: int, total: int) -> None:
            if stop.is_set():
                raise BrokenOff(message("Sending was stopped."), _AGAIN)
            desk.progress(_SEND, done // _KIB, -(-total // _KIB))

        def work(participation: Participation) -> TakenReceipt:
            url = platform_url(address)
            remember_address(participation.home, url)
            outbox = Outbox(participation.home.outbox)
            clock = _Telling(lambda seconds: desk.tell(_held_up(participation, outbox, seconds)))
            return send(participation, package, url, outbox, clock=clock, stop=stop, progress=progress)

        self.ask_open(work)

    def answered(self, answer: TakenReceipt) -> None:
        said = message("Delivered: {signer} has signed the receipt at {time}.", signer=answer.signer,
                       time=readable(answer.receipt.received))  # fmt: skip
        self.said.setText("")
        self.delivered.show_state(Mark.PASSED, said)
        self.delivered.show()
        self.look()
        self.cancel.setFocus()

    def refused(self, trouble: Trouble) -> None:
        self.said.setText("")
        again = isinstance(trouble, NetworkTrouble | BrokenOff)
        self.trouble.put(trouble.sentence, _AGAIN if again else trouble.way_on)
        self.look()
        self.ok.setFocus()

    def look(self) -> None:
        super().look()
        self.cancel.setEnabled(not self._stop.is_set())
        self.cancel.setText(say(message("Stop") if self.waiting else message("Close")))
        self.ok.setVisible(not self.delivered.isVisibleTo(self))

    def reject(self) -> None:
        """Nothing that is under way is left behind: it is ended first."""
        if self.waiting:
            self._stop.set()
            self.said.setText(say(message("Stopping…")))
            self.look()
        else:
            super().reject()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Close:
            self._stop.set()
        return super().eventFilter(watched, event)

    def _rest(self) -> None:
        self._stop.clear()
        super()._rest()

    def _remembered(self, what: str, answer: object) -> None:
        if what == _ADDRESS and isinstance(answer, str) and not self.address.text():
            self.address.setText(answer)
            self.address.selectAll()

    def _progress(self, task: str, done: int, total: int) -> None:
        if task == _SEND:
            self.bar.show()
            self.bar.setRange(0, total)
            self.bar.setValue(done)
            sent = message("{done} of {total} KiB", done=done, total=total)
            self.bar.setFormat(say(sent))
            self.said.setText(say(message("The platform verifies the package.")) if done == total else "")

    def _tell(self, sentence: Message) -> None:
        if self.waiting:
            self.said.setText(say(sentence))


class _Telling(SystemClock):
    """Real time, for a network; whoever waits by it is told of it, unless the wait is over already."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell

    def wait(self, event: Event, seconds: float) -> bool:
        if not event.is_set():
            self._tell(seconds)
        return super().wait(event, seconds)


def _held_up(participation: Participation, outbox: Outbox, seconds: float) -> Message:
    """What the sending waits for now."""
    packaged = participation.state.packaged
    said = outbox.item(packaged.sha256).said if packaged else None
    return message(
        "{said} The next try is in {seconds} s.",
        said=said or message("The platform verifies the package."),
        seconds=max(1, round(seconds)),
    )
