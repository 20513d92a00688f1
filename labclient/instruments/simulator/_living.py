"""Simulated instruments that live until they are told to stop, or until standard input ends; lines typed there are
orders."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

from labclient.errors import Trouble, WrongUse
from labclient.instruments._driver import Driver
from labclient.instruments.simulator._orders import Order, manual, parse
from labclient.instruments.simulator._server import Simulator
from labclient.instruments.simulator._world import WorldFile
from labclient.words import message, say

Happened = Callable[[dict[str, Any]], object]


def run(
    drivers: Sequence[Driver],
    listen: str,
    world: WorldFile,
    *,
    seed: int = 1,
    speed: float = 1.0,
    control_port: int = 0,
    happened: Happened = lambda _: None,
) -> None:
    """Be these instruments until standard input ends or all were told to stop. `listen` is `tcp://host:port` (port 0
    chooses one) or `pty`; one JSON line an instrument with both its addresses goes to standard output when it is ready.
    `happened` gets what happens then; each has the `instrument` it happens to. Raises OSError for a port that cannot be
    had."""
    asyncio.run(_live(_named(drivers), listen, world, seed, speed, control_port, happened))


def address(line: str, names: Sequence[str]) -> tuple[str, Order]:
    """The instrument that a typed line is for, and the order; raises `WrongUse`. Its name comes first where there are
    several."""
    if len(names) == 1:
        return names[0], parse(line.removeprefix(f"{names[0]} "))
    name, _, words = line.partition(" ")
    if name not in names:
        raise WrongUse(
            message("Begin with the instrument: {known}.", known=", ".join(names)),
            message("For example: {example}", example=f"{names[0]} fault late"),
        )
    return name, parse(words)


def _named(drivers: Sequence[Driver]) -> dict[str, Driver]:
    """Each by its driver's id; a second one of it is `id-2`."""
    named: dict[str, Driver] = {}
    for driver in drivers:
        alike = sum(one.id == driver.id for one in named.values())
        named[f"{driver.id}-{alike + 1}" if alike else driver.id] = driver
    return named


async def _live(
    named: dict[str, Driver], listen: str, world: WorldFile, seed: int, speed: float, control_port: int, tell: Happened
) -> None:
    loop = asyncio.get_running_loop()
    ending = asyncio.Event()
    simulators = {
        name: Simulator(driver, listen, world, seed + number, speed, _teller(tell, name))
        for number, (name, driver) in enumerate(named.items())
    }

    async def typed(line: str) -> None:
        try:
            name, order = address(line, list(simulators))
            if "help" in order:
                tell({"event": "help", "instrument": name, "lines": [say(one) for one in manual()]})
                return
            told = await simulators[name].obey(order)
            if told:
                tell({"event": "answer", "instrument": name, **told})
        except Trouble as trouble:
            tell({"event": "refused", "typed": line, "error": trouble.tell()})
        except (ValueError, TypeError) as trouble:
            tell({"event": "refused", "typed": line, "error": str(trouble)})

    def listening() -> None:
        with suppress(RuntimeError):  # the loop may have ended first
            for line in _typed_lines():
                asyncio.run_coroutine_threadsafe(typed(line), loop)
            loop.call_soon_threadsafe(ending.set)

    Thread(target=listening, daemon=True).start()
    lives = (one.run(control_port, _ready(name, len(simulators) > 1)) for name, one in simulators.items())

    async def end() -> None:
        await ending.wait()
        for one in simulators.values():
            one.stop()

    waiting = asyncio.create_task(end())
    try:
        await asyncio.gather(*lives)
    finally:
        waiting.cancel()


def _typed_lines() -> Iterator[str]:
    """The lines of standard input until it ends. They are read below Python's own buffer: a thread that waits in there
    would not let the program end."""
    rest = b""
    while chunk := os.read(sys.stdin.fileno(), 4096):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (text for line in lines if (text := line.decode("utf-8", "replace").strip()))


def _teller(tell: Happened, name: str) -> Happened:
    return lambda what: tell({**what, "instrument": name})


def _ready(name: str, several: bool) -> Happened:
    def ready(where: dict[str, Any]) -> None:
        said = {**where, "instrument": name} if several else where
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()

    return ready
