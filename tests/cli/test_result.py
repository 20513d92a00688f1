"""The result on the command line: computed, told step by step, and told again, with the numbers of the record."""

import shutil
from pathlib import Path

import pytest
from evaluation.models import declared, model_plan_json
from evaluation.records import WHO
from participation.world import NAME, Desk, Office, open_office

from labclient.cli._result import told_result
from labclient.evaluation import Joint, Result
from labclient.notebook import Reader
from labclient.participation import read_state
from labclient.plan import read_plan

from .conftest import Pc

CMC = [{"point": "10V", "U": "5", "unit": "µV", "source": "scope"}]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    plan = model_plan_json(
        monte_carlo={"seed": 7, "most": 200_000, "digits": 1},
        examination={"outliers": ["grubbs"]},
        coverage={"probability": "0.95"},
    )
    made = open_office(tmp_path_factory.mktemp("office"), plan)
    made.keeps = False
    return made


@pytest.fixture
def notebook(office: Office, tmp_path: Path) -> Path:
    desk = Desk(office, tmp_path).until("results")
    desk.p.enter("budget", declared(cmc=CMC), WHO)
    desk.p.close()
    shutil.copytree(office.home.root, tmp_path / "pc")
    return tmp_path / NAME


def test_a_result_is_told_when_it_is_computed_and_again_when_it_is_asked_for(pc: Pc, notebook: Path) -> None:
    early = pc.ask("status", notebook, "--station", "results")
    assert early.code == 2
    assert "has not been computed" in early.err
    told = pc.done("enter", notebook, "result", "--who", "P-01").out
    with Reader.open(notebook) as reader:
        result = read_state(reader).result
    assert result is not None
    one = result.points[0]
    assert f"10V: {one.reported_value} V, U95 = {one.reported_U} V, k95 = {float(one.k):.2f}, ν_eff = {one.dof}" in told
    assert "    Model: y = S*A*(1 - cT*(t - t0) - cp*(p - p0)) + drift + day + lin + emf" in told
    assert "    Monte Carlo, " in told
    assert "    grubbs/1: " in told
    assert "Warning: 10V: U = " in told
    assert pc.done("status", notebook, "--station", "results").out == told
    assert pc.done("status", notebook, "--station", "results", "--json").json["points"][0]["value"] == one.value


def test_the_templates_ask_what_the_plan_needs(pc: Pc, notebook: Path) -> None:
    made = pc.done("enter", notebook, "budget", "--template").json
    assert {row["row"] for row in made["rows"]} == {"drift", "day", "lin", "emf"}
    assert all(row["estimate"] == "0" for row in made["rows"])
    assert [one["influence"] for one in made["influences"]] == ["temperature", "pressure"]


def test_a_plan_with_a_model_begins_from_a_commented_one(pc: Pc, tmp_path: Path) -> None:
    draft = tmp_path / "plan.txt"
    pc.done("plan", "new", draft, "--model")
    assert pc.done("plan", "check", draft).out.startswith(str(draft))
    text = draft.read_text(encoding="utf-8")
    assert "// The reported value as an expression" in text
    draft.write_text(text.replace("reading + slope*", "reading + slope*("), encoding="utf-8")
    refused = pc.ask("plan", "check", draft)
    assert refused.code == 1
    assert "look at character" in refused.out


@pytest.mark.parametrize("points", [2, 5])
def test_correlated_points_are_told_with_their_coefficients(capsys: pytest.CaptureFixture[str], points: int) -> None:
    names = tuple(f"p{place}" for place in range(points))
    joint = Joint("joint-first-order/1", ("S",), names, (("0.250000",) * points,) * points)
    told_result(read_plan(model_plan_json()), Result(entries=1, program="0", methods=(), points=(), joint=joint))
    told = capsys.readouterr().out
    assert "one quantity at all points: S." in told
    if points == 2:
        assert "r(p0, p1) = 0.250" in told
    else:
        assert told.count("0.250") == 25
