"""Forms: what is typed becomes the body of an entry; what is wrong is marked where it stands; tables work by keys."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.evaluation import BudgetDeclared, Standard
from labclient.participation import Arrival, Decision, body_of
from labclient.ui._form import StructForm
from labclient.ui._moment import completed, readable
from labclient.ui._theme import Theme

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHINA = timezone(timedelta(hours=8))
ARRIVED = {
    "received": "2026-03-02T08:05:00+08:00", "carrier": "Carrier", "waybill": "1", "from_laboratory": "PILOT",
    "parts": [{"name": "reference", "present": True}], "seals_intact": True, "shock_indicator": "intact",
    "visual": "undamaged", "remarks": "",
}  # fmt: skip
VALUE = {"point": "10V", "value": "10.0000021", "unit": "V", "U": "0.000002", "k": "2"}
BUDGET = {"row": "emf", "point": "10V", "value": "0.1", "unit": "µV", "source": "test"}


@pytest.fixture
def arrival(light: Theme, qtbot: QtBot) -> StructForm:
    return _shown(StructForm(Arrival, without=("serial", "packaging", "notes"), now=lambda: NOON), qtbot)


@pytest.fixture
def standard(light: Theme, qtbot: QtBot) -> StructForm:
    form = _shown(StructForm(Standard), qtbot)
    form.fill({"id": "a", "serial": "b", "certificate": "c", "issuer": "d", "date": "2025-11-20", "values": [VALUE]})
    return form


def _shown(form: StructForm, qtbot: QtBot) -> StructForm:
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def _named(form: StructForm, name: str) -> QWidget:
    return next(one for one in form.findChildren(QWidget) if one.accessibleName() == name)


def _table(form: StructForm, name: str) -> QTableWidget:
    table = _named(form, name)
    assert isinstance(table, QTableWidget)
    return table


def _type(text: str) -> None:
    for letter in text:
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClicks(widget, letter)


def _press(key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key, how)


# -- what was typed ----------------------------------------------------------------------------------------------------


def test_what_is_shown_is_what_is_entered(arrival: StructForm) -> None:
    arrival.fill(ARRIVED)
    assert arrival.body() == ARRIVED
    assert arrival.checked("arrival") == ARRIVED


def test_a_field_at_fault_is_named_marked_and_focused_and_nothing_typed_is_lost(arrival: StructForm) -> None:
    arrival.fill(ARRIVED | {"received": "yesterday", "waybill": "EX-7"})
    _named(arrival, "Remarks").setFocus()
    assert arrival.checked("arrival") is None
    line = _named(arrival, "Received (date, time)")
    assert line.hasFocus()
    assert line.property("role") == "alarm"
    assert _sentences(arrival) == [
        "Received (date, time): a date and time with the offset from UTC, such as 2026-03-02T08:05:00+08:00, "
        "not “yesterday”."
    ]
    assert arrival.body() == ARRIVED | {"received": "yesterday", "waybill": "EX-7"}
    _type("!")
    assert (line.property("role"), _sentences(arrival)) == ("", [])


def test_a_cell_at_fault_is_marked_and_the_next_key_goes_into_it(standard: StructForm) -> None:
    standard.fill({"values": [VALUE, VALUE | {"U": "0,5"}]})
    assert standard.checked("standard") is None
    table = _table(standard, "Certified values")
    assert (table.currentRow(), table.currentColumn(), table.hasFocus()) == (1, 3, True)
    assert table.item(1, 3).background().style() != Qt.BrushStyle.NoBrush
    assert _sentences(standard) == [
        "Certified values, row 2, U: a number such as 10.0001 with a decimal point and no thousands mark, not “0,5”."
    ]
    _type("0.5")
    assert standard.checked("standard") is not None
    assert table.item(1, 3).background().style() == Qt.BrushStyle.NoBrush
    assert _sentences(standard) == []


def test_an_unfinished_cell_is_taken_along(standard: StructForm) -> None:
    table = _table(standard, "Certified values")
    table.setFocus()
    table.setCurrentCell(0, 4)
    _type("3")
    assert standard.body()["values"][0]["k"] == "3"


def test_a_choice_is_made_by_a_person_and_not_by_a_wheel(light: Theme, qtbot: QtBot) -> None:
    form = _shown(StructForm(Decision, without=("about",)), qtbot)
    assert form.checked("decision", about=3) is None
    assert _sentences(form) == ["Decision is missing: one of continue, stop."]
    box = form.findChild(QComboBox)
    assert box is not None
    assert box.hasFocus()
    at = QPointF(box.rect().center())
    wheel = QWheelEvent(at, box.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert form.body()["decision"] is None
    _press(Qt.Key.Key_Down)
    assert form.body()["decision"] == "continue"


def _sentences(form: StructForm) -> list[str]:
    return [one.label.text() for one in form._troubles.values() if one.isVisible()]


# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_last_row_is_empty_and_grows_and_a_row_is_removed_by_keys(arrival: StructForm) -> None:
    arrival.fill(ARRIVED)
    table = _table(arrival, "Parts")
    table.setFocus()
    table.setCurrentCell(1, 0)
    assert table.rowCount() == 2
    _type("power cord")
    _press(Qt.Key.Key_Tab)  # to the tick beside it
    _press(Qt.Key.Key_Space)
    assert table.rowCount() == 3
    assert arrival.body()["parts"] == [*ARRIVED["parts"], {"name": "power cord", "present": True}]  # type: ignore[misc]
    table.setCurrentCell(0, 0)
    _press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert arrival.body()["parts"] == [{"name": "power cord", "present": True}]
    table.setCurrentCell(1, 0)
    _press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)  # the empty one stays
    assert table.rowCount() == 2


def test_a_cell_is_emptied_edited_and_left_by_keys(arrival: StructForm, qtbot: QtBot) -> None:
    arrival.fill(ARRIVED)
    table = _table(arrival, "Parts")
    table.setFocus()
    table.setCurrentCell(0, 0)
    _press(Qt.Key.Key_Delete)
    assert table.item(0, 0).text() == ""
    _press(Qt.Key.Key_Return)
    _type("case")
    _press(Qt.Key.Key_Return)
    qtbot.waitUntil(table.hasFocus)
    assert table.item(0, 0).text() == "case"
    _press(Qt.Key.Key_Tab)
    assert isinstance(QApplication.focusWidget(), QPushButton)  # the table is left


def test_a_column_speaks_the_readers_words_and_the_record_keeps_its_own(light: Theme, qtbot: QtBot) -> None:
    words.use_language("zh_CN")
    form = _shown(StructForm(BudgetDeclared), qtbot)
    form.learn("rows", "row", {"emf": "换向后残余热电势", "a": "同名", "b": "同名"})
    source = {"influence": "temperature", "u": "0.3", "unit": "K", "source": "证书"}
    form.fill({"rows": [BUDGET, BUDGET | {"row": "a"}], "influences": [source]})
    rows = form.findChildren(QTableWidget)[0]
    assert [rows.item(place, 0).text() for place in range(2)] == ["换向后残余热电势", "a"]
    assert form.findChildren(QTableWidget)[1].item(0, 0).text() == "温度"
    rows = [BUDGET, BUDGET | {"row": "a"}]
    assert form.body() == {"rows": rows, "influences": [source], "correlations": [], "cmc": []}


@settings(max_examples=20)
@given(st.lists(st.fixed_dictionaries({"name": st.text("ab ", max_size=3), "present": st.booleans()}), max_size=4))
def test_a_table_gives_back_its_rows_but_the_empty_ones(qapp: QApplication, rows) -> None:
    form = StructForm(Arrival)
    form.fill({"parts": rows})
    wanted = [{"name": row["name"].strip(), "present": row["present"]} for row in rows]
    assert form.body()["parts"] == [row for row in wanted if row["name"] or row["present"]]
    form.deleteLater()


def test_what_is_signed_off_is_shown_and_cannot_be_changed(arrival: StructForm) -> None:
    arrival.fill(ARRIVED)
    arrival.set_editable(False)
    for line in arrival.findChildren(QLineEdit):
        line.setFocus()
        _type("x")
        assert line.isVisible()
    table = _table(arrival, "Parts")
    table.setFocus()
    table.setCurrentCell(0, 0)
    _type("x")
    table.setCurrentCell(0, 1)
    _press(Qt.Key.Key_Space)
    _press(Qt.Key.Key_Delete)
    _press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert not any(box.isEnabled() for box in arrival.findChildren(QComboBox))
    assert (arrival.body(), table.rowCount()) == (ARRIVED, 1)
    arrival.set_editable(True)
    assert table.rowCount() == 2


def test_tab_goes_through_the_form_from_top_to_bottom(arrival: StructForm) -> None:
    arrival.focus_first()
    heights = []
    for _ in range(11):
        focus = QApplication.focusWidget()
        assert focus is not None
        heights.append(focus.mapTo(arrival, QPoint(0, 0)).y())
        _press(Qt.Key.Key_Tab)
    assert heights == sorted(heights)
    assert len(set(heights)) >= 9


# -- moments -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("2026-03-02 08:05", "2026-03-02T08:05:00+08:00"),
        ("2026-3-2 8:05", "2026-03-02T08:05:00+08:00"),
        ("2026/03/02 08:05:30", "2026-03-02T08:05:30+08:00"),
        ("2026年3月2日 8：05", "2026-03-02T08:05:00+08:00"),
        ("2026-03-02T08:05", "2026-03-02T08:05:00+08:00"),
        (" 8:05 ", "2026-03-02T08:05:00+08:00"),
        ("2026-03-02T08:05:00Z", "2026-03-02T08:05:00Z"),
        ("2026-02-30 08:05", "2026-02-30 08:05"),
        ("25:05", "25:05"),
        ("03-02 08:05", "03-02 08:05"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_a_moment_is_completed_as_the_record_wants_it(typed: str, recorded: str) -> None:
    assert completed(typed, NOON, CHINA) == recorded


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001
def test_a_completed_moment_can_be_entered_and_is_left_alone(moment: datetime) -> None:
    whole = completed(f"{moment:%Y-%m-%d %H:%M}", NOON, CHINA)
    assert completed(whole, NOON, CHINA) == whole
    body_of("arrival", ARRIVED | {"received": whole})


@given(st.text())
def test_whatever_is_typed_for_a_moment_is_kept_or_completed(text: str) -> None:
    assert completed(text, NOON, CHINA) in {text.strip()} or completed(text, NOON, CHINA).endswith("+08:00")


def test_the_present_moment_is_one_key_away(arrival: StructForm) -> None:
    line = _named(arrival, "Received (date, time)")
    assert isinstance(line, QLineEdit)
    line.setFocus()
    _type("8:05")
    _press(Qt.Key.Key_Tab)
    assert line.text() == completed("8:05", NOON)
    _press(Qt.Key.Key_Space)  # on “Now”
    assert datetime.fromisoformat(line.text()) == NOON


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_is_read_to_the_second_and_stays_the_same_moment(moment: datetime) -> None:
    shown = readable(moment.isoformat())
    assert "." not in shown
    assert "T" not in shown
    assert datetime.fromisoformat(shown) == moment.replace(microsecond=0)


def test_what_is_no_moment_is_read_as_it_is() -> None:
    assert readable("soon") == "soon"
