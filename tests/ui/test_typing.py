"""Readings by hand in the window: one line, Enter, and what is not believed is said before the next one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from participation.world import Office, open_office
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labclient.clock import parse_iso
from labclient.home import shipped
from labclient.notebook import Reader, check
from labclient.ui._arrival import ArrivalPage
from labclient.ui._measurement import MeasurementPage
from labclient.ui._theme import Theme
from labclient.ui._typing import TypeDialog
from labclient.ui._typing_line import TypingDialog

from .desks import WAIT_MS, Window, press, the, unnamed, write
from .dials import ALL, at, plan_by_hand

ENTER = Qt.Key.Key_Return
CRATE = shipped("resources", "examples", "crate.png")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("office"), plan_by_hand(typed=ALL))


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[Window]:
    made = Window(ArrivalPage, MeasurementPage)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    made.leave()


def began(window: Window, qtbot: QtBot) -> TypeDialog:
    """The dialog, with the only instrument chosen."""
    page = window.stack.currentWidget()
    button = page.by_hand.buttons["typed"]  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=WAIT_MS)
    button.click()
    dialog = the(window, TypeDialog, qtbot)
    qtbot.waitUntil(lambda: bool(dialog.instrument.currentData()), timeout=WAIT_MS)
    return dialog


def typed(dialog: TypeDialog, text: str, qtbot: QtBot) -> TypingDialog:
    """Type a line when it is asked for."""
    qtbot.waitUntil(lambda: dialog.line is not None and dialog.line.line.isEnabled(), timeout=WAIT_MS)
    line = dialog.line
    assert line is not None
    put(line, text)
    press(line.line, ENTER)
    return line


def put(line: TypingDialog, text: str) -> None:
    """Letter by letter; what an input method makes comes at once."""
    if text.isascii():
        write(line.line, text)
    else:
        line.line.setText(text)


def gone(window: Window, dialog: TypeDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog not in window.findChildren(TypeDialog) and window.desk.idle, timeout=WAIT_MS)
    window.seen_all(qtbot)


def statuses(notebook: Path) -> list[str]:
    with Reader.open(notebook) as reader:
        rows = [reader.payload(block.seq).decode().splitlines() for block in reader.entries({"block"})]
    return [line.split(",")[2] for row in rows for line in row]


def test_a_run_is_typed_line_by_line_and_judged(window: Window, office: Office, qtbot: QtBot, tmp_path: Path) -> None:
    notebook = at(window, office, tmp_path / "a", "arrival", qtbot)
    dialog = began(window, qtbot)
    assert unnamed(dialog) == []
    assert not dialog.form.isRowVisible(dialog.second_row)
    press(dialog.instrument, ENTER)
    line = typed(dialog, "10.0", qtbot)  # too early: it is to be connected first
    assert "press Enter alone" in line.warning.label.text()
    assert unnamed(line) == []
    typed(dialog, "", qtbot)
    typed(dialog, "10,0001", qtbot)
    qtbot.waitUntil(lambda: "one zero comma" in line.warning.label.text(), timeout=WAIT_MS)
    typed(dialog, "10.0001", qtbot)
    qtbot.waitUntil(lambda: "once more" in line.question.text(), timeout=WAIT_MS)
    assert "10.0001" not in line.question.text() + line.kept.toPlainText() + line.warning.label.text()
    typed(dialog, "10.0010", qtbot)
    qtbot.waitUntil(lambda: "neither counts" in line.warning.label.text(), timeout=WAIT_MS)
    for text in ("１０．０００１", "10.0001 V"):
        typed(dialog, text, qtbot)
    typed(dialog, "10.5000", qtbot)
    qtbot.waitUntil(lambda: "last digits away" in line.warning.label.text(), timeout=WAIT_MS)
    press(line, Qt.Key.Key_Escape)
    assert line.isVisible()
    typed(dialog, "10.5000", qtbot)
    gone(window, dialog, qtbot)
    assert statuses(notebook) == ["refused", "differs", "ok", "ok"]
    assert "functional" in window.state.checks
    with Reader.open(notebook) as reader:
        assert [entry.body["text"] for entry in reader.entries({"doubt"})] == ["10.5000"]
        start = [entry for entry in reader.entries({"run-start"}) if entry.body["task"] == "functional"][-1]
    assert (start.body["origin"], start.body["confirmation"]) == ("typed", "double-entry")
    assert check(notebook, deep=True).ok
    assert not window.troubles


def test_what_is_understood_is_said_in_words_while_it_is_typed(
    window: Window, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    at(window, office, tmp_path / "a", "arrival", qtbot)
    dialog = began(window, qtbot)
    press(dialog.instrument, ENTER)
    line = typed(dialog, "", qtbot)
    qtbot.waitUntil(lambda: "reading" in line.question.text(), timeout=WAIT_MS)
    put(line, "１２．５")
    assert line.echo.text() == "one two point five"
    put(line, "12.5 kg")
    assert "in V here" in line.echo.text()
    line.stop_button.click()
    qtbot.waitUntil(lambda: dialog.trouble.isVisible() and dialog.line is None, timeout=WAIT_MS)
    assert "broken off" in dialog.trouble.label.text()
    assert window.state.open_runs == ()
    assert dialog.ok.isEnabled()  # what was filled in is there for another go
    dialog.reject()


def test_a_window_that_closes_ends_the_run_in_order(
    window: Window, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    notebook = at(window, office, tmp_path / "a", "arrival", qtbot)
    dialog = began(window, qtbot)
    press(dialog.instrument, ENTER)
    typed(dialog, "", qtbot)
    typed(dialog, "10.0001", qtbot)
    window.desk.shut()
    with Reader.open(notebook) as reader:
        assert [entry.body["reason"] for entry in reader.entries({"run-stop"})][-1] == "broken off"


def test_a_measurement_shows_what_is_missing_and_its_room_is_typed_afterwards(
    window: Window, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    at(window, office, tmp_path / "a", "measurement", qtbot)
    rule = window.state.plan.measurement
    values = {"Z": "0.00000", "S": "9.99990", "X": "10.00010"}
    for _day in range(rule.days):
        dialog = began(window, qtbot)
        press(dialog.instrument, ENTER)
        for _cycle in range(rule.cycles):
            for step in rule.scheme.steps:
                for text in ("", values[step.role], values[step.role]):
                    line = typed(dialog, text, qtbot)
                assert line.points.isVisible()
        gone(window, dialog, qtbot)
    assert len(window.state.counted) == rule.days * rule.cycles
    assert "zero" in window.state.checks
    assert "environment" not in window.state.checks
    dialog = began(window, qtbot)
    dialog.task.setCurrentIndex(dialog.task.findData("environment"))
    assert dialog.form.isRowVisible(dialog.count_row)
    assert not dialog.form.isRowVisible(dialog.unit_row)
    press(dialog.instrument, ENTER)
    for limit in window.state.plan.environment.limits:
        middle = f"{((limit.low or 0) + (limit.high or 0)) / 2:f}"
        for _ in range(2):
            typed(dialog, middle, qtbot)
    gone(window, dialog, qtbot)
    assert "environment" in window.state.checks


def test_paper_is_copied_with_its_scan_and_its_times(
    window: Window, office: Office, qtbot: QtBot, tmp_path: Path
) -> None:
    notebook = at(window, office, tmp_path / "a", "arrival", qtbot)
    dialog = began(window, qtbot)
    dialog.paper.setChecked(True)
    assert not dialog.ok.isEnabled()
    began_at = (window.desk.participation.clock.utc() - timedelta(hours=3)).replace(microsecond=0)  # type: ignore[union-attr]
    write(dialog.scan, str(CRATE))
    write(dialog.began.line, "yesterday")
    press(dialog.instrument, ENTER)
    qtbot.waitUntil(lambda: "is no time" in dialog.trouble.label.text(), timeout=WAIT_MS)
    write(dialog.began.line, began_at.isoformat())
    press(dialog.instrument, ENTER)
    for second in range(2):
        moment = (began_at + timedelta(seconds=second)).isoformat()
        for text in (moment, "10.0001", "10.0001"):
            typed(dialog, text, qtbot)
    gone(window, dialog, qtbot)
    with Reader.open(notebook) as reader:
        start = [entry for entry in reader.entries({"run-start"}) if entry.body["task"] == "functional"][-1]
        assert start.body["transcribed"]["name"] == CRATE.name
        assert parse_iso(start.body["transcribed"]["began"]) == began_at
        assert reader.entry(start.seq - 1).kind == "attachment"


def test_nothing_is_offered_where_the_plan_lets_nothing_count(
    window: Window, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    silent = open_office(tmp_path_factory.mktemp("silent"), plan_by_hand(imported=["functional"]))
    at(window, silent, tmp_path / "a", "arrival", qtbot)
    buttons = window.pages[0].by_hand.buttons  # type: ignore[attr-defined]
    assert not buttons["typed"].isVisible()
    assert buttons["imported"].isVisible()


def test_a_second_person_and_a_photo_are_asked_for_as_the_plan_says(
    window: Window, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    two = open_office(tmp_path_factory.mktemp("two"), plan_by_hand(typed=ALL, confirmation="second-person"))
    at(window, two, tmp_path / "a", "arrival", qtbot)
    dialog = began(window, qtbot)
    assert dialog.form.isRowVisible(dialog.second_row)
    assert not dialog.ok.isEnabled()
    dialog.second.setCurrentIndex(0)
    press(dialog.instrument, ENTER)
    for text in ("", "10.0001"):
        line = typed(dialog, text, qtbot)
    qtbot.waitUntil(lambda: "reads it too" in line.question.text(), timeout=WAIT_MS)
    line.stop_button.click()
    qtbot.waitUntil(lambda: dialog.line is None, timeout=WAIT_MS)
    dialog.reject()


def test_a_photo_is_chosen_for_each_reading(
    window: Window, qtbot: QtBot, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    photo = open_office(tmp_path_factory.mktemp("photo"), plan_by_hand(typed=ALL, confirmation="photo"))
    notebook = at(window, photo, tmp_path / "a", "arrival", qtbot)
    dialog = began(window, qtbot)
    press(dialog.instrument, ENTER)
    line = typed(dialog, "", qtbot)
    for n in range(2):
        qtbot.waitUntil(line.choose.isVisible, timeout=WAIT_MS)
        typed(dialog, str(CRATE), qtbot)
        qtbot.waitUntil(lambda: not line.choose.isVisible(), timeout=WAIT_MS)
        typed(dialog, f"10.000{n}", qtbot)
    gone(window, dialog, qtbot)
    with Reader.open(notebook) as reader:
        photos = [entry for entry in reader.entries({"attachment"}) if entry.station == "arrival"]
    assert len(photos) == 2
