"""Schemes at the terminal: plans to begin with, and a series up and down whose readings are typed."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from labclient.notebook import Reader
from labclient.plan import read_plan
from labclient.words import use_language

from .conftest import EXAMPLES, WHO, Pc
from .test_by_hand import ALL, PLACED, READ, Hand, at_measurement, plan_by_hand

UP, DOWN = {"role": "X", "approach": "up"}, {"role": "X", "approach": "down"}


def series_plan() -> bytes:
    """Two points, one day, two cycles up and down, one reading a step."""
    plan = json.loads(plan_by_hand(typed=ALL, imported=ALL))
    first = plan["points"][0] | {"settings": {}}
    plan["points"] = [first, first | {"id": "20V", "nominal": {"value": "20", "unit": "V"}}]
    plan["transfer_standard"].pop("coefficients")
    plan["budget"] = [row for row in plan["budget"] if row["origin"] != "coefficient"]
    plan["measurement"]["scheme"] |= {"method": "up-down/1", "form": "direct", "steps": [UP, DOWN]}
    return json.dumps(plan).encode()


@pytest.fixture
def series(tmp_path: Path) -> Hand:
    made = Hand(tmp_path, series_plan())
    at_measurement(made)
    return made


VALUES = {("10V", "up"): "10.0001", ("20V", "up"): "20.0001", ("20V", "down"): "20.0003", ("10V", "down"): "10.0003"}


def typed(*connected: tuple[str, str]) -> list[str]:
    return [line for one in connected for line in ("", VALUES[one], VALUES[one])]


GONE = [("10V", "up"), ("20V", "up"), ("20V", "down"), ("10V", "down")]


def test_a_series_is_asked_for_up_and_down_and_each_point_gets_its_cycle(series: Hand) -> None:
    answer = series.type("--task", "measurement", *READ, lines=typed(*GONE, *GONE))
    assert answer.code == 0, answer
    asked = [line for line in answer.out.splitlines() if "then press Enter" in line]
    one = ["Go up to 10V", "Go up to 20V", "Go down to 20V", "Go down to 10V"]
    assert [" ".join(line.split()[:4]) for line in asked] == one * 2
    assert "without going beyond it" in asked[0]
    assert "Then 0.01 s of waiting, and 1 readings." in answer.out
    cycles = series.bodies("cycle")
    assert [(one["point"], one["cycle"]) for one in cycles] == [("10V", 1), ("20V", 1), ("10V", 2), ("20V", 2)]
    with Reader.open(series.notebook) as reader:
        first = [reader.entry(seq).body for seq in cycles[0]["series"]]
    assert [(one["point"], one["step"], one["parameters"]) for one in first] == [
        ("10V", 0, {"approach": "up"}), ("10V", 1, {"approach": "down"})]  # fmt: skip
    assert series.done("enter", "check", "zero", *WHO).code == 0
    assert series.done("check", "--deep", "--json").json["ok"]


def test_an_excluded_point_brings_the_series_again_and_only_its_own_cycle(series: Hand) -> None:
    series.type("--task", "measurement", *READ, lines=typed(*GONE, *GONE))
    with Reader.open(series.notebook) as reader:
        out = next(reader.entries({"cycle"})).seq
    body = series.folder / "exclusion.json"
    body.write_text(json.dumps({"cycles": [out], "reason": "the stand was knocked"}))
    series.done("enter", "exclusion", body, *WHO)
    answer = series.type("--task", "measurement", *READ, lines=typed(*GONE))
    assert answer.code == 0, answer
    assert [(one["point"], one["cycle"]) for one in series.bodies("cycle")][4:] == [("10V", 1)]


def test_a_series_of_another_program_is_imported_in_the_order_it_was_measured(series: Hand) -> None:
    steps = {"up": 1, "down": 2}
    lines = [
        f"{series.now - timedelta(minutes=30 - 4 * cycle - place):%Y-%m-%dT%H:%M:%SZ},{VALUES[one]},{one[0]},1,"
        f"{cycle},{steps[one[1]]}\n"
        for cycle in (1, 2)
        for place, one in enumerate(GONE)
    ]
    answer = series.take("time,U,p,d,c,s\n" + "".join(lines), "--task", "measurement", *PLACED)
    assert answer.code == 0, answer
    assert "Cycles completed: 4" in answer.out
    with Reader.open(series.notebook) as reader:
        bodies = [reader.entry(seq).body for cycle in series.bodies("cycle") for seq in cycle["series"]]
    assert [one["parameters"]["approach"] for one in bodies] == ["up", "down"] * 4


@pytest.mark.parametrize(
    ("example", "file"),
    [("voltage", "plan"), ("pressure-model", "plan-model"), ("resistance-abba", "plan-resistance"),
     ("dial-gauge-up-down", "plan-dial-gauge")],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_plan_begins_with_the_example_asked_for(
    pc: Pc, tmp_path: Path, example: str, file: str, language: str
) -> None:
    use_language(language)
    draft = tmp_path / "draft.jsonc"
    pc.done("plan", "new", draft, "--example", example)
    pc.done("plan", "check", draft, "--out", tmp_path / "plan.json")
    clean = read_plan((tmp_path / "plan.json").read_bytes())
    assert clean == read_plan((EXAMPLES / f"{file}.json").read_bytes())
    draft.write_text(re.sub(r"(?m)^  // (?=[ ,])", "", draft.read_text()))
    pc.done("plan", "check", draft, "--out", tmp_path / "whole.json")
    whole = read_plan((tmp_path / "whole.json").read_bytes())
    assert whole.monitoring is not None
    assert whole.instruments.opened_by == ("approver",)
    use_language("en")


def test_two_examples_at_once_are_refused(pc: Pc, tmp_path: Path) -> None:
    answer = pc.ask("plan", "new", tmp_path / "a", "--model", "--example", "voltage")
    assert answer.code == 2
    assert not (tmp_path / "a").exists()


def test_steps_that_do_not_suit_the_method_are_named_at_their_place(pc: Pc, tmp_path: Path) -> None:
    plan = json.loads((EXAMPLES / "plan-resistance.json").read_bytes())
    plan["measurement"]["scheme"]["steps"].pop()
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    answer = pc.ask("plan", "check", path)
    assert answer.code == 1
    assert "“sxxs-abba/1” goes S-X-X-S, not S-X-X." in answer.out
