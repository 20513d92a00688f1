"""Orders to a running simulator in words, as a person types them, made into what its control channel takes."""

from collections.abc import Callable
from typing import Any, Final

from labclient.errors import NumberInvalid, WrongUse
from labclient.instruments.simulator._faults import FAULTS
from labclient.units import number
from labclient.words import Message, message

Order = dict[str, Any]
UNTIL_TAKEN_AWAY: Final = "on"
ROOM: Final = ("temperature", "pressure", "humidity")


def parse(words: str) -> Order:
    """The order that words such as `fault late 3` mean; raises `WrongUse` with what exists."""
    verb, _, rest = words.strip().partition(" ")
    if verb not in VERBS:
        raise WrongUse(
            message("There is no order “{word}”. Orders: {known}.", word=verb, known=", ".join(VERBS)),
            message("Type help for what each of them takes."),
        )
    try:
        return VERBS[verb][0](rest.split(), rest.strip())
    except NumberInvalid as trouble:
        raise _usage(verb, trouble.sentence) from trouble
    except (IndexError, ValueError) as trouble:  # too few words, or too many
        raise _usage(verb, message("“{text}” is not complete, or too much.", text=words.strip())) from trouble


def manual() -> list[Message]:
    """One line an order: what to type, and what it does."""
    lines = [message("{usage} — {what}", usage=usage, what=what) for _, usage, what in VERBS.values()]
    return [*lines, message("Faults: {known}.", known=", ".join(sorted(FAULTS)))]


def fault_named(kind: str) -> str:
    """The fault of that name; raises `WrongUse` with those that exist."""
    if kind not in FAULTS:
        raise WrongUse(
            message("There is no fault “{name}”. Faults: {known}.", name=kind, known=", ".join(sorted(FAULTS)))
        )
    return kind


def _fault(words: list[str], _: str) -> Order:
    """`NAME`, then how often (`3`, `20%`, `on`) and how long (`2s`), in any order."""
    order: Order = {"fault": fault_named(words[0]), "count": 1}
    for word in words[1:]:
        if word == UNTIL_TAKEN_AWAY:
            order["count"] = None
        elif word.endswith("%"):
            order |= {"count": None, "rate": _number(word[:-1]) / 100}
        elif word.endswith("s"):
            order["seconds"] = _number(word[:-1])
        else:
            order["count"] = _count(word)
    return order


def _clear(words: list[str], _: str) -> Order:
    return {"clear": fault_named(words[0]) if words else True}


def _room(words: list[str], _: str) -> Order:
    quantity, value = words
    if quantity not in ROOM:
        raise WrongUse(message("The room has no “{name}”. It has: {known}.", name=quantity, known=", ".join(ROOM)))
    return {"room": {quantity: _number(value)}}


def _connect(words: list[str], _: str) -> Order:
    return {"connect": words[0], "point": words[1], "reversed": words[2:] == ["reversed"]}


def _value(words: list[str], _: str) -> Order:
    return {"value": _number(words[0]), "noise": _number(words[1]) if words[1:] else 0.0}


def _set(words: list[str], _: str) -> Order:
    return {"set": {words[0]: words[1]}}


def _unplug(words: list[str], _: str) -> Order:
    return {"unplug": _number(words[0].removesuffix("s")) if words else None}


def _text(verb: str) -> "Parse":
    def parse_text(words: list[str], rest: str) -> Order:
        words[0]
        return {verb: rest}

    return parse_text


def _amount(verb: str) -> "Parse":
    return lambda words, _: {verb: _number(words[0])}


def _alone(verb: str) -> "Parse":
    return lambda *_: {verb: True}


Parse = Callable[[list[str], str], Order]
VERBS: Final[dict[str, tuple[Parse, str, Message]]] = {
    "value": (_value, "value NUMBER [NOISE]", message("put a value on the terminals, in the channel's unit")),
    "drift": (_amount("drift"), "drift NUMBER", message("let the value at the terminals drift by so much a day")),
    "connect": (_connect, "connect ARTEFACT POINT [reversed]", message("wire an artefact of the world file")),
    "room": (_room, "room temperature|pressure|humidity NUMBER", message("change the air: °C, hPa, %RH")),
    "fault": (
        _fault, "fault NAME [N | P% | on] [SECONDSs]",
        message("spoil the next exchange, the next N, a share of them, or all until it is taken away"),
    ),
    "clear": (_clear, "clear [NAME]", message("take a fault away, or all")),
    "set": (_set, "set NAME VALUE", message("turn a knob at the front panel: a setting or unit of the simulated unit")),
    "serial": (_text("serial"), "serial TEXT", message("give the unit another serial number")),
    "say": (_text("say"), "say TEXT", message("send a line that nobody asked for")),
    "skip": (_amount("skip"), "skip SECONDS", message("let simulated time pass at once")),
    "unplug": (_unplug, "unplug [SECONDS]", message("pull the cable, for a time or until replug")),
    "replug": (_alone("replug"), "replug", message("put the cable back")),
    "release": (_alone("release"), "release", message("send the late replies that are held back")),
    "reset": (_alone("reset"), "reset", message("everything as at the start")),
    "status": (_alone("status"), "status", message("say what is going on")),
    "help": (_alone("help"), "help", message("say what can be typed")),
    "stop": (_alone("stop"), "stop", message("end this instrument")),
}  # fmt: skip


def _number(word: str) -> float:
    return float(number(word))


def _count(word: str) -> int:
    count = number(word)
    if count != int(count) or count < 1:
        raise WrongUse(message("“{text}” is not a number of exchanges.", text=word))
    return int(count)


def _usage(verb: str, why: Message) -> WrongUse:
    return WrongUse(why, message("Type: {usage}", usage=VERBS[verb][1]))
