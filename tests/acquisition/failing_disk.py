"""A recording on a disk that fails; run as a process of its own, it says as JSON what became of it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from labclient.acquisition import Recorder, Replies, Rules
from labclient.clock import SystemClock
from labclient.errors import Trouble
from labclient.notebook import Channel, Notebook, check, interrupted, run_start, run_stop, series
from labclient.notebook import Reader as Reading
from labclient.signing import NoteKey

AUTHOR = "Operator A"
KEY = NoteKey.generate("lab-07")
END = b"\n"
UNWATCHED = Rules(warn=0, stop=0, reserve=256 << 10)


class Recording:
    """A notebook that is recorded into, with one run open. What was shown is what `committed` said."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path = path
        self.notebook = Notebook.create(path, clock=SystemClock(), author=AUTHOR, key=KEY, body={})
        self.recorder = Recorder(self.notebook, interval=0.001, rules=rules)
        self.run = self.begin()
        self.member = self.recorder.enter(series(self.run, {}, author=AUTHOR))[0].seq
        self.told: list[str] = []

    def begin(self) -> int:
        start = run_start(
            purpose="record",
            task="stability",
            channels=[Channel("dcv", "voltage", "V")],
            instrument={},
            clock=self.notebook.clock,
            author=AUTHOR,
            station="stability",
        )
        return self.recorder.enter(start)[0].seq

    def offer(self, count: int = 100) -> None:
        """Offer replies, at 1000 ns each, and wait until they can be shown."""
        seen = self.recorder.committed
        first = self.offered
        ones = Replies(
            t_ns=range(1000 * first, 1000 * (first + count), 1000),
            status=["ok"] * count,
            texts=[["1.0"] * count],
            raws=None,
            values=np.ones((count, 1)),
        )
        self.recorder.offer(self.run, self.member, ones, END)
        self.recorder.wait_beyond(seen, 30)

    def until_trouble(self) -> Trouble:
        while True:
            if trouble := self.trouble(self.offer):
                return trouble

    @property
    def offered(self) -> int:
        return self.recorder.rows(self.run)

    def trouble(self, work: Callable[..., Any], *arguments: Any) -> Trouble | None:
        """What `work` runs into; anything but a Trouble would be a crash report."""
        try:
            work(*arguments)
        except Trouble as trouble:
            self.told.append(f"{type(trouble).__name__}: {trouble.tell('en')}")
            return trouble
        return None

    def stop(self) -> None:
        self.recorder.enter(run_stop(self.run, rows=self.offered, reason="disk nearly full", author=AUTHOR))

    def end(self) -> None:
        self.trouble(self.recorder.close)
        self.trouble(self.notebook.close)

    def outcome(self) -> dict[str, Any]:
        """What the file says now, to somebody who has only the file."""
        report = check(self.path, deep=True)
        with Reading.open(self.path) as reader:
            entries = list(reader.entries(("gap", "run-stop", "disk-low", "checkpoint")))
            left = [one.rows for one in interrupted(reader)]
        return {
            "ok": report.ok,
            "entries": report.entries,
            "readings": report.readings,
            "committed": self.recorder.committed,
            "offered": self.offered,
            "told": self.told,
            "said": [[one.kind, one.body] for one in entries],
            "open": left,
            "beside": sorted(one.name for one in self.path.parent.iterdir() if one.name != "fill"),
        }


def fill(folder: Path) -> None:
    """Somebody else takes the last byte of a disk."""
    with (folder / "fill").open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


def mount(*how: str) -> None:
    subprocess.run(["mount", *how], check=True)


def limited(folder: Path, rules: Rules, size: int) -> Recording:
    """A recording whose file may not grow beyond `size`."""
    import resource

    recording = Recording(folder / "a.labnote", rules)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return recording


def nearly(folder: Path) -> Recording:
    """A limit comes near: the run ends before it, another cannot begin, a checkpoint fits."""
    recording = limited(folder, Rules(warn=900_000, stop=500_000, reserve=0), 1_500_000)
    recording.until_trouble()
    recording.stop()
    recording.recorder.checkpoint(KEY)
    recording.trouble(recording.begin)
    recording.end()
    return recording


def limit(folder: Path) -> Recording:
    """The limit is met all the same."""
    recording = limited(folder, Rules(warn=0, stop=0, reserve=0), 600_000)
    recording.until_trouble()
    recording.end()
    return recording


def small(folder: Path, rules: Rules) -> Recording:
    mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder))
    recording = Recording(folder / "a.labnote", rules)
    for _ in range(5):
        recording.offer()
    fill(folder)
    return recording


def full(folder: Path) -> Recording:
    """Somebody fills the disk during a run: what waits is kept in the reserve, and what ends it."""
    recording = small(folder, UNWATCHED)
    recording.until_trouble()
    recording.stop()
    recording.recorder.checkpoint(KEY)
    recording.end()
    return recording


def flooded(folder: Path) -> Recording:
    """More waits than the reserve holds: its loss is marked."""
    recording = small(folder, UNWATCHED)
    while recording.trouble(recording.offer, 20_000) is None:
        pass
    recording.end()
    return recording


def unreserved(folder: Path) -> Recording:
    """Nothing fits any more, not even the end of the run."""
    recording = small(folder, Rules(warn=0, stop=0, reserve=0))
    recording.until_trouble()
    recording.end()
    return recording


def pulled(folder: Path) -> Recording:
    """The stick is pulled during a run, and put back afterwards."""
    stick, place = folder / "stick", folder / "place"
    stick.mkdir()
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=8m", "tmpfs", str(stick))
    mount("--bind", str(stick), str(place))
    recording = Recording(place / "a.labnote", UNWATCHED)
    for _ in range(5):
        recording.offer()
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    recording.until_trouble()
    recording.end()
    recording.told.append("left there: " + ", ".join(one.name for one in place.iterdir()))
    mount("--bind", str(stick), str(place))
    return recording


def dying(folder: Path) -> Recording:
    """The file system is shut down under the recording, and mounted anew."""
    image, place = folder / "image", folder / "place"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    mount("-o", "loop", str(image), str(place))
    recording = Recording(place / "a.labnote", UNWATCHED)
    for _ in range(5):
        recording.offer()
    mount("-o", "remount,abort", str(place))
    recording.until_trouble()
    recording.end()
    subprocess.run(["umount", str(place)], check=True)
    mount("-o", "loop", str(image), str(place))
    return recording


def readonly(folder: Path) -> Recording:
    """The notebook is opened for recording where nothing can be written."""
    mount("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder))
    recording = Recording(folder / "a.labnote", UNWATCHED)
    recording.offer()
    recording.stop()
    recording.end()
    mount("-o", "remount,ro", str(folder))
    recording.trouble(lambda: Notebook.open(recording.path, clock=SystemClock()))
    recording.trouble(lambda: Recording(folder / "b.labnote", UNWATCHED))
    return recording


def main(scenario: str, folder: Path) -> None:
    recording = globals()[scenario](folder)
    sys.stdout.write(json.dumps(recording.outcome()))
    shutil.copyfile(recording.path, folder.parent / "found.labnote")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
