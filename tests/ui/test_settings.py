"""Settings: what is picked holds at once and at the next start; keys of people are made, requested, certified here."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import Home
from labclient.signing import Person, issue, new_authority, read_small
from labclient.ui._people import NewKeyDialog, PeopleList
from labclient.ui._preferences import preferences
from labclient.ui._settings import SettingsPage
from labclient.ui._shell import Shell
from labclient.ui._theme import DARK, Theme, current_theme

from .desks import WAIT_MS, name_file, press, the, unnamed, write

PASSPHRASE = "correct horse"


@pytest.fixture
def shell(qtbot: QtBot, home: Home, light: Theme) -> Iterator[Shell]:
    window = Shell()
    qtbot.addWidget(window)
    window.show()
    window.show_view("settings")
    yield window
    window.close()


def _page(shell: Shell) -> SettingsPage:
    page = shell.pages["settings"]
    assert isinstance(page, SettingsPage)
    return page


def _pick(box: QComboBox, value: object) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def _people(shell: Shell) -> list[tuple[str, ...]]:
    table = _page(shell).people.table
    return [tuple(table.item(row, column).text() for column in range(5)) for row in range(table.rowCount())]


def _make_key(people: PeopleList, id: str, qtbot: QtBot, again: str = PASSPHRASE) -> NewKeyDialog:
    qtbot.mouseClick(people.new, Qt.MouseButton.LeftButton)
    dialog = the(people.window(), NewKeyDialog, qtbot)
    for field, text in (
        (dialog.id, id), (dialog.name, "Operator A"), (dialog.laboratory, "LAB01"),
        (dialog.passphrase, PASSPHRASE), (dialog.again, again),
    ):  # fmt: skip
        write(field, text)
    dialog.roles["operator"].setChecked(True)
    return dialog


def test_a_language_that_is_picked_is_spoken_at_once_and_kept(shell: Shell, qtbot: QtBot) -> None:
    _pick(_page(shell).language, "zh_CN")
    qtbot.waitUntil(lambda: words.language() == "zh_CN", timeout=WAIT_MS)
    assert _page(shell).title.text() == "设置"
    assert shell.frame.stack.currentWidget() is _page(shell)
    qtbot.waitUntil(lambda: preferences().language == "zh_CN", timeout=WAIT_MS)


def test_theme_and_size_that_are_picked_hold_at_once(shell: Shell, qtbot: QtBot) -> None:
    _pick(_page(shell).theme, "dark")
    qtbot.waitUntil(lambda: current_theme() is DARK, timeout=WAIT_MS)
    _pick(_page(shell).scale, 1.5)
    qtbot.waitUntil(lambda: preferences().scale == 1.5, timeout=WAIT_MS)
    assert _page(shell).scale.currentData() == 1.5
    assert not unnamed(_page(shell))


def test_a_key_is_made_its_request_saved_and_its_certificate_installed(
    shell: Shell, home: Home, tmp_path: Path, qtbot: QtBot
) -> None:
    people = _page(shell).people
    qtbot.waitUntil(people.empty.isVisible, timeout=WAIT_MS)
    press(_make_key(people, "P-07", qtbot).again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [row[0] for row in _people(shell)] == ["P-07"], timeout=WAIT_MS)
    assert _people(shell)[0][4] == "waits for its certificate"

    qtbot.mouseClick(people.request, Qt.MouseButton.LeftButton)
    name_file(people, tmp_path / "request.pem", qtbot)
    qtbot.waitUntil((tmp_path / "request.pem").is_file, timeout=WAIT_MS)

    begins = datetime.now(UTC) - timedelta(days=1)
    authority = new_authority(tmp_path / "authority", Person("PILOT-CA", "Pilot", "PILOT", ()), PASSPHRASE,
                              begins=begins, ends=begins + timedelta(days=700), cost=1 << 10)  # fmt: skip
    request = read_small(tmp_path / "request.pem", 1 << 16)
    (tmp_path / "certificate.pem").write_bytes(
        issue(authority, request, ["operator"], begins=begins, ends=begins + timedelta(days=300))
    )
    qtbot.mouseClick(people.install, Qt.MouseButton.LeftButton)
    name_file(people, tmp_path / "certificate.pem", qtbot)
    qtbot.waitUntil(lambda: _people(shell)[0][1:4] == ("Operator A", "LAB01", "operator"), timeout=WAIT_MS)
    assert _people(shell)[0][4].startswith("until ")


def test_a_certificate_for_another_key_is_refused_in_a_sentence(shell: Shell, tmp_path: Path, qtbot: QtBot) -> None:
    people = _page(shell).people
    press(_make_key(people, "P-07", qtbot).again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(_people(shell)) == 1, timeout=WAIT_MS)
    begins = datetime.now(UTC) - timedelta(days=1)
    new_authority(tmp_path / "other", Person("OTHER", "Other", "PILOT", ()), PASSPHRASE,
                  begins=begins, ends=begins + timedelta(days=700), cost=1 << 10)  # fmt: skip
    (certificate,) = (tmp_path / "other").glob("cert*")
    qtbot.mouseClick(people.install, Qt.MouseButton.LeftButton)
    name_file(people, certificate, qtbot)
    qtbot.waitUntil(people.trouble.isVisible, timeout=WAIT_MS)
    assert _people(shell)[0][4] == "waits for its certificate"


@pytest.mark.parametrize("id", ["../P-07", "P 07", ".hidden"])
def test_an_id_that_is_no_folder_is_said_in_the_dialog(shell: Shell, home: Home, qtbot: QtBot, id: str) -> None:
    dialog = _make_key(_page(shell).people, id, qtbot)
    press(dialog.again, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert not list(home.identities.iterdir())
    dialog.reject()


def test_two_passphrases_that_differ_make_no_key(shell: Shell, qtbot: QtBot) -> None:
    dialog = _make_key(_page(shell).people, "P-07", qtbot, again="correct horst")
    assert not dialog.ok.isEnabled()
    dialog.reject()
