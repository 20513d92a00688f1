"""A reply becomes values completely or not at all."""

import csv
import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.instruments import STATUSES, BadReply, load_driver

from .conftest import BAROMETER, DRIVERS, MULTIMETER, READING

TRAPS = Path(__file__).parents[3] / "shared" / "cases" / "raw_reading_traps.csv"
RULES = {name: load_driver(DRIVERS / f"{name}.toml").rule(READING[name]) for name in READING}
GOOD = {MULTIMETER: b"+1.00001234E+01\n", BAROMETER: b"1013.247 hPa   23.012 'C  45.318 %RH\r\n"}


def read(name: str, raw: bytes) -> tuple[float, ...] | None:
    try:
        return RULES[name].read(raw).values
    except BadReply:
        return None


@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_never_a_value(raw) -> None:
    for name in RULES:
        assert read(name, raw) is None


@given(st.from_regex(re.compile(rb"[+-]\d\.\d{8}E[+-]\d{2}\n"), fullmatch=True))
def test_a_full_match_is_exactly_the_number_it_spells(raw) -> None:
    number = Decimal(raw.decode().strip())
    try:
        reply = RULES[MULTIMETER].read(raw)
    except BadReply:
        assert 12 < abs(number) < Decimal("9.9e37")
    else:
        assert reply.texts == (raw.decode().strip(),)
        if reply.status == "ok":
            assert reply.values == (float(number),)
        else:
            assert abs(number) >= Decimal("9.9e37")
            assert math.isnan(reply.values[0])


@pytest.mark.parametrize("name", list(RULES))
def test_no_lost_byte_yields_a_value(name) -> None:
    raw = GOOD[name]
    assert read(name, raw) is not None
    for position in range(len(raw)):
        assert read(name, raw[:position] + raw[position + 1 :]) is None
        assert read(name, raw[:position]) is None
        assert read(name, raw[position:]) is None or position == 0


@given(st.sampled_from(sorted(RULES)), st.data())
def test_a_strange_byte_is_never_read_past(name, data) -> None:
    raw = bytearray(GOOD[name])
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(128, 255) | st.integers(0, 31))
    assert bytes(raw) == GOOD[name] or read(name, bytes(raw)) is None


def test_digits_of_other_scripts_are_refused() -> None:
    assert read(MULTIMETER, "+１.00001234E+01\n".encode()) is None


def test_a_failed_sensor_costs_its_own_channel_only() -> None:
    reply = RULES[BAROMETER].read(b"******** hPa   23.012 'C  45.318 %RH\r\n")
    assert reply.status == "error"
    assert math.isnan(reply.values[0])
    assert reply.values[1:] == (23.012, 45.318)
    assert reply.texts == ("********", "23.012", "45.318")


@pytest.mark.parametrize(("unit", "spelling"), [("kPa", "kPa "), ("unknown", "atm ")])
def test_a_unit_that_is_not_the_expected_one_is_refused(unit, spelling) -> None:
    with pytest.raises(BadReply, match=f"“{spelling.strip()}”, not in hPa"):
        RULES[BAROMETER].read(f"1013.247 {spelling}  23.012 'C  45.318 %RH\r\n".encode())


def test_statuses_are_ordered_from_harmless_to_useless() -> None:
    assert STATUSES[0] == "ok"
    assert STATUSES[-1] == "error"


@pytest.mark.skipif(not TRAPS.exists(), reason="the shared cases are not here")
def test_raw_reading_traps_yield_the_stated_values_and_no_other() -> None:
    values, overloads, refused = [], 0, []
    for row in csv.DictReader(TRAPS.read_text("utf-8").splitlines()):
        try:
            reply = RULES[MULTIMETER].read(f"{row['raw_response']}\n".encode())
        except BadReply:
            refused.append(row["flags"])
            continue
        overloads += reply.status == "overload"
        if not math.isnan(reply.values[0]):
            assert reply.values[0] == float(row["value_V"])
        if not row["flags"]:
            values.append(reply.values[0])
    assert sorted(refused) == ["decimal_comma", "timeout", "unit_change"]
    assert overloads == 1
    assert len(values) == 6
    assert sum(values) / 6 == pytest.approx(10.00001245, abs=1e-12)
