"""The instrument strip: nothing old looks live, and a device that does not answer says so."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from labclient.notebook import Channel
from labclient.participation import Run
from labclient.ui._marks import State
from labclient.ui._strip import InstrumentStrip, health
from labclient.ui._theme import Theme
from labclient.ui._watch import LiveReplies
from labclient.words import say


@pytest.mark.parametrize(
    ("status", "age_s", "pause_s", "gaps", "state", "word"),
    [
        ("", 100.0, 0.0, 0, State.WAITING, "waits for the first reading"),
        ("ok", 0.5, 0.3, 0, State.PASSED, "answers"),
        ("ok", 0.5, 0.3, 2, State.PASSED, "answers; gaps: 2"),
        ("ok", 2.1, 0.3, 0, State.BLOCKED, "no reading for 2 s"),
        ("ok", 2.1, 1.0, 0, State.PASSED, "answers"),
        ("overload", 0.1, 0.3, 0, State.FAILED, "Overload"),
        ("strange", 0.1, 0.3, 0, State.FAILED, "Not a reading: strange"),
    ],
)
def test_health_is_a_mark_and_a_word(
    status: str, age_s: float, pause_s: float, gaps: int, state: State, word: str
) -> None:
    mark, said = health(status, age_s, pause_s, gaps)
    assert (mark, say(said)) == (state, word)


@pytest.fixture
def strip(qtbot: QtBot, light: Theme) -> InstrumentStrip:
    widget = InstrumentStrip()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def _names(strip: InstrumentStrip) -> list[str]:
    return [place.accessibleName() for place in strip._places.values()]


def _reply(run: int, text: str, status: str = "ok", *, fresh: bool = True) -> LiveReplies:
    return LiveReplies(
        fresh=fresh, run=run, task="stability", role="X", direction="+", channels=(Channel("voltage", "voltage", "V"),),
        times=np.array([1.0]), values=np.array([[10.0]]), texts=(text,), status=status,
    )  # fmt: skip


def _run(seq: int, gaps: int = 0) -> Run:
    return Run(seq, "stability", "record", "stability", "34470A MY00000001", gaps)


def test_a_device_has_a_place_while_its_run_is_open(strip: InstrumentStrip) -> None:
    strip.show_runs((_run(9),))
    assert _names(strip) == ["34470A MY00000001: --.---, waits for the first reading"]
    strip.show_replies(_reply(9, "+1.00000123E+01"))
    assert _names(strip) == ["34470A MY00000001: 10.000\u2009012\u20093 V, answers"]
    strip.show_runs((_run(9, gaps=1),))
    assert _names(strip)[0].endswith("answers; gaps: 1")
    strip.show_runs(())
    assert _names(strip) == []
    assert strip._empty.isVisible()


def test_what_was_recorded_before_or_is_no_reading_shows_no_digits(strip: InstrumentStrip) -> None:
    strip.show_runs((_run(9),))
    strip.show_replies(_reply(9, "+1.0", fresh=False))
    strip.show_replies(_reply(7, "+1.0"))
    assert "waits" in _names(strip)[0]
    strip.show_replies(_reply(9, "+9.9E37", "overload"))
    assert _names(strip) == ["34470A MY00000001: --.---, Overload"]


def test_a_value_grows_old_by_itself(strip: InstrumentStrip, qtbot: QtBot) -> None:
    strip.show_runs((_run(9),))
    strip.show_replies(_reply(9, "+1.0"))
    qtbot.waitUntil(lambda: "no reading for" in _names(strip)[0], timeout=60_000)
    assert "--.---" in _names(strip)[0]
