"""A plan's measurement model and what goes with it: what is impossible is refused with the plan, where it stands."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import PlanInvalid
from labclient.home import shipped
from labclient.plan import influences_asked, input_unit, read_plan

MODEL = shipped("resources", "examples", "plan-model.json").read_bytes()
SIMPLE = shipped("resources", "examples", "plan.json").read_bytes()


def changed(change: Callable[[Any], None], data: bytes = MODEL) -> bytes:
    document = copy.deepcopy(json.loads(data))
    change(document)
    return json.dumps(document).encode()


def put(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = to

    return change


def refusal(data: bytes) -> str:
    with pytest.raises(PlanInvalid) as refused:
        read_plan(data)
    return refused.value.tell()


def test_the_example_with_a_model_can_be_worked_by() -> None:
    plan = read_plan(MODEL)
    assert [input_unit(plan, row) for row in plan.budget] == [
        "kPa", "kPa", "kPa", "1", "kg/m³", "kg/m³", "m/s²", "m", "kPa",
    ]  # fmt: skip
    assert influences_asked(plan) == {}
    assert influences_asked(read_plan(SIMPLE)) == {"temperature": "°C", "pressure": "hPa"}


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("reading + ", "look at character"),
        ("reading + slope*(nominal - applied", "look at character"),
        ("reading + __import__('os')", "“__import__('os')”, at character 11, is not allowed"),
        ("reading.real", "at character 1, is not allowed"),
        ("lambda: 1", "is not allowed"),
        ("reading + µ", "“μ” is no row of the budget"),
        ("reading + slope*(nominal - applied)", "budget.rho_f: the model does not use this row"),
        (
            "reading*applied + slope*(nominal - (applied + (rho_f - rho_a)*g*h)) + resolution",
            "are added or subtracted",
        ),
        (
            "slope*(rho_f - rho_a)*g*h*0 + 1*h/h*slope*reading/applied*nominal/resolution",
            "are added or subtracted",
        ),
        ("reading/applied*nominal/resolution*slope + 0*(rho_f - rho_a)*g*h/applied", "The model gives 1"),
    ],
)
def test_a_model_that_is_none_is_refused_with_its_place(expression: str, said: str) -> None:
    told = refusal(changed(put("model", "expression", to=expression)))
    assert said in told
    assert "model.expression" in told or "budget." in told


@given(st.text(max_size=60))
def test_any_text_for_a_model_is_a_model_or_a_refusal(text: str) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(changed(put("model", "expression", to=text)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("budget", 3, "u", to="-1"), "budget.slope: u belongs to a value of the plan and is not negative"),
        (put("budget", 3, "value", to=None), "budget.slope: a value belongs to a row that comes from the plan"),
        (put("budget", 1, "value", to="3"), "budget.applied: a value belongs to a row that comes from the plan"),
        (put("budget", 0, "unit", to="Pa"), "budget.reading: the unit of such a row is given"),
        (put("budget", 4, "unit", to="kg/furlong"), "model.expression"),
        (put("budget", 4, "origin", to="influence"), "budget.rho_f: name the influence and its unit"),
        (put("model", to=None), "readings of the transfer standard alone need a model"),
        (put("measurement", "scheme", "steps", to=[{"role": "S"}, {"role": "X"}]), "a direct reading is of X alone"),
        (put("measurement", "cycles_per_set_up", to=4), "a number that divides the cycles of a day"),
        (put("measurement", "cycles_per_set_up", to=None), "a number that divides the cycles of a day"),
        (put("measurement", "independent_level", to="day"), "a number that divides the cycles of a day"),
        (put("monte_carlo", "probability", to="0.99"), "another than that of the coverage"),
        (put("monte_carlo", "probability", to="1"), "does not lie between 0.5 and 1"),
        (put("monte_carlo", "digits", to=3), "$.monte_carlo.digits"),
        (put("monte_carlo", "most", to=100), "$.monte_carlo.most"),
        (put("examination", "outliers", to=["by eye"]), "$.examination.outliers[0]"),
        (put("sanity", "cmc", to="0"), "sanity.cmc"),
        (put("sanity", "relative_low", to="0.5"), "the lower limit is not below the upper one"),
        (put("stability", "information", 0, "groups", to=100), "100 groups do not suit the readings"),
        (put("stability", "information", 0, "groups", to=2), "2 groups do not suit the readings"),
    ],
)
def test_what_goes_with_a_model_is_refused_where_it_stands(change: Callable[[Any], None], said: str) -> None:
    assert said in refusal(changed(change))


@pytest.mark.parametrize(
    "change",
    [
        put("budget", 3, "origin", to="nominal"),
        put("budget", 3, "unit", to="V"),
        lambda plan: plan["budget"].append(plan["budget"][3] | {"id": "x", "origin": "plan", "value": "1"}),
    ],
)
def test_without_a_model_no_row_is_an_input_of_one(change: Callable[[Any], None]) -> None:
    assert "only a plan with a model has such a row" in refusal(changed(change, SIMPLE))
