"""A plan is read strictly, and each fault is named where it stands."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import PlanInvalid
from labclient.home import shipped
from labclient.plan import read_plan, read_trust

EXAMPLE = shipped("resources", "examples", "plan.json").read_bytes()


def _changed(change: Callable[[Any], None]) -> bytes:
    document = copy.deepcopy(json.loads(EXAMPLE))
    change(document)
    return json.dumps(document).encode()


def _set(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = to

    return change


def test_the_example_plan_can_be_worked_by() -> None:
    plan = read_plan(EXAMPLE)
    assert [point.id for point in plan.points] == ["10V", "1.018V"]
    assert str(plan.points[1].nominal.value) == "1.018"
    assert len(plan.budget) >= 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("unit", to="volt"), "“volt” is not a unit"),
        (_set("unit", to="Pa"), "“Pa” is not a unit of voltage"),
        (_set("points", 1, "id", to="10V"), "the id “10V” is used twice"),
        (_set("points", 0, "nominal", "value", to="ten"), "$.points[0].nominal.value"),
        (_set("points", 0, "nominal", "value", to="NaN"), "is not a number"),
        (_set("points", 0, "nominal", "value", to=10.0), "$.points[0].nominal.value"),
        (_set("participants", 0, "departs", to="2026-02-30"), "$.participants[0].departs"),
        (_set("participants", 0, "departs", to="2026-02-01"), "LAB01"),
        (_set("surprise", to=1), "surprise"),
        (_set("warm_up", "limit", "value", to="0"), "must be above zero"),
        (_set("coverage", to={"k": "2", "probability": "0.95"}), "either k or a probability"),
        (_set("roles", to=["operator"]), "needs 3 roles"),
        (_set("measurement", "scheme", "steps", to=[{"role": "X"}]), "both S and X"),
        (_set("budget", to=[]), "exactly one row must come from “certificate”"),
        (_set("environment", "limits", 0, "low", to="30"), "lower limit"),
        (
            _set(
                "transcription",
                to={"document": "plan.pdf", "document_sha256": "0" * 64, "transcribed_by": "A", "confirmed_by": "A"},
            ),
            "another than the one who typed",
        ),
    ],
)
def test_a_wrong_field_is_named_where_it_stands(change: Callable[[Any], None], said: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        read_plan(_changed(change))
    assert said in refused.value.tell()


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b'{"id":1,"id":2}', b"\xff", EXAMPLE[:-5], b"[" * 100_000])
def test_what_is_no_plan_is_refused(data: bytes) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(data)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_make_a_plan(data: bytes) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(data)


def test_a_trust_list_names_each_person_once() -> None:
    person = {"id": "P1", "name": "Operator A", "laboratory": "LAB01", "roles": ["operator"]}
    person |= {"certificate_sha256": "0" * 64}
    trust = {
        "format": "labclient-trust/1", "comparison": "DEMO", "version": 1, "issued": "2026-02-01T00:00:00Z",
        "simulated": True, "roots": ["-"], "crls": [], "people": [person],
    }  # fmt: skip
    assert read_trust(json.dumps(trust).encode()).person("0" * 64) is not None
    trust["people"] = [person, person]
    with pytest.raises(PlanInvalid):
        read_trust(json.dumps(trust).encode())
