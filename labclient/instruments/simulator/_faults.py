"""What can go wrong with one reply, as bytes."""

from dataclasses import dataclass
from typing import Final

FAULTS: Final = frozenset(
    {"no_reply", "late", "truncated", "cut", "garbage", "wrong_terminator", "duplicate", "stuck", "echo"}
)


@dataclass(slots=True)
class Fault:
    """A fault that spoils the next `left` readings."""

    kind: str
    left: int = 1


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
