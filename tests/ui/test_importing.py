"""Import in the window: what can be found is shown, what cannot is asked, nothing is recorded before it was seen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from acquisition.workbooks import workbook
from participation.world import Office, open_office
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labclient.notebook import Reader, check
from labclient.ui._arrival import ArrivalPage
from labclient.ui._import_columns import READING, TIME
from labclient.ui._importing import ImportDialog
from labclient.ui._measurement import MeasurementPage
from labclient.ui._theme import Theme

from .desks import WAIT_MS, Window, press, texts, the, unnamed, write
from .dials import ALL, at, plan_by_hand

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)  # before the notebook
ROWS = [(BEGUN + timedelta(seconds=n), text) for n, text in enumerate(("10,0001", "x", "10,0003"))]
GERMAN = "时间;电压\n" + "".join(f"{time:%d/%m/%Y %H:%M:%S};{text}\n" for time, text in ROWS)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("office"), plan_by_hand(imported=ALL))


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[Window]:
    made = Window(ArrivalPage, MeasurementPage)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    made.leave()


@pytest.fixture
def notebook(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> Path:
    return at(window, office, tmp_path / "a", "arrival", qtbot)


def asked(window: Window, qtbot: QtBot) -> ImportDialog:
    button = window.stack.currentWidget().by_hand.buttons["imported"]  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=WAIT_MS)
    button.click()
    return the(window, ImportDialog, qtbot)


def chosen(dialog: ImportDialog, file: Path, qtbot: QtBot) -> None:
    write(dialog.file, str(file))
    press(dialog.file, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog._opened is not None and not dialog.waiting, timeout=WAIT_MS)


def pick(box: object, value: object) -> None:
    place = box.findData(value)  # type: ignore[attr-defined]
    assert place >= 0
    box.setCurrentIndex(place)  # type: ignore[attr-defined]
    box.activated.emit(place)  # type: ignore[attr-defined]


def say_columns(dialog: ImportDialog, time: str, reading: str) -> None:
    pick(dialog.columns.meanings[time], TIME)
    pick(dialog.columns.meanings[reading], READING)
    write(dialog.columns.units[reading], "V")


def gone(window: Window, dialog: ImportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog not in window.findChildren(ImportDialog) and window.desk.idle, timeout=WAIT_MS)
    window.seen_all(qtbot)


def test_a_file_of_another_program_is_taken_step_by_step(
    window: Window, notebook: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(GERMAN.encode("gbk"))
    dialog = asked(window, qtbot)
    chosen(dialog, file, qtbot)
    assert (dialog.encoding.currentText(), dialog.delimiter.currentData()) == ("GBK", ";")
    qtbot.waitUntil(lambda: {"时间", "10,0003"} <= {*texts(dialog.columns).split("\n")}, timeout=WAIT_MS)
    assert [box.currentData() for box in dialog.columns.meanings.values()] == ["", ""]
    assert not dialog.ok.isEnabled()
    assert unnamed(dialog) == []
    say_columns(dialog, "时间", "电压")
    for box, value in ((dialog.decimal, "comma"), (dialog.order, "dmy"), (dialog.zone, "+00:00")):
        assert not dialog.ok.isEnabled()
        assert box.currentIndex() == -1
        pick(box, value)
    assert dialog.ok.text() == "Preview"
    dialog.ok.click()
    qtbot.waitUntil(lambda: dialog.ok.text() == "Record" and dialog.ok.isEnabled(), timeout=WAIT_MS)
    assert "2 of 3 lines are readings" in dialog.found.text()
    preview = dialog.preview.toPlainText()
    assert "Line 2: 2026-03-01 12:00:00+00:00" in preview
    assert "10.0001 V" in preview
    assert "Line 3: " in preview
    with Reader.open(notebook) as reader:
        assert not list(reader.entries({"run-start"}))  # nothing is recorded by looking
    pick(dialog.order, "mdy")  # said otherwise, it is looked at again
    assert dialog.ok.text() == "Preview"
    pick(dialog.order, "dmy")
    dialog.ok.click()
    qtbot.waitUntil(lambda: dialog.ok.text() == "Record" and dialog.ok.isEnabled(), timeout=WAIT_MS)
    dialog.ok.click()
    gone(window, dialog, qtbot)
    assert "functional" in window.state.checks
    with Reader.open(notebook) as reader:
        [start] = reader.entries({"run-start"})
        assert start.body["origin"] == "imported"
        assert start.body["file"]["sha256"] == sha256(file.read_bytes()).hexdigest()
        assert reader.payload(start.seq - 1) == file.read_bytes()
    assert check(notebook, deep=True).ok
    again = asked(window, qtbot)
    chosen(again, file, qtbot)
    assert again.columns.meanings["时间"].currentData() == TIME
    assert again.decimal.currentData() == "comma"
    assert "last time" in again.said.label.text()
    again.ok.click()
    qtbot.waitUntil(lambda: again.ok.text() == "Record" and again.ok.isEnabled(), timeout=WAIT_MS)
    again.ok.click()
    qtbot.waitUntil(lambda: "imported before" in again.trouble.label.text(), timeout=WAIT_MS)
    again.reject()


def test_a_workbook_asks_for_its_sheet_and_tells_what_is_lost(
    window: Window, notebook: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    rows = [("t", "U"), *((time.replace(tzinfo=None), 10.0001) for time, _ in ROWS)]
    file = tmp_path / "log.xlsx"
    file.write_bytes(workbook({"Data": rows, "Other": [("a", "b"), (1.0, 2.0)]}))
    dialog = asked(window, qtbot)
    chosen(dialog, file, qtbot)
    assert "several sheets" in dialog.said.label.text()
    assert dialog.sheet.currentIndex() == -1
    pick(dialog.sheet, "Data")
    qtbot.waitUntil(lambda: "t" in dialog.columns.meanings and not dialog.waiting, timeout=WAIT_MS)
    assert "zeros" in dialog.said.label.text()
    say_columns(dialog, "t", "U")
    assert (dialog.decimal.isEnabled(), dialog.order.isEnabled()) == (False, False)  # stored, not written
    pick(dialog.zone, "+00:00")
    dialog.ok.click()
    qtbot.waitUntil(lambda: dialog.ok.text() == "Record" and dialog.ok.isEnabled(), timeout=WAIT_MS)
    dialog.ok.click()
    gone(window, dialog, qtbot)
    with Reader.open(notebook) as reader:
        [start] = reader.entries({"run-start"})
    assert start.body["read_as"]["sheet"] == "Data"


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0" + bytes(600), b"a,b;c\n1,5;2\n", b"PK\x03\x04"])
def test_what_cannot_be_read_is_said_and_another_file_can_be_chosen(
    window: Window, notebook: Path, tmp_path: Path, qtbot: QtBot, content: bytes
) -> None:
    bad, good = tmp_path / "bad.xls", tmp_path / "good.csv"
    bad.write_bytes(content)
    good.write_bytes(b"t,U\n2026-03-01 12:00:00,10.0001\n")
    dialog = asked(window, qtbot)
    write(dialog.file, str(bad))
    press(dialog.file, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.trouble.isVisible() and not dialog.waiting, timeout=WAIT_MS)
    assert not dialog.ok.isEnabled()
    write(dialog.file, str(good))
    press(dialog.file, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "U" in dialog.columns.meanings and not dialog.waiting, timeout=WAIT_MS)
    assert not dialog.trouble.isVisible()
    dialog.reject()
