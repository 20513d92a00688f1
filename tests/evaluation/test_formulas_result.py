"""A plan whose model calls a formula: from readings of the room to a reported value."""

import json

import pytest

from labclient.errors import DataUnfit, PlanInvalid
from labclient.evaluation import PointResult, result
from labclient.metrology import parse_model
from labclient.plan import Plan, read_plan

from .models import EXPRESSION, ROWS, declared, model_plan, model_plan_json, row
from .records import ENTRIES, quiet

AIR = "air_density(t, p, h*0.01, x_co2, formula)"
FORMULA_ROWS = [
    *ROWS,
    row("h", "influence", influence="relative humidity", unit="%RH"),
    row("x_co2", "plan", unit="ppm", value="420", u="40"),
    row("formula", "plan", unit="1", value="0", u="0.000022"),
    row("rho_0", "plan", unit="kg/m³", value="1.2"),
    row("c_air", "plan", unit="1", value="0.00001", u="0.000001"),
]
WITH_AIR = f"{EXPRESSION} + S*c_air*({AIR}/rho_0 - 1)"
HUMIDITY = {"influence": "relative humidity", "u": "1.5", "unit": "%RH", "source": "HC-1"}
ROOM = (23.5, 45.0, 1003.25)


def air_plan(expression: str = WITH_AIR, rows=FORMULA_ROWS, **more) -> Plan:
    plan = json.loads(model_plan_json())
    drawing = {"seed": 4, "most": 200_000, "digits": 1}
    return read_plan(
        json.dumps(
            plan | {"model": {"expression": expression}, "budget": rows, "monte_carlo": drawing, **more}
        ).encode()
    )


def measured(record, plan: Plan, room=ROOM) -> PointResult:
    record.write.enter("standard", ENTRIES["standard"])
    both = declared()
    record.write.enter("budget", both | {"influences": [*both["influences"], HUMIDITY]})
    record.write.measure(plan, quiet(plan, seed=7), air=room)
    return result(record.reader, plan, record.reader.size).points[0]


def test_a_plan_corrects_for_the_air_of_its_own_room(record) -> None:
    plan = air_plan()
    found = measured(record, plan)
    without = result(record.reader, model_plan(), record.reader.size).points[0]
    air = parse_model("air_density(t, p, h, x, f)").value({"t": 23.5, "p": 100325.0, "h": 0.45, "x": 42e-5, "f": 0.0})
    standard = float(found.standard_value)
    expected = float(without.value) + standard * 1e-5 * (air / 1.2 - 1)
    assert float(found.value) == pytest.approx(expected, abs=1e-13)
    sensitivities = {one.row: float(one.sensitivity) for one in found.budget}
    assert sensitivities["formula"] == pytest.approx(standard * 1e-5 * air / 1.2, rel=1e-12)
    assert sensitivities["h"] < 0
    assert found.monte_carlo is not None
    assert found.monte_carlo.validated == "yes"
    methods = result(record.reader, plan, record.reader.size).methods
    assert "formula-air-density/1" in methods


def test_a_room_outside_the_range_of_the_formula_gives_no_result(record) -> None:
    with pytest.raises(DataUnfit, match="t from 15"):
        measured(record, air_plan(), (28.5, 45.0, 1003.25))


@pytest.mark.parametrize(
    ("of", "by", "said"),
    [
        ("h*0.01", "h", "air_density needs h in 1; it is in %RH. Multiply it by 0.01."),
        (AIR, "air_density(t, p)", "has 2 arguments instead of 5"),
        ("(t, p,", "(t, S,", "air_density needs p in Pa"),
        ("h*0.01", "45", "here it is 45"),
        ("x_co2, formula", "x_co2, -formula", "must be an input of the model"),
    ],
)
def test_a_plan_that_calls_a_formula_wrongly_is_refused_at_the_character(of: str, by: str, said: str) -> None:
    wrong = WITH_AIR.replace(of, by)
    names = parse_model(wrong).names if "45" in by or by == "h" or "S" in by else ()
    rows = [one for one in FORMULA_ROWS if not names or one["id"] in names]
    with pytest.raises(PlanInvalid) as refused:
        air_plan(wrong, rows)
    assert said in refused.value.tell()
    assert "haracter" in refused.value.tell()


def test_the_formulas_own_error_has_an_uncertainty() -> None:
    rows = [one | {"u": "0"} if one["id"] == "formula" else one for one in FORMULA_ROWS]
    with pytest.raises(PlanInvalid, match=r"budget\.formula: it is the error of a formula"):
        air_plan(rows=rows)


def test_a_value_of_the_plan_outside_the_range_is_refused_with_the_plan() -> None:
    rows = [one | {"value": "42", "unit": "%"} if one["id"] == "x_co2" else one for one in FORMULA_ROWS]
    with pytest.raises(PlanInvalid, match="x_co2 from 0"):
        air_plan(rows=rows)
