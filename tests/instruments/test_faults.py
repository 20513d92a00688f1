"""Whatever goes wrong on the line ends in a typed error or the right status, never in a wrong value."""

import math
import sys

import pytest

from labclient.errors import LinkLost, LinkTimeout, ReplyInvalid, WrongInstrument
from labclient.instruments import BadReply, NeedsResync, NoReply
from labclient.instruments.simulator import start_simulator

from .conftest import BAROMETER, MULTIMETER

TRUE_V = pytest.approx(10.0000123, abs=4e-5)


def poll_twice(device, reading, expected) -> None:
    """A duplicate on a serial line is seen only when the next question is asked."""
    for _ in range(2):
        assert device.poll(reading).values == expected


@pytest.mark.parametrize(
    ("fault", "expected", "raw"),
    [
        ("no_reply", LinkTimeout, b""),
        ("late", LinkTimeout, b""),
        ("truncated", LinkTimeout, b"+1.0000"),
        ("wrong_terminator", LinkTimeout, b"+1.0000"),
        ("cut", ReplyInvalid, b"+1.0000"),
        ("garbage", ReplyInvalid, b"\xd4"),
        ("duplicate", ReplyInvalid, b"+1.0000"),
    ],
)
def test_a_spoilt_reply_is_a_typed_error_and_resync_recovers(meter, fault, expected, raw) -> None:
    device, simulated = meter
    device.poll("voltage")
    simulated.hands.fault(fault)
    with pytest.raises(expected) as trouble:
        poll_twice(device, "voltage", (TRUE_V,))
    assert isinstance(trouble.value, NoReply | BadReply)
    assert trouble.value.raw.startswith(raw)
    assert device.needs_resync
    with pytest.raises(NeedsResync):
        device.poll("voltage")
    device.resync()
    assert device.poll("voltage").values == (TRUE_V,)


@pytest.mark.parametrize("fault", ["no_reply", "late", "truncated", "wrong_terminator", "cut", "garbage", "duplicate"])
def test_the_barometer_too(barometer, fault) -> None:
    device, simulated = barometer
    simulated.hands.fault(fault)
    with pytest.raises((LinkTimeout, ReplyInvalid)):
        poll_twice(device, "climate", pytest.approx((1013.25, 23.0, 45.0), abs=1))
    device.resync()
    assert device.poll("climate").values == pytest.approx((1013.25, 23.0, 45.0), abs=1)


def test_a_late_reply_never_becomes_the_value_of_a_later_question(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("late")
    with pytest.raises(LinkTimeout):
        device.poll("voltage")
    simulated.hands.wire(5.0)
    assert simulated.hands.release() == 1  # about 10 V is on the line now
    with pytest.raises(NeedsResync):
        device.poll("voltage")
    device.resync()
    assert device.poll("voltage").values == (pytest.approx(5.0, abs=4e-5),)


def test_a_late_reply_that_comes_with_the_next_answer_is_not_believed_either(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("late")
    with pytest.raises(LinkTimeout):
        device.poll("voltage")
    simulated.hands.wire(5.0)
    assert simulated.hands.status()["held"] == 1  # it goes out just before the answer to the identification
    device.resync()
    assert device.poll("voltage").values == (pytest.approx(5.0, abs=4e-5),)


def test_a_line_that_nobody_asked_for_is_not_taken_as_a_reply(meter) -> None:
    device, simulated = meter
    simulated.hands.say("+4.20000000E+00")
    simulated.hands.status()
    with pytest.raises(ReplyInvalid):
        device.poll("voltage")
    device.resync()
    assert device.poll("voltage").values == (TRUE_V,)


def test_overload_has_a_status_and_no_value(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("overload")
    reply = device.poll("voltage")
    assert (reply.status, reply.texts) == ("overload", ("+9.90000000E+37",))
    assert math.isnan(reply.values[0])
    assert device.poll("voltage").values == (TRUE_V,)


def test_more_than_the_range_overloads_by_itself(meter) -> None:
    device, simulated = meter
    simulated.hands.wire(12.5)
    assert device.poll("voltage").status == "overload"


def test_a_unit_changed_at_the_front_panel_is_refused_until_it_is_back(barometer) -> None:
    device, simulated = barometer
    simulated.hands.set(pressure_unit="kPa")
    with pytest.raises(ReplyInvalid, match="“kPa”, not in hPa"):
        device.poll("climate")
    simulated.hands.set(pressure_unit="hPa")
    device.resync()
    assert device.poll("climate").status == "ok"


def test_a_changed_range_is_set_back_by_the_resynchronisation(meter) -> None:
    device, simulated = meter
    simulated.hands.set(range="1")
    assert device.poll("voltage").status == "overload"
    device.resync()
    assert simulated.hands.status()["state"]["range"] == "10"
    assert device.poll("voltage").values == (TRUE_V,)


def test_unplugging_is_a_lost_link_and_the_same_unit_may_come_back(meter) -> None:
    device, simulated = meter
    for _ in range(3):
        simulated.hands.unplug()
        with pytest.raises(LinkLost):
            device.poll("voltage")
        with pytest.raises(LinkLost):
            device.connect()
        simulated.hands.replug()
        device.connect()
        assert device.poll("voltage").values == (TRUE_V,)


def test_another_unit_in_its_place_is_refused(meter) -> None:
    device, simulated = meter
    simulated.hands.unplug()
    with pytest.raises(LinkLost):
        device.poll("voltage")
    simulated.hands.serial("MY00000002")
    simulated.hands.replug()
    with pytest.raises(WrongInstrument, match="MY00000002 answers, MY00000001 is expected"):
        device.connect()
    simulated.hands.serial("MY00000001")
    device.connect()


def test_another_unit_found_by_the_resynchronisation_is_refused_and_stays_out_of_step(meter) -> None:
    device, simulated = meter
    simulated.hands.serial("MY00000002")
    with pytest.raises(WrongInstrument):
        device.resync()
    with pytest.raises(NeedsResync):
        device.poll("voltage")


@pytest.mark.parametrize("listen", ["tcp://127.0.0.1:0", "pty"])
def test_a_serial_line_that_is_pulled_comes_back(hasty, simulate, devices, listen) -> None:
    if listen == "pty" and sys.platform == "win32":
        pytest.skip("pseudo-terminals are POSIX")
    simulated = simulate(BAROMETER, listen=listen, serial=True)
    device = devices(hasty(BAROMETER), simulated.address)
    device.connect()
    simulated.hands.unplug()
    with pytest.raises(LinkLost):
        device.poll("climate")
    with pytest.raises(LinkLost):
        device.connect()
    simulated.hands.replug()
    device.connect()
    assert device.poll("climate").status == "ok"


def test_the_instrument_dying_is_a_lost_link(hasty, devices) -> None:
    driver = hasty(MULTIMETER)
    with start_simulator(driver.path, speed=1000.0) as simulated:
        device = devices(driver, simulated.address)
        device.connect()
        simulated.process.kill()
        simulated.process.wait()
        with pytest.raises(LinkLost):
            device.poll("voltage")


def test_many_faults_in_a_row_give_no_wrong_value(meter) -> None:
    device, simulated = meter
    values = []
    for fault in ("cut", "garbage", "duplicate", "cut") * 5:
        simulated.hands.fault(fault)
        with pytest.raises(ReplyInvalid):
            poll_twice(device, "voltage", (TRUE_V,))
        device.resync()
        values.append(device.poll("voltage").values)
    assert values == [(TRUE_V,)] * 20
