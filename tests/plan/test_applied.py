"""What a plan says of amounts that may be put on the transfer standard."""

import json
from typing import Any

import pytest

from labclient.errors import PlanInvalid
from labclient.home import shipped
from labclient.plan import Plan, asked_at, read_plan
from labclient.words import say


def plan(**applied: Any) -> Plan:
    document = json.loads(shipped("resources", "examples", "plan.json").read_bytes())
    document["transfer_standard"]["applied"] = applied
    return read_plan(json.dumps(document).encode())


def amount(value: str, unit: str = "V") -> dict[str, str]:
    return {"value": value, "unit": unit}


def test_a_plan_without_it_stays_valid() -> None:
    document = shipped("resources", "examples", "plan.json").read_bytes()
    assert read_plan(document).transfer_standard.applied is None


def test_it_is_told_where_the_standard_is_measured() -> None:
    made = plan(greatest=amount("12"), confirm_above=amount("500", "mV"))
    sentences = [say(one, "en") for one in asked_at(made, "measurement", "LAB01")]
    assert "At the transfer standard never more than 12 V" in sentences


@pytest.mark.parametrize(
    ("applied", "told"),
    [
        ({"greatest": amount("0")}, "must be above zero"),
        ({"greatest": amount("-5")}, "must be above zero"),
        ({"greatest": amount("5", "parsec")}, "parsec"),
        ({"greatest": amount("5"), "confirm_above": amount("5", "kPa")}, "is not a unit of voltage"),
        ({"greatest": amount("5"), "confirm_above": amount("-1")}, "not negative"),
    ],
)
def test_what_cannot_be_is_refused(applied, told) -> None:
    with pytest.raises(PlanInvalid, match=told):
        plan(**applied)
