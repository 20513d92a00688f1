"""`labclient simulate`: be instruments, made from their drivers; what is typed, told or ordered changes them."""

import json
import sys
from argparse import SUPPRESS, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from labclient.cli._drivers import driver_named
from labclient.cli._out import as_json, line, text, trouble
from labclient.cli._verbs import Verbs
from labclient.errors import StorageTrouble, WrongUse
from labclient.words import given, message, say

_ORDER = "order"


def add(verbs: Verbs) -> None:
    simulate = verbs.add("simulate", message("simulate instruments, or change what is simulated: --tell"), _run)
    told = message("ids or files of drivers; after --tell, the order in words; or the word order, an address and JSON")
    simulate.add_argument("driver", nargs="*", metavar="DRIVER", help=say(told))
    told = message("tell the simulator with this control address an order in words, such as {example}",
                   example="fault late 3")  # fmt: skip
    simulate.add_argument("--tell", metavar="CONTROL", help=say(told))
    simulate.add_argument("--listen", type=_place, default="tcp://127.0.0.1:0", metavar="PLACE",
                          help=say(message("pty, or tcp://host:port; port 0 takes a free one")))  # fmt: skip
    simulate.add_argument("--world", type=Path, metavar="FILE", help=say(message("artefacts and room, as JSON")))
    simulate.add_argument("--seed", type=int, default=1, metavar="N", help=say(message("seed of the simulated noise")))
    simulate.add_argument(
        "--speed", type=_speed, default=1.0, metavar="X", help=say(message("how much faster than real time"))
    )
    simulate.add_argument("--json", action="store_true", help=say(message("say what happens as JSON, a line each")))
    simulate.add_argument("--silent", action="store_true", help=SUPPRESS)  # for a bundle that plays the demonstration


def _run(asked: Namespace) -> int:
    if asked.tell is not None:
        return _tell(asked)
    if asked.driver[:1] == [_ORDER]:
        return _order(asked.driver[1:])
    return _simulate(asked)


def _simulate(asked: Namespace) -> int:
    from labclient.instruments.simulator import WorldFile, load_world, run

    if not asked.driver:
        raise WrongUse(message("Which instrument? Give the id or the file of a driver."),
                       message("labclient instruments drivers lists them."))  # fmt: skip
    if len(asked.driver) > 1 and not asked.listen.endswith(":0") and asked.listen != "pty":
        raise WrongUse(message("Several instruments cannot share one port."), message("Choose port 0, or pty."))
    world = load_world(asked.world) if asked.world else WorldFile()
    drivers = [driver_named(one) for one in asked.driver]
    if sys.stdin.isatty():  # a program that started it knows
        for driver in drivers:
            title = given(driver.file.driver.title)
            trouble(say(message("Simulated {title}: lives until Ctrl-C or the end of its input.", title=title)))
        trouble(say(message("Orders can be typed here; help lists them.")))
    happened = _silent if asked.silent else _json if asked.json else _words
    try:
        run(drivers, asked.listen, world, seed=asked.seed, speed=asked.speed, happened=happened)
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        raise StorageTrouble(
            message("{place} cannot be listened on: {reason}", place=asked.listen, reason=str(error)),
            message("Choose another port, or port 0 for a free one."),
        ) from error
    return 0


def _json(what: dict[str, Any]) -> None:
    """What happened, as a line on standard output."""
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _silent(_: dict[str, Any]) -> None:
    """Whoever started it sees what happens by other ways."""


def _words(what: dict[str, Any]) -> None:
    """What happened, on standard error: standard output belongs to the addresses."""
    for told in _sentences(what):
        trouble(told)


def _sentences(what: dict[str, Any]) -> list[str]:
    name = what.get("instrument", "")
    match what["event"]:
        case "refused":
            return [str(what["error"])]
        case "help":
            return list(what["lines"])
        case "fault":
            left = what["left"]
            again = message("until it is taken away") if left is None else message("{count} to go", count=left)
            told = message("{name}: {fault} strikes the answer to “{request}” ({again})", name=name,
                           fault=what["fault"], request=what["request"], again=again)  # fmt: skip
        case "unplugged":
            told = message("{name}: the cable is pulled", name=name)
        case "plugged":
            told = message("{name}: the cable is in", name=name)
        case "order":
            told = message("{name}: done: {order}", name=name, order=json.dumps(what["order"], ensure_ascii=False))
        case "client":
            told = message("{name}: {count} connected", name=name, count=what["clients"])
        case _:
            return [json.dumps({key: value for key, value in what.items() if key != "event"}, ensure_ascii=False)]
    return [say(told)]


def _tell(asked: Namespace) -> int:
    from labclient.instruments.simulator import manual, parse

    order = parse(" ".join(asked.driver))
    if "help" in order:
        for one in manual():
            line(one)
        return 0
    answer = _ordered(asked.tell, order)
    if answer or asked.json:
        as_json(answer)
    else:
        text(say(message("Done.")))
    return 0


def _order(rest: list[str]) -> int:
    if len(rest) != 2:
        raise WrongUse(message("An order needs the control address and one JSON text."))
    control, told = rest
    try:
        order = json.loads(told)
    except ValueError as error:
        raise WrongUse(message("The order is not JSON: {reason}", reason=str(error))) from error
    if not isinstance(order, dict) or not order or not all(one.isidentifier() for one in order):
        raise WrongUse(message("An order is a JSON object; its first name is the verb."))
    as_json(_ordered(control, order))
    return 0


def _ordered(control: str, order: dict[str, Any]) -> dict[str, Any]:
    """Give an order to the simulator at a control address. Raises `WrongUse`, `LinkLost`."""
    from labclient.instruments.simulator import Hands

    try:
        _place(control)
    except ArgumentTypeError as error:
        raise WrongUse(message("{reason}", reason=str(error))) from error
    hands = Hands(control)
    try:
        return hands.order(**order)
    finally:
        hands.close()


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
