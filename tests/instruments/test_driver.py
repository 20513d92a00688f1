"""Driver files: what loads, and what the refusal of a wrong one says."""

from pathlib import Path

import pytest

from labclient.errors import DriverInvalid
from labclient.instruments import drivers, load_driver

from .conftest import DRIVERS, MULTIMETER


def changed(folder: Path, old: str, new: str) -> Path:
    text = (DRIVERS / f"{MULTIMETER}.toml").read_text("utf-8")
    assert old in text
    path = folder / f"{MULTIMETER}.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def line(path: Path, text: str) -> int:
    return next(n for n, each in enumerate(path.read_text("utf-8").splitlines(), 1) if text in each)


@pytest.mark.parametrize(
    ("old", "new", "at", "field", "says"),
    [
        ('reply_end = "\\n"', 'replyend = "\\n"', "replyend", "framing.replyend", "Allowed: send_end, reply_end"),
        ('max_bytes = 1024', 'max_bytes = "many"', "max_bytes", "framing.max_bytes", "int is expected here, not str"),
        ('certainty = "high"', 'certainty = "sure"', "certainty", "driver.certainty", "Allowed: high, medium, low"),
        ('send = "READ?"\n', "", "[[reading]]", "reading[0]", "“send” is missing"),
        ('unit = "V"\ngroup', 'unit = "volts"\ngroup', 'unit = "volts"', "reading[0].channel[0].unit", "“volts”"),
        ('quantity = "voltage"', 'quantity = "current"', "quantity", "reading[0].channel[0].quantity",
         "V is not a unit"),
        ('group = "value"', 'group = "number"', "pattern = '(?P<value>", "reading[0].pattern",
         "no group named “number”"),
        ('(?P<value>', '(?P<value', "pattern = '(?P<value", "reading[0].pattern", "not a regular expression"),
        ('NPLC {nplc}"', 'NPLC {cycles}"', "NPLC {cycles}", "setup[2].send", "“cycles” is not a setting"),
        ('default = "ON"', 'default = "YES"', "[settings.auto_zero]", "settings.auto_zero", "Allowed: ON, OFF"),
        ('over = ["line_frequency"] }] }\nsimulate = ', 'over = ["auto_zero"] }] }\nsimulate = ', "timeout =",
         "reading[0].timeout", "not a number setting"),
        ('values = ["10.0001234"]', 'values = ["10.0001235"]', "[[example]]", "example[0]", "10.0001234"),
        ('id = "keysight-344xx"', 'id = "keysight"', "id =", "driver.id", "file's name"),
        ('status = "overload"\nvalues = [""]\nnote', 'status = "much"\nvalues = [""]\nnote', 'status = "much"',
         "example[3].status", "Allowed: ok, unstable"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_line_field_and_what_is_allowed(tmp_path, old, new, at, field, says) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(DriverInvalid) as trouble:
        load_driver(path)
    told = trouble.value.tell("en")
    assert f"{path.name}, line {line(path, at)}, {field}:" in told
    assert says in told


def test_text_that_is_not_toml_names_the_line(tmp_path) -> None:
    with pytest.raises(DriverInvalid, match="line 3"):
        load_driver(changed(tmp_path, "[driver]", "[driver"))


def test_too_few_examples_are_refused(tmp_path) -> None:
    path = changed(tmp_path, "[[example]]", "[[example]]")
    head, *examples = path.read_text("utf-8").split("[[example]]")
    path.write_text("[[example]]".join([head, *examples[:4]]), "utf-8")
    with pytest.raises(DriverInvalid, match="at least 5 examples"):
        load_driver(path)


def test_an_example_that_should_be_refused_but_is_read_refuses_the_file(tmp_path) -> None:
    path = changed(tmp_path, 'reply = "+1.00001234E+0"', 'reply = "+1.00001234E+00"')
    with pytest.raises(DriverInvalid, match="was to be refused"):
        load_driver(path)


def test_the_users_file_wins_and_the_digest_tells_them_apart(tmp_path) -> None:
    path = changed(tmp_path, 'version = "2"', 'version = "2-lab"')
    found = drivers([DRIVERS, tmp_path])
    assert found[MULTIMETER].path == path
    assert found[MULTIMETER].version == "2-lab"
    assert found[MULTIMETER].digest != load_driver(DRIVERS / path.name).digest


@pytest.mark.parametrize("asked", [{"nplc": 7}, {"range": "ten"}, {"auto_zero": "on"}, {"speed": 1}])
def test_a_setting_that_is_not_allowed_is_refused(asked) -> None:
    with pytest.raises(DriverInvalid, match=next(iter(asked))):
        load_driver(DRIVERS / f"{MULTIMETER}.toml").chosen(asked)


def test_settings_are_compared_as_numbers_and_sent_plainly() -> None:
    chosen = load_driver(DRIVERS / f"{MULTIMETER}.toml").chosen({"range": "1E1", "nplc": 0.020})
    assert (chosen["range"], chosen["nplc"]) == ("10", "0.02")
