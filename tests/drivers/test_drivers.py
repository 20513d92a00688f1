"""Every shipped driver file: it loads with its examples, and its simulator answers what its patterns expect."""

from pathlib import Path
from random import Random

import pytest

from labclient.instruments import BadReply, Device, load_driver
from labclient.instruments._schema import Reading
from labclient.instruments._settings import fill
from labclient.instruments.simulator import WorldFile, start_simulator
from labclient.instruments.simulator._talk import Talk
from labclient.instruments.simulator._world import World

from .test_matrix import VARIABLE

FILES = sorted((Path(__file__).parents[2] / "drivers").glob("*.toml"))
WITHOUT_VALUE = {"overload", "underload", "error", "busy"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_examples_hold(path) -> None:
    driver = load_driver(path)
    assert len(driver.file.example) >= 5
    assert {example.reading for example in driver.file.example} == set(driver.readings)
    for name, reading in driver.readings.items():
        good = [one for one in driver.file.example if one.reading == name and not one.refused]
        assert len(good) >= (2 if reading.mode == "stream" else 1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_simulated_replies_are_read_as_its_readings(path) -> None:
    driver = load_driver(path)
    random = Random(1)
    talk = Talk(driver, World(WorldFile(), random), random)
    framing = driver.file.framing

    def told(*requests: str) -> bytes:
        replies = (talk.answer(fill(request, driver.chosen()), 1.0).text or "" for request in requests)
        return "".join(reply + framing.reply_end for reply in replies).encode(framing.encoding)

    told(*(exchange.send for exchange in driver.file.setup))

    def line(reading: Reading) -> bytes:
        if reading.mode == "poll":
            return told(reading.send, *reading.then)
        return ((talk.pushed(1.0).text or "") + framing.reply_end).encode(framing.encoding)

    for name, reading in driver.readings.items():
        rule = driver.rule(name)
        told(*(exchange.send for exchange in reading.start))
        assert rule.read(line(reading)).status in {"ok", "underload"}, "nothing is wired yet"
        talk.overloaded = 1
        try:
            assert rule.read(line(reading)).status in WITHOUT_VALUE
        except BadReply:
            assert not any(s.status == "overload" for c in reading.channel for s in c.sentinels), "it knows overloads"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_connects_to_its_own_simulator(path) -> None:
    driver = load_driver(path)
    serial = driver.file.connection[0].kind == "serial"
    with start_simulator(path, speed=1000.0, serial=serial) as simulated, Device(driver, simulated.address) as device:
        simulated.hands.wire(0.09)
        for name in driver.readings:
            assert first(device, name) == "ok"


def first(device: Device, name: str) -> str:
    """The status of the first reading."""
    if not device.streams(name):
        return device.poll(name).status
    device.start(name)
    while (lines := device.receive(0.1)) is None:
        pass
    device.stop()
    return lines.status[0]


def test_the_page_shows_a_shipped_file_and_lists_every_family_with_its_certainty() -> None:
    page = (Path(__file__).parents[2] / "docs" / "drivers.md").read_text("utf-8")
    assert next(path for path in FILES if path.stem == "mettler-mt-sics").read_text("utf-8") in page
    for path in FILES:
        driver = load_driver(path)
        row = next(line for line in page.splitlines() if line.startswith(f"| `{driver.id}` |"))
        assert [cell.strip() for cell in row.split("|")][5] == driver.file.driver.certainty
        assert ("| not seen |" in row) == (driver.id in VARIABLE)
        assert driver.file.driver.tried_on or "**No shipped driver was tried on a real unit yet.**" in page
