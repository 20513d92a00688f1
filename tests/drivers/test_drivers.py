"""Every shipped driver file: it loads with its examples, and its simulator answers what its patterns expect."""

from pathlib import Path
from random import Random

import pytest

from labclient.instruments import Device, load_driver
from labclient.instruments.simulator import WorldFile, start_simulator
from labclient.instruments.simulator._talk import Talk
from labclient.instruments.simulator._world import World

FILES = sorted((Path(__file__).parents[2] / "drivers").glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_examples_hold(path) -> None:
    driver = load_driver(path)
    assert len(driver.file.example) >= 5
    assert {example.reading for example in driver.file.example} == set(driver.readings)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_simulated_replies_are_read_as_its_readings(path) -> None:
    driver = load_driver(path)
    random = Random(1)
    talk = Talk(driver, World(WorldFile(), random), random)
    end = driver.file.framing.reply_end
    for exchange in driver.file.setup:
        talk.answer(exchange.send.format(**driver.chosen()), 0.0)
    for name, reading in driver.readings.items():
        rule = driver.rule(name)
        assert rule.read((talk.answer(reading.send, 1.0).text + end).encode()).status == "ok"
        assert rule.read((reading.simulate_overload + end).encode()).status in {"overload", "error"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_connects_to_its_own_simulator(path) -> None:
    driver = load_driver(path)
    serial = driver.file.connection[0].kind == "serial"
    with start_simulator(path, speed=1000.0, serial=serial) as simulated, Device(driver, simulated.address) as device:
        for name in driver.readings:
            assert device.poll(name).status == "ok"
