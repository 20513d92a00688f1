"""A participation whose points are stated with their correlation: the package carries it, verification computes it."""

import zipfile
from pathlib import Path

import msgspec
import pytest
from evaluation.records import small_plan_json
from msgspec.structs import replace
from participation.world import NAME, Desk, Office, open_office

from labclient.package import ResultFile, open_trust, verify_package

from .conftest import MOMENT
from .forging import forged, untouched


@pytest.fixture(scope="module")
def common_row() -> str:
    plan = msgspec.json.decode(small_plan_json())
    return next(row["id"] for row in plan["budget"] if row["origin"] == "certificate")


@pytest.fixture(scope="module")
def finished(common_row: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Path]:
    office = open_office(tmp_path_factory.mktemp("office"), small_plan_json(common_rows=[common_row]))
    office.keeps = False
    folder = tmp_path_factory.mktemp("joint")
    desk = Desk(office, folder).until("submission")
    desk.p.close()
    return office, folder


def test_the_package_carries_the_matrix_as_texts_and_verifies(finished: tuple[Office, Path], common_row: str) -> None:
    office, folder = finished
    package = next(folder.glob("result_*.asice"))
    report = verify_package(package, open_trust(office.papers.trust, MOMENT).trust, MOMENT)
    assert report.ok, [str(one.sentence) for one in report.all_findings]
    with zipfile.ZipFile(package) as archive:
        file = msgspec.json.decode(archive.read("result.json"), type=ResultFile)
    joint = file.result.joint
    assert joint is not None
    assert (joint.common, joint.points) == ((common_row,), ("10V", "1.018V"))
    assert joint.r[0][1] == joint.r[1][0] != "0.000000"


@pytest.mark.parametrize("name", ["changed", "left out", "untouched"])
def test_another_matrix_does_not_follow_from_the_readings(
    finished: tuple[Office, Path], tmp_path: Path, name: str
) -> None:
    office, folder = finished
    package = next(folder.glob("result_*.asice"))

    def change(_entry, draft):
        if draft.kind != "result" or name == "untouched":
            return untouched(_entry, draft)
        body = dict(draft.body)
        if name == "left out":
            del body["joint"]
        else:
            body["joint"] = body["joint"] | {"r": [["1.000000", "0.100000"], ["0.100000", "1.000000"]]}
        return replace(draft, body=body)

    made = forged(office, folder / NAME, package, tmp_path / "forged", change)
    report = verify_package(made, open_trust(office.papers.trust, MOMENT).trust, MOMENT)
    said = [str(one.sentence) for one in report.all_findings if one.grave]
    assert said == ([] if name == "untouched" else ["The readings do not give this result."])
