"""Whoever is needed is called as they like it, once, and not by what happened long ago."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.acquisition import Cycle
from labclient.errors import LinkTimeout
from labclient.participation import Run, State
from labclient.ui import _attention
from labclient.ui._attention import _ENDS, Attention, ended
from labclient.ui._desk import Desk
from labclient.ui._happening import Happening
from labclient.ui._preferences import Preferences
from labclient.ui._settings import SettingsPage
from labclient.ui._theme import Theme
from labclient.ui._watch import Snapshot, Watcher
from labclient.words import Message, message, say

from .test_runs import PLAN, _measuring, _room, _state


class Bench:
    """A window with what calls somebody, and what was heard."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window, self.desk, self.watcher = QMainWindow(), Desk(), Watcher()
        self.liked = Preferences()
        self.attention = Attention(self.window, self.desk, self.watcher, lambda: self.liked)
        self.beeps: list[None] = []
        self.told: list[str] = []
        monkeypatch.setattr(QApplication, "beep", lambda: self.beeps.append(None))
        self.desk.told.connect(lambda sentence: self.told.append(say(sentence)))

    def state(self, state: State, path: str = "n") -> None:
        self.watcher.advanced.emit(Snapshot(Path(path), state, 9))


@pytest.fixture
def bench(qtbot: QtBot, light: Theme, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(monkeypatch)
    qtbot.addWidget(made.window)
    made.window.resize(400, 300)
    made.window.show()
    yield made
    made.attention._end()
    made.desk.shut()


def edge(bench: Bench) -> str:
    image = bench.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return image.pixelColor(1, 150).name()


def test_a_call_is_seen_until_somebody_comes(bench: Bench, light: Theme, qtbot: QtBot) -> None:
    bench.desk.asked.emit(message("Connect something."))
    assert bench.attention.calling
    qtbot.waitUntil(lambda: not bench.attention._flash._timer.isActive())
    assert QColor(edge(bench)) == QColor(light.attention)  # it stays
    QTest.keyClick(bench.window, Qt.Key.Key_F6)
    assert not bench.attention.calling
    assert QColor(edge(bench)) != QColor(light.attention)
    assert not bench.beeps


def test_it_never_flashes_more_than_thrice_a_second(bench: Bench) -> None:
    assert 1000 / (2 * _attention._BLINK_MS) <= 3
    bench.attention.call(message("Connect something."))
    assert bench.attention._flash._timer.interval() == _attention._BLINK_MS


def test_sound_is_for_who_likes_it_and_silence_too(bench: Bench, qtbot: QtBot) -> None:
    bench.liked = Preferences(attention="sound")
    bench.attention.call(message("Connect something."))
    qtbot.waitUntil(lambda: len(bench.beeps) == 3)
    assert not bench.attention._sounding.isActive()
    QTest.mouseClick(bench.window, Qt.MouseButton.LeftButton)
    bench.liked = Preferences(attention="none")
    bench.attention.call(message("Connect something."))
    assert not bench.attention.calling
    assert bench.told == ["Connect something."] * 2  # the status bar says it all the same


@pytest.mark.parametrize("what", ["failed", "crashed"])
def test_trouble_calls(bench: Bench, what: str) -> None:
    getattr(bench.desk, what).emit(LinkTimeout(message("No answer.")) if what == "failed" else ValueError())
    assert bench.attention.calling


def test_nobody_is_called_by_a_demonstration_or_a_window_that_closes(bench: Bench) -> None:
    bench.desk.played_by_another = True
    bench.attention.call(message("Connect something."))
    assert not bench.attention.calling


def test_the_end_of_a_point_calls_and_what_was_measured_before_does_not(bench: Bench) -> None:
    cycles = PLAN.measurement.cycles
    bench.state(_measuring(cycles - 1))
    assert not bench.attention.calling
    bench.state(_measuring(cycles))
    assert bench.told == ["10V, day 1: measured."]
    assert bench.attention.calling
    bench.state(_measuring(cycles), "another notebook")
    bench.state(msgspec.structs.replace(_measuring(cycles), size=99), "another notebook")
    assert len(bench.told) == 1


def test_the_end_of_a_run_calls() -> None:
    for task in _ENDS:
        before = _state(runs={6: Run(6, task, "record", "stability")})
        now = msgspec.structs.replace(before, runs={6: Run(6, task, "record", "stability", stopped=True)})
        assert list(ended(before, now)) == [_ENDS[task]]
        assert not list(ended(now, now))
    assert not list(ended(_measuring(), msgspec.structs.replace(_measuring(), cycles={11: Cycle(6, "10V", 1, 1, ())})))


def test_a_lost_instrument_calls_when_it_is_now(bench: Bench) -> None:
    def gap(*, fresh: bool) -> Happening:
        return Happening(6, "measurement", "gap", 1.0, 2.0, message("Gap in run {run}: {reason}", run=6, reason="lost"),
                         "", fresh)  # fmt: skip

    bench.watcher.happened.emit(gap(fresh=False))
    bench.watcher.happened.emit(Happening(6, "m", "note", 1.0, 1.0, message("{text}", text="door"), "", fresh=True))
    assert not bench.attention.calling
    bench.watcher.happened.emit(gap(fresh=True))
    assert bench.told == ["Gap in run 6: lost"]


def test_a_room_that_leaves_its_limits_calls_once_each_time(bench: Bench) -> None:
    bench.state(_measuring())
    for temperature in (23.0, 35.0, 36.0, np.nan, 23.0, 35.0):
        bench.watcher.replied.emit(_room(temperature))
    assert bench.told == ["Room outside the limits"] * 2
    bench.told.clear()
    bench.watcher.replied.emit(msgspec.structs.replace(_room(23.0), fresh=True))
    bench.watcher.replied.emit(msgspec.structs.replace(_room(40.0), fresh=False))
    assert not bench.told


def test_a_bench_view_flashes_itself(bench: Bench, qtbot: QtBot) -> None:
    whole = QMainWindow()
    qtbot.addWidget(whole)
    whole.showFullScreen()
    whole.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is whole)
    bench.attention.call(message("Connect something."))
    assert bench.attention._flash.parentWidget() is whole
    bench.attention._end()


def test_how_one_is_called_is_chosen_in_the_settings(bench: Bench, qtbot: QtBot) -> None:
    from labclient.ui._aside import Aside

    liked: dict[str, object] = {}
    aside = Aside()
    page = SettingsPage(bench.desk, aside, Preferences(attention="sound"), lambda **more: liked.update(more))
    qtbot.addWidget(page)
    assert page.attention.currentData() == "sound"
    for box, value in ((page.attention, "none"), (page.plot_time, "wall")):
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
    assert liked == {"attention": "none", "plot_time": "wall"}
    aside.shut()


def test_every_end_is_said_in_both_languages() -> None:
    for sentence in _ENDS.values():
        assert isinstance(sentence, Message)
        assert all(say(sentence, language) for language in words.LANGUAGES)
