"""Settings: how the window looks, whose keys lie here, where this PC keeps its things."""

from collections.abc import Callable, Mapping
from platform import platform, python_version
from typing import TypeVar

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel

from labclient import __version__
from labclient.home import this_pc
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._dialog import add_row
from labclient.ui._page import Page, heading
from labclient.ui._people import PeopleList
from labclient.ui._preferences import SCALES, Preferences
from labclient.words import Message, message, say

_Value = TypeVar("_Value", str, float)

PC = "this-pc"
_CHARACTERS = 32
_LANGUAGES = {"": message("as the system says"), "zh_CN": message("Chinese"), "en": message("English")}
_THEMES = {"": message("as the system says"), "light": message("light"), "dark": message("dark")}

_CALLS = {
    "flash": message("flash"),
    "sound": message("flash and sound"),
    "none": message("neither flash nor sound"),
}
_PLOT_TIMES = {"elapsed": message("time since start"), "wall": message("time of this PC")}


class SettingsPage(Page):
    """`like` is told each change at once; it is kept for the next start."""

    def __init__(self, desk: Desk, aside: Aside, liked: Preferences, like: Callable[..., None]) -> None:
        super().__init__(desk, message("Settings"))
        self.missing.hide()
        self._aside = aside
        self.language = _choice(_LANGUAGES, liked.language, lambda value: like(language=value))
        self.theme = _choice(_THEMES, liked.theme, lambda value: like(theme=value))
        self.scale = _choice(
            {scale: message("{percent} %", percent=round(scale * 100)) for scale in SCALES},
            liked.scale,
            lambda value: like(scale=value),
        )
        self.attention = _choice(_CALLS, liked.attention, lambda value: like(attention=value))
        self.plot_time = _choice(_PLOT_TIMES, liked.plot_time, lambda value: like(plot_time=value))
        form = QFormLayout()
        for name, field in (
            (message("Lan&guage"), self.language),
            (message("Light or &dark"), self.theme),
            (message("Si&ze"), self.scale),
            (message("When somebody is &needed"), self.attention),
            (message("&Time at the plots"), self.plot_time),
        ):
            add_row(form, name, field)
        self.body.addWidget(heading(message("The window")))
        self.body.addLayout(form)
        self.body.addWidget(heading(message("People and keys")))
        self.people = PeopleList(desk, aside)
        self.body.addWidget(self.people)
        self.body.addWidget(heading(message("This PC")))
        self.place = QLabel()
        self.place.setWordWrap(True)
        self.body.addWidget(self.place)
        self.in_body(message("Open the folder"), self._open_folder)
        self.body.addStretch(1)
        aside.done.connect(self._done)

    def refresh(self) -> None:
        """Ask anew what lies on this PC; the answers are shown when they come."""
        self.people.refresh()
        self._aside.run(PC, _this_pc)

    def _done(self, what: str, answer: object) -> None:
        if what == PC and isinstance(answer, tuple):
            self.place.setText("\n".join(say(one) for one in answer))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(this_pc().root)))


def _choice(values: Mapping[_Value, Message], now: _Value, chosen: Callable[[_Value], None]) -> QComboBox:
    """A list of what can be chosen; `chosen` is told what a person picks."""
    box = QComboBox()
    for value, word in values.items():
        box.addItem(say(word), value)
    box.setCurrentIndex(max(0, box.findData(now)))
    box.setMaximumWidth(box.fontMetrics().averageCharWidth() * _CHARACTERS)
    box.activated.connect(lambda place: chosen(box.itemData(place)))
    return box


def _this_pc() -> tuple[Message, ...]:
    """Which program this is, and where its things are."""
    home = this_pc()
    crashes = sum(1 for _ in home.crashes.iterdir())
    return (
        message("labclient {version}, Python {python}, {platform}", version=__version__, python=python_version(),
                platform=platform()),
        message("Keys, trust lists, the register of instruments and what waits to be sent: {folder}", folder=home.root),
        message("Crash reports kept here: {n}", n=crashes),
    )  # fmt: skip
