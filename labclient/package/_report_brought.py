"""What a report says of readings that no instrument sent to this PC: satellites, typed and imported runs."""

from typing import Any, Final, Literal

from msgspec import Struct

from labclient.notebook import Reader
from labclient.typesetting import both
from labclient.words import Message, message

BROUGHT_WORDS: Final[dict[str, Message]] = {
    "satellites": message("Satellites"),
    "issued_to": message("Issued to"),
    "station": message("Station"),
    "fate": message("What became of it"),
    "runs": message("Runs"),
    "by_hand": message("Typed and imported readings"),
    "run": message("Run"),
    "task": message("Task"),
    "points": message("Points"),
    "how": message("How they came in"),
    "entered_by": message("Entered by"),
    "confirmed_by": message("Confirmed by"),
    "kept": message("Kept of all"),
    "doubts": message("Doubts passed"),
    "brought": message("A typed reading is what a person read; no instrument sent it to a PC."),
}
_STATIONS: Final = {
    "warm-up": message("Warm-up"),
    "stability": message("Stability"),
    "measurement": message("Measurement"),
}
_TASKS: Final = {
    "functional": message("functional check"),
    "settling": message("warm-up"),
    "stability": message("reading stability"),
    "measurement": message("measurement"),
    "environment": message("environment"),
}
_CONFIRMED: Final = {
    "double-entry": message("typed twice"),
    "photo": message("typed beside a photo"),
    "second-person": message("typed by two persons"),
}
_DIGEST = 12


class SatelliteTold(Struct, frozen=True):
    """A satellite: its file, to whom and for what it was issued, what became of it, and which runs it brought."""

    name: str
    to: str
    station: str
    fate: Literal["out", "taken in", "given up"]
    reason: str = ""
    runs: tuple[int, ...] = ()


class RunByHand(Struct, frozen=True):
    """A run whose readings a person typed, or a file brought: who entered it, how it was confirmed, from what."""

    run: int
    task: str
    purpose: str
    origin: str
    points: tuple[str, ...]
    entered_by: str
    confirmation: str
    second: str
    source: str
    sha256: str
    kept: int
    replies: int
    doubts: int


def satellites_told(record: Reader) -> tuple[SatelliteTold, ...]:
    """Every satellite that was issued, in order."""
    found: dict[str, SatelliteTold] = {}
    first: dict[str, int] = {}
    for entry in record.entries({"satellite-issued", "satellite", "satellite-given-up"}):
        body = entry.body
        id = str(body["satellite"])
        if entry.kind == "satellite-issued":
            found[id] = SatelliteTold(body["name"], body["to"], body["station"], "out")
            first[id] = body["entries"]
        elif entry.kind == "satellite":
            copied = range(entry.seq + 1, entry.seq + 1 + body["entries"] - first[id])
            runs = tuple(one.seq for one in record.entries({"run-start"}, copied.start, copied.stop))
            found[id] = SatelliteTold(found[id].name, found[id].to, found[id].station, "taken in", runs=runs)
        else:
            found[id] = SatelliteTold(found[id].name, found[id].to, found[id].station, "given up", body["reason"])
    return tuple(found.values())


def runs_by_hand(record: Reader) -> tuple[RunByHand, ...]:
    """Every typed or imported run, in order."""
    starts = [entry for entry in record.entries({"run-start"}) if "origin" in entry.body]
    points: dict[int, dict[str, None]] = {entry.seq: {} for entry in starts}
    kept, replies, doubts = (dict.fromkeys(points, 0) for _ in range(3))
    for entry in record.entries({"series", "block", "doubt"}):
        run = int(entry.body["run"])
        if run not in points:
            continue
        if entry.kind == "series" and entry.body.get("point"):
            points[run][entry.body["point"]] = None
        elif entry.kind == "doubt":
            doubts[run] += 1
        elif entry.kind == "block":
            rows = record.payload(entry.seq).splitlines()
            replies[run] += len(rows)
            kept[run] += sum(row.split(b",", 3)[2] == b"ok" for row in rows)
    return tuple(
        RunByHand(
            entry.seq,
            str(entry.body["task"]),
            str(entry.body["purpose"]),
            str(entry.body["origin"]),
            tuple(points[entry.seq]),
            entry.author,
            str(entry.body.get("confirmation", "")),
            str(entry.body.get("second", "")),
            **_source(entry.body.get("file") or entry.body.get("transcribed") or {}),
            kept=kept[entry.seq],
            replies=replies[entry.seq],
            doubts=doubts[entry.seq],
        )
        for entry in starts
    )


def brought(satellites: tuple[SatelliteTold, ...], runs: tuple[RunByHand, ...]) -> dict[str, Any]:
    """Both as the template wants them."""
    return {
        "satellites": [
            {"name": one.name, "to": one.to, "station": both(_STATIONS.get(one.station, message(""))),
             "fate": both(_fate(one)), "runs": ", ".join(map(str, one.runs))}
            for one in satellites
        ],
        "by_hand": [
            {"run": one.run, "task": both(_TASKS.get(one.task, message(""))), "points": ", ".join(one.points),
             "how": both(_how(one)), "digest": one.sha256[:_DIGEST], "who": one.entered_by,
             "second": one.second or (one.entered_by if one.confirmation == "double-entry" else ""),
             "kept": f"{one.kept} / {one.replies}", "doubts": one.doubts}
            for one in runs
        ],
    }  # fmt: skip


def _source(kept: dict[str, Any]) -> dict[str, str]:
    return {"source": str(kept.get("name", "")), "sha256": str(kept.get("sha256", ""))}


def _fate(one: SatelliteTold) -> Message:
    if one.fate == "given up":
        return message("given up: {reason}", reason=one.reason)
    return message("taken in") if one.fate == "taken in" else message("never came back")


def _how(one: RunByHand) -> Message:
    if one.origin == "imported":
        how = message("imported from {file}", file=one.source)
    else:
        how = _CONFIRMED.get(one.confirmation, message("typed"))
        if one.source:
            how = message("{how}, from paper: {file}", how=how, file=one.source)
    return how if one.purpose != "trial" else message("{how} (trial, does not count)", how=how)
