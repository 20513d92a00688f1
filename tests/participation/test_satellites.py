"""Satellites: another PC records for one station; the main notebook takes it in whole and once."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluation.records import ENTRIES, WHO
from notebook.samples import tamper

from labclient.errors import GateClosed, NotVerified, Trouble, WrongUse
from labclient.notebook import Draft, Reader, blocks, check, run_values
from labclient.participation import (
    give_up_satellite,
    issue_satellite,
    missing,
    read_state,
    take_satellite,
)
from labclient.signing import Tree

from .rooms import ROOM, Room
from .world import Desk, Office

STABLE = [10.0 + 1e-8 * (i % 3) for i in range(20)]


@pytest.fixture
def measuring(desk: Desk) -> Desk:
    """A desk at its measurement."""
    return desk.until("measurement")


def refused(desk: Desk, file: Path, trouble: type[Trouble], match: str) -> None:
    """Nothing is entered by what is refused."""
    before = desk.p.recorder.committed
    with pytest.raises(trouble, match=match):
        take_satellite(desk.p, file, WHO)
    assert desk.p.recorder.committed == before


def test_a_satellite_says_whose_it_is_and_begins_where_the_main_notebook_is(measuring: Desk, tmp_path: Path) -> None:
    size, root = measuring.p.record.head()
    main = measuring.p.record.entry(0).body["notebook"]
    room = Room(measuring, tmp_path / "b")
    state, whose = room.p.state, room.p.state.satellite_of
    assert whose is not None
    assert (whose.notebook, whose.entries, whose.root, whose.to) == (main, size, root, "Room 2")
    assert (state.station, state.done) == ("measurement", measuring.p.state.done)
    assert (state.accepted, state.standard) == (measuring.p.state.accepted, measuring.p.state.standard)
    assert state.trust == measuring.p.state.trust
    report = check(room.back())
    body = room.issued.body
    assert (body["satellite"], body["key"], body["root"]) == (report.notebook, report.key, report.root)
    assert report.ok
    assert report.key != measuring.p.record.entry(0).body["key"]


def test_what_a_satellite_measured_counts_in_the_main_notebook(measuring: Desk, tmp_path: Path) -> None:
    """Day 1 in one room, day 2 in the other: the result is that of one record."""
    measuring.write.measure(measuring.plan, measuring.truth, days=[1])
    room = Room(measuring, tmp_path / "b")
    assert {day for _, day, _ in room.p.state.counted} == {1}
    cycles = room.measure(2)
    taken = take_satellite(measuring.p, room.back(), WHO)
    assert len(taken) == 1 + len(run_entries(room.file)) + len(cycles)
    days = {day for _, day, _ in measuring.p.state.counted}
    assert days == {1, 2}
    measuring.judge()
    measuring.p.finish("measurement", WHO)
    measuring.enter("departure")
    measuring.p.finish("departure", WHO)
    measuring.compute()
    result = measuring.p.state.result
    assert result is not None
    assert {one.cycles for one in result.points} == {4}


def run_entries(file: Path) -> list[Any]:
    kinds = {"run-start", "series", "block", "run-stop"}
    with Reader.open(file) as reader:
        return list(reader.entries(kinds))


def test_two_rooms_give_the_digits_of_one(office: Office, tmp_path: Path) -> None:
    """The same instruments, clock and cycles, once in one notebook and once in two."""
    results = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        desk = Desk(office, tmp_path / name).until("measurement")
        desk.write.measure(desk.plan, desk.truth, days=[1])
        if name == "two":
            room = Room(desk, tmp_path / "room")
            room.measure(2)
            take_satellite(desk.p, room.back(), WHO)
        else:
            desk.write.measure(desk.plan, desk.truth, days=[2])
        desk.judge()
        desk.p.finish("measurement", WHO)
        desk.enter("departure")
        desk.p.finish("departure", WHO)
        desk.compute()
        assert desk.p.state.result is not None
        results.append((desk.p.state.result.points, {n: c.figures for n, c in desk.p.state.checks.items()}))
        desk.p.close()
    assert results[0] == results[1]


def test_a_reading_is_found_by_notebook_run_and_index_in_either_file(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    header, *copied = take_satellite(measuring.p, room.back(), WHO)
    shift = header.seq + 1 - room.issued.body["entries"]
    main = measuring.p.record
    with Reader.open(room.file) as satellite:
        for start in satellite.entries({"run-start"}):
            there, here = run_values(satellite, start.seq), run_values(main, start.seq + shift)
            assert np.array_equal(there.values, here.values)
            assert np.array_equal(there.t_ns, here.t_ns)
            assert np.array_equal(there.series + shift, here.series)
            for one, other in zip(blocks(satellite, start.seq), blocks(main, start.seq + shift), strict=True):
                assert satellite.payload(one.seq) == main.payload(other.seq)
        lines = b"".join(entry.line + b"\n" for entry in satellite.entries())
        assert main.payload(header.seq) == lines
        assert satellite.head() == (header.body["entries"], header.body["root"])
    assert check(measuring.p.path, deep=True).ok
    assert {one.author for one in copied} == {WHO}


def test_checks_of_runs_come_along_with_their_attempts(desk: Desk, tmp_path: Path) -> None:
    desk.until("stability")
    room = Room(desk, tmp_path / "b", "stability")
    drifting = [10.0 + 1e-4 * i for i in range(20)]
    for values in (drifting, STABLE):
        room.p.judge("stability", room.write.readings("stability", values, station="stability"))
    take_satellite(desk.p, room.back(), WHO)
    made = [entry.body["verdict"] for entry in desk.p.record.entries({"check"}) if entry.body["check"] == "stability"]
    assert made == ["fail", "pass"]
    last = desk.p.state.checks["stability"]
    assert last == desk.p.judge("stability", *last.basis)
    desk.p.finish("stability", WHO)


def test_an_exclusion_in_a_satellite_names_the_same_cycle_in_the_main_notebook(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    cycles = room.measure(1)
    room.p.enter("exclusion", {"cycles": cycles[:1], "reason": "cable moved"}, WHO)
    header, *_ = take_satellite(measuring.p, room.back(), WHO)
    shift = header.seq + 1 - room.issued.body["entries"]
    assert measuring.p.state.excluded == {cycles[0] + shift: "cable moved"}


def test_attachments_come_along(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    photo = tmp_path / "bench.jpg"
    photo.write_bytes(b"a photo")
    room.p.attach(photo, "photo", "image/jpeg", WHO)
    _, copied = take_satellite(measuring.p, room.back(), WHO)
    assert measuring.p.record.payload(copied.seq) == b"a photo"


@pytest.mark.parametrize("kind", ["standard", "arrival", "budget", "departure", "handed-over"])
def test_a_satellite_takes_no_entry_that_is_not_of_its_bench(measuring: Desk, tmp_path: Path, kind: str) -> None:
    room = Room(measuring, tmp_path / "b")
    with pytest.raises(GateClosed, match="not done in a satellite"):
        room.p.enter(kind, ENTRIES[kind], WHO)
    room.p.close()


def test_a_satellite_finishes_nothing_and_judges_nothing_of_the_whole(
    measuring: Desk, office: Office, tmp_path: Path
) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1, 2)
    for check_name in ("zero", "environment"):
        with pytest.raises(GateClosed, match="over everything that was measured"):
            room.p.judge(check_name)  # type: ignore[arg-type]
    with pytest.raises(GateClosed, match="take it into the main notebook"):
        room.p.finish("measurement", WHO)
    with pytest.raises(GateClosed, match="not done in a satellite"):
        room.p.checkpoint()
    with pytest.raises(GateClosed, match="not done in a satellite"):
        room.p.accept_trust(office.papers.trust, WHO)
    with pytest.raises(GateClosed, match="not done in a satellite"):
        issue_satellite(room.p, tmp_path / "c.labnote", station="measurement", to="Room 3", who=WHO)
    assert not (tmp_path / "c.labnote").exists()
    room.p.close()


@pytest.mark.parametrize("station", ["warm-up", "stability", "departure"])
def test_a_satellite_is_issued_for_the_present_station_alone(measuring: Desk, tmp_path: Path, station: Any) -> None:
    with pytest.raises(GateClosed):
        issue_satellite(measuring.p, tmp_path / ROOM, station=station, to="Room 2", who=WHO)
    assert not (tmp_path / ROOM).exists()


def test_no_satellite_is_issued_where_no_bench_records(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match="Arrival"):
        issue_satellite(desk.p, tmp_path / ROOM, station="arrival", to="Room 2", who=WHO)


def test_an_existing_file_is_never_issued(measuring: Desk, tmp_path: Path) -> None:
    (tmp_path / ROOM).write_bytes(b"something else")
    before = measuring.p.recorder.committed
    with pytest.raises(WrongUse, match="exists already"):
        issue_satellite(measuring.p, tmp_path / ROOM, station="measurement", to="Room 2", who=WHO)
    assert (tmp_path / ROOM).read_bytes() == b"something else"
    assert measuring.p.recorder.committed == before


def test_a_station_is_not_finished_while_its_satellite_is_away(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.p.close()
    measuring.measure()
    assert len(missing(measuring.p.state, "measurement")) == 1
    with pytest.raises(GateClosed, match="not finished") as gate:
        measuring.p.finish("measurement", WHO)
    assert "room2.labnote, issued to Room 2, has not been taken in" in gate.value.tell()
    give_up_satellite(measuring.p, ROOM, "the stick is lost", WHO)
    measuring.p.finish("measurement", WHO)


def test_what_was_given_up_can_never_be_taken_in(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    file = room.back()
    for nobody in ("", "room3.labnote"):
        with pytest.raises(WrongUse, match="names no single satellite"):
            give_up_satellite(measuring.p, nobody, "lost", WHO)
    give_up_satellite(measuring.p, room.issued.body["satellite"][:8], "lost", WHO)
    refused(measuring, file, GateClosed, "was given up")
    with pytest.raises(WrongUse, match="names no single satellite"):
        give_up_satellite(measuring.p, ROOM, "lost", WHO)


def test_two_satellites_of_one_name_are_told_apart_by_their_ids(measuring: Desk, tmp_path: Path) -> None:
    rooms = [Room(measuring, tmp_path / name) for name in "bc"]
    with pytest.raises(WrongUse, match="names no single satellite"):
        give_up_satellite(measuring.p, ROOM, "lost", WHO)
    for day, room in enumerate(rooms, 1):
        room.measure(day)
        take_satellite(measuring.p, room.back(), WHO)
    assert len(measuring.p.state.counted) == 8
    assert check(measuring.p.path).ok


def test_a_satellite_is_taken_in_once_even_when_it_went_on(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    earlier = tmp_path / "earlier.labnote"
    shutil.copyfile(room.back(), earlier)
    room.open()
    room.measure(2)
    take_satellite(measuring.p, room.back(), WHO)
    refused(measuring, room.file, GateClosed, "taken in once")
    refused(measuring, earlier, GateClosed, "taken in once")
    room.open()
    room.p.enter("note", {"text": "one more"}, WHO)
    refused(measuring, room.back(), GateClosed, "taken in once")


def test_a_satellite_that_recorded_nothing_comes_back_all_the_same(measuring: Desk, tmp_path: Path) -> None:
    assert len(take_satellite(measuring.p, Room(measuring, tmp_path / "b").back(), WHO)) == 1
    assert not measuring.p.state.satellites_out
    assert check(measuring.p.path).ok


def test_an_open_run_is_closed_first_on_either_side(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    run = room.write.readings("measurement", [10.0], stop=False, station="measurement")
    room.p.close()
    refused(measuring, room.file, GateClosed, "still open")
    room.open()
    room.p.close_run(run, "the PC failed", WHO)
    room.p.close()
    own = measuring.write.readings("environment", [20.0], stop=False)
    refused(measuring, room.file, GateClosed, "still open")
    measuring.p.close_run(own, "ended", WHO)
    take_satellite(measuring.p, room.file, WHO)
    assert not measuring.p.state.open_runs


def test_a_changed_satellite_is_refused(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    with Reader.open(room.back()) as reader:
        block = next(reader.entries({"block"}))
        cut = reader.payload(block.seq)[:-1]
    tamper(room.file, f"UPDATE log SET payload = x'{cut.hex()}' WHERE seq = {block.seq}")
    refused(measuring, room.file, NotVerified, "does not verify")


def test_a_satellite_written_anew_is_refused(measuring: Desk, tmp_path: Path) -> None:
    """Whoever has the file can write another whole notebook that verifies, but not one that was issued."""
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    room.back()
    forged = tmp_path / "forged.labnote"
    shutil.copyfile(room.file, forged)
    _rewrite(forged, lambda line: line.replace(b'"to":"Room 2"', b'"to":"Room 9"'))
    assert check(forged).ok
    refused(measuring, forged, NotVerified, "does not go on from what was issued")


def _rewrite(path: Path, change: Any) -> None:
    """Write the lines anew, with a head that fits."""
    with Reader.open(path) as reader:
        lines = [change(entry.line) for entry in reader.entries()]
    tree = Tree()
    for line in lines:
        tree.append(line)
    statements = [f"UPDATE log SET entry = x'{line.hex()}' WHERE seq = {seq}" for seq, line in enumerate(lines)]
    head = f"UPDATE head SET size = {tree.size}, root = x'{tree.root().hex()}', frontier = x'{tree.frontier.hex()}'"
    tamper(path, *statements, head)


def test_another_participations_satellite_is_refused(office: Office, measuring: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Desk(office, tmp_path / "other").until("measurement")
    room = Room(other, tmp_path / "b")
    room.measure(1)
    refused(measuring, room.back(), NotVerified, "no satellite of this notebook")
    refused(measuring, other.p.path, NotVerified, "no satellite of this notebook")
    other.p.close()


def test_entries_that_no_satellite_makes_are_refused(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    with_done = Draft(kind="station-done", body={"station": "measurement"}, author=WHO, station="measurement")
    room.p.recorder.enter(with_done)
    refused(measuring, room.back(), NotVerified, "none that a satellite can hold")


def test_a_satellite_is_read_like_any_notebook(measuring: Desk, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    state = room.p.state
    with Reader.open(room.back()) as reader:
        assert read_state(reader) == state


def test_after_a_restart_the_main_notebook_says_the_same(measuring: Desk, office: Office, tmp_path: Path) -> None:
    room = Room(measuring, tmp_path / "b")
    room.measure(1)
    take_satellite(measuring.p, room.back(), WHO)
    state = measuring.p.state
    with Reader.open(measuring.p.path) as reader:
        assert read_state(reader) == state
    assert [one.fate for one in state.satellites.values()] == ["taken in"]
