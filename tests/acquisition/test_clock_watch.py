"""The clock watch: steps, pauses and time zones are entered, drift is not; readings and order do not hang on UTC."""

import ctypes
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from participation.world import Desk, office

from labclient.acquisition import CLOCK_SENTENCES, ClockWatch, Recorder, Replies, _clock_watch, _pc_clock, clock_remarks
from labclient.acquisition._clock_watch import PERIOD_S, STEP_S, Look, look, noticed
from labclient.acquisition._pc_clock import Ntp, Zone, awake_ns, ntp, spelled, w32tm, zone
from labclient.clock import SimulatedClock, SystemClock, parse_iso
from labclient.errors import StorageTrouble
from labclient.notebook import Channel, Entry, Notebook, Reader, check, export, run_start, run_stop, run_values, series
from labclient.participation import Participation
from labclient.signing import NoteKey
from labclient.words import message, say

__all__ = ["office"]

WHO = "P-01"
KEY = NoteKey.generate("bench")
SHANGHAI, PARIS = Zone("CST", "+08:00"), Zone("CEST", "+02:00")
START = Look(datetime(2026, 3, 2, 8, 0, tzinfo=UTC), 5_000_000_000, 4_000_000_000, SHANGHAI)
HOUR, YEARS = 3600.0, 40 * 365.25 * 86400.0
JUMPS = (HOUR, -HOUR, YEARS, -YEARS)


def later(seconds: float = PERIOD_S, *, awake_s: float | None = None, gained_s: float = 0.0) -> Look:
    """What is seen `seconds` after the start, when the clock gained some."""
    awake = seconds if awake_s is None else awake_s
    utc = START.utc + timedelta(seconds=seconds + gained_s)
    return Look(utc, START.elapsed_ns + round(seconds * 1e9), START.awake_ns + round(awake * 1e9), SHANGHAI)


def since_start(now: Look) -> list[tuple[str, dict]]:
    return list(noticed(START, now, START))


@pytest.mark.parametrize("gained_s", [0.0, 5e-4, -5e-4, 0.9 * STEP_S, -0.9 * STEP_S])
def test_what_a_time_service_slews_away_is_no_step(gained_s) -> None:
    assert since_start(later(gained_s=gained_s)) == []


@pytest.mark.parametrize("gained_s", [*JUMPS, 0.128, -0.128, 1.0])
def test_a_step_is_told_with_both_times_and_their_difference(gained_s) -> None:
    ((kind, body),) = since_start(later(gained_s=gained_s))
    assert (kind, float(body["seconds"])) == ("clock-step", pytest.approx(gained_s, abs=1e-3))
    assert body["seconds"][0] in "+-"
    assert parse_iso(body["from"]) == START.utc + timedelta(seconds=PERIOD_S)
    assert parse_iso(body["to"]) - parse_iso(body["from"]) == timedelta(seconds=gained_s)


def test_a_program_that_was_stopped_is_told_from_a_machine_that_slept() -> None:
    ((kind, stopped),) = since_start(later(31.0))
    assert (kind, stopped["cause"], stopped["seconds"]) == ("slept", "stopped", "31.000")
    assert (stopped["from_ns"], stopped["to_ns"]) == ("5000000000", "36000000000")
    ((kind, slept),) = since_start(later(3601.5, awake_s=1.5))
    assert (kind, slept["cause"], slept["seconds"], slept["asleep_s"]) == ("slept", "asleep", "3601.500", "3600.000")


def test_a_busy_pc_or_a_slow_disk_is_no_pause() -> None:
    assert since_start(later(3.9)) == []
    assert list(noticed(START, later(60.0), later(59.0))) == []  # the watch was entering something


def test_a_clock_that_was_set_while_the_machine_slept_tells_both() -> None:
    assert [kind for kind, _ in since_start(later(3600.0, awake_s=1.0, gained_s=-HOUR))] == ["slept", "clock-step"]


def test_another_time_zone_is_told_and_is_no_step() -> None:
    ((kind, body),) = since_start(replace(later(), zone=PARIS))
    assert (kind, body["from"], body["to"]) == (
        "time-zone",
        {"name": "CST", "offset": "+08:00"},
        {"name": "CEST", "offset": "+02:00"},
    )


class Jumping(SystemClock):
    """This PC's clock, which somebody sets."""

    def __init__(self, gained_s: float = 0.0) -> None:
        self.gained_s = gained_s

    def utc(self) -> datetime:
        return super().utc() + timedelta(seconds=self.gained_s)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_clock_watch, "PERIOD_S", 0.01)


@pytest.fixture
def clock() -> Jumping:
    return Jumping()


@pytest.fixture
def recorder(tmp_path: Path, clock: Jumping) -> Iterator[Recorder]:
    with (
        Notebook.create(tmp_path / "a.labnote", clock=clock, author=WHO, key=KEY, body={}) as notebook,
        Recorder(notebook, interval=0.01) as made,
    ):
        yield made


@pytest.fixture
def watch() -> Iterator[Callable[..., ClockWatch]]:
    """Makes watches that end with the test, which comes before the recorder's end."""
    made: list[ClockWatch] = []

    def begin(*how: object) -> ClockWatch:
        made.append(ClockWatch(*how))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def entries(path: Path, *kinds: str) -> list[Entry]:
    with Reader.open(path) as reader:
        return list(reader.entries(kinds or None))


def remarks(path: Path) -> list[str]:
    with Reader.open(path) as reader:
        return [say(told) for _, told in clock_remarks(reader)]


def await_entries(recorder: Recorder, count: int, *kinds: str) -> list[Entry]:
    """Wait for them; the test's time limit ends it."""
    seen = 0
    while len(found := entries(recorder.path, *kinds)) < count:
        seen = recorder.wait_beyond(seen, 1.0)
    return found


def test_a_session_begins_with_what_is_known_of_the_clock(recorder, watch) -> None:
    said = Ntp("synchronised", "kernel", "0.012000", "0.000400")
    watch(recorder, lambda _: START, lambda: said)
    (entry,) = entries(recorder.path, "clock")
    assert entry.author == "program"
    assert say(CLOCK_SENTENCES["clock"](entry.body)) == "PC clock: time zone CST +08:00, kept by network time"
    assert entry.body == {
        "utc": "2026-03-02T08:00:00.000000Z",
        "zone": {"name": "CST", "offset": "+08:00"},
        "ntp": {
            "state": "synchronised",
            "source": "kernel",
            "max_error_s": "0.012000",
            "estimated_error_s": "0.000400",
        },
    }


def test_what_befalls_the_clock_is_entered_as_it_is_noticed(recorder, watch, quick) -> None:
    seen = iter([START, START, replace(later(), zone=PARIS), replace(later(), zone=PARIS)])
    last = replace(later(2.0, gained_s=HOUR), zone=PARIS)
    watch(recorder, lambda _: next(seen, last))
    found = await_entries(recorder, 3, "clock", "time-zone", "clock-step")
    assert [one.kind for one in found] == ["clock", "time-zone", "clock-step"]
    assert [one.partition(" from ")[0] for one in remarks(recorder.path)] == [
        "Time zone of the PC changed",
        "PC clock set",
    ]


def test_a_pause_names_the_runs_of_this_session_that_are_open(recorder, watch, quick, clock) -> None:
    run, other = (recorder.enter(begin(clock))[0].seq for _ in range(2))
    asleep = False

    def seen(_: object) -> Look:
        return later(60.0) if asleep else START

    watch(recorder, seen)
    own, ended = (recorder.enter(begin(clock))[0].seq for _ in range(2))
    recorder.enter(run_stop(ended, rows=0, reason="done", author=WHO))
    recorder.enter(run_stop(other, rows=0, reason="done", author=WHO))
    asleep = True
    (slept, *_) = await_entries(recorder, 1, "slept")
    assert slept.body["runs"] == [own]
    assert run not in slept.body["runs"]  # left open by somebody before
    assert remarks(recorder.path)[0] == f"The program stood still for up to 60.000 s; open runs: {own}"


def begin(clock: SystemClock):
    return run_start(
        purpose="record", task="stability", channels=[Channel("dcv", "voltage", "V")], instrument={}, clock=clock,
        author=WHO,
    )  # fmt: skip


def test_readings_keep_their_times_and_entries_their_order_whatever_the_clock_is_set_to(
    recorder, watch, quick, clock, tmp_path
) -> None:
    watch(recorder)
    run = recorder.enter(begin(clock))[0].seq
    member = recorder.enter(series(run, {}, author=WHO))[0].seq
    given: list[int] = []

    def read() -> None:
        given.append(clock.monotonic_ns())
        one = Replies(t_ns=[given[-1]], status=["ok"], texts=[["1.0"]], raws=None, values=np.array([[1.0]]))
        recorder.offer(run, member, one, b"\n")

    for count, jump in enumerate(JUMPS, 1):
        read()
        clock.gained_s += jump
        assert len(await_entries(recorder, count, "clock-step")) == count
    read()
    recorder.enter(run_stop(run, rows=recorder.rows(run), reason="done", author=WHO))
    with Reader.open(recorder.path) as reader:
        data = run_values(reader, run)
    assert data.t_ns.tolist() == given
    written = entries(recorder.path)
    assert [one.seq for one in written] == list(range(len(written)))
    assert [one.mono_ns for one in written] == sorted(one.mono_ns for one in written)
    assert [one.t for one in written] != sorted(one.t for one in written)
    steps = [float(one.body["seconds"]) for one in written if one.kind == "clock-step"]
    assert steps == pytest.approx(JUMPS, abs=STEP_S)
    report = check(recorder.path, deep=True)
    assert (report.ok, report.readings) == (True, len(JUMPS) + 1)
    told = [one for one in remarks(recorder.path) if one.startswith("PC clock set from ")]
    assert len(told) == len(JUMPS)
    export(recorder.path, tmp_path / "out")
    assert (tmp_path / "out" / "log" / "entries.jsonl").read_bytes().count(b'"kind":"clock-step"') == len(JUMPS)


def test_a_clock_set_back_between_two_sessions_is_told(tmp_path, watch) -> None:
    path = tmp_path / "a.labnote"
    Notebook.create(path, clock=SystemClock(), author=WHO, key=KEY, body={}).close()
    for gained_s in (0.0, -HOUR):
        with Notebook.open(path, clock=Jumping(gained_s)) as notebook, Recorder(notebook) as recorder:
            watch(recorder).close()
    (told,) = remarks(path)
    assert told.startswith("PC clock at ")
    assert check(path).ok


def test_a_pause_of_the_machine_and_an_unknown_time_service_have_their_sentences() -> None:
    slept = {"cause": "asleep", "seconds": "3601.500", "asleep_s": "3600.000", "runs": []}
    assert say(CLOCK_SENTENCES["slept"](slept)) == "The PC slept for 3600.000 s; open runs: —"
    unknown = {"zone": {"name": "CST", "offset": "+08:00"}, "ntp": {"state": "unknown"}}
    assert say(CLOCK_SENTENCES["clock"](unknown)).endswith("whether it is kept by network time is unknown")


def test_a_simulated_clock_is_not_watched(tmp_path, watch) -> None:
    path = tmp_path / "a.labnote"
    clock = SimulatedClock(START.utc, 1000.0)
    with Notebook.create(path, clock=clock, author=WHO, key=KEY, body={}) as notebook, Recorder(notebook) as recorder:
        watch(recorder).close()
    assert [one.kind for one in entries(path)] == ["origin"]


class Full(Notebook):
    """A notebook on a disk that becomes full."""

    full = False

    def append(self, *drafts):
        if self.full:
            raise StorageTrouble(message("The disk is full."))
        return super().append(*drafts)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_full_disk_does_not_hinder_reading_and_is_told_to_who_records(tmp_path, watch, quick, at_once) -> None:
    clock, gone = Jumping(), Jumping()
    with Full.create(tmp_path / "a.labnote", clock=clock, author=WHO, key=KEY, body={}) as notebook:
        notebook.full = at_once
        recorder = Recorder(notebook)
        watched = watch(recorder)
        notebook.full = True
        clock.gained_s = HOUR
        with pytest.raises(StorageTrouble, match="Recording has stopped"):
            recorder.enter(begin(gone))
        watched.close()
        with pytest.raises(StorageTrouble):
            recorder.close()
        assert len(entries(notebook.path)) == (1 if at_once else 2)


def test_a_participation_that_opens_for_work_says_what_its_clock_is(office, tmp_path) -> None:
    desk = Desk(office, tmp_path)
    desk.p.close()
    assert entries(desk.p.path, "clock") == []  # simulated
    for sessions in (1, 2):
        with Participation.open(desk.p.path, clock=SystemClock(), home=office.home) as participation:
            assert participation.record.entry(participation.state.size - 1).kind == "clock"
        assert len(entries(desk.p.path, "clock")) == sessions
    assert check(desk.p.path).ok


def test_this_pc_is_asked_without_special_rights() -> None:
    seen = look(SystemClock())
    assert abs(seen.utc - datetime.now(UTC)) < timedelta(minutes=1)
    assert 0 < seen.awake_ns <= awake_ns()
    assert seen.awake_ns <= seen.elapsed_ns + 100_000_000
    assert ntp().state in {"synchronised", "unsynchronised", "unknown"}


class Kernel:
    """A C library whose adjtimex answers as told."""

    def __init__(self, code: int, status: int) -> None:
        self._code, self._status = code, status

    def adjtimex(self, pointer) -> int:
        said = pointer._obj
        said.status, said.maxerror, said.esterror = self._status, 12_000, 400
        return self._code


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows asks its time service")
@pytest.mark.parametrize(
    ("library", "expected"),
    [
        (Kernel(0, 0x2001), Ntp("synchronised", "kernel", "0.012000", "0.000400")),
        (Kernel(5, 0x0040), Ntp("unsynchronised", "kernel", "0.012000", "0.000400")),
        (Kernel(-1, 0), Ntp("unknown")),
        (object(), Ntp("unknown")),
    ],
)
def test_the_kernels_word_is_taken_and_its_silence_is_unknown(monkeypatch, library, expected) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    assert ntp() == expected


@pytest.mark.parametrize(
    ("code", "answer", "state"),
    [
        (0, b"Leap Indicator: 0(no warning)\r\nStratum: 3 (secondary reference)\r\n", "synchronised"),
        (0, "Leap 指示符: 0(无警告)\r\n层次: 3\r\n".encode("gbk"), "synchronised"),
        (0, "Leap 指示符: 3(未同步)\r\n层次: 0\r\n".encode("gbk"), "unsynchronised"),
        (1, b"Leap Indicator: 0(no warning)\r\n", "unknown"),
        (0, b"The following error occurred: The service has not been started. (0x80070426)\r\n", "unknown"),
        (0, b"", "unknown"),
    ],
)
def test_the_windows_time_service_is_understood_in_any_language(code, answer, state) -> None:
    assert w32tm(code, answer).state == state


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its zone from the registry")
def test_a_time_zone_that_changes_while_the_program_runs_is_seen(monkeypatch) -> None:
    monkeypatch.setenv("TZ", "CST-8")
    assert zone() == SHANGHAI
    monkeypatch.setenv("TZ", "NST3:30")
    assert zone() == Zone("NST", "-03:30")
    monkeypatch.undo()
    assert zone() == _pc_clock.Zone(time.tzname[time.localtime().tm_isdst], spelled(time.localtime().tm_gmtoff))
