"""1280×720 at 150 %: pages of forms fit beside the rail, nothing is scrolled sideways, the next step is in sight."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtWidgets import QPushButton, QScrollArea, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.ui._arrival import ArrivalPage
from labclient.ui._page import Page
from labclient.ui._records import departure_page, handover_page
from labclient.ui._results import ResultsPage
from labclient.ui._signing import SigningPage
from labclient.ui._submission import SubmissionPage
from labclient.ui._theme import Theme

from .desks import Window, notebook_at

__all__ = ["office"]
BESIDE_THE_RAIL = 600, 370  # of 853×480


@pytest.fixture(params=["en", "zh_CN"])
def window(
    request: pytest.FixtureRequest, qtbot: QtBot, light: Theme, office: Office, tmp_path: Path
) -> Iterator[Window]:
    words.use_language(request.param)
    made = Window(ArrivalPage, departure_page, ResultsPage, SigningPage, SubmissionPage, handover_page)
    qtbot.addWidget(made)
    made.resize(*BESIDE_THE_RAIL)
    made.show()
    yield made
    made.leave()


def _pages(window: Window, qtbot: QtBot) -> Iterator[Page]:
    for page in window.pages:
        window.stack.setCurrentWidget(page)
        qtbot.waitUntil(page.isVisible)
        yield page


def _fits(page: Page) -> None:
    (area,) = page.findChildren(QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0, (page.title.text(), _widest(area))
    for table in page.findChildren(QTableWidget):
        if table.isVisible():
            assert table.horizontalHeader().length() <= table.viewport().width(), table.accessibleName()
            last = table.visualItemRect(table.item(table.rowCount() - 1, 0)).bottom() if table.rowCount() else 0
            assert last <= table.viewport().height(), table.accessibleName()


def _widest(area: QScrollArea) -> list[tuple[int, str, str]]:
    """What wants the most width in a page."""
    inside = [one for one in area.widget().findChildren(QWidget) if one.isVisible()]
    return sorted((one.minimumSizeHint().width(), type(one).__name__, one.accessibleName()) for one in inside)[-4:]


@pytest.mark.parametrize("station", ["arrival", "results", "submission"])
def test_no_page_is_scrolled_sideways(
    window: Window, qtbot: QtBot, office: Office, tmp_path: Path, station: str
) -> None:
    window.take_up(notebook_at(office, tmp_path / "lab", station), qtbot)
    assert (window.width(), window.height()) == BESIDE_THE_RAIL
    for page in _pages(window, qtbot):
        qtbot.waitUntil(partial(_fits, page))  # it is laid out anew in several steps


@pytest.mark.parametrize("station", ["arrival", "results", "signing", "submission"])
def test_the_next_step_is_in_sight_wherever_the_page_is_scrolled_to(
    window: Window, qtbot: QtBot, office: Office, tmp_path: Path, station: str
) -> None:
    window.take_up(notebook_at(office, tmp_path / "lab", station), qtbot)
    for page in _pages(window, qtbot):
        leading = [one for one in page.findChildren(QPushButton, "primary") if one.isVisible()]
        assert len(leading) == 1, page.title.text()
        assert page.buttons.indexOf(leading[0]) >= 0
        qtbot.waitUntil(lambda page=page, one=leading[0]: page.rect().contains(one.geometry()))
        assert leading[0].width() >= leading[0].sizeHint().width()
