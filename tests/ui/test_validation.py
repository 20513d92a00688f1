"""The page of the software validation: run, look, save."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labclient import metrology
from labclient.errors import Trouble
from labclient.home import Home
from labclient.ui._aside import Aside
from labclient.ui._case_table import CaseModel
from labclient.ui._desk import Desk
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.ui._validation import ValidationPage
from labclient.ui._validation_save import SaveDialog
from labclient.validation import shipped_cases, validate
from labclient.words import message

WAIT_MS = 60_000


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


def verdicts(page: ValidationPage) -> list[str]:
    return [page.table.cases.index(row, 0).data() for row in range(page.table.cases.rowCount())]


def test_a_click_computes_every_case_and_shows_it(page: ValidationPage, qtbot: QtBot) -> None:
    assert not page.save_button.isEnabled()
    computed(page, qtbot)
    assert page.run_button.isEnabled()
    assert page.table.cases.rowCount() == sum(len(one.cases) for one in shipped_cases())
    assert set(verdicts(page)) == {"Passed"}
    assert "all reach their bar" in page.said.text()


def test_a_missed_case_is_marked(page: ValidationPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrology, "coverage_factor", lambda *_: 2.0)
    page.show_outcome(validate(datetime(2026, 3, 2, tzinfo=UTC), [one for one in shipped_cases() if one.id == "gum"]))
    assert "Failed" in verdicts(page)
    assert "Do not use the program" in page.said.text()


@pytest.mark.parametrize("width", [560, 1000])
def test_the_verdict_is_in_sight_and_nothing_is_scrolled_sideways(page: ValidationPage, width: int) -> None:
    page.show_outcome(validate(datetime(2026, 3, 2, tzinfo=UTC), [one for one in shipped_cases() if one.id == "gum"]))
    page.resize(width, 400)
    header, shown = page.table.horizontalHeader(), [0, 1, 2, 5, 6] if width < 800 else list(range(7))
    assert [column for column in range(7) if not page.table.isColumnHidden(column)] == shown
    assert header.length() <= page.table.viewport().width()
    for column in shown:
        assert header.sectionSize(column) >= header.fontMetrics().horizontalAdvance(
            page.table.cases.headerData(column, Qt.Orientation.Horizontal)
        )


def test_the_cases_keep_to_the_rules_of_a_model(light: Theme) -> None:
    model = CaseModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_rows(validate(datetime(2026, 3, 2, tzinfo=UTC), shipped_cases()[:1]).weakest())
    assert tester.model() is model
    assert model.rowCount()


def test_trouble_gives_the_button_back(page: ValidationPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Trouble(message("no"))

    monkeypatch.setattr("labclient.ui._validation.validate", refuse)
    page.run_button.click()
    qtbot.waitUntil(page.run_button.isEnabled, timeout=WAIT_MS)
    assert page.outcome is None
    assert page.said.text().startswith("Reference cases")


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
