"""Certificates at the window: entered from their page with keys, corrected, confirmed by a second person, grouped; the
settings of an instrument; what it does in a comparison and how it answers there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from labclient.home import Home
from labclient.instruments import Bench, BenchInstrument, Certificate, load_bench, save_bench
from labclient.notebook import Reader
from labclient.participation import enter_certificate, read_state
from labclient.ui import _instrument_work
from labclient.ui._certificate_dialog import CertificateDialog
from labclient.ui._confirm_dialog import ConfirmDialog
from labclient.ui._desk import Desk
from labclient.ui._deviation_dialog import SignedDeviationDialog
from labclient.ui._driver_settings_dialog import DriverSettingsDialog
from labclient.ui._instrument_work import Tries
from labclient.ui._instruments import InstrumentsPage
from labclient.ui._standard_dialog import StandardDialog
from labclient.ui._theme import Theme
from labclient.ui._watch import Snapshot

from .desks import WAIT_MS, name_file, notebook_at, press, the, unnamed, write

__all__ = ["office"]


class Window(QMainWindow):
    """The page alone, with its desk and its thread."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.tries = Desk(), Tries()
        self.faults: list[BaseException] = []
        self.tries.crashed.connect(self.faults.append)
        self.desk.crashed.connect(self.faults.append)
        self.page = InstrumentsPage(self.desk, self.tries)
        self.setCentralWidget(self.page)

    def leave(self) -> None:
        self.tries.shut()
        self.desk.shut()
        assert not self.faults

    def dialog(self, kind: type[QDialog], qtbot: QtBot) -> QDialog:
        dialog = the(self, kind, qtbot)
        dialog.activateWindow()
        assert QTest.qWaitForWindowActive(dialog, 60_000)
        assert not unnamed(dialog)
        return dialog


@pytest.fixture
def pc(home: Home, tmp_path: Path) -> Home:
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7 page")
    save_bench(home.bench, Bench((
        BenchInstrument("zener", "Reference", "0042", model="732C"),
        BenchInstrument("meter", "Multimeter 1", "MY00000001", "keysight-344xx", "GPIB0::22::INSTR", firmware="A.02"),
    )))  # fmt: skip
    return home


@pytest.fixture
def window(qtbot: QtBot, light: Theme, pc: Home) -> Iterator[Window]:
    made = Window()
    qtbot.addWidget(made)
    made.resize(853, 480)
    made.show()
    qtbot.waitUntil(made.page.table.isVisible, timeout=WAIT_MS)
    yield made
    made.leave()


def known(pc: Home, id: str = "zener") -> tuple[Certificate, ...]:
    one = load_bench(pc.bench).find(id)
    assert one is not None
    return one.certificate


def fill_row(dialog: CertificateDialog, place: int, **texts: str) -> None:
    names = list(dialog.table._fields)
    for name, text in texts.items():
        column = [field.name for field in names].index(name)
        item = dialog.table.table.item(place, column)
        assert item is not None
        item.setText(text)


def enter(window: Window, pc: Home, folder: Path, qtbot: QtBot) -> None:
    """A certificate, entered by P-01 as its page shows it."""
    window.page.certificate.enter_button.click()
    dialog = window.dialog(CertificateDialog, qtbot)
    assert isinstance(dialog, CertificateDialog)
    write(dialog.number, "2026-17")
    write(dialog.issuer, "Institute A")
    write(dialog.date, "2026-01-15")
    write(dialog.due, "2027-01-14")
    dialog.due_source.setCurrentIndex(dialog.due_source.findData("laboratory"))
    write(dialog.who, "P-01")
    fill_row(dialog, 0, point="10 V", correction="-0.0000032", unit="V", U="0.000012", k="2", page="2")
    assert not dialog.ok.isEnabled()  # the document is missing
    dialog.choose.click()
    name_file(dialog, folder / "page.pdf", qtbot)
    assert dialog.ok.isEnabled()
    dialog.ok.click()
    qtbot.waitUntil(lambda: bool(known(pc)), timeout=WAIT_MS)
    qtbot.waitUntil(window.page.certificate.confirm_button.isEnabled, timeout=WAIT_MS)


def test_a_certificate_is_entered_from_its_page(window: Window, pc: Home, tmp_path: Path, qtbot: QtBot) -> None:
    enter(window, pc, tmp_path, qtbot)
    (said,) = known(pc)
    assert (said.number, said.due, said.due_source) == ("2026-17", "2027-01-14", "laboratory")
    assert (said.row[0].correction, said.row[0].page, said.row[0].value) == ("-0.0000032", 2, None)
    assert (said.entered_by, said.file) == ("P-01", "page.pdf")
    qtbot.waitUntil(lambda: window.page.certificate.points.rowCount() == 1, timeout=WAIT_MS)
    assert "has not been confirmed by a second person" in window.page.concerns.label.text()


def test_what_is_wrong_is_marked_and_nothing_typed_is_lost(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.page.certificate.enter_button.click()
    dialog = window.dialog(CertificateDialog, qtbot)
    assert isinstance(dialog, CertificateDialog)
    for line, text in ((dialog.number, "1"), (dialog.issuer, "A"), (dialog.date, "15.1.2026"), (dialog.who, "P-01")):
        write(line, text)
    fill_row(dialog, 0, point="10 V", value="9.99", unit="V", U="0.1", k="2", page="ii")
    dialog._chosen(tmp_path / "page.pdf")
    dialog.ok.click()
    assert "“ii” is no page number" in dialog.trouble.label.text()
    fill_row(dialog, 0, page="2")
    dialog.ok.click()
    qtbot.waitUntil(lambda: "is not a day" in dialog.trouble.label.text(), timeout=WAIT_MS)
    assert dialog.date.property("role") == "alarm"
    assert dialog.date.hasFocus()
    write(dialog.date, "2026-01-15")
    fill_row(dialog, 0, U="0,1,2")
    dialog.ok.click()
    qtbot.waitUntil(lambda: "Line 1, U" in dialog.trouble.label.text(), timeout=WAIT_MS)
    assert dialog.date.property("role") == ""
    assert dialog.number.text() == "1"
    dialog.reject()


def test_a_second_person_compares_and_confirms(
    window: Window, pc: Home, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    enter(window, pc, tmp_path, qtbot)
    panel = window.page.certificate
    qtbot.waitUntil(panel.confirm_button.isEnabled, timeout=WAIT_MS)
    panel.confirm_button.click()
    dialog = window.dialog(ConfirmDialog, qtbot)
    assert isinstance(dialog, ConfirmDialog)
    dialog.open_document.click()
    assert Path(shown[0]).read_bytes() == b"%PDF-1.7 page"
    write(dialog.who, "P-01")
    assert not dialog.ok.isEnabled()  # nobody has compared
    dialog.compared.setFocus()
    press(dialog.compared, Qt.Key.Key_Space)
    dialog.ok.click()
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "P-01 entered this certificate" in dialog.trouble.label.text()
    write(dialog.who, "P-02")
    press(dialog.who, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: known(pc)[0].is_confirmed("0042"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.page.concerns.isVisible(), timeout=WAIT_MS)
    assert not panel.confirm_button.isEnabled()
    panel.open_button.click()
    assert len(shown) == 2


def test_a_correction_keeps_number_and_document(window: Window, pc: Home, tmp_path: Path, qtbot: QtBot) -> None:
    enter(window, pc, tmp_path, qtbot)
    qtbot.waitUntil(window.page.certificate.correct_button.isEnabled, timeout=WAIT_MS)
    window.page.certificate.correct_button.click()
    dialog = window.dialog(CertificateDialog, qtbot)
    assert isinstance(dialog, CertificateDialog)
    assert dialog.number.isReadOnly()
    assert dialog.pdf.text() == "page.pdf"
    fill_row(dialog, 0, U="0.000013")
    write(dialog.who, "P-02")
    press(dialog.who, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: known(pc)[0].row[0].U == "0.000013", timeout=WAIT_MS)
    (said,) = known(pc)
    assert (said.entered_by, said.row[0].page, said.due_source) == ("P-02", 2, "laboratory")


def test_instruments_are_grouped_as_a_measurement_standard(window: Window, pc: Home, qtbot: QtBot) -> None:
    window.page.certificate.standard_button.click()
    dialog = window.dialog(StandardDialog, qtbot)
    assert isinstance(dialog, StandardDialog)
    assert dialog.parts["zener"].currentData() == "main"
    write(dialog.id, "dcv")
    dialog.name.setText("直流电压标准装置")
    dialog.parts["meter"].setCurrentIndex(dialog.parts["meter"].findData("auxiliary"))
    dialog.licences.put([{"name": "计量标准考核证书", "number": "〔2024〕001", "until": "some day"}])
    dialog.ok.click()
    qtbot.waitUntil(dialog.trouble.isVisible, timeout=WAIT_MS)
    assert "“some day” is not a day" in dialog.trouble.label.text()
    dialog.licences.put([{"name": "计量标准考核证书", "number": "〔2024〕001", "until": "2028-05-06"}])
    dialog.ok.click()
    qtbot.waitUntil(lambda: bool(load_bench(pc.bench).standard), timeout=WAIT_MS)
    (standard,) = load_bench(pc.bench).standard
    assert (standard.main, standard.auxiliary) == (("zener",), ("meter",))
    qtbot.waitUntil(lambda: "计量标准考核证书 〔2024〕001 2028-05-06" in window.page.about.text(), timeout=WAIT_MS)
    window.page.certificate.standard_button.click()
    dialog = window.dialog(StandardDialog, qtbot)
    assert isinstance(dialog, StandardDialog)
    assert (dialog.id.text(), dialog.id.isReadOnly()) == ("dcv", True)
    dialog.reject()


def test_settings_are_chosen_within_the_driver(window: Window, pc: Home, qtbot: QtBot) -> None:
    assert not window.page.settings_button.isEnabled()  # a thing without an interface has none
    press(window.page.table, Qt.Key.Key_Down)
    window.page.settings_button.click()
    dialog = window.dialog(DriverSettingsDialog, qtbot)
    assert isinstance(dialog, DriverSettingsDialog)
    box = dialog.inputs["nplc"]
    assert not isinstance(box, QLineEdit)
    assert [box.itemData(place) for place in range(box.count())] == ["0.02", "0.2", "1", "10", "100"]
    box.setCurrentIndex(box.findData("100"))
    dialog.ok.click()
    qtbot.waitUntil(lambda: load_bench(pc.bench).find("meter").settings == {"nplc": "100"}, timeout=WAIT_MS)  # type: ignore[union-attr]


def test_the_raw_log_is_one_key_away(window: Window, qtbot: QtBot) -> None:
    page = window.page
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window, 60_000)
    page._show_transcript(["> *IDN?\\n"])
    assert not page.transcript.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F12)
    qtbot.waitUntil(page.transcript.isVisible, timeout=WAIT_MS)
    QTest.keyClick(window, Qt.Key.Key_F12)
    qtbot.waitUntil(lambda: not page.transcript.isVisible(), timeout=WAIT_MS)


def opened(window: Window, notebook: Path, *, simulated: bool) -> Snapshot:
    """The snapshot of a notebook, as the page is shown it."""
    from msgspec.structs import replace

    with Reader.open(notebook) as reader:
        state = replace(read_state(reader), simulated=simulated)
        snapshot = Snapshot(notebook, state, reader.size)
    window.page.snapshot = snapshot
    window.page._show_chosen()
    return snapshot


def test_an_instrument_is_bound_and_compared(
    window: Window, pc: Home, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    page = window.page
    assert not page.part.isVisible()  # there is no comparison
    opened(window, notebook_at(office, tmp_path / "desk", "stability"), simulated=False)
    press(page.table, Qt.Key.Key_Down)
    assert page.part.isVisible()
    page.part.compare_button.click()
    qtbot.waitUntil(page.part.table.isVisible, timeout=WAIT_MS)
    words = [page.part.table.item(row, 3).text() for row in range(page.part.table.rowCount())]  # type: ignore[union-attr]
    assert words[0] == "✓ as the plan asks"
    page.part.parts.setCurrentIndex(page.part.parts.findData("room"))
    page.part.compare_button.click()
    qtbot.waitUntil(lambda: "✗" in page.part.table.item(0, 3).text(), timeout=WAIT_MS)  # type: ignore[union-attr]
    page.part.bind_button.click()
    qtbot.waitUntil(page.trouble.isVisible, timeout=WAIT_MS)
    assert "does not read what the plan needs" in page.trouble.label.text()
    page.part.parts.setCurrentIndex(page.part.parts.findData("meter"))
    page.part.bind_button.click()
    qtbot.waitUntil(lambda: bool(load_bench(pc.bench).binding), timeout=WAIT_MS)
    assert load_bench(pc.bench).binding[0].instrument == "meter"
    assert not page.trouble.isVisible()
    assert not unnamed(page)


def test_what_the_plan_blocks_is_said_and_asked_to_be_signed(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    from msgspec.structs import replace

    page = window.page
    snapshot = opened(window, notebook_at(office, tmp_path / "desk", "stability"), simulated=False)
    assert not page.pass_button.isVisible()
    rule = replace(snapshot.state.plan.instruments, absent="block", opened_by=("approver",))
    plan = replace(snapshot.state.plan, instruments=rule)
    page.snapshot = Snapshot(snapshot.path, replace(snapshot.state, plan=plan), snapshot.size)
    page._show_chosen()
    assert "By the plan no run for the record is made with it" in page.concerns.label.text()
    assert page.pass_button.isVisible()
    page.pass_button.click()
    dialog = window.dialog(SignedDeviationDialog, qtbot)
    assert isinstance(dialog, SignedDeviationDialog)
    assert dialog.role.currentData() == "approver"
    assert not dialog.ok.isEnabled()
    dialog.reject()


def test_what_must_not_be_touched_is_remembered_and_the_transfer_standard_found_nowhere(
    pc: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(_instrument_work, "discover", lambda _drivers, **how: asked.append(how["barred"]))
    benchful = _instrument_work.read_bench(None)
    tries = Tries()
    _instrument_work.find(benchful, "", "COM9 GPIB0::9::INSTR", "MY00000001", tries)
    assert asked == [["GPIB0::22::INSTR", "COM9", "GPIB0::9::INSTR"]]
    assert load_bench(pc.bench).barred == ("COM9", "GPIB0::9::INSTR")
    tries.shut()


def test_a_certificate_that_is_due_is_told_at_home(
    qtbot: QtBot, light: Theme, pc: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import datetime, timedelta

    from labclient.instruments import CertifiedPoint
    from labclient.ui._aside import Aside
    from labclient.ui._home import HomePage

    row = CertifiedPoint("10 V", "V", "0.1", "2", value="10.0")
    due = (datetime.now().astimezone().date() + timedelta(10)).isoformat()
    said = Certificate("1", "A", "2026-01-15", (row,), due, "laboratory")
    enter_certificate(pc, "zener", said, tmp_path / "page.pdf", "P-01")
    desk, aside = Desk(), Aside()
    page = HomePage(desk, aside)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(page.due.isVisible, timeout=WAIT_MS)
    assert f"The certificate of zener is due in 10 days, on {due}." in page.due.label.text()
    aside.shut()
    desk.shut()
