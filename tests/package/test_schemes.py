"""A package of a scheme verifies by recomputation, and a result that says something else does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from evaluation.records import small_plan_json
from participation.world import NAME, Desk, open_office

from labclient.notebook import Reader
from labclient.package import open_trust, verify_package

from .conftest import MOMENT

UP, DOWN = {"role": "X", "approach": "up"}, {"role": "X", "approach": "down"}
TRUTH = {("S", "10V"): 8.0, ("X", "10V"): 10.0, ("S", "1.018V"): 16.0, ("X", "1.018V"): 20.0}


def plan(method: str, form: str, steps: Any, **hysteresis: str) -> bytes:
    document = json.loads(small_plan_json())
    document["measurement"]["scheme"] |= {"method": method, "form": form, "steps": steps}
    document["transfer_standard"].pop("coefficients")
    document["budget"] = [row for row in document["budget"] if row["origin"] != "coefficient"]
    document["points"] = [point | {"settings": {}} for point in document["points"]]
    document["points"][1]["nominal"] = {"value": "20", "unit": "V"}
    if hysteresis:
        name = {"en": "Hysteresis", "zh": "回程误差"}
        document["budget"].append({"id": "h", "name": name, "origin": "hysteresis", "evaluation": "B"} | hysteresis)
    return json.dumps(document).encode()


CASES = {
    "abba": (plan("sxxs-abba/1", "ratio", [{"role": one} for one in "SXXS"]), 9.9999815 * 1.25),
    "up-down": (plan("up-down/1", "direct", [UP, DOWN], distribution="rectangular"), 10.0 - 9.9999815),
}


@pytest.mark.parametrize("name", CASES)
def test_the_result_is_computed_again_from_the_package(tmp_path: Path, name: str) -> None:
    document, value = CASES[name]
    office = open_office(tmp_path / "office", document)
    desk = Desk(office, tmp_path, truth=lambda role, _, point, __: TRUTH[role, point]).until("results")
    desk.compute()
    desk.p.finish("results", "P-01")
    desk.prepare()
    desk.sign()
    package = desk.pack()
    desk.p.close()
    trust = open_trust(office.papers.trust, MOMENT).trust
    report = verify_package(package, trust, MOMENT)
    assert report.ok, report.all_findings
    with Reader.open(tmp_path / NAME) as reader:
        said = [entry.body for entry in reader.entries({"result"})][-1]
    assert json.loads(document)["measurement"]["scheme"]["method"] in said["methods"]
    assert float(said["points"][0]["value"]) == pytest.approx(value, abs=1e-12)
