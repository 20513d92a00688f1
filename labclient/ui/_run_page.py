"""A page of one kind of run: what is connected, big digits, the live plot, and the verdict beside the buttons."""

from math import inf

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from labclient.participation import Participation, missing
from labclient.plan import Station
from labclient.ui._bench import runs_of
from labclient.ui._bench_view import BenchView
from labclient.ui._by_hand import ByHand
from labclient.ui._commands import spell
from labclient.ui._desk import Desk
from labclient.ui._digits import BigDigits
from labclient.ui._happening import Happening
from labclient.ui._marked import stand_out
from labclient.ui._page import Page
from labclient.ui._place import how_far, invitation
from labclient.ui._plot import RunPlot
from labclient.ui._recent import Recent
from labclient.ui._remark import EventDialog
from labclient.ui._run_marks import RunMarks
from labclient.ui._strip import stale_after
from labclient.ui._theme import S1, S2, space
from labclient.ui._view import next_day, plain, verdicts
from labclient.ui._watch import LiveReplies, Snapshot
from labclient.units import convert
from labclient.words import Message, message, say


class RunPage(Page):
    """One kind of run with its live readings. `tasks` are the runs it shows. The digits are there while there is
    something live to show; afterwards the plot has their room."""

    live = True

    def __init__(self, desk: Desk, station: Station, title: Message, tasks: tuple[str, ...]) -> None:
        super().__init__(desk, title, station)
        self.station = station
        self._tasks = tasks
        self._run, self._taken, self._series = -1, 0, -1
        self._recent = Recent()
        self._clock = QElapsedTimer()
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.timeout.connect(self._grow_stale)
        self._bench: BenchView | None = None
        self.words = QLabel()
        self.words.setObjectName("heading")
        self.words.setWordWrap(True)
        self.digits = BigDigits()
        self.plot = RunPlot()
        self.marks = RunMarks(self.plot)
        self.plot.saved.connect(lambda path: desk.told.emit(message("Saved: {path}", path=str(path))))
        self.plot.troubled.connect(desk.failed)
        self.plot.crashed.connect(desk.crashed)
        self.verdict = QLabel()
        self.verdict.setObjectName("verdict")
        self.verdict.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.hide()
        self.body.setSpacing(space(S1))
        self.body.addWidget(self.digits)
        self.body.addWidget(self.plot, 1)
        self.close_button = self.in_body(message("Close the interrupted run"), self._close_interrupted)
        self.close_button.hide()
        self.buttons.insertWidget(0, self.verdict, 100)
        self.buttons.insertWidget(1, self.bar, 100)
        self.by_hand = ByHand(self, desk, station, self.secondary)
        self.stop_button = self.secondary(message("Break off"), desk.break_off)
        self.start_button = self.secondary(message("Start"), self._start)
        self.done_button = self.primary(message("Sign this station off"), self._finish)
        self.start_button.setShortcut(QKeySequence("F5"))
        self._start_too = QShortcut(QKeySequence("Ctrl+Return"), self, self.start_button.click)
        self.stop_button.setShortcut(QKeySequence("F6"))
        for button in (self.stop_button, self.start_button, self.done_button):
            button.setEnabled(False)
        self._build_head()
        desk.progressed.connect(self._progress)
        desk.busy.connect(self._busy)
        desk.asked.connect(self._asked)
        for attention in (desk.asked, desk.failed, desk.crashed):
            attention.connect(self._leave_bench)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == self.station
        reasons = missing(state, self.station)
        ready = here and not state.open_runs
        self.show_missing(() if self.running else reasons)
        self.done_button.setEnabled(here and not reasons)
        self.close_button.setVisible(here and bool(state.open_runs) and self.desk.idle)
        self.start_button.setEnabled(ready)
        asked = invitation(state, self.station) if ready and reasons else None
        self._rank(self.start_button if asked else self.done_button)
        self.by_hand.show_state(state, ready=ready and self.desk.idle)
        self.event_button.setEnabled(True)
        self.verdict.setText(verdicts(state, self.station))
        self._suit_the_run()
        self.marks.show_state(state)
        if not self.running:
            self.put_words(say(asked) if asked else "")

    def _rank(self, next_one: QPushButton) -> None:
        """The start of the run is the primary action until nothing is missing; it keeps its own key besides."""
        stand_out([self.start_button, self.done_button], next_one)
        self._start_too.setEnabled(next_one is self.start_button)
        self.done_button.setShortcut(QKeySequence("Ctrl+Return" if next_one is self.done_button else ""))

    @property
    def running(self) -> bool:
        """Whether a run of this station is under way; one that a crash has left open is not."""
        if self.snapshot is None or self.desk.idle:
            return False
        return any(run.station == self.station for run in self.snapshot.state.open_runs)

    def show_replies(self, replies: LiveReplies) -> None:
        if replies.task not in self._tasks:
            return
        if replies.run != self._run:
            self._begin(replies)
            self._suit_the_run()
        if replies.series != self._series:  # digits of another size may follow
            self._series = replies.series
            self.digits.fit_anew()
        self._taken += len(replies.times)
        self.marks.take(replies)
        self.show_values(replies)
        self._show_band(replies)
        if not replies.fresh:
            return
        self.digits.show_reading(plain(replies.texts[0]), replies.channels[0].unit, replies.status)
        self.put_words(say(self.where(replies)))
        pause = self._clock.restart() if self._clock.isValid() else 0
        self._clock.start()
        self._stale.start(round(stale_after(pause / 1e3) * 1e3))

    def show_happening(self, happened: Happening) -> None:
        if happened.task in self._tasks:
            self.marks.add(happened)

    def show_values(self, replies: LiveReplies) -> None:
        """Put the readings into the plot."""
        self.plot.append(replies.times, replies.values[:, 0])

    def where(self, replies: LiveReplies) -> Message:
        """How far the run is."""
        if self.snapshot is None or not len(replies.times):
            return message("Reading {n}", n=self._taken)
        elapsed_s = float(replies.times[-1]) - (self.plot.pyramid.span[0] if len(self.plot.pyramid) else 0.0)
        return how_far(self.snapshot.state, self.station, self._taken, elapsed_s)

    def put_words(self, text: str) -> None:
        """Say where the run stands, on the bench view too."""
        self.words.setText(text)
        self.words.setVisible(bool(text))
        if self._bench is not None:
            self._bench.words.setText(text)

    def forget(self) -> None:
        super().forget()
        self._run = -1
        self.plot.clear()
        self.marks.clear()
        self.digits.clear()
        self.put_words("")
        self.verdict.clear()
        self.start_button.setEnabled(False)
        self.done_button.setEnabled(False)
        self.event_button.setEnabled(False)
        self._clock.invalidate()

    def show_bench(self) -> None:
        """Digits and plot on the whole screen; or back, where they are there already."""
        if self._bench is not None:
            self._bench.reject()
        else:
            self._bench = BenchView(self.window(), self.told_on_bench(), {self.digits: 5, self.plot: 6})
            self._bench.setWindowTitle(self.title.text())
            self._bench.words.setText(self.words.text())
            self._bench.finished.connect(self._bench_left)
            self._bench.showFullScreen()

    def told_on_bench(self) -> tuple[QWidget, ...]:
        """What else somebody at the other end of the bench has to know."""
        return ()

    def _asked(self, sentence: Message) -> None:
        """Cables are being moved: what was connected is not any more."""
        if self.snapshot is not None and self.snapshot.state.station == self.station:
            self.put_words(say(sentence))

    def _leave_bench(self, _reason: object) -> None:
        """Somebody is asked something: that must be seen."""
        if self._bench is not None:
            self._bench.reject()

    def _bench_left(self) -> None:
        self._bench = None
        if self.snapshot is not None:
            self.show_snapshot(self.snapshot)

    def _build_head(self) -> None:
        """What is done beside the run at the title, and below it the words, which wrap: in the scrolled body they would
        keep it from becoming lower."""
        layout = self.layout()
        assert isinstance(layout, QBoxLayout)
        layout.setContentsMargins(space(S2), 0, space(S2), space(S2))  # there is always a headline above
        self.above = QVBoxLayout()
        self.above.addWidget(self.words)
        self.above.setSpacing(0)
        layout.insertLayout(2, self.above)
        self.event_button = self._aside(message("Event… (F8)"), "F8")
        self.event_button.clicked.connect(self._ask_event)
        self.bench_button = self._aside(message("Bench view (F11)"), "F11")
        self.bench_button.clicked.connect(self.show_bench)

    def _aside(self, label: Message, key: str) -> QPushButton:
        """A quiet button beside the title."""
        button = QPushButton()
        spell(button, label)
        button.setProperty("role", "quiet")
        button.setShortcut(QKeySequence(key))
        self.head.addWidget(button)
        return button

    def _ask_event(self) -> None:
        if self.snapshot is not None:
            EventDialog(self.window(), self.desk, self.snapshot.state).open()

    def _begin(self, replies: LiveReplies) -> None:
        self._run, self._taken = replies.run, 0
        self.plot.clear()
        self.plot.set_unit(replies.channels[0].unit)
        if self.snapshot is not None:
            self.plot.heading = f"{self.snapshot.path.stem}   {self.title.text()}"
            self.marks.begin(self.snapshot.path, replies)
        self._recent = Recent()

    def _suit_the_run(self) -> None:
        """Room for readings to come and for the digits only while there are some."""
        self.plot.set_growing(self.running)
        self.digits.setVisible(self.running or self._bench is not None)

    def _grow_stale(self) -> None:
        """No reading for three times the last pause: what stands there is not live any more."""
        self._clock.invalidate()
        self.digits.show_stale()

    def _show_band(self, replies: LiveReplies) -> None:
        """The limit as a band about the mean of the last window (warm-up) or of the run (stability): what is judged is
        a change, so the band goes with the readings."""
        zero = self.plot.zero
        if self.snapshot is None or zero is None or self.station not in {"warm-up", "stability"}:
            return
        plan = self.snapshot.state.plan
        limit = plan.warm_up.limit if self.station == "warm-up" else plan.stability.limit
        window = plan.warm_up.window if self.station == "warm-up" else None
        self._recent.window_s = convert(float(window.value), window.unit, "s") if window else inf
        self._recent.add(replies.times, replies.values[:, 0] - zero)
        centre = self._recent.mean
        if centre is None:
            return
        half = convert(float(limit.value), limit.unit, plan.unit)
        self.plot.set_band(centre - half, centre + half)

    def _start(self) -> None:
        desk, station = self.desk, self.station
        desk.do(station, lambda participation: _run(desk, participation, station))

    def _close_interrupted(self) -> None:
        """What a crash or a pulled plug left open is closed with its reason; its readings stay."""
        reason, who = "interrupted", self.desk.who

        def close(participation: Participation) -> None:
            for run in participation.state.open_runs:
                participation.close_run(run.seq, reason, who)

        self.desk.do("close-run", close)

    def _finish(self) -> None:
        station, who = self.station, self.desk.who
        self.desk.do("finish", lambda participation: participation.finish(station, who))

    def _progress(self, task: str, done: int, total: int) -> None:
        if task in self._tasks:
            self.bar.show()
            self.verdict.hide()
            self.bar.setRange(0, total)
            self.bar.setValue(min(done, total))

    def _busy(self, busy: bool) -> None:
        self.stop_button.setEnabled(busy)
        if not busy:
            self.bar.hide()
            self.verdict.show()
            if self.snapshot is not None:
                self.show_snapshot(self.snapshot)


def _run(desk: Desk, participation: Participation, station: Station) -> object:
    with runs_of(desk, participation) as runs:
        if station == "warm-up":
            return runs.settle()
        if station == "stability":
            return runs.stability()
        day = next_day(participation.state)
        if day is not None:
            runs.measure(day)
        if next_day(participation.state) is None:
            participation.judge("zero")
            return participation.judge("environment")
        return None
