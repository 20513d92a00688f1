"""The pages of arrival and departure: a checklist nothing of which is answered beforehand, small pictures, the logger's
curve, and the way on when something was found."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from evaluation.records import ENTRIES
from participation.world import NAME, Desk, Office, office
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.home import shipped
from labclient.metrology import Limits, Sampling, excursions
from labclient.notebook import Reader
from labclient.ui._arrival import ArrivalPage
from labclient.ui._arrival_work import Course, gather, thinned
from labclient.ui._checklist import NO, YES, Checklist
from labclient.ui._logger_dialog import LoggerDialog
from labclient.ui._logger_plot import LoggerPlot, exposure_told
from labclient.ui._records import RecordPage, departure_page
from labclient.ui._theme import Theme
from labclient.words import say

from .desks import WAIT_MS, Window, press, texts, the, unnamed, write

__all__ = ["office"]
EXAMPLES = shipped("resources", "examples")
ALT = Qt.KeyboardModifier.AltModifier
SHOCK = "transport-shock.csv"


@pytest.fixture
def window(qtbot: QtBot, light: Theme, office: Office) -> Iterator[Window]:
    made = Window(ArrivalPage, departure_page)
    qtbot.addWidget(made)
    made.resize(1000, 800)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.leave()


def begun(office: Office, folder: Path, *attached: str, **arrived: object) -> Path:
    """A notebook at arrival, with these files and, where anything is said of it, the record."""
    folder.mkdir()
    desk = Desk(office, folder)
    desk.enter("standard")
    if arrived:
        desk.enter("arrival", **arrived)
    for name in attached:
        if name.endswith(".csv"):
            desk.p.judge("transport", desk.attach(name, "transport-log"))
        else:
            desk.attach(name, "photo")
    desk.p.close()
    return folder / NAME


def page_of(window: Window) -> ArrivalPage:
    page = window.pages[0]
    assert isinstance(page, ArrivalPage)
    return page


def checklist(window: Window) -> Checklist:
    (found,) = page_of(window).findChildren(Checklist)
    return found


def answer(window: Window, qtbot: QtBot, *no: str, serial: str = "") -> None:
    """Scan the serial number, and answer item by item with the keys."""
    made = checklist(window)
    write(made.serial.line, serial or window.state.plan.transfer_standard.serial)
    press(made.serial.line, Qt.Key.Key_Return)
    for item, row in made.rows.items():
        if row is made.serial:
            continue
        qtbot.waitUntil(lambda row=row: row.isAncestorOf(window.focusWidget()))
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_N if item in no else Qt.Key.Key_Y, ALT)
        if item in no:
            QTest.keyClicks(window.focusWidget(), "a corner is dented")
            following = list(made.rows.values())
            after = following[following.index(row) + 1 :]
            if after:
                after[0].first().setFocus()


def test_an_empty_page_teaches_and_nothing_is_answered(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(begun(office, tmp_path / "a"), qtbot)
    page, rows = page_of(window), checklist(window).rows
    assert [row.answer for row in rows.values()] == [""] * len(rows)
    assert page.count.text() == f"0 of {len(rows) + 3} done"
    assert "Drop the logger's file here" in page.panel.words.text()
    assert "What must never be done: Do not adjust" in page.never.label.text()
    assert not unnamed(page)
    page.enter_button.click()
    assert rows["serial"].trouble.label.text() == "This is not answered yet."
    assert window.focusWidget() is checklist(window).serial.line
    assert window.state.arrival is None


def test_by_keys_alone_item_by_item_to_the_record(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> None:
    window.take_up(begun(office, tmp_path / "a"), qtbot)
    answer(window, qtbot, "visual")
    page = page_of(window)
    assert page.count.text() == f"{len(checklist(window).rows)} of {len(checklist(window).rows) + 3} done"
    page.enter_button.click()
    qtbot.waitUntil(lambda: window.state.arrival is not None, timeout=WAIT_MS)
    arrived = window.state.arrival
    assert arrived is not None
    assert (arrived.visual, arrived.packaging, arrived.seals_intact) == ("damaged", "undamaged", True)
    assert arrived.serial == window.state.plan.transfer_standard.serial
    assert [(one.item, one.note) for one in arrived.notes] == [("visual", "a corner is dented")]
    assert all(part.present for part in arrived.parts)
    assert "inform the pilot" in page.missing.text()
    qtbot.waitUntil(page.decide.isVisible)


def test_a_no_without_a_note_is_not_entered(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> None:
    window.take_up(begun(office, tmp_path / "a"), qtbot)
    answer(window, qtbot, "seals_intact")
    row = checklist(window).rows["seals_intact"]
    row.note.clear()
    page_of(window).enter_button.click()
    assert row.trouble.label.text() == "Say what was found."
    assert window.focusWidget() is row.note
    assert window.state.arrival is None


def test_another_serial_number_is_told_before_it_is_entered_and_blocks(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(begun(office, tmp_path / "a"), qtbot)
    made = checklist(window)
    answer(window, qtbot, serial="XR-0815")
    assert made.serial.answer == NO
    assert "scan again" in made.serial.other.label.text()
    write(made.serial.line, window.state.plan.transfer_standard.serial.lower())
    assert made.serial.answer == YES
    assert not made.serial.other.isVisible()
    write(made.serial.line, "XR-0815")
    write(made.serial.note, "the label on the back")
    page_of(window).enter_button.click()
    qtbot.waitUntil(lambda: "serial" in window.state.harm, timeout=WAIT_MS)
    assert "not that of the plan" in page_of(window).missing.text()


def test_photos_are_small_pictures_and_the_logger_a_curve_with_its_excursions(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(begun(office, tmp_path / "a", "crate.png", SHOCK, visual="undamaged"), qtbot)
    page = page_of(window)
    qtbot.waitUntil(lambda: len(page.panel.plots) == 3, timeout=WAIT_MS)
    pictures = [one for one in page.photos.findChildren(QLabel) if not one.pixmap().isNull()]
    assert len(pictures) == 1
    assert pictures[0].accessibleName() == "Photo crate.png"
    assert page.photo_words.text() == "Photos of the crate: 1 of 1."
    qtbot.waitUntil(lambda: "shock: highest" in texts(page.panel), timeout=WAIT_MS)
    told = texts(page.panel)
    assert "1 × beyond the limit" in told
    assert "which was not compared" in told
    assert not unnamed(page)


def test_a_decision_of_the_pilot_opens_the_way_and_done_is_only_shown(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    desk = Desk(office, folder)
    desk.receive(visual="damaged", notes=[{"item": "visual", "note": "a dent"}])
    desk.decide(desk.p.state.size - 1)
    desk.p.close()
    window.take_up(folder / NAME, qtbot)
    page = page_of(window)
    assert page.missing.isHidden()
    assert checklist(window).rows["visual"].note.text() == "a dent"
    qtbot.waitUntil(page.done_button.isEnabled)
    page.done_button.click()
    qtbot.waitUntil(lambda: "arrival" in window.state.done, timeout=WAIT_MS)
    assert not checklist(window).rows["visual"].first().isEnabled()
    assert not page.enter_button.isEnabled()


def test_a_file_of_other_headings_is_asked_about_looked_at_and_kept(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(begun(office, tmp_path / "a", visual="undamaged"), qtbot)
    page = page_of(window)
    file = tmp_path / "logger.csv"
    rows = "".join(f"02.01.26;0{n}:00:00;2{n},5;55;0,3\n" for n in range(7))
    file.write_text(f"Datum;Zeit;T;F;Stoß\n{rows}", encoding="utf-8")
    drop(page, file)
    dialog = the(page, LoggerDialog, qtbot)
    qtbot.waitUntil(lambda: not dialog.waiting and "Datum" in dialog.columns.meanings, timeout=WAIT_MS)
    assert not dialog.ok.isEnabled()
    said = {"Datum": "date", "Zeit": "time", "T": "temperature", "F": "relative humidity", "Stoß": "acceleration"}
    for column, meaning in said.items():
        box = dialog.columns.meanings[column]
        box.setCurrentIndex(box.findData(meaning))
    for column, unit in (("T", "V"), ("F", "%RH"), ("Stoß", "gn")):
        dialog.columns.units[column].setText(unit)
    for box, value in ((dialog.decimal, "comma"), (dialog.order, "dmy2"), (dialog.zone, "+01:00")):
        box.setCurrentIndex(box.findData(value))
    assert not dialog.ok.isEnabled(), "V is no unit of a temperature"
    dialog.columns.units["T"].setText("°C")
    logger, pc = dialog.clocks[0]
    logger.setText("2026-01-02 08:00:30")
    assert not dialog.ok.isEnabled(), "half a comparison"
    pc.put("2026-01-02T07:00:00+00:00")
    assert not unnamed(dialog)
    dialog.ok.click()
    qtbot.waitUntil(lambda: dialog.ok.text() == "Record", timeout=WAIT_MS)
    assert "temperature: from 20.5 to 26.5 °C" in dialog.found.text()
    dialog.ok.click()
    qtbot.waitUntil(lambda: "transport" in window.state.checks, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "30 s ahead" in page.panel.words.text(), timeout=WAIT_MS)
    with Reader.open(window.path) as reader:
        body = reader.entry(window.state.transport_log_at).body
    assert body["read_as"]["columns"]["date"] == "Datum"
    drop(page, file)  # said once
    again = the(page, LoggerDialog, qtbot)
    qtbot.waitUntil(lambda: not again.waiting and again.ok.isEnabled(), timeout=WAIT_MS)
    assert "last time on this PC" in again.said.label.text()
    again.reject()


def test_a_row_that_cannot_be_read_is_named_and_nothing_can_be_recorded(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(begun(office, tmp_path / "a", visual="undamaged"), qtbot)
    file = tmp_path / "other.csv"
    file.write_text("when,T,F,s\n2026-01-02 08:00,20,55,0\n2026-01-02 09:00,---,55,0\n", encoding="utf-8")
    drop(page_of(window), file)
    dialog = the(page_of(window), LoggerDialog, qtbot)
    qtbot.waitUntil(lambda: not dialog.waiting and "when" in dialog.columns.meanings, timeout=WAIT_MS)
    for column, (meaning, unit) in {"when": ("time", ""), "T": ("temperature", "°C"), "F": ("relative humidity", "%RH"),
                                    "s": ("acceleration", "gn")}.items():  # fmt: skip
        box = dialog.columns.meanings[column]
        box.setCurrentIndex(box.findData(meaning))
        dialog.columns.units[column].setText(unit)
    dialog.decimal.setCurrentIndex(dialog.decimal.findData("point"))
    dialog.zone.setCurrentIndex(dialog.zone.findData("+08:00"))
    dialog.ok.click()
    qtbot.waitUntil(dialog.preview.isVisible, timeout=WAIT_MS)
    assert "Line 3: T: “---” is not a number as said" in dialog.preview.toPlainText()
    assert not dialog.ok.isEnabled()
    dialog.reject()
    assert window.state.transport_log_at == -1


def test_the_file_with_known_headings_is_taken_at_once(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    window.take_up(begun(office, tmp_path / "a", visual="undamaged"), qtbot)
    drop(page_of(window), EXAMPLES / SHOCK)
    qtbot.waitUntil(lambda: "transport" in window.state.harm, timeout=WAIT_MS)
    drop(page_of(window), EXAMPLES / "crate.png")
    qtbot.waitUntil(lambda: window.state.photos == 1, timeout=WAIT_MS)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_everything_fits_the_small_screen(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot, language: str
) -> None:
    words.use_language(language)
    other = Window(ArrivalPage)
    qtbot.addWidget(other)
    other.resize(600, 370)
    other.show()
    other.take_up(begun(office, tmp_path / "a", "crate.png", SHOCK, serial="XR-1"), qtbot)
    (page,) = other.pages
    assert isinstance(page, ArrivalPage)
    qtbot.waitUntil(lambda: len(page.panel.plots) == 3, timeout=WAIT_MS)
    (area,) = page.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: area.horizontalScrollBar().maximum() == 0)
    assert (other.width(), other.height()) == (600, 370)
    other.leave()


def test_no_key_means_two_things(window: Window, office: Office, tmp_path: Path, qtbot: QtBot) -> None:
    window.take_up(begun(office, tmp_path / "a"), qtbot)
    keys = [one.key().toString() for one in page_of(window).findChildren(QShortcut)]
    assert {"Alt+Y", "Alt+N", "Ctrl+Shift+U", "Ctrl+Shift+I"} <= {*keys}
    assert len(keys) == len({*keys})
    assert QKeySequence("Ctrl+Return").toString() not in keys


def test_the_departure_waits_for_the_decision_on_damage(
    window: Window, office: Office, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    desk = Desk(office, folder).until("departure")
    desk.p.close()
    page = window.pages[1]
    assert isinstance(page, RecordPage)
    window.stack.setCurrentWidget(page)
    window.take_up(folder / NAME, qtbot)
    assert "The departure record is missing." in page.missing.text()
    assert not page.done_button.isEnabled()
    page.form.fill(ENTRIES["departure"] | {"visual": "damaged"})
    page.enter_button.click()
    qtbot.waitUntil(lambda: window.state.departure is not None, timeout=WAIT_MS)
    assert "Damage was found" in page.missing.text()
    qtbot.waitUntil(page.decide.isVisible)
    decision = {"about": window.state.departure_at, "decision": "continue", "given_by": "Pilot D", "document": "letter"}
    window.desk.do("enter", lambda participation: participation.enter("decision", decision, "P-01"))
    qtbot.waitUntil(page.done_button.isEnabled, timeout=WAIT_MS)
    page.done_button.click()
    qtbot.waitUntil(lambda: "departure" in window.state.done, timeout=WAIT_MS)
    assert not page.enter_button.isEnabled()


def test_a_thinned_curve_keeps_every_extreme() -> None:
    times = np.arange(1e5)
    values = np.sin(times / 900)
    values[[3, 77_777]] = 9.0, -9.0
    few, shown = thinned(times, values)
    assert len(few) <= 4000
    assert (shown.min(), shown.max()) == (-9.0, 9.0)
    assert (np.diff(few) > 0).all()


def test_the_words_of_a_level_name_time_and_moment(light: Theme, qtbot: QtBot) -> None:
    times = np.arange(5) * 3600.0 + 1.77e9
    values = np.array([20.0, 31.0, 31.0, 20.0, 20.0])
    limits = Limits(quantity="temperature", unit="°C", low=5.0, high=30.0, sampling=Sampling.LEVEL)
    exposure = excursions(times, values, limits)
    told = say(exposure_told(exposure), "en")
    assert told.startswith("temperature: from 20 to 31 °C, outside the limits 1 × for")
    assert "in all, first at 2026-" in told
    plot = LoggerPlot()
    qtbot.addWidget(plot)
    plot.show_course(Course(exposure, times, values))
    assert plot.described() == say(exposure_told(exposure))


def test_a_photo_that_is_none_is_named_instead(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    desk = Desk(office, folder)
    (folder / "broken.png").write_bytes(b"no picture")
    desk.p.attach(folder / "broken.png", "photo", "image/png", "P-01")
    found = gather(folder / NAME, desk.p.state, desk.p.state.size, {})
    desk.p.close()
    assert [(one.name, one.image.isNull()) for one in found.photos] == [("broken.png", True)]


def drop(widget: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                       Qt.KeyboardModifier.NoModifier)  # fmt: skip
    widget.dropEvent(event)
