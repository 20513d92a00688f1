"""The status bar: room on the disk is asked off the window's thread, and shown in words."""

from datetime import date
from pathlib import Path
from threading import current_thread, main_thread
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from labclient.acquisition import Left
from labclient.ui import _status
from labclient.ui._status import StatusBar, disk_words, due_words
from labclient.ui._theme import Theme
from labclient.ui._watch import Snapshot
from labclient.words import say

MB, GB = 10**6, 10**9
WAIT_MS = 60_000


class Disk:
    """A disk whose room the test sets; None: it is gone."""

    def __init__(self) -> None:
        self.left: int | None = 2 * GB
        self.asked_by: set[str] = set()

    def __call__(self, path: Path) -> int:
        self.asked_by.add("window" if current_thread() is main_thread() else "another")
        if self.left is None:
            raise FileNotFoundError(path)
        return self.left


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr("labclient.acquisition._room.room", made)
    monkeypatch.setattr(_status, "_LOOK_MS", 5)
    return made


@pytest.fixture
def bar(qtbot: QtBot, light: Theme, disk: Disk) -> StatusBar:
    made = StatusBar()
    qtbot.addWidget(made)
    made.show()
    return made


def words(bar: StatusBar) -> dict[str, str]:
    """What the labels say, with the role of each."""
    return {label.text(): label.property("role") or "" for label in bar.findChildren(QLabel)}


def snapshot(path: Path) -> Snapshot:
    return Snapshot(path, SimpleNamespace(open_runs=(), receipt=object()), 3)  # type: ignore[arg-type]


def test_room_on_the_disk_is_shown_while_a_notebook_is_open_and_never_asked_by_the_window(bar, disk, qtbot) -> None:
    assert not any("disk" in text for text in words(bar))
    bar.show_snapshot(snapshot(Path("a.labnote")))
    for left, text, role in (
        (2 * GB, "disk: 2.0 GB left", ""),
        (400 * MB, "▲ disk: 400 MB left", "attention"),
        (MB, "▲ disk nearly full: 1.0 MB left; no run is possible", "attention"),
        (None, "▲ disk: no answer", "attention"),
        (3 * GB, "disk: 3.0 GB left", ""),
    ):
        disk.left = left
        qtbot.waitUntil(lambda expected=(text, role): expected in words(bar).items(), timeout=WAIT_MS)
    assert disk.asked_by == {"another"}


def test_a_disk_that_fills_tells_how_long_it_will_last() -> None:
    assert say(disk_words(Left(2 * GB, 600.0, "low")), "en") == "▲ disk: 2.0 GB left, gone in 10 min"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (None, "report due 2026-12-05"),
        (14, "report due 2026-12-05, in 14 days"),
        (3, "▲ report due 2026-12-05, in 3 days"),
        (-2, "▲ report due 2026-12-05, 2 days ago"),
    ],
)
def test_the_deadline_is_told_and_stands_out_when_it_is_near(days: int | None, told: str) -> None:
    assert say(due_words(date(2026, 12, 5), days), "en") == told


def test_a_notebook_under_way_shows_its_deadline_until_the_receipt_is_there(bar: StatusBar) -> None:
    mine = SimpleNamespace(report_due=date(2026, 3, 27))
    state = SimpleNamespace(open_runs=(), receipt=None, simulated=True, accepted=SimpleNamespace(laboratory="LAB01"),
                            plan=SimpleNamespace(participant={"LAB01": mine}.__getitem__))  # fmt: skip
    bar.resize(1280, 30)
    bar.show_snapshot(Snapshot(Path("a.labnote"), state, 3))  # type: ignore[arg-type]
    assert "report due 2026-03-27" in words(bar)
    bar.show_snapshot(snapshot(Path("a.labnote")))
    assert not any("due" in text for text in words(bar))
