"""Satellites at the window, with keys: issued, taken in and given up in one dialog; what cannot be done says why."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from participation.rooms import Room
from participation.world import Desk, Office, office
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import Home
from labclient.participation import STATION_NAMES, Participation, Run
from labclient.ui._desk import clock_of
from labclient.ui._satellite_work import hindrance
from labclient.ui._satellites import SatellitesDialog
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.words import say

from .desks import WAIT_MS, Window, name_file, notebook_at, press, tab_order, texts, the, unnamed, write

__all__ = ["office"]

Ask = Callable[[], SatellitesDialog]


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[Window]:
    made = Window()
    qtbot.addWidget(made)
    made.resize(853, 480)
    made.show()
    yield made
    made.leave()


@pytest.fixture
def main(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> Path:
    """A notebook at its measurement, open at the window."""
    notebook = notebook_at(office, tmp_path / "lab", "measurement")
    window.take_up(notebook, qtbot)
    return notebook


@pytest.fixture
def ask(window: Window, main: Path) -> Ask:
    """Opens the dialog at the measurement."""
    return lambda: opened(window)


def opened(window: Window) -> SatellitesDialog:
    dialog = SatellitesDialog(window, window.desk, window.state, window.path)
    dialog.open()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog, 60_000)
    return dialog


def shown(dialog: SatellitesDialog) -> list[tuple[str, ...]]:
    """What the list says, line by line."""
    table: QTableWidget = dialog.list
    cells = [[table.item(row, column) for column in range(table.columnCount())] for row in range(table.rowCount())]
    return [tuple(cell.text() for cell in row if cell is not None) for row in cells]


def done(dialog: SatellitesDialog, qtbot: QtBot) -> None:
    """The work is done, and said."""
    qtbot.waitUntil(lambda: not dialog.waiting and dialog.said.isVisible(), timeout=WAIT_MS)
    assert not dialog.trouble.isVisible()


def refused(dialog: SatellitesDialog, match: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert match in dialog.trouble.label.text()
    assert dialog.isVisible()


def issue(dialog: SatellitesDialog, to: str, qtbot: QtBot) -> Path:
    path = Path(dialog.new.text())
    write(dialog.to, to)
    press(dialog.to, Qt.Key.Key_Return)
    done(dialog, qtbot)
    return path


def turn(dialog: SatellitesDialog, action: str) -> None:
    """Go to an action with the arrow keys."""
    dialog.what.setFocus()
    steps = dialog.what.findData(action) - dialog.what.currentIndex()
    for _ in range(abs(steps)):
        press(dialog.what, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    assert dialog.action == action


def record(satellite: Path, folder: Path) -> Path:
    """The other PC makes an entry in the file that it was given; the file comes back on a stick."""
    folder.mkdir()
    carried = folder / satellite.name
    shutil.move(satellite, carried)
    with Participation.open(carried, clock=clock_of(carried), home=Home(folder / "pc2")) as there:
        there.enter("note", {"text": "measured in the other room"}, "P-02")
    return carried


def test_a_satellite_goes_out_and_comes_back_and_the_list_says_so(
    window: Window, ask: Ask, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = ask()
    assert "No satellite has been issued." in texts(dialog)
    assert dialog.focusWidget() is dialog.to
    assert not dialog.ok.isEnabled()
    issued = issue(dialog, "Room 2", qtbot)
    assert issued.is_file()
    assert shown(dialog) == [(issued.name, "Room 2", "Measurement", "out")]
    assert "bring it back" in dialog.said.text()
    turn(dialog, "take")
    assert not dialog.ok.isEnabled()
    write(dialog.back, str(record(issued, tmp_path / "stick")))
    press(dialog.back, Qt.Key.Key_Return)
    done(dialog, qtbot)
    assert shown(dialog)[0][3] == "taken in"
    assert "cannot be taken in" in dialog.said.text()
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog_is_open(window), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: [one.fate for one in window.state.satellites.values()] == ["taken in"], timeout=WAIT_MS)
    assert not window.troubles


def dialog_is_open(window: Window) -> bool:
    return any(one.isVisible() for one in window.findChildren(SatellitesDialog))


def test_one_that_will_not_come_back_is_given_up_with_a_reason_and_never_taken_in(
    window: Window, ask: Ask, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = ask()
    lost, kept = issue(dialog, "Room 2", qtbot), issue(dialog, "Room 3", qtbot)
    assert lost != kept
    turn(dialog, "give up")
    assert not dialog.ok.isEnabled()
    assert dialog.lost.count() == 2
    write(dialog.reason, "stick lost")
    press(dialog.reason, Qt.Key.Key_Return)
    done(dialog, qtbot)
    assert [line[3] for line in shown(dialog)] == ["given up", "out"]
    assert dialog.lost.count() == 1
    turn(dialog, "take")
    write(dialog.back, str(lost))
    press(dialog.back, Qt.Key.Key_Return)
    refused(dialog, "was given up", qtbot)
    assert dialog.focusWidget() is dialog.back
    assert dialog.back.text() == str(lost)
    write(dialog.back, str(kept))
    press(dialog.back, Qt.Key.Key_Return)
    done(dialog, qtbot)
    assert [line[3] for line in shown(dialog)] == ["given up", "taken in"]
    dialog.reject()


def test_the_one_that_is_picked_is_given_up(window: Window, ask: Ask, qtbot: QtBot) -> None:
    dialog = ask()
    issue(dialog, "Room 2", qtbot)
    issue(dialog, "Room 3", qtbot)
    turn(dialog, "give up")
    press(dialog.lost, Qt.Key.Key_Down)
    write(dialog.reason, "stick lost")
    press(dialog.reason, Qt.Key.Key_Return)
    done(dialog, qtbot)
    assert [(line[1], line[3]) for line in shown(dialog)] == [("Room 2", "out"), ("Room 3", "given up")]
    dialog.reject()


def test_another_file_is_refused_in_the_dialog_and_nothing_is_entered(
    window: Window, main: Path, ask: Ask, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = ask()
    issue(dialog, "Room 2", qtbot)
    qtbot.waitUntil(lambda: bool(window.state.satellites), timeout=WAIT_MS)
    size = window.state.size
    other = tmp_path / "other.labnote"
    other.write_bytes(b"nothing")
    turn(dialog, "take")
    press(the_button(dialog, "Choose the file that came back"), Qt.Key.Key_Space)
    name_file(dialog, other, qtbot)
    press(dialog.back, Qt.Key.Key_Return)
    refused(dialog, str(other), qtbot)
    qtbot.waitUntil(lambda: window.desk.idle, timeout=WAIT_MS)
    assert window.state.size == size
    assert not window.troubles
    dialog.reject()


def the_button(dialog: SatellitesDialog, name: str) -> QPushButton:
    (found,) = (one for one in dialog.findChildren(QPushButton) if one.accessibleName() == name)
    return found


def test_a_file_that_is_there_is_not_overwritten(window: Window, ask: Ask, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ask()
    there = tmp_path / "there.labnote"
    there.write_bytes(b"kept")
    press(the_button(dialog, "Choose the new file"), Qt.Key.Key_Space)
    name_file(dialog, there.with_suffix(""), qtbot)
    assert dialog.new.text() == str(there)
    write(dialog.to, "Room 2")
    press(dialog.to, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert there.read_bytes() == b"kept"
    assert dialog.to.text() == "Room 2"
    assert not shown(dialog)
    dialog.reject()


def test_what_cannot_be_done_now_says_why_before_anything_is_typed(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(notebook_at(office, tmp_path / "lab", "arrival"), qtbot)
    dialog = opened(window)
    assert "the participation is at “Arrival”" in dialog.why_not.label.text()
    write(dialog.to, "Room 2")
    press(dialog.to, Qt.Key.Key_Return)
    assert not dialog.waiting
    assert not dialog.ok.isEnabled()
    turn(dialog, "give up")
    why, step = dialog.why_not.label.text().splitlines()
    assert why == "No satellite is out."
    assert step.startswith("Issue one first")
    dialog.reject()


def test_in_nobodys_name_nothing_is_done(window: Window, ask: Ask, qtbot: QtBot) -> None:
    window.desk.who = ""
    dialog = ask()
    assert "Ctrl+W" in dialog.why_not.label.text()
    write(dialog.to, "Room 2")
    assert not dialog.ok.isEnabled()
    dialog.reject()


def test_while_the_desk_is_at_a_run_nothing_waits_behind_it(window: Window, main: Path) -> None:
    run = Run(window.state.size, "measurement", "record", "measurement")
    running = msgspec.structs.replace(window.state, runs={run.seq: run})
    window.desk.idle = False
    for action in ("issue", "take", "give up"):
        found = hindrance(window.desk, running, action)  # type: ignore[arg-type]
        assert found is not None
        assert say(found.sentence) == "A run is still open."


def test_what_another_process_plays_is_only_looked_at(window: Window, ask: Ask) -> None:
    window.desk.played_by_another = True
    dialog = ask()
    write(dialog.to, "Room 2")
    assert "plays by itself" in dialog.why_not.label.text()
    assert not dialog.ok.isEnabled()
    dialog.reject()


def test_a_satellite_itself_says_so_and_what_comes_next(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "desk").mkdir()
    desk = Desk(office, tmp_path / "desk").until("measurement")
    room = Room(desk, tmp_path / "room")
    window.take_up(room.back(), qtbot)
    desk.p.close()
    dialog = opened(window)
    said = dialog.why_not.label.text()
    assert "This notebook is a satellite, issued to Room 2" in said
    assert "main notebook" in said
    assert not dialog.ok.isVisible()
    assert not dialog.fields.isVisible()
    press(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog_is_open(window), timeout=WAIT_MS)


def test_it_is_not_left_before_its_answer(window: Window, ask: Ask, qtbot: QtBot) -> None:
    dialog = ask()
    write(dialog.to, "Room 2")
    press(dialog.to, Qt.Key.Key_Return)
    assert dialog.waiting
    press(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    done(dialog, qtbot)
    dialog.reject()


def test_tab_goes_in_reading_order_and_everything_has_a_name(ask: Ask, qtbot: QtBot) -> None:
    dialog = ask()
    issue(dialog, "Room 2", qtbot)
    assert unnamed(dialog) == []
    write(dialog.to, "Room 3")
    dialog.list.setFocus()
    fields = [dialog.list, dialog.what, dialog.to, dialog.new, dialog.ok, dialog.cancel]
    assert [one for one in tab_order(dialog) if one in fields] == fields
    for action in ("take", "give up"):
        turn(dialog, action)
        assert unnamed(dialog) == []
    dialog.reject()


def test_many_satellites_leave_room_for_the_rest(ask: Ask, qtbot: QtBot) -> None:
    dialog = ask()
    for number in range(8):
        issue(dialog, f"Room {number}", qtbot)
    assert len(shown(dialog)) == 8
    assert not dialog.list.geometry().intersects(dialog.fields.geometry())
    assert not dialog.fields.geometry().intersects(dialog.said.geometry())
    assert dialog.fields.height() >= dialog.fields.sizeHint().height()
    assert dialog.said.height() >= dialog.said.heightForWidth(dialog.said.width())
    assert dialog.height() <= 480
    dialog.reject()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_it_is_told_in_both_languages(window: Window, main: Path, language: str, qtbot: QtBot) -> None:
    before = words.language()
    words.use_language(language)
    try:
        dialog = opened(window)
        assert say(STATION_NAMES["measurement"]) in texts(dialog)
        dialog.reject()
    finally:
        words.use_language(before)


def test_a_key_of_the_window_opens_it(qtbot: QtBot, home: Home, light: Theme, office: Office, tmp_path: Path) -> None:
    shell = Shell()
    qtbot.addWidget(shell)
    shell.show()
    shell.activateWindow()
    QTest.keyClick(shell, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert not shell.findChildren(SatellitesDialog)  # nothing is open
    shell.open(notebook_at(office, tmp_path / "lab", "measurement"))
    qtbot.waitUntil(lambda: shell.snapshot is not None and shell.desk.participation is not None, timeout=WAIT_MS)
    shell.desk.who = "P-01"
    for dialog in shell.findChildren(QDialog):
        dialog.close()
    QTest.keyClick(shell, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    the(shell, SatellitesDialog, qtbot).reject()
    shell.close()
