"""What the entries of the clock watch say to a person."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from labclient.notebook import Entry, Reader
from labclient.words import Message, message

_Body = Mapping[str, Any]
_NTP = {
    "synchronised": message("kept by network time"),
    "unsynchronised": message("not kept by network time"),
    "unknown": message("whether it is kept by network time is unknown"),
}


def clock_remarks(reader: Reader) -> Iterator[tuple[Entry, Message]]:
    """What somebody who relies on times by the PC clock has to know, with the entries that say it."""
    for entry in reader.entries(CLOCK_SENTENCES.keys()):
        if entry.kind != "clock":
            yield entry, CLOCK_SENTENCES[entry.kind](entry.body)
        elif entry.t < (before := reader.entry(entry.seq - 1).t):
            yield (
                entry,
                message("PC clock at {time}, behind the entry before it, {before}", time=entry.t, before=before),
            )


def _slept(body: _Body) -> Message:
    runs = ", ".join(map(str, body["runs"])) or "—"
    if body["cause"] == "asleep":
        return message("The PC slept for {seconds} s; open runs: {runs}", seconds=body["asleep_s"], runs=runs)
    return message("The program stood still for up to {seconds} s; open runs: {runs}", seconds=body["seconds"],
                   runs=runs)  # fmt: skip


def _zone(body: _Body) -> str:
    return f"{body['name']} {body['offset']}"


# One sentence for the body of each kind.
CLOCK_SENTENCES: dict[str, Callable[[_Body], Message]] = {
    "clock": lambda b: message(
        "PC clock: time zone {zone}, {kept}", zone=_zone(b["zone"]), kept=_NTP[b["ntp"]["state"]]
    ),
    "clock-step": lambda b: message(
        "PC clock set from {before} to {after} ({seconds} s)", before=b["from"], after=b["to"], seconds=b["seconds"]
    ),
    "slept": _slept,
    "time-zone": lambda b: message(
        "Time zone of the PC changed from {before} to {after}", before=_zone(b["from"]), after=_zone(b["to"])
    ),
}
