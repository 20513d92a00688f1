"""The simulated bench: two instruments as processes of their own, and the hands that move the cables."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from labclient.clock import SimulatedClock
from labclient.home import Home, shipped
from labclient.instruments import BenchInstrument, load_bench, save_bench
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.plan import Point, Step

METER, ROOM = "meter", "room"
_DRIVERS = {METER: "keysight-344xx", ROOM: "vaisala-ptu300"}
_SERIALS = {METER: "MY00000001", ROOM: "K0000001"}
_PULLED_S = 1.5  # real seconds


class SimulatedBench(Struct, frozen=True):
    """Both simulators; their time runs with the clock."""

    meter: Simulated
    room: Simulated
    clock: SimulatedClock

    def skip(self, seconds: float) -> None:
        """Let the same time pass for everybody."""
        for one in (self.meter, self.room):
            one.hands.skip(seconds)
        self.clock.skip(seconds)


class SimulatedHands:
    """The person at the terminals. `loose` spoils the connection."""

    def __init__(self, bench: SimulatedBench) -> None:
        self.loose = False
        self._bench = bench
        self._pull_in = 0

    def pull_in(self, steps: int) -> None:
        """Pull the meter's cable after so many steps, and put it back a moment later."""
        self._pull_in = steps

    def connect(self, step: Step, point: Point) -> None:
        output = f"{point.id}-loose" if self.loose else point.id
        self._bench.meter.hands.connect(step.role, output, step.direction == "-")
        self._pull_in -= 1
        if self._pull_in == 0:
            self._bench.meter.hands.unplug(_PULLED_S)


@contextmanager
def simulated_bench(home: Home, clock: SimulatedClock, seed: int) -> Iterator[SimulatedBench]:
    """Start both instruments and enter them into the register of `home`."""
    with _started(METER, "tcp://127.0.0.1:0", seed, clock) as meter:
        line = "pty" if os.name == "posix" else "tcp://127.0.0.1:0"
        with _started(ROOM, line, seed + 1, clock) as room:
            bench = load_bench(home.bench)
            for id, one in ((METER, meter), (ROOM, room)):
                new = BenchInstrument(id=id, name=id, serial=_SERIALS[id], driver=_DRIVERS[id])
                bench = bench.with_instrument(replace(bench.find(id) or new, address=one.address))
            save_bench(home.bench, bench)
            yield SimulatedBench(meter, room, clock)


def _started(id: str, listen: str, seed: int, clock: SimulatedClock) -> AbstractContextManager[Simulated]:
    return start_simulator(
        shipped("drivers", f"{_DRIVERS[id]}.toml"),
        listen=listen,
        world=shipped("resources", "examples", "world.json"),
        seed=seed,
        speed=clock.speed,
        serial=id == ROOM,
    )


def example(name: str) -> Path:
    """A file of the example comparison."""
    return shipped("resources", "examples", name)
