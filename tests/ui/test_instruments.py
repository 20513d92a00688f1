"""The page of instruments at the window: the register with its states, an instrument asked and tried, found and
registered, with keys; nothing is touched that a run uses."""

import json
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMainWindow, QScrollArea
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.clock import SystemClock
from labclient.home import Home, shipped
from labclient.instruments import (
    Bench,
    BenchInstrument,
    BusReport,
    Certificate,
    CertifiedPoint,
    Discovery,
    Fit,
    Identity,
    Licence,
    MeasurementStandard,
    Sighting,
    load_bench,
    save_bench,
)
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.participation import bench_instrument
from labclient.ui import _instrument_work
from labclient.ui._desk import Desk
from labclient.ui._find_dialog import FindDialog
from labclient.ui._instrument_work import Tries, certificate_state, spelled
from labclient.ui._instruments import InstrumentsPage
from labclient.ui._marks import State
from labclient.ui._register_dialog import RegisterDialog
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.words import message, say

from .desks import WAIT_MS, press, texts, the, unnamed, write

ROW = CertifiedPoint("10 V", "V", "0.000012", "2", correction="-0.0000032")
OLD = Certificate("2024-9", "Institute A", "2024-01-15", (ROW,), "2025-01-14", "certificate")
DAY = date(2026, 6, 1)


class Window(QMainWindow):
    """The page alone, with its desk and its thread."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.tries = Desk(), Tries()
        self.faults: list[BaseException] = []
        self.tries.crashed.connect(self.faults.append)
        self.page = InstrumentsPage(self.desk, self.tries)
        self.setCentralWidget(self.page)

    def leave(self) -> None:
        self.tries.shut()
        self.desk.shut()
        assert not self.faults


@pytest.fixture(scope="module")
def meter() -> Iterator[Simulated]:
    with start_simulator(
        shipped("drivers", "keysight-344xx.toml"), listen="tcp://127.0.0.1:0",
        world=shipped("resources", "examples", "world.json"), seed=1, speed=2000.0,
    ) as simulated:  # fmt: skip
        yield simulated


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meter: Simulated) -> Home:
    monkeypatch.setenv("LABCLIENT_HOME", str(tmp_path / "pc"))
    home = Home(tmp_path / "pc")
    save_bench(home.bench, Bench(
        (
            BenchInstrument("meter", "Multimeter 1", "MY00000001", "keysight-344xx", meter.address, firmware="A.02"),
            BenchInstrument("other", "Multimeter 2", "MY00000002", "keysight-344xx", meter.address),
            BenchInstrument("zener", "Reference", "0042", model="732C", certificate=(OLD,)),
        ),
        (MeasurementStandard("dcv", "直流电压标准装置", ("zener",), ("meter",), (Licence("证书", "〔2024〕001"),)),),
    ))  # fmt: skip
    return home


@pytest.fixture
def window(qtbot: QtBot, light: Theme, home: Home) -> Iterator[Window]:
    made = Window()
    qtbot.addWidget(made)
    made.resize(600, 370)  # beside the rail, of 853×480
    made.show()
    qtbot.waitUntil(made.page.table.isVisible, timeout=WAIT_MS)
    yield made
    made.leave()


def cells(page: InstrumentsPage) -> list[list[str]]:
    table = page.table
    found = [[table.item(row, column) for column in range(table.columnCount())] for row in range(table.rowCount())]
    return [[cell.text() for cell in row if cell is not None] for row in found]


def dialog_of(window: QMainWindow, kind: type[QDialog], qtbot: QtBot) -> QDialog:
    dialog = the(window, kind, qtbot)
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog, 60_000)
    return dialog


def test_the_register_is_shown_with_states_in_words(window: Window) -> None:
    page = window.page
    assert cells(page) == [
        ["meter  Multimeter 1", "—", "MY00000001", "no certificate", "—"],
        ["other  Multimeter 2", "—", "MY00000002", "no certificate", "—"],
        ["zener  Reference", "732C", "0042", "expired 2025-01-14", "—"],
    ]
    assert "certainty high; never tried on a real unit" in page.about.text()
    page.table.setFocus()
    press(page.table, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert "certificate 2024-9 has expired on 2025-01-14." in page.concerns.label.text()
    assert "due 2025-01-14, from the certificate" in page.about.text()
    assert "直流电压标准装置 (main device); licences: 证书 〔2024〕001" in page.about.text()
    stated = page.certificate.points.item(0, 1)
    assert stated is not None
    assert stated.text() == "Δ -0.0000032 V"
    assert not page.try_button.isEnabled()  # nothing to be asked
    assert not unnamed(page)


def test_ten_readings_are_tried_and_what_was_said_is_shown(window: Window, home: Home, qtbot: QtBot) -> None:
    page = window.page
    looks: list[object] = []
    window.tries.looked.connect(looks.append)
    page.try_button.click()
    qtbot.waitUntil(
        lambda: "10 readings" in page.said.text() and page.try_button.text().startswith("Test"), timeout=WAIT_MS
    )
    assert looks
    assert page.value.text().endswith("(10/10)")
    said = page.transcript.toPlainText()
    assert "> *IDN?\\n" in said
    assert said.count("   ok") == 10
    qtbot.waitUntil(lambda: "no answer: 0; not believed: 0" in page.health.text(), timeout=WAIT_MS)
    assert page.health.text().startswith("Last run: last reply at ")
    (kept,) = (home.root / "diagnostics").glob("*.labnote")
    assert kept.stat().st_size
    qtbot.waitUntil(lambda: cells(page)[0][-1] != "—", timeout=WAIT_MS)


def test_who_is_there_is_asked_and_a_changed_firmware_is_shown(window: Window, qtbot: QtBot) -> None:
    page = window.page
    page.identify_button.click()
    qtbot.waitUntil(lambda: "A.02 is in the register" in page.concerns.label.text(), timeout=WAIT_MS)
    assert "34470A, serial number MY00000001" in page.said.text()
    press(page.table, Qt.Key.Key_Down)
    assert page.concerns.label.text() == "other: the register has no calibration certificate of it."
    page.identify_button.click()
    qtbot.waitUntil(page.trouble.isVisible, timeout=WAIT_MS)
    assert "MY00000001 answers, MY00000002 is expected" in page.trouble.label.text()


def test_a_trial_is_stopped_and_one_without_an_answer_says_why(
    window: Window, home: Home, meter: Simulated, qtbot: QtBot
) -> None:
    page = window.page
    (home.root / "answered.json").write_text("{")  # a hint that was spoilt hinders nobody
    press(page.table, Qt.Key.Key_Down)  # another unit is registered at the same address
    page.try_button.click()
    assert page.try_button.text() == "Stop"
    assert not page.identify_button.isEnabled()
    qtbot.waitUntil(page.trouble.isVisible, timeout=WAIT_MS)
    assert "MY00000001 answers, MY00000002 is expected" in page.trouble.label.text()
    assert "> *IDN?" in page.transcript.toPlainText()
    press(page.table, Qt.Key.Key_Up)
    assert not page.trouble.isVisible()
    page.try_button.click()
    page.try_button.click()  # while it connects
    qtbot.waitUntil(lambda: "readings" in page.said.text(), timeout=WAIT_MS)
    assert not page.trouble.isVisible()
    assert page.try_button.text() == "Test read 10 times"


def test_what_a_run_uses_is_left_to_it(window: Window, home: Home, qtbot: QtBot) -> None:
    page = window.page
    device = bench_instrument(home, "meter").device({}, SystemClock())
    device.connect()
    try:
        window.desk.busy.emit(True)
        assert not page.try_button.isEnabled()
        assert not page.identify_button.isEnabled()
        assert "in use" in page.missing.text()
    finally:
        device.close()
    window.desk.busy.emit(False)
    assert page.try_button.isEnabled()
    assert not page.missing.isVisible()


def test_a_faulty_register_says_its_line_on_the_page(window: Window, home: Home, qtbot: QtBot) -> None:
    home.bench.write_text(home.bench.read_text("utf-8").replace('serial = "0042"', 'serial = "0042"\nbus = 1'), "utf-8")
    window.page.hide()
    window.page.show()
    qtbot.waitUntil(window.page.trouble.isVisible, timeout=WAIT_MS)
    assert "bench.toml, line " in window.page.trouble.label.text()


def test_an_instrument_is_registered_with_keys(window: Window, home: Home, meter: Simulated, qtbot: QtBot) -> None:
    window.page.register_button.click()
    dialog = dialog_of(window, RegisterDialog, qtbot)
    assert isinstance(dialog, RegisterDialog)
    assert not unnamed(dialog)
    write(dialog.id, "bath")
    write(dialog.serial, "B-7")
    write(dialog.model, "7008")
    press(dialog.serial, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: load_bench(home.bench).find("bath") is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(cells(window.page)) == 4, timeout=WAIT_MS)
    assert window.page.table.currentRow() == 3
    window.page.register_button.click()
    dialog = dialog_of(window, RegisterDialog, qtbot)
    assert isinstance(dialog, RegisterDialog)
    dialog.driver.setCurrentIndex(dialog.driver.findData("keysight-344xx"))
    assert "never tried on a real unit" in texts(dialog)
    write(dialog.address, meter.address)
    write(dialog.id, "meter")
    press(dialog.id, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "has “meter” already" in dialog.trouble.label.text()
    write(dialog.id, "dmm2")
    press(dialog.id, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: load_bench(home.bench).find("dmm2") is not None, timeout=WAIT_MS)
    entered = load_bench(home.bench).find("dmm2")
    assert entered is not None
    assert (entered.serial, entered.model) == ("MY00000001", "34470A")
    assert entered.firmware.startswith("A.03")


def test_a_reading_that_the_instrument_sends_by_itself_is_chosen_and_tried(
    window: Window, home: Home, qtbot: QtBot
) -> None:
    with start_simulator(shipped("drivers", "fluke-1502a.toml"), speed=20.0, serial=True) as simulated:
        simulated.hands.wire(25.0)
        window.page.register_button.click()
        dialog = dialog_of(window, RegisterDialog, qtbot)
        assert isinstance(dialog, RegisterDialog)
        assert dialog.reading.count() == 0
        dialog.driver.setCurrentIndex(dialog.driver.findData("fluke-1502a"))
        assert [dialog.reading.itemText(place) for place in range(2)] == [
            "temperature: asked for", "temperature-stream: sent by the instrument itself",
        ]  # fmt: skip
        dialog.reading.setCurrentIndex(1)
        write(dialog.address, simulated.address)
        write(dialog.id, "bath")
        press(dialog.id, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: len(cells(window.page)) == 4, timeout=WAIT_MS)
        entered = load_bench(home.bench).find("bath")
        assert entered is not None
        assert entered.reading == bench_instrument(home, "bath").reading == "temperature-stream"
        window.page.table.setCurrentCell(3, 0)
        window.page.try_button.click()
        qtbot.waitUntil(lambda: "10 readings." in texts(window.page), timeout=WAIT_MS)


def test_what_is_found_is_taken_into_the_register(
    window: Window, meter: Simulated, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = window.page._benchful.drivers["keysight-344xx"].file.connection[0]  # type: ignore[union-attr]
    fit = Fit("keysight-344xx", "socket", line, Identity("K", "34470A", "MY00000001", "A"), "*IDN?", "K,34470A")
    there = Sighting("tcp://127.0.0.1:5025", "network", "fits", message("answers"), (fit,))
    silent = Sighting("COM9", "serial", "silent", message("no answer to {count} questions", count=3))
    asked: list[dict[str, object]] = []

    def played(drivers: object, **how: object) -> Discovery:
        asked.append(how)
        for one in (there, silent, BusReport("VISA", False, message("not searched"))):
            how["tell"](one)  # type: ignore[operator]
        return Discovery((there, silent), (BusReport("VISA", False, message("not searched")),))

    monkeypatch.setattr(_instrument_work, "discover", played)
    window.page.find_button.click()
    dialog = dialog_of(window, FindDialog, qtbot)
    assert isinstance(dialog, FindDialog)
    assert not unnamed(dialog)
    write(dialog.network, "127.0.0.1:5025")
    write(dialog.barred, "GPIB0::9::INSTR")
    press(dialog.network, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.waiting and dialog.list.rowCount() == 2, timeout=WAIT_MS)
    assert asked[0]["network"] == ("tcp://127.0.0.1:5025",)
    assert asked[0]["barred"] == ["GPIB0::9::INSTR"]
    assert "VISA: not searched" in texts(dialog)
    assert dialog.take_button.isEnabled()
    press(dialog.list, Qt.Key.Key_Down)
    assert not dialog.take_button.isEnabled()
    press(dialog.list, Qt.Key.Key_Up)
    dialog.take_button.click()
    register = dialog_of(window, RegisterDialog, qtbot)
    assert isinstance(register, RegisterDialog)
    assert register.address.text() == "TCPIP0::127.0.0.1::5025::SOCKET"
    assert register.driver.currentData() == "keysight-344xx"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_is_scrolled_sideways_on_a_small_screen(qtbot: QtBot, light: Theme, home: Home, language: str) -> None:
    words.use_language(language)
    window = Window()
    qtbot.addWidget(window)
    window.resize(600, 370)
    window.show()
    page = window.page
    qtbot.waitUntil(page.table.isVisible, timeout=WAIT_MS)
    page.table.setCurrentCell(2, 0)
    (area,) = page.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() == 0)
    assert (window.width(), window.height()) == (600, 370)
    assert page.rect().contains(page.try_button.geometry())
    window.leave()


def test_what_announces_itself_is_found_beside_the_others(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = message("announces itself; not asked")
    named = Sighting("TCPIP0::10.0.0.7::hislip0::INSTR", "announced", "announced", told, description="34470A MY7")
    asked: list[dict[str, object]] = []

    def played(drivers: object, **how: object) -> Discovery:
        asked.append(how)
        report = BusReport("announced", True, message("{count} announce themselves", count=1))
        for one in (named, report):
            how["tell"](one)  # type: ignore[operator]
        return Discovery((named,), (report,))

    monkeypatch.setattr(_instrument_work, "discover", played)
    window.page.find_button.click()
    dialog = dialog_of(window, FindDialog, qtbot)
    assert isinstance(dialog, FindDialog)
    write(dialog.barred, "GPIB0::9::INSTR")
    press(dialog.barred, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.waiting and dialog.list.rowCount() == 1, timeout=WAIT_MS)
    assert asked[0]["listening"]
    assert "34470A MY7" in dialog.list.item(0, 0).text()
    assert "announces itself" in dialog.list.item(0, 1).text()
    assert "announced on the network: 1 announce themselves" in texts(dialog)
    assert not dialog.take_button.isEnabled()


def test_the_page_is_reached_by_a_key_without_a_notebook(qtbot: QtBot, light: Theme, home: Home) -> None:
    shell = Shell()
    qtbot.addWidget(shell)
    shell.show()
    assert QTest.qWaitForWindowActive(shell, 60_000)
    QTest.keyClick(shell, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert shell.frame.stack.currentWidget() is shell.pages["instruments"]
    qtbot.waitUntil(shell.pages["instruments"].table.isVisible, timeout=WAIT_MS)
    shell.close()


def test_an_empty_register_says_what_to_do(qtbot: QtBot, light: Theme, home: Home) -> None:
    shutil.rmtree(home.root)
    home.root.mkdir()
    window = Window()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(window.page.none.isVisible, timeout=WAIT_MS)
    assert window.page.find_button.isEnabled()
    window.leave()


@pytest.mark.parametrize(
    ("due", "confirmed", "state", "word"),
    [
        (DAY, True, State.PASSED, "until 2026-06-01, 0 days left"),
        (DAY + timedelta(30), True, State.PASSED, "until 2026-07-01, 30 days left"),
        (DAY + timedelta(31), True, State.PASSED, "until 2026-07-02"),
        (DAY - timedelta(1), True, State.FAILED, "expired 2026-05-31"),
        (DAY + timedelta(31), False, State.BLOCKED, "not confirmed"),
        (None, True, State.PASSED, "no due date"),
    ],
)
def test_a_certificate_has_its_state(due: date | None, confirmed: bool, state: State, word: str) -> None:
    one = Certificate("1", "A", "2026-01-01", (ROW,), due.isoformat() if due else "", "laboratory" if due else None)
    if confirmed:
        one = Certificate(**{**{field: getattr(one, field) for field in one.__struct_fields__},
                             "confirmed_by": "P-02", "confirmed": one.digest("0042")})  # fmt: skip
    told, said = certificate_state(BenchInstrument("zener", "Z", "0042", certificate=(one,)), DAY)
    assert (told, say(said, "en")) == (state, word)


def test_control_characters_are_spelled() -> None:
    from labclient.instruments import Line

    assert spelled(Line(0, "<", b"a\r\n\x1b\xff")) == "< a\\r\\n\\x1b\\xff"
    assert json.dumps(spelled(Line(0, ">", b"*IDN?\n"))) == '"> *IDN?\\\\n"'
