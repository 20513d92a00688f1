"""The drift as this laboratory's own values show it: cycles and day means over the days, line and band from three days
on, the prediction to the day of departure. At the pilot laboratory its visits stand below."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QWidget

from labclient.errors import Trouble
from labclient.evaluation import (
    FORM_NAMES,
    OwnDrift,
    OwnPoint,
    Visit,
    departure_told,
    extent_of,
    own_drift,
    own_told,
    own_zero,
    shown_unit,
    slope_told,
    t_told,
)
from labclient.notebook import Reader
from labclient.participation import Comparison, State
from labclient.ui._agreement_panel import AgreementPanel, compare_now
from labclient.ui._desk import Desk
from labclient.ui._drift_plot import Bar, Dot, Drawing, DriftPlot, whole
from labclient.ui._errand import Errand
from labclient.ui._page import Page
from labclient.ui._releasing import Releasing
from labclient.ui._snug import SnugTable
from labclient.ui._visits_panel import VisitsPanel
from labclient.ui._visits_work import Looked, add_visits, forget_visits, look_at_visits, visits_drawing
from labclient.ui._watch import Snapshot
from labclient.words import joined, message, say

_Key = tuple[object, ...]
_SHOWN: Final = (message("This notebook"), message("All visits"), message("Agreement of the results"))
_OWN, _VISITS, _AGREEMENT = range(3)
_EMPTY: Final = message("No cycle is measured yet. The values appear here as soon as there are any.")


class DriftPage(Page):
    """Computed in a thread of its own, from the record alone, whenever cycles, exclusions or the certificate have
    changed and the page is looked at."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, message("Drift"))
        self.missing.hide()
        self.found: OwnDrift | None = None
        self._key: _Key | None = None
        self._asked: _Key | None = None
        self._computing = False
        self.point = QComboBox()
        self.point.setAccessibleName(say(message("Point")))
        self.point.currentIndexChanged.connect(self._show_point)
        self.choice = QWidget()
        self.choice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        row = QHBoxLayout(self.choice)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(say(message("Point")))
        label.setBuddy(self.point)
        row.addWidget(label)
        row.addWidget(self.point)
        self.of = QComboBox()
        self.of.setAccessibleName(say(message("What is shown")))
        self.of.addItems([say(one) for one in _SHOWN])
        self.of.currentIndexChanged.connect(self._show_of)
        row.addWidget(self.of)
        row.addStretch(1)
        self.plot = DriftPlot()
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = SnugTable(
            say(message("Own values over the days")),
            [message("Point"), message("Days"), message("Form"), message("Slope ± u"),
             message("t-test (information)"), message("At departure ± U95")],
            wide=(4,),
            numbers=(1,),
        )  # fmt: skip
        self.body.addWidget(self.choice)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.said)
        self.body.addWidget(self.table)
        self.visits = VisitsPanel()
        self.visits.added.connect(self._add_visits)
        self.looked: Looked | None = None
        self._looked_key: _Key | None = None
        self.body.addWidget(self.visits)
        self.agreement = AgreementPanel()
        self.agreement.chosen.connect(self._compare)
        self.compared: Comparison | None = None
        self.body.addWidget(self.agreement)
        self.releasing = Releasing(self)
        self.clear = self.secondary(message("Clear the list"), self._forget_visits)
        self.add = self.primary(message("Add visits…"), self._choose)
        self._show_nothing()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        self._show_releasing()
        self._compute()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compute()

    def forget(self) -> None:
        super().forget()
        self.found, self._key = None, None
        self.looked, self._looked_key, self.compared = None, None, None
        self.agreement.forget()
        self._show_nothing()

    def _compute(self) -> None:
        """Ask for the values anew if they may have changed."""
        if self.snapshot is None or self._computing or not self.isVisible():
            return
        state, path, size = self.snapshot.state, self.snapshot.path, self.snapshot.size
        key = _key_of(path, state)
        if key == self._key:
            return
        self._key, self._asked, self._computing = key, key, True

        def work() -> OwnDrift:
            with Reader.open(path) as record:
                return own_drift(record, state.plan, state.accepted.laboratory, size)

        errand = Errand()
        errand.done.connect(self._computed)
        errand.failed.connect(self._unfit)
        errand.crashed.connect(self._broken)
        errand.run(work)

    def _computed(self, found: OwnDrift) -> None:
        self._computing = False
        if self._asked == self._key:
            self.found = found
            self._fill(found)
        self._compute()

    def _unfit(self, trouble: Trouble) -> None:
        self._computing = False
        if self._asked == self._key:
            self._show_nothing()
            self.said.setText(trouble.tell())
            self.said.show()
        self._compute()

    def _broken(self, fault: BaseException) -> None:
        """A bug: the window keeps a report; what is shown stays as it was."""
        self._computing = False
        self.add.setEnabled(True)
        self.desk.crashed.emit(fault)

    def _fill(self, found: OwnDrift) -> None:
        chosen = max(self.point.currentIndex(), 0)
        self.point.blockSignals(True)
        self.point.clear()
        self.point.addItems([one.point for one in found.points])
        self.point.setCurrentIndex(min(chosen, len(found.points) - 1))
        self.point.blockSignals(False)
        self.of.setVisible(self.at_pilot)
        self.choice.setVisible(len(found.points) > 1 or self.at_pilot)
        self.table.show_rows([_row(one) for one in found.points])
        self._show_of()

    @property
    def at_pilot(self) -> bool:
        """Whether the open notebook is the pilot laboratory's own."""
        state = self.snapshot.state if self.snapshot else None
        return state is not None and state.accepted.laboratory == state.plan.pilot.code

    @property
    def looking_at(self) -> int:
        """This notebook, the visits or the agreement; at a participant the notebook alone."""
        return self.of.currentIndex() if self.at_pilot else _OWN

    def _show_of(self) -> None:
        looking_at = self.looking_at
        self.plot.setVisible(looking_at != _AGREEMENT)
        self.visits.setVisible(looking_at == _VISITS)
        self.agreement.setVisible(looking_at == _AGREEMENT)
        self.clear.setVisible(looking_at == _VISITS)
        self.add.setVisible(looking_at != _OWN)
        self.add.setText(say(message("Compare packages…") if looking_at == _AGREEMENT else message("Add visits…")))
        self.add.setShortcut(QKeySequence("Ctrl+Return"))  # a new text takes it away
        self._show_releasing()
        if looking_at != _OWN:
            self._look_at_visits()
        self._show_point()

    def _show_releasing(self) -> None:
        """A report is opened beside a package, and signed out of a comparison."""
        opens = self.snapshot is not None and self.snapshot.state.packaged is not None and self.looking_at == _OWN
        self.releasing.show(opens=opens, signs=self.looking_at == _AGREEMENT, compared=self.compared)

    def _show_point(self) -> None:
        if self.found is None or self.snapshot is None:
            return
        seen = self.found.points[max(self.point.currentIndex(), 0)]
        state, looking_at = self.snapshot.state, self.looking_at
        self.plot.heading = f"{state.plan.id} {state.accepted.laboratory} {seen.point}"
        self.table.setVisible(looking_at == _OWN and any(one.values for one in self.found.points))
        self.said.setVisible(looking_at == _OWN and bool(seen.values))
        if looking_at == _OWN:
            self.plot.show_drawing(own_drawing(seen))
            self.said.setText(say(joined(own_told(seen))))
        elif looking_at == _VISITS:
            looked = self.looked or Looked(files=())
            monitored = next((one for one in looked.points if one.point == seen.point), None)
            self.plot.show_drawing(visits_drawing(monitored))
            self.visits.show_looked(looked, monitored)
            self.clear.setEnabled(bool(looked.files))
        else:
            self.agreement.show_compared(self.compared, seen.point)

    # -- at the pilot laboratory ---------------------------------------------------------------------------------------

    def _look_at_visits(self) -> None:
        """Read the visits anew if they may have changed."""
        if self.snapshot is None:
            return
        state, path = self.snapshot.state, self.snapshot.path
        also = path if state.result is not None else None
        key = (path, state.result_at)
        if key != self._looked_key:
            self._looked_key = key
            self._run(lambda: look_at_visits(state.plan.id, also))

    def _choose(self) -> None:
        (self.agreement if self.looking_at == _AGREEMENT else self.visits).choose()

    def _compare(self, packages: tuple[Path, ...]) -> None:
        visits = tuple(one for _, one in self.looked.files if isinstance(one, Visit)) if self.looked else ()
        self.agreement.trouble.put()
        method = self.agreement.method
        self._run(lambda: compare_now(visits, packages, method))

    def _add_visits(self, paths: tuple[Path, ...]) -> None:
        self._change_visits(lambda comparison: add_visits(comparison, paths))

    def _forget_visits(self) -> None:
        self._change_visits(forget_visits)

    def _change_visits(self, change: Callable[[str], None]) -> None:
        if self.snapshot is None:
            return
        state, path = self.snapshot.state, self.snapshot.path
        also = path if state.result is not None else None

        def work() -> Looked:
            change(state.plan.id)
            return look_at_visits(state.plan.id, also)

        self._run(work)

    def _run(self, work: Callable[[], Looked | Comparison]) -> None:
        self.add.setEnabled(False)
        errand = Errand()
        errand.done.connect(self._take_visits)
        errand.failed.connect(self._refuse_visits)
        errand.crashed.connect(self._broken)
        errand.run(work)

    def _take_visits(self, answer: Looked | Comparison) -> None:
        self.add.setEnabled(True)
        if isinstance(answer, Looked):
            self.looked = answer
        else:
            self.compared = answer
        self._show_releasing()
        self._show_point()

    def _refuse_visits(self, trouble: Trouble) -> None:
        self.add.setEnabled(True)
        panel = self.agreement if self.looking_at == _AGREEMENT else self.visits
        panel.trouble.put(trouble.sentence, trouble.step)

    def _show_nothing(self) -> None:
        for widget in (self.choice, self.table, self.said, self.visits, self.agreement, self.clear, self.add):
            widget.hide()
        self._show_releasing()
        self.plot.show_drawing(Drawing(unit="", shown="", size=1.0, zero=None, nothing=_EMPTY))


def own_drawing(seen: OwnPoint) -> Drawing:
    """A point's own values as they are drawn."""
    shown, size = shown_unit(extent_of(seen), seen.unit)
    line = seen.line
    return Drawing(
        unit=seen.unit,
        shown=shown,
        size=size,
        zero=own_zero(seen),
        dots=tuple(Dot(one.time_s, one.value, bool(one.reason)) for one in seen.values),
        bars=tuple(Bar(one.time_s, one.mean, one.u or 0.0) for one in seen.days),
        band=line.band() if line else (),
        known_from_s=seen.days[0].time_s if seen.days else 0.0,
        known_until_s=seen.days[-1].time_s if seen.days else 0.0,
        told=tuple(map(say, own_told(seen))),
        legend=message("Dots: cycles, hollow where excluded. Bars: Type A u of the day. Band of the drift: 95 %."),
        nothing=_EMPTY,
    )


def _key_of(path: Path, state: State) -> _Key:
    return path, tuple(state.cycles), tuple(state.excluded), state.standard


def _row(seen: OwnPoint) -> tuple[str, ...]:
    line = seen.line
    if line is None:
        return seen.point, str(len(seen.days)), "–", "–", "–", "–"
    test = t_told(line)
    told = test if isinstance(test, str) else say(test)
    slope, departure = whole(slope_told(seen)), whole(departure_told(seen))
    return seen.point, str(len(seen.days)), say(FORM_NAMES[line.drift.form]), slope, told, departure
