"""The menu and its keys: every command has one, none clashes, none is what an input method eats."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import Home
from labclient.ui._commands import PAGE_KEYS
from labclient.ui._preferences import Preferences, keep, next_scale, preferences
from labclient.ui._shell import Shell
from labclient.ui._theme import DARK, LIGHT, Theme, apply, current_theme

from .desks import sweep

EATEN = {"Ctrl+Space", "Ctrl+.", "Shift+Space", "Shift"}


@pytest.fixture
def shell(qtbot: QtBot, home: Home, light: Theme, qapp: QApplication) -> Iterator[Shell]:
    language = words.language()
    window = Shell()
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()
    words.use_language(language)
    sweep()
    apply(qapp, LIGHT)


def test_every_key_is_its_own_and_none_is_a_bare_letter(shell: Shell) -> None:
    keys = [command.keys for command in shell.commands()] + [key for key, _ in PAGE_KEYS]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert key not in EATEN
        assert len(key) > 1
        assert not QKeySequence(key).isEmpty()


def test_f1_lists_every_key(shell: Shell, qtbot: QtBot) -> None:
    shell.activateWindow()
    QTest.keyClick(shell, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: bool(shell.findChildren(QDialog)), timeout=60_000)
    dialog = shell.findChildren(QDialog)[0]
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert {"F1", "Ctrl+L", "Ctrl+9", "F5"} <= set(said)
    dialog.close()


def test_theme_size_and_language_change_at_once_and_are_kept(shell: Shell, home: Home, qapp: QApplication) -> None:
    before = qapp.font().pointSizeF()
    shell.change_theme()
    assert current_theme() is DARK
    sweep()
    shell.change_scale(+1)
    assert qapp.font().pointSizeF() > before
    sweep()
    shell.change_language()
    shell.desk.shut()
    assert preferences() == Preferences(language=words.language(), theme="dark", scale=1.15)  # type: ignore[arg-type]


def test_sizes_end_somewhere() -> None:
    assert next_scale(2.0, +1) == 2.0
    assert next_scale(0.8, -1) == 0.8


@pytest.mark.parametrize("kept", [b"", b"{", b'{"scale": 7}', b'{"theme": "pink"}', b"[]"])
def test_preferences_that_cannot_be_understood_are_the_systems(home: Home, kept: bytes) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    Path(home.root, "preferences.json").write_bytes(kept)
    assert preferences() == Preferences()


def test_preferences_come_back(home: Home) -> None:
    keep(Preferences(theme="dark", scale=1.5))
    assert preferences() == Preferences(theme="dark", scale=1.5)
