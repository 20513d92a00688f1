"""GPIB, USB and LAN names read through a driver file: PyVISA-sim's own default devices at the other end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labclient.errors import DriverInvalid
from labclient.instruments import BadReply, Device, NoReply, SettingRefused, load_driver

GENERATOR = """
[driver]
id = "{id}"
version = "1"
title = "{id}"
maker = "PyVISA-sim"
models = ["{id}"]
certainty = "low"
manual = {{ title = "default.yaml of PyVISA-sim" }}

[[connection]]
kind = "gpib"

[[connection]]
kind = "usbtmc"

[[connection]]
kind = "vxi11"

[[connection]]
kind = "socket"

[framing]
send_end = "\\n"
reply_end = "\\n"

[timeouts]
reply_s = 0.3
quiet_s = 0.05

[identify]
{identify}
maker = "PyVISA-sim"
attempts = 1

[resync]
device_clear = {clear}

{more}

[[reading]]
name = "{name}"
mode = "poll"
send = "{ask}"
pattern = '{pattern}'
timeout = {{ base = 1.0 }}
simulate = "{{{name}}}"
simulate_overload = "no"

[[reading.channel]]
name = "{name}"
quantity = "{quantity}"
unit = "{unit}"
group = "value"
resolution = {{ base = 0.01 }}
sentinels = [{{ status = "overload", at_least = 100000 }}]

[simulate]
manufacturer = "PyVISA-sim"
model = ""
serial = ""
firmware = ""

[[simulate.channel]]
name = "{name}"
source = "wire"

[[example]]
reading = "{name}"
reply = "{good}"

[[example]]
reading = "{name}"
reply = "ERROR"
refused = true

[[example]]
reading = "{name}"
reply = "INVALID_COMMAND"
refused = true

[[example]]
reading = "{name}"
reply = "1, Command error"
refused = true

[[example]]
reading = "{name}"
reply = "{over}"
status = "overload"
"""
OLD = {
    "id": "lsg", "name": "frequency", "ask": "?FREQ", "quantity": "frequency", "unit": "Hz",
    "pattern": r"(?P<value>\d+\.\d{2})", "good": "100.00", "over": "900000.00", "clear": "false",
    "identify": "send = '?IDN'\npattern = '(?P<model>LSG) Serial #(?P<serial>\\w+)(?P<firmware>)'\nmodels = 'LSG'\n"
    "simulate = 'LSG Serial #{serial}'",
    "more": "",
}  # fmt: skip
SCPI = {
    "id": "mock", "name": "voltage", "ask": ":VOLT:IMM:AMPL?", "quantity": "voltage", "unit": "V",
    "pattern": r"(?P<value>[+-]\d\.\d{8}E[+-]\d{2})", "good": "+1.00000000E+00", "over": "+9.90000000E+37",
    "clear": "false",
    "identify": "send = '*IDN?'\npattern = 'SCPI,(?P<model>MOCK)(?P<serial>),(?P<firmware>.*)'\nmodels = 'MOCK'\n"
    "simulate = 'SCPI,MOCK,VERSION_1.0'",
    "more": "",
}  # fmt: skip
LEVEL = """
[settings.level]
label = "Level"
kind = "number"
lowest = 0
highest = 100
default = 2

[[setup]]
send = ":VOLT:IMM:AMPL {level}.000"

[errors]
send = ":SYST:ERR?"
pattern = '\\d+, .+'
none = '0, No Error'
simulate = "{error}"
simulate_none = "0, No Error"
simulate_unknown = "1, Command error"
"""


@pytest.fixture
def device(monkeypatch, tmp_path: Path) -> Iterator[Callable[..., Device]]:
    """Devices by resource name, on PyVISA-sim's default instruments in their first state."""
    from pyvisa import ResourceManager

    manager = ResourceManager("@sim")
    monkeypatch.setattr("labclient.instruments._visa._manager", lambda: manager)
    opened: list[Device] = []

    def make(address: str, about: dict[str, str], **settings: str) -> Device:
        path = tmp_path / f"{about['id']}.toml"
        path.write_text(GENERATOR.format(**about), "utf-8")
        opened.append(Device(load_driver(path), address, settings))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
    manager.close()


@pytest.mark.parametrize(
    "address", ["GPIB0::8::INSTR", "USB0::0x1111::0x2222::0x1234::INSTR", "TCPIP0::localhost::INSTR",
                "TCPIP0::localhost::10001::SOCKET"],
)  # fmt: skip
def test_an_instrument_that_speaks_no_scpi(device, address) -> None:
    generator = device(address, OLD)
    assert generator.connect().serial == "1234"
    for _ in range(3):
        reply = generator.poll("frequency")
        assert (reply.raw, reply.values, reply.status) == (b"100.00\n", (100.0,), "ok")


@pytest.mark.parametrize(
    "address", ["GPIB0::9::INSTR", "USB0::0x1111::0x2222::0x2468::INSTR", "TCPIP0::localhost:2222::INSTR"]
)
def test_an_instrument_that_speaks_scpi(device, address) -> None:
    supply = device(address, SCPI)
    assert supply.connect().model == "MOCK"
    assert supply.poll("voltage").texts == ("+1.00000000E+00",)


def test_what_was_set_is_read_and_an_error_in_the_queue_is_told(device) -> None:
    supply = device("GPIB0::4::INSTR", SCPI | {"id": "queue", "more": LEVEL}, level="3")
    supply.connect()
    assert supply.poll("voltage").values == (3.0,)
    with pytest.raises(SettingRefused, match="1, Command error"):
        device("GPIB0::4::INSTR", SCPI | {"id": "queue", "more": LEVEL}, level="9").connect()


def test_an_answer_of_the_wrong_form_is_never_a_value(device) -> None:
    wrong = device("GPIB0::8::INSTR", OLD | {"ask": "?WHAT"})
    wrong.connect()
    with pytest.raises(BadReply, match="ERROR"):
        wrong.poll("frequency")


def test_nothing_is_sent_unasked_on_a_bus(device) -> None:
    stream = OLD | {"more": ""}
    text = GENERATOR.format(**stream)
    text = text.replace("device_clear = false", 'device_clear = false\nstop = ["!OUT 0"]')
    text = text.replace('mode = "poll"\nsend = "?FREQ"', 'mode = "stream"\nstart = [{ send = "!OUT 1" }]')
    generator = device("GPIB0::8::INSTR", OLD)
    generator.driver.path.write_text(text, "utf-8")
    with pytest.raises(DriverInvalid, match="GPIB0::8::INSTR is a gpib connection, where it only answers"):
        Device(load_driver(generator.driver.path), "GPIB0::8::INSTR").start("frequency")


def test_where_nobody_is_there_is_no_answer(device) -> None:
    with pytest.raises(NoReply):
        device("GPIB0::30::INSTR", OLD).connect()
