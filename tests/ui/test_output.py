"""The dialog of an output: limits and names before it goes on, the safe state always at hand, Esc destroys nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from labclient.acquisition import run_waits
from labclient.home import Home, shipped
from labclient.instruments import left_on
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.notebook import Reader
from labclient.participation import limit_output, register
from labclient.ui._commands import Command
from labclient.ui._desk import Desk
from labclient.ui._output_dialog import OutputDialog
from labclient.ui._output_work import OutputWork
from labclient.words import message

WAIT_MS = 60_000


@pytest.fixture(scope="module")
def source() -> Iterator[Simulated]:
    with start_simulator(shipped("drivers", "fluke-5730a.toml"), speed=1000.0) as one:
        yield one


class Window(QMainWindow):
    def __init__(self) -> None:
        super().__init__()
        self.desk, self.work = Desk(), OutputWork()
        self.faults: list[BaseException] = []
        self.work.crashed.connect(self.faults.append)
        self.dialog = OutputDialog(self, self.desk, self.work, None)
        self.dialog.show()


@pytest.fixture
def window(light, qtbot: QtBot, tmp_path: Path, source: Simulated, monkeypatch) -> Iterator[Window]:
    monkeypatch.setenv("LABCLIENT_HOME", str(tmp_path))
    source.hands.reset()
    register(Home(tmp_path), "cal1", "fluke-5730a", source.address)
    limit_output(Home(tmp_path), "cal1", "100 V")
    made = Window()
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: made.dialog.source.count() == 1, timeout=WAIT_MS)
    yield made
    made.work.shut()
    made.desk.shut()
    assert made.faults == []


def connect(window: Window, qtbot: QtBot) -> OutputDialog:
    window.dialog.connect_button.click()
    qtbot.waitUntil(lambda: window.dialog.standing.stand == "safe", timeout=WAIT_MS)
    return window.dialog


def on(source: Simulated) -> bool:
    return bool(int(source.hands.status()["state"]["word"]) & 1)


def test_a_value_goes_on_with_a_name_and_off_by_the_safe_state(window, qtbot, source, tmp_path) -> None:
    dialog = connect(window, qtbot)
    assert dialog.state.text() == "OFF"
    assert "At most 100 V" in dialog.limits.text()
    dialog.value.setText("50")
    assert not dialog.put_button.isEnabled()
    assert "above 30 V" in dialog.because.text()
    dialog.name.setText("操作员乙")
    dialog.put_button.click()
    qtbot.waitUntil(lambda: dialog.standing.stand == "on", timeout=WAIT_MS)
    assert dialog.state.text() == "ON: 50 V"
    assert on(source)
    assert dialog.name.text() == "", "each value is confirmed anew"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert "make it safe first" in dialog.trouble.label.text()
    assert on(source)
    dialog.safe_button.click()
    qtbot.waitUntil(lambda: dialog.standing.stand == "safe", timeout=WAIT_MS)
    assert not on(source)
    with qtbot.waitSignal(window.work.ended, timeout=WAIT_MS):
        dialog.close_button.click()
    (notebook,) = (tmp_path / "diagnostics").glob("*.labnote")
    with Reader.open(notebook) as reader:
        kinds = [entry.kind for entry in reader.entries() if entry.kind.startswith("output-")]
    assert kinds == ["output-confirmed", "output-set", "output-told", "output-safe"]


@pytest.mark.parametrize(
    ("typed", "told"), [("100.1", "beyond the limit"), ("12,5", "is not a number"), ("１０", "is not a number")]
)
def test_what_may_not_be_is_said_while_it_is_typed(window, qtbot, source, typed, told) -> None:
    dialog = connect(window, qtbot)
    dialog.value.setText(typed)
    assert told in dialog.refused.text()
    assert not dialog.put_button.isEnabled()
    QTest.keyClick(dialog.value, Qt.Key.Key_Return)
    assert source.hands.status()["state"]["value"] == "0"


def test_the_safe_state_needs_no_connection(window, qtbot, source) -> None:
    source.hands.set(word="6145", value="42")
    assert window.dialog.safe_button.isEnabled()
    window.dialog.safe_button.click()
    qtbot.waitUntil(lambda: not on(source), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.dialog.standing.stand == "closed", timeout=WAIT_MS)


def test_without_a_limit_it_says_so_and_one_is_entered(window, qtbot, source, tmp_path) -> None:
    text = (tmp_path / "bench.toml").read_text("utf-8").replace('greatest = "100 V"\n', "")
    (tmp_path / "bench.toml").write_text(text, "utf-8")
    dialog = connect(window, qtbot)
    qtbot.waitUntil(lambda: "No limit of cal1" in dialog.limits.text(), timeout=WAIT_MS)
    dialog.value.setText("1")
    assert "No limit of cal1" in dialog.refused.text()
    dialog.limit.setText("20")
    dialog.limit_button.click()
    qtbot.waitUntil(lambda: "At most 20 V" in dialog.limits.text(), timeout=WAIT_MS)


def test_a_run_that_halts_makes_it_safe(window, qtbot, source) -> None:
    dialog = connect(window, qtbot)
    assert not window.work.halt("paused"), "nothing is on"
    dialog.value.setText("5")
    dialog.put_button.click()
    qtbot.waitUntil(lambda: dialog.standing.stand == "on", timeout=WAIT_MS)
    assert window.work.halt("paused")
    qtbot.waitUntil(lambda: dialog.standing.stand == "safe", timeout=WAIT_MS)
    assert not on(source)


def test_closing_the_window_makes_it_safe(window, qtbot, source, tmp_path) -> None:
    dialog = connect(window, qtbot)
    dialog.value.setText("5")
    dialog.put_button.click()
    qtbot.waitUntil(lambda: dialog.standing.stand == "on", timeout=WAIT_MS)
    window.work.shut()
    assert not on(source)
    assert list(left_on(tmp_path / "outputs")) == []


def test_the_window_has_a_command_for_it(light, qtbot, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("LABCLIENT_HOME", str(tmp_path))
    from labclient.ui._shell import Shell

    shell = Shell()
    qtbot.addWidget(shell)
    commands: tuple[Command, ...] = shell.commands()
    assert sum(one.keys == "Ctrl+U" for one in commands) == 1
    next(one for one in commands if one.keys == "Ctrl+U").act()
    assert shell.outputs.dialog is not None
    shell.outputs.dialog.reject()
    qtbot.waitUntil(lambda: shell.outputs.dialog is None, timeout=WAIT_MS)
    halted: list[str] = []
    monkeypatch.setattr(shell.outputs.work, "halt", lambda cause: halted.append(cause) or True)
    monkeypatch.setattr(shell.desk, "break_off", lambda: halted.append("run"))
    shell.desk.told.emit(message("Something else."))
    shell.desk.told.emit(run_waits(message("No answer.")))
    assert halted == ["paused", "run"], "a run that pauses ends, and what is put out with it"
    shell.close()
