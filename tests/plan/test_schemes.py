"""Schemes by name: the steps that suit each, the order in which points are gone through, and what is refused."""

import json
from typing import Any

import pytest
from evaluation.records import small_plan_json

from labclient.errors import PlanInvalid
from labclient.home import shipped
from labclient.plan import Plan, asked_at, passage, read_plan, together, value_of, way_told
from labclient.words import say

UP, DOWN = {"role": "X", "approach": "up"}, {"role": "X", "approach": "down"}


def document(method: str, form: str, steps: list[dict[str, str]] | str, **changes: Any) -> bytes:
    """The small plan without coefficients, its points rising, with this scheme."""
    plan = json.loads(small_plan_json())
    plan["measurement"]["scheme"] |= {"method": method, "form": form, "steps": (
        [{"role": one} for one in steps] if isinstance(steps, str) else steps)}  # fmt: skip
    plan["transfer_standard"].pop("coefficients")
    plan["budget"] = [row for row in plan["budget"] if row["origin"] != "coefficient"]
    plan["points"] = [point | {"settings": {}} for point in reversed(plan["points"])]
    return json.dumps(plan | changes).encode()


def made(*scheme: Any, **changes: Any) -> Plan:
    return read_plan(document(*scheme, **changes))


def hysteresis(**other: Any) -> list[dict[str, Any]]:
    row = {"id": "h", "name": {"en": "h", "zh": "h"}, "origin": "hysteresis", "evaluation": "B",
           "distribution": "rectangular"}  # fmt: skip
    return [*json.loads(document("up-down/1", "direct", [UP, DOWN]))["budget"], row | other]


@pytest.mark.parametrize(
    ("method", "form", "steps"),
    [
        ("sx-substitution/1", "difference", "SX"),
        ("sxs-aba/1", "ratio", "SXS"),
        ("sxxs-abba/1", "ratio", "ZSXXSZ"),
        ("xssx-abba/1", "difference", "XSSX"),
        ("indication-error/1", "direct", "ZXXX"),
        ("beside-standard/1", "difference", "SXSX"),
        ("up-down/1", "direct", [UP, UP, DOWN, DOWN]),
        ("up-down/1", "difference", [{"role": "S", "approach": "up"}, UP, {"role": "S", "approach": "down"}, DOWN]),
    ],
)
def test_steps_that_suit_their_method_hold(method: str, form: str, steps: Any) -> None:
    assert made(method, form, steps).measurement.scheme.method == method


@pytest.mark.parametrize(
    ("method", "form", "steps", "said"),
    [
        ("sxs-aba/1", "ratio", "SXXS", "“sxs-aba/1” goes S-X-S, not S-X-X-S."),
        ("sxxs-abba/1", "ratio", "SXXSSXXS", "“sxxs-abba/1” goes S-X-X-S, not S-X-X-S-S-X-X-S."),
        ("xssx-abba/1", "difference", "SXXS", "“xssx-abba/1” goes X-S-S-X"),
        ("sx-substitution/1", "direct", "X", "is of the form difference, ratio, not direct"),
        ("beside-standard/1", "difference", "XS", "“beside-standard/1” goes S-X …, not X-S."),
        ("beside-standard/1", "difference", "SXS", "“beside-standard/1” goes S-X …, not S-X-S."),
        ("indication-error/1", "direct", "XS", "a direct reading is of X alone"),
        ("sxs-aba/1", "ratio", [{"role": "S"}, {"role": "X"}, {"role": "X", "direction": "-"}, {"role": "S"}],
         "has no reversed steps"),
        ("sx-substitution/1", "ratio", [{"role": "S"}, UP], "only “up-down/1” has steps that rise or fall"),
        ("up-down/1", "direct", "XX", "every step rises or falls"),
        ("up-down/1", "direct", [DOWN, UP], "those that rise come first"),
        ("up-down/1", "direct", [UP, UP, DOWN], "measured falling too"),
        ("up-down/1", "direct", [{"role": "Z", "approach": "up"}, UP, {"role": "Z", "approach": "down"}, DOWN],
         "its zero is a point like others"),
        ("up-down/1", "ratio", [UP, DOWN], "is of the form direct, difference, not ratio"),
    ],
)  # fmt: skip
def test_steps_that_do_not_suit_are_refused_by_name(method: str, form: str, steps: Any, said: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        made(method, form, steps)
    assert said in say(refused.value.sentence), say(refused.value.sentence)


def test_a_series_needs_points_that_rise_and_one_setting() -> None:
    points = json.loads(document("up-down/1", "direct", [UP, DOWN]))["points"]
    for wrong, said in (
        (points[::-1], "in rising order"),
        (points[:1], "two or more"),
        ([points[0], points[1] | {"settings": {"range": "10"}}], "with the same settings"),
    ):
        with pytest.raises(PlanInvalid, match=said):
            made("up-down/1", "direct", [UP, DOWN], points=wrong)


def test_hysteresis_is_a_row_of_a_series_alone() -> None:
    assert made("up-down/1", "direct", [UP, DOWN], budget=hysteresis())
    for wrong, said in (({"distribution": "normal"}, "half-width"), ({"evaluation": "A"}, "Type B")):
        with pytest.raises(PlanInvalid, match=said):
            made("up-down/1", "direct", [UP, DOWN], budget=hysteresis(**wrong))
    with pytest.raises(PlanInvalid, match="enters once"):
        made("up-down/1", "direct", [UP, DOWN], budget=[*hysteresis(), hysteresis(id="i")[-1]])
    with pytest.raises(PlanInvalid, match="only a series up and down"):
        made("indication-error/1", "direct", "X", budget=hysteresis())


def test_an_error_of_indication_has_no_relative_correction() -> None:
    coefficients = json.loads(small_plan_json())["transfer_standard"]
    with pytest.raises(PlanInvalid, match="corrected for influences by a model"):
        made("indication-error/1", "direct", "X", transfer_standard=coefficients)


def test_a_series_goes_up_through_all_points_and_down_again() -> None:
    plan = made("up-down/1", "direct", [UP, UP, DOWN, DOWN])
    (points,) = together(plan)
    gone = [(one.point.id, one.place, one.step.approach) for one in passage(plan.measurement.scheme, points)]
    low, high = (point.id for point in plan.points)
    assert gone == [(low, 0, "up"), (low, 1, "up"), (high, 0, "up"), (high, 1, "up"),
                    (high, 2, "down"), (high, 3, "down"), (low, 2, "down"), (low, 3, "down")]  # fmt: skip
    asked = " ".join(say(one) for one in asked_at(plan, "measurement", "LAB01"))
    assert "X↑, X↑, X↓, X↓" in asked


def test_other_schemes_stay_at_a_point() -> None:
    plan = made("sxs-aba/1", "ratio", "SXS")
    assert [[point.id for point in one] for one in together(plan)] == [["1.018V"], ["10V"]]
    gone = passage(plan.measurement.scheme, together(plan)[0])
    assert [(one.point.id, one.place, one.step.role) for one in gone] == [
        ("1.018V", 0, "S"), ("1.018V", 1, "X"), ("1.018V", 2, "S")]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "value"),
    [("plan", "ratio"), ("plan-resistance", "ratio"), ("plan-model", "model"), ("plan-dial-gauge", "error")],
)
def test_every_example_holds_and_says_what_its_value_is(file: str, value: str) -> None:
    plan = read_plan(shipped("resources", "examples", f"{file}.json").read_bytes())
    assert value_of(plan) == value
    assert all(text.en and text.zh for text in (plan.title, plan.measurand, *plan.transfer_standard.never))


def test_a_way_is_told_in_words() -> None:
    steps = made("up-down/1", "direct", [UP, DOWN]).measurement.scheme.steps
    assert [say(way_told(step)) for step in steps] == ["rising", "falling"]
