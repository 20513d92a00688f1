"""The plan's page: what is asked, by when, what comes next; a deviation is entered with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.participation import STATIONS
from labclient.plan import Station
from labclient.ui._plan_page import PlanPage
from labclient.ui._remark import DeviationDialog
from labclient.ui._theme import Theme

from .desks import WAIT_MS, Window, notebook_at, press, the, unnamed, write

__all__ = ["office"]


@pytest.fixture
def went() -> list[Station]:
    return []


@pytest.fixture(params=["en", "zh_CN"])
def window(
    request: pytest.FixtureRequest, qtbot: QtBot, light: Theme, office: Office, tmp_path: Path, went: list[Station]
) -> Iterator[Window]:
    words.use_language(request.param)
    made = Window(lambda desk: PlanPage(desk, went.append))
    qtbot.addWidget(made)
    made.resize(853, 480)
    made.show()
    made.take_up(notebook_at(office, tmp_path / "lab", "measurement"), qtbot)
    yield made
    made.leave()


@pytest.fixture
def page(window: Window) -> PlanPage:
    (found,) = window.pages
    assert isinstance(found, PlanPage)
    return found


def test_every_station_and_every_point_stands_there(page: PlanPage, window: Window) -> None:
    assert page.stations.rowCount() == len(STATIONS)
    shown = [page.points.item(row, 0).text() for row in range(page.points.rowCount())]
    assert shown == [point.id for point in window.state.plan.points]
    assert str(window.state.plan.participant("LAB01").report_due) in page.source.text()
    assert not unnamed(page)


def test_the_primary_button_leads_to_the_station_that_comes_next(
    page: PlanPage, window: Window, went: list[Station], qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.next, Qt.MouseButton.LeftButton)
    assert went == [window.state.station] == ["measurement"]


def test_a_deviation_needs_its_reason_and_is_entered(page: PlanPage, window: Window, qtbot: QtBot) -> None:
    before = window.state.deviation_at
    page._ask_deviation()
    dialog = the(window, DeviationDialog, qtbot)
    write(dialog.text, "the temperature was above the limit for 20 minutes")
    assert not dialog.ok.isEnabled()
    write(dialog.reason, "the air conditioning failed")
    press(dialog.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.state.deviation_at > before, timeout=WAIT_MS)
