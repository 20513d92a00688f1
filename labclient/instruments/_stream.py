"""A reading that an instrument sends by itself: lines put together over chunks, each read by the reading's rule."""

from typing import Final

import msgspec

from labclient.clock import Clock, elapsed_ns
from labclient.instruments._links import Link
from labclient.instruments._readings import Push
from labclient.instruments._schema import Status
from labclient.instruments._troubles import BadReply, NoReply, Overrun
from labclient.words import message

_LONGEST_LOOK_S: Final = 0.1


class Lines(msgspec.Struct, frozen=True, eq=False):
    """Replies in the order they came, as columns of one length; `texts` and `values` have one column a channel.

    t_ns    when the chunk had come that ended the line, monotonic
    raws    the bytes of each line; None when every one was its one text and the terminator
    values  as the rule gives them: NaN where the status says there is none
    """

    t_ns: list[int]
    status: list[Status]
    texts: list[list[str]]
    raws: list[bytes] | None
    values: list[list[float]]

    def __len__(self) -> int:
        return len(self.t_ns)


class LineReader:
    """The lines of one stream from its start. After any trouble it gives nothing more.

    `unread_s` is how long bytes may lie unread before some of them could have been lost on this PC.
    """

    def __init__(self, link: Link, push: Push, unread_s: float, clock: Clock) -> None:
        self._link = link
        self._push = push
        self._clock = clock
        self._unread_ns = int(unread_s * 1e9)
        self._to_discard = push.discard_first
        self._rest = b""
        self._trouble: BadReply | None = None
        self._looked_ns = self._line_ns = elapsed_ns()

    def read(self, wait_s: float) -> Lines | None:
        """The lines that are complete, after waiting at most `wait_s` (0.1 s at the longest) for more; None when there
        is none.

        Raises `BadReply` at a line that is not as declared, once all lines before it were given; `NoReply` when no line
        came for longer than declared; `Overrun` when bytes lay unread too long; `LinkLost`.
        """
        if self._trouble is not None:
            raise self._trouble
        wait_s = min(wait_s, _LONGEST_LOOK_S)
        chunk = self._link.receive(wait_s)
        now_ns = elapsed_ns()
        lay_ns, self._looked_ns = now_ns - self._looked_ns, now_ns
        if lay_ns > self._unread_ns + wait_s * 1e9:
            raise Overrun(
                self._rest + chunk,
                message("What the instrument sent lay unread for {seconds} s.", seconds=round(lay_ns / 1e9, 3)),
                message("The PC slept, stood still or was too busy; the instrument is resynchronised."),
            )
        *whole, self._rest = (self._rest + chunk).split(self._push.end)
        if now_ns - self._line_ns > self._push.timeout_s * 1e9:
            raise NoReply(
                self._push.end.join([*whole, self._rest]),
                message("The instrument has sent no line for {seconds} s.", seconds=round(self._push.timeout_s, 3)),
                message("Check cable, power and settings; the instrument is resynchronised before the next reading."),
            )
        if len(self._rest) > self._push.max_bytes:
            raise BadReply(self._rest, message("The reply is longer than {n} bytes.", n=self._push.max_bytes))
        if not whole:
            return None
        self._line_ns = now_ns
        found = self._lines(whole)
        if not len(found) and self._trouble is not None:
            raise self._trouble
        return found if len(found) else None

    def _lines(self, whole: list[bytes]) -> Lines:
        """What these lines say, as far as the first that is none."""
        parts, end = self._push.rule.parts, self._push.end
        t_ns = self._clock.monotonic_ns()
        status: list[Status] = []
        raws: list[bytes] = []
        rows: list[tuple[tuple[str, ...], tuple[float, ...]]] = []
        for place, line in enumerate(whole):
            raw = line + end
            try:
                texts, values, said = parts(raw)
            except BadReply as refused:
                if self._push.skips(line):
                    continue
                behind = end.join([*whole[place:], self._rest])
                self._trouble = BadReply(behind, refused.sentence, refused.step)
                break
            if self._to_discard:
                self._to_discard -= 1
                continue
            status.append(said)
            raws.append(raw)
            rows.append((texts, values))
        columns = len(self._push.rule.channels)
        texts_of = [[texts[channel] for texts, _ in rows] for channel in range(columns)]
        plain = columns == 1 and all(raw == text.encode() + end for raw, text in zip(raws, texts_of[0], strict=True))
        return Lines(
            t_ns=[t_ns] * len(rows),
            status=status,
            texts=texts_of,
            raws=None if plain else raws,
            values=[[values[channel] for _, values in rows] for channel in range(columns)],
        )
