"""The notebook's page: the log in words, searched, checked and exported without stopping the desk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from labclient.clock import SystemClock
from labclient.notebook import Channel, Draft, Notebook, Reader, read_proof, run_start, run_stop, verify_proof
from labclient.participation import KINDS, told
from labclient.participation._told import _SENTENCES
from labclient.signing import NoteKey, qr_squares
from labclient.ui._aside import Aside
from labclient.ui._checkpoint import CheckpointDialog, Signed
from labclient.ui._desk import Desk
from labclient.ui._notebook import NotebookPage
from labclient.ui._theme import Theme
from labclient.ui._timeline import TimelineFilter, TimelineModel, rows_of
from labclient.ui._watch import Snapshot
from labclient.words import say


@pytest.fixture
def key() -> NoteKey:
    return NoteKey.generate("bench")


@pytest.fixture
def written(tmp_path: Path, key: NoteKey) -> Path:
    path = tmp_path / "small.labnote"
    clock = SystemClock()
    about = {"comparison": "C-1", "laboratory": "LAB01"}
    with Notebook.create(path, clock=clock, author="P-01", key=key, body=about) as notebook:
        notebook.append(Draft(kind="note", body={"text": "the door was open"}, author="P-01", station="measurement"))
        channels, device = [Channel("v", "voltage", "V")], {"identity": {"model": "34470A", "serial": "MY1"}}
        start = run_start(
            purpose="record", task="stability", channels=channels, instrument=device, clock=clock, author="P-01"
        )
        (run,) = notebook.append(start)
        notebook.append(run_stop(run.seq, rows=0, reason="finished", author="P-01"))
    return path


@pytest.fixture
def page(qtbot: QtBot, light: Theme) -> Iterator[NotebookPage]:
    desk, aside = Desk(), Aside()
    widget = NotebookPage(desk, aside)
    qtbot.addWidget(widget)
    widget.show()
    yield widget
    desk.shut()
    aside.shut()


def _shown(page: NotebookPage) -> list[str]:
    last = page.filter.columnCount() - 1
    return [page.filter.index(row, last).data() for row in range(page.filter.rowCount())]


@pytest.fixture
def filled(page: NotebookPage, written: Path, qtbot: QtBot) -> NotebookPage:
    with Reader.open(written) as reader:
        page.show_snapshot(Snapshot(written, None, reader.size))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: page.model.rowCount() == 4, timeout=60_000)
    return page


def test_every_entry_is_a_sentence(filled: NotebookPage) -> None:
    assert _shown(filled) == [
        "Notebook begun: C-1, LAB01",
        "Note: the door was open",
        "Run begun: reading stability, 34470A MY1",
        "Run 2 ended (finished): 0 replies",
    ]


def test_every_kind_of_entry_has_a_sentence() -> None:
    assert KINDS.keys() <= _SENTENCES.keys()


def test_an_entry_of_an_unknown_kind_or_form_is_named(written: Path) -> None:
    with Notebook.open(written, clock=SystemClock()) as notebook:
        (strange,) = notebook.append(Draft(kind="novelty", body={"x": "1"}, author="P-01"))
        (empty,) = notebook.append(Draft(kind="note", body={}, author="P-01"))
    assert say(told(strange)) == "Entry of the kind “novelty”"
    assert say(told(empty)) == "Entry of the kind “note”"


def test_typing_searches_every_column(filled: NotebookPage) -> None:
    QTest.keyClicks(filled.search, "DOOR")
    assert _shown(filled) == ["Note: the door was open"]
    filled.search.setText("measurement")
    assert _shown(filled) == ["Note: the door was open"]
    filled.search.clear()
    assert len(_shown(filled)) == 4


def test_the_model_keeps_qts_contract(written: Path, qtbot: QtBot) -> None:
    model = TimelineModel()
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, fatal)
    shown = TimelineFilter(model)
    tester_of_shown = QAbstractItemModelTester(shown, fatal)
    for seq in range(4):
        model.add(rows_of(written, seq, seq + 1))
    shown.show_readings(True)
    model.clear()
    assert tester.model() is model
    assert tester_of_shown.model() is shown


def test_a_check_says_what_verifies(filled: NotebookPage, qtbot: QtBot) -> None:
    QTest.keyClick(filled, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    filled.check_button.click()
    qtbot.waitUntil(lambda: filled.said.text().startswith("Everything verifies: 4 entries"), timeout=60_000)
    assert filled.check_button.isEnabled()


def test_a_damaged_notebook_is_named_place_by_place(filled: NotebookPage, written: Path, qtbot: QtBot) -> None:
    data = bytearray(written.read_bytes())
    place = data.index(b"the door")
    data[place] = 0xFF
    written.write_bytes(data)
    filled.check_button.click()
    qtbot.waitUntil(lambda: filled.said.text().startswith("The notebook does not verify."), timeout=60_000)
    assert "entry 1" in filled.said.text()


def test_an_export_is_one_action(
    filled: NotebookPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: Callable[..., str] = lambda *_: str(tmp_path / "out")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", chosen)
    filled._export()
    qtbot.waitUntil(lambda: "SHA256SUMS" in filled.said.text(), timeout=60_000)
    assert (tmp_path / "out" / "SHA256SUMS").exists()


def test_what_a_damaged_notebook_still_holds_is_exported(
    filled: NotebookPage, written: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(written.read_bytes())
    data[data.index(b"the door")] = 0xFF
    written.write_bytes(data)
    chosen: Callable[..., str] = lambda *_: str(tmp_path / "out")  # noqa: E731
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", chosen)
    filled._export()
    qtbot.waitUntil(lambda: "DAMAGE.txt" in filled.said.text(), timeout=60_000)
    assert (tmp_path / "out" / "DAMAGE.txt").exists()


def test_a_proof_of_the_chosen_entry_is_written_and_verifies(
    filled: NotebookPage, written: Path, key: NoteKey, tmp_path: Path, qtbot: QtBot
) -> None:
    filled.prove_button.click()
    assert filled.said.text() == "Choose an entry first."
    with Notebook.open(written, clock=SystemClock()) as notebook:
        notebook.checkpoint(key)
    filled.table.selectRow(1)
    filled.prove_button.click()
    chooser = filled.findChild(QFileDialog)
    assert chooser is not None
    file = tmp_path / "entry.proof.json"
    chooser.fileSelected.emit(str(file))
    qtbot.waitUntil(lambda: str(file) in filled.said.text(), timeout=60_000)
    assert say(told(verify_proof(read_proof(file.read_bytes())).entry)) == "Note: the door was open"
    chooser.close()


def test_a_checkpoint_is_shown_in_three_ways(filled: NotebookPage, written: Path, key: NoteKey, qtbot: QtBot) -> None:
    with Notebook.open(written, clock=SystemClock()) as notebook:
        note = notebook.checkpoint(key)
    signed = Signed(note, 4, "ABCD-EFGH-JKMN-PQRS-TVWX-7", written.with_suffix(".checkpoint.txt"), qr_squares(note))
    filled._desk_done("checkpoint", signed)
    dialog = filled.findChild(CheckpointDialog)
    assert dialog is not None
    texts = [label.text() for label in dialog.findChildren(QLabel)]
    assert signed.code in texts
    assert any(str(signed.file) in text for text in texts)
    dialog.grab()
    dialog.close()
