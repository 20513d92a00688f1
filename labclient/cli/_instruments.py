"""`labclient instruments`: what is connected, what answers, what it says, which drivers there are, the register."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

import msgspec

from labclient.cli import _at_work, _find, _output, _register
from labclient.cli._common import add_json, count, written
from labclient.cli._drivers import check_driver, driver_named, instrument_at, known_settings, setting
from labclient.cli._out import as_json, line, text, trouble
from labclient.cli._verbs import Verbs
from labclient.clock import SystemClock
from labclient.home import this_pc
from labclient.instruments import probe
from labclient.participation import diagnostic_file, known_drivers, read_out
from labclient.words import Message, given, message, say


def add(verbs: Verbs) -> None:
    instruments = verbs.sub("instruments", message("find, identify and read instruments; drivers; the bench register"))
    _find.add(instruments)
    identify = instruments.add("identify", message("ask an address who is there; no setting is touched"), _identify)
    identify.add_argument("driver", metavar="DRIVER")
    identify.add_argument("address", metavar="ADDRESS")
    add_json(identify)
    read = instruments.add("read", message("read an instrument, into a diagnostic notebook of its own"), _read)
    read.add_argument("driver", metavar="DRIVER")
    read.add_argument("address", metavar="ADDRESS")
    read.add_argument("--count", type=count, default=5, metavar="N", help=say(message("number of replies")))
    read.add_argument("--set", type=setting, action="append", default=[], metavar="NAME=VALUE",
                      help=say(message("a setting of the driver; may be repeated")))  # fmt: skip
    read.add_argument("--reading", metavar="NAME",
                      help=say(message("which reading of the driver; else its first")))  # fmt: skip
    read.add_argument("--into", type=Path, metavar="NOTEBOOK", help=say(message("the notebook to make")))
    read.add_argument("--who", type=written, default="-", metavar="ID", help=say(message("who looks")))
    add_json(read)
    drivers = instruments.add(
        "drivers", message("list the drivers, or check a driver file with its examples and its simulator"), _drivers
    )
    drivers.add_argument("--check", type=Path, metavar="FILE", help=say(message("driver file to check")))
    add_json(drivers)
    _register.add(instruments)
    _at_work.add(instruments)
    _output.add(instruments)


def _identify(asked: Namespace) -> int:
    driver = driver_named(asked.driver)
    found = probe(driver, instrument_at(driver, asked.address).address)
    if asked.json:
        as_json(asdict(found))
    else:
        who = found.identity
        line(message("{maker} {model}, serial number {serial}, firmware {firmware}", maker=who.manufacturer or "-",
                     model=who.model or "-", serial=who.serial or "-", firmware=who.firmware or "-"))  # fmt: skip
    return 0


def _read(asked: Namespace) -> int:
    driver = driver_named(asked.driver)
    settings = known_settings(driver, asked.set)
    into = asked.into or diagnostic_file(this_pc())
    look = read_out(
        instrument_at(driver, asked.address).taking(asked.reading), settings, asked.count, into, who=asked.who,
        clock=SystemClock(), tell=_tell,
    )  # fmt: skip
    if asked.json:
        as_json({
            "notebook": str(into),
            "channels": [msgspec.to_builtins(one) for one in look.channels],
            "replies": [msgspec.to_builtins(one) for one in look.replies],
        })  # fmt: skip
        return 0
    for one in look.replies:
        cells = [
            f"{shown} {channel.unit}" if shown else "-" for shown, channel in zip(one.texts, look.channels, strict=True)
        ]
        text("\t".join([str(one.index), one.status, *cells]))
    line(message("A look only, kept in {path}: it belongs to no comparison and never counts.", path=into))
    return 0


def _tell(sentence: Message) -> None:
    trouble(say(sentence))


def _drivers(asked: Namespace) -> int:
    if asked.check is not None:
        return check_driver(asked.check, json=asked.json)
    known = known_drivers(this_pc())
    if asked.json:
        as_json({
            id: {"version": one.version, "title": one.file.driver.title, "certainty": one.file.driver.certainty,
                 "models": list(one.file.driver.models), "sha256": one.digest, "file": str(one.path)}
            for id, one in known.items()
        })  # fmt: skip
        return 0
    for id, one in sorted(known.items()):
        line(message("{id}: {title}; certainty {certainty}", id=id, title=given(one.file.driver.title),
                     certainty=given(one.file.driver.certainty)))  # fmt: skip
    return 0
