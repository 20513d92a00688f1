"""The recorder: what it says is committed is on the disk; what is not, nobody has seen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import msgspec
import numpy as np
import pytest

from labclient.acquisition import Recorder, Replies
from labclient.clock import SystemClock
from labclient.errors import NotVerified, StorageTrouble, WrongUse
from labclient.instruments import Reply
from labclient.notebook import (
    Channel,
    Draft,
    Entry,
    Notebook,
    Reader,
    check,
    raw_bytes,
    run_start,
    run_stop,
    run_values,
    series,
)
from labclient.signing import NoteKey

ROOT = Path(__file__).parents[2]
AUTHOR = "Operator A"
KEY = NoteKey.generate("lab-07")


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    with Notebook.create(tmp_path / "a.labnote", clock=SystemClock(), author=AUTHOR, key=KEY, body={}) as made:
        yield made


def begin(recorder: Recorder, count: int = 1) -> tuple[int, ...]:
    """A run of one channel and `count` series; their numbers."""
    start = run_start(
        purpose="trial",
        task="settling",
        channels=[Channel("dcv", "voltage", "V")],
        instrument={},
        clock=recorder.clock,
        author=AUTHOR,
        station="stability",
    )
    (run,) = recorder.enter(start)
    return run.seq, *(entry.seq for entry in recorder.enter(*[series(run.seq, {}, author=AUTHOR)] * count))


def batch(first: int, count: int = 1, raws: bool = True) -> Replies:
    texts = [f"{i}.0" for i in range(first, first + count)]
    return Replies(
        t_ns=[1000 * i for i in range(first, first + count)],
        status=["ok"] * count,
        texts=[texts],
        raws=[text.encode() + b"\r\n" for text in texts] if raws else None,
        values=np.array(list(map(float, texts))).reshape(-1, 1),
    )


def single(number: int) -> Reply:
    return Reply(1000 * number, f"{number}.0\r\n".encode(), (f"{number}.0",), (float(number),), "ok")


def test_an_entered_draft_is_durable_when_enter_returns_with_all_that_was_offered_before(notebook: Notebook) -> None:
    with Recorder(notebook, interval=1000) as recorder, Reader.open(notebook.path) as reader:
        run, one = begin(recorder)
        for i in range(5):
            recorder.offer(run, one, batch(i), b"\r\n")
        (stop,) = recorder.enter(run_stop(run, rows=recorder.rows(run), reason="done", author=AUTHOR))
        assert recorder.committed == reader.size == stop.seq + 1
        block, last = reader.entries(start=one + 1)
        assert last == stop
        assert (block.body["rows"], block.author, block.station) == (5, AUTHOR, "stability")
        assert reader.payload(block.seq).count(b",\r\n") == 5
    assert check(notebook.path, deep=True).ok


def test_offered_replies_are_committed_without_anybody_asking_and_shown_only_then(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder, Reader.open(notebook.path) as reader:
        run, one = begin(recorder)
        before = recorder.committed
        recorder.offer(run, one, batch(0), b"\r\n")
        assert recorder.wait_beyond(before, 30) == before + 1 == reader.size
        assert recorder.wait_beyond(before + 1, 0) == before + 1


def test_the_order_of_series_and_entries_within_a_run_is_kept(notebook: Notebook) -> None:
    with Recorder(notebook, interval=1000) as recorder, Reader.open(notebook.path) as reader:
        run, one, two = begin(recorder, 2)
        start = recorder.enter(Draft(kind="note", body={}, author=AUTHOR))[0].seq + 1
        for i, member in enumerate([one, one, two, two, one]):
            recorder.offer(run, member, batch(i), b"\r\n")
        recorder.enter(Draft(kind="note", body={}, author=AUTHOR))
        found = list(reader.entries(start=start))
        data = run_values(reader, run)
    kinds = [(entry.kind, entry.body.get("series"), entry.body.get("first")) for entry in found]
    assert kinds in (
        [("block", one, 0), ("block", two, 2), ("block", one, 4), ("note", None, None)],
        [("block", one, 0), ("block", one, 1), ("block", two, 2), ("block", one, 4), ("note", None, None)],
    )
    assert data.series.tolist() == [one, one, two, two, one]
    assert data.values[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_two_runs_at_a_time_have_blocks_and_counts_of_their_own(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder:
        runs = [begin(recorder), begin(recorder)]

        def work(run: int, member: int) -> None:
            for i in range(300):
                recorder.offer(run, member, batch(i, raws=bool(i % 2)), b"\r\n")

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(work, *zip(*runs, strict=True)))
        assert [recorder.rows(run) for run, _ in runs] == [300, 300]
    with Reader.open(notebook.path) as reader:
        for run, _ in runs:
            assert run_values(reader, run).values[:, 0].tolist() == [float(i) for i in range(300)]
    assert check(notebook.path, deep=True).ok


def test_batches_with_and_without_raw_bytes_keep_them(notebook: Notebook) -> None:
    odd = Replies(t_ns=[5], status=["error"], texts=[["?"]], raws=[b"\xff?"], values=np.array([[np.nan]]))
    with Recorder(notebook, interval=1000) as recorder, Reader.open(notebook.path) as reader:
        run, one = begin(recorder)
        for replies in (batch(0, 2, raws=False), odd, batch(3)):
            recorder.offer(run, one, replies, b"\r\n")
        recorder.enter(Draft(kind="note", body={}, author=AUTHOR))
        rows = b"".join(reader.payload(entry.seq) for entry in reader.entries({"block"})).split(b"\r\n")
    assert [row.rsplit(b",")[2:] for row in rows[:-1]] == [
        [b"ok", b"0.0", b""], [b"ok", b"1.0", b""], [b"error", b"?", b"\\xff?"], [b"ok", b"3.0", b""],
    ]  # fmt: skip
    assert raw_bytes("\\xff?") == b"\xff?"


def test_single_replies_and_batches_are_one_block_in_the_order_they_came(notebook: Notebook) -> None:
    with Recorder(notebook, interval=1000) as recorder, Reader.open(notebook.path) as reader:
        run, one = begin(recorder)
        start = recorder.enter(Draft(kind="note", body={}, author=AUTHOR))[0].seq + 1
        given = (single(0), single(1), batch(2, 2, raws=False), single(4), batch(5), single(6))
        recorder.offer(run, one, given[0], b"\r\n")
        assert recorder.rows(run) == 1
        recorder.enter(Draft(kind="note", body={}, author=AUTHOR))  # what comes after it is another block
        for replies in given[1:]:
            recorder.offer(run, one, replies, b"\r\n")
        recorder.enter(run_stop(run, rows=recorder.rows(run), reason="done", author=AUTHOR))
        found = list(reader.entries(start=start))
        rows = b"".join(reader.payload(entry.seq) for entry in reader.entries({"block"}))
    blocks = [(entry.body["first"], entry.body["rows"]) for entry in found if entry.kind == "block"]
    assert blocks in ([(0, 1), (1, 6)], [(0, 1), (1, 1), (2, 5)])
    assert [entry.kind for entry in found][:2] == ["block", "note"]
    assert rows == b"".join(b"%d,%d,ok,%d.0,\r\n" % (i, 1000 * i, i) for i in range(7))
    assert check(notebook.path, deep=True).ok


def test_a_single_reply_without_ok_is_recorded_without_a_number(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder:
        run, one = begin(recorder)
        recorder.offer(run, one, single(0), b"\r\n")
        recorder.offer(run, one, Reply(1000, b"9.9E37\r\n", ("9.9E37",), (9.9e37,), "overload"), b"\r\n")
        recorder.offer(run, one, single(2), b"\r\n")
    with Reader.open(notebook.path) as reader:
        data = run_values(reader, run)
    assert [data.statuses[code] for code in data.status] == ["ok", "overload", "ok"]
    assert np.array_equal(data.values[:, 0], [0.0, np.nan, 2.0], equal_nan=True)


def test_a_draft_that_cannot_be_written_is_refused_to_its_author_alone(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder:
        run, one = begin(recorder)
        recorder.offer(run, one, batch(0), b"\r\n")
        with pytest.raises(WrongUse):
            recorder.enter(Draft(kind="note", body={"value": 1.5}, author=AUTHOR))
        recorder.offer(run, one, batch(1), b"\r\n")
    assert check(notebook.path).readings == 2


def test_replies_that_contradict_themselves_or_their_run_are_refused_to_their_source_alone(notebook: Notebook) -> None:
    two = {"texts": [["1.0"], ["2.0"]], "values": np.array([[1.0, 2.0]])}
    with Recorder(notebook) as recorder:
        run, one = begin(recorder)
        for change in ({"status": ["overload"]}, {"status": ["ok", "ok"]}, two):
            with pytest.raises(ValueError, match=r"."):
                recorder.offer(run, one, msgspec.structs.replace(batch(0), **change), b"\r\n")
        wrong = (
            {"texts": ()},
            {"values": (1.0, 2.0)},
            {"texts": ("1.0", "2.0"), "values": (1.0, 2.0)},
            {"texts": ("\ud800",)},
            {"status": "overload;ok"},
        )
        for change in wrong:
            with pytest.raises(ValueError, match=r"."):
                recorder.offer(run, one, msgspec.structs.replace(single(0), **change), b"\r\n")
        recorder.offer(run, one, batch(0), b"\r\n")
    report = check(notebook.path, deep=True)
    assert report.ok
    assert report.readings == 1


def test_nothing_is_offered_to_a_run_that_is_not_open(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder:
        run, one = begin(recorder)
        recorder.enter(run_stop(run, rows=0, reason="done", author=AUTHOR))
        with pytest.raises(WrongUse, match="stopped"):
            recorder.offer(run, one, batch(0), b"\r\n")
        with pytest.raises(WrongUse, match="begin a run"):
            recorder.offer(one, one, batch(0), b"\r\n")
        recorder.enter(Draft(kind="note", body={}, author=AUTHOR))


def test_a_run_stopped_before_any_reply_takes_none_afterwards(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder:
        run, one = begin(recorder)
        recorder.offer(run, one, batch(0), b"\r\n")
        recorder.enter(run_stop(run, rows=1, reason="done", author=AUTHOR))
        with pytest.raises(WrongUse, match="stopped"):
            recorder.offer(run, one, batch(1), b"\r\n")


def test_a_reopened_run_goes_on_with_the_next_index(notebook: Notebook) -> None:
    with Recorder(notebook) as recorder:
        run, one = begin(recorder)
        recorder.offer(run, one, batch(0, 7), b"\r\n")
    with Recorder(notebook) as recorder:
        assert recorder.rows(run) == 7
        recorder.offer(run, one, batch(7, 3), b"\r\n")
    with Reader.open(notebook.path) as reader:
        assert run_values(reader, run).index.tolist() == list(range(10))
    assert check(notebook.path, deep=True).ok


class Slow(Notebook):
    """A notebook on a disk that waits for `disk`."""

    disk: Event
    reached: Event

    def append(self, *drafts: Draft) -> tuple[Entry, ...]:
        if any(draft.kind == "block" for draft in drafts):
            self.reached.set()
            self.disk.wait()
        return super().append(*drafts)


def test_a_source_is_held_back_when_the_disk_cannot_follow_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "slow.labnote"
    with Slow.create(path, clock=SystemClock(), author=AUTHOR, key=KEY, body={}) as notebook:
        notebook.disk, notebook.reached = Event(), Event()
        with Recorder(notebook, room=50) as recorder, ThreadPoolExecutor(1) as source:
            run, one = begin(recorder)

            def work() -> None:
                for i in range(0, 1000, 10):
                    recorder.offer(run, one, batch(i, 10), b"\r\n")

            working = source.submit(work)
            notebook.reached.wait()
            assert not working.done()
            assert recorder.rows(run) <= 60
            notebook.disk.set()
            working.result()
            assert recorder.held_back[0] > 0
            assert recorder.held_back[1] > 0
    with Reader.open(path) as reader:
        assert run_values(reader, run).values[:, 0].tolist() == [float(i) for i in range(1000)]


def test_a_checkpoint_covers_everything_offered_before_it(notebook: Notebook) -> None:
    with Recorder(notebook, interval=1000) as recorder:
        run, one = begin(recorder)
        recorder.offer(run, one, batch(0, 5), b"\r\n")
        note = recorder.checkpoint(KEY)
        assert note.split("\n")[1] == str(recorder.committed - 1)
        with pytest.raises(NotVerified):
            recorder.checkpoint(NoteKey.generate("lab-07"))
    report = check(notebook.path, expected_checkpoint=note)
    assert report.ok
    assert (report.readings, report.checkpoints) == (5, 1)


def test_a_file_that_is_gone_stops_the_recording_and_says_so_to_everybody(notebook: Notebook) -> None:
    recorder = Recorder(notebook)
    run, one = begin(recorder)
    committed = recorder.committed
    moved = notebook.path.rename(notebook.path.with_name("stick.labnote"))
    with pytest.raises(StorageTrouble, match="no longer where it was opened"):
        recorder.enter(Draft(kind="note", body={}, author=AUTHOR))
    for late in (
        lambda: recorder.offer(run, one, batch(0), b"\r\n"),
        lambda: recorder.enter(Draft(kind="note", body={}, author=AUTHOR)),
        lambda: recorder.wait_beyond(committed, 30),
        recorder.close,
    ):
        with pytest.raises(StorageTrouble, match="Recording has stopped"):
            late()
    assert recorder.committed == committed
    moved.rename(notebook.path)
    assert check(notebook.path).entries == committed


def test_a_closed_recorder_takes_nothing(notebook: Notebook) -> None:
    recorder = Recorder(notebook)
    run, one = begin(recorder)
    recorder.close()
    recorder.close()
    with pytest.raises(ValueError, match="closed"):
        recorder.offer(run, one, batch(0), b"\r\n")
    with pytest.raises(ValueError, match="closed"):
        recorder.enter(Draft(kind="note", body={}, author=AUTHOR))
