"""Who answers at the other end of the line, and whether that is the instrument that is wanted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from labclient.errors import LinkTrouble, WrongInstrument
from labclient.instruments._dialogue import Dialogue
from labclient.instruments._schema import DriverFile, Exchange
from labclient.instruments._troubles import BadReply, NoReply
from labclient.words import message


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answered."""

    manufacturer: str
    model: str
    serial: str
    firmware: str


def identify(dialogue: Dialogue, file: DriverFile, serial: str | None, stop: tuple[str, ...] = ()) -> Identity:
    """Ask who is there, after `stop` has made the instrument silent; `serial` refuses any other unit. An answer to an
    older question cannot match, and comes before the right one.

    Raises `NoReply`, `BadReply`, `LinkLost` or `WrongInstrument`.
    """
    declared = file.identify
    trouble: LinkTrouble | None = None
    for _ in range(declared.attempts):
        _silence(dialogue, file, stop)
        try:
            dialogue.say(declared.send)
            text = dialogue.hear(declared.lines, file.timeouts.reply_s)
        except (NoReply, BadReply) as failed:
            dialogue.note("!", failed.raw)
            trouble = failed
            continue
        if declared.drain:
            dialogue.drain()
        found = re.fullmatch(declared.pattern, text, re.ASCII)
        if found is not None:
            groups = found.groupdict()
            for question in declared.also:
                groups |= _asked_also(dialogue, file, question)
            return _accepted(file, groups, serial)
        trouble = _no_answer(file, text)
    raise trouble or NoReply(b"", message("The instrument was not asked who it is."))


def _silence(dialogue: Dialogue, file: DriverFile, stop: tuple[str, ...]) -> None:
    if file.resync.device_clear:
        dialogue.opened().clear()
    for command in (*stop, *file.identify.first):
        dialogue.say(command)
    dialogue.drain()


def _asked_also(dialogue: Dialogue, file: DriverFile, question: Exchange) -> dict[str, str]:
    """The groups of a further question who is there."""
    dialogue.say(question.send)
    text = dialogue.hear(question.lines, file.timeouts.reply_s)
    found = re.fullmatch(question.pattern or "", text, re.ASCII)
    if found is None:
        raise _no_answer(file, text)
    return found.groupdict("")


def _no_answer(file: DriverFile, text: str) -> BadReply:
    return BadReply(
        text.encode(file.framing.encoding),
        message("“{reply}” is no answer to the question who is there.", reply=text),
        message("Check the address: another kind of instrument may be connected."),
    )


def _accepted(file: DriverFile, groups: Mapping[str, str | None], serial: str | None) -> Identity:
    identity = Identity(
        groups.get("manufacturer") or file.identify.maker,
        groups.get("model") or "",
        groups.get("serial") or "",
        groups.get("firmware") or "",
    )
    if not re.fullmatch(file.identify.models, identity.model, re.ASCII):
        raise WrongInstrument(
            message("A {model} answers; this driver is for {models}.", model=identity.model,
                    models=", ".join(file.driver.models)),
            message("Choose the driver for this instrument, or the right address."),
        )  # fmt: skip
    if serial is not None and identity.serial not in {"", serial}:
        raise WrongInstrument(
            message("Serial number {found} answers, {wanted} is expected.", found=identity.serial, wanted=serial),
            message("Connect the registered instrument, or register this one."),
        )
    return identity
