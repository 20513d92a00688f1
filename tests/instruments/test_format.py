"""Parts of the driver format that the shipped families do not use, on a made-up balance."""

from pathlib import Path
from threading import Event

import pytest

from labclient.clock import SystemClock
from labclient.errors import DriverInvalid, LinkTimeout
from labclient.instruments import Device, NoReply, SettingRefused, load_driver
from labclient.instruments.simulator import Simulated, start_simulator

SCALE = Path(__file__).with_name("scale.toml")


class Impatient(SystemClock):
    """A clock that notes how long it was asked to wait, and does not wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, event: Event, seconds: float) -> bool:
        self.waits.append(seconds)
        return event.is_set()


@pytest.fixture(scope="module")
def scale_process():
    with start_simulator(SCALE) as simulated:
        yield simulated


@pytest.fixture
def scale(scale_process, devices) -> tuple[Device, Simulated, Impatient]:
    scale_process.hands.reset()
    scale_process.hands.wire(100.0)
    clock = Impatient()
    device = devices(load_driver(SCALE), scale_process.address, {"filter": "FAST"}, clock)
    device.connect()
    return device, scale_process, clock


def test_a_word_is_set_and_read_back(scale) -> None:
    device, simulated, _ = scale
    assert simulated.hands.status()["state"]["filter"] == "FAST"
    assert device.snapshot()["read_back"] == {"filter": "FAST", "level": "2.0"}


def test_the_first_readings_are_discarded_and_the_prompt_is_no_part_of_a_reply(scale) -> None:
    device, simulated, _ = scale
    before = simulated.hands.status()["requests"]
    assert device.poll("mass").values == (100.0,)
    assert simulated.hands.status()["requests"] == before + 3
    device.poll("mass")
    assert simulated.hands.status()["requests"] == before + 4


def test_commands_keep_their_distance_and_a_step_waits_as_declared(scale) -> None:
    device, _, clock = scale
    assert 2.5 in clock.waits
    clock.waits.clear()
    device.poll("mass")
    assert clock.waits
    assert all(0 < seconds <= 0.1 for seconds in clock.waits)


def test_extra_input_may_be_declared_harmless(scale) -> None:
    device, simulated, _ = scale
    simulated.hands.say("hello")
    simulated.hands.status()
    assert device.poll("mass").values == (100.0,)


def test_a_teardown_that_fails_is_in_the_transcript_and_closes_all_the_same(scale) -> None:
    device, _, _ = scale
    device.close()
    assert not device.connected
    assert device.transcript[-1].direction == "!"
    assert b"BAD" in device.transcript[-1].data


@pytest.mark.parametrize("answer", ["2.5", "two"])
def test_a_read_back_that_is_another_number_or_none_is_refused(scale, answer, tmp_path) -> None:
    _, simulated, clock = scale
    text = SCALE.read_text("utf-8").replace('send = "LEVEL {level}"', 'send = "@"')  # the level never arrives
    path = tmp_path / SCALE.name
    path.write_text(text, "utf-8")
    simulated.hands.set(level=answer)
    with pytest.raises(SettingRefused, match="level: asked 2, the instrument says"):
        Device(load_driver(path), simulated.address, clock=clock).connect()


@pytest.mark.parametrize("level", [-1, 5.5, "1,5"])
def test_a_number_outside_its_limits_is_refused(level) -> None:
    with pytest.raises(DriverInvalid, match="level"):
        load_driver(SCALE).chosen({"level": level})


def test_an_instrument_that_never_falls_silent_is_a_timeout(scale) -> None:
    device, simulated, _ = scale
    simulated.hands.stream("100.0", 0.01)
    with pytest.raises(LinkTimeout, match="does not stop sending") as trouble:
        device.resync()
    assert isinstance(trouble.value, NoReply)
    assert b"100.0" in trouble.value.raw


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("allowed = [\"SLOW\", \"FAST\"]", "", "settings.filter", "needs the list"),
        ("units = { g = \"g\", kg = \"kg\" }", "", "reading[0].channel[0].units", "list of its spellings"),
        ('resolution = { base', 'sentinels = [{ status = "error" }]\nresolution = { base',
         "reading[0].channel[0].sentinels", "at_least, at_most or pattern"),
        ("(?P<filter>", "(?P<filtre>", "setup[1].pattern", "“filtre” is not a setting"),
        ('status = "overload"\nvalues = [""]', 'status = "unstable"\nvalues = [""]', "example[3]", "is overload, not"),
        ('reading = "mass"\nreply = "S S 1  100', 'reading = "weight"\nreply = "S S 1  100', "example[0].reading",
         "“weight” is not a reading"),
        ("[settings.level]", "[settings.Level]", "settings.Level", "small letters"),
        ("[resync]", '[[reading]]\nname = "none"\nmode = "poll"\nsend = "SI"\npattern = ""\n'
         'timeout = {}\nsimulate = ""\nsimulate_overload = ""\nchannel = []\n[resync]', "driver", "a reading with a"),
        ("[resync]", '[[reading]]\nname = "mass"\nmode = "poll"\nsend = "SI"\npattern = "(?P<mass>.*)"\n'
         'timeout = {}\nsimulate = ""\nsimulate_overload = ""\nchannel = [{ name = "m", quantity = "mass", unit = "g", '
         'group = "mass", resolution = {} }]\n[resync]', "reading[1].name", "used twice"),
        ('serial = "7"', 'serial = 7', "simulate.serial", "str is expected here, not int"),
        ("kind = \"socket\"", "kind = \"pigeon\"", "connection[0].kind", "Allowed: socket, gpib"),
    ],
)  # fmt: skip
def test_a_contradiction_names_its_field(tmp_path, old, new, field, says) -> None:
    path = tmp_path / SCALE.name
    text = SCALE.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DriverInvalid) as trouble:
        load_driver(path)
    assert f", {field}: " in trouble.value.tell("en")
    assert says in trouble.value.tell("en")


def test_a_file_without_an_error_or_an_overload_is_refused(tmp_path) -> None:
    text = SCALE.read_text("utf-8")
    for word, says in (("refused = true", "an example of an error"), ('status = "overload"', "an overload")):
        kept = [
            part for part in text.split("[[example]]") if word not in part and 'unstable"' not in part.split("\n")[3]
        ]
        head, *examples = kept
        path = tmp_path / SCALE.name
        path.write_text("[[example]]".join([head, *(examples * 3)]), "utf-8")
        with pytest.raises(DriverInvalid, match=says):
            load_driver(path)


def test_a_missing_file_is_told(tmp_path) -> None:
    with pytest.raises(DriverInvalid, match="cannot be read"):
        load_driver(tmp_path / "none.toml")
