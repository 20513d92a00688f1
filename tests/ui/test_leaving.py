"""Who closes the window while a run is recorded says what becomes of it; and the next start begins where one left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from labclient.home import Home
from labclient.ui._boxes import ask_to_connect
from labclient.ui._preferences import preferences
from labclient.ui._runs import RunPage
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.words import message, say

from .desks import WAIT_MS, notebook_at, press, the

__all__ = ["office"]


@pytest.fixture
def shell(qtbot: QtBot, home: Home, light: Theme) -> Iterator[Shell]:
    window = Shell()
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def opened(shell: Shell, path: Path, qtbot: QtBot) -> None:
    shell.open(path)
    qtbot.waitUntil(lambda: shell.snapshot is not None and shell.desk.idle, timeout=WAIT_MS)


def button(box: QWidget, label: str) -> QPushButton:
    return next(one for one in box.findChildren(QPushButton) if one.text() == say(message(label)))


def corner(shell: Shell) -> bool:
    """A person closes the window by its corner: the event comes from outside. Whether it went."""
    event = QCloseEvent()
    event.spontaneous = lambda: True  # type: ignore[method-assign]
    shell.closeEvent(event)
    return event.isAccepted()


def test_a_window_that_records_asks_what_becomes_of_the_run(
    shell: Shell, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    opened(shell, notebook_at(office, tmp_path / "lab", "warm-up"), qtbot)
    page = shell.pages["warm-up"]
    assert isinstance(page, RunPage)
    qtbot.waitUntil(page.start_button.isEnabled, timeout=WAIT_MS)
    page.start_button.click()
    qtbot.waitUntil(lambda: shell.recording, timeout=WAIT_MS)

    assert not corner(shell)
    press(the(shell, QMessageBox, qtbot), Qt.Key.Key_Escape)  # changes nothing
    qtbot.waitUntil(lambda: not [one for one in shell.findChildren(QMessageBox) if one.isVisible()])
    assert shell.recording

    shell.leave()
    button(the(shell, QMessageBox, qtbot), "Record on in the background").click()
    qtbot.waitUntil(shell.isMinimized, timeout=WAIT_MS)
    assert shell.recording

    shell.showNormal()
    shell.leave()
    box = [one for one in shell.findChildren(QMessageBox) if one.isVisible()][-1]
    button(box, "Break off and close").click()
    qtbot.waitUntil(lambda: not shell.isVisible(), timeout=WAIT_MS)
    assert shell.desk.closing


def test_a_window_at_rest_closes_at_once(shell: Shell) -> None:
    assert corner(shell)
    assert shell.desk.closing


def test_size_and_page_of_a_notebook_come_back(
    shell: Shell, office: Office, tmp_path: Path, qtbot: QtBot, home: Home
) -> None:
    path = notebook_at(office, tmp_path / "lab", "departure")
    shell.resize(800, 620)
    opened(shell, path, qtbot)
    shell.show_view("drift")
    shell.close()
    again = Shell(preferences())
    qtbot.addWidget(again)
    again.show()
    assert again.height() == 620
    opened(again, path, qtbot)
    qtbot.waitUntil(again.pages["drift"].isVisible, timeout=WAIT_MS)
    again.close()


def test_another_notebook_begins_at_its_own_station(
    shell: Shell, office: Office, tmp_path: Path, qtbot: QtBot, home: Home
) -> None:
    opened(shell, notebook_at(office, tmp_path / "lab", "departure"), qtbot)
    shell.show_view("drift")
    shell.close()
    again = Shell(preferences())
    qtbot.addWidget(again)
    again.show()
    opened(again, notebook_at(office, tmp_path / "other", "results"), qtbot)
    qtbot.waitUntil(again.pages["results"].isVisible, timeout=WAIT_MS)
    again.close()


def test_what_is_asked_at_the_cables_is_not_answered_by_escape(qtbot: QtBot, light: Theme) -> None:
    parent, answers = QWidget(), []
    qtbot.addWidget(parent)
    parent.show()
    ask_to_connect(parent, message("Connect."), lambda: answers.append("made"), lambda: answers.append("off"))
    box = the(parent, QMessageBox, qtbot)
    press(box, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert box.isVisible()
    assert not answers
    QTest.mouseClick(button(box, "Connected"), Qt.MouseButton.LeftButton)
    assert answers == ["made"]
