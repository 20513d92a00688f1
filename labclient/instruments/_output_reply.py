"""What an output's answers mean: a value that was really set, a yes or a no; completely or not at all."""

import re
from decimal import Decimal

from labclient.errors import NumberInvalid
from labclient.instruments._output_schema import ReadBack, State
from labclient.instruments._troubles import BadReply
from labclient.units import number
from labclient.words import message


def value_read_back(declared: ReadBack, text: str, asked: Decimal) -> Decimal:
    """The value that an instrument says it has set, in the output's unit. Raises `BadReply` for an answer of another
    form, in another unit, or too far from what was asked."""
    found = _matched(declared.pattern, text)
    value = _number(found, text)
    if declared.units and (said := found["unit"].strip()) not in declared.units:
        raise _bad(text, message("The instrument answers in “{unit}”, not in {expected}.", unit=said,
                                 expected=declared.units[0]))  # fmt: skip
    if not _near(value, asked, declared.within, declared.relative):
        raise _bad(text, message("{asked} was to be set, the instrument says {told}.", asked=asked, told=value))
    return value


def met(declared: State, text: str, asked: Decimal | None) -> bool:
    """Whether the answer says yes. Raises `BadReply` for one of another form."""
    found = _matched(declared.pattern, text)
    if declared.mask:
        bits = found["bits"]
        said = bits.isascii() and bits.isdigit() and int(bits) & declared.mask == declared.equals
    else:
        said = found["state"] in declared.met
    if said and asked is not None and "value" in found.re.groupindex:
        return _near(_number(found, text), asked, declared.within, declared.relative)
    return said


def _matched(pattern: str, text: str) -> re.Match[str]:
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None:
        raise _bad(text, message("“{reply}” is not the declared form of an answer.", reply=text))
    return found


def _number(found: re.Match[str], text: str) -> Decimal:
    try:
        return number(found["value"])
    except NumberInvalid as trouble:
        raise _bad(text, trouble.sentence) from trouble


def _near(value: Decimal, asked: Decimal, within: float, relative: float) -> bool:
    return abs(value - asked) <= Decimal(repr(within)) + Decimal(repr(relative)) * abs(asked)


def _bad(text: str, sentence: object) -> BadReply:
    return BadReply(text.encode("utf-8", "backslashreplace"), sentence)  # type: ignore[arg-type]
