"""Readings that an instrument sends by itself: framing, rules, start and stop."""

import re
from collections.abc import Callable, Iterator
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.clock import SystemClock
from labclient.errors import DriverInvalid, LinkLost, WrongInstrument
from labclient.instruments import BadReply, Device, Driver, NeedsResync, NoReply, Overrun, Sending, load_driver
from labclient.instruments._readings import Push
from labclient.instruments._schema import WITHOUT_VALUE
from labclient.instruments._stream import LineReader
from labclient.instruments.simulator import Simulated

from .conftest import DRIVERS

THERMOMETER, BALANCE, BAROMETER, CHANNELS = "fluke-1502a", "mettler-mt-sics", "vaisala-ptu300", "fluke-1529"
STREAMS = {
    path.stem: (driver, name)
    for path in sorted(DRIVERS.glob("*.toml"))
    for driver in [load_driver(path)]
    for name, reading in driver.readings.items()
    if reading.mode == "stream"
}
RULES = {name: driver.rule(reading) for name, (driver, reading) in STREAMS.items()}
QUICKER = (("reply_s = 3.0", "reply_s = 1.0"), ("quiet_s = 0.3", "quiet_s = 0.05"), ("quiet_s = 0.2", "quiet_s = 0.05"))


class Chunks:
    """A link that gives what it was given, chunk by chunk, and then nothing."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)

    def receive(self, timeout_s: float) -> bytes:
        return self.chunks.pop(0) if self.chunks else b""


def reader(name: str, *chunks: bytes, unread_s: float = 60.0) -> LineReader:
    driver, reading = STREAMS[name]
    return LineReader(Chunks(*chunks), Push(driver, reading, driver.chosen()), unread_s, SystemClock())


def texts(lines: LineReader, looks: int) -> list[str]:
    found = [lines.read(0.0) for _ in range(looks)]
    return [text for one in found if one is not None for text in one.texts[0]]


@given(st.data())
def test_lines_are_the_same_wherever_they_are_cut(data) -> None:
    said = [f"{data.draw(st.integers(-99999, 99999)) / 1000:.3f}" for _ in range(data.draw(st.integers(1, 6)))]
    whole = "".join(f"t: {text:>8} C\r\n" for text in said).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    chunks = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert texts(reader(THERMOMETER, *chunks), len(chunks)) == said


def test_the_lines_before_a_bad_one_are_given_and_none_behind_it() -> None:
    lines = reader(THERMOMETER, b"t:   25.587 C\r\nt:   25.588 C\r\nt:   25.5\r\nt:   25.590 C\r\nt:")
    assert lines.read(0.0).texts == [["25.587", "25.588"]]
    for _ in range(2):
        with pytest.raises(BadReply) as trouble:
            lines.read(0.0)
    assert trouble.value.raw == b"t:   25.5\r\nt:   25.590 C\r\nt:"


def test_a_line_without_end_is_cut_off() -> None:
    with pytest.raises(BadReply, match="longer than 512 bytes"):
        reader(THERMOMETER, b"t" * 600).read(0.0)


def test_each_line_keeps_its_bytes_status_and_values() -> None:
    lines = reader(BALANCE, b"S S     100.0000 g\r\nS D      99.9987 g\r\nS +\r\n").read(0.0)
    assert lines.status == ["ok", "unstable", "overload"]
    assert lines.texts == [["100.0000", "99.9987", ""]]
    assert lines.raws == [b"S S     100.0000 g\r\n", b"S D      99.9987 g\r\n", b"S +\r\n"]
    assert lines.values[0][:2] == [100.0, 99.9987]
    assert isnan(lines.values[0][2])
    assert len(set(lines.t_ns)) == 1


def test_what_lay_unread_too_long_is_an_overrun(monkeypatch) -> None:
    now = [0]
    monkeypatch.setattr("labclient.instruments._stream.elapsed_ns", lambda: now[0])
    lines = reader(THERMOMETER, b"t:   25.587 C\r\n", b"t:   25.588 C\r\n", unread_s=1.0)
    now[0] = 900_000_000
    assert lines.read(0.0).texts == [["25.587"]]
    now[0] += 1_100_000_000
    with pytest.raises(Overrun, match=r"lay unread for 1\.1 s"):
        lines.read(0.0)


def test_a_line_that_does_not_come_is_told_also_when_a_later_one_does(monkeypatch) -> None:
    now = [0]
    monkeypatch.setattr("labclient.instruments._stream.elapsed_ns", lambda: now[0])
    lines = reader(THERMOMETER, b"t:   25.587 C\r\n", b"t:   25.58", b"9 C\r\n")
    assert lines.read(0.1) is not None
    now[0] = 1_800_000_000
    assert lines.read(0.1) is None
    now[0] = 2_000_000_000
    with pytest.raises(NoReply, match=r"no line for 1\.9 s") as trouble:
        lines.read(0.1)
    assert trouble.value.raw == b"t:   25.589 C\r\n"


def test_lines_of_another_channel_are_passed_over_and_nothing_else() -> None:
    mine, other = b"1 25.5871 C 14:05:35 09-15-2000\r\n", b"3 ........ C 14:05:35 09-15-2000\r\n"
    assert reader(CHANNELS, other + mine + other).read(0.0).texts == [["25.5871"]]
    assert reader(CHANNELS, other).read(0.0) is None
    with pytest.raises(BadReply):
        reader(CHANNELS, b"3 30.1 C 14:05\r\n").read(0.0)


@pytest.mark.parametrize("name", sorted(STREAMS))
@given(raw=st.binary(max_size=60))
def test_arbitrary_bytes_are_never_a_value(name, raw) -> None:
    lines = reader(name, raw + b"\r\n")
    with pytest.raises(BadReply):
        lines.read(0.0)


@pytest.mark.parametrize("name", sorted(STREAMS))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_full_match_is_exactly_the_numbers_it_spells(name, data) -> None:
    driver, reading = STREAMS[name]
    rule, declared = RULES[name], driver.readings[reading]
    line = data.draw(st.from_regex(re.compile(declared.pattern, re.ASCII), fullmatch=True))
    try:
        reply = rule.read((line + "\r\n").encode("ascii", "replace"))
    except BadReply:
        return
    for text, value in zip(reply.texts, reply.values, strict=True):
        assert text in line
        assert (reply.status not in {"ok", *WITHOUT_VALUE}) or isnan(value) or value == float(text)
    if reply.status == "ok":
        assert reply.values == tuple(map(float, reply.texts))


# -- with a simulated instrument at the other end ----------------------------------------------------------------------


@pytest.fixture
def quick(tmp_path: Path) -> Callable[..., Driver]:
    """A shipped driver with short waits and with what a test wants otherwise."""

    def load(name: str, *changes: tuple[str, str]) -> Driver:
        text = (DRIVERS / f"{name}.toml").read_text("utf-8")
        for old, new in (*QUICKER, *changes):
            text = text.replace(old, new)
        path = tmp_path / f"{name}.toml"
        path.write_text(text, "utf-8")
        return load_driver(path)

    return load


@pytest.fixture
def thermometer(quick, simulate, devices) -> tuple[Device, Simulated]:
    simulated = simulate(THERMOMETER, serial=True)
    simulated.hands.wire(25.0)
    device = devices(quick(THERMOMETER), simulated.address, {"period": 60})
    device.connect()
    return device, simulated


def taken(device: Device, count: int) -> Iterator[float]:
    while count > 0:
        if (lines := device.receive(0.1)) is not None:
            yield from lines.values[0][:count]
            count -= len(lines)


def test_it_is_started_taken_and_stopped(thermometer) -> None:
    device, simulated = thermometer
    for _ in range(2):
        device.start("temperature-stream")
        assert device.sending
        assert not device.needs_resync
        assert list(taken(device, 3)) == pytest.approx([25.0] * 3, abs=0.1)
        device.stop()
        assert not device.sending
    assert device.poll("temperature").values == pytest.approx([25.0], abs=0.1)
    assert [line.data for line in device.transcript if line.direction == ">"][-2:] == [b"SA=60\r\n", b"SA=0\r\n"]
    assert simulated.hands.status()["state"]["period"] == "60"


def test_what_is_set_at_the_start_is_read_back(quick, simulate, devices) -> None:
    device = devices(quick(BAROMETER), simulate(BAROMETER, serial=True).address, {"period": 240})
    device.connect()
    device.start("climate-stream")
    assert device.snapshot()["read_back"] == {"period": "240"}
    while (lines := device.receive(0.1)) is None:
        pass
    assert len(lines.texts) == 3
    device.stop()


def test_nothing_is_asked_while_it_sends(thermometer) -> None:
    device, _ = thermometer
    device.start("temperature-stream")
    with pytest.raises(Sending):
        device.poll("temperature")
    with pytest.raises(Sending):
        device.start("temperature-stream")
    assert list(taken(device, 1)) == pytest.approx([25.0], abs=0.1)
    device.stop()
    assert device.poll("temperature").status == "ok"


def test_what_comes_between_two_streams_belongs_to_none(thermometer) -> None:
    device, simulated = thermometer
    simulated.hands.say("t:   99.999 C")
    device.start("temperature-stream")
    assert list(taken(device, 2)) == pytest.approx([25.0, 25.0], abs=0.1)


@pytest.mark.parametrize("fault", ["truncated", "garbage", "cut", "wrong_terminator", "echo", "unit"])
def test_after_a_spoilt_line_nothing_comes_before_a_resynchronisation(thermometer, fault) -> None:
    device, simulated = thermometer
    device.start("temperature-stream")
    next(taken(device, 1))
    simulated.hands.fault(fault)
    with pytest.raises((BadReply, NoReply)):
        list(taken(device, 3000))
    assert device.needs_resync
    for step in (
        lambda: device.receive(0.0),
        lambda: device.poll("temperature"),
        lambda: device.start("temperature-stream"),
    ):
        with pytest.raises(NeedsResync):
            step()
    device.resync()
    device.start("temperature-stream")
    assert list(taken(device, 2)) == pytest.approx([25.0, 25.0], abs=0.1)


def test_an_instrument_that_does_not_stop_is_told(quick, simulate, devices) -> None:
    simulated = simulate(THERMOMETER, serial=True)
    silent = ('stop = [{ send = "SA=0" }]', 'stop = [{ send = "H" }]')
    device = devices(
        quick(THERMOMETER, silent, ("quiet_s = 0.05", "quiet_s = 1"), ("drain_s = 5.0", "drain_s = 0.1")),
        simulated.address,
        {"period": 5},
    )
    device.connect()
    device.start("temperature-stream")
    with pytest.raises(NoReply, match="does not stop sending"):
        device.stop()
    assert device.needs_resync
    device.resync()  # which knows how to stop it
    assert device.poll("temperature").status == "ok"


def test_closing_stops_the_stream_whatever_happened(thermometer) -> None:
    device, simulated = thermometer
    device.start("temperature-stream")
    simulated.hands.fault("garbage")
    with pytest.raises(BadReply):
        list(taken(device, 100))
    device.close()
    assert [line.data for line in device.transcript if line.direction == ">"][-1] == b"SA=0\r\n"
    device.connect()
    assert device.poll("temperature").status == "ok"


def test_an_instrument_that_somebody_left_sending_is_connected(quick, simulate, devices) -> None:
    simulated = simulate(BALANCE, serial=True)
    simulated.hands.wire(100.0)
    first = devices(quick(BALANCE), simulated.address)
    first.connect()
    first.start("mass-stream")
    first._dialogue.link.close()  # the program dies
    second = devices(quick(BALANCE), simulated.address)
    second.connect()
    assert second.poll("mass").values == pytest.approx([100.0], abs=0.01)


def test_the_cable_is_pulled_and_another_unit_stands_there(thermometer) -> None:
    device, simulated = thermometer
    device.start("temperature-stream")
    simulated.hands.unplug()
    with pytest.raises(LinkLost):
        list(taken(device, 100))
    simulated.hands.replug()
    device.connect()
    device.start("temperature-stream")
    simulated.hands.unplug()
    simulated.hands.serial("6A9999")
    simulated.hands.replug()
    with pytest.raises(LinkLost):
        list(taken(device, 100))
    with pytest.raises(WrongInstrument, match="6A9999 answers, 6A0001 is expected"):
        device.connect()


def test_a_polled_reading_is_not_started_and_a_stream_not_asked(thermometer) -> None:
    device, _ = thermometer
    assert (device.streams("temperature"), device.streams("temperature-stream")) == (False, True)
    with pytest.raises(DriverInvalid, match="does not send it"):
        device.start("temperature")
    with pytest.raises(DriverInvalid, match="not asked for"):
        device.poll("temperature-stream")
    with pytest.raises(DriverInvalid, match="Known: temperature, temperature-stream"):
        device.start("humidity")
    device.stop()  # nothing to stop


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('start = [{ send = "ST=OFF" }, { send = "SA={period}" }]', "start = []", "needs what begins it"),
        ('stop = ["SA=0"]', "stop = []", "resync.stop: What ends a stream"),
        ('mode = "stream"', 'mode = "stream"\nsend = "T"', "is not asked"),
        ('mode = "poll"', 'mode = "poll"\nskip = "x"', "Only a stream has"),
        ('kind = "serial"', 'kind = "gpib"', "needs a serial line or a network socket"),
        ('send = "SA={period}"', 'send = "SA={pace}"', "“pace” is not a setting"),
        ('mode = "stream"', 'mode = "stream"\nskip = "("', "skip: This pattern is not a regular expression"),
        ('{ send = "ST=OFF" }', '{ send = "ST=OFF", pattern = "(?P<what>.)" }', "“what” is not a setting"),
        ('send = "T"\n', "", "The field “send” is missing"),
    ],
)
def test_a_driver_that_contradicts_itself_is_refused(quick, old, new, says) -> None:
    with pytest.raises(DriverInvalid, match=re.escape(says)):
        quick(THERMOMETER, (old, new))
