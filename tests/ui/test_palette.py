"""Ctrl+K finds every command in both languages; F1 says what a page is for; F4 shows again what was said."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QListWidget, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.errors import LinkTimeout
from labclient.home import Home
from labclient.ui._page_help import ABOUT
from labclient.ui._palette import Palette
from labclient.ui._said import KEPT
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.words import message, say

from .desks import WAIT_MS, press, sweep, the, unnamed

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(params=words.LANGUAGES)
def shell(request: pytest.FixtureRequest, qtbot: QtBot, home: Home, light: Theme) -> Iterator[Shell]:
    words.use_language(request.param)
    window = Shell()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 60_000)
    yield window
    window.close()


def asked(shell: Shell, key: Qt.Key, qtbot: QtBot, modifier: Qt.KeyboardModifier = CONTROL) -> QDialog:
    shell.activateWindow()
    assert QTest.qWaitForWindowActive(shell, 60_000)
    QTest.keyClick(shell, key, modifier)
    dialog = the(shell, QDialog, qtbot)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=WAIT_MS)
    return dialog


def listed(palette: QWidget) -> list[str]:
    found = palette.findChildren(QListWidget)[0]
    return [found.item(row).text() for row in range(found.count())]


@pytest.mark.parametrize("typed", ["notebook ctrl+b", "记录本 ctrl+b", "ctrl+b"])
def test_a_command_is_found_by_its_words_in_either_language(shell: Shell, qtbot: QtBot, typed: str) -> None:
    palette = asked(shell, Qt.Key.Key_K, qtbot)
    assert isinstance(palette, Palette)
    assert not unnamed(palette)
    everything = listed(palette)
    palette.line.setText(typed)
    (only,) = listed(palette)
    assert only in everything
    assert only.startswith(say(message("Notebook")))
    palette.reject()


def test_enter_does_what_is_chosen_and_the_arrows_choose(shell: Shell, qtbot: QtBot) -> None:
    palette = asked(shell, Qt.Key.Key_K, qtbot)
    assert isinstance(palette, Palette)
    QTest.keyClicks(palette.line, "ctrl+")
    press(palette.line, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 1
    palette.line.setText("ctrl+i")
    press(palette.line, Qt.Key.Key_Return)
    qtbot.waitUntil(shell.pages["instruments"].isVisible, timeout=WAIT_MS)


def test_what_the_page_can_do_is_found_too_and_said_when_it_cannot_now(shell: Shell, qtbot: QtBot) -> None:
    shell.show_view("instruments")
    qtbot.waitUntil(shell.pages["instruments"].find_button.isEnabled, timeout=WAIT_MS)  # type: ignore[attr-defined]
    palette = asked(shell, Qt.Key.Key_K, qtbot)
    assert isinstance(palette, Palette)
    for typed in ("Test read", "试读"):
        palette.line.setText(typed)
        (only,) = listed(palette)
        assert only == say(message("{command} (not now)", command=only.rpartition(_opening())[0].rstrip()))
        press(palette.line, Qt.Key.Key_Return)
        assert palette.isVisible()
    palette.line.setText("there is no such thing")
    assert not listed(palette)
    assert palette.none.isVisible()
    press(palette.line, Qt.Key.Key_Return, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not shell.findChildren(Palette), timeout=WAIT_MS)


def _opening() -> str:
    return say(message("{command} (not now)", command="\0")).partition("\0")[2].lstrip()[0]


def test_a_page_of_a_notebook_that_is_not_open_is_refused_with_a_sentence(shell: Shell) -> None:
    shell.show_view("results")
    assert not shell.pages["results"].isVisible()
    assert say(message("No notebook is open.")) in next(iter(shell.said)).text


def test_every_page_says_what_it_is_for(shell: Shell, qtbot: QtBot) -> None:
    assert set(ABOUT) == set(shell.pages)
    for view in ("instruments", "home"):
        shell.show_view(view)
        dialog = asked(shell, Qt.Key.Key_F1, qtbot, Qt.KeyboardModifier.NoModifier)
        told = dialog.findChild(QLabel, "about")
        assert told is not None
        assert told.text() == say(ABOUT[view])
        press(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not shell.findChildren(QDialog), timeout=WAIT_MS)


def test_what_was_said_is_kept_with_its_time_the_newest_first(shell: Shell, qtbot: QtBot) -> None:
    for n in range(KEPT + 5):
        shell.tell(f"sentence {n}")
    shell.show_trouble(LinkTimeout(message("No answer.")))
    for box in shell.findChildren(QMessageBox):
        box.close()
    shell.change_language()
    sweep()
    shell.change_language()
    sweep()
    qtbot.waitUntil(lambda: not shell.findChildren(QDialog), timeout=WAIT_MS)
    dialog = asked(shell, Qt.Key.Key_F4, qtbot, Qt.KeyboardModifier.NoModifier)
    rows = listed(dialog)
    assert len(rows) == KEPT
    assert say(message("No answer.")) in rows[0]
    assert "→" in rows[0]
    assert [row.split("   ")[1] for row in rows[1:3]] == [f"sentence {KEPT + 4}", f"sentence {KEPT + 3}"]
    assert all(row[2] == row[5] == ":" for row in rows)
    dialog.close()
