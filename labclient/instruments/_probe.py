"""Ask an unknown instrument who it is, in the words of every driver that may fit, and change nothing.

Only the drivers' question who is there is sent: no device clear, no stop command, no setting. What goes on sending by
itself is listened to and not asked.
"""

import re
import time
from collections.abc import Callable
from threading import Event
from typing import Final

import msgspec

from labclient.errors import LinkLost
from labclient.instruments._identify import Identity
from labclient.instruments._links import Link
from labclient.instruments._questions import COMMON, MOST_PATIENCE_S, Candidate, Question
from labclient.instruments._schema import Connection
from labclient.instruments._troubles import BadReply, NoReply

_COMMON_FORM: Final = re.compile(r"[^,\r\n]+,[^,\r\n]+,[^,\r\n]*,[^\r\n]*")
_FIRST_SHARE: Final = 3
_LEAST_S: Final = 0.1
_LISTEN_S: Final = 0.1
_QUIET_S: Final = 0.06
_SLICE_S: Final = 0.1
_MOST_BYTES: Final = 4096
_MOST_LOSSES: Final = 2


class Fit(msgspec.Struct, frozen=True):
    """A driver that fits, and why: the question and its answer, over a connection of this kind."""

    driver: str
    kind: str
    line: Connection
    identity: Identity
    request: str
    reply: str


class Heard(msgspec.Struct, frozen=True):
    """What came of asking. `reply` is an answer that no driver knows; `floods` when it never stopped sending;
    `not_asked` the drivers for whose questions there was no time."""

    fits: tuple[Fit, ...] = ()
    request: str = ""
    reply: str = ""
    floods: bool = False
    asked: int = 0
    not_asked: tuple[str, ...] = ()


def ask(open_line: Callable[[Connection], Link], questions: tuple[Question, ...], ends: float, over: Event) -> Heard:
    """Ask until a driver fits, until `ends` (monotonic, s), or until `over`. Raises `LinkLost` when it cannot be
    opened at all."""
    asking = _Asking(open_line, ends, over)
    try:
        for index, question in enumerate(questions):
            if asking.done or over.is_set():
                break
            if not asking.may_ask(question):
                continue
            share = (ends - time.monotonic()) / len(questions[index:])
            if share < _LEAST_S:
                left = {one.driver for later in questions[index:] for one in later.candidates}
                return msgspec.structs.replace(asking.heard, not_asked=tuple(sorted(left)))
            alike = tuple(one for one in questions if one.bits == question.bits and one.words == question.words)
            asking.ask(question, alike, share * (1 if asking.heard.asked else _FIRST_SHARE))
    finally:
        asking.close()
    return asking.heard


class _Asking:
    """One place being asked: its open line, and what was heard."""

    def __init__(self, open_line: Callable[[Connection], Link], ends: float, over: Event) -> None:
        self.heard = Heard()
        self.done = False
        self._named = False
        self._open_line, self._ends, self._over = open_line, ends, over
        self._link: Link | None = None
        self._line: Connection | None = None
        self._losses = 0

    def may_ask(self, question: Question) -> bool:
        """One that has said who it is, is asked nothing but the same in the wording of other drivers."""
        return not self._named or (question.line == self._line and question.request.startswith(COMMON))

    def ask(self, question: Question, alike: tuple[Question, ...], share_s: float) -> None:
        """Put one question; a line that was lost meanwhile is opened anew for the next. The answer counts for all that
        are `alike` but for handshake and the end of the line: many instruments take either."""
        try:
            link = self._opened(question.line)
            if self._floods(link):
                return
            self._put(link, question, alike, share_s)
        except LinkLost:
            self._losses += 1
            if not self.heard.asked:
                raise
            self.close()
            self.done = self._losses >= _MOST_LOSSES

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _opened(self, line: Connection) -> Link:
        if self._link is None or line != self._line:
            self.close()
            self._link, self._line = self._open_line(line), line
        return self._link

    def _floods(self, link: Link) -> bool:
        """Whether it sends without end; a greeting or a late answer is dropped."""
        until = time.monotonic() + _LISTEN_S
        while came := link.pending():
            if len(came) > _MOST_BYTES or time.monotonic() > until:
                self.heard = msgspec.structs.replace(self.heard, floods=True, reply=shown(came))
                self.done = True
                return True
            before = len(came)
            self._over.wait(_QUIET_S)
            if len(link.pending()) == before:
                link.drain(0.0, _LISTEN_S)
        return False

    def _put(self, link: Link, question: Question, alike: tuple[Question, ...], share_s: float) -> None:
        repeats = 2 if self.heard.asked else 1  # the end of a question in another tongue may spoil the first
        for _ in range(repeats):
            self.heard = msgspec.structs.replace(self.heard, asked=self.heard.asked + 1)
            raw = self._exchange(link, question.request, question.reply_end, question.patience_s, share_s / repeats)
            fits = tuple(fit for one in alike for who in one.candidates if (fit := self._fit(link, one, who, raw)))
            if fits:
                self.heard = msgspec.structs.replace(self.heard, fits=fits)
                self.done = True
            elif raw:
                self.heard = msgspec.structs.replace(
                    self.heard, request=shown(question.words), reply=shown(raw.rstrip())
                )
                self._named = _is_named(question, raw)
            if self.done or self._named or self._over.is_set():
                return
            self._over.wait(question.gap_s)

    def _exchange(self, link: Link, request: bytes, end: bytes, patience_s: float, share_s: float) -> bytes:
        """What comes to a question: until it is quiet after a whole line, or nothing came in the time."""
        link.write(request)
        began, got = time.monotonic(), b""
        silent_at = began + min(patience_s, share_s)
        while not self._over.is_set() and len(got) <= _MOST_BYTES:
            rest = (min(began + MOST_PATIENCE_S, self._ends) if got else silent_at) - time.monotonic()
            if rest <= 0:
                break
            whole = got.endswith(end)
            try:
                got += link.read_until(end, min(_QUIET_S if whole else _SLICE_S, rest), _MOST_BYTES)
            except NoReply as nothing:
                got += nothing.raw
                if whole and not nothing.raw:
                    break
            except BadReply as endless:
                self.heard = msgspec.structs.replace(self.heard, floods=True)
                self.done = True
                return got + endless.raw
        return got

    def _fit(self, link: Link, question: Question, candidate: Candidate, raw: bytes) -> Fit | None:
        found = _matched(candidate.pattern, candidate, question.reply_end, candidate.lines, raw)
        if found is None:
            return None
        told, reply = found
        if "model" in told and not re.fullmatch(candidate.models, told["model"], re.ASCII):
            return None  # before more is asked of it
        for further in candidate.also:
            request = (further.send + candidate.send_end).encode(candidate.encoding)
            answer = self._exchange(link, request, question.reply_end, question.patience_s, question.patience_s)
            matched = _matched(further.pattern or "", candidate, question.reply_end, further.lines, answer)
            if matched is None:
                return None
            told |= matched[0]
        if not re.fullmatch(candidate.models, told.get("model", ""), re.ASCII):
            return None
        identity = Identity(
            told.get("manufacturer") or candidate.maker, *(told.get(one, "") for one in ("model", "serial", "firmware"))
        )
        return Fit(candidate.driver, candidate.kind, question.line, identity, shown(question.words), reply)


def shown(raw: bytes) -> str:
    """Bytes as a person can read them, not too many."""
    return raw[:80].decode("ascii", "backslashreplace").encode("unicode_escape").decode("ascii")


def _matched(
    pattern: str, candidate: Candidate, end: bytes, lines: int, raw: bytes
) -> tuple[dict[str, str], str] | None:
    """The groups of the first run of whole lines that matches, and that answer: others may have come unasked."""
    whole = raw.split(end)[:-1]
    for start in range(len(whole) - lines + 1):
        answer = end.join(whole[start : start + lines])
        try:
            text = answer.decode(candidate.encoding).removeprefix(candidate.prompt)
        except UnicodeDecodeError:
            continue
        if found := re.fullmatch(pattern, text, re.ASCII):
            return found.groupdict(""), shown(answer)
    return None


def _is_named(question: Question, raw: bytes) -> bool:
    """Whether it has said who it is in the common form, though no driver fits."""
    return question.request.startswith(COMMON) and bool(_COMMON_FORM.fullmatch(raw.decode("latin-1").strip()))
