"""The agreement table on the pilot's drift page."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from participation.pilots import open_pilot, visit
from participation.world import Desk, Office
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import Home
from labclient.package import keep_trust, open_trust
from labclient.ui import _agreement_panel
from labclient.ui._drift_page import DriftPage

from .conftest import missing_glyphs
from .desks import Window, unnamed

WAIT = 30_000


class After(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 5, 1, 12, tzinfo=UTC)


class Before(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 4, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_pilot(tmp_path_factory.mktemp("pilot"))


@pytest.fixture(scope="session")
def visited(pilot: Office) -> Path:
    return visit(pilot, pilot.folder / "visit", 0, 10.0000127)


@pytest.fixture(scope="session")
def package(pilot: Office) -> Path:
    folder = pilot.folder / "sent"
    folder.mkdir()
    desk = Desk(pilot, folder).until("submission")
    desk.p.close()
    return next(folder.glob("result_*.asice"))


@pytest.fixture
def page(
    qtbot: QtBot, light: object, home: Home, pilot: Office, visited: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DriftPage]:
    monkeypatch.setattr(_agreement_panel, "datetime", After)
    keep_trust(home, open_trust(pilot.papers.trust, After.now()), pilot.papers.trust)
    window = Window(DriftPage)
    qtbot.addWidget(window)
    window.resize(853 - 226, 480 - 130)
    window.show()
    window.take_up(visited, qtbot)
    (made,) = window.pages
    assert isinstance(made, DriftPage)
    qtbot.waitUntil(lambda: made.found is not None, timeout=WAIT)
    made.of.setCurrentIndex(2)
    qtbot.waitUntil(lambda: made.looked is not None, timeout=WAIT)
    yield made
    window.leave()


def test_before_anything_is_compared_it_says_what_to_do(page: DriftPage) -> None:
    assert page.agreement.said.text().startswith("Nothing is compared yet.")
    assert not page.agreement.table.isVisible()
    assert page.add.text() == "Compare packages…"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_packages_are_compared_by_the_plan(page: DriftPage, package: Path, qtbot: QtBot, language: str) -> None:
    words.use_language(language)
    page.agreement.take((package,))
    qtbot.waitUntil(lambda: page.compared is not None, timeout=WAIT)
    table = page.agreement.table
    assert (table.rowCount(), table.item(0, 0).text()) == (1, "LAB01")
    assert abs(float(table.item(0, 4).text().replace("−", "-"))) < 1
    assert "LAB02, LAB03" in page.agreement.said.text()
    assert not missing_glyphs(page.agreement.said.text())
    assert not unnamed(page)


def test_before_the_last_report_is_due_it_refuses_and_says_why(
    page: DriftPage, package: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_agreement_panel, "datetime", Before)
    page.agreement.take((package,))
    qtbot.waitUntil(page.agreement.trouble.isVisible, timeout=WAIT)
    assert "Reports are due until 2026-04-24" in page.agreement.trouble.label.text()
    assert page.compared is None
    assert not page.agreement.table.isVisible()


def test_another_reference_value_is_asked_for_in_place_of_the_plans(
    page: DriftPage, package: Path, qtbot: QtBot
) -> None:
    page.agreement.take((package,))
    qtbot.waitUntil(lambda: page.compared is not None, timeout=WAIT)
    page.agreement.reference.setCurrentIndex(page.agreement.reference.findData("median"))
    qtbot.waitUntil(page.agreement.trouble.isVisible, timeout=WAIT)
    assert "needs two results at least" in page.agreement.trouble.label.text()
    page.agreement.reference.setCurrentIndex(page.agreement.reference.findData("pilot"))
    qtbot.waitUntil(lambda: not page.agreement.trouble.isVisible() and page.add.isEnabled(), timeout=WAIT)
    assert page.agreement.method == "pilot"


def test_the_button_asks_for_packages(page: DriftPage) -> None:
    page.add.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.windowTitle() == "Packages of the laboratories"
    dialog.reject()
