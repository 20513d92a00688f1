"""The first look at the window waits for nothing that it does not show."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labclient.home import Home
from labclient.ui._frame import HOME
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme

WAIT_MS = 60_000
LOOK = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
from labclient.ui._shell import Shell
Shell()
print(*sorted({"pyqtgraph", "scipy", "typst", "pyhanko", "pyvisa"} & set(sys.modules)), flush=True)
import os; os._exit(0)
"""


@pytest.fixture
def shell(qtbot: QtBot, home: Home, light: Theme) -> Iterator[Shell]:
    window = Shell()
    qtbot.addWidget(window)
    yield window
    window.close()


def test_before_the_first_look_no_heavy_part_is_loaded(home: Home) -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False, timeout=100)
    assert (told.returncode, told.stdout.strip()) == (0, ""), told.stderr


def test_only_home_is_made_before_the_window_is_on_the_screen_and_then_the_rest(shell: Shell, qtbot: QtBot) -> None:
    assert list(shell.pages.made) == [HOME]
    shell.show()
    qtbot.waitUntil(lambda: set(shell.pages.made) == set(shell.pages), timeout=WAIT_MS)
    assert shell.frame.stack.count() == len(shell.pages)
    assert shell.frame.stack.currentWidget() is shell.pages[HOME]


def test_a_page_is_made_at_the_first_look_at_it(shell: Shell) -> None:
    shell.show_view("settings")
    assert list(shell.pages.made) == [HOME, "settings"]
    assert shell.frame.stack.currentWidget() is shell.pages["settings"]


def test_a_page_of_a_notebook_is_not_made_while_none_is_open(shell: Shell) -> None:
    shell.show_view("measurement")
    assert list(shell.pages.made) == [HOME]


def test_a_closed_window_makes_no_page(shell: Shell, qtbot: QtBot) -> None:
    shell.show()
    qtbot.waitUntil(lambda: len(shell.pages.made) > 1, timeout=WAIT_MS)
    shell.close()
    made = list(shell.pages.made)
    for _ in range(20):
        QApplication.processEvents()
    assert list(shell.pages.made) == made
