"""`labclient simulate`: be an instrument, made from its driver; `simulate order` is the hands at its cables."""

import json
import sys
from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from labclient.cli._drivers import driver_named
from labclient.cli._out import as_json, trouble
from labclient.cli._verbs import Verbs
from labclient.errors import StorageTrouble, WrongUse
from labclient.words import message, say

_ORDER = "order"


def add(verbs: Verbs) -> None:
    simulate = verbs.add("simulate", message("simulate an instrument, or change what is simulated: order"), _run)
    simulate.add_argument("driver", metavar="DRIVER", help=say(message("id or file of a driver; or the word order")))
    told = message("after order: the control address, and one order as JSON, such as {example}",
                   example='{"connect": "X", "point": "10V"}')  # fmt: skip
    simulate.add_argument("rest", nargs="*", metavar="CONTROL JSON", help=say(told))
    simulate.add_argument("--listen", type=_place, default="tcp://127.0.0.1:0", metavar="PLACE",
                          help=say(message("pty, or tcp://host:port; port 0 takes a free one")))  # fmt: skip
    simulate.add_argument("--world", type=Path, metavar="FILE", help=say(message("artefacts and room, as JSON")))
    simulate.add_argument("--seed", type=int, default=1, metavar="N", help=say(message("seed of the simulated noise")))
    simulate.add_argument(
        "--speed", type=_speed, default=1.0, metavar="X", help=say(message("how much faster than real time"))
    )


def _run(asked: Namespace) -> int:
    return _order(asked.rest) if asked.driver == _ORDER else _simulate(asked)


def _simulate(asked: Namespace) -> int:
    from labclient.instruments.simulator import WorldFile, load_world, run

    if asked.rest:
        raise WrongUse(message("A driver takes nothing behind it."), message("Orders: labclient simulate order …"))
    world = load_world(asked.world) if asked.world else WorldFile()
    driver = driver_named(asked.driver)
    if sys.stdin.isatty():  # a program that started it knows
        title = driver.file.driver.title
        trouble(say(message("Simulated {title}: lives until Ctrl-C or the end of its input.", title=title)))
    try:
        run(driver, asked.listen, world, seed=asked.seed, speed=asked.speed)
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise StorageTrouble(
            message("{place} cannot be listened on: {reason}", place=asked.listen, reason=str(error)),
            message("Choose another port, or port 0 for a free one."),
        ) from error
    return 0


def _order(rest: list[str]) -> int:
    from labclient.instruments.simulator import Hands

    if len(rest) != 2:
        raise WrongUse(message("An order needs the control address and one JSON text."))
    control, told = rest
    try:
        _place(control)
    except ArgumentTypeError as error:
        raise WrongUse(message("{reason}", reason=str(error))) from error
    try:
        order = json.loads(told)
    except ValueError as error:
        raise WrongUse(message("The order is not JSON: {reason}", reason=str(error))) from error
    if not isinstance(order, dict) or not order or not all(one.isidentifier() for one in order):
        raise WrongUse(message("An order is a JSON object; its first name is the verb."))
    hands = Hands(control)
    try:
        as_json(hands.order(**order))
    finally:
        hands.close()
    return 0


def _place(given: str) -> str:
    _, _, port = given.removeprefix("tcp://").rpartition(":")
    if given == "pty" or (given.startswith("tcp://") and port.isascii() and port.isdigit() and int(port[:6]) < 65536):
        return given
    raise ArgumentTypeError(say(message("“{text}” is neither pty nor tcp://host:port", text=given)))


def _speed(given: str) -> float:
    try:
        speed = float(given)
    except ValueError:
        speed = 0.0
    if not 0.001 <= speed <= 1e6:
        raise ArgumentTypeError(say(message("“{text}” is not a speed above zero", text=given)))
    return speed
