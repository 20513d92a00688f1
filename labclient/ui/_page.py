"""A page: a title, what is still missing, a body, and one primary action at the bottom right."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from labclient.plan import Station
from labclient.ui._commands import spell
from labclient.ui._desk import Desk
from labclient.ui._happening import Happening
from labclient.ui._marks import State, StateMark
from labclient.ui._theme import S1, S2, space
from labclient.ui._view import station_mark
from labclient.ui._watch import LiveReplies, Snapshot
from labclient.words import Message, say


class Button(QPushButton):
    """A double click is one click: after the first another action may stand in the same place."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


class Page(QWidget):
    """Base of all pages. `advance` is called with every new state, `show_replies` with new readings; a page changes
    nothing itself: it asks the desk. One that is not `live` shows a state only when it is looked at. A page `of` a
    station says beside its title how that stands."""

    live = False

    def __init__(self, desk: Desk, title: Message, of: Station | None = None) -> None:
        super().__init__()
        self._of = of
        self.desk = desk
        self.snapshot: Snapshot | None = None
        self._unseen: Snapshot | None = None
        self.title = QLabel(say(title))
        self.title.setObjectName("title")
        self.standing = StateMark(shrinks=True)
        self.standing.hide()
        self.head = QHBoxLayout()
        self.head.setSpacing(space(S2))
        self.head.addWidget(self.title)
        self.head.addWidget(self.standing)
        self.head.addStretch(1)
        self.missing = QLabel()
        self.missing.setObjectName("missing")
        self.missing.setWordWrap(True)
        self.missing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self._bar = QWidget()
        self.buttons = QHBoxLayout(self._bar)
        self.buttons.setContentsMargins(0, 0, 0, 0)
        self.buttons.addStretch(1)
        inside = QWidget()
        inside.setLayout(self.body)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it takes the keys
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(S2), space(S1), space(S2), space(S2))
        layout.setSpacing(space(S1))
        layout.addLayout(self.head)
        layout.addWidget(self.missing)
        layout.addWidget(scroll, 1)
        layout.addWidget(self._bar)

    def refresh(self) -> None:
        """Somebody goes to this page: ask anew for what no notebook tells."""

    def advance(self, snapshot: Snapshot, *, looked_at: bool) -> None:
        """Take the state that is durable now, and show it before somebody looks."""
        self._unseen = snapshot
        if looked_at or self.live:
            self.catch_up()

    def grow(self, snapshot: Snapshot) -> None:
        """Take a state that has only more readings than the last: there is nothing new to show."""
        if self._unseen is None:
            self.snapshot = snapshot
        else:
            self._unseen = snapshot

    def catch_up(self) -> None:
        """Show the state that nobody has looked at yet, if there is one."""
        if self._unseen is not None:
            unseen, self._unseen = self._unseen, None
            self.show_snapshot(unseen)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show this state."""
        self.snapshot = snapshot
        self.setEnabled(True)
        if self._of is not None:
            self.standing.show_state(State(station_mark(snapshot.state, self._of)))
            self.standing.show()

    def show_replies(self, replies: LiveReplies) -> None:
        """Show readings that have just become durable."""

    def show_happening(self, happened: Happening) -> None:
        """Show something that has happened during a run."""

    def forget(self) -> None:
        """Another notebook, or the same from its beginning, is about to be shown; until then nothing can be done at a
        station."""
        self.snapshot = self._unseen = None
        self.setEnabled(self._of is None)
        self.standing.hide()

    def let_work(self, on: bool) -> None:
        """Whether anything can be done here; what is played by another process can only be watched."""
        self._bar.setEnabled(on)

    def show_missing(self, reasons: tuple[Message, ...]) -> None:
        """What is missing, one line each; nothing when the gate is open."""
        self.missing.setText("\n".join(f"·  {say(reason)}" for reason in reasons))
        self.missing.setVisible(bool(reasons))

    def primary(self, label: Message, act: Callable[[], None]) -> QPushButton:
        """The one primary button, with Ctrl+Enter."""
        button = Button()
        spell(button, label)
        button.setObjectName("primary")
        button.setShortcut(QKeySequence("Ctrl+Return"))
        button.clicked.connect(act)
        self.buttons.addWidget(button)
        return button

    def in_body(self, label: Message, act: Callable[[], None]) -> QPushButton:
        """A button of its own line in the body, as wide as its words."""
        button = Button()
        spell(button, label)
        button.clicked.connect(act)
        self.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return button

    def secondary(self, label: Message, act: Callable[[], None]) -> QPushButton:
        """A further button, left of the primary one."""
        button = Button()
        spell(button, label)
        button.clicked.connect(act)
        self.buttons.addWidget(button)
        return button


def heading(text: Message) -> QLabel:
    """A heading within a page."""
    label = QLabel(say(text))
    label.setObjectName("heading")
    return label
