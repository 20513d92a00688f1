"""From the bytes of one reply to texts, values and a status: by one rule, completely or not at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Final

from labclient.errors import NumberInvalid
from labclient.instruments._schema import STATUSES, WITHOUT_VALUE, Channel, Framing, Reading, Status
from labclient.instruments._settings import follow
from labclient.instruments._troubles import BadReply
from labclient.units import number, unit
from labclient.words import message

_STEP: Final = message("Resynchronise the instrument; the reply is kept, its number is not used.")


@dataclass(frozen=True, slots=True)
class Reply:
    """One raw answer: when it was complete (monotonic ns), its bytes, and per channel its text and value (NaN where
    the status says there is none)."""

    t_ns: int
    raw: bytes
    texts: tuple[str, ...]
    values: tuple[float, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What a channel's numbers mean: `resolution` in `unit`, NaN when unknown."""

    name: str
    quantity: str
    unit: str
    resolution: float


class ReplyRule:
    """A reading's pattern, units, flags and sentinels under given settings; it keeps no state."""

    def __init__(self, reading: Reading, framing: Framing, settings: Mapping[str, str]) -> None:
        self._reading = reading
        self._pattern = re.compile(reading.pattern, re.ASCII)
        self._end = framing.reply_end.encode(framing.encoding)
        self._encoding = framing.encoding
        self._prompt = framing.prompt
        self._largest = tuple(follow(c.largest, settings) if c.largest else None for c in reading.channel)
        self._texts = tuple(
            tuple(re.compile(s.pattern, re.ASCII) if s.pattern else None for s in c.sentinels) for c in reading.channel
        )
        self.channels = tuple(
            ChannelInfo(c.name, c.quantity, c.unit, follow(c.resolution, settings) or nan) for c in reading.channel
        )

    def read(self, raw: bytes, t_ns: int = 0) -> Reply:
        """The reply that `raw` (terminator included) is; raises `BadReply` unless all of it is as declared."""
        found = self._pattern.fullmatch(self._text(raw))
        if found is None:
            raise BadReply(raw, message("“{reply}” is not the declared form of a reply.", reply=_shown(raw)), _STEP)
        whole = self._flagged(found, raw)
        texts, values, worst = [], [], whole
        for index, channel in enumerate(self._reading.channel):
            text = found[channel.group]
            self._check_unit(channel, found, raw)
            value, status = self._value(index, channel, text, raw)
            texts.append(text.strip())
            values.append(nan if status in WITHOUT_VALUE or whole in WITHOUT_VALUE else value)
            worst = max(worst, status, key=STATUSES.index)
        return Reply(t_ns, raw, tuple(texts), tuple(values), worst)

    def _text(self, raw: bytes) -> str:
        if not raw.endswith(self._end):
            raise BadReply(raw, message("“{reply}” has no end.", reply=_shown(raw)), _STEP)
        try:
            return raw[: -len(self._end)].decode(self._encoding).removeprefix(self._prompt)
        except UnicodeDecodeError as trouble:
            raise BadReply(raw, message("“{reply}” is garbled.", reply=_shown(raw)), _STEP) from trouble

    def _flagged(self, found: re.Match[str], raw: bytes) -> Status:
        worst: Status = "ok"
        for flag in self._reading.flags:
            token = found[flag.group]
            if token not in flag.map:
                raise BadReply(raw, message("“{flag}” is not a declared flag.", flag=token), _STEP)
            worst = max(worst, flag.map[token], key=STATUSES.index)
        return worst

    def _check_unit(self, channel: Channel, found: re.Match[str], raw: bytes) -> None:
        if channel.unit_group is None:
            return
        spelling = found[channel.unit_group].strip()
        named = channel.units.get(spelling)
        if named is None or unit(named) != unit(channel.unit):
            raise BadReply(
                raw,
                message("The instrument answers in “{unit}”, not in {expected}.", unit=spelling, expected=channel.unit),
                message("Set the unit at the instrument to {expected}, then connect again.", expected=channel.unit),
            )

    def _value(self, index: int, channel: Channel, text: str, raw: bytes) -> tuple[float, Status]:
        for sentinel, pattern in zip(channel.sentinels, self._texts[index], strict=True):
            if pattern is not None and pattern.fullmatch(text):
                return nan, sentinel.status
        try:
            value = float(number(text))
        except NumberInvalid as trouble:
            raise BadReply(raw, trouble.sentence, _STEP) from trouble
        for sentinel in channel.sentinels:
            if (sentinel.at_least is not None and value >= sentinel.at_least) or (
                sentinel.at_most is not None and value <= sentinel.at_most
            ):
                return value, sentinel.status
        largest = self._largest[index]
        if largest is not None and abs(value) > largest:
            raise BadReply(
                raw,
                message("{text} {unit} is more than this range can measure.", text=text.strip(), unit=channel.unit),
                _STEP,
            )
        return value, "ok"


def _shown(raw: bytes) -> str:
    return raw[:80].decode("ascii", "backslashreplace").encode("unicode_escape").decode("ascii")
