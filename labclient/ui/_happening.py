"""What happens during a run beside its readings: notes, gaps, another connection. Placed by the run's own clock."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from labclient.clock import parse_iso
from labclient.notebook import Entry
from labclient.participation import told
from labclient.words import Message, message


class Happening(Struct, frozen=True):
    """Something that happened during run `run` of kind `task`, from `start` to `end` (seconds since the run began).
    `short` is what was connected, as a letter; only a `fresh` one is of now."""

    run: int
    task: str
    kind: Literal["note", "gap", "stage"]
    start: float
    end: float
    words: Message
    short: str
    fresh: bool


def happenings(entry: Entry, going_on: Iterable[Entry], *, fresh: bool) -> Iterator[Happening]:
    """What `entry` says of the runs that are going on, given by their starts."""
    body = entry.body
    for start in going_on:
        task = str(start.body["task"])
        clock = start.body["clock"]
        at = (parse_iso(entry.t) - parse_iso(str(clock["utc"]))).total_seconds()
        if entry.kind == "note":
            yield Happening(start.seq, task, "note", at, at, message("{text}", text=body["text"]), "", fresh)
        elif entry.kind == "gap" and body["run"] == start.seq:
            began = int(clock["monotonic_ns"])
            first, last = ((int(body[name]) - began) / 1e9 for name in ("from_ns", "to_ns"))
            yield Happening(start.seq, task, "gap", first, last, told(entry), "", fresh)
        elif entry.kind == "series" and body["run"] == start.seq and task == "measurement":
            short = f"{body.get('role', '')}{'−' if body.get('direction') == '-' else ''}"
            yield Happening(start.seq, task, "stage", at, at, told(entry), short, fresh)
