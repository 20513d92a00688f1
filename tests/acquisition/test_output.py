"""An output on a real link: limits before bytes, names before danger, and every fault ends safe or loudly not."""

import time
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outputs import CALIBRATOR, CONTROLLER, NAPPING, STAYS_ON, Sourcing, limits, quick, running, sourcing

from labclient.acquisition import Bound, Bounds, Output, Recorder, amount, quantity_text
from labclient.acquisition import _output as output_module
from labclient.clock import SystemClock
from labclient.errors import BrokenOff, GateClosed, LinkTrouble, NotVerified, NumberInvalid, UnitUnknown, WrongUse
from labclient.instruments import Device, Guard, NoReply, SettingRefused, left_on, load_driver
from labclient.words import message, say

__all__ = ["running", "sourcing"]

SPOILT = ("no_reply", "late", "truncated", "garbage", "wrong_terminator", "echo", "duplicate", "unsolicited")
NEVER_SETTLES = (('simulate_later = { word = "6145" }\n', ""),)


def test_a_value_is_recorded_set_read_back_put_out_and_settled_and_closing_is_safe(sourcing) -> None:
    bench: Sourcing = sourcing()
    standing = bench.set("10.5")
    assert (standing.stand, standing.value) == ("on", "10.5")
    assert (bench.state["value"], bench.on) == ("10.5", True)
    assert len(bench.left) == 1
    assert left_on(bench.folder)[0].value == "10.5"
    bench.output.close()
    assert not bench.on
    assert bench.left == []
    assert bench.kinds() == ["output-set", "output-told", "output-safe"]
    intended, told, safe = bench.entries()
    assert (intended.body["value"], intended.body["unit"], intended.body["serial"]) == ("10.5", "V", "5000001")
    assert told.body["of"] == intended.seq
    assert told.body["read_back"] == "10.500000000,V,0.00000000"
    assert (safe.body["verified"], safe.body["cause"]) == (True, "closing")
    assert [one.stand for one in bench.shown] == ["safe", "setting", "on", "safe", "closed"]


def test_the_intention_is_in_the_record_before_a_byte_is_sent(sourcing, monkeypatch) -> None:
    bench = sourcing()
    seen: list[list[str]] = []
    real = bench.output._port.set
    monkeypatch.setattr(bench.output._port, "set", lambda value: (seen.append(bench.kinds()), real(value))[1])
    bench.set("1")
    assert seen == [["output-set"]]


def test_a_second_value_is_set_while_it_is_on(sourcing) -> None:
    bench = sourcing()
    bench.set("1")
    bench.set("-2.5")
    assert (bench.state["value"], bench.on) == ("-2.5", True)
    assert bench.output.safe().result(timeout=60) == "6144"
    assert bench.kinds() == ["output-set", "output-told"] * 2 + ["output-safe"]


def test_a_pressure_controller_settles_at_the_pressure_and_is_held(sourcing) -> None:
    bench = sourcing(CONTROLLER, bounds=limits("kPa", "200", None))
    standing = bench.set("100", "Operator A")
    assert (standing.stand, bench.state["value"], bench.on) == ("on", "100", True)
    assert bench.output.safe().result(timeout=60) == ":OUTP:STAT 0"
    assert not bench.on
    assert bench.entries("output-confirmed")[0].author == "Operator A"


def test_a_pressure_is_set_in_the_unit_of_the_plan_whatever_somebody_chose_at_the_panel(sourcing) -> None:
    bench = sourcing(CONTROLLER, bounds=limits("kPa", "200", None))
    bench.simulated.hands.set(pressure_unit="MPA")
    bench.set("100", "Operator A")
    assert (bench.state["pressure_unit"], bench.state["value"]) == ("KPA", "100")


@pytest.mark.parametrize("value", ["100.0000001", "-101", "1100", "2000", "-1e9"])
def test_beyond_the_limit_nothing_is_sent_and_nothing_recorded(sourcing, value) -> None:
    bench = sourcing()
    before = bench.simulated.hands.status()["requests"]
    with pytest.raises(GateClosed) as refused:
        bench.output.set(Decimal(value), "Operator A")
    assert "nothing was sent" in refused.value.tell("en")
    assert bench.simulated.hands.status()["requests"] == before
    assert bench.kinds() == []


def test_without_a_limit_nothing_is_put_out(sourcing) -> None:
    bench = sourcing(
        bounds=Bounds("V", Decimal(-1100), Decimal(1100), missing=(message("No limit of cal1 is known."),))
    )
    with pytest.raises(GateClosed, match="No limit of cal1"):
        bench.output.set(Decimal(1), "Operator A")
    with pytest.raises(GateClosed, match="No limit is known"):
        Bounds("V", Decimal(-1), Decimal(1)).allow(Decimal(0))


def test_above_thirty_volts_a_person_confirms_by_name_which_is_an_entry_of_that_person(sourcing) -> None:
    bench = sourcing()
    with pytest.raises(GateClosed, match="needs a person"):
        bench.output.set(Decimal("30.001"))
    with pytest.raises(GateClosed, match="needs a person"):
        bench.output.set(Decimal(-50), "   ")
    assert bench.kinds() == []
    bench.set("30")  # not above
    bench.set("-50", "Operator B")
    confirmed = bench.entries("output-confirmed")[0]
    assert (confirmed.author, confirmed.body["value"], confirmed.body["name"]) == ("Operator B", "-50", "Operator B")
    second = bench.entries("output-set")[1]
    assert (second.author, second.body["confirmed_by"]) == ("P-01", "Operator B")
    with pytest.raises(GateClosed, match="needs a person"):
        bench.output.set(Decimal(-50))  # each time anew


@pytest.mark.parametrize(
    ("fault", "after"), [*((fault, 0) for fault in SPOILT), ("no_reply", 1), ("late", 2), ("garbage", 1), ("echo", 2)]
)
def test_a_fault_in_the_middle_of_setting_ends_in_the_safe_state(sourcing, fault, after) -> None:
    """After the read-back, after the word whether it is on, after the word whether it has settled."""
    bench = sourcing()
    bench.set("1")
    real, asked = bench.output._port._answer, []

    def answer(line, question: str) -> str:
        if len(asked) == after:
            bench.simulated.hands.fault(fault)
        asked.append(question)
        return real(line, question)

    bench.output._port._answer = answer
    if after:  # what is on stays on: a value is set, then it is asked whether it has settled
        bench.output.safe().result(timeout=60)
    try:
        bench.set("7")
    except (LinkTrouble, NotVerified):
        assert not bench.on
        assert bench.output.standing.stand == "safe"
        last = bench.entries()[-1]
        assert (last.kind, last.body["verified"], last.body["cause"]) == ("output-safe", True, "fault")
        assert bench.left == []
    else:  # seen in time: an echo of the status word is none, but a repeated one may come when all is said
        assert fault in {"duplicate", "unsolicited"}
        assert bench.state["value"] == "7"


def test_another_value_read_back_than_asked_ends_safe(sourcing) -> None:
    bench = sourcing(there=(('simulate = "{value:.9f},{unit}', 'simulate = "{value:.3f}9,{unit}'),))
    with pytest.raises(LinkTrouble, match="1 was to be set"):
        bench.set("1")
    assert not bench.on
    assert bench.entries()[-1].body["cause"] == "fault"


def test_an_output_that_does_not_go_on_or_does_not_settle_ends_safe(sourcing) -> None:
    bench = sourcing(there=NEVER_SETTLES)
    with pytest.raises(SettingRefused, match="not settled within 1"):
        bench.set("1")
    assert not bench.on
    assert bench.kinds() == ["output-set", "output-safe"]


def test_an_error_that_the_source_reports_ends_safe(sourcing) -> None:
    bench = sourcing(there=(("OUT {value} V, 0 HZ", "OUT {value} V"),))
    with pytest.raises(SettingRefused, match="reports errors: 1301"):
        bench.set("0")
    assert not bench.on


def test_a_cable_pulled_and_put_back_ends_verified_over_a_new_line(sourcing, monkeypatch) -> None:
    monkeypatch.setattr(output_module, "LOOK_S", 0.05)
    bench = sourcing()
    bench.set("5")
    bench.simulated.hands.unplug(0.5)
    _until(lambda: bench.entries("output-safe"))
    assert not bench.on
    safe = bench.entries("output-safe")[0]
    assert (safe.body["verified"], safe.body["cause"]) == (True, "fault")
    bench.set("6")
    assert bench.on, "it is connected anew"


def test_a_cable_that_stays_out_is_told_loudly_with_what_to_do_by_hand(sourcing, monkeypatch) -> None:
    monkeypatch.setattr(output_module, "LOOK_S", 0.05)
    bench = sourcing()
    bench.set("5")
    bench.simulated.hands.unplug()
    _until(lambda: bench.entries("output-safe"))
    assert bench.output.standing.stand == "unverified"
    assert any("could not be verified as off" in one and "By hand, now" in one for one in bench.told)
    entry = bench.entries("output-safe")[0]
    assert entry.body["verified"] is False
    with pytest.raises(GateClosed, match="not known whether"):
        bench.set("1")
    assert len(bench.left) == 1, "whoever comes next finds it"
    bench.simulated.hands.replug()
    assert bench.output.safe().result(timeout=60)
    assert not bench.on
    assert bench.left == []


def test_a_source_that_does_not_obey_is_never_called_safe(sourcing) -> None:
    bench = sourcing(there=STAYS_ON)
    bench.set("5")
    with pytest.raises(NotVerified) as failed:
        bench.output.safe().result(timeout=60)
    assert "By hand, now: press STANDBY" in failed.value.tell("en")
    assert bench.output.standing.stand == "unverified"
    assert bench.entries()[-1].body == {
        "instrument": "cal1", "cause": "asked", "verified": False, "said": say(failed.value.sentence, "en"),
    }  # fmt: skip
    with pytest.raises(NotVerified):
        bench.output.close()


def test_another_unit_at_the_address_does_not_count_as_safe(sourcing) -> None:
    bench = sourcing()
    bench.set("5")
    bench.simulated.hands.serial("9999999")
    with pytest.raises(NotVerified, match="9999999"):
        bench.output.safe().result(timeout=60)


def test_an_older_answer_is_never_taken_for_the_word_that_it_is_off(sourcing) -> None:
    """The answer “standby” of before comes late, and the source does not obey: only its newest word counts."""
    bench = sourcing(there=STAYS_ON)
    bench.simulated.hands.fault("late")
    with pytest.raises(NoReply):
        bench.output._port.is_on()
    bench.simulated.hands.set(word="6145")
    with pytest.raises(NotVerified):
        bench.output.safe().result(timeout=60)


def test_the_safe_state_breaks_off_what_settles_and_what_waits(sourcing) -> None:
    bench = sourcing(CALIBRATOR, ("longest_s = 1.0\nevery", "longest_s = 50\nevery"), there=NEVER_SETTLES)
    first = bench.output.set(Decimal(1))
    second = bench.output.set(Decimal(2))
    _until(lambda: bench.on)
    assert bench.output.safe().result(timeout=60)
    for waiting in (first, second):
        with pytest.raises(BrokenOff):
            waiting.result(timeout=60)
    assert not bench.on
    assert bench.state["value"] == "1", "what waited was never sent"


def test_what_goes_off_by_itself_is_told_and_recorded(sourcing, monkeypatch) -> None:
    monkeypatch.setattr(output_module, "LOOK_S", 0.05)
    bench = sourcing()
    bench.set("5")
    bench.simulated.hands.set(word="6144")
    _until(lambda: bench.entries("output-safe"))
    assert bench.entries()[-1].body["cause"] == "went off"
    assert "gone off by itself" in bench.told[0]


def test_an_output_found_on_is_left_alone_until_it_was_made_safe(sourcing) -> None:
    bench = sourcing()
    bench.output.close()
    bench.simulated.hands.set(word="6145", value="500")
    with Recorder(bench.notebook, interval=0.02) as recorder:
        device = Device(load_driver(quick(bench.folder.parent, CALIBRATOR)), bench.address)
        output = Output(device, recorder, SystemClock(), limits(), Guard(bench.folder, bench.address, NAPPING),
                        instrument="cal1", author="P-01", tell=lambda _: None)  # fmt: skip
        with output:
            found = output.open().result(timeout=60)
            assert found.stand == "found on"
            assert "500.000000000" in found.value
            with pytest.raises(GateClosed, match="not known whether"):
                output.set(Decimal(1)).result(timeout=60)
            assert bench.on
            output.safe().result(timeout=60)
            assert not bench.on
            output.set(Decimal(1)).result(timeout=60)
    assert not bench.on


# -- rules over numbers ------------------------------------------------------------------------------------------------

_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**7), max_value=10**7)


@given(value=_DECIMALS, limit=st.decimals(min_value=0, max_value=2000, places=4), other=st.none() | _DECIMALS.map(abs))
def test_what_is_allowed_lies_within_every_limit(value: Decimal, limit: Decimal, other: Decimal | None) -> None:
    bounds = [Bound(limit, message("one"))] + ([Bound(other, message("other"))] if other is not None else [])
    rules = Bounds("V", Decimal(-1100), Decimal(1100), tuple(bounds), confirm_above=Decimal(30))
    within = -1100 <= value <= 1100 and abs(value) <= limit and (other is None or abs(value) <= other)
    try:
        rules.allow(value)
    except GateClosed:
        assert not within
    else:
        assert within
    assert rules.needs_name(value) == (abs(value) > 30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=_DECIMALS)
def test_never_a_byte_is_sent_for_a_value_beyond_a_limit(once, value: Decimal) -> None:
    bench = once
    before = bench.simulated.hands.status()["requests"]
    try:
        future = bench.output.set(value, "Operator A")
    except (GateClosed, WrongUse):
        assert bench.simulated.hands.status()["requests"] == before
        assert abs(value) > 100 or len(str(value)) > 15
    else:
        assert abs(value) <= 100
        assert future.result(timeout=60).stand == "on"
        assert Decimal(bench.state["value"]) == value


@pytest.fixture
def once(sourcing) -> Sourcing:
    return sourcing()


@pytest.mark.parametrize(
    ("text", "symbol", "wanted", "value"),
    [("10", "V", "V", "10"), ("100", "mV", "V", "0.1"), ("-0.5", "kV", "V", "-500"), ("1", "bar", "kPa", "100")],
)
def test_an_amount_is_converted_exactly(text, symbol, wanted, value) -> None:
    assert amount(text, symbol, wanted) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "symbol", "refused"),
    [("12,5", "V", NumberInvalid), ("1e400", "V", WrongUse), ("NaN", "V", NumberInvalid), ("1", "A", UnitUnknown),
     ("1", "parsec", UnitUnknown), ("1.23456789012345678", "V", WrongUse), ("", "V", NumberInvalid)],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text, symbol, refused) -> None:
    with pytest.raises(refused):
        amount(text, symbol, "V")


@pytest.mark.parametrize("text", ["100", "V", "", "100V"])
def test_an_amount_needs_its_unit(text) -> None:
    with pytest.raises(WrongUse, match="amount with its unit"):
        quantity_text(text)


def _until(done, seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.01)
