"""What the plan asks for is told at every station, in the plan's own figures."""

import pytest
from msgspec.structs import replace

from labclient.home import shipped
from labclient.participation import STATIONS
from labclient.plan import InstrumentRule, Plan, Station, asked_at, level_told, read_plan
from labclient.words import say


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(shipped("resources", "examples", "plan.json").read_bytes())


@pytest.mark.parametrize("station", STATIONS)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_station_is_told_in_both_languages(plan: Plan, station: Station, language: str) -> None:
    asked = [say(one, language) for one in asked_at(plan, station, "LAB01")]
    assert asked
    assert not any("{" in one for one in asked)


def test_the_figures_are_those_of_the_plan(plan: Plan) -> None:
    told = {station: " ".join(say(one) for one in asked_at(plan, station, "LAB01")) for station in STATIONS}
    rule = plan.measurement
    assert f"{plan.warm_up.minimum.value} {plan.warm_up.minimum.unit}" in told["warm-up"]
    assert f"{plan.stability.limit.value} {plan.stability.limit.unit}" in told["stability"]
    assert f"{len(plan.points)} points on {rule.days} days, {rule.cycles} cycles each" in told["measurement"]
    assert str(plan.participant("LAB01").report_due) in told["submission"]


def test_the_last_laboratory_hands_over_to_the_pilot_and_the_others_to_the_next(plan: Plan) -> None:
    route = [one.laboratory.code for one in plan.participants]
    told = [say(asked_at(plan, "handed-over", code)[0]) for code in route]
    assert [one.split()[-1] for one in told] == [*route[1:], plan.pilot.code]


def test_a_limit_with_one_end_says_which(plan: Plan) -> None:
    told = " ".join(say(one) for one in asked_at(plan, "arrival", "LAB01"))
    assert "relative humidity at most 80 %RH" in told


def test_the_assurance_level_is_said_in_words(plan: Plan) -> None:
    assert say(level_told(plan)) == "three personal keys, sealed"


def test_what_blocks_a_run_is_told_before_it_does(plan: Plan) -> None:
    assert "No run for the record" not in " ".join(say(one) for one in asked_at(plan, "measurement", "LAB01"))
    strict = replace(plan, instruments=InstrumentRule(expired="block", changed="block"))
    told = [say(one) for one in asked_at(strict, "measurement", "LAB01")]
    assert told[-1] == (
        "No run for the record with: an expired certificate; firmware or settings changed since the calibration"
    )
