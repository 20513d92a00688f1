"""A device on a real link: who it is, what it is set to, what it answers."""

import json
import socket
import sys
from itertools import pairwise
from threading import Barrier, Thread

import pytest
import serial

from labclient.clock import SystemClock
from labclient.errors import DriverInvalid, LinkLost, ReplyInvalid, WrongInstrument
from labclient.instruments import Device, NeedsResync, NoReply, NotConnected, SettingRefused, load_driver, probe
from labclient.instruments.simulator import start_simulator

from .conftest import BAROMETER, MULTIMETER


def simulated_client(simulated) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(simulated.address.split("::")[2])), timeout=5)


TRUE_V = pytest.approx(10.0000123, abs=4e-5)  # gain, warm-up and noise of the simulated meter


def test_it_identifies_sets_up_and_polls(meter) -> None:
    device, _ = meter
    before = SystemClock().monotonic_ns()
    reply = device.poll("voltage")
    assert device.identity.model == "34470A"
    assert reply.values == (TRUE_V,)
    assert reply.raw == reply.texts[0].encode() + b"\n"
    assert reply.status == "ok"
    assert before < reply.t_ns < SystemClock().monotonic_ns()


def test_the_settings_reach_the_instrument_and_are_read_back(hasty, simulate, devices) -> None:
    simulated = simulate(MULTIMETER)
    device = devices(hasty(MULTIMETER), simulated.address, {"range": 1, "nplc": 0.2})
    device.connect()
    state = simulated.hands.status()["state"]
    assert (state["range"], state["nplc"]) == ("1", "0.2")
    snapshot = json.loads(json.dumps(device.snapshot()))
    assert snapshot["settings"]["range"] == "1"
    assert snapshot["read_back"] == {"range": "+1.00000000E+00", "nplc": "+2.00000000E-01"}
    assert snapshot["driver"]["sha256"] == device.driver.digest
    assert device.channels("voltage")[0].resolution == pytest.approx(1e-8)


def test_the_transcript_holds_the_connecting_and_no_reading(meter) -> None:
    device, _ = meter
    device.poll("voltage")
    said = [line.data for line in device.transcript if line.direction == ">"]
    assert b"*IDN?\n" in said
    assert b"READ?\n" not in said


def test_a_setting_that_was_not_taken_is_an_error(hasty, simulate, devices, tmp_path) -> None:
    driver = hasty(MULTIMETER)
    text = driver.path.read_text("utf-8").replace('simulate = "{nplc:+.8E}"', 'simulate = "+1.00000000E+00"')
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / driver.path.name).write_text(text, "utf-8")
    with (
        start_simulator(wrong / driver.path.name, speed=1000.0) as simulated,
        pytest.raises(SettingRefused, match="nplc: asked 10, the instrument says"),
    ):
        Device(driver, simulated.address).connect()


def test_an_answer_to_another_question_during_the_setup_is_no_reply(hasty, simulate, devices) -> None:
    driver = hasty(MULTIMETER)
    text = driver.path.read_text("utf-8").replace('send = "SENS:VOLT:DC:RANG?"', 'send = "*OPC?"')
    driver.path.write_text(text, "utf-8")
    with pytest.raises(ReplyInvalid, match="“1” to “\\*OPC"):
        Device(load_driver(driver.path), simulate(MULTIMETER).address).connect()


def test_an_old_error_in_the_queue_is_recorded_and_not_held_against_the_setup(hasty, simulate, devices) -> None:
    simulated = simulate(MULTIMETER)
    with simulated_client(simulated) as client:
        client.sendall(b"WHAT?\n*OPC?\n")
        assert client.recv(10) == b"1\n"
    device = devices(hasty(MULTIMETER), simulated.address)
    device.connect()
    assert b'-113,"Undefined header"\n' in [line.data for line in device.transcript]


def test_an_error_in_the_queue_after_the_setup_is_an_error(hasty, simulate, devices) -> None:
    driver = hasty(MULTIMETER)
    text = driver.path.read_text("utf-8").replace('send = "CONF:VOLT:DC {range}"', 'send = "CONF:VOLT:DX {range}"')
    driver.path.write_text(text, "utf-8")
    device = devices(load_driver(driver.path), simulate(MULTIMETER).address)
    with pytest.raises(SettingRefused, match="Undefined header"):
        device.connect()
    assert not device.connected


def test_the_barometers_three_channels_come_from_one_reply(barometer) -> None:
    device, simulated = barometer
    simulated.hands.room(temperature=21.5, pressure=998.0, humidity=52.0)
    reply = device.poll("climate")
    assert [(c.name, c.unit) for c in device.channels("climate")] == [
        ("pressure", "hPa"), ("temperature", "°C"), ("humidity", "%RH")]  # fmt: skip
    assert reply.values == pytest.approx((998.0, 21.5, 52.0), abs=0.8)
    assert device.identity.serial == "K0000001"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_a_pseudo_terminal_is_a_serial_line(hasty, simulate, devices) -> None:
    device = devices(hasty(BAROMETER), simulate(BAROMETER, listen="pty").address)
    device.connect()
    assert device.poll("climate").status == "ok"


def test_the_form_that_the_last_user_left_is_replaced(hasty, simulate, devices) -> None:
    simulated = simulate(BAROMETER, serial=True)
    with serial.serial_for_url(simulated.address, timeout=5) as port:
        port.write(b"SEND\r\n")
        assert port.read_until(b"\r\n").startswith(b"P= 10")
    device = devices(hasty(BAROMETER), simulated.address)
    device.connect()
    assert device.poll("climate").status == "ok"


def test_another_serial_number_than_the_expected_one_is_refused(hasty, simulate) -> None:
    device = Device(hasty(MULTIMETER), simulate(MULTIMETER).address, expected_serial="MY99999999")
    with pytest.raises(WrongInstrument, match="MY00000001 answers, MY99999999 is expected"):
        device.connect()
    assert not device.connected
    assert [line.data for line in device.transcript if line.direction == ">"] == [b"ABOR\n", b"*IDN?\n"]  # no teardown


def test_another_model_is_refused(hasty, simulate, tmp_path) -> None:
    driver = hasty(MULTIMETER)
    simulated = simulate(MULTIMETER)
    driver.path.write_text(
        driver.path.read_text("utf-8").replace("models = '344(01|10|11|60|61|65|70)A'", "models = '34420A'")
    )
    with pytest.raises(WrongInstrument, match="34470A answers"):
        Device(load_driver(driver.path), simulated.address).connect()


def test_nothing_is_asked_before_connect_or_after_close(meter) -> None:
    device, simulated = meter
    device.close()
    with pytest.raises(NotConnected):
        device.poll("voltage")
    with pytest.raises(NotConnected):
        Device(device.driver, simulated.address).poll("voltage")


def test_closing_runs_the_teardown(meter) -> None:
    device, _ = meter
    device.close()
    assert [line.data for line in device.transcript][-2:] == [b"ABOR\n", b"SYST:LOC\n"]


def test_an_address_of_a_kind_that_the_driver_does_not_know_is_refused(hasty) -> None:
    with pytest.raises(DriverInvalid, match="serial connection; this driver knows socket, usbtmc, gpib"):
        Device(hasty(MULTIMETER), "COM3")


def test_an_unknown_reading_is_refused(meter) -> None:
    with pytest.raises(DriverInvalid, match="Known: voltage"):
        meter[0].poll("current")


def test_threads_on_one_device_never_interleave(meter) -> None:
    device, _ = meter
    ready, replies = Barrier(4), []

    def work() -> None:
        ready.wait()
        replies.extend(device.poll("voltage") for _ in range(40))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 160
    assert all(reply.values == (TRUE_V,) for reply in replies)
    times = sorted(reply.t_ns for reply in replies)
    assert all(earlier < later for earlier, later in pairwise(times))


def test_probing_says_who_answers_and_touches_no_setting(hasty, simulate) -> None:
    simulated = simulate(MULTIMETER)
    found = probe(hasty(MULTIMETER), simulated.address)
    assert found.identity.serial == "MY00000001"
    assert simulated.hands.status()["requests"] == 1


def test_probing_where_nothing_listens_says_so(hasty, simulate) -> None:
    simulated = simulate(MULTIMETER)
    simulated.hands.unplug()
    with pytest.raises(LinkLost):
        probe(hasty(MULTIMETER), simulated.address)


def test_what_is_done_meanwhile_is_done_between_question_and_answer(meter) -> None:
    device, simulated = meter
    done = []
    assert device.poll("voltage", lambda: done.append("asked")).values == (TRUE_V,)
    simulated.hands.fault("no_reply")
    with pytest.raises(NoReply):
        device.poll("voltage", lambda: done.append("asked"))
    assert done == ["asked", "asked"]


def test_a_failure_meanwhile_leaves_an_answer_that_is_never_taken(meter) -> None:
    device, simulated = meter

    def fail() -> None:
        raise RuntimeError("the caller fails")

    with pytest.raises(RuntimeError):
        device.poll("voltage", fail)
    assert device.needs_resync
    with pytest.raises(NeedsResync):
        device.poll("voltage")
    simulated.hands.wire(5.0)
    device.resync()
    assert device.poll("voltage").values == (pytest.approx(5.0, abs=4e-5),)


def test_a_fresh_device_is_not_out_of_step(meter) -> None:
    device, _ = meter
    assert not device.needs_resync
    with pytest.raises(DriverInvalid):
        device.poll("nothing")
    assert not device.needs_resync
    assert NeedsResync.exit_code == 3


def test_a_34401a_that_says_0_tells_no_serial_number(hasty, tmp_path, devices) -> None:
    driver = hasty(MULTIMETER)
    own = driver.file.simulate.serial
    driver.path.write_text(driver.path.read_text("utf-8").replace(f'serial = "{own}"', 'serial = "0"'), "utf-8")
    with start_simulator(driver.path, speed=1000.0) as simulated:
        device = devices(load_driver(driver.path), simulated.address, expected_serial="MY1")
        assert device.connect().serial == ""
        assert device.identity.firmware
