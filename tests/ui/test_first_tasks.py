"""Five tasks of somebody who opens the window for the first time, as the manual tells them: each takes at most six
actions from the list of comparisons. An action is a chord of keys, a click, or a field that is typed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from participation.world import NAME, Desk, Office, office
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QDialog, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from labclient.home import Home, shipped
from labclient.instruments import load_bench
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.ui._drift_page import DriftPage
from labclient.ui._find_dialog import FindDialog
from labclient.ui._home import HomePage, remember
from labclient.ui._instruments import InstrumentsPage
from labclient.ui._register_dialog import RegisterDialog
from labclient.ui._remark import ExclusionDialog
from labclient.ui._runs import MeasurementPage
from labclient.ui._shell import Shell
from labclient.ui._submission import SubmissionPage
from labclient.ui._theme import Theme
from labclient.ui._who import WhoDialog

from .desks import WAIT_MS, notebook_at, the

__all__ = ["office"]
MOST = 6


class Newcomer:
    """Does one thing after another, with what has the focus and what can be seen, and counts."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.shell = Shell()
        self.actions: list[str] = []
        qtbot.addWidget(self.shell)
        self.shell.resize(1280, 720)
        self.shell.show()
        self.shell.activateWindow()
        assert QTest.qWaitForWindowActive(self.shell, 60_000)

    def until(self, true: Callable[[], object], longest_ms: int = WAIT_MS) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=longest_ms)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.actions.append(key.name)
        QTest.keyClick(QApplication.focusWidget() or self.shell, key, modifier)

    def control(self, key: Qt.Key) -> None:
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def click(self, button: QAbstractButton) -> None:
        self.until(lambda: button.isVisible() and button.isEnabled())
        self.actions.append(button.text())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def click_row(self, table: QAbstractItemView, row: int) -> None:
        place = table.visualRect(table.model().index(row, 0)).center()
        self.actions.append(f"row {row}")
        self.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))

    def fill(self, text: str) -> None:
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit), "whoever types looks for the field first"
        self.actions.append(text)
        QTest.keyClicks(field, text)

    def name_folder(self, folder: Path) -> None:
        """Into Qt's own dialog, which selects what typing passes: at once."""
        dialog = self.asked(QFileDialog)
        line = dialog.findChild(QLineEdit, "fileNameEdit")
        assert line is not None
        self.actions.append(str(folder))
        line.setText(str(folder))

    def asked(self, kind: type[QDialog]) -> QDialog:
        dialog = the(self.shell, kind, self.qtbot)
        self.until(lambda: QApplication.activeWindow() is dialog)
        return dialog

    def begin(self) -> None:
        """Go on with the one comparison of the list, and say who is working."""
        home = self.shell.pages["home"]
        assert isinstance(home, HomePage)
        self.until(lambda: home.go_on.isVisible() and home.go_on.isEnabled())
        self.control(Qt.Key.Key_Return)
        self.until(lambda: self.shell.snapshot is not None and self.shell.desk.participation is not None)
        self.until(lambda: self.shell.desk.who or self.shell.findChildren(WhoDialog))
        if self.shell.desk.who:  # a simulated notebook names its operator; a real one asks
            self.actions.append("who is working")
            return
        dialog = self.asked(WhoDialog)
        assert isinstance(dialog, WhoDialog)
        self.click_row(dialog.list, 0)
        self.until(lambda: self.shell.desk.who)


@pytest.fixture
def newcomer(qtbot: QtBot, home: Home, light: Theme) -> Iterator[Callable[..., Newcomer]]:
    made: list[Newcomer] = []

    def come(notebook: Path | None = None) -> Newcomer:
        if notebook is not None:
            remember(notebook)
        made.append(Newcomer(qtbot))
        return made[-1]

    yield come
    for one in made:
        one.shell.close()
        assert len(one.actions) <= MOST, one.actions


@pytest.fixture(scope="module")
def meter() -> Iterator[Simulated]:
    with start_simulator(
        shipped("drivers", "keysight-344xx.toml"), listen="tcp://127.0.0.1:0",
        world=shipped("resources", "examples", "world.json"), seed=1, speed=2000.0,
    ) as simulated:  # fmt: skip
        yield simulated


def test_connect_a_multimeter(newcomer: Callable[..., Newcomer], meter: Simulated, home: Home) -> None:
    person = newcomer()
    person.control(Qt.Key.Key_I)
    page = person.shell.pages["instruments"]
    assert isinstance(page, InstrumentsPage)
    person.click(page.find_button)
    search = person.asked(FindDialog)
    assert isinstance(search, FindDialog)
    _, host, port, _ = meter.address.split("::")
    person.fill(f"{host}:{port}")
    person.press(Qt.Key.Key_Return)
    person.until(search.take_button.isEnabled, 4 * WAIT_MS)  # all buses are searched, each in its own time
    person.click(search.take_button)
    person.asked(RegisterDialog)
    person.press(Qt.Key.Key_Return)
    person.until(lambda: load_bench(home.bench).instrument)
    assert load_bench(home.bench).instrument[0].model == "34470A"
    person.until(page.try_button.isEnabled)


def test_find_why_a_station_is_blocked(newcomer: Callable[..., Newcomer], office: Office, tmp_path: Path) -> None:
    person = newcomer(notebook_at(office, tmp_path / "lab", "warm-up"))
    person.begin()
    person.control(Qt.Key.Key_4)
    page = person.shell.pages["measurement"]
    person.until(lambda: page.isVisible() and page.missing.isVisible())
    assert "First finish “Warm-up”." in page.missing.text()
    person.control(Qt.Key.Key_2)
    page = person.shell.pages["warm-up"]
    person.until(lambda: page.isVisible() and page.missing.isVisible())


def test_redo_a_point_with_a_reason(newcomer: Callable[..., Newcomer], office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    folder.mkdir()
    desk = Desk(office, folder).until("measurement")
    desk.measure()
    desk.p.close()
    shutil.copytree(office.home.root, folder / "pc")
    person = newcomer(folder / NAME)
    person.begin()
    page = person.shell.pages["measurement"]
    assert isinstance(page, MeasurementPage)
    person.until(lambda: page.isVisible() and page.redo_button.isEnabled())
    person.click_row(page.table, 0)
    person.press(Qt.Key.Key_F9)
    person.asked(ExclusionDialog)
    person.fill("the cable was loose")
    person.press(Qt.Key.Key_Return)
    state = lambda: person.shell.snapshot.state  # type: ignore[union-attr]  # noqa: E731
    person.until(lambda: state().excluded)
    assert set(state().excluded.values()) == {"the cable was loose"}
    point = state().plan.points[0].id
    assert not any(key[:2] == (point, 1) for key in state().counted)
    person.until(lambda: f"{point}, day 1, cycle 1" in page.words.text())


def test_read_the_drift(newcomer: Callable[..., Newcomer], office: Office, tmp_path: Path) -> None:
    person = newcomer(notebook_at(office, tmp_path / "lab", "departure"))
    person.begin()
    person.control(Qt.Key.Key_G)
    page = person.shell.pages["drift"]
    assert isinstance(page, DriftPage)
    person.until(lambda: page.said.isVisible() and page.table.isVisible())
    assert page.said.text()


def test_send_by_stick(newcomer: Callable[..., Newcomer], office: Office, tmp_path: Path) -> None:
    person = newcomer(notebook_at(office, tmp_path / "lab", "submission"))
    stick = tmp_path / "stick"
    stick.mkdir()
    person.begin()
    page = person.shell.pages["submission"]
    assert isinstance(page, SubmissionPage)
    person.until(lambda: page.isVisible() and page.package is not None)
    person.click(page.copy_button)
    person.name_folder(stick)
    person.press(Qt.Key.Key_Return)
    person.until(lambda: list(stick.glob("*.asice")))
    person.until(lambda: page.said.text().startswith("Sent, not confirmed"))
