"""The main job by keyboard alone, in the real window on simulated instruments: from arrival to the result."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evaluation.records import ENTRIES, small_plan_json
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QRadioButton, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from labclient.clock import SimulatedClock, parse_iso
from labclient.demo._papers import prepare_papers
from labclient.home import Home, shipped
from labclient.participation import Participation, State
from labclient.ui import _desk
from labclient.ui._decision import DecisionDialog
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme

SPEED = 240.0
EXAMPLES = shipped("resources", "examples")
BEGINS = "2026-03-02T00:00:00Z"
CONTROL = Qt.KeyboardModifier.ControlModifier


def _quick_plan() -> bytes:
    """The small plan, with limits that a simulated bench keeps whatever its noise."""
    plan = json.loads(small_plan_json())
    plan["warm_up"] |= {"limit": {"value": "200", "unit": "µV"}, "window": {"value": "10", "unit": "min"}}
    plan["warm_up"]["minimum"] = {"value": "15", "unit": "min"}
    plan["stability"]["limit"] = {"value": "200", "unit": "µV"}
    plan["measurement"]["zero_limit"] = {"value": "100", "unit": "µV"}
    plan["measurement"]["scheme"]["wait"] = {"value": "1", "unit": "s"}
    plan["environment"]["interval"] = {"value": "1", "unit": "min"}
    return json.dumps(plan).encode()


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """The demonstration's papers are there, and nothing is done."""
    clock = SimulatedClock(parse_iso(BEGINS), SPEED)
    home = Home(tmp_path / "pc")
    papers = prepare_papers(tmp_path, home, _quick_plan(), clock.utc())
    path = tmp_path / "byhand.labnote"
    with Participation.create(path, plan=papers.plan, trust=papers.trust, confirmed_root=papers.root,
                              laboratory="LAB01", who="P-01", clock=clock, home=home):  # fmt: skip
        return path


class Person:
    """Somebody without a mouse. `actions` counts what was decided: a key, or a text typed into a field."""

    def __init__(self, shell: Shell, qtbot: QtBot) -> None:
        self.shell = shell
        self.actions = 0
        self._qtbot = qtbot

    @property
    def state(self) -> State:
        assert self.shell.snapshot is not None
        return self.shell.snapshot.state

    def press(self, key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.actions += 1
        QTest.keyClick(self.focus(), key, how)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        self.actions += 1
        for letter in text:
            QTest.keyClicks(self.focus(), letter)

    def go_on(self) -> None:
        """The primary action of the page; what it does is seen a moment later."""
        self.press(Qt.Key.Key_Return, CONTROL)

    def tab(self) -> None:
        self.press(Qt.Key.Key_Tab)

    def focus(self) -> QWidget:
        if QApplication.activeWindow() is None:  # a dialog was closed; there is no window manager here
            self.shell.activateWindow()
        self.until(lambda: QApplication.focusWidget() is not None)
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def at(self, name: str) -> bool:
        return self.focus().accessibleName() == name

    def tab_to(self, name: str) -> None:
        """Tab until the field of that name has the focus."""
        for _ in range(40):
            if self.at(name):
                return
            self.tab()
        raise AssertionError(f"Tab does not reach {name}")

    def choose_file(self, path: Path) -> None:
        """Name a file in the dialog that is open."""
        self.until(lambda: isinstance(QApplication.activeWindow(), QFileDialog))
        self.type(str(path))
        self.press(Qt.Key.Key_Return)

    def fill_table(self, *rows: tuple[str | None, ...]) -> None:
        """Type into the table that has the focus, from its first cell on; None leaves a cell as it is."""
        assert isinstance(self.focus(), QTableWidget)
        self.press(Qt.Key.Key_Return)
        for text in (text for row in rows for text in row):
            if text is not None:
                self.type(text)
            self.tab()
        self.press(Qt.Key.Key_Escape)

    def until(self, true: Callable[[], bool], seconds: int = 30) -> None:
        self._qtbot.waitUntil(true, timeout=seconds * 1000)


@pytest.fixture
def person(notebook: Path, home: Home, light: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setattr(_desk, "DEFAULT_SPEED", SPEED)
    shell = Shell()
    qtbot.addWidget(shell)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    shell.open(notebook)
    qtbot.waitUntil(lambda: shell.snapshot is not None and shell.desk.idle, timeout=60_000)
    yield Person(shell, qtbot)
    shell.close()


def _arrive(person: Person) -> None:
    person.until(lambda: person.at("Received (date, time)"))
    for name, text in (("Carrier", "Carrier (example)"), ("Waybill", "EX-000123")):
        person.tab_to(name)
        person.type(text)
    _answer(person)
    person.go_on()
    person.until(lambda: person.state.arrival is not None)


def _answer(person: Person, *no: str) -> None:
    """The serial number as a scanner types it, which ends with Enter, and then item by item yes or no."""
    person.tab_to("Serial number on the standard")
    person.type(person.state.plan.transfer_standard.serial)
    person.press(Qt.Key.Key_Return)
    while isinstance(person.focus(), QRadioButton):
        item, before = person.focus().accessibleName().removesuffix(": yes"), person.focus()
        person.press(Qt.Key.Key_N if item in no else Qt.Key.Key_Y, Qt.KeyboardModifier.AltModifier)
        if item in no:
            person.type("seen from outside")
            person.tab()
        if person.focus() is before:
            return


def _show_papers(person: Person) -> None:
    person.go_on()
    person.choose_file(EXAMPLES / "crate.png")
    person.until(lambda: person.state.photos == 1)
    person.go_on()
    person.choose_file(EXAMPLES / "transport-ok.csv")
    person.until(lambda: "transport" in person.state.checks)


def test_from_arrival_to_the_result_by_keyboard_alone(person: Person) -> None:
    _arrive(person)
    _show_papers(person)
    person.go_on()
    person.until(lambda: "functional" in person.state.checks and person.shell.desk.idle)
    _sign_off(person, "arrival")
    for station, check in (("warm-up", "settling"), ("stability", "stability")):
        _run(person)
        person.until(lambda check=check: check in person.state.checks and person.shell.desk.idle)  # type: ignore[misc]
        _sign_off(person, station)
    for day in (1, 2):
        _run(person)
        person.until(lambda day=day: _measured(person.state, day) and person.shell.desk.idle)  # type: ignore[misc]
    _sign_off(person, "measurement")

    person.tab_to("Seal numbers")
    person.type("A-1107, A-1108")
    person.go_on()
    person.until(lambda: person.state.departure is not None)
    _sign_off(person, "departure")
    before_results = person.actions
    _declare(person)
    person.go_on()
    person.until(lambda: person.state.result is not None)
    _sign_off(person, "results")

    assert person.state.arrival is not None
    assert person.state.arrival.received.startswith("2026-03-02T")
    assert person.state.standard is not None
    assert person.state.standard.serial == "LZ-0042"
    assert person.state.result is not None
    assert [one.point for one in person.state.result.points] == ["10V", "1.018V"]
    assert person.state.budget is not None
    assert [(one.row, one.value, one.dof) for one in person.state.budget.rows] == [
        (one["row"], one["value"], one.get("dof", "inf")) for one in ENTRIES["budget"]["rows"]
    ]
    assert before_results <= 41, "the way to the results has become longer"
    assert person.actions <= 174, "declaring has become longer"


def _sign_off(person: Person, station: str) -> None:
    page = person.shell.pages[station]  # type: ignore[index]
    person.until(page.done_button.isEnabled)  # type: ignore[attr-defined]
    person.go_on()
    person.until(lambda: station in person.state.done)


def _run(person: Person) -> None:
    """Start what the page of the station runs."""
    person.press(Qt.Key.Key_F5)


def _measured(state: State, day: int) -> bool:
    rule = state.plan.measurement
    done = sum(key[1] == day for key in state.counted) == rule.cycles * len(state.plan.points)
    return done and (day < rule.days or "environment" in state.checks)


def _declare(person: Person) -> None:
    """What the certificate says, and the components that the plan wants declared."""
    person.until(lambda: person.at("Identifier"))
    standard, budget = ENTRIES["standard"], ENTRIES["budget"]
    for field in ("id", "maker", "model", "serial", "certificate", "issuer", "date"):
        person.type(standard[field])
        person.tab()
    person.fill_table(*((None, one["value"], None, one["U"], one["k"]) for one in standard["values"]))
    person.go_on()
    person.until(lambda: person.state.standard is not None)
    person.tab_to("Declared components")
    rows = budget["rows"]
    person.fill_table(*((None, None, one["value"], one["unit"], one["source"], one.get("dof")) for one in rows))
    person.tab_to("Influence quantities")
    person.fill_table(*((None, one["u"], one["unit"], one["source"]) for one in budget["influences"]))
    person.go_on()
    person.until(lambda: person.state.budget is not None)


def test_a_damaged_standard_goes_on_only_with_the_pilots_decision_in_one_dialog(person: Person) -> None:
    person.until(lambda: person.at("Received (date, time)"))
    _answer(person, "Standard undamaged to the eye")
    person.go_on()
    person.until(lambda: person.state.arrival is not None)
    _show_papers(person)
    person.go_on()
    person.until(lambda: isinstance(QApplication.activeWindow(), DecisionDialog))
    person.go_on()  # nothing is chosen yet: it says so and stays
    dialog = QApplication.activeWindow()
    assert isinstance(dialog, DecisionDialog)
    person.until(lambda: isinstance(person.focus(), QComboBox))
    person.press(Qt.Key.Key_Down)
    person.tab()
    person.type("Pilot D")
    person.tab()
    person.type("letter of 2026-03-02")
    person.go_on()
    person.until(lambda: person.state.decision is not None)
    decision = person.state.decision
    assert decision is not None
    assert (decision.decision, decision.given_by, decision.document) == ("continue", "Pilot D", "letter of 2026-03-02")
    assert not any("inform the pilot" in line for line in person.shell.pages["arrival"].missing.text().splitlines())
    page = person.shell.pages["arrival"]
    assert page.next_button.objectName() == "primary"  # type: ignore[attr-defined]
    assert page.next_button.text() == page.steps[3][0].text()  # type: ignore[attr-defined]


def test_what_is_wrong_is_told_in_the_form_and_the_work_goes_on_from_there(person: Person) -> None:
    person.until(lambda: person.at("Received (date, time)"))
    person.press(Qt.Key.Key_A, CONTROL)
    person.type("soon")
    person.tab_to("Waybill")
    person.type("EX-000123")
    _answer(person)
    person.go_on()
    person.until(lambda: person.at("Received (date, time)"))
    line = person.focus()
    assert isinstance(line, QLineEdit)
    assert line.text() == "soon"
    assert person.state.arrival is None
    person.press(Qt.Key.Key_A, CONTROL)
    person.type("2026-03-02 08:05")
    person.go_on()
    person.until(lambda: person.state.arrival is not None)
    assert person.state.arrival is not None
    assert person.state.arrival.waybill == "EX-000123"
    assert person.state.arrival.received.startswith("2026-03-02T08:05:00")
