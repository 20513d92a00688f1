"""The stability page: the run, its Allan deviation and a verdict in words, in every state a run can be in."""

import csv
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import msgspec
import numpy as np
import pytest
from participation.world import NAME, Office, office
from participation.world import Desk as World
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from labclient import words
from labclient.acquisition import Cycle
from labclient.evaluation import averaging
from labclient.notebook import Channel, Draft, Reader, run_start, run_stop
from labclient.participation import Run, State
from labclient.ui import _stability
from labclient.ui._allan_view import AllanPlot, Decades, _number
from labclient.ui._desk import Desk
from labclient.ui._happening import Happening, happenings
from labclient.ui._marks import State as MarkState
from labclient.ui._plot_save import write_plot
from labclient.ui._runs import MeasurementPage, StabilityPage
from labclient.ui._theme import DARK, Theme, apply
from labclient.ui._watch import LiveReplies, Snapshot, Watcher
from labclient.words import message

from .conftest import missing_glyphs
from .desks import unnamed
from .test_runs import BESIDE_THE_RAIL, PLAN, _state

__all__ = ["office"]
NEEDED = PLAN.stability.readings


@pytest.fixture
def desk(light: Theme) -> Iterator[Desk]:
    made = Desk()
    yield made
    made.shut()


@pytest.fixture
def page(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> StabilityPage:
    monkeypatch.setattr(_stability, "_LEAST_MS", 0)
    made = StabilityPage(desk)
    qtbot.addWidget(made)
    made.resize(*BESIDE_THE_RAIL)
    made.show()
    return made


def at_stability(*, stopped: bool = False, run: int = 6) -> State:
    return _state(
        done=("arrival", "warm-up"), runs={run: Run(run, "stability", "record", "stability", stopped=stopped)}
    )


def show(page: StabilityPage, state: State) -> None:
    page.show_snapshot(Snapshot(Path("COMPARISON_LAB01.labnote"), state, 20))


def replies(
    values: np.ndarray, *, first: float = 1.0, run: int = 6, fresh: bool = True, unit: str = "V"
) -> LiveReplies:
    return LiveReplies(
        fresh=fresh, run=run, task="stability", role="X", direction="+",
        channels=(Channel("voltage", "voltage", unit, "1e-8"),), times=first + np.arange(float(len(values))),
        values=values.reshape(-1, 1), texts=("+1.00000000E+01",), status="ok", series=7, started_s=1.79e9,
    )  # fmt: skip


def white(n: int, s: float = 1e-6) -> np.ndarray:
    return 10 + s * np.random.default_rng(1).standard_normal(n)


def computed(page: StabilityPage, qtbot: QtBot, n: int) -> None:
    qtbot.waitUntil(lambda: page.allan._seen is not None and page.allan._seen.n == n and not page._computing)
    qtbot.waitUntil(lambda: not page._words.isActive())


# The page in its states


def test_before_the_run_it_says_what_starting_would_do(page: StabilityPage) -> None:
    show(page, _state(done=("arrival", "warm-up")))
    assert page.words.text() == f"F5 starts: {NEEDED} readings at 10V."
    assert page.allan._caption.text() == "No Allan deviation yet"
    assert not page.allan._canvas.isVisible()
    assert not page.mark.isVisible()
    assert page.start_button.isEnabled()


def test_while_it_runs_it_says_how_much_is_missing(page: StabilityPage, qtbot: QtBot) -> None:
    show(page, at_stability())
    page.show_replies(replies(white(40)))
    computed(page, qtbot, 40)
    assert page.mark.state is MarkState.RUNNING
    assert page.said.text().startswith(f"Cannot judge yet: 40 of {NEEDED} readings, about {NEEDED - 40} s more.")
    assert "smallest detectable change" in page.said.text()
    assert page.allan._canvas.isVisible()
    assert page.plot.pyramid is page.plot._pyramid
    assert page.plot._u == pytest.approx(page.allan._seen.allan.deviations[0])


@pytest.mark.parametrize(
    ("values", "mark", "word"),
    [
        (white(NEEDED), MarkState.PASSED, "Stable: "),
        (white(NEEDED) + 1e-6 * np.arange(NEEDED), MarkState.FAILED, "Not stable: "),
        (white(NEEDED, 3e-5), MarkState.BLOCKED, "Cannot be judged: "),
    ],
)
def test_when_it_is_over_the_verdict_is_said_by_shape_and_words(
    page: StabilityPage, qtbot: QtBot, values: np.ndarray, mark: MarkState, word: str
) -> None:
    show(page, at_stability(stopped=True))
    page.show_replies(replies(values, fresh=False))
    computed(page, qtbot, NEEDED)
    assert page.mark.state is mark
    assert page.said.text().startswith(word)
    seen = averaging(PLAN, 1.0 + np.arange(float(NEEDED)), values, "V", 1e-8)
    assert page.allan._seen == seen


def test_readings_without_a_value_are_no_result_and_no_end(page: StabilityPage, qtbot: QtBot) -> None:
    show(page, at_stability())
    page.show_replies(replies(np.full(3, np.nan)))
    qtbot.waitUntil(lambda: page.said.text() == "The run has no reading with a value yet.")
    page.show_replies(replies(white(30), first=4.0))
    page._since.invalidate()
    page._soon.stop()
    page._plan_result()
    computed(page, qtbot, 30)


def test_another_notebook_finds_nothing_of_the_one_before(page: StabilityPage, qtbot: QtBot) -> None:
    show(page, at_stability())
    page.show_replies(replies(white(40)))
    computed(page, qtbot, 40)
    page.forget()
    assert page.allan.table_shown is None
    assert not page.mark.isVisible()
    assert not page._soon.isActive()


def test_what_is_computed_of_an_earlier_run_is_not_shown(
    page: StabilityPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = Event()

    def slow(*given: object) -> object:
        assert go_on.wait(20)
        return averaging(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(_stability, "averaging", slow)
    shown: list[int] = []
    show(page, at_stability())
    draw = page.allan.show_result
    monkeypatch.setattr(page.allan, "show_result", lambda seen: (shown.append(seen.n if seen else 0), draw(seen)))
    page.show_replies(replies(white(40)))
    qtbot.waitUntil(lambda: page._computing)
    page.show_replies(replies(white(20), run=9))
    go_on.set()
    computed(page, qtbot, 20)
    assert [n for n in shown if n] == [20]


def test_it_is_computed_every_five_seconds_at_most_and_the_older_is_faint(
    page: StabilityPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(page, at_stability())
    page.show_replies(replies(white(40, 3e-6)))
    computed(page, qtbot, 40)
    page.show_replies(replies(white(10, 3e-6), first=41.0))
    assert page._soon.isActive()
    assert page._soon.interval() > 4000
    assert page.allan._seen.n == 40
    go_on = Event()
    monkeypatch.setattr(_stability, "averaging", lambda *given: (go_on.wait(20), averaging(*given))[1])
    page._soon.stop()
    page._compute()
    assert page.allan._caption.text() == "µV, Allan deviation", "what is soon replaced does not blink"
    page._long.timeout.emit()
    assert page.allan._caption.text() == "µV, Allan deviation — older"
    assert page.allan._curve.opts["pen"].color().alpha() < 128
    go_on.set()
    computed(page, qtbot, 50)
    assert page.allan._curve.opts["pen"].color().alpha() == 255
    assert page.allan._caption.text() == "µV, Allan deviation"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_run_fits_beside_the_rail_of_a_small_screen(page: StabilityPage, language: str, qtbot: QtBot) -> None:
    words.use_language(language)
    show(page, at_stability())
    page.show_replies(replies(white(100)))
    computed(page, qtbot, 100)
    qtbot.wait(1)  # what was laid out anew has its size
    assert (page.width(), page.height()) == BESIDE_THE_RAIL
    (area,) = [one for one in page.findChildren(QScrollArea) if one.parent() is page]
    assert (area.verticalScrollBar().maximum(), area.horizontalScrollBar().maximum()) == (0, 0)
    assert page.said.height() >= page.said.heightForWidth(page.said.width())
    for plot in (page.plot, page.allan):
        assert plot.height() >= plot.minimumSizeHint().height()
        assert plot._caption.width() >= plot._caption.sizeHint().width()


def test_every_control_has_a_name(page: StabilityPage) -> None:
    show(page, at_stability())
    assert not unnamed(page)
    assert page.allan.accessibleName() == "Allan deviation over averaging time"


# The Allan deviation


@pytest.fixture
def allan(qtbot: QtBot, light: Theme) -> AllanPlot:
    made = AllanPlot()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    made.show_result(averaging(PLAN, np.arange(512.0), white(512, 2e-6), "V"))
    return made


def test_it_is_drawn_on_logarithmic_axes_in_a_fitting_unit(allan: AllanPlot) -> None:
    table = allan.table_shown
    x, y = allan._curve.getData()
    assert 10**x == pytest.approx(table.taus)
    assert 1e-6 * 10**y == pytest.approx(table.deviations)
    for curve, ends in ((allan._low, table.low), (allan._high, table.high)):
        assert 1e-6 * 10 ** curve.getData()[1] == pytest.approx(ends)
    (left, right), (bottom, top) = allan._view.viewRange()
    assert left < x[0] < x[-1] < right
    assert bottom < np.log10(min(table.low) * 1e6) < np.log10(max(table.high) * 1e6) < top
    assert allan._caption.text() == "µV, Allan deviation"
    assert allan._best.getData()[0] == pytest.approx([np.log10(table.best_tau)])


def test_the_cursor_goes_from_one_averaging_time_to_the_next(allan: AllanPlot) -> None:
    table = allan.table_shown
    for _ in range(2):
        QTest.keyClick(allan, Qt.Key.Key_Right)
    assert allan._readout.text().startswith("2 s: ")
    assert f"{table.counts[1]} differences" in allan._readout.text()
    assert f"{table.deviations[1] * 1e6:.3g} µV" in allan._readout.text()
    QTest.keyClick(allan, Qt.Key.Key_Left)
    QTest.keyClick(allan, Qt.Key.Key_Left)
    assert allan._readout.text().startswith("1 s: ")
    QTest.keyClick(allan, Qt.Key.Key_Escape)
    assert not allan._readout.isVisible()
    assert not allan._cursor.isVisible()


def test_its_words_say_what_the_picture_shows(allan: AllanPlot) -> None:
    told = allan.accessibleDescription()
    assert "µV, Allan deviation" in told
    assert "Averaging helps" in told
    for language in words.LANGUAGES:
        words.use_language(language)
        allan._speak()
        assert missing_glyphs(allan.described() + allan._axis.labelText + allan._caption.toolTip()) == set()


def test_its_numbers_are_written_with_all_their_digits(allan: AllanPlot, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(allan.saved):
        write_plot(allan, tmp_path / "allan.csv")
    head, *rows = csv.reader((tmp_path / "allan.csv").read_text("utf-8-sig").splitlines())
    table = allan.table_shown
    assert head == ["tau_s", "deviation_V", "low_V", "high_V", "differences", "edf", "noise"]
    assert [float(row[1]) for row in rows] == list(table.deviations)
    assert [int(row[4]) for row in rows] == list(table.counts)


def test_equal_readings_have_no_deviation_to_draw(allan: AllanPlot) -> None:
    allan.show_result(averaging(PLAN, np.arange(64.0), np.full(64, 10.0), "V"))
    assert not allan._canvas.isVisible()
    allan.grab()


def test_it_changes_its_theme(allan: AllanPlot, qapp) -> None:
    apply(qapp, DARK)
    assert allan._curve.opts["pen"].color().name() == DARK.trace
    assert allan._canvas.backgroundBrush().color() == QColor(DARK.surface)


@pytest.mark.parametrize(("low", "high", "size"), [(-1, 4, 300), (0, 0.4, 200), (-7, 9, 120), (0.2, 1.1, 60)])
def test_decades_have_round_ticks_with_room(low: float, high: float, size: float, light: Theme) -> None:
    axis = Decades("left")
    ((_, places),) = axis.tickValues(low, high, size)
    assert places
    assert all(low <= place <= high for place in places)
    heads = [f"{10**place:.6e}"[0] for place in places]
    assert set(heads) <= set("125")
    assert [_number(one) for one in (0.001, 0.5, 20, 1000, 1e5, 2e-6)] == [
        "0.001",
        "0.5",
        "20",
        "1000",
        "10⁵",
        "2·10⁻⁶",
    ]


# What happens during a run


def test_what_happens_during_a_run_is_told_with_its_moment(office: Office, tmp_path: Path) -> None:
    world = World(office, tmp_path).until("measurement")
    world.measure()
    run = max(world.p.state.runs)
    world.p.enter("note", {"text": "the door was opened"}, "P-01")
    with Reader.open(tmp_path / "desk.labnote") as reader:
        entries = list(reader.entries())
    begun = entries[run]
    note = next(one for one in entries if one.kind == "note")
    (told,) = happenings(note, [begun], fresh=True)
    assert (told.run, told.kind, str(told.words)) == (run, "note", "the door was opened")
    assert told.start == told.end >= 0
    stages = [one for entry in entries if entry.kind == "series" for one in happenings(entry, [begun], fresh=False)]
    assert {one.short for one in stages} >= {"S", "X"}
    assert all(one.run == run for one in stages)
    clock = int(begun.body["clock"]["monotonic_ns"])
    times = {"from_ns": str(clock + 5 * 10**9), "to_ns": str(clock + 8 * 10**9)}
    gap = Draft(kind="gap", author="P-01", body={"run": run, "after": 3, "reason": "no answer", **times})
    (entry,) = world.p.recorder.enter(gap)
    (span,) = happenings(entry, [begun], fresh=True)
    assert (span.kind, span.start, span.end) == ("gap", 5.0, 8.0)
    world.p.close()


def test_marks_wait_for_their_run_and_excluded_cycles_are_shown(qtbot: QtBot, desk: Desk) -> None:
    page = MeasurementPage(desk)
    qtbot.addWidget(page)
    state = _state(done=("arrival", "warm-up", "stability"),
                   runs={6: Run(6, "measurement", "record", "measurement")})  # fmt: skip
    page.show_snapshot(Snapshot(Path("COMPARISON_LAB01.labnote"), state, 20))
    page.show_happening(Happening(6, "measurement", "stage", 0.5, 0.5, message("Connected"), "X", fresh=True))
    page.show_happening(Happening(5, "environment", "note", 0.5, 0.5, message("elsewhere"), "", fresh=True))
    for series, first in ((7, 1.0), (8, 11.0)):
        made = msgspec.structs.replace(replies(white(5), first=first), task="measurement", series=series)
        page.show_replies(made)
    page.show_happening(Happening(6, "measurement", "note", 12.0, 12.0, message("door"), "", fresh=True))
    assert [one.kind for one in page.plot.marks.marks] == ["stage", "note"]
    cycle = Cycle(6, "10V", 1, 1, (7, 8))
    page.show_snapshot(Snapshot(Path("n"), msgspec.structs.replace(state, cycles={30: cycle}), 31))
    assert not page.plot.marks.of("excluded")
    out = msgspec.structs.replace(state, cycles={30: cycle}, excluded={30: "cable touched"})
    page.show_snapshot(Snapshot(Path("n"), out, 32))
    (mark,) = page.plot.marks.of("excluded")
    assert (mark.start, mark.end, str(mark.words)) == (1.0, 15.0, "Cycle 1 is excluded: cable touched")
    assert page.plot.heading == "COMPARISON_LAB01   Measurement"


def test_the_watcher_tells_what_happens_to_the_runs_that_go_on(office: Office, qtbot: QtBot, tmp_path: Path) -> None:
    world, watcher = World(office, tmp_path).until("stability"), Watcher()
    told: list[Happening] = []
    watcher.happened.connect(told.append)
    world.p.enter("note", {"text": "before"}, "P-01")
    (begun,) = world.p.recorder.enter(
        run_start(
            purpose="record",
            task="stability",
            channels=[Channel("voltage", "voltage", "V")],
            instrument={},
            clock=world.clock,
            author="P-01",
            station="stability",
        )
    )
    world.p.enter("note", {"text": "during"}, "P-01")
    watcher.follow(tmp_path / NAME)
    qtbot.waitUntil(lambda: bool(told))
    world.p.enter("note", {"text": "now"}, "P-01")
    qtbot.waitUntil(lambda: len(told) == 2)
    world.p.recorder.enter(run_stop(begun.seq, rows=0, reason="finished", author="P-01"))
    world.p.enter("note", {"text": "after"}, "P-01")
    watcher.leave()
    world.p.close()
    assert [(one.run, str(one.words), one.fresh) for one in told] == [
        (begun.seq, "during", False),
        (begun.seq, "now", True),
    ]
