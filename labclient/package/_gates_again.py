"""The gates of the participation, asked again of the record that a package holds: whoever verifies it need not believe
that the program which wrote it kept them shut."""

from collections.abc import Iterator
from typing import Any

from labclient.notebook import Entry, Reader
from labclient.plan import Station
from labclient.signing import Finding
from labclient.words import message

_KINDS = frozenset({"arrival", "departure", "decision", "check", "deviation", "station-done"})
_HARM_CHECKS = ("transport", "functional")
_BEFORE_SIGNING: tuple[Station, ...] = ("arrival", "warm-up", "stability", "measurement", "departure", "results")


def gates(reader: Reader) -> Iterator[Finding]:
    """Damage that was passed without the pilot's decision to go on, a room that was not as the plan asks without a
    deviation, a station that nobody signed off."""
    found: dict[str, int] = {"arrival": -1, "departure": -1}
    decision: dict[str, Any] = {"about": -1, "decision": ""}
    decided = -1
    unfair = deviation = -1
    done: set[str] = set()
    serial = next((str(one.body["document"]["transfer_standard"]["serial"]) for one in reader.entries({"plan"})), "")
    for entry in reader.entries(_KINDS):
        body = entry.body
        match entry.kind:
            case "arrival" if _harmed(body) or _is_another(body, serial):
                found["arrival"] = entry.seq
            case "departure":
                found["departure"] = entry.seq if _harmed(body) else -1
            case "check" if body["check"] in _HARM_CHECKS and body["verdict"] == "fail":
                found["arrival"] = entry.seq
            case "check" if body["check"] == "environment":
                unfair = entry.seq if body["verdict"] != "pass" else -1
            case "decision":
                decision, decided = dict(body), entry.seq
            case "deviation":
                deviation = entry.seq
            case "station-done":
                station = str(body["station"])
                done.add(station)
                seen = found.get(station, -1)
                told = seen <= int(decision["about"]) < decided
                if seen >= 0 and not (told and (decision["decision"] == "continue" or station == "departure")):
                    yield _undecided(entry, seen)
                if station == "measurement" and deviation < unfair:
                    yield Finding(
                        "gate",
                        message("The environment was not as the plan asks, and no deviation was recorded."),
                        str(unfair),
                    )
    for one in _BEFORE_SIGNING:
        if one not in done:
            yield Finding("gate", message("The station “{station}” was never signed off.", station=one), one)


def _harmed(body: dict[str, Any] | Any) -> bool:
    missing = not all(part["present"] for part in body["parts"])
    opened = not body.get("seals_intact", True) or body.get("shock_indicator") == "tripped"
    return bool(missing or opened or "damaged" in {body["visual"], body.get("packaging")})


def _is_another(body: dict[str, Any] | Any, serial: str) -> bool:
    found = str(body.get("serial", ""))
    return bool(found) and not same_serial(found, serial)


def same_serial(found: str, wanted: str) -> bool:
    """Whether two serial numbers are one, however they are spaced and in whatever letters."""
    one, other = ("".join(text.split()).casefold() for text in (found, wanted))
    return one == other


def _undecided(entry: Entry, seen: int) -> Finding:
    told = message("Damage found in entry {seq} was passed without the pilot's decision to go on.", seq=seen)
    return Finding("gate", told, str(entry.seq))
