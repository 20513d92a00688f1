"""A source whose instrument is a person: dial gauges, mercury columns, anything without an interface.

A reading has a value when it was confirmed as the plan asks, and only then; whatever else was typed on the way
(refused, or not the same twice) stays in the record as a reply without one. What was typed is each reply's raw bytes.
A doubt that was passed is an entry of its own.
"""

import re
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from hashlib import sha256
from math import nan
from mimetypes import guess_type
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import msgspec
import numpy as np
from msgspec import Struct

from labclient.acquisition._recorder import Recorder
from labclient.acquisition._replies import Replies
from labclient.acquisition._series import Series
from labclient.acquisition._typed import Doubt, Typed, doubt, in_words, read_typed
from labclient.clock import Clock, parse_iso
from labclient.errors import NotVerified, NumberInvalid, StorageTrouble, Trouble, UnitUnknown, WrongUse
from labclient.notebook import OK, Channel, Draft, Purpose, Task, attachment, run_start, run_stop, series
from labclient.signing import read_small, same_person
from labclient.units import INFLUENCES
from labclient.words import Message, message

Confirmation = Literal["double-entry", "photo", "second-person"]
REFUSED = "refused"
SAY_SECOND = message("Name another person as the second; both type what they read.")
DIFFERS = "differs"
_END = b"\n"
_MAX_FILE = 64 << 20
_LONGEST = timedelta(days=100)  # float64 holds the nanoseconds of 104 days
_CLOCK_TIME = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")

_READING = message("reading")


class Question(Struct, frozen=True):
    """What the typist is asked: the time of a reading on paper, the file of its photo, the reading, or the same once
    more. `unit` is that of a number."""

    kind: Literal["time", "photo", "reading", "again"]
    sentence: Message
    unit: str = ""


class Typist(Protocol):
    """Who sits at the keyboard."""

    def ask(self, question: Question) -> str:
        """What was typed, without its line end; a Trouble breaks off."""

    def tell(self, sentence: Message) -> None:
        """One sentence to read: something is not as it should be, or not as it was typed."""

    def kept(self, sentence: Message) -> None:
        """A reading is confirmed."""


class Transcribed(Struct, frozen=True):
    """Late transcription (补录): readings written on paper before. `began` names day and zone of the observations; the
    scan of the paper is kept as the original."""

    began: datetime
    scan: Path


class ByHand:
    """One run of readings that a person types, in the thread that asks for them; `take` returns when they are in.

    `confirmation` is the plan's; `second` the person who confirms, where it asks for one. Times are those of the
    typing, or with `transcribed` those that the person states; the time of entering is in the log either way.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        instrument: dict[str, Any],
        typist: Typist,
        recorder: Recorder,
        clock: Clock,
        *,
        author: str,
        station: str,
        confirmation: Confirmation,
        second: str = "",
        transcribed: Transcribed | None = None,
    ) -> None:
        self.run = -1
        self._channels = tuple(channels)
        self._instrument = instrument
        self._typist = typist
        self._recorder = recorder
        self._clock = clock
        self._author = author
        self._station = station
        self._confirmation = confirmation
        self._second = second
        self._transcribed = transcribed
        self._clock_pair = (clock.utc(), 0)
        self._observed: datetime | None = None
        self._earlier: dict[tuple[str, str, str, str], list[Typed]] = {}
        self._halted = False
        if confirmation == "second-person" and (not second.strip() or same_person(second, author)):
            raise WrongUse(
                message("The plan wants every typed reading confirmed by a second person."),
                SAY_SECOND,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.halt()

    def start(self, task: Task, purpose: Purpose) -> int:
        """Keep the scan, if any, and open a run that is marked "typed"; returns the run's number."""
        more: dict[str, Any] = {"origin": "typed", "confirmation": self._confirmation}
        if self._second:
            more["second"] = self._second
        if self._transcribed:
            scan = self._transcribed.scan
            kept = self._keep(scan.name, read_small(scan, _MAX_FILE), "document")
            more["transcribed"] = {"began": self._transcribed.began.isoformat(), **kept}
        draft = run_start(
            purpose=purpose, task=task, channels=self._channels, instrument=self._instrument, clock=self._clock,
            author=self._author, station=self._station, **more,
        )  # fmt: skip
        pair = draft.body["clock"]
        self._clock_pair = parse_iso(pair["utc"]), int(pair["monotonic_ns"])
        self.run = self._recorder.enter(draft)[0].seq
        return self.run

    def take(self, meaning: Series, count: int) -> Future[int]:
        """Ask until `count` readings are confirmed; the future, done, gives the number of the series."""
        body = msgspec.to_builtins(meaning)
        draft = series(self.run, body, author=self._author, station=self._station)
        number = self._recorder.enter(draft)[0].seq
        place = (meaning.role, meaning.point, meaning.direction)
        for done in range(count):
            if self._halted:
                break
            self._reading(number, place, message("{n} of {count}", n=done + 1, count=count))
        taken: Future[int] = Future()
        taken.set_result(number)
        return taken

    def halt(self) -> None:
        """No more readings after the one under way."""
        self._halted = True

    def stop(self, reason: str) -> None:
        """End the run in order."""
        rows = self._recorder.rows(self.run)
        self._recorder.enter(run_stop(self.run, rows=rows, reason=reason, author=self._author, station=self._station))

    def _reading(self, number: int, place: tuple[str, str, str], which: Message) -> None:
        """One confirmed reading of all channels."""
        lines: list[str] = []
        if self._transcribed:
            lines.append(self._ask_time(self._transcribed.began, which))
        if self._confirmation == "photo":
            self._ask_photo()
        at: int | None = None
        values: list[Typed] = []
        doubts: list[Doubt] = []
        for channel in self._channels:
            first_at, value, typed, why = self._confirmed(number, channel, (*place, channel.name), which)
            at = first_at if at is None else at
            values.append(value)
            lines += typed
            doubts += [why] if why is not None else []
        self._offer(number, at if self._observed is None else None, OK, values, lines)
        for why in doubts:
            body = {"run": self.run, "series": number, **msgspec.to_builtins(why)}
            self._recorder.enter(Draft(kind="doubt", body=body, author=self._author, station=self._station))
        for channel, value in zip(self._channels, values, strict=True):
            self._earlier.setdefault((*place, channel.name), []).append(value)
            self._typist.kept(message("{which}: {text} {unit} is kept.", which=which, text=value.text,
                                      unit=channel.unit))  # fmt: skip

    def _confirmed(
        self, number: int, channel: Channel, place: tuple[str, str, str, str], which: Message
    ) -> tuple[int, Typed, list[str], Doubt | None]:
        """When it was typed first, what counts, the lines that were typed for it, and what was doubtful in it."""
        while True:
            name = INFLUENCES.get(channel.name, _READING)  # the channels of a room are named so
            sentence = message("{quantity} in {unit} ({which}): ", quantity=name, unit=channel.unit, which=which)
            value, line = self._understood(number, channel, Question("reading", sentence, channel.unit))
            at = self._clock.monotonic_ns()
            why = doubt(value, self._earlier.get(place, ()), channel.resolution)
            if why is not None:
                self._typist.tell(why.sentence)
            if why is None and self._confirmation == "photo":
                return at, value, [line], None
            again, second = self._understood(number, channel, Question("again", self._once_more(), channel.unit))
            if again.text == value.text:
                return at, value, [line, second], why
            self._offer(number, at, DIFFERS, [], [line, second])
            self._typist.tell(message("First {first}, then {second}: neither counts. Read the instrument again.",
                                      first=value.text, second=again.text))  # fmt: skip

    def _once_more(self) -> Message:
        if self._confirmation == "second-person":
            return message("{person} reads it too and types it: ", person=self._second)
        return message("The same reading once more: ")

    def _understood(self, number: int, channel: Channel, question: Question) -> tuple[Typed, str]:
        """Ask until a number in the right unit is typed; what is refused is kept without a value."""
        while True:
            line = self._typist.ask(question)
            try:
                typed = read_typed(line, channel.unit)
            except (NumberInvalid, UnitUnknown) as trouble:
                self._offer(number, self._clock.monotonic_ns(), REFUSED, [], [line])
                self._tell_trouble(trouble)
                continue
            if typed.wide:
                self._typist.tell(message("Taken as {text}: {words}.", text=typed.text, words=in_words(typed.text)))
            return typed, line

    def _ask_time(self, began: datetime, which: Message) -> str:
        """The stated time of the next reading: not before the last one, not after this run began."""
        while True:
            day = (self._observed or began).astimezone(began.tzinfo)
            asked = message("Time of reading {which}, as on paper (HH:MM or HH:MM:SS on {day}): ", which=which,
                            day=day.strftime("%Y-%m-%d %z"))  # fmt: skip
            line = self._typist.ask(Question("time", asked))
            try:
                self._observed = _moment(line, day, self._observed or began, self._clock_pair[0])
            except WrongUse as trouble:
                self._tell_trouble(trouble)
                continue
            return line

    def _ask_photo(self) -> None:
        asked = Question("photo", message("File of the photo that shows this reading: "))
        while True:
            file = Path(self._typist.ask(asked).strip())
            try:
                data = read_small(file, _MAX_FILE)
            except (StorageTrouble, NotVerified) as trouble:
                self._tell_trouble(trouble)
                continue
            self._keep(file.name, data, "photo")
            return

    def _keep(self, name: str, data: bytes, what: str) -> dict[str, str]:
        """Keep a file as it is; returns its name and digest."""
        media_type = guess_type(name)[0] or "application/octet-stream"
        draft = attachment(name, data, media_type=media_type, what=what, author=self._author, station=self._station)
        self._recorder.enter(draft)
        return {"name": name, "sha256": sha256(data).hexdigest()}

    def _offer(self, number: int, at: int | None, status: str, values: Sequence[Typed], lines: Sequence[str]) -> None:
        good = status == OK
        count = len(self._channels)
        reply = Replies(
            t_ns=[self._ns() if self._observed is not None or at is None else at],
            status=[status],
            texts=[[one.text] for one in values] if good else [[""]] * count,
            raws=[b"".join(line.encode(errors="surrogateescape") + _END for line in lines)],
            values=np.array([[float(one.value) for one in values] if good else [nan] * count]),
        )
        self._recorder.offer(self.run, number, reply, _END)

    def _ns(self) -> int:
        """The stated time on the run's monotonic clock; it lies before the run's start."""
        utc, began_ns = self._clock_pair
        observed = self._observed or utc
        return began_ns + (observed - utc) // timedelta(microseconds=1) * 1000

    def _tell_trouble(self, trouble: Trouble) -> None:
        self._typist.tell(trouble.sentence)
        if trouble.step is not None:
            self._typist.tell(trouble.step)


def _moment(line: str, day: datetime, last: datetime, latest: datetime) -> datetime:
    """The moment that a line states: a time of `day` in its zone, or a whole date and time with its zone. Raises
    `WrongUse` for anything else, or when it lies before `last`, or after `latest`."""
    text = line.strip().replace("：", ":")
    try:
        if _CLOCK_TIME.fullmatch(text):
            hours, minutes, seconds = ([int(part) for part in text.split(":")] + [0])[:3]
            found = day.replace(hour=hours, minute=minutes, second=seconds, microsecond=0)
        else:
            found = datetime.fromisoformat(text)
            parse_iso(text)
    except ValueError:
        raise WrongUse(
            message("“{text}” is no time.", text=line[:40]),
            message("Type 09:05, or the whole of it when the day changes: 2026-03-02T09:05:00+08:00"),
        ) from None
    if found < last or found - last > _LONGEST:
        raise WrongUse(message("{time} does not follow {last}.", time=found.isoformat(), last=last.isoformat()))
    if found > latest:
        raise WrongUse(message("{time} has not been yet, by the PC clock.", time=found.isoformat()))
    return found
