"""The pilot's visits on the drift page; and that a participant's PC, files and page say nothing of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from participation.pilots import open_pilot, visit
from participation.world import NAME, Desk, Office, office
from PySide6.QtWidgets import QFileDialog, QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.errors import Trouble
from labclient.evaluation import monitor
from labclient.home import Home
from labclient.participation import keep_visits, kept_visits, read_visit
from labclient.ui._drift_page import DriftPage
from labclient.ui._visits_work import look_at_visits

from .conftest import missing_glyphs
from .desks import Window, unnamed

__all__ = ["office"]
COMPARISON = "DEMO-DCV-2026"
VALUES = (10.0000731, 10.0000747, 10.0000759)
WAIT = 30_000
AFTER = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("visits")
    limits = {"limit": {"value": "50", "unit": "µV"}, "u_laboratory": {"value": "1", "unit": "µV"},
              "visit_rows": ["A", "day"]}  # fmt: skip
    pilot = open_pilot(folder, **limits)
    return tuple(
        visit(pilot, folder / f"visit{place}", 25 * place, value) for place, value in enumerate(VALUES, start=1)
    )


@pytest.fixture
def window(qtbot: QtBot, light: object, home: Home) -> Iterator[Window]:
    made = Window(DriftPage)
    qtbot.addWidget(made)
    made.resize(853 - 226, 480 - 130)
    made.show()
    yield made
    made.leave()


def page_at(window: Window, path: Path, qtbot: QtBot) -> DriftPage:
    window.take_up(path, qtbot)
    (page,) = window.pages
    assert isinstance(page, DriftPage)
    qtbot.waitUntil(lambda: page.found is not None, timeout=WAIT)
    return page


def at_visits(page: DriftPage, qtbot: QtBot, files: int) -> None:
    page.of.setCurrentIndex(1)
    qtbot.waitUntil(lambda: page.looked is not None and len(page.looked.files) == files, timeout=WAIT)


def all_words(page: DriftPage) -> str:
    tables = page.findChildren(QTableWidget)
    cells = [
        item.text()
        for table in tables
        for row in range(table.rowCount())
        for column in range(table.columnCount())
        if (item := table.item(row, column)) is not None
    ]
    return "\n".join((*(one.text() for one in page.findChildren(QLabel)), *cells, page.plot.described()))


def test_the_open_notebook_of_the_pilot_is_a_visit_by_itself(
    window: Window, visits: tuple[Path, ...], qtbot: QtBot
) -> None:
    page = page_at(window, visits[0], qtbot)
    assert page.at_pilot
    assert not page.add.isVisible()
    at_visits(page, qtbot, 1)
    assert page.add.isVisible()
    assert "One visit says nothing of the drift" in page.visits.said.text()
    assert len(page.plot.drawing.bars) == 1


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_visits_are_chosen_remembered_and_drawn_with_their_line(
    window: Window, visits: tuple[Path, ...], qtbot: QtBot, home: Home, language: str
) -> None:
    words.use_language(language)
    page = page_at(window, visits[0], qtbot)
    at_visits(page, qtbot, 1)
    page.visits.added.emit(visits[1:])
    qtbot.waitUntil(lambda: page.looked is not None and len(page.looked.files) == 3, timeout=WAIT)
    assert set(kept_visits(home, COMPARISON)) == set(visits[1:])
    drawing = page.plot.drawing
    assert len(drawing.bars) == 3
    assert drawing.band
    assert page.visits.laboratories.rowCount() == 2
    said = all_words(page)
    if language == "en":
        assert "straight line, because the slope is significant" in said
        assert "can be judged" in said
        assert "display zero" in said
    assert not missing_glyphs(said)
    assert not unnamed(page)


def test_the_list_can_be_cleared_and_the_files_stay(
    window: Window, visits: tuple[Path, ...], qtbot: QtBot, home: Home
) -> None:
    keep_visits(home, COMPARISON, visits[1:])
    page = page_at(window, visits[0], qtbot)
    at_visits(page, qtbot, 3)
    page.clear.click()
    qtbot.waitUntil(lambda: page.looked is not None and len(page.looked.files) == 1, timeout=WAIT)
    assert kept_visits(home, COMPARISON) == ()
    assert all(path.is_file() for path in visits)


def test_a_file_that_is_no_visit_says_why_and_the_others_count(
    window: Window, visits: tuple[Path, ...], qtbot: QtBot, home: Home, tmp_path: Path
) -> None:
    broken = tmp_path / "no.labnote"
    broken.write_bytes(b"no notebook")
    keep_visits(home, COMPARISON, (visits[1], broken))
    page = page_at(window, visits[0], qtbot)
    at_visits(page, qtbot, 3)
    assert page.looked is not None
    assert [type(one) for _, one in page.looked.files if isinstance(one, Trouble)]
    assert len(page.plot.drawing.bars) == 2


def test_the_button_asks_for_files(window: Window, visits: tuple[Path, ...], qtbot: QtBot) -> None:
    page = page_at(window, visits[0], qtbot)
    at_visits(page, qtbot, 1)
    page.add.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    dialog.reject()


def test_nothing_of_the_pilot_is_in_a_participants_files_or_page(
    window: Window, visits: tuple[Path, ...], office: Office, tmp_path: Path, qtbot: QtBot, home: Home
) -> None:
    keep_visits(home, COMPARISON, visits)
    folder = tmp_path / "bench"
    folder.mkdir()
    desk = Desk(office, folder).until("submission")
    desk.p.close()
    page = page_at(window, folder / NAME, qtbot)
    assert not page.at_pilot
    page.of.setCurrentIndex(1)  # though it is hidden
    assert not page.of.isVisible()
    assert not page.visits.isVisible()
    assert not page.add.isVisible()
    assert page.looked is None
    seen = monitor([read_visit(path, home, AFTER) for path in visits])
    secrets = {repr(number)[:9] for one in seen for point in one.visits for number in (point.value, point.u_visit)}
    secrets |= {repr(one.slope)[:9] for one in seen} | {repr(there.value)[:9] for one in seen for there in one.at}
    assert all(len(one) == 9 for one in secrets)
    package = next(folder.glob("result_*.asice"))
    with ZipFile(package) as members:
        files = {name: members.read(name) for name in members.namelist()}
    files |= {"notebook": (folder / NAME).read_bytes(), "page": all_words(page).encode()}
    for name, content in files.items():
        assert not [one for one in secrets if one.encode() in content], name


def test_what_is_remembered_and_gone_is_left_out(home: Home, tmp_path: Path) -> None:
    keep_visits(home, COMPARISON, (tmp_path / "gone.labnote",))
    assert look_at_visits(COMPARISON, None).files == ()
    (home.root / "visits.json").write_text("rubbish")
    assert kept_visits(home, COMPARISON) == ()
