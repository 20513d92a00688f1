"""Rules of `[output]`: what has to hold before a driver may source, and its examples."""

import re
from collections.abc import Iterator
from decimal import Decimal

from labclient.errors import UnitUnknown
from labclient.instruments._output_reply import met, value_read_back
from labclient.instruments._output_schema import Order, Output, OutputExample, ReadBack, State
from labclient.instruments._schema import DriverFile
from labclient.instruments._settings import PLACE
from labclient.instruments._troubles import BadReply
from labclient.units import number, unit
from labclient.words import Message, message

EXAMPLES_NEEDED = 5


def output_complaints(file: DriverFile) -> Iterator[tuple[str, Message]]:
    """Everything that speaks against the output of a driver file, with the field; nothing for one without."""
    output = file.output
    if output is None:
        return
    if output.safe is None or not output.safe.order:
        yield "output", message("A driver with an output needs a safe state: [output.safe] with orders and verify.")
        return
    yield from _of_amounts(output)
    known = {*file.settings, "value"}
    for field, order in _orders(output):
        for name in set(PLACE.findall(order.send)) - known:
            yield f"{field}.send", message("“{name}” is not a setting. Known: {known}.", name=name,
                                           known=", ".join(sorted(known)))  # fmt: skip
    if not any("{value}" in order.send for order in output.set):
        yield "output.set", message("The value is sent nowhere: {place} is missing.", place="{value}")
    for index, order in enumerate(output.safe.order):
        if "{value}" in order.send:
            yield f"output.safe.order[{index}].send", message("A safe state does not depend on the value.")
        if output.quantity == "pressure" and "VENT" in order.send.upper():
            yield f"output.safe.order[{index}].send", message("A safe state never vents blindly.")
    for field, question in questions(output).items():
        yield from _of_question(field, question)
    yield from _of_examples(output)


def output_example_fails(output: Output, example: OutputExample) -> Message | None:
    """Why an example does not hold; None when it does."""
    asked = number(example.asked)
    try:
        if example.question == "read_back":
            read = value_read_back(output.read_back, example.reply, asked)
            told, wanted = str(read), example.value or example.asked
            holds = read == number(wanted)
        else:
            said = met(questions(output)[_FIELDS[example.question]], example.reply, asked)  # type: ignore[arg-type]
            told, wanted = _word(said), _word(example.yes)
            holds = said == example.yes
    except BadReply as trouble:
        return None if example.refused else trouble.sentence
    if example.refused:
        return message("This reply was to be refused, but it was read as {texts}.", texts=told)
    return None if holds else message("The values are {values}, not {expected}.", values=told, expected=wanted)


def questions(output: Output) -> dict[str, ReadBack | State]:
    """Every question of an output by its field."""
    return {
        "output.read_back": output.read_back, "output.is_on": output.is_on, "output.settled": output.settled,
        "output.safe.verify": output.safe_state.verify,
    }  # fmt: skip


_FIELDS = {"is_on": "output.is_on", "settled": "output.settled", "safe": "output.safe.verify"}


def _of_amounts(output: Output) -> Iterator[tuple[str, Message]]:
    try:
        if unit(output.unit).quantity != output.quantity:
            yield "output.quantity", message("{unit} is not a unit of this quantity.", unit=output.unit)
    except UnitUnknown as trouble:
        yield "output.unit", trouble.sentence
    if not output.lowest < output.highest:
        yield "output.lowest", message("The lower limit is not below the upper one.")
    if output.quantity == "voltage" and output.confirm_above is None:
        yield "output.confirm_above", message("An output of voltage says above which value a person confirms.")
    if (output.confirm_above is None) != (output.confirm_because is None):
        yield "output.confirm_because", message("The value above which a person confirms has its reason beside it.")
    if output.settled.every_s <= 0 or output.settled.longest_s <= 0 or output.safe_state.longest_s <= 0:
        yield "output.settled", message("Times are above zero.")


def _of_question(field: str, question: ReadBack | State) -> Iterator[tuple[str, Message]]:
    try:
        groups = set(re.compile(question.pattern, re.ASCII).groupindex)
    except re.error as trouble:
        yield f"{field}.pattern", message("This pattern is not a regular expression: {reason}", reason=str(trouble))
        return
    if isinstance(question, ReadBack):
        needed = {"value", *(["unit"] if question.units else [])}
    else:
        needed = {"bits"} if question.mask else {"state"}
        if not (question.mask or question.met):
            yield field, message("A state needs `met`, or `mask` and `equals`.")
    for name in needed - groups:
        yield f"{field}.pattern", message("The pattern has no group named “{name}”.", name=name)


def _of_examples(output: Output) -> Iterator[tuple[str, Message]]:
    if len(output.example) < EXAMPLES_NEEDED:
        yield "output.example", message("An output needs at least {n} examples.", n=EXAMPLES_NEEDED)
    for question in ("read_back", "is_on", "settled", "safe"):
        if all(one.question != question for one in output.example):
            yield "output.example", message("An output needs an example for “{question}”.", question=question)
    if not any(one.refused for one in output.example):
        yield "output.example", message("A driver needs an example of an error.")


def _orders(output: Output) -> Iterator[tuple[str, Order]]:
    for name, orders in (("set", output.set), ("on", output.on), ("safe.order", output.safe_state.order)):
        yield from ((f"output.{name}[{index}]", order) for index, order in enumerate(orders))


def _word(said: bool | Decimal) -> str:
    return "yes" if said else "no"
