"""A reading of several questions, an identity of several questions, and what a reply has to say of its settings."""

from pathlib import Path

import pytest

from labclient.errors import DriverInvalid, WrongInstrument
from labclient.instruments import BadReply, Device, load_driver
from labclient.instruments.simulator import start_simulator

from .conftest import DRIVERS

PRESSURE, BALANCE, THERMOMETER, VOLTMETER = "druck-pace", "sartorius-sbi", "fluke-1529", "keysight-3458a"


@pytest.fixture(scope="module")
def pace():
    with start_simulator(DRIVERS / f"{PRESSURE}.toml", speed=1000.0) as simulated:
        yield simulated


def test_all_answers_of_a_reading_are_kept_and_read_again_years_later(pace) -> None:
    driver = load_driver(DRIVERS / f"{PRESSURE}.toml")
    pace.hands.wire(101.325)
    with Device(driver, pace.address) as device:
        reply = device.poll("pressure")
        assert reply.raw.startswith(b":SENS:PRES 101.3")
        assert reply.raw.endswith(b"\n:UNIT:PRES KPA\n")
        assert driver.rule("pressure").read(reply.raw).values == reply.values


def test_a_unit_asked_with_each_reading_refuses_a_change_at_the_front_panel(pace) -> None:
    with Device(load_driver(DRIVERS / f"{PRESSURE}.toml"), pace.address) as device:
        pace.hands.set(pressure_unit="PSI")
        with pytest.raises(BadReply, match="“PSI”, not in kPa"):
            device.poll("pressure")
        assert device.needs_resync
        pace.hands.set(pressure_unit="KPA")
        device.resync()
        assert device.poll("pressure").status == "ok"


def test_a_fault_of_a_further_answer_is_no_value(pace) -> None:
    with Device(load_driver(DRIVERS / f"{PRESSURE}.toml"), pace.address) as device:
        pace.hands.fault("garbage", 2)
        with pytest.raises(BadReply):
            device.poll("pressure")
        device.resync()
        assert device.poll("pressure").status == "ok"


def test_model_and_serial_number_may_be_asked_one_by_one() -> None:
    path = DRIVERS / f"{BALANCE}.toml"
    with start_simulator(path, speed=1000.0, serial=True) as simulated:
        identity = Device(load_driver(path), simulated.address).identify()
        assert (identity.model, identity.serial) == ("BCE224I-1SKR", "0040000001")
        with pytest.raises(WrongInstrument, match="0040000001 answers, 17 is expected"):
            Device(load_driver(path), simulated.address, expected_serial="17").identify()


def test_an_instrument_that_does_not_tell_its_serial_number_is_taken_for_the_registered_one() -> None:
    path = DRIVERS / f"{VOLTMETER}.toml"
    with (
        start_simulator(path, speed=1000.0) as simulated,
        Device(load_driver(path), simulated.address, expected_serial="MY45000001") as device,
    ):
        assert device.identity.serial == ""
        device.resync()
        assert device.snapshot()["identity"]["serial"] == ""


def test_a_simulated_instrument_stands_in_on_this_pc_only() -> None:
    driver = load_driver(DRIVERS / f"{VOLTMETER}.toml")
    Device(driver, "TCPIP0::127.0.0.1::5000::SOCKET")
    Device(driver, "socket://127.0.0.1:5000")
    Device(driver, "GPIB0::22::INSTR")
    with pytest.raises(DriverInvalid, match="socket connection; this driver knows gpib"):
        Device(driver, "TCPIP0::192.0.2.7::5000::SOCKET")


@pytest.mark.parametrize(("channel", "believed"), [("1", True), ("2", False)])
def test_a_reply_has_to_be_for_the_channel_that_is_set(channel, believed) -> None:
    rule = load_driver(DRIVERS / f"{THERMOMETER}.toml").rule("temperature")
    raw = f"1,{channel},25.5871,C,14,5,35,2000,9,15\r\n".encode()
    if believed:
        assert rule.read(raw).values == (25.5871,)
    else:
        with pytest.raises(BadReply, match="The reply is for channel 2, not 1"):
            rule.read(raw)


@pytest.mark.parametrize(
    ("decimals", "text", "believed"), [(4, "123.5600", True), (2, "  123.56", True), (4, " 123.560", False)]
)
def test_the_digits_after_the_point_are_counted_and_a_sign_may_stand_apart(decimals, text, believed) -> None:
    driver = load_driver(DRIVERS / f"{BALANCE}.toml")
    rule = driver.rule("mass", driver.chosen({"decimals": decimals}))
    raw = f"N     - {text} g  \r\n".encode()
    if believed:
        assert rule.read(raw).values == (-123.56,)
    else:
        with pytest.raises(BadReply, match="does not have 4 digits after the point"):
            rule.read(raw)


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ('then = [":UNIT:PRES?"]', 'then = [":UNIT:PRES? {unit}"]', "reading[0].then", "“unit” is not a setting"),
        ('group = "value"\n', 'group = "value"\nsign_group = "sign"\n', "reading[0].pattern", "no group named “sign”"),
        ('group = "value"\n', 'group = "value"\ndecimals = { terms = [{ times = ["n"] }] }\n',
         "reading[0].channel[0].decimals", "not a number setting"),
        ("(?P<serial>[^,]*)", "[^,]*", "identify.pattern", "no group named “serial”"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_new_parts_is_told(tmp_path: Path, old, new, field, says) -> None:
    text = (DRIVERS / f"{PRESSURE}.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / f"{PRESSURE}.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DriverInvalid) as trouble:
        load_driver(path)
    assert f"{field}:" in trouble.value.tell("en")
    assert says in trouble.value.tell("en")
