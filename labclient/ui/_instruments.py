"""The page of instruments: the register of this PC, each with its certificate's state, tried without a run."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QPlainTextEdit, QTableWidgetItem

from labclient.errors import Trouble
from labclient.instruments import Concern, Device
from labclient.participation import Look, blocked
from labclient.ui._certificate_panel import CertificatePanel, in_rows, quiet
from labclient.ui._desk import Desk
from labclient.ui._deviation_dialog import SignedDeviationDialog
from labclient.ui._dialog import Sentence, told
from labclient.ui._digits import NO_READING, grouped, status_note
from labclient.ui._driver_settings_dialog import DriverSettingsDialog
from labclient.ui._empty import Empty
from labclient.ui._find_dialog import FindDialog
from labclient.ui._health_line import HealthLine
from labclient.ui._instrument_work import (
    TRIED,
    Benchful,
    Listed,
    Tries,
    details,
    identify,
    read_bench,
    spelled,
    today,
    try_out,
)
from labclient.ui._marked import lead
from labclient.ui._marks import mark_icon
from labclient.ui._page import Page
from labclient.ui._part_panel import PartPanel
from labclient.ui._register_dialog import RegisterDialog
from labclient.ui._snug import SnugTable
from labclient.ui._theme import current_theme
from labclient.ui._view import plain
from labclient.ui._watch import Snapshot
from labclient.words import Message, message, say

_LIST, _IDENTIFY, _TRY = "bench", "identify", "try"
_TRANSCRIPT_LINES = 8


class InstrumentsPage(Page):
    """Works without a notebook, too. Everything is asked in the thread of `tries`; what a run uses is left to it."""

    def __init__(self, desk: Desk, tries: Tries) -> None:
        super().__init__(desk, message("Instruments"))
        self._tries = tries
        self._benchful: Benchful | None = None
        self._chosen = ""
        self._firmware = "", ""  # of the one that was asked last
        self._concerns: tuple[Concern, ...] = ()
        self._working = ""
        headings = (message("Instrument"), message("Model"), message("Serial number"), message("Certificate"),
                    message("Last answer"))  # fmt: skip
        self.table = SnugTable(say(message("Instruments of this PC")), headings, wide=(0, 1, 3))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.currentCellChanged.connect(self._choose)
        self.none = Empty(_NONE, *_STEPS)
        self.concerns = Sentence("attention")
        self.about = _label()
        self.health = HealthLine(tries)
        self.part = PartPanel(tries)
        self.certificate = CertificatePanel(desk, tries)
        self.value = _label()
        self.value.setProperty("role", "heading")
        self.said = _label()
        self.trouble = Sentence()
        self.transcript = QPlainTextEdit()
        self.transcript.setReadOnly(True)
        self.transcript.setTabChangesFocus(True)
        self.transcript.setAccessibleName(say(message("What was said on the line")))
        self.transcript.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.transcript.setFixedHeight(self.transcript.fontMetrics().lineSpacing() * _TRANSCRIPT_LINES)
        self.settings_button = quiet(message("Settings…"), self._settings)
        self.raw_button = quiet(message("Raw log (F12)"), self._show_raw)
        self.raw_button.setCheckable(True)
        self.raw_button.setShortcut("F12")
        self.pass_button = quiet(message("Signed deviation…"), self._pass)
        self.action_row = in_rows(self.settings_button, self.raw_button, self.pass_button)
        self._shown = (self.about, self.certificate, self.action_row)
        for widget in (self.none, self.table, self.concerns, self.trouble, self.value, self.said, self.transcript,
                       self.health, self.part, self.action_row, self.about, self.certificate):  # fmt: skip
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.body.setStretchFactor(self.none, 1000)
        self._add_buttons()
        tries.done.connect(self._done)
        tries.crashed.connect(self._rest)
        tries.looked.connect(self._show_look)
        tries.told.connect(self._tell)
        desk.busy.connect(self._look)
        self.part.bound.connect(self._read)
        self.part.troubled.connect(self._say_trouble)
        self.certificate.entered.connect(self._entered)
        self._show_nothing()
        self._look()

    def _add_buttons(self) -> None:
        self.find_button = self.secondary(message("Find…"), self._find)
        self.register_button = self.secondary(message("Register…"), self._register)
        self.identify_button = self.secondary(message("Identify"), self._identify)
        self.try_button = self.primary(message("Test read {count} times", count=TRIED), self._try)

    def showEvent(self, _event: QShowEvent) -> None:
        """The register is read when somebody looks: it may have been edited meanwhile."""
        self._read()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        moved = self.snapshot is None or self.snapshot.path != snapshot.path
        super().show_snapshot(snapshot)
        if moved and self.isVisible():
            self._read()
        elif self.isVisible():
            self._show_part()
            self._show_concerns()
        self._look()

    def forget(self) -> None:
        super().forget()
        self._show_nothing()

    # -- what a person asks for ----------------------------------------------------------------------------------------

    def _read(self) -> None:
        path: Path | None = self.snapshot.path if self.snapshot is not None else None
        self._tries.run(_LIST, told(lambda: read_bench(path)))

    def _identify(self) -> None:
        if self._benchful is not None and (one := self._listed()) is not None:
            home, id = self._benchful.home, one.one.id
            self._begin(_IDENTIFY, message("Asking who is there…"))
            self._tries.run(_IDENTIFY, told(lambda: identify(home, id)))

    def _try(self) -> None:
        if self._working == _TRY:
            self._tries.stop.set()
        elif self._benchful is not None and (one := self._listed()) is not None:
            home, id = self._benchful.home, one.one.id
            self._begin(_TRY, message("Connecting…"))
            self._tries.stop.clear()
            self._tries.run(_TRY, told(lambda: try_out(home, id, self._tries)))

    def _find(self) -> None:
        if self._benchful is not None:
            artefact = self.snapshot.state.plan.transfer_standard.serial if self.snapshot is not None else ""
            FindDialog(self, self.desk, self._tries, self._benchful, self._register_found, artefact).open()

    def _register(self) -> None:
        self._register_found("", "")

    def _register_found(self, driver: str, address: str) -> None:
        if self._benchful is not None:
            dialog = RegisterDialog(self, self.desk, self._tries, self._benchful, driver, address)
            dialog.entered.connect(self._entered)
            dialog.open()

    def _entered(self, id: str) -> None:
        self._chosen = id
        self._read()

    def _settings(self) -> None:
        listed = self._listed()
        if self._benchful is not None and listed is not None and listed.driver is not None:
            dialog = DriverSettingsDialog(self, self.desk, self._tries, self._benchful, listed.one, listed.driver)
            dialog.entered.connect(self._entered)
            dialog.open()

    def _pass(self) -> None:
        listed = self._listed()
        if self.snapshot is not None and listed is not None:
            state, concerns = self.snapshot.state, self._blocking()
            SignedDeviationDialog(self, self.desk, state, listed.one.id, concerns).open()

    def _show_raw(self) -> None:
        self.transcript.setVisible(self.raw_button.isChecked() and bool(self.transcript.toPlainText()))

    # -- what comes back -----------------------------------------------------------------------------------------------

    def _begin(self, what: str, sentence: Message) -> None:
        self._working = what
        self.trouble.put()
        self.value.hide()
        self.transcript.clear()
        self.transcript.hide()
        self._tell(sentence)
        self._look()

    def _rest(self) -> None:
        self._working = ""
        self._look()

    def _done(self, what: str, answer: object) -> None:
        if what not in {_LIST, _IDENTIFY, _TRY}:
            return
        if what == self._working:
            self._rest()
        if isinstance(answer, Trouble):
            self.said.hide()
            self._say_trouble(answer)
        elif isinstance(answer, Benchful):
            self._show_bench(answer)
        elif isinstance(answer, Device) and answer.identity is not None:
            who = answer.identity
            self._tell(message("{maker} {model}, serial number {serial}, firmware {firmware}",
                               maker=who.manufacturer or "-", model=who.model or "-", serial=who.serial or "-",
                               firmware=who.firmware or "-"))  # fmt: skip
            self._show_transcript([spelled(line) for line in answer.transcript])
            self._show_concerns(device=answer)
            self._read()
        elif isinstance(answer, Look):
            self._show_look(answer)
            self._tell(message("{count} readings. A look only: it belongs to no comparison and never counts.",
                               count=len(answer.replies)))  # fmt: skip
            self.health.refresh()
            self._read()

    def _show_look(self, look: Look) -> None:
        lines = [spelled(line) for line in look.transcript]
        for reply in look.replies:
            texts = [f"{text} {channel.unit}" if text else NO_READING
                     for text, channel in zip(reply.texts, look.channels, strict=True)]  # fmt: skip
            lines.append(f"= {reply.index + 1}   {'   '.join(texts)}   {reply.status}")
        self._show_transcript(lines)
        if look.replies:
            last = look.replies[-1]
            texts = [f"{grouped(plain(text))} {channel.unit}"
                     for text, channel in zip(last.texts, look.channels, strict=True) if text]  # fmt: skip
            value = "   ".join(texts) if last.status == "ok" else say(status_note(last.status))
            self.value.setText(f"{value}   ({last.index + 1}/{TRIED})")
            self.value.show()
        if self._working == _TRY and look.replies:
            self._tell(message("Reading…"))

    def _show_transcript(self, lines: list[str]) -> None:
        self.transcript.setPlainText("\n".join(lines))
        self._show_raw()
        bar = self.transcript.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _say_trouble(self, trouble: Trouble | None) -> None:
        self.trouble.put(*((trouble.sentence, trouble.way_on) if trouble is not None else ()))

    def _tell(self, sentence: Message) -> None:
        self.said.setText(say(sentence))
        self.said.show()

    # -- what it shows -------------------------------------------------------------------------------------------------

    def _show_nothing(self) -> None:
        self._benchful, self._working = None, ""
        for widget in (self.table, self.none, *self._shown, self.value, self.said, self.transcript):
            widget.hide()
        self.trouble.put()
        self._show_chosen()

    def _show_bench(self, benchful: Benchful) -> None:
        self._benchful = benchful
        self.table.blockSignals(True)
        self.table.show_rows([_row(one) for one in benchful.listed])
        ids = [one.one.id for one in benchful.listed]
        at = ids.index(self._chosen) if self._chosen in ids else 0
        self.table.setCurrentCell(at, 0)
        self.table.blockSignals(False)
        self.table.setVisible(bool(ids))
        self.none.setVisible(not ids)
        self._show_chosen()

    def _choose(self, row: int, _column: int, before: int, _before: int) -> None:
        if row != before and self._benchful is not None and 0 <= row < len(self._benchful.listed):
            if not self._working:
                self.trouble.put()
                for widget in (self.value, self.said, self.transcript):
                    widget.hide()
            self._show_chosen()

    def _show_chosen(self) -> None:
        listed = self._listed()
        self._chosen = listed.one.id if listed is not None else ""
        for widget in self._shown:
            widget.setVisible(listed is not None)
        self.certificate.show_listed(self._benchful, listed, self._firmware[1] if self._is_asked(listed) else "")
        self._show_part()
        if listed is not None:
            self.about.setText("\n".join(details(listed, say)))
        self._show_concerns()
        self._look()

    def _show_concerns(self, device: Device | None = None) -> None:
        """What speaks against the chosen one; of its firmware only when it was the last that was asked."""
        listed = self._listed()
        if listed is not None and device is not None and device.identity is not None:
            self._firmware = listed.one.id, device.identity.firmware
        self._concerns = listed.concerns if listed is not None else ()
        if listed is not None and self._is_asked(listed):
            self._concerns = listed.registration.concerns(today(), self._firmware[1])
        stops = message("By the plan no run for the record is made with it as it is.") if self._blocking() else None
        self.concerns.put(*(one.sentence for one in self._concerns), stops)

    def _show_part(self) -> None:
        """What the chosen one does in the open comparison, and how it answers there."""
        listed, home = self._listed(), self._benchful.home if self._benchful is not None else None
        self.part.show_listed(self._benchful, listed, self.snapshot)
        path = self.snapshot.path if self.snapshot is not None else None
        of = (path, home, listed.one.id) if home is not None and listed is not None else None
        self.health.follow(of, self.snapshot is not None and bool(self.snapshot.state.open_runs))

    def _is_asked(self, listed: Listed | None) -> bool:
        """Whether this is the one that said its firmware last."""
        return listed is not None and self._firmware[0] == listed.one.id

    def _blocking(self) -> tuple[Concern, ...]:
        """What blocks the chosen instrument, by the plan of the open notebook."""
        return blocked(self.snapshot.state, self._concerns) if self.snapshot is not None else ()

    def _look(self) -> None:
        """Let the buttons say what is possible now."""
        listed = self._listed()
        can_ask = listed is not None and listed.driver is not None and not self._working
        used = listed is not None and not self._working and listed.in_use
        for button in (self.identify_button, self.try_button):
            button.setEnabled(can_ask and not used)
        if self._working == _TRY:
            self.try_button.setEnabled(True)
        label = message("Stop") if self._working == _TRY else message("Test read {count} times", count=TRIED)
        self.try_button.setText(say(label))
        if self.try_button.objectName() == "primary":
            self.try_button.setShortcut("Ctrl+Return")
        free = self._benchful is not None and not self._working
        for button in (self.find_button, self.register_button):
            button.setEnabled(free)
        lead([self.find_button, self.register_button, self.identify_button, self.try_button],
             self.find_button if free and not self.table.rowCount() else self.try_button)  # fmt: skip
        self.settings_button.setEnabled(free and listed is not None and listed.driver is not None)
        self.part.let_work(free, self.snapshot is not None and self.snapshot.state.simulated)
        self.certificate.let_work(free)
        opened_by = self.snapshot.state.plan.instruments.opened_by if self.snapshot is not None else ()
        self.pass_button.setVisible(bool(opened_by and self._blocking()))
        why = message("{id} is in use: it can be tried when the run is over.", id=listed.one.id if listed else "")
        self.show_missing((why,) if used else ())

    def _listed(self) -> Listed | None:
        row = self.table.currentRow()
        if self._benchful is None or not 0 <= row < len(self._benchful.listed):
            return None
        return self._benchful.listed[row]


def _row(one: Listed) -> list[str | QTableWidgetItem]:
    state = QTableWidgetItem(mark_icon(one.state, current_theme()), say(one.word))
    name = one.one.id if one.one.name == one.one.id else f"{one.one.id}  {one.one.name}"
    return [name, one.one.model or "—", one.one.serial or "—", state, one.answered or "—"]


_NONE = message("No instrument is registered yet.")
_STEPS = (
    message("“Find…” looks on all buses; “Register…” takes one by its address, or a thing without an interface."),
    message("Enter its certificate; a second person confirms it."),
    message("Bind it to what the plan wants measured, and read it for a test."),
)


def _label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
