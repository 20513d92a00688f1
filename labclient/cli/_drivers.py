"""Drivers and addresses as they are named on the command line; a driver file checked there."""

from argparse import ArgumentTypeError
from pathlib import Path

from labclient.cli._out import as_json, line
from labclient.errors import WrongUse
from labclient.home import this_pc
from labclient.instruments import Driver, load_driver
from labclient.participation import Instrument, address_for, known_drivers, may_touch
from labclient.words import message, say


def driver_named(given: str) -> Driver:
    """The driver of an id, or in a file. Raises `WrongUse`, `DriverInvalid`."""
    if given.endswith(".toml"):
        return load_driver(Path(given))
    known = known_drivers(this_pc())
    if given not in known:
        raise WrongUse(
            message("There is no driver “{id}”. Known: {known}.", id=given, known=", ".join(sorted(known))),
            message("Give an id, or a file that ends in .toml."),
        )
    return known[given]


def instrument_at(driver: Driver, given: str) -> Instrument:
    """An instrument that is in no register. Raises `GateClosed` for an address that is never touched."""
    may_touch(this_pc(), address_for(driver, given))
    return Instrument(driver.id, driver, address_for(driver, given), None)


def setting(given: str) -> tuple[str, str]:
    """`name=value`."""
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise ArgumentTypeError(say(message("“{text}” is not name=value", text=given)))
    return name, value


def known_settings(driver: Driver, given: list[tuple[str, str]]) -> dict[str, str]:
    """The settings asked for; raises `WrongUse` for one the driver does not have."""
    for name, _ in given:
        if name not in driver.settings:
            raise WrongUse(
                message("“{name}” is not a setting. Known: {known}.", name=name, known=", ".join(driver.settings))
            )
    return driver.chosen(dict(given)) if given else {}


def check_driver(file: Path, *, json: bool) -> int:
    """Load a file with its examples, and rehearse it on its own simulator; 1 when a step fails. Raises `DriverInvalid`
    for a file that is no driver, `LinkLost` when its simulator does not start."""
    from labclient.instruments.simulator import rehearse

    driver = load_driver(file)
    held = message("{file} holds: driver {id}, version {version}, {count} examples read as they say.",
                   file=file, id=driver.id, version=driver.version, count=len(driver.file.example))  # fmt: skip
    steps = []
    if not json:
        line(held)
    for step in rehearse(driver):
        steps.append(step)
        if json:
            continue
        told = message("{name}: {told}", name=step.name, told=step.told)
        if step.ok:
            line(message("  passed  {told}", told=told))
        else:
            line(message("  FAILED  {file}, line {line}, {field}: {why}", file=file.name, line=step.line,
                         field=step.field, why=told))  # fmt: skip
    failed = sum(not step.ok for step in steps)
    if json:
        as_json({
            "driver": driver.id, "version": driver.version, "sha256": driver.digest, "ok": not failed,
            "examples": len(driver.file.example),
            "steps": [{"name": say(one.name), "ok": one.ok, "told": say(one.told), "field": one.field, "line": one.line}
                      for one in steps],
        })  # fmt: skip
    elif failed:
        line(message("{failed} of {count} steps failed on its own simulator.", failed=failed, count=len(steps)))
    else:
        line(message("All {count} steps passed on its own simulator: the file agrees with itself. Whether it agrees"
                     " with the instrument, only the instrument can tell.", count=len(steps)))  # fmt: skip
    return 1 if failed else 0
