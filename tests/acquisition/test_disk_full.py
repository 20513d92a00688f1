"""A disk that fails under a recording, in processes of their own: what was shown is there, runs end in order or are
named, and every trouble is a sentence. What a limit on the size of files can show is shown everywhere; the rest where
mounting is permitted."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from acquisition import failing_disk
from acquisition.failing_disk import AUTHOR, UNWATCHED, Recording

from labclient.acquisition import Recorder, Rules
from labclient.clock import SystemClock
from labclient.errors import DiskFull
from labclient.notebook import Draft, Notebook, Reader, check, interrupted, run_stop
from labclient.words import say

ROOT = Path(__file__).parents[2]
CHILD = [sys.executable, failing_disk.__file__]
ALONE = (
    ["unshare", "--mount"]
    if sys.platform == "linux" and os.geteuid() == 0
    else ["unshare", "--mount", "--map-root-user"]
)
Found = dict[str, Any]


@cache
def may_mount() -> bool:
    """Whether this machine lets us mount, in a namespace of our own."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    tried = subprocess.run([*ALONE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    return tried.returncode == 0


mounting = pytest.mark.skipif(not may_mount(), reason="nothing may be mounted here")
limiting = pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files is a POSIX matter")


@pytest.fixture
def happens(tmp_path: Path) -> Iterator[Callable[..., Found]]:
    """Lets a child go through a scenario; what it says holds for the notebook that it left, too."""

    def play(scenario: str, *before: str) -> Found:
        (tmp_path / "disk").mkdir()
        child = subprocess.run(
            [*before, *CHILD, scenario, str(tmp_path / "disk")],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        found: Found = json.loads(child.stdout)
        report = check(tmp_path / "found.labnote", deep=True)
        assert report.ok
        assert found["ok"]
        assert report.entries == found["entries"] == found["committed"]
        assert report.readings == found["readings"] > 0
        return found

    return play


def said(found: Found, kind: str) -> list[Any]:
    return [body for one, body in found["said"] if one == kind]


@limiting
def test_a_run_is_stopped_in_order_before_its_file_may_not_grow(happens) -> None:
    found = happens("nearly")
    assert [body["level"] for body in said(found, "disk-low")] == ["low", "stop"]
    assert int(said(found, "disk-low")[1]["left"]) < 500_000 < int(said(found, "disk-low")[0]["left"]) < 900_000
    (stop,) = said(found, "run-stop")
    assert (stop["rows"], stop["reason"]) == (found["offered"], "disk nearly full")
    assert (found["readings"], found["open"], len(said(found, "checkpoint"))) == (found["offered"], [], 1)
    ended, refused = found["told"]
    assert ended.startswith("DiskFull: The disk is nearly full.")
    assert refused.startswith("DiskFull: There is no room for a run:")
    assert all("\n→ Make room" in told for told in (ended, refused))


@limiting
def test_at_a_limit_what_could_not_be_kept_is_marked_and_the_run_ended(happens) -> None:
    lost_and_marked(happens("limit"))


def lost_and_marked(found: Found) -> None:
    (lost,), (stop,) = said(found, "gap"), said(found, "run-stop")
    kept = found["readings"]
    assert kept < found["offered"]
    assert (lost["reason"], lost["after"]) == ("disk full", kept - 1)
    assert (int(lost["from_ns"]), int(lost["to_ns"])) == (1000 * kept, 1000 * (found["offered"] - 1))
    assert (stop["reason"], stop["rows"], found["open"]) == ("disk full", kept, [])
    assert found["told"]
    assert all(told.startswith("DiskFull: Recording has stopped: ") for told in found["told"])
    assert found["beside"] == ["a.labnote"]


@mounting
def test_on_a_disk_that_somebody_fills_nothing_is_lost_and_the_end_of_the_run_fits(happens) -> None:
    found = happens("full", *ALONE)
    assert found["readings"] == found["offered"]
    assert [body["reason"] for body in said(found, "run-stop")] == ["disk nearly full"]
    assert [body["level"] for body in said(found, "disk-low")] == ["stop"]
    assert (said(found, "gap"), found["open"], len(said(found, "checkpoint"))) == ([], [], 1)
    (told,) = found["told"]
    assert told.startswith("DiskFull: The disk is nearly full.")
    assert found["beside"] == ["a.labnote"]


@mounting
def test_more_than_the_reserve_holds_is_marked_as_lost_and_the_run_ended(happens) -> None:
    lost_and_marked(happens("flooded", *ALONE))


@mounting
def test_without_any_reserve_the_notebook_verifies_all_the_same(happens) -> None:
    found = happens("unreserved", *ALONE)
    assert found["readings"] < found["offered"]
    assert bool(found["open"]) != bool(said(found, "run-stop"))  # it fits where a page has room left
    assert all(told.startswith("DiskFull: Recording has stopped: ") for told in found["told"])


@mounting
@pytest.mark.parametrize(
    ("scenario", "sentence"), [("pulled", "is no longer where it was opened"), ("dying", "cannot be read or written")]
)
def test_a_stick_that_is_gone_ends_the_recording_with_a_sentence(happens, tmp_path, scenario, sentence) -> None:
    if scenario == "dying" and os.geteuid() != 0:
        pytest.skip("only root has loop devices")
    found = happens(scenario, *ALONE)
    assert found["readings"] < found["offered"]
    assert found["open"] == [found["readings"]]  # whoever opens it next is told
    told = [one for one in found["told"] if not one.startswith("left there: ")]
    assert all(one.startswith("StorageTrouble: Recording has stopped: ") and sentence in one for one in told)
    assert "left there: " not in found["told"] or scenario == "pulled"  # nothing was written where the stick had been
    path = tmp_path / "found.labnote"
    with Notebook.open(path, clock=SystemClock()) as notebook, Recorder(notebook, rules=UNWATCHED) as recorder:
        with Reader.open(path) as reader:
            (left,) = interrupted(reader)
        recorder.enter(run_stop(left.run, rows=left.rows, reason="stick pulled", author=AUTHOR))
    assert check(path, deep=True).ok
    assert [one.name for one in tmp_path.glob("*.labnote*")] == [path.name]


@mounting
def test_a_folder_that_is_read_only_is_refused_in_words(happens) -> None:
    found = happens("readonly", *ALONE)
    assert [told.split(":")[0] for told in found["told"]] == ["StorageTrouble"] * 2
    assert found["beside"] == ["a.labnote"]


class Brim:
    """A recording on a disk that holds only so many pages more: SQLite itself refuses, as on a full disk."""

    def __init__(self, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
        self._connection = recording.notebook._opened()
        release = recording.recorder.space.release
        self.given: list[int] = []

        def given_back() -> bool:
            if self.given:
                self.hold(self.given.pop(0))
            return release()

        monkeypatch.setattr(recording.recorder.space, "release", given_back)

    def hold(self, pages: int) -> None:
        (used,) = self._connection.execute("PRAGMA page_count").fetchone()
        self._connection.execute(f"PRAGMA max_page_count = {used + pages}")


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    made = Recording(tmp_path / "a.labnote", UNWATCHED)
    made.offer()
    yield made
    made.end()


def test_what_waits_is_kept_when_the_reserve_gives_room(recording, monkeypatch) -> None:
    brim = Brim(recording, monkeypatch)
    brim.given = [100]
    brim.hold(0)
    assert isinstance(recording.until_trouble(), DiskFull)
    recording.stop()
    recording.end()
    found = recording.outcome()
    assert (found["readings"], found["open"], said(found, "gap")) == (found["offered"], [], [])


def test_what_the_reserve_cannot_hold_is_marked_and_every_run_ended(recording, monkeypatch) -> None:
    second = recording.begin()
    brim = Brim(recording, monkeypatch)
    brim.given = [1, 100]
    brim.hold(0)
    while recording.trouble(recording.offer, 5000) is None:
        pass
    recording.end()
    found = recording.outcome()
    (lost,) = said(found, "gap")
    assert lost["after"] == found["readings"] - 1 < found["offered"] - 1
    ends = [(body["run"], body["rows"], body["reason"]) for body in said(found, "run-stop")]
    assert ends == [(recording.run, found["readings"], "disk full"), (second, 0, "disk full")]
    assert found["ok"]
    assert found["entries"] == found["committed"]


def test_who_waits_for_an_entry_that_did_not_fit_is_told_and_the_run_it_would_have_ended_is_ended(
    recording, monkeypatch
) -> None:
    brim = Brim(recording, monkeypatch)
    brim.given = [0, 100]
    brim.hold(0)
    long = Draft(kind="note", body={"text": "a" * 20_000}, author=AUTHOR)
    stop = run_stop(recording.run, rows=recording.offered, reason="finished", author=AUTHOR)
    assert isinstance(recording.trouble(recording.recorder.enter, long, stop), DiskFull)
    recording.end()
    found = recording.outcome()
    assert [body["reason"] for body in said(found, "run-stop")] == ["disk full"]
    assert (found["readings"], found["open"]) == (found["offered"], [])


def test_a_limit_is_named_as_one(recording, monkeypatch) -> None:
    monkeypatch.setattr("labclient.acquisition._space.file_room", lambda _: 100_000)
    trouble = recording.until_trouble()
    assert "the size that a file may have" in say(trouble.sentence, "en")


def test_rules_of_no_reserve_make_no_file(tmp_path) -> None:
    made = Recording(tmp_path / "b.labnote", Rules(warn=0, stop=0, reserve=0))
    assert not list(tmp_path.glob("*.reserve"))
    made.end()
