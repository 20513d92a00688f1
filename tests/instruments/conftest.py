"""Drivers with short waits, simulators as child processes, and devices on real links."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from labclient.instruments import Device, Driver, load_driver
from labclient.instruments.simulator import Simulated, start_simulator

DRIVERS = Path(__file__).parents[2] / "drivers"
MULTIMETER, BAROMETER = "keysight-344xx", "vaisala-ptu300"
QUICKER = (
    ("base = 2.0", "base = 0.2"),
    ("reply_s = 3.0", "reply_s = 1.0"),
    ("quiet_s = 0.15", "quiet_s = 0.05"),
    ("quiet_s = 0.2", "quiet_s = 0.05"),
    ("drain_s = 5.0", "drain_s = 0.5"),
)
READING = {MULTIMETER: "voltage", BAROMETER: "climate"}


@pytest.fixture
def hasty(tmp_path: Path) -> Callable[[str], Driver]:
    """The shipped driver of that id with short waits, so that a time-out is a matter of tenths."""

    def load(name: str) -> Driver:
        text = (DRIVERS / f"{name}.toml").read_text("utf-8")
        for slow, quick in QUICKER:
            text = text.replace(slow, quick)
        path = tmp_path / f"{name}.toml"
        path.write_text(text, "utf-8")
        return load_driver(path)

    return load


@pytest.fixture(scope="session")
def running() -> Iterator[Callable[..., Simulated]]:
    """Simulators that live as long as the tests, started when first asked for."""
    started: dict[tuple[object, ...], Simulated] = {}
    with ExitStack() as stack:

        def start(name: str, **how: object) -> Simulated:
            key = (name, *sorted(how.items()))
            if key not in started:
                path = DRIVERS / f"{name}.toml"
                started[key] = stack.enter_context(start_simulator(path, speed=1000.0, **how))
            return started[key]

        yield start


@pytest.fixture
def simulate(running) -> Callable[..., Simulated]:
    """A simulator that is as at its start."""

    def fresh(name: str, **how: object) -> Simulated:
        simulated = running(name, **how)
        simulated.hands.reset()
        return simulated

    return fresh


@pytest.fixture
def devices() -> Iterator[Callable[..., Device]]:
    """Devices that are closed with the test."""
    with ExitStack() as stack:

        def make(*arguments: object, **more: object) -> Device:
            device = Device(*arguments, **more)
            stack.callback(device.close)
            return device

        yield make


@pytest.fixture
def meter(hasty, simulate, devices) -> tuple[Device, Simulated]:
    """A connected multimeter with 10.0000123 V at its terminals."""
    simulated = simulate(MULTIMETER)
    simulated.hands.wire(10.0000123)
    device = devices(hasty(MULTIMETER), simulated.address)
    device.connect()
    return device, simulated


@pytest.fixture
def barometer(hasty, simulate, devices) -> tuple[Device, Simulated]:
    """A connected barometer on a serial link."""
    simulated = simulate(BAROMETER, serial=True)
    device = devices(hasty(BAROMETER), simulated.address)
    device.connect()
    return device, simulated
