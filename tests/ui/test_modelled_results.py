"""The page of results for a plan with a model: warnings, the way to the value, bars, and a computation broken off."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from evaluation.models import declared, model_plan_json
from evaluation.records import WHO
from participation.world import NAME, Desk, open_office
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.errors import BrokenOff
from labclient.evaluation import _valued
from labclient.ui._bars import _PART
from labclient.ui._results import ResultsPage
from labclient.ui._theme import Theme

from .desks import WAIT_MS, Window, texts

ASKED = {
    "coverage": {"probability": "0.95"},
    "monte_carlo": {"seed": 7, "most": 200_000, "digits": 1},
    "examination": {"outliers": ["grubbs"]},
}
CMC = {"point": "10V", "U": "5", "unit": "µV", "source": "scope"}


class Modelled(Desk):
    def enter(self, kind: str, **other: Any) -> int:
        if kind == "budget":
            return self.p.enter("budget", declared(cmc=[CMC]), WHO).seq
        return super().enter(kind, **other)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook in which everything is entered, and nothing computed."""
    office = open_office(tmp_path_factory.mktemp("office"), model_plan_json(**ASKED))
    office.keeps = False
    made = tmp_path_factory.mktemp("modelled")
    desk = Modelled(office, made).until("results")
    desk.enter("budget")
    desk.p.close()
    return made


@pytest.fixture
def page(qtbot: QtBot, light: Theme, folder: Path, tmp_path: Path) -> Iterator[tuple[Window, ResultsPage]]:
    window = Window(ResultsPage)
    qtbot.addWidget(window)
    window.show()
    (tmp_path / NAME).write_bytes((folder / NAME).read_bytes())
    window.take_up(tmp_path / NAME, qtbot)
    (made,) = window.pages
    assert isinstance(made, ResultsPage)
    yield window, made
    window.leave()


def test_what_was_computed_is_shown_with_its_warnings_and_its_way(page, qtbot: QtBot) -> None:
    window, results = page
    results.compute_button.click()
    qtbot.waitUntil(lambda: window.state.result is not None, timeout=WAIT_MS)
    shown = results.computed
    assert "below the laboratory's CMC" in shown.warnings.label.text()
    assert [shown.result.horizontalHeaderItem(column).text() for column in (2, 4)] == ["U95", "k95"]
    assert shown.result.item(0, 4).text() == f"{float(window.state.result.points[0].k):.2f}"
    assert not shown.chain.isVisible()
    shown.chain_button.click()
    assert shown.chain.isVisible()
    assert "Model: y = S*A*(1 - cT*(t - t0)" in texts(results)
    assert "t0 = 23 °C, exact" in texts(results)
    assert "Monte Carlo" in shown.examined.text()
    assert "grubbs/1" in shown.examined.text()
    bars = [shown.budget.item(row, 5).data(_PART) for row in range(shown.budget.rowCount())]
    assert bars == pytest.approx([float(line.share) for point in window.state.result.points for line in point.budget])
    assert not results.bar.isVisible()


def test_a_long_computation_can_be_broken_off_and_enters_nothing(page, qtbot: QtBot, monkeypatch) -> None:
    window, results = page

    def endless(*_: Any, told: Any, **__: Any) -> None:
        for done in range(100_000):
            told(done, 200_000)
            Event().wait(0.005)

    monkeypatch.setattr(_valued, "monte_carlo", endless)
    results.compute_button.click()
    qtbot.waitUntil(results.bar.isVisible, timeout=WAIT_MS)
    assert results.stop_button.isVisible()
    size = window.state.size
    results.stop_button.click()
    qtbot.waitUntil(lambda: bool(window.troubles), timeout=WAIT_MS)
    assert isinstance(window.troubles[0], BrokenOff)
    assert (window.state.result, window.state.size) == (None, size)
    qtbot.waitUntil(lambda: not results.bar.isVisible(), timeout=WAIT_MS)


def test_a_window_that_closes_waits_for_no_trial(page, qtbot: QtBot, monkeypatch) -> None:
    window, results = page
    ended = Event()

    def endless(*_: Any, told: Any, **__: Any) -> None:
        try:
            for done in range(100_000):
                told(done, 200_000)
                Event().wait(0.005)
        finally:
            ended.set()

    monkeypatch.setattr(_valued, "monte_carlo", endless)
    results.compute_button.click()
    qtbot.waitUntil(results.bar.isVisible, timeout=WAIT_MS)
    window.desk.shut()
    assert ended.is_set()


def _column(page: ResultsPage, name: str) -> tuple[QTableWidget, int]:
    for table in page.declared.findChildren(QTableWidget):
        for column in range(table.columnCount()):
            if table.horizontalHeaderItem(column).text() == name:
                return table, column
    raise AssertionError(name)


def test_an_estimate_is_asked_for_only_where_a_model_uses_it(page, qtbot: QtBot) -> None:
    _, results = page
    table, column = _column(results, "Estimate")
    assert not table.isColumnHidden(column)
    assert table.item(0, column).text() == "0"
    results.declared.set_column("rows", "estimate", False)
    assert table.isColumnHidden(column)
    assert results.declared.body()["rows"][0]["estimate"] == "0"


def test_everything_fits_a_small_screen_in_chinese(folder: Path, light: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    words.use_language("zh_CN")
    window = Window(ResultsPage)
    qtbot.addWidget(window)
    window.resize(640, 480)
    window.show()
    (tmp_path / NAME).write_bytes((folder / NAME).read_bytes())
    window.take_up(tmp_path / NAME, qtbot)
    (results,) = window.pages
    results.compute_button.click()
    qtbot.waitUntil(lambda: window.state.result is not None, timeout=WAIT_MS)
    for table in results.findChildren(QTableWidget):
        assert table.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    assert results.computed.budget.width() <= results.width()
    window.leave()
