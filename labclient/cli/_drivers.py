"""Drivers and addresses as they are named on the command line."""

from argparse import ArgumentTypeError
from pathlib import Path

from labclient.errors import WrongUse
from labclient.home import this_pc
from labclient.instruments import Driver, load_driver
from labclient.participation import Instrument, address_for, known_drivers
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
    """An instrument that is in no register."""
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
