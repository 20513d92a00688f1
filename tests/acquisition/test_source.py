"""A source on a real link: whatever happens on the line, the record holds marked gaps and never a wrong value."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from instruments.conftest import (
    BAROMETER,
    DRIVERS,
    MULTIMETER,
    READING,
    barometer,
    devices,
    hasty,
    meter,
    running,
    simulate,
)

from labclient.acquisition import Recorder, Series, Source, replies
from labclient.clock import SystemClock
from labclient.errors import LinkLost, LinkTrouble, WrongInstrument
from labclient.instruments import Device, Reply
from labclient.instruments.simulator import Simulated, start_simulator
from labclient.notebook import Notebook, Reader, check, interrupted, run_values
from labclient.signing import NoteKey
from labclient.words import say

__all__ = ["barometer", "devices", "hasty", "meter", "running", "simulate"]

VOLTS = 10.0000123
NEAR = 4e-5
SPOILT = ("no_reply", "late", "truncated", "wrong_terminator", "cut", "garbage", "duplicate")


@dataclass
class Bench:
    """A notebook with its recorder, and sources that tell what they do; `on_wait` is the hand that acts meanwhile."""

    notebook: Notebook
    recorder: Recorder
    stack: ExitStack
    told: list[str] = field(default_factory=list)
    on_wait: Callable[[], object] = lambda: None

    def source(self, device: Device, reading: str, patience_s: float = 20.0) -> Source:
        def tell(sentence) -> None:
            self.told.append(say(sentence, "en"))
            if self.told[-1].endswith("The run waits."):
                hand, self.on_wait = self.on_wait, lambda: None
                hand()

        made = Source(
            device, reading, self.recorder, SystemClock(), tell, author="P-01", station="stability",
            patience_s=patience_s,
        )  # fmt: skip
        self.stack.callback(made.close)
        return made

    def values(self, run: int) -> np.ndarray:
        with Reader.open(self.notebook.path) as reader:
            return run_values(reader, run).values

    def entries(self, kind: str) -> list:
        with Reader.open(self.notebook.path) as reader:
            return list(reader.entries({kind}))

    def holds(self) -> None:
        report = check(self.notebook.path, deep=True)
        assert report.ok, report.findings


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        key = NoteKey.generate("bench")
        notebook = stack.enter_context(
            Notebook.create(tmp_path / "run.labnote", clock=SystemClock(), author="P-01", key=key, body={})
        )
        recorder = stack.enter_context(Recorder(notebook, interval=0.02))
        yield Bench(notebook, recorder, stack)


def series(run: int, role: str = "X") -> Series:
    return Series(run=run, role=role, artefact="TS", measurand="voltage", operator="P-01", purpose="record")


def take(source: Source, count: int) -> int:
    return done(source.take(series(source.run), count))


def done(future: Future[int]) -> int:
    """The result; the limit only keeps a hanging test from hanging for ever."""
    return future.result(timeout=60)


def test_readings_are_in_the_record_with_what_they_mean(bench, meter) -> None:
    device, _ = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    member = take(source, 5)
    source.stop("finished")
    assert bench.values(run)[:, 0] == pytest.approx(np.full(5, VOLTS), abs=NEAR)
    (start,), (meaning,), (stop,) = (bench.entries(kind) for kind in ("run-start", "series", "run-stop"))
    assert start.body["instrument"]["identity"]["serial"] == device.identity.serial
    assert (start.body["purpose"], start.body["task"], start.station) == ("record", "stability", "stability")
    assert (meaning.seq, meaning.body["role"], meaning.body["artefact"]) == (member, "X", "TS")
    assert (stop.body["rows"], stop.body["reason"]) == (5, "finished")
    bench.holds()


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_reply_leaves_a_gap_and_never_a_value(bench, meter, fault) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    take(source, 2)
    simulated.hands.fault(fault)
    take(source, 3)
    source.stop("finished")
    assert bench.values(run)[:, 0] == pytest.approx(np.full(len(bench.values(run)), VOLTS), abs=NEAR)
    (gap,) = bench.entries("gap")
    assert gap.body["reason"] in {"NoReply", "BadReply"}
    assert gap.body["after"] >= 1
    assert int(gap.body["from_ns"]) < int(gap.body["to_ns"])
    assert bench.told[0].endswith("The run waits.")
    assert "the gap is marked" in bench.told[-1]
    bench.holds()


def test_a_run_can_be_halted_though_the_instrument_answers_everything_but_readings(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    take(source, 1)
    simulated.hands.fault("no_reply", 1000)
    bench.on_wait = source.halt
    take(source, 5)
    source.stop("broken off")
    assert len(bench.values(run)) == 1
    bench.holds()


def test_patience_ends_with_an_instrument_that_never_sends_a_reading(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage", patience_s=0.5)
    source.start("stability", "record")
    simulated.hands.fault("no_reply", 1000)
    with pytest.raises(LinkTrouble):
        take(source, 1)
    source.stop("the instrument is silent")
    bench.holds()


@pytest.mark.parametrize("listen", ["pty", "tcp://127.0.0.1:0"])
@pytest.mark.parametrize("fault", ["no_reply", "garbage", "late"])
def test_the_barometer_on_a_serial_line_too(bench, hasty, simulate, devices, listen, fault) -> None:
    simulated = simulate(BAROMETER, serial=True, listen=listen)
    source = bench.source(devices(hasty(BAROMETER), simulated.address), READING[BAROMETER])
    run = source.start("environment", "record")
    take(source, 1)
    simulated.hands.fault(fault)
    take(source, 2)
    source.stop("finished")
    values = bench.values(run)
    assert values == pytest.approx(np.tile([1013.25, 23.0, 45.0], (len(values), 1)), abs=1.0)
    assert len(bench.entries("gap")) == 1
    bench.holds()


def test_a_reply_that_comes_too_late_is_no_value_of_what_was_asked_later(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    take(source, 1)
    simulated.hands.fault("late")

    def another_value_and_the_late_reply() -> None:
        simulated.hands.wire(5.0)
        assert simulated.hands.release() == 1

    bench.on_wait = another_value_and_the_late_reply
    take(source, 2)
    source.stop("finished")
    assert bench.values(run)[:, 0] == pytest.approx([VOLTS, 5.0, 5.0], abs=NEAR)


@pytest.mark.parametrize("which", ["meter", "barometer"])
def test_the_same_instrument_plugged_in_again_resumes_behind_a_gap(bench, which, request) -> None:
    device, simulated = request.getfixturevalue(which)
    reading = READING[MULTIMETER if which == "meter" else BAROMETER]
    source = bench.source(device, reading)
    run = source.start("stability", "record")
    take(source, 2)
    simulated.hands.unplug()
    bench.on_wait = simulated.hands.replug
    if which == "meter":
        simulated.hands.wire(VOLTS)
    take(source, 2)
    source.stop("finished")
    assert len(bench.values(run)) == 4
    (gap,) = bench.entries("gap")
    assert (gap.body["after"], gap.body["run"]) == (1, run)
    assert np.isfinite(bench.values(run)).all()
    assert {len(bench.entries(kind)) for kind in ("run-start", "run-stop")} == {1}
    bench.holds()


def test_what_was_read_before_the_cable_went_stands_before_the_gap(bench, meter, monkeypatch) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    poll, asked, offered = device.poll, [], []

    def gone_at_the_third(reading, meanwhile):
        asked.append(reading)
        if len(asked) == 3:
            simulated.hands.unplug()
        return poll(reading, meanwhile)

    def again() -> None:
        offered.append(bench.recorder.rows(run))
        simulated.hands.replug()

    monkeypatch.setattr(device, "poll", gone_at_the_third)
    bench.on_wait = again
    take(source, 4)
    source.stop("finished")
    assert offered == [2]
    (gap,) = bench.entries("gap")
    assert (gap.body["after"], len(bench.values(run))) == (1, 4)
    bench.holds()


def test_another_serial_number_at_the_address_is_refused(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    take(source, 2)
    simulated.hands.unplug()

    def swap() -> None:
        simulated.hands.serial("MY99999999")
        simulated.hands.replug()

    bench.on_wait = swap
    with pytest.raises(WrongInstrument, match="MY99999999"):
        take(source, 2)
    source.close()
    bench.recorder.wait_beyond(0, 10)
    assert bench.values(run)[:, 0] == pytest.approx([VOLTS, VOLTS], abs=NEAR)
    with Reader.open(bench.notebook.path) as reader:
        assert [one.run for one in interrupted(reader)] == [run]
    assert bench.entries("run-stop") == []


def test_patience_ends_with_the_trouble_and_the_readings_stay(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage", patience_s=0.0)
    run = source.start("stability", "record")
    take(source, 3)
    simulated.hands.unplug()
    with pytest.raises(LinkTrouble):
        take(source, 1)
    assert len(bench.values(run)) == 3
    assert bench.entries("gap") == []


def test_a_killed_instrument_is_lost_and_never_answers(bench, hasty, devices) -> None:
    with start_simulator(DRIVERS / f"{MULTIMETER}.toml", speed=1000.0) as simulated:
        simulated.hands.wire(VOLTS)
        source = bench.source(devices(hasty(MULTIMETER), simulated.address), "voltage", patience_s=0.0)
        run = source.start("stability", "record")
        take(source, 2)
        simulated.process.kill()
        simulated.process.wait()
        with pytest.raises(LinkTrouble):
            take(source, 1)
    assert len(bench.values(run)) == 2
    bench.holds()


def test_a_watch_waits_for_hours_and_ends_at_once(bench, meter) -> None:
    source = bench.source(meter[0], "voltage")
    run = source.start("stability", "record")
    watching = source.watch(series(run), 3600.0)
    seen = bench.recorder.committed
    while not len(bench.values(run)):
        seen = bench.recorder.wait_beyond(seen, 10)
    source.halt()
    member = done(watching)
    source.stop("finished")
    assert len(bench.values(run)) == 1
    assert bench.entries("series")[0].seq == member


def test_a_halt_ends_the_waiting_for_a_lost_instrument(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage", patience_s=3600.0)
    source.start("stability", "record")
    simulated.hands.unplug()
    bench.on_wait = source.halt
    with pytest.raises(LinkLost):
        take(source, 1)


def tidied(device: Device) -> bool:
    """Whether the instrument was given back to its front panel."""
    return any(line.direction == ">" and b"SYST" in line.data and b"LOC" in line.data for line in device.transcript)


def test_the_instrument_is_given_back_whatever_happens(bench, meter) -> None:
    device, _ = meter
    source = bench.source(device, "voltage")

    def fail() -> None:
        with source:
            source.start("stability", "record")
            take(source, 1)
            assert not tidied(device)
            raise RuntimeError("the program fails")

    with pytest.raises(RuntimeError):
        fail()
    source.close()  # a second time does no harm
    assert not device.connected
    assert tidied(device)
    with Reader.open(bench.notebook.path) as reader:
        assert len(interrupted(reader)) == 1


def test_the_instrument_is_given_back_after_a_run_in_order(bench, meter) -> None:
    device, _ = meter
    with bench.source(device, "voltage") as source:
        source.start("stability", "record")
        take(source, 1)
        source.stop("finished")
    assert tidied(device)


def test_overload_is_recorded_without_a_value_and_does_not_count(bench, meter) -> None:
    device, simulated = meter
    source = bench.source(device, "voltage")
    run = source.start("stability", "record")
    simulated.hands.fault("overload", 2)
    take(source, 3)
    source.stop("finished")
    with Reader.open(bench.notebook.path) as reader:
        data = run_values(reader, run)
    assert [data.statuses[code] for code in data.status] == ["overload", "overload", "ok", "ok", "ok"]
    assert np.isnan(data.values[:2, 0]).all()
    assert data.values[2:, 0] == pytest.approx(np.full(3, VOLTS), abs=NEAR)
    assert bench.entries("gap") == []
    bench.holds()


def test_a_wrong_instrument_begins_no_run(bench, hasty, devices, simulate) -> None:
    simulated: Simulated = simulate(MULTIMETER)
    device = devices(hasty(MULTIMETER), simulated.address, expected_serial="MY12345678")
    source = bench.source(device, "voltage")
    with pytest.raises(WrongInstrument):
        source.start("stability", "record")
    assert bench.entries("run-start") == []


def test_two_runs_of_one_source_follow_each_other(bench, meter) -> None:
    source = bench.source(meter[0], "voltage")
    for purpose in ("trial", "record"):
        source.start("stability", purpose)
        take(source, 2)
        source.stop("finished")
    assert [one.body["purpose"] for one in bench.entries("run-start")] == ["trial", "record"]
    bench.holds()


def test_a_reply_without_ok_carries_no_number_whatever_the_driver_says() -> None:
    given = Reply(t_ns=7, raw=b"9.9E37\n", status="overload", texts=("9.9E37",), values=(9.9e37,))
    made = replies(given)
    assert np.isnan(made.values).all()
    assert (made.t_ns, made.status, made.texts, made.raws) == ([7], ["overload"], [["9.9E37"]], [b"9.9E37\n"])
