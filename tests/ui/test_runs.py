"""Pages of runs: what is connected and what comes next in words, room where something is live, nothing lost beside."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import numpy as np
import pytest
from participation.world import Office, office
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QScrollArea
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.acquisition import Cycle
from labclient.evaluation import Check
from labclient.home import shipped
from labclient.notebook import Channel, Reader
from labclient.participation import Run, State
from labclient.plan import Step, read_plan
from labclient.stations import PlanAccepted
from labclient.ui._bench_view import BenchView
from labclient.ui._desk import Desk
from labclient.ui._marks import State as MarkState
from labclient.ui._place import Place, air, connected, invitation, place_of, way_on
from labclient.ui._remark import DeviationDialog, EventDialog, ExclusionDialog
from labclient.ui._runs import MeasurementPage, RunPage
from labclient.ui._theme import Theme
from labclient.ui._watch import LiveReplies, Snapshot
from labclient.words import message, say

from .desks import Window, notebook_at, press, the, unnamed, write

__all__ = ["office"]
BESIDE_THE_RAIL = 600, 370  # of 853×480
PLAN = read_plan(shipped("resources", "examples", "plan.json").read_bytes())
STEPS, READINGS = PLAN.measurement.scheme.steps, PLAN.measurement.scheme.readings
IN_CYCLE = len(STEPS) * READINGS


def _state(**changes: object) -> State:
    accepted = PlanAccepted(name="plan.asice", document=PLAN, sha256="0" * 64, origin="signed", laboratory="LAB01")
    return msgspec.structs.replace(State(plan=PLAN, accepted=accepted, accepted_at=1, simulated=True), **changes)


def _measuring(done: int = 0, purpose: Any = "record", *, stopped: bool = False) -> State:
    return _state(
        done=("arrival", "warm-up", "stability"),
        runs={6: Run(6, "measurement", purpose, "measurement", stopped=stopped)},
        cycles={10 + n: Cycle(6, "10V", 1, n, ()) for n in range(1, done + 1)},
    )


def _replies(count: int = 1, task: str = "measurement", *, at: float = 1.0, fresh: bool = True,
             run: int = 6, role: str = "X", values: float = 10.0) -> LiveReplies:  # fmt: skip
    return LiveReplies(
        fresh=fresh, run=run, task=task, role=role, direction="+", channels=(Channel("voltage", "voltage", "V"),),
        times=at + np.arange(float(count)), values=np.full((count, 1), values), texts=("+1.00000000E+01",), status="ok",
    )  # fmt: skip


def _room(temperature: float) -> LiveReplies:
    channels = (Channel("t", "temperature", "°C"), Channel("p", "pressure", "hPa"))
    return LiveReplies(
        fresh=True, run=5, task="environment", role="E", direction="+", channels=channels, times=np.array([1.0]),
        values=np.array([[temperature, 1010.0]]), texts=(f"{temperature}", "1010.0"), status="ok",
    )  # fmt: skip


# Words


def test_the_place_follows_the_plans_order_through_a_cycle() -> None:
    state, seen = _measuring(), []
    for taken in range(1, IN_CYCLE + 1):
        now = STEPS[(taken - 1) // READINGS]
        place = place_of(state, 6, taken, now)
        assert place is not None
        assert (place.point, place.day, place.cycle) == ("10V", 1, 1)
        seen.append(place.reading)
    assert seen == [*range(1, READINGS + 1)] * len(STEPS)


def test_what_is_connected_next_is_the_next_step_and_after_a_cycle_the_first_of_the_next() -> None:
    first = place_of(_measuring(), 6, 1, STEPS[0])
    assert first is not None
    assert first.next == STEPS[1]
    last = place_of(_measuring(), 6, IN_CYCLE, STEPS[-1])
    assert last is not None
    assert last.next == STEPS[0]
    end = PLAN.measurement.cycles
    over = place_of(_measuring(end), 6, end * IN_CYCLE, STEPS[-1])
    assert over is not None
    assert (over.cycle, over.next) == (end, None)


def test_a_cycle_recorded_already_names_the_place_itself() -> None:
    place = place_of(_measuring(2), 6, 2 * IN_CYCLE, STEPS[-1])
    assert place is not None
    assert (place.cycle, place.reading) == (2, READINGS)


@pytest.mark.parametrize(
    ("state", "taken", "now"),
    [
        (_measuring(), 1, Step("X", "-")),
        (_measuring(), IN_CYCLE + 1, STEPS[0]),
        (_measuring(purpose="trial"), 1, STEPS[0]),
        (_measuring(), 0, STEPS[0]),
        (_state(), 1, STEPS[0]),
    ],
)
def test_no_place_is_told_where_record_and_plan_do_not_agree(state: State, taken: int, now: Step) -> None:
    assert place_of(state, 6, taken, now) is None


def test_a_place_is_told_in_words() -> None:
    place = Place("10V", 1, 2, 3, Step("S", "+"))
    assert say(connected(Step("X", "-"), place, 5)) == "Connected: the transfer standard, reversed — reading 3 of 5"
    assert say(connected(Step("X", "-"), None, 5)) == "Connected: the transfer standard, reversed"
    assert say(way_on(place, 5)) == "10V, day 1, cycle 2 of 5 — next: the laboratory's standard, direct"
    assert say(way_on(msgspec.structs.replace(place, next=None), 5)).endswith("then this point is done for the day")


def test_what_starting_would_do_is_told_before() -> None:
    told = [invitation(_state(), one) for one in ("warm-up", "stability", "measurement")]
    assert [say(one) for one in told if one] == [
        "F5 starts: at least 60 min, at most 8 h.",
        "F5 starts: 120 readings at 10V.",
        "F5 goes on: 10V, day 1, cycle 1.",
    ]
    every = {n: Cycle(6, point.id, 1 + n % 2, n, ()) for n, point in enumerate(PLAN.points)}
    keys = [(p.id, d, c) for p in PLAN.points for d in (1, 2) for c in range(1, PLAN.measurement.cycles + 1)]
    every = {n: Cycle(6, *key, ()) for n, key in enumerate(keys)}
    assert invitation(_state(cycles=every), "measurement") is None


def test_the_room_is_judged_by_mark_and_word_and_a_passed_limit_is_named() -> None:
    state, word, values = air(PLAN.environment.limits, _room(23.0))
    assert (state, say(word)) == (MarkState.PASSED, "Room within the limits")
    assert values == "23.0 °C   1010.0 hPa"
    state, word, values = air(PLAN.environment.limits, _room(35.0))
    assert (state, say(word)) == (MarkState.FAILED, "Room outside the limits")
    limit = next(one for one in PLAN.environment.limits if one.quantity == "temperature")
    assert f"35.0 °C ({limit.low} … {limit.high} °C)" in values


# Pages


@pytest.fixture
def desk(light: Theme) -> Iterator[Desk]:
    made = Desk()
    yield made
    made.shut()


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> MeasurementPage:
    made = MeasurementPage(desk)
    qtbot.addWidget(made)
    made.resize(*BESIDE_THE_RAIL)
    made.show()
    return made


def _show(page: RunPage, state: State) -> None:
    page.show_snapshot(Snapshot(Path("n"), state, 20))


def test_a_run_under_way_is_told_above_its_digits(page: MeasurementPage) -> None:
    _show(page, _measuring())
    page.show_replies(_replies(2, role=STEPS[0].role))
    assert page.words.text() == f"Connected: the shorting link, direct — reading 2 of {READINGS}"
    assert page.way.text().startswith("10V, day 1, cycle 1 of 5 — next: ")
    assert page.digits.isVisible()
    assert not page.missing.isVisible()


def test_after_the_run_the_plot_has_the_room_of_the_digits(page: MeasurementPage) -> None:
    _show(page, _measuring())
    page.show_replies(_replies(70))
    page.plot._redraw()
    assert page.plot._view.viewRange()[0][1] > 70
    _show(page, _measuring(1, stopped=True))
    page.plot._redraw()
    assert not page.digits.isVisible()
    assert page.plot._view.viewRange()[0] == [1, 70]
    assert page.words.text() == "F5 goes on: 10V, day 1, cycle 2."


def test_a_finished_run_read_from_the_record_shows_no_digits(page: MeasurementPage) -> None:
    _show(page, _measuring(1, stopped=True))
    assert not page.digits.isVisible()
    page.show_replies(_replies(5, fresh=False))
    assert not page.digits.isVisible()


def test_while_cables_are_moved_nothing_is_said_to_be_connected(page: MeasurementPage) -> None:
    _show(page, _measuring())
    page.show_replies(_replies(2, role=STEPS[0].role))
    page.desk.asked.emit(message("Connect something."))
    assert (page.words.text(), page.way.text()) == ("Connect something.", "Then 10 s of waiting, and 5 readings.")


def test_another_notebook_finds_nothing_of_the_one_before(page: MeasurementPage) -> None:
    _show(page, _measuring())
    page.show_replies(_room(23.0))
    page.show_replies(_replies(9))
    page.forget()
    assert page.plot.zero is None
    assert not page.digits.live
    assert page.digits.accessibleName() == "No reading yet"
    assert not page.words.text() + page.way.text()
    assert not page.room.isVisible()


def test_what_a_crash_left_open_is_not_under_way(page: MeasurementPage) -> None:
    page.desk.idle = True
    _show(page, _measuring())
    assert page.missing.isVisible()
    assert page.close_button.isVisible()


def test_each_connection_is_plotted_from_its_own_first_reading(page: MeasurementPage) -> None:
    _show(page, _measuring())
    page.show_replies(_replies(3, role="S", values=10.1))
    page.show_replies(_replies(3, role="X", at=5.0, values=9.9))
    _, values = page.plot._pyramid.samples(0, 6)
    assert not values.any()
    assert "change in each connection" in page.plot._caption.text()


def test_a_stability_run_counts_its_readings(qtbot: QtBot, desk: Desk) -> None:
    page = RunPage(desk, "stability", message("Stability"), ("stability",))
    qtbot.addWidget(page)
    _show(page, _state(done=("arrival", "warm-up"), runs={6: Run(6, "stability", "record", "stability")}))
    page.show_replies(_replies(7, "stability"))
    assert page.words.text() == "Reading 7 of 120 — about 113 s more"
    page.show_replies(_replies(113, "stability", at=8.0))
    assert page.words.text() == "Reading 120 of 120"


@pytest.mark.parametrize(
    ("at", "told"),
    [(1.0, "Reading 2 — 59 min more at least"), (3600.0, "Reading 2 — 7 h more at most"), (30000.0, "Reading 2")],
)
def test_a_warm_up_counts_down_to_the_plans_limits(qtbot: QtBot, desk: Desk, at: float, told: str) -> None:
    page = RunPage(desk, "warm-up", message("Warm-up"), ("settling",))
    qtbot.addWidget(page)
    _show(page, _state(done=("arrival",), runs={6: Run(6, "settling", "record", "warm-up")}))
    page.show_replies(_replies(1, "settling", at=0.0))
    page.show_replies(_replies(1, "settling", at=at))
    assert page.words.text() == told


def test_the_table_is_as_wide_as_its_words_and_only_read(page: MeasurementPage) -> None:
    _show(page, _measuring(1))
    table = page.table
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert table.width() < table.horizontalHeader().length() + 2 * table.fontMetrics().height()
    assert table.iconSize().height() == table.fontMetrics().height()
    row = table.visualItemRect(table.item(0, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert table.chosen == ("10V", 1)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    press(table, Qt.Key.Key_Return)
    assert table.state() is not QAbstractItemView.State.EditingState
    assert table.item(0, 3).text() == "1/5"
    _show(page, msgspec.structs.replace(_measuring(1), excluded={11: "cable touched"}))
    assert table.item(0, 3).text() == "0/5, excluded: 1"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_run_fits_beside_the_rail_of_a_small_screen(page: MeasurementPage, language: str, qtbot: QtBot) -> None:
    words.use_language(language)
    _show(page, _measuring(1))
    page.show_replies(_room(23.0))
    page.show_replies(_replies(IN_CYCLE, role=STEPS[-1].role))
    qtbot.wait(1)  # what was laid out anew has its size
    assert (page.width(), page.height()) == BESIDE_THE_RAIL
    (area,) = [one for one in page.findChildren(QScrollArea) if one.parent() is page]
    assert (area.verticalScrollBar().maximum(), area.horizontalScrollBar().maximum()) == (0, 0)
    assert page.plot.height() >= page.plot.minimumSizeHint().height()
    assert page.picture.height() >= page.picture.sizeHint().height() // 2  # it is painted from there on
    assert not page.table.isVisible()
    _show(page, _measuring(1, stopped=True))
    assert page.table.isVisible()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_verdict_stands_whole_beside_the_buttons(page: MeasurementPage, language: str, qtbot: QtBot) -> None:
    words.use_language(language)
    checks = {name: Check(name, "pass", "m/1", (), ()) for name in ("zero", "environment")}
    state = _measuring(5, stopped=True)
    _show(page, msgspec.structs.replace(state, checks=checks, check_at=dict.fromkeys(checks, 19)))
    page.show_replies(_replies(9, fresh=False))
    qtbot.wait(1)
    assert page.verdict.isVisible()
    assert page.verdict.height() >= page.verdict.heightForWidth(page.verdict.width())
    assert page.done_button.geometry().bottom() <= page.height()


def test_every_control_has_a_name_and_a_key_of_its_own(page: MeasurementPage) -> None:
    assert not unnamed(page)
    buttons = (page.start_button, page.stop_button, page.done_button, page.event_button, page.redo_button,
               page.bench_button)  # fmt: skip
    keys = [button.shortcut().toString() for button in buttons]
    assert keys == ["F5", "F6", "Ctrl+Return", "F8", "F9", "F11"]


# The bench view


def test_the_bench_view_borrows_digits_and_plot_and_gives_them_back(page: MeasurementPage, qtbot: QtBot) -> None:
    _show(page, _measuring())
    page.show_replies(_replies(2, role=STEPS[0].role))
    owners = page.digits.parentWidget(), page.plot.parentWidget()
    page.bench_button.click()
    view = the(page, BenchView, qtbot)
    assert page.digits.window() is page.plot.window() is view
    page.show_replies(_replies(1, at=9.0, role=STEPS[0].role))
    assert view.words.text() == page.words.text()
    view.resize(1280, 720)
    qtbot.waitUntil(lambda: page.digits.digit_height >= view.height() / 6)
    assert page.way.window() is view
    assert page.way.text()
    press(view, Qt.Key.Key_Escape)
    assert (page.digits.parentWidget(), page.plot.parentWidget()) == owners
    assert page.way.window() is page.window()
    assert page.digits.isVisible()
    assert len(page.plot._pyramid) == 3


def test_the_bench_view_makes_way_for_a_question(page: MeasurementPage, qtbot: QtBot) -> None:
    page.show_bench()
    view = the(page, BenchView, qtbot)
    page.desk.asked.emit(message("Connect something."))
    assert not view.isVisible()
    assert page.plot.isVisible()
    page.show_bench()
    again = the(page, BenchView, qtbot)
    press(again, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: page._bench is None)


# Events and exclusions


@pytest.fixture
def window(qtbot: QtBot, light: Theme, office: Office, tmp_path: Path) -> Iterator[Window]:
    made = Window(MeasurementPage)
    qtbot.addWidget(made)
    made.show()
    made.take_up(notebook_at(office, tmp_path / "lab", "departure"), qtbot)
    yield made
    made.leave()


def test_an_event_is_entered_while_the_desk_is_at_work(window: Window, qtbot: QtBot) -> None:
    go_on = Event()
    window.desk.run("a run", lambda: go_on.wait(20))
    qtbot.waitUntil(lambda: not window.desk.idle)
    (page,) = window.pages
    press(page, Qt.Key.Key_F8)
    dialog = the(window, EventDialog, qtbot)
    assert not dialog.ok.isEnabled()
    write(dialog.text, "the door was opened")
    press(dialog.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.findChildren(EventDialog), timeout=60_000)
    with Reader.open(window.path) as reader:
        (entry,) = reader.entries({"note"})
    go_on.set()
    assert (entry.author, entry.body["text"]) == ("P-01", "the door was opened")


def test_an_event_needs_somebody_who_enters_it(window: Window, qtbot: QtBot) -> None:
    window.desk.who = ""
    (page,) = window.pages
    press(page, Qt.Key.Key_F8)
    dialog = the(window, EventDialog, qtbot)
    write(dialog.text, "x")
    dialog.go()
    qtbot.waitUntil(lambda: dialog.trouble.isVisible() and dialog.ok.isEnabled(), timeout=60_000)
    assert dialog.trouble.label.text() == "Nobody is named as working.\nSay who is working: Ctrl+W."
    assert not window.troubles
    assert dialog.text.text() == "x"
    dialog.reject()


def test_cycles_are_excluded_with_a_reason_only(window: Window, qtbot: QtBot) -> None:
    before = dict(window.state.counted)
    (page,) = window.pages
    press(page, Qt.Key.Key_F9)
    dialog = the(window, ExclusionDialog, qtbot)
    boxes = [one for one in dialog.findChildren(QCheckBox) if one.isVisible()]
    boxes[0].click()
    assert not dialog.ok.isEnabled()
    write(dialog.reason, "the cable was touched")
    assert dialog.ok.isEnabled()
    chosen = dialog.chosen
    dialog.go()
    qtbot.waitUntil(lambda: window.state.counted != before, timeout=60_000)
    assert set(before.values()) - set(window.state.counted.values()) == set(chosen)
    assert window.state.excluded == {chosen[0]: "the cable was touched"}


@pytest.mark.parametrize(("verdict", "offered"), [("fail", True), ("undecided", True), ("pass", False)])
def test_a_deviation_is_offered_where_the_room_is_what_is_missing(
    light: Theme, qtbot: QtBot, verdict: str, offered: bool
) -> None:
    page = MeasurementPage(Desk())
    qtbot.addWidget(page)
    done = ("arrival", "warm-up", "stability")
    check = Check("environment", verdict, "excursions/1", (5,), ())  # type: ignore[arg-type]
    judged = _state(done=done, checks={"environment": check}, check_at={"environment": 40}, measured_at=30)
    for state, shown in (
        (judged, offered),
        (msgspec.structs.replace(judged, deviation_at=41), False),
        (msgspec.structs.replace(judged, measured_at=45), False),
        (msgspec.structs.replace(judged, done=(*done, "measurement")), False),
    ):
        page.show_snapshot(Snapshot(Path("n.labnote"), state, 50))
        assert page.deviation_button.isHidden() != shown


def test_the_deviation_of_the_room_is_asked_for_in_its_dialog(light: Theme, qtbot: QtBot) -> None:
    page = MeasurementPage(Desk())
    qtbot.addWidget(page)
    page.show_snapshot(Snapshot(Path("n.labnote"), _measuring(), 50))
    page.show()
    page.deviation_button.click()
    the(page, DeviationDialog, qtbot).reject()


def test_starting_is_the_primary_action_until_nothing_is_missing(page: MeasurementPage) -> None:
    _show(page, _measuring(1, stopped=True))
    assert page.start_button.objectName() == "primary"
    assert page.done_button.objectName() == ""
    assert page.done_button.shortcut().isEmpty(), "Ctrl+Return starts"
    assert page.start_button.shortcut().toString() == "F5"
