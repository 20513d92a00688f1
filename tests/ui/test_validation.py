"""The page of the software validation: run, look, save."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labclient import metrology
from labclient.errors import Trouble
from labclient.home import Home
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.ui._validation import ValidationPage
from labclient.ui._validation_save import SaveDialog
from labclient.validation import shipped_cases, validate
from labclient.words import message

WAIT_MS = 30_000


@pytest.fixture
def page(home: Home, light: Theme, qtbot: QtBot) -> Iterator[ValidationPage]:
    desk, aside = Desk(), Aside()
    page = ValidationPage(desk, aside)
    qtbot.addWidget(page)
    page.show()
    yield page
    desk.shut()
    aside.shut()


def computed(page: ValidationPage, qtbot: QtBot) -> None:
    page.run_button.click()
    assert not page.run_button.isEnabled()
    qtbot.waitUntil(lambda: page.outcome is not None, timeout=WAIT_MS)


def test_a_click_computes_every_case_and_shows_it(page: ValidationPage, qtbot: QtBot) -> None:
    assert not page.save_button.isEnabled()
    computed(page, qtbot)
    assert page.run_button.isEnabled()
    assert page.table.rowCount() == sum(len(one.cases) for one in shipped_cases())
    verdicts = {page.table.item(row, 6).text() for row in range(page.table.rowCount())}
    assert verdicts == {"Passed"}
    assert "all reach their bar" in page.said.text()


def test_a_missed_case_is_marked(page: ValidationPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrology, "coverage_factor", lambda *_: 2.0)
    page.show_outcome(validate(datetime(2026, 3, 2, tzinfo=UTC), [one for one in shipped_cases() if one.id == "gum"]))
    verdicts = [page.table.item(row, 6).text() for row in range(page.table.rowCount())]
    assert "Failed" in verdicts
    assert "Do not use the program" in page.said.text()


def test_trouble_gives_the_button_back(page: ValidationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Trouble(message("no"))

    monkeypatch.setattr("labclient.ui._validation.validate", refuse)
    page.run_button.click()
    qtbot.waitUntil(page.run_button.isEnabled, timeout=WAIT_MS)
    assert page.outcome is None


def test_the_report_is_saved_unsigned_when_nobody_signs(page: ValidationPage, qtbot: QtBot, tmp_path: Path) -> None:
    computed(page, qtbot)
    page.save_button.click()
    dialog = page.findChild(SaveDialog)
    assert dialog is not None
    assert not dialog.ok.isEnabled()
    dialog.folder.setText(str(tmp_path / "filed"))
    with qtbot.waitSignal(dialog.saved, timeout=WAIT_MS) as saved:
        dialog.ok.click()
    assert saved.args[0].suffix == ".pdf"
    assert saved.args[0].is_file()


def test_the_window_leads_to_the_page(home: Home, light: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    shell = Shell()
    qtbot.addWidget(shell)
    shell.show_view("validation")
    assert shell.frame.stack.currentWidget() is shell.pages["validation"]
    shell.close()
