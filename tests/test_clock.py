"""The injected clock: this PC's own, or a simulated one that says so."""

import time
from datetime import UTC, datetime, timedelta, timezone
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient import clock
from labclient.clock import SimulatedClock, SystemClock, iso, parse_iso

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Ticks:
    """The count of this PC, moved by hand."""

    def __init__(self) -> None:
        self.ns = 5_000

    def monotonic_ns(self) -> int:
        return self.ns


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    made = Ticks()
    monkeypatch.setattr(clock, "time", made)
    return made


def test_the_systems_clock_is_named_and_never_goes_back() -> None:
    system = SystemClock()
    assert (system.name, system.simulated) == ("system", False)
    assert system.utc().tzinfo is UTC
    assert system.monotonic_ns() <= system.monotonic_ns()


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="a clock of Linux; others count sleep anyway")
def test_the_systems_count_goes_on_while_the_pc_sleeps_and_does_not_follow_utc() -> None:
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    counted = SystemClock().monotonic_ns()
    assert before <= counted <= time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def test_a_simulated_clock_runs_faster_and_says_that_it_is_one(ticks: Ticks) -> None:
    simulated = SimulatedClock(START, speed=100.0)
    assert (simulated.name, simulated.simulated) == ("simulated", True)
    assert (simulated.utc(), simulated.monotonic_ns()) == (START, 0)
    ticks.ns += 2_000_000_000
    assert simulated.monotonic_ns() == 200_000_000_000
    assert simulated.utc() == START + timedelta(seconds=200)


def test_skipped_hours_pass_in_both_its_times(ticks: Ticks) -> None:
    simulated = SimulatedClock(START, speed=10.0)
    simulated.skip(20 * 3600.0)
    ticks.ns += 1_000_000_000
    assert simulated.utc() == START + timedelta(hours=20, seconds=10)
    assert simulated.monotonic_ns() == (20 * 3600 + 10) * 10**9


def test_time_is_never_skipped_backwards() -> None:
    with pytest.raises(ValueError, match="-1"):
        SimulatedClock(START).skip(-1.0)


@pytest.mark.parametrize("made", [SystemClock(), SimulatedClock(START, speed=1000.0)])
def test_a_wait_says_whether_the_event_came(made: clock.Clock) -> None:
    event = Event()
    assert not made.wait(event, 0.001)
    event.set()
    assert made.wait(event, 3600.0)


def test_a_moment_is_written_in_utc_to_the_microsecond() -> None:
    beijing = datetime(2026, 3, 2, 16, 0, 0, 7, tzinfo=timezone(timedelta(hours=8)))
    assert iso(beijing) == "2026-03-02T08:00:00.000007Z"
    assert parse_iso("2026-03-02T16:00:00.000007+08:00") == beijing


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=100_000)))
def test_what_is_written_is_read_back(after: timedelta) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + after
    assert parse_iso(iso(moment)) == moment


@pytest.mark.parametrize("text", ["2026-03-02T08:00:00", "2026-03-02", "now", "", "2026-13-02T08:00:00Z"])
def test_a_text_that_names_no_moment_or_no_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence is the library's
        parse_iso(text)
