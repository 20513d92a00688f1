"""Outputs inside a participation: the smallest of all limits holds, and what was left on finds its record."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from labclient.acquisition import Bounds
from labclient.errors import GateClosed, UnitUnknown, WrongUse
from labclient.home import Home, shipped
from labclient.instruments import BenchInstrument, LeftOn, Outcome, load_bench, load_driver, save_bench
from labclient.instruments._guard import left_file
from labclient.instruments._safe import safe_orders
from labclient.notebook import Reader
from labclient.participation import (
    bounds_of,
    left_outputs,
    limit_output,
    may_source,
    note_outputs,
    source_named,
    sources,
    told,
)
from labclient.plan import Applied, Plan, Quantity
from labclient.words import say

ADDRESS = "GPIB0::4::INSTR"
DRIVER = load_driver(shipped("drivers", "fluke-5730a.toml"))
PACE = load_driver(shipped("drivers", "druck-pace.toml"))


def instrument(greatest: str = "100 V") -> BenchInstrument:
    return BenchInstrument("cal1", "calibrator", "5000001", "fluke-5730a", ADDRESS, greatest=greatest)


def with_applied(plan: Plan, greatest: str, unit: str = "V", above: str | None = None) -> Plan:
    confirm = Quantity(Decimal(above), unit) if above else None
    applied = Applied(Quantity(Decimal(greatest), unit), confirm)
    standard = msgspec.structs.replace(plan.transfer_standard, applied=applied)
    return msgspec.structs.replace(plan, transfer_standard=standard)


def refused(bounds: Bounds, value: str) -> str:
    with pytest.raises(GateClosed) as trouble:
        bounds.allow(Decimal(value))
    return say(trouble.value.sentence, "en")


def test_the_smallest_limit_holds_and_is_named(desk) -> None:
    plan = with_applied(desk.plan, "12")
    assert "the plan's limit" in refused(bounds_of(instrument(), DRIVER, plan), "12.1")
    assert "the register's limit of cal1" in refused(bounds_of(instrument("5 V"), DRIVER, plan), "5.1")
    bounds_of(instrument(), DRIVER, plan).allow(Decimal(-12))


def test_a_limit_that_is_not_known_is_none(desk) -> None:
    assert "the plan has none" in refused(bounds_of(instrument(), DRIVER, desk.plan), "0")
    assert "the register has none" in refused(bounds_of(instrument(""), DRIVER, None), "0")


def test_the_plan_lowers_from_where_on_a_name_is_asked_and_never_raises_it(desk) -> None:
    assert bounds_of(instrument(), DRIVER, with_applied(desk.plan, "100")).confirm_above == 30
    assert bounds_of(instrument(), DRIVER, with_applied(desk.plan, "100", above="5")).confirm_above == 5
    assert bounds_of(instrument(), DRIVER, with_applied(desk.plan, "100", above="60")).confirm_above == 30
    pressure = BenchInstrument("p", "controller", "1", "druck-pace", ADDRESS, greatest="2 bar")
    assert bounds_of(pressure, PACE, None).needs_name(Decimal("0.001"))
    assert bounds_of(pressure, PACE, with_applied(desk.plan, "1", "bar", "0.5")).confirm_above == 50


def test_a_plan_of_another_quantity_lets_nothing_out(desk) -> None:
    with pytest.raises(UnitUnknown):
        bounds_of(instrument(), DRIVER, with_applied(desk.plan, "5", "kPa"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "own")
    home.root.mkdir()
    save_bench(home.bench, load_bench(home.bench).with_instrument(instrument("")))
    return home


@pytest.mark.parametrize("text", ["0 V", "1101 V", "5 kPa", "5", "-5 V", "5 V V"])
def test_a_limit_has_to_be_one(home, text) -> None:
    with pytest.raises(WrongUse):
        limit_output(home, "cal1", text)
    assert load_bench(home.bench).find("cal1").greatest == ""


def test_a_source_is_named_by_id_or_address(home) -> None:
    assert list(sources(home)) == ["cal1"]
    assert source_named(home, ADDRESS) == source_named(home, "cal1") == "cal1"
    with pytest.raises(WrongUse, match="no source or controller"):
        source_named(home, "GPIB0::5::INSTR")
    assert limit_output(home, "cal1", "500 mV").greatest == "500 mV"


def leave(home: Home, notebook: Path, outcome: Outcome | None) -> LeftOn:
    left = LeftOn("cal1", "20", "V", "P-01", "2026-01-02T03:04:05.000000Z", str(notebook),
                  safe_orders(DRIVER, ADDRESS, {}, "5000001"), outcome)  # fmt: skip
    left_file(home.outputs, ADDRESS).write_bytes(msgspec.json.encode(left))
    return left


SAFE = Outcome("2026-01-02T03:05:00.000000Z", True, "watchdog", "6144")


def test_what_the_watchdog_did_is_recorded_in_the_notebook_that_it_belongs_to(desk) -> None:
    leave(desk.p.home, desk.p.path, SAFE)
    (sentence,) = note_outputs(desk.p)
    assert "was made safe at 2026-01-02T03:05:00" in say(sentence, "en")
    with Reader.open(desk.p.path) as reader:
        (entry,) = reader.entries({"output-safe"})
    assert (entry.author, entry.body["cause"], entry.body["verified"]) == ("program", "program ended", True)
    assert "the program had ended" in say(told(entry), "en")
    assert left_outputs(desk.p.home) == ()


def test_what_may_still_be_on_is_said_and_blocks_until_it_is_safe(desk) -> None:
    home = desk.p.home
    save_bench(home.bench, load_bench(home.bench).with_instrument(instrument()))
    for outcome in (None, Outcome(SAFE.at, False, "watchdog", "no answer")):
        leave(home, desk.p.path, outcome)
        (sentence,) = note_outputs(desk.p)
        assert "may still be on: 20 V, set by P-01" in say(sentence, "en")
        with pytest.raises(GateClosed, match="may still be on"):
            may_source(home, "cal1")
    left_file(home.outputs, ADDRESS).unlink()
    may_source(home, "cal1")


def test_what_belongs_to_another_notebook_waits_for_it(desk, tmp_path) -> None:
    other = tmp_path / "other.labnote"
    other.write_bytes(b"")
    leave(desk.p.home, other, SAFE)
    assert note_outputs(desk.p) == ()
    assert len(left_outputs(desk.p.home)) == 1


def test_a_person_cannot_enter_what_only_the_program_does(desk) -> None:
    with pytest.raises(WrongUse, match="cannot be entered"):
        desk.p.enter("output-safe", {"instrument": "cal1", "cause": "asked", "verified": True, "said": "x"}, "P-01")
