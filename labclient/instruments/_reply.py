"""From the bytes of one reply to texts, values and a status: by one rule, completely or not at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, nan
from typing import Final

import msgspec

from labclient.errors import NumberInvalid
from labclient.instruments._schema import STATUSES, WITHOUT_VALUE, Channel, Framing, Reading, Status
from labclient.instruments._settings import follow
from labclient.instruments._troubles import BadReply
from labclient.units import number, unit
from labclient.words import Message, message

_STEP: Final = message("Resynchronise the instrument; the reply is kept, its number is not used.")

STATUS_NAMES: Final[dict[str, Message]] = {
    "unstable": message("Not steady"),
    "settling": message("Settling"),
    "stale": message("No fresh reading"),
    "underload": message("Below the range"),
    "overload": message("Overload"),
    "busy": message("The instrument is busy"),
    "error": message("The instrument reports an error"),
}


class Reply(msgspec.Struct, frozen=True):
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
        self._pattern = re.compile(reading.pattern, re.ASCII)
        self._end = framing.reply_end.encode(framing.encoding)
        self._encoding = framing.encoding
        self._prompt = framing.prompt
        self._flags = reading.flags
        self._told = tuple((name, settings[name]) for name in self._pattern.groupindex if name in settings)
        self._channels = tuple(_ChannelRule(channel, settings) for channel in reading.channel)
        self.channels = tuple(
            ChannelInfo(c.name, c.quantity, c.unit, follow(c.resolution, settings) or nan) for c in reading.channel
        )

    def read(self, raw: bytes, t_ns: int = 0) -> Reply:
        """The reply that `raw` (terminator included) is; raises `BadReply` unless all of it is as declared."""
        return Reply(t_ns, raw, *self.parts(raw))

    def parts(self, raw: bytes) -> tuple[tuple[str, ...], tuple[float, ...], Status]:
        """Texts, values and status of `raw`, as `read`."""
        found = self._pattern.fullmatch(self._text(raw))
        if found is None:
            raise BadReply(raw, message("“{reply}” is not the declared form of a reply.", reply=_shown(raw)), _STEP)
        if self._told:
            self._check_settings(found, raw)
        whole = self._flagged(found, raw) if self._flags else "ok"
        worst, texts, values = whole, [], []
        for channel in self._channels:
            text, value, status = channel.read(found, raw)
            if status != "ok":
                worst = max(worst, status, key=STATUSES.index)
            texts.append(text)
            values.append(nan if status in WITHOUT_VALUE or whole in WITHOUT_VALUE else value)
        return tuple(texts), tuple(values), worst

    def _text(self, raw: bytes) -> str:
        if not raw.endswith(self._end):
            raise BadReply(raw, message("“{reply}” has no end.", reply=_shown(raw)), _STEP)
        try:
            return raw[: -len(self._end)].decode(self._encoding).removeprefix(self._prompt)
        except UnicodeDecodeError as trouble:
            raise BadReply(raw, message("“{reply}” is garbled.", reply=_shown(raw)), _STEP) from trouble

    def _check_settings(self, found: re.Match[str], raw: bytes) -> None:
        for name, asked in self._told:
            if not _same(told := found[name] or "", asked):
                raise BadReply(
                    raw,
                    message("The reply is for {name} {told}, not {asked}.", name=name, told=told, asked=asked),
                    _STEP,
                )

    def _flagged(self, found: re.Match[str], raw: bytes) -> Status:
        worst: Status = "ok"
        for flag in self._flags:
            token = found[flag.group] or ""
            if token not in flag.map:
                raise BadReply(raw, message("“{flag}” is not a declared flag.", flag=token), _STEP)
            worst = max(worst, flag.map[token], key=STATUSES.index)
        return worst


class _ChannelRule:
    """One channel's part of the rule, made ready."""

    def __init__(self, channel: Channel, settings: Mapping[str, str]) -> None:
        self._channel = channel
        self._group = channel.group
        self._largest = follow(channel.largest, settings) if channel.largest else inf
        self._decimals = round(follow(channel.decimals, settings)) if channel.decimals else None
        self._words = [(re.compile(s.pattern, re.ASCII), s.status) for s in channel.sentinels if s.pattern is not None]
        self._bounds = [
            (inf if s.at_least is None else s.at_least, -inf if s.at_most is None else s.at_most, s.status)
            for s in channel.sentinels
            if s.pattern is None
        ]

    def read(self, found: re.Match[str], raw: bytes) -> tuple[str, float, Status]:
        """Text, value and status of this channel."""
        if self._channel.unit_group is not None:
            self._check_unit((found[self._channel.unit_group] or "").strip(), raw)
        text = (found[self._group] or "").strip()
        if self._channel.sign_group is not None:
            text = (found[self._channel.sign_group] or "").strip() + text
        for pattern, status in self._words:
            if pattern.fullmatch(text):
                return text, nan, status
        try:
            value = float(number(text))
        except NumberInvalid as trouble:
            raise BadReply(raw, trouble.sentence, _STEP) from trouble
        for high, low, status in self._bounds:
            if value >= high or value <= low:
                return text, nan, status
        if self._decimals is not None and len(text.upper().partition("E")[0].partition(".")[2]) != self._decimals:
            raise BadReply(
                raw,
                message("“{text}” does not have {n} digits after the point.", text=text, n=self._decimals),
                message("A digit may be lost; or set the number of digits that this instrument sends."),
            )
        if abs(value) > self._largest:
            raise BadReply(
                raw,
                message("{text} {unit} is more than this range can measure.", text=text, unit=self._channel.unit),
                _STEP,
            )
        return text, value, "ok"

    def _check_unit(self, spelling: str, raw: bytes) -> None:
        expected = self._channel.unit
        named = self._channel.units.get(spelling)
        if named is None or unit(named) != unit(expected):
            raise BadReply(
                raw,
                message("The instrument answers in “{unit}”, not in {expected}.", unit=spelling, expected=expected),
                message("Set the unit at the instrument to {expected}, then connect again.", expected=expected),
            )


def _same(told: str, asked: str) -> bool:
    if told.strip().upper() == asked.upper():
        return True
    try:
        return number(told) == number(asked)
    except NumberInvalid:
        return False


def _shown(raw: bytes) -> str:
    return raw[:80].decode("ascii", "backslashreplace").encode("unicode_escape").decode("ascii")
