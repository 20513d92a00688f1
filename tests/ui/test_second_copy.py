"""The notebook's page keeps a second copy by a process of its own, and says how far it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from labclient.clock import SystemClock
from labclient.home import Home
from labclient.notebook import Draft, Notebook, Reader, check
from labclient.signing import NoteKey
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._notebook import NotebookPage
from labclient.ui._theme import Theme
from labclient.ui._watch import Snapshot

from .desks import name_file

WAIT_MS = 60_000


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = tmp_path / "a.labnote"
    key = NoteKey.generate("bench")
    with Notebook.create(path, clock=SystemClock(), author="P-01", key=key, body={}) as notebook:
        notebook.append(Draft(kind="note", body={"text": "one"}, author="P-01"))
    return path


@pytest.fixture
def page(qtbot: QtBot, light: Theme, home: Home, notebook: Path) -> Iterator[NotebookPage]:
    desk, aside = Desk(), Aside()
    widget = NotebookPage(desk, aside)
    qtbot.addWidget(widget)
    widget.show()
    _show(widget, notebook)
    yield widget
    widget.forget()
    desk.shut()
    aside.shut()


def _show(page: NotebookPage, notebook: Path) -> None:
    with Reader.open(notebook) as reader:
        page.show_snapshot(Snapshot(notebook, None, reader.size))  # type: ignore[arg-type]


def _told(page: NotebookPage, part: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.copied.isVisible() and part in page.copied.text(), timeout=WAIT_MS)


def test_a_folder_is_chosen_once_and_the_copy_is_kept_from_then_on(
    page: NotebookPage, notebook: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (button,) = (one for one in page.findChildren(QPushButton) if one.text() == "Second copy…")
    button.click()
    name_file(page, stick, qtbot)
    _told(page, "up to date to entry 1.", qtbot)
    with Notebook.open(notebook, clock=SystemClock()) as opened:
        opened.append(Draft(kind="note", body={"text": "two"}, author="P-01"))
    _told(page, "up to date to entry 2.", qtbot)
    page.forget()
    assert not page.copied.isVisible()
    stick.rename(tmp_path / "away")
    _show(page, notebook)
    _told(page, "waiting since", qtbot)
    (tmp_path / "away").rename(stick)
    _told(page, "up to date to entry 2.", qtbot)
    assert check(stick / notebook.name).ok


def test_why_there_is_no_copy_is_said_with_what_to_do(
    page: NotebookPage, notebook: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    page.copy.follow(notebook, tmp_path)
    _told(page, "holds the notebook itself.\n→ ", qtbot)
