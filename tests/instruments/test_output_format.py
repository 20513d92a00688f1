"""What a driver file has to say before its instrument may put anything out."""

from pathlib import Path

import pytest

from labclient.errors import DriverInvalid, WrongUse
from labclient.instruments import Device, OutputPort, load_driver

DRIVERS = Path(__file__).parents[2] / "drivers"
CALIBRATOR, CONTROLLER = "fluke-5730a", "druck-pace"
SAFE = (DRIVERS / f"{CALIBRATOR}.toml").read_text("utf-8")
SAFE = SAFE[SAFE.index("[output.safe]") : SAFE.index("[[output.example]]")]
ORDERS = 'order = [{ send = "STBY", simulate_state = { word = "6144" } }]'


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    text = (DRIVERS / f"{name}.toml").read_text("utf-8")
    assert old in text
    path = folder / f"{name}.toml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (CALIBRATOR, SAFE, "", "needs a safe state"),
        (CALIBRATOR, ORDERS, "order = []", "needs a safe state"),
        (CALIBRATOR, 'order = [{ send = "STBY"', 'order = [{ send = "OUT {value} V"', "does not depend on the value"),
        (CONTROLLER, 'order = [{ send = ":OUTP:STAT 0"', 'order = [{ send = ":SOUR:PRES:VENT 1"', "never vents"),
        (CALIBRATOR, "confirm_above = 30", "", "above which value"),
        (CALIBRATOR, 'send = "OUT {value} V, 0 HZ"', 'send = "OUT 10 V"', "is sent nowhere"),
        (CALIBRATOR, 'send = "OUT {value} V, 0 HZ"', 'send = "OUT {value} {volts}"', "“volts” is not a setting"),
        (CALIBRATOR, "lowest = -1100\nhighest", "lowest = 2000\nhighest", "not below the upper"),
        (CALIBRATOR, 'unit = "V"\nlowest', 'unit = "kPa"\nlowest', "not a unit"),
        (CALIBRATOR, "mask = 4097\nequals = 4097", "", "no group named “state”|needs `met`"),
        (CALIBRATOR, "mask = 4097\nequals = 4097", "mask = 4096\nequals = 0", "The values are no, not yes"),
        (CALIBRATOR, "within = 1e-7\nrelative = 1e-6", "within = 20", "This reply was to be refused"),
        (CALIBRATOR, 'kind = "standby"', 'kind = "vent"', "Allowed: "),
        (CALIBRATOR, "longest_s = 60", "longest_s = 0", "Times are above zero"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_safe_is_not_loaded(tmp_path, name, old, new, told) -> None:
    with pytest.raises(DriverInvalid, match=told):
        load_driver(changed(tmp_path, name, old, new))


def test_an_instrument_without_an_output_puts_nothing_out() -> None:
    driver = load_driver(DRIVERS / "keysight-3458a.toml")
    with pytest.raises(WrongUse, match="puts nothing out"):
        OutputPort(Device(driver, "GPIB0::22::INSTR"))


@pytest.mark.parametrize("name", [CALIBRATOR, CONTROLLER])
def test_shipped_outputs_say_what_was_never_tried(name) -> None:
    driver = load_driver(DRIVERS / f"{name}.toml")
    assert driver.file.output is not None
    assert len(driver.file.output.example) >= 5
    assert driver.file.driver.tried_on or "ever tried on a real unit" in driver.file.driver.notes
    assert all("VENT" not in order.send.upper() for order in driver.file.output.safe_state.order)
