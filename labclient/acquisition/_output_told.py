"""What is recorded of an output, and the sentences of its entries. Amounts are decimal text."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from labclient.words import Message, message

_Body = Mapping[str, Any]
Cause = Literal["asked", "closing", "halted", "fault", "went off", "found on", "paused", "program ended", "cables"]


class OutputConfirmed(Struct, frozen=True, forbid_unknown_fields=True):
    """A person at the bench has confirmed by name that this value may be put out."""

    instrument: str
    value: str
    unit: str
    name: str


class OutputSet(Struct, frozen=True, forbid_unknown_fields=True):
    """What is going to be set and put out: written before a byte is sent. `limits` are those that hold."""

    instrument: str
    driver: dict[str, str]
    serial: str
    value: str
    unit: str
    limits: tuple[str, ...]
    confirmed_by: str = ""


class OutputTold(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of the entry `of`: what the instrument says it has set, and how long it took to settle. The payload
    is what was said on the line."""

    of: int
    read_back: str
    seconds: str


class OutputSafe(Struct, frozen=True, forbid_unknown_fields=True):
    """An output was driven into its safe state; `said` is the instrument's word for it, or why it is not `verified`.
    The payload is what was said on the line."""

    instrument: str
    cause: Cause
    verified: bool
    said: str


def _safe(body: _Body) -> Message:
    cause = CAUSES.get(body["cause"], message("not said"))
    if body["verified"]:
        return message("Output of {instrument} safe ({cause}): “{said}”", instrument=body["instrument"], cause=cause,
                       said=body["said"])  # fmt: skip
    return message("The output of {instrument} could not be verified as off ({cause}): {said}",
                   instrument=body["instrument"], cause=cause, said=body["said"])  # fmt: skip


CAUSES: dict[str, Message] = {
    "asked": message("asked for"),
    "closing": message("closing"),
    "halted": message("halted"),
    "fault": message("a fault"),
    "went off": message("it went off by itself"),
    "found on": message("found switched on"),
    "paused": message("the run paused"),
    "program ended": message("the program had ended"),
    "cables": message("before cables are moved"),
}

OUTPUT_KINDS: dict[str, type[Struct]] = {
    "output-confirmed": OutputConfirmed,
    "output-set": OutputSet,
    "output-told": OutputTold,
    "output-safe": OutputSafe,
}

# One sentence for the body of each kind.
OUTPUT_SENTENCES: dict[str, Callable[[_Body], Message]] = {
    "output-confirmed": lambda b: message("{name} has confirmed {value} {unit} at {instrument}", name=b["name"],
                                          value=b["value"], unit=b["unit"], instrument=b["instrument"]),
    "output-set": lambda b: message("Output of {instrument}: {value} {unit}", instrument=b["instrument"],
                                    value=b["value"], unit=b["unit"]),
    "output-told": lambda b: message("Output on and settled after {seconds} s, read back “{read_back}”",
                                     seconds=b["seconds"], read_back=b["read_back"]),
    "output-safe": _safe,
}  # fmt: skip
