"""Drivers: load, check completely, run the examples. A file that contradicts itself never becomes a driver."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from labclient.errors import UnitUnknown
from labclient.instruments._output_rules import output_complaints, output_example_fails
from labclient.instruments._reply import ReplyRule
from labclient.instruments._schema import DriverFile, Example, Exchange, Linear, Reading, Setting
from labclient.instruments._settings import PLACE, Value, canonical, chosen, names_in
from labclient.instruments._toml import decode, invalid, read_text
from labclient.instruments._troubles import BadReply
from labclient.units import number, unit
from labclient.words import Message, message

EXAMPLES_NEEDED = 5
STREAMABLE = frozenset({"serial", "socket"})  # the rest give whole messages, and only when they are asked


@dataclass(frozen=True)
class Driver:
    """A checked driver file; `digest` is the SHA-256 of its bytes, in hexadecimal."""

    path: Path
    digest: str
    file: DriverFile

    @property
    def id(self) -> str:
        return self.file.driver.id

    @property
    def version(self) -> str:
        return self.file.driver.version

    @property
    def settings(self) -> Mapping[str, Setting]:
        return self.file.settings

    @cached_property
    def readings(self) -> Mapping[str, Reading]:
        return {reading.name: reading for reading in self.file.reading}

    def chosen(self, asked: Mapping[str, Value] | None = None) -> dict[str, str]:
        """Every setting as text, defaults filled in; raises `DriverInvalid` for what is not allowed."""
        return chosen(self.file.settings, asked or {})

    def rule(self, reading: str, settings: Mapping[str, str] | None = None) -> ReplyRule:
        """How a reply to this reading is read, also years later from a record."""
        return ReplyRule(self.readings[reading], self.file.framing, settings or self.chosen())


def load_driver(path: Path) -> Driver:
    """The driver in a TOML file; raises `DriverInvalid` naming file, line, field and what is allowed."""
    text = read_text(path)
    file = decode(text, DriverFile, path)
    for field, why in (*_complaints(file, path.stem), *output_complaints(file)):
        raise invalid(path, text, field, why)
    driver = Driver(path, sha256(path.read_bytes()).hexdigest(), file)
    for index, example in enumerate(file.example):
        failed = _example_fails(driver, example)
        if failed is not None:
            raise invalid(path, text, f"example[{index}]", failed)
    if (output := file.output) is not None:
        for index, said in enumerate(output.example):
            failed = output_example_fails(output, said)
            if failed is not None:
                raise invalid(path, text, f"output.example[{index}]", failed)
    return driver


def drivers(folders: Iterable[Path]) -> dict[str, Driver]:
    """All drivers of the folders by id; a later folder, the user's own, wins over an earlier one."""
    found: dict[str, Driver] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            driver = load_driver(path)
            found[driver.id] = driver
    return found


def _complaints(file: DriverFile, stem: str) -> Iterator[tuple[str, Message]]:
    if file.driver.id != stem:
        yield "driver.id", message("The id has to be the file's name, “{stem}”.", stem=stem)
    if not (file.connection and file.reading and all(reading.channel for reading in file.reading)):
        yield "driver", message("A driver needs a connection, and a reading with a channel.")
    names = [reading.name for reading in file.reading]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"reading[{index}].name", message("“{name}” is used twice.", name=name)
    yield from _of_settings(file)
    known = set(file.settings)
    for field, template in _templates(file):
        for name in set(PLACE.findall(template)) - known:
            yield (
                field,
                message("“{name}” is not a setting. Known: {known}.", name=name, known=", ".join(sorted(known))),
            )
    for field, pattern, groups in _patterns(file):
        try:
            compiled = re.compile(pattern, re.ASCII)
        except re.error as trouble:
            yield field, message("This pattern is not a regular expression: {reason}", reason=str(trouble))
            continue
        for name in set(groups) - set(compiled.groupindex):
            yield field, message("The pattern has no group named “{name}”.", name=name)
        if re.fullmatch(r"(setup|reading\[\d+\]\.(start|stop))\[\d+\]\.pattern", field):
            for name in set(compiled.groupindex) - known:
                yield field, message("The group “{name}” is not a setting to compare with.", name=name)
    for index, reading in enumerate(file.reading):
        yield from _of_reading(f"reading[{index}]", reading, file)
    yield from _of_examples(file)


def _of_settings(file: DriverFile) -> Iterator[tuple[str, Message]]:
    for name, setting in file.settings.items():
        if not PLACE.fullmatch(f"{{{name}}}"):
            yield f"settings.{name}", message("A setting's name is small letters, digits and underscores.")
        if setting.kind == "word" and not setting.allowed:
            yield f"settings.{name}", message("A word needs the list of what is allowed.")
        for value in (*setting.allowed, setting.default):
            told = canonical(setting, value)
            if isinstance(told, Message):
                yield f"settings.{name}", told


def _of_reading(field: str, reading: Reading, file: DriverFile) -> Iterator[tuple[str, Message]]:
    yield from _of_mode(field, reading, file)
    numbers = {name for name, setting in file.settings.items() if setting.kind == "number"}
    forms: list[tuple[str, Linear | None]] = [("timeout", reading.timeout), ("simulate_delay", reading.simulate_delay)]
    for index, channel in enumerate(reading.channel):
        place = f"{field}.channel[{index}]"
        forms += [
            (f"channel[{index}].{name}", form)
            for name, form in (
                ("resolution", channel.resolution),
                ("largest", channel.largest),
                ("decimals", channel.decimals),
            )
        ]
        try:
            if unit(channel.unit).quantity != channel.quantity:
                yield f"{place}.quantity", message("{unit} is not a unit of this quantity.", unit=channel.unit)
            for spelling in channel.units.values():
                unit(spelling)
        except UnitUnknown as trouble:
            yield f"{place}.unit", trouble.sentence
        if channel.unit_group is not None and not channel.units:
            yield f"{place}.units", message("A captured unit needs the list of its spellings.")
        for sentinel in channel.sentinels:
            if sentinel.at_least is None and sentinel.at_most is None and sentinel.pattern is None:
                yield f"{place}.sentinels", message("A sentinel needs at_least, at_most or pattern.")
    for name, form in forms:
        for setting in names_in(form) if form else ():
            if setting not in numbers:
                yield f"{field}.{name}", message("“{name}” is not a number setting.", name=setting)


def _of_mode(field: str, reading: Reading, file: DriverFile) -> Iterator[tuple[str, Message]]:
    if reading.mode == "poll":
        if not reading.send:
            yield field, message("The field “{field}” is missing.", field="send")
        if reading.start or reading.stop or reading.skip is not None:
            yield f"{field}.mode", message("Only a stream has start, stop and skip.")
        return
    if reading.send or reading.then:
        yield f"{field}.send", message("A stream is not asked: what begins it stands in start.")
    if not reading.start:
        yield f"{field}.start", message("A stream needs what begins it.")
    if reading.stop and not file.resync.stop:
        yield "resync.stop", message("What ends a stream has to stand here, too.")
    if not any(connection.kind in STREAMABLE for connection in file.connection):
        yield f"{field}.mode", message("A stream needs a serial line or a network socket.")


def _of_examples(file: DriverFile) -> Iterator[tuple[str, Message]]:
    names = {reading.name for reading in file.reading}
    for index, example in enumerate(file.example):
        if example.reading not in names:
            yield f"example[{index}].reading", message("“{name}” is not a reading.", name=example.reading)
    if len(file.example) < EXAMPLES_NEEDED:
        yield "example", message("A driver needs at least {n} examples.", n=EXAMPLES_NEEDED)
    if not any(example.refused or example.status == "error" for example in file.example):
        yield "example", message("A driver needs an example of an error.")
    if not any(example.status in {"overload", "underload", "unstable"} for example in file.example):
        yield "example", message("A driver needs an example of an overload or of an unstable reading.")


def _templates(file: DriverFile) -> Iterator[tuple[str, str]]:
    for name, exchanges in (("setup", file.setup), ("teardown", file.teardown)):
        yield from ((f"{name}[{index}].send", exchange.send) for index, exchange in enumerate(exchanges))
    for index, reading in enumerate(file.reading):
        yield f"reading[{index}].send", reading.send
        yield f"reading[{index}].skip", reading.skip or ""
        yield from ((f"reading[{index}].then", send) for send in reading.then)
        for name, exchanges in (("start", reading.start), ("stop", reading.stop)):
            yield from ((f"reading[{index}].{name}[{n}].send", exchange.send) for n, exchange in enumerate(exchanges))


def _patterns(file: DriverFile) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    further = [question.pattern or "" for question in file.identify.also]
    names = [name for name in ("model", "serial", "firmware") if not any(f"(?P<{name}>" in one for one in further)]
    yield "identify.pattern", file.identify.pattern, tuple(names)
    yield from ((f"identify.also[{index}].pattern", pattern, ()) for index, pattern in enumerate(further))
    yield "identify.models", file.identify.models, ()
    steps: list[tuple[str, tuple[Exchange, ...]]] = [("setup", file.setup), ("teardown", file.teardown)]
    for index, reading in enumerate(file.reading):
        steps += [(f"reading[{index}].start", reading.start), (f"reading[{index}].stop", reading.stop)]
    for name, exchanges in steps:
        for index, exchange in enumerate(exchanges):
            if exchange.pattern is not None:
                yield f"{name}[{index}].pattern", exchange.pattern, ()
    if file.errors is not None:
        yield "errors.pattern", file.errors.pattern, ()
        yield "errors.none", file.errors.none, ()
    for index, reading in enumerate(file.reading):
        groups = [flag.group for flag in reading.flags]
        for position, channel in enumerate(reading.channel):
            groups += [group for group in (channel.group, channel.unit_group, channel.sign_group) if group is not None]
            for sentinel in channel.sentinels:
                if sentinel.pattern is not None:
                    yield f"reading[{index}].channel[{position}].sentinels", sentinel.pattern, ()
        yield f"reading[{index}].pattern", reading.pattern, tuple(groups)
        yield f"reading[{index}].skip", PLACE.sub("0", reading.skip or ""), ()


def _example_fails(driver: Driver, example: Example) -> Message | None:
    end, encoding = driver.file.framing.reply_end, driver.file.framing.encoding
    try:
        reply = driver.rule(example.reading).read((example.reply + end).encode(encoding))
    except BadReply as trouble:
        return None if example.refused else trouble.sentence
    if example.refused:
        return message("This reply was to be refused, but it was read as {texts}.", texts=", ".join(reply.texts))
    if reply.status != example.status:
        return message("The status is {status}, not {expected}.", status=reply.status, expected=example.status)
    shown = tuple("" if value != value else repr(value) for value in reply.values)  # noqa: PLR0124 - NaN
    wanted = tuple(repr(float(number(text))) if text else "" for text in example.values)
    if wanted and shown != wanted:
        return message("The values are {values}, not {expected}.", values=", ".join(shown), expected=", ".join(wanted))
    return None
