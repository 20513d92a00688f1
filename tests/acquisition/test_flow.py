"""A source whose instrument sends by itself: what the record holds, whatever happens on the line or to the disk."""

import os
import re
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from instruments.conftest import DRIVERS, devices, hasty, meter, running, simulate
from test_source import Bench, bench, done, series, take

from labclient.acquisition._intake import FEWEST, Patience
from labclient.errors import DriverInvalid, LinkLost, NoGoodReading, WrongInstrument
from labclient.instruments import Device, load_driver
from labclient.instruments.simulator import Simulated
from labclient.notebook import Reader, interrupted, run_values
from labclient.words import say

__all__ = ["bench", "devices", "hasty", "meter", "running", "simulate"]

THERMOMETER, STREAM = "fluke-1502a", "temperature-stream"
QUICK = (("quiet_s = 0.3", "quiet_s = 0.05"), ("reply_s = 3.0", "reply_s = 1.0"))
TRUE, NEAR = 25.0, 0.1


@pytest.fixture
def thermometer(tmp_path: Path, simulate, devices) -> tuple[Device, Simulated]:
    """A thermometer that can send a line every 60 ms."""
    simulated = simulate(THERMOMETER, serial=True)
    simulated.hands.wire(TRUE)
    text = (DRIVERS / f"{THERMOMETER}.toml").read_text("utf-8")
    for slow, quick in QUICK:
        text = text.replace(slow, quick)
    path = tmp_path / f"{THERMOMETER}.toml"
    path.write_text(text, "utf-8")
    return devices(load_driver(path), simulated.address, {"period": 60}), simulated


def stopped(device: Device) -> bool:
    """Whether the last thing it was told is to send no more."""
    return [line.data for line in device.transcript if line.direction == ">"][-1] == b"SA=0\r\n"


def reasons(bench: Bench) -> list[str]:
    return [entry.body["reason"] for entry in bench.entries("gap")]


def test_as_many_good_readings_as_were_asked_for_and_not_one_more(bench, thermometer) -> None:
    device, _ = thermometer
    source = bench.source(device, STREAM)
    run = source.start("stability", "record")
    one, other = take(source, 4), take(source, 3)
    source.stop("finished")
    assert bench.values(run)[:, 0] == pytest.approx(np.full(7, TRUE), abs=NEAR)
    assert stopped(device)
    rows = dict.fromkeys((one, other), 0)
    for block in bench.entries("block"):
        rows[block.body["series"]] += block.body["rows"]
    assert rows == {one: 4, other: 3}
    assert bench.entries("gap") == []
    bench.holds()


@pytest.mark.parametrize("fault", ["truncated", "garbage", "cut", "wrong_terminator", "echo", "unit"])
def test_a_spoilt_line_leaves_a_gap_and_never_a_value(bench, thermometer, fault) -> None:
    device, simulated = thermometer
    source = bench.source(device, STREAM)
    run = source.start("stability", "record")
    take(source, 2)
    simulated.hands.fault(fault)
    take(source, 3)
    source.stop("finished")
    assert bench.values(run)[:, 0] == pytest.approx(np.full(5, TRUE), abs=NEAR)
    assert reasons(bench)
    assert set(reasons(bench)) <= {"BadReply", "NoReply"}
    assert bench.told[0].endswith("The run waits.")
    bench.holds()


def test_an_instrument_that_falls_silent_is_started_again(bench, thermometer) -> None:
    device, _ = thermometer
    source = bench.source(device, STREAM)
    run = source.start("stability", "record")
    receive, said = device.receive, []

    def silenced(wait_s: float) -> object:
        if not said:
            said.append(True)
            device._dialogue.link.write(b"SA=0\r\n")  # somebody presses a key
            device._lines._push.timeout_s = 0.2
        return receive(wait_s)

    device.receive = silenced
    take(source, 3)
    source.stop("finished")
    assert len(bench.values(run)) == 3
    assert "NoReply" in reasons(bench)
    bench.holds()


def test_the_same_instrument_resumes_behind_a_gap_and_another_is_refused(bench, thermometer) -> None:
    device, simulated = thermometer
    source = bench.source(device, STREAM)
    run = source.start("stability", "record")
    take(source, 2)
    simulated.hands.unplug()
    bench.on_wait = simulated.hands.replug
    take(source, 2)
    assert reasons(bench) == ["LinkLost"]
    assert len(bench.values(run)) == 4

    def swap() -> None:
        simulated.hands.serial("6A9999")
        simulated.hands.replug()

    simulated.hands.unplug()
    bench.on_wait = swap
    with pytest.raises(WrongInstrument, match="6A9999"):
        take(source, 1)
    source.close()
    assert len(bench.values(run)) == 4
    with Reader.open(bench.notebook.path) as reader:
        assert [one.run for one in interrupted(reader)] == [run]


def open_files(apart: Path) -> Counter[str]:
    """How many of each kind this process has open, except in a folder: a notebook's journal comes and goes."""
    kinds = Counter[str]()
    folder = "/proc/self/fd"
    for name in os.listdir(folder) if os.path.exists(folder) else ():  # noqa: PTH110, PTH208 - iterdir would hold one open
        with suppress(FileNotFoundError):  # the folder itself is open only while it is listed
            target = os.readlink(f"{folder}/{name}")  # noqa: PTH115
            if not target.startswith(str(apart)):
                kinds[re.sub(r"\d+", "", target)] += 1
    return kinds


def test_a_hundred_times_unplugged_leaves_no_handle_and_no_thread(bench, thermometer, simulate, monkeypatch) -> None:
    monkeypatch.setattr("labclient.acquisition._source.BACK_OFF_S", (0.01,))
    path = thermometer[0].driver.path
    path.write_text(path.read_text("utf-8").replace("quiet_s = 0.05", "quiet_s = 0.005"), "utf-8")
    how = {"serial": True} if sys.platform == "win32" else {"listen": "pty"}  # pyserial closes a socket:// slowly
    simulated = simulate(THERMOMETER, **how)
    simulated.hands.wire(TRUE)
    device = Device(load_driver(path), simulated.address, {"period": 20})
    source = bench.source(device, STREAM)
    run = source.start("stability", "record")

    def pulled(times: int) -> None:
        for _ in range(times):
            simulated.hands.unplug()
            bench.on_wait = simulated.hands.replug
            take(source, 1)

    pulled(3)
    record = bench.notebook.path.parent
    before, threads = open_files(record), threading.active_count()
    pulled(100)
    assert not open_files(record) - before
    assert threading.active_count() <= threads
    source.stop("finished")
    assert bench.values(run)[:, 0] == pytest.approx(np.full(103, TRUE), abs=NEAR)
    assert len(bench.entries("gap")) >= 103
    bench.holds()


def test_what_the_disk_is_too_slow_for_is_a_marked_gap(bench, thermometer, monkeypatch) -> None:
    device, _ = thermometer
    source = bench.source(device, STREAM)
    run = source.start("stability", "record")
    room = [True, True, False, False, False, True, True]
    monkeypatch.setattr(bench.recorder, "has_room", lambda: room.pop(0) if room else True)
    member = take(source, 6)
    source.stop("finished")
    (gap,) = bench.entries("gap")
    assert (gap.body["reason"], gap.body["after"]) == ("Overrun", 1)
    with Reader.open(bench.notebook.path) as reader:
        data = run_values(reader, run)
    assert len(data.values) == 6
    assert data.t_ns[1] < int(gap.body["from_ns"]) <= int(gap.body["to_ns"]) < data.t_ns[2]
    assert bench.told == [
        "The disk is too slow for what the instrument sends; readings are being lost.",
        "The record keeps up again: 3 readings are lost, the gap is marked.",
    ]
    assert bench.entries("series")[0].seq == member
    bench.holds()


def test_a_loss_at_the_end_is_marked_too(bench, thermometer, monkeypatch) -> None:
    device, _ = thermometer
    source = bench.source(device, STREAM)
    source.start("stability", "record")
    monkeypatch.setattr(bench.recorder, "has_room", lambda: False)
    watching = source.watch(series(source.run), 0.0)
    while not bench.told:
        bench.recorder.wait_beyond(bench.recorder.committed, 0.05)
    source.halt()
    done(watching)
    source.stop("halted")
    assert reasons(bench) == ["Overrun"]
    bench.holds()


def test_a_watch_records_one_line_an_interval_or_all(bench, thermometer) -> None:
    device, _ = thermometer
    source = bench.source(device, STREAM)
    run = source.start("environment", "record")

    def watched(interval_s: float, rows: int) -> None:
        watching = source.watch(series(run), interval_s)
        while bench.recorder.rows(run) < rows:
            bench.recorder.wait_beyond(bench.recorder.committed, 0.05)
        source.halt()
        done(watching)
        source._halted.clear()

    watched(0.5, 3)
    sparse = bench.recorder.rows(run)
    watched(0.0, sparse + 5)
    source.stop("finished")
    with Reader.open(bench.notebook.path) as reader:
        times = run_values(reader, run).t_ns
    assert (np.diff(times[:sparse]) >= 0.5e9).all()
    assert stopped(device)
    bench.holds()


def test_the_stream_is_stopped_when_the_program_fails(bench, thermometer) -> None:
    device, _ = thermometer
    source = bench.source(device, STREAM)

    def fail() -> None:
        with source:
            source.start("stability", "record")
            source.watch(series(source.run), 0.0)
            while not bench.recorder.rows(source.run):
                bench.recorder.wait_beyond(bench.recorder.committed, 0.05)
            raise RuntimeError("the program fails")

    with pytest.raises(RuntimeError):
        fail()
    assert not device.connected
    assert stopped(device)


@pytest.mark.parametrize("how", ["asked", "sent"])
def test_an_overload_without_end_ends_the_take_and_keeps_all(bench, meter, thermometer, monkeypatch, how) -> None:
    monkeypatch.setattr("labclient.acquisition._intake._WARN_S", 0.0)
    if how == "asked":
        device, simulated = meter
        source = bench.source(device, "voltage", patience_s=0.2)
    else:
        device, simulated = thermometer
        monkeypatch.setattr(
            "labclient.instruments._reply.ReplyRule.parts", lambda self, raw: (("",), (float("nan"),), "overload")
        )
        source = bench.source(device, STREAM, patience_s=0.2)
    run = source.start("stability", "record")
    if how == "asked":
        simulated.hands.fault("overload", 100_000)
    with pytest.raises(NoGoodReading, match="says “Overload”") as trouble:
        take(source, 3)
    assert trouble.value.step is not None
    assert "Check range and connections" in bench.told[0]
    source.stop("no good reading")
    with Reader.open(bench.notebook.path) as reader:
        data = run_values(reader, run)
    assert len(data.values) >= FEWEST
    assert {data.statuses[code] for code in data.status} == {"overload"}
    assert np.isnan(data.values).all()


def test_patience_begins_anew_with_each_good_reading_and_is_longer_with_what_moves(monkeypatch) -> None:
    now, told = [0.0], []
    monkeypatch.setattr("labclient.acquisition._intake.time.monotonic", lambda: now[0])
    patience = Patience(120.0, lambda sentence: told.append(say(sentence, "en")))

    def judge(status: str, seconds: float) -> None:
        now[0] += seconds
        patience.judge(status)

    for _ in range(3):
        for _ in range(10):
            judge("overload", 11.0)
        judge("ok", 11.0)
    assert len(told) == 3
    for _ in range(55):
        judge("settling", 11.0)
    with pytest.raises(NoGoodReading, match=r"for 60\d s: it says “Settling”"):
        judge("settling", 11.0)
    patience.judge("ok")
    judge("overload", 0.0)
    judge("overload", 1000.0)  # a slow instrument gets its few replies
    assert FEWEST > 2


def test_a_reading_that_there_is_not_begins_no_run(bench, thermometer) -> None:
    source = bench.source(thermometer[0], "humidity")
    with pytest.raises(DriverInvalid, match="Known: temperature, temperature-stream"):
        source.start("stability", "record")
    assert bench.entries("run-start") == []


def test_the_pauses_before_opening_again_grow_to_a_second_and_end_with_patience(
    bench, thermometer, monkeypatch
) -> None:
    device, simulated = thermometer
    source = bench.source(device, STREAM, patience_s=4.0)
    source.start("stability", "record")
    pauses = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    monkeypatch.setattr(source._halted, "wait", wait)
    simulated.hands.unplug()
    with pytest.raises(LinkLost):
        take(source, 1)
    assert pauses == [0.2, 0.5, 1.0, 1.0, 1.0, 1.0]
