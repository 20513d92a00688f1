"""Pages of runs: big digits, the live plot, the verdict; and the table of points for the measurement."""

from collections import deque
from math import inf

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QProgressBar, QSplitter, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from labclient.participation import Participation, missing
from labclient.plan import Station
from labclient.ui._bench import runs_of
from labclient.ui._desk import Desk
from labclient.ui._digits import BigDigits
from labclient.ui._marks import mark_icon, mark_word
from labclient.ui._page import Page
from labclient.ui._plot import RunPlot
from labclient.ui._strip import stale_after
from labclient.ui._view import checks_of, next_day, plain, point_rows, verdict
from labclient.ui._watch import LiveReplies, Snapshot
from labclient.units import convert
from labclient.words import Message, message, say


class RunPage(Page):
    """One kind of run with its live readings. `tasks` are the runs it shows."""

    def __init__(self, desk: Desk, station: Station, title: Message, tasks: tuple[str, ...]) -> None:
        super().__init__(desk, title)
        self.station = station
        self._tasks = tasks
        self._run = -1
        self._zeros: dict[tuple[str, str], float] = {}
        self._recent = _Recent()
        self._clock = QElapsedTimer()
        self._stale = QTimer(self)
        self._stale.setSingleShot(True)
        self._stale.timeout.connect(self._grow_stale)
        self.digits = BigDigits()
        self.plot = RunPlot()
        self.verdict = QLabel()
        self.verdict.setObjectName("verdict")
        self.verdict.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.hide()
        self.body.addWidget(self.digits)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.verdict)
        self.close_button = self.in_body(message("Close the interrupted run"), self._close_interrupted)
        self.close_button.hide()
        self.stop_button = self.secondary(message("Break off"), desk.break_off)
        self.start_button = self.secondary(message("Start"), self._start)
        self.done_button = self.primary(message("Sign this station off"), self._finish)
        self.start_button.setShortcut(QKeySequence("F5"))
        self.stop_button.setShortcut(QKeySequence("F6"))
        for button in (self.stop_button, self.start_button, self.done_button):
            button.setEnabled(False)
        desk.progressed.connect(self._progress)
        desk.busy.connect(self._busy)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        state = snapshot.state
        here = state.station == self.station
        reasons = missing(state, self.station)
        self.show_missing(reasons if here else ())
        self.done_button.setEnabled(here and not reasons)
        self.close_button.setVisible(here and bool(state.open_runs) and self.desk.idle)
        self.start_button.setEnabled(here and not state.open_runs)
        self.verdict.setText("\n".join(say(verdict(check)) for check in checks_of(state, self.station)))

    def show_replies(self, replies: LiveReplies) -> None:
        if replies.task not in self._tasks:
            return
        if replies.run != self._run:
            self._run = replies.run
            self._zeros = {}
            self.plot.clear()
            self.plot.set_unit(replies.channels[0].unit)
            self._recent = _Recent()
        self._plot(replies)
        self._show_band(replies)
        if not replies.fresh:
            return
        self.digits.show_reading(plain(replies.texts[0]), replies.channels[0].unit, replies.status)
        pause = self._clock.restart() if self._clock.isValid() else 0
        self._clock.start()
        self._stale.start(round(stale_after(pause / 1e3) * 1e3))

    def _plot(self, replies: LiveReplies) -> None:
        """Each connection has a display zero of its own, its first value: nothing tells how they lie to each other."""
        values = replies.values[:, 0]
        first = values[np.isfinite(values)][:1]
        if self.station == "measurement" and first.size:
            values = values - self._zeros.setdefault((replies.role, replies.direction), float(first[0]))
        self.plot.append(replies.times, values)

    def forget(self) -> None:
        super().forget()
        self._run = -1
        self.start_button.setEnabled(False)
        self.done_button.setEnabled(False)
        self._clock.invalidate()

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
            self.bar.setRange(0, total)
            self.bar.setValue(min(done, total))

    def _busy(self, busy: bool) -> None:
        self.stop_button.setEnabled(busy)
        if not busy:
            self.bar.hide()
            if self.snapshot is not None:
                self.show_snapshot(self.snapshot)


class MeasurementPage(RunPage):
    """The heart: points and days beside the live readings, the environment above them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "measurement", message("Measurement"), ("measurement",))
        self.environment = QLabel()
        self.environment.setObjectName("environment")
        self.table = QTableWidget(0, 4)
        headings = (message("State"), message("Point"), message("Day"), message("Cycles"))
        self.table.setHorizontalHeaderLabels([say(one) for one in headings])
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setAccessibleName(say(message("Points and days")))
        beside = QSplitter(Qt.Orientation.Horizontal)
        live = QWidget()
        column = QVBoxLayout(live)
        column.setContentsMargins(0, 0, 0, 0)
        for widget, stretch in ((self.digits, 0), (self.plot, 1)):
            self.body.removeWidget(widget)
            column.addWidget(widget, stretch)
        beside.addWidget(self.table)
        beside.addWidget(live)
        beside.setStretchFactor(1, 1)
        beside.setSizes([self.fontMetrics().averageCharWidth() * 34, self.fontMetrics().averageCharWidth() * 70])
        self.body.insertWidget(0, self.environment)
        self.body.insertWidget(1, beside, 1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        rows = point_rows(snapshot.state)
        self.table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            state = QTableWidgetItem(mark_icon(row.mark), mark_word(row.mark))
            self.table.setItem(place, 0, state)
            for column, text in enumerate((row.nominal, str(row.day), f"{row.done}/{row.total}"), start=1):
                self.table.setItem(place, column, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()

    def show_replies(self, replies: LiveReplies) -> None:
        super().show_replies(replies)
        if replies.fresh and replies.task == "environment" and np.isfinite(replies.values[-1]).all():
            texts = zip(replies.texts, replies.channels, strict=True)
            self.environment.setText("     ".join(f"{text.strip()} {channel.unit}" for text, channel in texts))


class _Recent:
    """The mean of the readings of the last `window_s` seconds. Its sum is carried on, so that the millionth reading
    costs no more than the first."""

    def __init__(self) -> None:
        self.window_s = inf
        self._parts: deque[tuple[NDArray[np.float64], NDArray[np.float64]]] = deque()
        self._sum, self._count = 0.0, 0

    @property
    def mean(self) -> float | None:
        """None while there is no value."""
        return self._sum / self._count if self._count else None

    def add(self, times: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Take in readings in the order of their times, in seconds; NaN is none. Those too old for the window go."""
        there = np.isfinite(values)
        self._sum += float(values[there].sum())
        self._count += int(there.sum())
        if self.window_s == inf:
            return
        self._parts.append((times[there], values[there]))
        while self._parts:
            times_of_part, values_of_part = self._parts.popleft()
            old = int(np.searchsorted(times_of_part, times[-1] - self.window_s))
            self._sum -= float(values_of_part[:old].sum())
            self._count -= old
            if old < len(times_of_part):
                self._parts.appendleft((times_of_part[old:], values_of_part[old:]))
                return


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
