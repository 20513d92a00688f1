"""Home says what each comparison is and what it waits for."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labclient.clock import SystemClock
from labclient.home import Home, shipped
from labclient.participation import Participation
from labclient.ui._aside import Aside
from labclient.ui._desk import Desk
from labclient.ui._home import HomePage, HomeRow, look_at
from labclient.ui._theme import Theme
from labclient.words import message, say

WAITS = message("Arrival")


@pytest.fixture
def transcribed(home: Home, tmp_path: Path) -> Path:
    """A real notebook by a transcribed plan."""
    file, path = tmp_path / "plan.json", tmp_path / "real.labnote"
    plan = json.loads(shipped("resources", "examples", "plan.json").read_bytes())
    by = {"document": "plan.pdf", "document_sha256": "0" * 64, "transcribed_by": "Operator A", "confirmed_by": "B"}
    file.write_text(json.dumps(plan | {"transcription": by}))
    with Participation.create(
        path, plan=file, trust=None, confirmed_root=None, laboratory="LAB01", who="P-01", clock=SystemClock(), home=home
    ):
        return path


def test_a_comparison_says_its_station_and_its_deadline(transcribed: Path) -> None:
    row = look_at(transcribed, date(2026, 3, 10))
    assert row.mark == "running"
    assert "TS-0001" in row.title
    assert say(row.waits_for).startswith("Arrival; the report is due ")


def test_a_missed_deadline_is_said(transcribed: Path) -> None:
    row = look_at(transcribed, date(2031, 1, 1))
    assert row.mark == "failed"
    assert "days ago" in say(row.waits_for)


def test_a_notebook_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "broken.labnote"
    path.write_bytes(b"not a notebook")
    row = look_at(path, date(2026, 3, 10))
    assert row.mark == "failed"
    assert say(row.waits_for)


@pytest.fixture
def page(qtbot: QtBot, home: Home, light: Theme) -> Iterator[HomePage]:
    desk, aside = Desk(), Aside()
    made = HomePage(desk, aside)
    qtbot.addWidget(made)
    made.show()
    yield made
    desk.shut()
    aside.shut()


def _rows() -> list[HomeRow]:
    return [
        HomeRow(Path("done"), "Mass 1 kg   TS-1   LAB01", "passed", WAITS),
        HomeRow(Path("trial"), "Trial   TS-2   LAB01", "running", WAITS),
        HomeRow(Path("later"), "Resistance   TS-3   LAB01", "running", WAITS, None, 20),
        HomeRow(Path("late"), "Voltage   TS-4   LAB02", "failed", WAITS, None, -2),
    ]


def _shown(page: HomePage) -> list[str]:
    items = [page.list.item(place) for place in range(page.list.count())]
    return [item.text().splitlines()[0].split()[0] for item in items if not item.isHidden()]


def test_the_most_urgent_stands_first_and_the_primary_button_goes_on_with_it(page: HomePage, qtbot: QtBot) -> None:
    page.show_recent(_rows())
    assert _shown(page) == ["Voltage", "Resistance", "Trial", "Mass"]
    assert page.go_on.objectName() == "primary"
    with qtbot.waitSignal(page.chosen) as chosen:
        page.go_on.click()
    assert chosen.args == [Path("late")]


def test_with_nothing_to_go_on_with_the_trial_leads(page: HomePage) -> None:
    page.show_recent([])
    assert page.trial.objectName() == "primary"
    assert page.empty.isVisible()
    assert not page.go_on.isVisible()


def test_a_search_keeps_those_in_which_every_word_stands(page: HomePage, qtbot: QtBot) -> None:
    page.show_recent(_rows())
    page.search.setText("lab01 ts-3")
    assert _shown(page) == ["Resistance"]
    with qtbot.waitSignal(page.chosen) as chosen:
        page.go_on.click()
    assert chosen.args == [Path("later")]
    page.search.setText("nobody")
    assert _shown(page) == []
    assert not page.go_on.isEnabled()


def test_what_is_missing_is_said_beside_the_station(transcribed: Path) -> None:
    row = look_at(transcribed, date(2026, 3, 10))
    assert row.needs is not None
    assert say(row.needs) == "The arrival record is missing."
    assert row.days == (date(2026, 3, 27) - date(2026, 3, 10)).days
