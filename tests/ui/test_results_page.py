"""The page of results: one primary action in the bar, for the form in which somebody is typing; the computed result."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from labclient.ui._results import ResultsPage
from labclient.ui._theme import Theme

from .desks import Window, notebook_at

__all__ = ["office"]


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[Window]:
    made = Window(ResultsPage)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.leave()


def _page(window: Window) -> ResultsPage:
    (page,) = window.pages
    assert isinstance(page, ResultsPage)
    return page


def _leading(page: ResultsPage) -> list[str]:
    return [one.text() for one in page.findChildren(QPushButton, "primary") if one.isVisible()]


def test_what_is_typed_last_is_what_is_entered_next(
    window: Window, qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    window.take_up(notebook_at(office, tmp_path / "lab", "results"), qtbot)
    page = _page(window)
    assert _leading(page) == ["Enter the declared components"]
    line = page.standard.findChildren(QLineEdit)[0]
    line.setFocus()
    QTest.keyClicks(line, "x")
    assert _leading(page) == ["Enter the standard"]
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    assert _leading(page) == ["Enter the declared components"]


def test_the_result_stands_in_its_tables_as_it_was_computed(
    window: Window, qtbot: QtBot, office: Office, tmp_path: Path
) -> None:
    window.take_up(notebook_at(office, tmp_path / "lab", "signing"), qtbot)
    page, result = _page(window), window.state.result
    assert result is not None
    shown = page.computed.result
    assert [shown.item(row, 1).text() for row in range(shown.rowCount())] == [
        one.reported_value for one in result.points
    ]
    budget = page.computed.budget
    assert budget.rowCount() == sum(len(one.budget) for one in result.points)
    assert all(
        budget.item(row, column).textAlignment() & Qt.AlignmentFlag.AlignRight
        for row in range(budget.rowCount())
        for column in (3, 4, 5)
    )
