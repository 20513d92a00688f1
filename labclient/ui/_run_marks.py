"""The marks of the run on a page: what happened, which cycles do not count, and where its readings are recorded."""

from pathlib import Path

from labclient.participation import State
from labclient.ui._happening import Happening
from labclient.ui._plot import RunPlot
from labclient.ui._plot_marks import Mark
from labclient.ui._watch import LiveReplies
from labclient.words import message


class RunMarks:
    """Puts them on the plot. What is told of a run before its first reply waits for it."""

    def __init__(self, plot: RunPlot) -> None:
        self._plot = plot
        self._run = -1
        self._waiting: list[Happening] = []
        self._spans: dict[int, tuple[float, float]] = {}

    def begin(self, notebook: Path, replies: LiveReplies) -> None:
        """Another run, whose first replies these are; the plot is empty."""
        self._run, self._spans = replies.run, {}
        self._plot.set_source(notebook, replies.run)
        self._plot.set_start(replies.started_s)
        ours, self._waiting = [one for one in self._waiting if one.run == self._run], []
        for one in ours:
            self.add(one)

    def add(self, happened: Happening) -> None:
        """Something that happened during a run of this page."""
        if happened.run > self._run:
            self._waiting.append(happened)
        elif happened.run == self._run:
            mark = Mark(happened.kind, happened.start, happened.end, happened.words, happened.short)
            self._plot.add_mark(mark)

    def take(self, replies: LiveReplies) -> None:
        """More replies of the run: which stretch their series takes."""
        if len(replies.times):
            first = self._spans.get(replies.series, (float(replies.times[0]), 0.0))[0]
            self._spans[replies.series] = (first, float(replies.times[-1]))

    def show_state(self, state: State) -> None:
        """Which cycles of the run do not count."""
        marks = []
        for seq, reason in state.excluded.items():
            cycle = state.cycles.get(seq)
            spans = [self._spans[one] for one in cycle.series if one in self._spans] if cycle else []
            if cycle and cycle.run == self._run and spans:
                words = message("Cycle {n} is excluded: {reason}", n=cycle.cycle, reason=reason)
                marks.append(Mark("excluded", min(spans)[0], max(end for _, end in spans), words))
        self._plot.set_excluded(marks)

    def clear(self) -> None:
        """Another notebook."""
        self._run, self._waiting, self._spans = -1, [], {}
