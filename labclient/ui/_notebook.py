"""The notebook as a person reads it: what happened, whether it still verifies, and the ways to take it elsewhere."""

from os.path import commonpath
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
)

from labclient.home import this_pc
from labclient.notebook import CheckReport, check, export, proof_bytes, prove_entry
from labclient.participation import copy_folder
from labclient.signing import storage, write_whole
from labclient.ui._aside import Aside
from labclient.ui._checkpoint import CheckpointDialog, Signed, sign_checkpoint_of
from labclient.ui._choose import choose_folder, choose_new
from labclient.ui._commands import spell
from labclient.ui._desk import Desk
from labclient.ui._page import Page
from labclient.ui._second_copy import CopyFollower
from labclient.ui._timeline import TimelineFilter, TimelineModel, rows_of
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

_ROOMY = 75  # characters
_ROWS, _CHECK, _EXPORT, _COPY, _PROVE = "rows", "check", "export", "copy", "prove"


class NotebookPage(Page):
    """Everything on it reads, in a thread beside the desk; only a checkpoint is written, at the desk. A second copy is
    kept, by a process of its own, as long as the notebook is shown."""

    def __init__(self, desk: Desk, aside: Aside) -> None:
        super().__init__(desk, message("Notebook"))
        self._aside = aside
        self._read_to = 0
        self._generation = 0
        self.missing.hide()
        self.model = TimelineModel()
        self.filter = TimelineFilter(self.model)
        self.search = QLineEdit()
        self.search.setPlaceholderText(say(message("Search (Ctrl+F)")))
        self.search.setAccessibleName(say(message("Search the entries")))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.filter.setFilterFixedString)
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)
        self.readings = QCheckBox(say(message("Show readings")))
        self.readings.toggled.connect(self.filter.show_readings)
        row = QHBoxLayout()
        row.addWidget(self.search, 1)
        row.addWidget(self.readings)
        self.prove_button = QPushButton()
        spell(self.prove_button, message("Prove this entry…"))
        self.prove_button.clicked.connect(self._prove)
        row.addWidget(self.prove_button)
        self.table = _table(self.filter)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addLayout(row)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.said)
        self.copied = QLabel()
        self.copied.setWordWrap(True)
        self.copied.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copied.hide()
        self.body.addWidget(self.copied)
        self.copy = CopyFollower(self)
        self.copy.told.connect(self._show_copied)
        self._copied_from: Path | None = None
        self.secondary(message("Second copy…"), self._choose_copy)
        self.secondary(message("Export…"), self._export)
        self.checkpoint_button = self.secondary(message("Sign a checkpoint"), self._checkpoint)
        self.check_button = self.primary(message("Check the notebook"), self._check)
        aside.done.connect(self._done)
        desk.done.connect(self._desk_done)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        if self.isVisible():
            self._read_on()
        if self._copied_from != snapshot.path:
            self._copied_from = path = snapshot.path
            self._aside.run(f"{_COPY} {self._generation}", lambda: copy_folder(this_pc(), path))

    def showEvent(self, _event: QShowEvent) -> None:
        """Entries are read when somebody looks."""
        self._read_on()

    def forget(self) -> None:
        super().forget()
        self._read_to = 0
        self._generation += 1
        self.model.clear()
        self.said.clear()
        self.copy.leave()
        self.copied.hide()
        self._copied_from = None

    def _read_on(self) -> None:
        if self.snapshot is None or self._read_to >= self.snapshot.size:
            return
        path, start, stop = self.snapshot.path, self._read_to, self.snapshot.size
        self._read_to = stop
        self._aside.run(f"{_ROWS} {self._generation}", lambda: rows_of(path, start, stop))

    def _check(self) -> None:
        if self.snapshot is not None:
            path = self.snapshot.path
            self.check_button.setEnabled(False)
            self._tell(message("Checking every entry…"))
            self._aside.run(_CHECK, lambda: check(path, deep=True))

    def _export(self) -> None:
        if self.snapshot is None:
            return
        folder = QFileDialog.getExistingDirectory(self, say(message("An empty folder for the export")))
        if folder:
            path = self.snapshot.path
            self._aside.run(_EXPORT, lambda: export(path, Path(folder), damaged=True, described=True))

    def _choose_copy(self) -> None:
        if self.snapshot is not None:
            choose_folder(self, message("A folder on a stick or a share"), self._copy_to)

    def _copy_to(self, folder: Path) -> None:
        if self.snapshot is not None:
            self.copy.follow(self.snapshot.path, folder)

    def _show_copied(self, sentence: str) -> None:
        self.copied.setText(sentence)
        self.copied.show()

    def _prove(self) -> None:
        """A file that shows a stranger: this entry is in the log that the checkpoint covers."""
        index = self.table.currentIndex()
        if self.snapshot is None or not index.isValid():
            self._tell(message("Choose an entry first."))
            return
        seq = self.model.row(self.filter.mapToSource(index).row()).seq
        path = self.snapshot.path
        proposed = path.with_name(f"{path.stem}.entry-{seq}.proof.json")

        def prove(file: Path) -> None:
            self._aside.run(_PROVE, lambda: _write_proof(path, seq, file))

        choose_new(self, message("Where to write the proof"), "*.json", prove, proposed)

    def _checkpoint(self) -> None:
        self.desk.do("checkpoint", sign_checkpoint_of)

    def _done(self, what: str, answer: object) -> None:
        if what == f"{_ROWS} {self._generation}" and isinstance(answer, list):
            at_end = self.table.verticalScrollBar().value() == self.table.verticalScrollBar().maximum()
            self.model.add(answer)
            self._fit()
            if at_end:
                self.table.scrollToBottom()
        elif what == f"{_COPY} {self._generation}" and isinstance(answer, Path) and self._copied_from is not None:
            self.copy.follow(self._copied_from, None)
        elif what == _CHECK and isinstance(answer, CheckReport):
            self.check_button.setEnabled(True)
            self._show_report(answer)
        elif what == _EXPORT and isinstance(answer, tuple):
            self._show_export(answer)
        elif what == _PROVE and isinstance(answer, Path):
            self._tell(message("Written to {file}: `labclient prove --verify` reads it.", file=str(answer)))

    def _desk_done(self, what: str, answer: object) -> None:
        if what == "checkpoint" and isinstance(answer, Signed):
            self._tell(message("Written to {file}: give it to the pilot laboratory.", file=str(answer.file)))
            CheckpointDialog(self, answer).open()

    def _show_export(self, files: tuple[Path, ...]) -> None:
        folder = commonpath(files)
        told = message("{count} files in {folder}; SHA256SUMS lists their digests.", count=len(files), folder=folder)
        for file in files:
            if file.name == "DAMAGE.txt":
                told = message("The notebook is damaged: {file} says what verifies and what does not.", file=str(file))
        self._tell(told)

    def _show_report(self, report: CheckReport) -> None:
        if report.ok:
            told = message(
                "Everything verifies: {entries} entries, {readings} readings, {checkpoints} checkpoints; root {root}",
                entries=report.entries, readings=report.readings, checkpoints=report.checkpoints,
                root=report.root[:16] + "…",
            )  # fmt: skip
            self._tell(told)
            return
        places = [
            message("entry {seq}: {why}", seq=one.seq, why=one.sentence) if one.seq is not None else one.sentence
            for one in report.findings
        ]
        proven = ", ".join(f"{first}–{last}" if first < last else str(first) for first, last in report.verified)
        if proven:
            places.append(message("Entries that are proven to be what was written: {entries}", entries=proven))
        self.said.setText("\n".join([say(message("The notebook does not verify.")), *map(say, places[-20:])]))

    def _fit(self) -> None:
        header = self.table.horizontalHeader()
        for column in range(self.model.columnCount() - 1):
            self.table.setColumnWidth(column, max(self.table.sizeHintForColumn(column), header.sectionSizeHint(column)))
        narrow = self.table.viewport().width() < self.fontMetrics().averageCharWidth() * _ROOMY
        for column in (2, 3):  # who and where; the sentence matters more
            self.table.setColumnHidden(column, narrow)
        header.setSectionResizeMode(self.model.columnCount() - 1, QHeaderView.ResizeMode.Stretch)

    def _tell(self, sentence: Message) -> None:
        self.said.setText(say(sentence))


def _table(model: TimelineFilter) -> QTableView:
    table = QTableView()
    table.setAccessibleName(say(message("Entries")))
    table.setModel(model)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setStretchLastSection(True)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def _write_proof(path: Path, seq: int, file: Path) -> Path:
    proof = proof_bytes(prove_entry(path, seq))
    with storage(file.parent):
        write_whole(file, proof)
    return file
