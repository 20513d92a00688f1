"""Simulated instruments: their physics, their time, their hands, their end."""

import json
import socket
import statistics
import subprocess
import sys
from itertools import pairwise
from random import Random

import pytest

from labclient.errors import DriverInvalid, LinkLost, WrongUse
from labclient.instruments import load_driver
from labclient.instruments.simulator import Hands, WorldFile, load_world, start_simulator
from labclient.instruments.simulator._noise import Flicker
from labclient.instruments.simulator._talk import Talk
from labclient.instruments.simulator._world import World

from .conftest import DRIVERS, MULTIMETER

WORLD = {
    "artefacts": {
        "S": {"points": {"10 V": {"value": 9.9999871, "drift_per_day": 1e-6}}},
        "X": {"points": {"10 V": {"value": 10.0000123}, "1.018 V": {"value": 1.0181234}}, "offset": 3e-4},
        "Z": {"points": {"short": {"value": 0.0}}},
    },
    "wired": {"artefact": "S", "point": "10 V"},
    "room": {"temperature": {"mean": 23.0, "swing": 0.1}},
}


def quiet_talk(world: WorldFile) -> tuple[Talk, World]:
    living = World(world, Random(1))
    return Talk(load_driver(DRIVERS / f"{MULTIMETER}.toml"), living, Random(1)), living


def measured(talk: Talk, seconds: float) -> float:
    return float(talk.answer("READ?", seconds).text)


def test_an_instrument_keeps_no_more_errors_than_its_driver_reads_at_once() -> None:
    driver = load_driver(DRIVERS / "vaisala-ptu300.toml")  # tells what stands now, in one answer
    talk = Talk(driver, World(WorldFile(), Random(1)), Random(1))
    for _ in range(3):
        talk.answer("*IDN?", 0.0)
    assert [talk.answer("ERRS", 0.0).text for _ in range(2)] == ["Unknown command", "No errors"]


def test_the_floor_of_the_flicker_is_flat() -> None:
    noise = Flicker(1.0, Random(7))
    samples = [noise.at(float(second)) for second in range(40_000)]
    for factor in (4, 64, 1024):
        means = [statistics.fmean(samples[i : i + factor]) for i in range(0, len(samples) - factor, factor)]
        variance = statistics.fmean((b - a) ** 2 for a, b in pairwise(means)) / 2
        assert variance**0.5 == pytest.approx(1.0, rel=0.35)


def test_the_same_seed_makes_the_same_noise() -> None:
    one, two = (Flicker(1.0, Random(3)) for _ in range(2))
    assert [one.at(t) for t in (1, 2.5, 9)] == [two.at(t) for t in (1, 2.5, 9)]


def test_white_noise_falls_with_the_root_of_the_integration_time(tmp_path) -> None:
    talk, _ = quiet_talk(WorldFile())
    spread = {}
    for nplc in ("1", "100"):
        talk.answer(f"SENS:VOLT:DC:NPLC {nplc}", 0.0)
        spread[nplc] = statistics.stdev(measured(talk, 1e5) for _ in range(400))
    assert spread["1"] / spread["100"] == pytest.approx(10.0, rel=0.25)


def test_the_warm_up_fades_and_the_gain_is_common_to_both_artefacts(tmp_path) -> None:
    path = tmp_path / "world.json"
    path.write_text(json.dumps(WORLD), "utf-8")
    talk, world = quiet_talk(load_world(path))

    def mean(at: float, artefact: str, point: str, *, reversed: bool = False) -> float:
        world.connect(type(world.wired)(artefact, point, reversed))
        return statistics.fmean(measured(talk, at) for _ in range(200))

    assert mean(0, "S", "10 V") - mean(9e3, "S", "10 V") == pytest.approx(4e-6, rel=0.3)
    difference = mean(9e3, "X", "10 V") - mean(9e3, "S", "10 V")
    assert difference == pytest.approx(10.0000123 + 3e-4 - 9.9999871, abs=5e-7)
    half = (mean(9e3, "X", "1.018 V") - mean(9e3, "X", "1.018 V", reversed=True)) / 2
    assert half == pytest.approx(1.0181234 * (1 + 1.8e-6), abs=3e-7)
    assert mean(9e3, "Z", "short") == pytest.approx(2e-7, abs=1e-6)


def test_a_driver_answers_what_its_own_patterns_expect() -> None:
    talk, _ = quiet_talk(WorldFile())
    assert talk.answer("*idn?", 0.0).text.startswith("Keysight Technologies,34470A,")
    assert talk.answer("CONF:VOLT:DC 1", 0.0).text is None
    assert talk.answer("SENS:VOLT:DC:RANG?", 0.0).text == "+1.00000000E+00"
    assert talk.answer("WHAT?", 0.0).text is None
    assert talk.answer("SYST:ERR?", 0.0).text == '-113,"Undefined header"'
    assert talk.answer("SYST:ERR?", 0.0).text == '+0,"No error"'


def test_a_reading_takes_its_integration_time() -> None:
    talk, _ = quiet_talk(WorldFile())
    assert talk.answer("READ?", 0.0).delay_s == pytest.approx(0.4)
    talk.answer("SENS:VOLT:DC:NPLC 100", 0.0)
    assert talk.answer("READ?", 0.0).delay_s == pytest.approx(4.0)


def test_time_may_be_skipped_and_never_runs_back(simulate) -> None:
    hands = simulate(MULTIMETER).hands
    before = hands.status()["time_s"]
    assert hands.skip(86_400) >= before + 86_400
    with pytest.raises(WrongUse, match="ValueError"):
        hands.skip(-1)


@pytest.mark.parametrize(
    "order",
    [{"connect": "Q", "point": "10 V"}, {"fault": "explode"}, {"room": {"light": 3}}, {"dance": 1}, {"wire": {}}, {}],
)
def test_a_wrong_order_is_refused_and_the_channel_lives_on(simulate, order) -> None:
    hands = simulate(MULTIMETER).hands
    with pytest.raises(WrongUse, match="The simulator refuses"):
        hands.order(**order)
    assert hands.status()["plugged"]


def test_an_unplugged_simulator_comes_back_by_itself(simulate) -> None:
    simulated = simulate(MULTIMETER)
    port = int(simulated.address.split("::")[2])
    simulated.hands.unplug()
    assert not simulated.hands.status()["plugged"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    simulated.hands.unplug(0.0)
    while not simulated.hands.status()["plugged"]:
        pass
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


def test_the_world_file_is_checked(tmp_path) -> None:
    path = tmp_path / "world.json"
    path.write_text('{"artefacts": {"S": {"points": {"10 V": {"volts": 10}}}}}', "utf-8")
    with pytest.raises(DriverInvalid, match="volts"):
        load_world(path)


def test_the_world_reaches_the_child(tmp_path) -> None:
    path = tmp_path / "world.json"
    path.write_text(json.dumps(WORLD), "utf-8")
    with start_simulator(DRIVERS / f"{MULTIMETER}.toml", world=path, speed=1000.0, seed=5) as simulated:
        simulated.hands.connect("X", "1.018 V", reversed=True)
        with pytest.raises(WrongUse):
            simulated.hands.connect("X", "100 V")
    assert simulated.process.returncode == 0


def test_the_child_ends_with_its_parents_pipe() -> None:
    arguments = [sys.executable, "-m", "labclient.instruments.simulator", str(DRIVERS / f"{MULTIMETER}.toml")]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        ready = json.loads(child.stdout.readline())
        hands = Hands(ready["control"])
        child.stdin.close()
        assert child.wait(120) == 0
        hands.close()


def test_a_simulator_that_cannot_start_says_so(tmp_path, capfd) -> None:
    with pytest.raises(LinkLost, match="did not start"), start_simulator(tmp_path / "none.toml"):
        pass
    assert "none.toml" in capfd.readouterr().err


def test_hands_without_a_simulator_say_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(LinkLost):
        Hands(f"tcp://127.0.0.1:{port}")
