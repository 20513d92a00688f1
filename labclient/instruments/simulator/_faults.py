"""What can go wrong with a simulated instrument: when it strikes, and what one spoilt reply is as bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

Sort = Literal["reading", "follow_up", "identity", "other", "command"]

# One of these at most spoils a reply.
SPOILING: Final = frozenset(
    {"no_reply", "late", "truncated", "cut", "garbage", "wrong_terminator", "duplicate", "stuck", "echo"}
)
_REPLIES: Final = frozenset[Sort]({"reading", "follow_up"})
_STRIKES: Final[dict[str, frozenset[Sort]]] = dict.fromkeys(sorted(SPOILING), _REPLIES) | {
    "overload": frozenset({"reading"}),
    "unit": frozenset({"reading"}),
    "error_flood": frozenset({"reading"}),
    "unplug": frozenset({"reading"}),
    "slow": _REPLIES,
    "unsolicited": _REPLIES,
    "busy": frozenset({"reading", "follow_up", "identity", "other"}),
    "wrong_serial": frozenset({"identity"}),
}
FAULTS: Final = frozenset(_STRIKES)
LASTING_S: Final = {"slow": 1.0, "unplug": 2.0}  # real seconds, unless told otherwise


@dataclass(slots=True)
class Fault:
    """A fault that strikes the next `left` exchanges of its sort, or until it is taken away (None); `rate` is the
    chance that it strikes one. `seconds` is how long a `slow` answer takes, or the cable is out."""

    kind: str
    left: int | None = 1
    rate: float = 1.0
    seconds: float = 0.0


class Faults:
    """The faults that wait, in the order they were told."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._waiting: list[Fault] = []

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self, kind: str | None = None) -> list[str]:
        """Take away those of a kind, or all; the kinds that were there are returned."""
        gone = [fault for fault in self._waiting if kind in {None, fault.kind}]
        self._waiting = [fault for fault in self._waiting if fault not in gone]
        return [fault.kind for fault in gone]

    def strike(self, sort: Sort) -> tuple[Fault, ...]:
        """Those that strike an exchange of this sort; they have one exchange less to go then."""
        struck: list[Fault] = []
        for fault in tuple(self._waiting):
            spoilt = fault.kind in SPOILING and any(one.kind in SPOILING for one in struck)
            if spoilt or sort not in _STRIKES[fault.kind] or self._random.random() >= fault.rate:
                continue
            struck.append(fault)
            if fault.left is not None:
                fault.left -= 1
                if fault.left <= 0:
                    self._waiting.remove(fault)
        return tuple(struck)


def spoil(kind: str, reply: bytes, end: bytes, last: bytes, asked: bytes) -> bytes:
    """The bytes that go out instead of `reply`, which ends with `end`; `last` is the last good one,
    `asked` the request.

    `truncated` loses the rest of the line with its end, `cut` loses the last digit only, `stuck` says the
    last reply again, `echo` the request before the reply.
    """
    text = reply.removesuffix(end)
    return {
        "no_reply": b"",
        "truncated": text[: len(text) // 2],
        "cut": text[:-1] + end,
        "garbage": bytes(255 - byte for byte in text) + end,
        "wrong_terminator": text + (b"\n" if end != b"\n" else b"\r"),
        "duplicate": reply + reply,
        "stuck": last or reply,
        "echo": asked + reply,
    }[kind]
