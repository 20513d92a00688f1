"""The window: what it shows follows the notebook; what it asks goes through the desk; a trouble is a sentence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QMessageBox,
    QRadioButton,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.acquisition import Recorder, Replies
from labclient.clock import SimulatedClock, parse_iso
from labclient.demo._papers import prepare_papers
from labclient.errors import Trouble
from labclient.evaluation import BudgetDeclared
from labclient.home import Home, shipped
from labclient.notebook import Channel, Draft, Reader, run_start, run_stop, series
from labclient.participation import STATIONS, Participation
from labclient.plan import Step, read_plan
from labclient.ui._desk import connection
from labclient.ui._form import StructForm
from labclient.ui._home import remember, remembered
from labclient.ui._results import read_declared
from labclient.ui._runs import RunPage
from labclient.ui._shell import Shell
from labclient.ui._theme import Theme
from labclient.words import say

PLAN = shipped("resources", "examples", "plan.json").read_bytes()


@pytest.fixture
def shell(qtbot: QtBot, home: Home, light: Theme) -> Iterator[Shell]:
    window = Shell()
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration notebook at its very beginning, with its PC's state beside it."""
    folder = tmp_path_factory.mktemp("begun")
    clock = SimulatedClock(parse_iso("2026-03-02T00:00:00Z"), 100.0)
    papers = prepare_papers(folder, Home(folder / "pc"), PLAN, clock.utc())
    path = folder / "begun.labnote"
    with Participation.create(
        path, plan=papers.plan, trust=papers.trust, confirmed_root=papers.root, laboratory="LAB01", who="P-01",
        clock=clock, home=Home(folder / "pc"),
    ):  # fmt: skip
        return path


@pytest.fixture
def opened(shell: Shell, begun: Path, qtbot: QtBot) -> Shell:
    shell.open(begun)
    qtbot.waitUntil(lambda: shell.snapshot is not None and shell.desk.participation is not None, timeout=60_000)
    return shell


def _texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def test_an_empty_home_teaches_the_next_step(shell: Shell) -> None:
    assert any("No comparison yet" in text for text in _texts(shell.pages["home"]))
    assert not shell.frame.side.isVisible()


def test_notebooks_are_remembered_newest_first(home: Home, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.labnote").touch()
        remember(tmp_path / f"{name}.labnote")
    remember(tmp_path / "a.labnote")
    assert [path.stem for path in remembered()] == ["a", "b"]
    (tmp_path / "b.labnote").unlink()
    assert [path.stem for path in remembered()] == ["a"]


def test_an_opened_notebook_shows_its_stations_and_what_is_missing(opened: Shell) -> None:
    assert opened.frame.rail.count() == len(STATIONS)
    assert opened.frame.stack.currentWidget() is opened.pages["arrival"]
    assert "The arrival record is missing." in opened.pages["arrival"].missing.text()


def test_what_a_person_enters_comes_back_from_the_notebook(opened: Shell, qtbot: QtBot, begun: Path) -> None:
    page = opened.pages["arrival"]
    lines = {line.accessibleName(): line for line in page.findChildren(QLineEdit)}
    lines["Received (date, time)"].setText("2026-03-02T08:05:00+08:00")
    assert opened.snapshot is not None
    lines["Serial number on the standard"].setText(opened.snapshot.state.plan.transfer_standard.serial)
    for button in page.findChildren(QRadioButton):
        if button.text() == "yes":
            button.setChecked(True)
    next(button for button in page.findChildren(QAbstractButton) if button.text() == "Enter the record").click()
    qtbot.waitUntil(lambda: opened.snapshot is not None and opened.snapshot.state.arrival is not None, timeout=60_000)
    assert opened.snapshot.state.arrival is not None
    assert opened.snapshot.state.arrival.received == "2026-03-02T08:05:00+08:00"
    assert "The arrival record is missing." not in page.missing.text()


def test_a_closed_gate_is_told_with_its_way_on(opened: Shell, qtbot: QtBot) -> None:
    opened.desk.do("finish", lambda participation: participation.finish("measurement", "P-01"))
    qtbot.waitUntil(lambda: bool(opened.findChildren(QMessageBox)), timeout=60_000)
    box = opened.findChildren(QMessageBox)[-1]
    assert box.text() == "“Measurement” is not finished."
    assert box.informativeText().startswith("First finish")
    box.close()


def test_a_fault_of_the_program_is_kept_and_told_without_a_traceback(shell: Shell, qtbot: QtBot, home: Home) -> None:
    shell.desk.run("fault", lambda: 1 / 0)
    qtbot.waitUntil(lambda: bool(list(home.crashes.glob("*.txt"))), timeout=60_000)
    assert "ZeroDivisionError" in next(home.crashes.glob("*.txt")).read_text(encoding="utf-8")
    box = shell.findChildren(QMessageBox)[-1]
    assert "Traceback" not in box.text() + box.informativeText()
    box.close()


def test_the_language_changes_at_once_and_keeps_the_page(opened: Shell) -> None:
    lines = {line.accessibleName(): line for line in opened.pages["arrival"].findChildren(QLineEdit)}
    lines["Carrier"].setText("typed, not entered")
    opened.frame.rail.setCurrentRow(STATIONS.index("results"))
    opened.change_language()
    assert words.language() == "zh_CN"
    assert opened.frame.stack.currentWidget() is opened.pages["results"]
    after = {line.accessibleName(): line for line in opened.pages["arrival"].findChildren(QLineEdit)}
    assert after[say(words.message("Carrier"))].text() == "typed, not entered"
    assert opened.frame.rail.item(0).text().splitlines()[0] == say(words.message("Arrival"), "zh_CN")
    opened.change_language()


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("size", [(1280, 720), (853, 480)])
def test_every_page_fits(opened: Shell, language: str, size: tuple[int, int], qapp: QApplication) -> None:
    if words.language() != language:
        opened.change_language()
    opened.resize(*size)
    for row in range(opened.frame.rail.count()):
        opened.frame.rail.setCurrentRow(row)
        qapp.processEvents()
        page = opened.pages[STATIONS[row]]
        assert (opened.width(), opened.height()) == size, f"{STATIONS[row]} needs more room"
        for button in page.findChildren(QAbstractButton):
            if button.isVisible() and button.text():
                assert button.width() >= button.minimumSizeHint().width(), button.text()


def test_every_control_has_a_name(opened: Shell) -> None:
    for widget in opened.findChildren(QWidget):
        if isinstance(widget, QLineEdit | QTableWidget) and widget.isVisible():
            assert widget.accessibleName(), widget


def test_new_readings_reach_the_page_only_from_the_notebook(
    shell: Shell, qtbot: QtBot, begun: Path, tmp_path: Path, copied: Callable[[Path], Path]
) -> None:
    path = copied(begun)
    with Participation.open(path, clock=SimulatedClock(parse_iso("2026-03-03T00:00:00Z"), 100.0),
                            home=Home(begun.parent / "pc")) as participation:  # fmt: skip
        shell._follow(path)
        run = _begin_run(participation.recorder)
        texts = ["+1.00000123E+01", "+1.00000129E+01"]
        participation.recorder.offer(*run, _replies(texts), b"\n")
        page = shell.pages["warm-up"]
        qtbot.waitUntil(lambda: "10.0000129 V" in page.digits.accessibleName(), timeout=60_000)  # type: ignore[attr-defined]
        qtbot.waitUntil(lambda: not page.digits.live, timeout=60_000)  # type: ignore[attr-defined]
        participation.recorder.enter(run_stop(run[0], rows=2, reason="finished", author="P-01"))
    qtbot.waitUntil(lambda: shell.snapshot is not None and not shell.snapshot.state.open_runs, timeout=60_000)


def test_a_run_that_a_crash_left_open_is_closed_by_hand(
    shell: Shell, qtbot: QtBot, begun: Path, copied: Callable[[Path], Path]
) -> None:
    path = copied(begun)
    (path.parent / "pc").symlink_to(begun.parent / "pc")
    clock = SimulatedClock(parse_iso("2026-03-03T00:00:00Z"), 100.0)
    with Participation.open(path, clock=clock, home=Home(path.parent / "pc")) as participation:
        for station in ("arrival",):
            participation.recorder.enter(Draft(kind="station-done", body={"station": station}, author="P-01"))
        _begin_run(participation.recorder)
    shell.open(path)
    page = shell.pages["warm-up"]
    assert isinstance(page, RunPage)
    qtbot.waitUntil(page.close_button.isVisible, timeout=60_000)
    assert not page.start_button.isEnabled()
    page.close_button.click()
    qtbot.waitUntil(lambda: not page.close_button.isVisible() and page.start_button.isEnabled(), timeout=60_000)
    assert shell.snapshot is not None
    assert not shell.snapshot.state.open_runs


@pytest.fixture
def warming(shell: Shell, qtbot: QtBot, begun: Path, copied: Callable[[Path], Path]) -> tuple[Shell, RunPage, Path]:
    """The window with a warm-up under way on simulated instruments."""
    path = copied(begun)
    (path.parent / "pc").symlink_to(begun.parent / "pc")
    clock = SimulatedClock(parse_iso("2026-03-03T00:00:00Z"), 100.0)
    with Participation.open(path, clock=clock, home=Home(path.parent / "pc")) as participation:
        participation.recorder.enter(Draft(kind="station-done", body={"station": "arrival"}, author="P-01"))
    shell.open(path)
    page = shell.pages["warm-up"]
    assert isinstance(page, RunPage)
    qtbot.waitUntil(page.start_button.isEnabled, timeout=60_000)
    page.start_button.click()
    qtbot.waitUntil(lambda: page.digits.live, timeout=60_000)
    return shell, page, path


def test_a_warm_up_is_broken_off_in_order_and_can_be_begun_again(
    warming: tuple[Shell, RunPage, Path], qtbot: QtBot
) -> None:
    shell, page, path = warming
    page.stop_button.click()
    qtbot.waitUntil(page.start_button.isEnabled, timeout=60_000)
    qtbot.waitUntil(lambda: bool(shell.findChildren(QMessageBox)), timeout=60_000)
    assert shell.findChildren(QMessageBox)[-1].text() == "The run was broken off."
    assert shell.snapshot is not None
    assert not shell.snapshot.state.checks
    with Reader.open(path) as reader:
        assert [entry.body["reason"] for entry in reader.entries({"run-stop"})] == ["broken off"]


def test_closing_the_window_in_a_warm_up_ends_the_run_and_closes_the_notebook(
    warming: tuple[Shell, RunPage, Path],
) -> None:
    shell, _, path = warming
    shell.close()
    assert {file.name for file in path.parent.glob("begun*")} <= {path.name, "begun.checkpoint.txt"}
    with Reader.open(path) as reader:
        assert [entry.body["reason"] for entry in reader.entries({"run-stop"})] == ["broken off"]


def test_a_connection_is_asked_for_in_words() -> None:
    point = read_plan(PLAN).points[0]
    assert say(connection(Step("X", "-"), point)) == "Connect the transfer standard, 10V, reversed."


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[Path], Path]:
    def copy(path: Path) -> Path:
        target = tmp_path / path.name
        target.write_bytes(path.read_bytes())
        return target

    return copy


def _begin_run(recorder: Recorder) -> tuple[int, int]:
    channels = [Channel("voltage", "voltage", "V")]
    start: Draft = run_start(purpose="record", task="settling", channels=channels, instrument={},
                             clock=recorder.clock, author="P-01")  # fmt: skip
    run = recorder.enter(start)[0].seq
    meaning = {"role": "X", "direction": "+"}
    return run, recorder.enter(series(run, meaning, author="P-01"))[0].seq


def _replies(texts: list[str]) -> Replies:
    values = np.array([[float(text)] for text in texts])
    times = [1_000_000_000 * (n + 1) for n in range(len(texts))]
    return Replies(t_ns=times, status=["ok"] * len(texts), texts=[texts], raws=None, values=values)


def test_a_table_leaves_out_what_was_left_empty_and_has_a_default(light: Theme, qtbot: QtBot) -> None:
    form = StructForm(BudgetDeclared)
    qtbot.addWidget(form)
    row = {"row": "emf", "point": "10V", "value": "0.1", "unit": "µV", "source": "test"}
    form.fill({"rows": [row], "influences": []})
    assert form.body()["rows"] == [row]


def test_a_file_of_declarations_is_read_whole_or_refused_with_a_sentence(tmp_path: Path) -> None:
    known = read_declared(shipped("resources", "examples", "entries.json"))
    assert known["standard"]["serial"] == "LZ-0042"
    assert len(known["budget"]["rows"]) == 8  # type: ignore[arg-type]
    for rubbish in (b"", b"[1]", b"{", b"\xff\xfe", b'{"standard": 5}', b'{"budget": {"rows": [{}]}}', b"{}"):
        (tmp_path / "file.json").write_bytes(rubbish)
        with pytest.raises(Trouble):
            read_declared(tmp_path / "file.json")
