"""Faults and state of simulated instruments, changed while they run, over real links: each fault until it is taken
away, for a number of exchanges, or at a rate."""

import sys

import pytest

from labclient.errors import LinkLost, LinkTimeout, LinkTrouble, ReplyInvalid, WrongInstrument, WrongUse
from labclient.instruments import Device
from labclient.instruments.simulator import FAULTS, parse
from labclient.instruments.simulator._living import address

from .conftest import BAROMETER, MULTIMETER

TRUE_V = pytest.approx(10.0000123, abs=4e-5)
BALANCE = "mettler-mt-sics"
# Those that spoil a barometer's answer. `slow` is a time-out here, by its seconds; `stuck` nobody sees.
REFUSED = FAULTS - {"stuck", "overload", "wrong_serial", "unplug", "error_flood"}
LINKS = [("tcp://127.0.0.1:0", fault) for fault in sorted(REFUSED)]
if sys.platform != "win32":  # pseudo-terminals are POSIX
    LINKS += [("pty", fault) for fault in ("duplicate", "unit", "unsolicited")]


def poll_twice(device: Device) -> None:
    """What comes behind an answer is seen at the next question at the latest."""
    device.poll("climate")
    device.poll("climate")


@pytest.mark.parametrize(("listen", "fault"), LINKS)
def test_a_fault_stays_until_it_is_taken_away(fault, listen, hasty, simulate, devices) -> None:
    simulated = simulate(BAROMETER, serial=True, listen=listen)
    device = devices(hasty(BAROMETER), simulated.address)
    device.connect()
    simulated.hands.fault(fault, None, seconds=2.0)
    with pytest.raises((LinkTimeout, ReplyInvalid)):
        poll_twice(device)
    assert [one["kind"] for one in simulated.hands.status()["faults"]] == [fault]
    simulated.hands.clear(fault)
    device.resync()
    assert device.poll("climate").values == pytest.approx((1013.25, 23.0, 45.0), abs=1)
    assert simulated.hands.status()["faults"] == []


def test_a_fault_strikes_as_often_as_told(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("garbage", 3)
    refused = 0
    for _ in range(6):
        try:
            device.poll("voltage")
        except ReplyInvalid:
            refused += 1
            device.resync()
    assert refused == 3


def test_a_share_of_the_exchanges_is_struck(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("overload", None, rate=0.5)
    states = [device.poll("voltage").status for _ in range(60)]
    assert set(states) == {"ok", "overload"}
    assert 10 < states.count("overload") < 50


def test_a_unit_changed_at_the_front_panel_changes_the_number_too_and_is_refused(hasty, simulate, devices) -> None:
    simulated = simulate(BALANCE, serial=True)
    simulated.hands.wire(100.0)
    device = devices(hasty(BALANCE), simulated.address)
    device.connect()
    simulated.hands.fault("unit")
    with pytest.raises(ReplyInvalid, match="“kg”, not in g") as refused:
        device.poll("mass")
    assert b" 0.1000 kg" in refused.value.raw
    device.resync()
    assert device.poll("mass").values == (pytest.approx(100.0, abs=0.01),)


def test_another_unit_in_its_place_is_refused_until_the_first_is_back(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("wrong_serial", None)
    while not simulated.hands.status()["plugged"]:
        pass
    with pytest.raises(LinkLost):
        device.poll("voltage")
    for _ in range(2):
        with pytest.raises(WrongInstrument, match="MY11111112 answers, MY00000001 is expected"):
            device.connect()
    simulated.hands.clear("wrong_serial")
    while not simulated.hands.status()["plugged"]:
        pass
    device.connect()
    assert device.poll("voltage").values == (TRUE_V,)


def test_a_cable_pulled_in_the_middle_of_a_reading_comes_back_by_itself(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("unplug", seconds=0.0)
    with pytest.raises(LinkLost):
        device.poll("voltage")
    while not simulated.hands.status()["plugged"]:
        pass
    device.connect()
    assert device.poll("voltage").values == (TRUE_V,)


def test_a_cable_pulled_for_good_is_back_when_the_fault_is_taken_away(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("unplug", None)
    for act in (lambda: device.poll("voltage"), device.connect):
        with pytest.raises(LinkLost):
            act()
    simulated.hands.clear("unplug")
    assert simulated.hands.status()["plugged"]
    device.connect()
    assert device.poll("voltage").values == (TRUE_V,)


def test_a_flooded_error_queue_is_emptied_and_told(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("error_flood")
    assert device.poll("voltage").values == (TRUE_V,)
    device.resync()
    said = [line.data for line in device.transcript if b"Undefined header" in line.data]
    assert len(said) == 20
    assert device.poll("voltage").values == (TRUE_V,)


def test_a_busy_balance_says_so_in_its_own_words(hasty, simulate, devices) -> None:
    simulated = simulate(BALANCE, serial=True)
    device = devices(hasty(BALANCE), simulated.address)
    device.connect()
    simulated.hands.fault("busy")
    reply = device.poll("mass")
    assert (reply.status, reply.raw) == ("busy", b"S I\r\n")
    assert device.poll("mass").status == "ok"


def test_a_slow_answer_within_the_time_is_a_value(meter) -> None:
    device, simulated = meter
    simulated.hands.fault("slow", seconds=0.01)
    assert device.poll("voltage").values == (TRUE_V,)


def test_the_value_the_drift_and_the_room_change_while_it_runs(meter, barometer) -> None:
    device, simulated = meter
    simulated.hands.wire(1.0)
    assert device.poll("voltage").values == (pytest.approx(1.0, abs=4e-5),)
    simulated.hands.drift(0.5)
    simulated.hands.skip(86_400.0)
    assert device.poll("voltage").values == (pytest.approx(1.5, abs=4e-3),)
    climate, air = barometer
    air.hands.room(temperature=25.0)
    assert climate.poll("climate").values[1] == pytest.approx(25.0, abs=0.5)


@pytest.mark.parametrize(
    ("name", "fault", "why"),
    [
        (MULTIMETER, "unit", "No unit can be changed"),
        (BALANCE, "error_flood", "no error queue"),
        ("fluke-1521", "wrong_serial", "does not tell its serial number"),
    ],
)
def test_a_fault_that_an_instrument_cannot_have_is_refused(simulate, name, fault, why) -> None:
    with pytest.raises(WrongUse, match=why):
        simulate(name, serial=name != MULTIMETER).hands.fault(fault)


def test_a_value_at_the_terminals_of_what_measures_the_room_is_refused(simulate) -> None:
    with pytest.raises(WrongUse, match="measures the room"):
        simulate(BAROMETER, serial=True).hands.order(value=1.0)


@pytest.mark.parametrize("how", [{"count": 0}, {"rate": 0.0}, {"rate": 1.5}, {"seconds": -1}, {"seconds": 1e6}])
def test_a_fault_without_sense_is_refused(simulate, how) -> None:
    with pytest.raises(WrongUse, match="strikes at least once"):
        simulate(MULTIMETER).hands.order(fault="slow", **how)


@pytest.mark.parametrize(
    ("order", "known"),
    [
        ({"fault": "explode"}, "busy, cut, duplicate"),
        ({"clear": "explode"}, "busy, cut, duplicate"),
        ({"room": {"light": 3}}, "temperature, pressure, humidity"),
        ({"set": {"colour": "red"}}, "range, nplc"),
        ({"connect": "Q", "point": "10 V"}, "Known: -"),
        ({"dance": 1}, "wire, value, connect, drift"),
    ],
)
def test_a_wrong_word_is_refused_with_what_exists(simulate, order, known) -> None:
    with pytest.raises(WrongUse, match=known):
        simulate(MULTIMETER).hands.order(**order)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("fault late", {"fault": "late", "count": 1}),
        ("fault late 3", {"fault": "late", "count": 3}),
        ("fault slow on 2.5s", {"fault": "slow", "count": None, "seconds": 2.5}),
        ("fault cut 20%", {"fault": "cut", "count": None, "rate": 0.2}),
        ("clear", {"clear": True}),
        ("clear late", {"clear": "late"}),
        ("value -1.5e-3 0.001", {"value": -0.0015, "noise": 0.001}),
        ("drift 1e-6", {"drift": 1e-6}),
        ("connect X 10V reversed", {"connect": "X", "point": "10V", "reversed": True}),
        ("room temperature 25", {"room": {"temperature": 25.0}}),
        ("set range 1", {"set": {"range": "1"}}),
        ("say  +1.0 E", {"say": "+1.0 E"}),
        ("serial MY 2", {"serial": "MY 2"}),
        ("unplug", {"unplug": None}),
        ("unplug 4s", {"unplug": 4.0}),
        ("skip 3600", {"skip": 3600.0}),
        ("status", {"status": True}),
    ],
)
def test_words_are_orders(words, order) -> None:
    assert parse(words) == order


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "There is no order"),
        ("dance", "There is no order “dance”. Orders: value, drift"),
        ("fault", "Type: fault NAME"),
        ("fault dance", "There is no fault “dance”. Faults: busy"),
        ("fault late 0", "“0” is not a number of exchanges"),
        ("fault late many", "Type: fault NAME"),
        ("clear dance", "There is no fault “dance”"),
        ("value 1,5", "Type: value NUMBER"),
        ("room light 3", "The room has no “light”"),
        ("room temperature", "Type: room"),
        ("set range", "Type: set NAME VALUE"),
    ],
)
def test_words_without_sense_are_refused_with_what_can_be_typed(words, why) -> None:
    with pytest.raises(WrongUse) as refused:
        parse(words)
    assert why in str(refused.value)


def test_a_typed_line_begins_with_the_instrument_where_there_are_several() -> None:
    names = ["meter", "meter-2"]
    assert address("meter-2 fault late", names) == ("meter-2", {"fault": "late", "count": 1})
    assert address("fault late", names[:1]) == ("meter", {"fault": "late", "count": 1})
    with pytest.raises(WrongUse, match="Begin with the instrument: meter, meter-2"):
        address("fault late", names)


def test_none_of_them_ever_lets_a_wrong_value_through(hasty, simulate, devices) -> None:
    """All visible faults at once, each at a share, on a living link; the cable and the unit change meanwhile."""
    simulated = simulate(MULTIMETER)
    simulated.hands.wire(10.0000123)
    device: Device = devices(hasty(MULTIMETER), simulated.address)
    device.connect()
    for kind in sorted(FAULTS - {"stuck", "unit", "slow", "unsolicited", "wrong_serial", "no_reply", "late", "busy"}):
        simulated.hands.fault(kind, None, rate=0.05, seconds=0.0)
    good = refused = 0
    while good < 60:
        try:
            reply = device.poll("voltage")
        except LinkTrouble:
            refused += 1
            recover(device)
            continue
        assert reply.status == "overload" or reply.values == (TRUE_V,)
        good += reply.status == "ok"
    assert refused


def recover(device: Device) -> None:
    """As a run does: synchronise, or open again, as often as it takes."""
    for _ in range(1000):
        try:
            device.resync() if device.connected else device.connect()
        except LinkLost:
            device.close()
        except LinkTrouble:
            continue
        else:
            return
    raise AssertionError("the instrument never came back")
