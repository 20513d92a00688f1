"""What an entry says, in one sentence: the log as a person reads it."""

from collections.abc import Callable, Mapping
from typing import Any

from labclient.acquisition import CLOCK_SENTENCES, OUTPUT_SENTENCES, Doubt
from labclient.evaluation import CHECK_NAMES, VERDICT_NAMES
from labclient.notebook import Entry
from labclient.participation._fields import WORD_NAMES
from labclient.stations import ROLE_NAMES, STATION_NAMES
from labclient.words import Message, message

TASK_NAMES: dict[str, Message] = {
    "functional": message("functional check"),
    "settling": message("warm-up"),
    "stability": message("reading stability"),
    "measurement": message("measurement"),
    "environment": message("environment"),
}
ORIGIN_NAMES: dict[str, Message] = {"typed": message("typed"), "imported": message("imported")}
READINGS = frozenset({"block", "series"})

_Body = Mapping[str, Any]


def told(entry: Entry) -> Message:
    """One sentence for any entry; of a kind or a form that this version does not know, the kind's name."""
    try:
        return _SENTENCES[entry.kind](entry.body)
    except (KeyError, TypeError, AttributeError):
        return message("Entry of the kind “{kind}”", kind=entry.kind)


def _word(names: dict[str, Message], value: str) -> object:
    return names.get(value, value)


def _instrument(body: _Body) -> str:
    identity = body["instrument"].get("identity") or {}
    return " ".join(str(identity[name]) for name in ("model", "serial") if identity.get(name)) or "—"


def _run_begun(body: _Body) -> Message:
    task, instrument = _word(TASK_NAMES, body["task"]), _instrument(body)
    if "origin" not in body:
        return message("Run begun: {task}, {instrument}", task=task, instrument=instrument)
    origin = _word(ORIGIN_NAMES, body["origin"])
    if "file" in body:
        return message("Run begun: {task}, {instrument}, readings {origin} from {file}", task=task,
                       instrument=instrument, origin=origin, file=body["file"]["name"])  # fmt: skip
    if "transcribed" in body:
        return message("Run begun: {task}, {instrument}, readings {origin} from paper, {file}", task=task,
                       instrument=instrument, origin=origin, file=body["transcribed"]["name"])  # fmt: skip
    return message(
        "Run begun: {task}, {instrument}, readings {origin}", task=task, instrument=instrument, origin=origin
    )


_SENTENCES: dict[str, Callable[[_Body], Message]] = {
    "origin": lambda b: message(
        "Notebook begun: {comparison}, {laboratory}",
        comparison=b["about"]["comparison"], laboratory=b["about"]["laboratory"],
    ),
    "plan": lambda b: message("Plan accepted: {name}", name=b["name"]),
    "trust": lambda b: message("Trust list accepted: {name}", name=b["name"]),
    "standard": lambda b: message(
        "Laboratory's standard: {model} {serial}, certificate {certificate}",
        model=b["model"], serial=b["serial"], certificate=b["certificate"],
    ),
    "arrival": lambda b: message("Handover record: {visual}", visual=_word(WORD_NAMES, b["visual"])),
    "attachment": lambda b: message("File kept: {name}", name=b["name"]),
    "decision": lambda b: message(
        "The pilot's decision: {decision} (given by {given_by})",
        decision=_word(WORD_NAMES, b["decision"]), given_by=b["given_by"],
    ),
    "note": lambda b: message("Note: {text}", text=b["text"]),
    "deviation": lambda b: message("Deviation: {text} — {reason}", text=b["text"], reason=b["reason"]),
    "run-start": _run_begun,
    "series": lambda b: message("Series: {role}{direction} {point}", role=b["role"], direction=b["direction"],
                                point=b.get("point", "")),
    "block": lambda b: message("{rows} replies", rows=b["rows"]),
    "gap": lambda b: message("Gap in run {run}: {reason}", run=b["run"], reason=b["reason"]),
    "doubt": lambda b: message("Kept after a second look: {why}", why=Doubt(b["text"], b["why"], b["figure"]).sentence),
    "run-stop": lambda b: message("Run {run} ended ({reason}): {rows} replies", run=b["run"], reason=b["reason"],
                                  rows=b["rows"]),
    "cycle": lambda b: message("Cycle {cycle} complete: {point}, day {day}", cycle=b["cycle"], point=b["point"],
                               day=b["day"]),
    "exclusion": lambda b: message("Cycles excluded: {cycles} — {reason}", cycles=", ".join(map(str, b["cycles"])),
                                   reason=b["reason"]),
    "check": lambda b: message("Check: {check}: {verdict}", check=_word(CHECK_NAMES, b["check"]),
                               verdict=_word(VERDICT_NAMES, b["verdict"])),
    "budget": lambda b: message("Budget declared: {n} components", n=len(b["rows"])),
    "result": lambda b: message("Result computed: {n} points", n=len(b["points"])),
    "departure": lambda b: message("Departure check: {visual}", visual=_word(WORD_NAMES, b["visual"])),
    "station-done": lambda b: message("Station signed off: {station}", station=STATION_NAMES[b["station"]]),
    "satellite-issued": lambda b: message("Satellite {name} issued to {to}, for {station}", name=b["name"], to=b["to"],
                                          station=STATION_NAMES[b["station"]]),
    "satellite": lambda b: message("Satellite taken in: {name}, {entries} entries", name=b["name"],
                                   entries=b["entries"]),
    "satellite-given-up": lambda b: message("Satellite given up: {reason}", reason=b["reason"]),
    **CLOCK_SENTENCES,
    **OUTPUT_SENTENCES,
    "checkpoint": lambda _: message("Checkpoint signed"),
    "checkpoint-missed": lambda b: message("Checkpoint of {day} missed: {cause}", day=b["day"], cause=b["cause"]),
    "disk-low": lambda b: message("The disk is getting full: {left} bytes left", left=b["left"]),
    "staged": lambda b: message("Revision {revision} prepared for signing", revision=b["revision"]),
    "signed-off": lambda b: message("Revision {revision} signed: {role}, {person}", revision=b["revision"],
                                    role=ROLE_NAMES[b["role"]], person=b["person"]),
    "packaged": lambda b: message("Package written: {file}", file=b["file"]),
    "submitted": lambda b: message("Sent, not confirmed: {to}", to=b["to"]),
    "receipt": lambda b: message("Receipt taken: {signer}, {time}", signer=b["signer"], time=b["received"][:19]),
    "handed-over": lambda b: message("Handed over to {to}", to=b["to"]),
}  # fmt: skip
