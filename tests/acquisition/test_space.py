"""The free-space watch: how it judges, what it keeps, whom it tells, and how runs heed it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from acquisition.failing_disk import AUTHOR, Recording
from hypothesis import given
from hypothesis import strategies as st
from instruments.conftest import devices, hasty, meter, running, simulate
from participation.world import Desk, office

from labclient.acquisition import Gauge, Left, Rules, Series, Source, _space, getting_full, size_text, time_text
from labclient.clock import SimulatedClock
from labclient.demo import METER, ROOM, SimulatedHands, simulated_bench
from labclient.errors import DiskFull, StorageTrouble
from labclient.notebook import Draft, Entry, Notebook, Reader, check, interrupted
from labclient.participation import Participation, Runs, bench_instrument
from labclient.participation._runs import planned_readings
from labclient.words import Message, say

__all__ = ["devices", "hasty", "meter", "office", "running", "simulate"]

MB, GB = 10**6, 10**9
RULES = Rules(warn=500 * MB, warn_s=7200.0, stop=32 * MB, stop_s=10.0, stop_most=500 * MB, reserve=1 << 20)


def judged(*seen: tuple[float, int]) -> Left:
    """What is judged at the last of these moments."""
    gauge = Gauge(Path("a.labnote"), RULES)
    return [gauge.judge(left, now) for now, left in seen][-1]


@pytest.mark.parametrize(
    ("left", "level"),
    [(500 * MB, "plenty"), (500 * MB - 1, "low"), (32 * MB, "low"), (32 * MB - 1, "stop"), (0, "stop")],
)
def test_a_quiet_disk_is_judged_by_what_is_left(left, level) -> None:
    assert judged((0.0, left)) == judged((0.0, left), (30.0, left)) == Left(left, None, level)


def test_a_disk_that_fills_is_judged_by_the_time_left() -> None:
    assert judged((0.0, 100 * GB), (10.0, 99 * GB)) == Left(99 * GB, 990.0, "low")
    assert judged((0.0, 100 * GB), (10.0, 100 * GB - 10 * MB)).level == "plenty"  # a day and more at 1 MB/s
    assert judged((0.0, 300 * MB), (10.0, 200 * MB)).level == "low"
    assert judged((0.0, 190 * MB), (10.0, 90 * MB)) == Left(90 * MB, 9.0, "stop")


def test_a_large_copy_by_somebody_else_warns_and_stops_nothing() -> None:
    assert judged((0.0, 30 * GB), (10.0, 5 * GB)) == Left(5 * GB, 2.0, "low")
    assert judged((0.0, 30 * GB), (10.0, 499 * MB)).level == "stop"


def test_a_moment_is_no_rate_and_what_was_long_ago_does_not_count() -> None:
    assert judged((0.0, 100 * GB), (1.0, 99 * GB)).seconds is None
    assert judged((0.0, 100 * GB), *((float(at), 50 * GB) for at in range(1, 63))).seconds is None


@given(st.lists(st.tuples(st.floats(0.0, 100.0), st.integers(0, 10**13)), min_size=1, max_size=50))
def test_whatever_a_disk_does_less_than_the_least_stops_and_time_left_is_no_less_than_nothing(steps) -> None:
    gauge, now = Gauge(Path("a.labnote"), RULES), 0.0
    for pause, left in steps:
        now += pause
        found = gauge.judge(left, now)
        assert found.room == left
        assert found.seconds is None or found.seconds >= 0
        assert (found.level == "stop") >= (left < RULES.stop)
        assert (found.level == "plenty") <= (left >= RULES.warn)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 kB"), (999_999, "999 kB"), (1_990_000, "1.9 MB"), (32 * MB, "32 MB"), (2 * GB, "2.0 GB"),
     (10 * GB - 1, "9.9 GB"), (76_900 * MB, "76 GB"), (2 * 10**12, "2.0 TB")],
)  # fmt: skip
def test_what_is_left_is_never_flattered(count, text) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(9.0, "9 s"), (119.9, "120 s"), (3600.0, "60 min"), (7200.0, "2 h"),
                                               (3 * 86400.0, "3 d")])  # fmt: skip
def test_time_left_is_told_in_its_largest_unit(seconds, text) -> None:
    assert time_text(seconds) == text


class Disk:
    """A disk whose room the test sets."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, path: Path) -> int:
        return self.left


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(10 * GB)
    monkeypatch.setattr("labclient.acquisition._room.room", made)
    return made


@pytest.fixture
def recording(tmp_path: Path, disk: Disk) -> Iterator[Recording]:
    made = Recording(tmp_path / "a.labnote", RULES)
    yield made
    made.end()


def entries(path: Path, *kinds: str) -> list[Entry]:
    with Reader.open(path) as reader:
        return list(reader.entries(kinds))


def test_each_level_is_told_and_entered_once_when_it_is_reached_in_a_run(recording, disk) -> None:
    heard: list[Message] = []
    with recording.recorder.space.telling(heard.append):
        for disk.left in (10 * GB, 400 * MB, 399 * MB, 10 * GB, 300 * MB):
            recording.offer()
        disk.left = MB
        assert isinstance(recording.until_trouble(), DiskFull)
        recording.stop()
    lows = entries(recording.path, "disk-low")
    assert [(one.body["level"], one.body["left"]) for one in lows] == [
        ("low", str(400 * MB)), ("low", str(300 * MB)), ("stop", str(MB))]  # fmt: skip
    assert {one.author for one in lows} == {"program"}
    assert say(heard[0], "en") == "The disk is getting full: 400 MB left."
    assert len(heard) == 3
    assert check(recording.path, deep=True).ok


def test_what_was_read_before_a_run_is_ended_is_in_the_record(recording, disk) -> None:
    recording.offer()
    disk.left = MB
    told = [recording.until_trouble() for _ in range(3)]  # whoever offers on is taken up, and told again
    assert all(isinstance(one, DiskFull) and one.step is not None for one in told)
    recording.stop()
    found = recording.outcome()
    assert (found["readings"], found["open"]) == (found["offered"], [])


def test_without_a_run_a_low_disk_is_not_in_the_record(recording, disk) -> None:
    recording.stop()
    disk.left = 400 * MB
    recording.recorder.enter(Draft(kind="note", body={"text": "a"}, author=AUTHOR))
    assert entries(recording.path, "disk-low") == []


def test_a_run_begins_only_where_there_is_room_and_again_when_there_is(recording, disk) -> None:
    recording.stop()
    disk.left = 31 * MB
    trouble = recording.trouble(recording.begin)
    assert isinstance(trouble, DiskFull)
    assert say(trouble.sentence, "en") == "There is no room for a run: 31 MB left on the disk, 32 MB needed."
    disk.left = 40 * MB
    with pytest.raises(DiskFull, match="40 MB left on the disk, 42 MB needed"):
        recording.recorder.space.may_start(readings=10_000)
    recording.recorder.space.may_start(readings=8_000)
    recording.run = recording.begin()
    assert entries(recording.path, "run-start")[-1].seq == recording.run


def test_a_file_too_large_for_the_disk_is_refused_and_the_recording_goes_on(recording, disk) -> None:
    disk.left = MB
    photo = Draft(kind="attachment", body={"name": "a.png"}, author=AUTHOR, payload=bytes(2 * MB))
    with pytest.raises(DiskFull, match="There is no room for this"):
        recording.recorder.enter(photo)
    recording.recorder.enter(Draft(kind="note", body={"text": "no photo"}, author=AUTHOR))
    assert entries(recording.path, "attachment") == []


def test_a_reserve_lies_beside_a_notebook_only_while_it_is_recorded_into(recording, tmp_path) -> None:
    reserve = tmp_path / "a.labnote.reserve"
    assert reserve.stat().st_size == RULES.reserve
    assert reserve.stat().st_blocks * 512 >= RULES.reserve if hasattr(reserve.stat(), "st_blocks") else True
    recording.end()
    assert [one.name for one in tmp_path.iterdir()] == ["a.labnote"]


def test_the_reserve_is_given_back_in_two_halves_and_written_again_for_the_next_run(recording, tmp_path) -> None:
    space, reserve = recording.recorder.space, tmp_path / "a.labnote.reserve"
    assert space.release()
    assert reserve.stat().st_size == RULES.reserve // 2
    assert space.release()
    assert not reserve.exists()
    assert not space.release()
    space.may_start()
    assert reserve.stat().st_size == RULES.reserve


def test_a_disk_without_room_for_a_reserve_has_none_for_a_run(recording, monkeypatch, tmp_path) -> None:
    space = recording.recorder.space
    while space.release():
        pass
    monkeypatch.setattr(space, "_reserve", tmp_path / "gone" / "a.reserve")
    with pytest.raises(DiskFull, match="There is no room for a run"):
        space.may_start()


def test_a_disk_that_does_not_answer_is_a_trouble(recording, monkeypatch) -> None:
    def gone(_: Path) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("labclient.acquisition._room.room", gone)
    with pytest.raises(StorageTrouble, match="Input/output error"):
        recording.recorder.space.may_start()
    recording.offer()  # what can be written is written


def test_a_warning_says_how_long_it_will_last() -> None:
    assert say(getting_full(Left(2 * GB, 3000.0, "low")), "en") == (
        "The disk is getting full: 2.0 GB left, gone in 50 min at the present rate."
    )


def test_only_a_write_that_found_no_room_is_tried_again() -> None:
    assert not _space.out_of_room(StorageTrouble(getting_full(Left(0, None, "stop"))))


def test_a_source_ends_with_its_last_reading_in_the_record(recording, disk, meter) -> None:
    device, _ = meter
    heard: list[Message] = []
    source = Source(
        device,
        "voltage",
        recording.recorder,
        recording.notebook.clock,
        heard.append,
        author=AUTHOR,
        station="stability",
    )
    try:
        run = source.start("stability", "record")
        disk.left = MB
        meaning = Series(run=run, role="X", artefact="TS", measurand="voltage", operator=AUTHOR, purpose="record")
        with pytest.raises(DiskFull, match="The run ends here"):
            source.take(meaning, 100_000).result(timeout=60)
        source.stop("disk nearly full")
    finally:
        source.close()
    (stop,) = entries(recording.path, "run-stop")
    assert stop.body["reason"] == "disk nearly full"
    assert stop.body["rows"] == sum(one.body["rows"] for one in entries(recording.path, "block")) > 0


class Told:
    """Somebody who watches a run, and does something at its first progress."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.then = lambda: None

    def tell(self, sentence: Message) -> None:
        self.heard.append(say(sentence, "en"))

    def progress(self, task: str, done: int, total: int) -> None:
        then, self.then = self.then, lambda: None
        then()


def closed(participation: Participation) -> None:
    with suppress(StorageTrouble):  # on a disk that is gone, a sentence; anything else would be a crash report
        participation.close()


@pytest.fixture
def runs(office, tmp_path: Path, disk: Disk) -> Iterator[tuple[Participation, Runs, Told]]:
    """Runs of a participation that warms up, on simulated instruments."""
    desk = Desk(office, tmp_path).until("warm-up")
    desk.p.close()
    clock = SimulatedClock(desk.clock.utc(), 240.0)
    participation = Participation.open(desk.p.path, clock=clock, home=office.home)
    with simulated_bench(office.home, clock, 1) as bench:
        told = Told()
        made = Runs(
            participation,
            meter=bench_instrument(office.home, METER),
            room=bench_instrument(office.home, ROOM),
            hands=SimulatedHands(bench),
            observer=told,
            who="P-01",
        )
        yield participation, made, told
    closed(participation)


def test_a_run_of_a_participation_is_ended_in_order_and_the_next_refused(runs, disk) -> None:
    participation, made, told = runs

    def shrink() -> None:
        disk.left = MB

    told.then = shrink
    with pytest.raises(DiskFull, match="The disk is nearly full") as caught:
        made.settle()
    assert caught.value.step is not None
    assert participation.state.open_runs == ()
    assert entries(participation.path, "run-stop")[-1].body["reason"] == "disk nearly full"
    assert told.heard[-1] == "The disk is getting full: 1.0 MB left."
    size = participation.recorder.committed
    with pytest.raises(DiskFull, match="There is no room for a run"):
        made.settle()
    assert participation.recorder.committed == size
    disk.left = 10 * GB
    participation.recorder.space.may_start()


def test_a_notebook_that_goes_away_in_a_run_ends_it_with_a_sentence(runs) -> None:
    participation, made, told = runs
    away = participation.path.with_name("away")
    told.then = lambda: participation.path.rename(away)
    with pytest.raises(StorageTrouble, match="no longer where it was opened"):
        made.settle()
    closed(participation)
    away.rename(participation.path)
    report = check(participation.path, deep=True)
    assert report.ok
    with Reader.open(participation.path) as reader:
        assert len(interrupted(reader)) == 1
    Notebook.open(participation.path, clock=participation.clock).close()


def test_a_plan_says_how_much_a_run_may_take(runs) -> None:
    plan = runs[0].state.plan
    scheme = plan.measurement.scheme
    assert planned_readings(plan, "functional") == plan.arrival.functional_readings
    assert planned_readings(plan, "stability") == plan.stability.readings
    assert planned_readings(plan, "settling") > 1
    day = len(plan.points) * plan.measurement.cycles * len(scheme.steps) * scheme.readings
    assert planned_readings(plan, "measurement") == planned_readings(plan, "environment") == day
