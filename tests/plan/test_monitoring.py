"""The part of a plan that tells the pilot how to follow the transfer standard."""

import json
from typing import Any

import pytest

from labclient.errors import PlanInvalid
from labclient.home import shipped
from labclient.plan import Monitoring, read_plan

EXAMPLE = json.loads(shipped("resources", "examples", "plan.json").read_bytes())
GOOD: dict[str, Any] = {
    "form": "line",
    "limit": {"value": "3", "unit": "µV"},
    "visit_rows": ["A", "day"],
    "transport": {"limit": {"value": "1", "unit": "µV"}, "u_day": {"value": "0.2", "unit": "µV"}, "legs": 3},
    "u_laboratory": {"value": "1", "unit": "µV"},
    "reference": "weighted-mean",
}


def plan_with(**changes: Any) -> bytes:
    return json.dumps(EXAMPLE | {"monitoring": GOOD | changes}).encode()


def test_a_plan_without_it_is_a_plan() -> None:
    assert read_plan(json.dumps(EXAMPLE).encode()).monitoring is None


def test_what_it_does_not_say_has_a_stated_value() -> None:
    assert read_plan(json.dumps(EXAMPLE | {"monitoring": {}}).encode()).monitoring == Monitoring()


def test_it_is_read_whole() -> None:
    asked = read_plan(plan_with()).monitoring
    assert asked is not None
    assert (asked.form, asked.reference, asked.visit_rows) == ("line", "weighted-mean", ("A", "day"))
    assert asked.transport is not None
    assert asked.transport.legs == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"visit_rows": ["nothing"]}, "no row “nothing”"),
        ({"k": "0.5"}, "monitoring.k"),
        ({"most_ratio": "0"}, "monitoring.most_ratio"),
        ({"limit": {"value": "0", "unit": "V"}}, "monitoring.limit"),
        ({"limit": {"value": "1", "unit": "Ω"}}, "monitoring.limit"),
        ({"u_laboratory": {"value": "-1", "unit": "V"}}, "monitoring.u_laboratory"),
        ({"transport": GOOD["transport"] | {"u_day": {"value": "-1", "unit": "V"}}}, "monitoring.transport.u_day"),
        ({"form": "wave"}, "monitoring.form"),
        ({"score": "z"}, "needs sigma_pt"),
        ({"score": "z-prime"}, "needs sigma_pt"),
        ({"score": "zeta"}, "ζ does not hold"),
        ({"score": "Q"}, "monitoring.score"),
    ],
)
def test_what_is_impossible_is_refused_where_it_stands(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanInvalid, match=said):
        read_plan(plan_with(**changes))


def test_a_score_that_holds_is_taken() -> None:
    asked = read_plan(plan_with(score="z-prime", sigma_pt={"value": "1", "unit": "µV"})).monitoring
    assert asked is not None
    assert asked.score == "z-prime"
    other = read_plan(plan_with(score="zeta", reference="pilot")).monitoring
    assert other is not None
    assert other.score == "zeta"
