"""The stability page: the run, its Allan deviation, and the verdict in words with what would decide."""

from typing import Final

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel

from labclient.errors import Trouble
from labclient.evaluation import Averaging, averaging, averaging_told, forms_told, verdict_told
from labclient.metrology import Verdict
from labclient.notebook import Channel
from labclient.ui._allan_view import AllanPlot
from labclient.ui._desk import Desk
from labclient.ui._errand import Errand
from labclient.ui._marks import State as MarkState
from labclient.ui._marks import StateMark
from labclient.ui._run_page import RunPage
from labclient.ui._theme import S1, S2, space
from labclient.ui._watch import LiveReplies, Snapshot
from labclient.units import factor, number
from labclient.words import Message, joined, message, say

_LEAST_MS: Final = 200  # between readings that come together
_EVERY_MS: Final = 5000  # between two computations
_OLD_MS: Final = 1000  # of computing until what is shown is called old
_WORDS_MS: Final = 30  # behind the picture: drawn together they would hold the window up
_MARKS: Final = {
    Verdict.PASS: (MarkState.PASSED, message("stable")),
    Verdict.FAIL: (MarkState.FAILED, message("not stable")),
    Verdict.UNDECIDED: (MarkState.BLOCKED, message("not judged")),
}


class StabilityPage(RunPage):
    """Computed in a thread of its own, every five seconds at most; while a newer result is computed for long the
    older one is faint. What opens the gate is the check, made once by the record when the run is over."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "stability", message("Stability"), ("stability",))
        self.allan = AllanPlot()
        self.allan.saved.connect(self.plot.saved)
        self.allan.troubled.connect(self.plot.troubled)
        self.allan.crashed.connect(self.plot.crashed)
        self.mark, self.said = StateMark(), QLabel()
        self.said.setWordWrap(True)
        self._channel: Channel | None = None
        self._computing, self._stale_result, self._computed_run = False, False, -1
        self._since = QElapsedTimer()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._compute)
        self._long = QTimer(self)
        self._long.setSingleShot(True)
        self._long.timeout.connect(self.allan.set_old)
        self._words = QTimer(self)
        self._words.setSingleShot(True)
        self._words.timeout.connect(self._say)
        beside = QHBoxLayout()
        beside.setSpacing(space(S1))
        at = self.body.indexOf(self.plot)
        self.body.removeWidget(self.plot)
        beside.addWidget(self.plot, 3)
        beside.addWidget(self.allan, 2)
        self.body.insertLayout(at, beside, 1)
        words = QHBoxLayout()
        words.setSpacing(space(S2))
        words.addWidget(self.mark)
        words.addWidget(self.said, 1)
        self.above.addLayout(words)
        self._say_nothing()

    def show_values(self, replies: LiveReplies) -> None:
        super().show_values(replies)
        self._channel = replies.channels[0]
        self._stale_result = True
        self._plan_result()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        if self._stale_result:
            self._plan_result()

    def forget(self) -> None:
        super().forget()
        self._channel, self._stale_result = None, False
        self._since.invalidate()
        self._soon.stop()
        self.allan.show_result(None)
        self._say_nothing()

    def _begin(self, replies: LiveReplies) -> None:
        super()._begin(replies)
        self._since.invalidate()
        self.allan.heading = self.plot.heading
        self.allan.show_result(None)
        self._say_nothing()

    def _plan_result(self) -> None:
        if self._computing or self._soon.isActive() or self.snapshot is None:
            return
        past = self._since.elapsed() if self._since.isValid() else _EVERY_MS
        self._soon.start(max(_LEAST_MS, _EVERY_MS - past))

    def _compute(self) -> None:
        if self.snapshot is None or self._channel is None:
            return
        self._computing, self._stale_result, self._computed_run = True, False, self._run
        self._since.start()
        self._long.start(_OLD_MS)
        self.allan.show_canvas(True)  # in good time: its first picture is dear enough by itself
        plan, pyramid, channel, count = (
            self.snapshot.state.plan,
            self.plot.pyramid,
            self._channel,
            len(self.plot.pyramid),
        )
        resolution = float(number(channel.resolution)) if channel.resolution else 0.0

        def work() -> Averaging:
            return averaging(plan, *pyramid.samples(0, count), channel.unit, resolution)

        errand = Errand()
        errand.done.connect(self._computed)
        errand.failed.connect(self._unfit)
        errand.crashed.connect(self.desk.crashed)
        errand.run(work)

    def _computed(self, seen: Averaging) -> None:
        self._computing = False
        self._long.stop()
        if self._computed_run == self._run and self._channel is not None:
            self.allan.show_result(seen)
            if seen.allan:
                self.plot.set_uncertainty(seen.allan.deviations[0] * float(factor(seen.unit, self._channel.unit)))
            self._words.start(_WORDS_MS)
        if self._stale_result:
            self._plan_result()

    def _unfit(self, trouble: Trouble) -> None:
        self._computing = False
        self._long.stop()
        if self._computed_run == self._run:
            self.allan.show_result(None)
            self._put(MarkState.WAITING, message("not judged"), (trouble.sentence,))
        if self._stale_result:
            self._plan_result()

    def _say(self) -> None:
        seen = self.allan.seen
        if seen is None:
            return
        if seen.n < seen.needed:
            state, word = (MarkState.RUNNING if self.running else MarkState.WAITING), message("not judged yet")
        else:
            state, word = _MARKS[seen.verdict]
        self._put(state, word, (verdict_told(seen), *averaging_told(seen), *self._forms()))

    def _forms(self) -> tuple[Message, ...]:
        """What the forms that the plan names say of the run that is shown, once it is judged."""
        check = self.snapshot.state.checks.get("stability") if self.snapshot else None
        return tuple(forms_told(check)) if check is not None and self._run in check.basis else ()

    def _say_nothing(self) -> None:
        self.mark.hide()
        self.said.hide()

    def _put(self, state: MarkState, word: Message, sentences: tuple[Message, ...]) -> None:
        self.mark.show_state(state, word)
        self.said.setText(say(joined(sentences)))
        self.mark.show()
        self.said.show()
