"""A whole participation by a plan with a model, Monte Carlo and one person in two roles, and its package."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from evaluation.models import declared, model_plan_json
from evaluation.records import WHO
from msgspec.structs import replace
from participation import world
from participation.world import NAME, Desk, Office, open_office

from labclient.demo import _papers
from labclient.errors import GateClosed
from labclient.notebook import Draft, Entry, Reader
from labclient.package import open_trust, verify_package
from labclient.package._verify import _duties
from labclient.plan import read_plan
from labclient.signing import Person, Stage

from .conftest import MOMENT
from .forging import forged, untouched

PEOPLE = (
    Person("P-01", "Operator A / 操作员甲", "LAB01", ("operator", "checker")),
    Person("P-03", "Approver C / 批准人丙", "LAB01", ("approver",)),
)
ASKED = {
    "monte_carlo": {"seed": 7, "most": 200_000, "digits": 1},
    "examination": {"outliers": ["grubbs", "cochran"]},
    "sanity": {"cmc": "1"},
}
CMC = {"point": "10V", "U": "5", "unit": "µV", "source": "scope"}


def lenient(folder: Path, roles: tuple[str, ...]) -> Stage:
    return Stage(folder, roles, distinct=False)


class Modelled(Desk):
    """A participation whose laboratory declares for the model, and a CMC that its U does not reach."""

    def enter(self, kind: str, **other: Any) -> int:
        if kind == "budget":
            return self.p.enter("budget", declared(cmc=[CMC]) | other, WHO).seq
        return super().enter(kind, **other)


@pytest.fixture(scope="module")
def two_people() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        for place in (_papers, world):
            patched.setattr(place, "PEOPLE", PEOPLE)
        yield


def opened(folder: Path, **plan: Any) -> Office:
    office = open_office(folder, model_plan_json(**ASKED, **plan))
    office.keeps = False
    return office


@pytest.fixture(scope="module")
def finished(two_people: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, Path]:
    office = opened(tmp_path_factory.mktemp("office"), distinct_people=False)
    folder = tmp_path_factory.mktemp("modelled")
    desk = Modelled(office, folder).until("submission")
    desk.p.close()
    return office, folder


@pytest.fixture
def package(finished: tuple[Office, Path]) -> Path:
    return next(finished[1].glob("result_*.asice"))


@pytest.fixture
def trust(finished: tuple[Office, Path]):
    return open_trust(finished[0].papers.trust, MOMENT).trust


def test_the_package_holds_with_one_person_in_two_roles(package: Path, trust) -> None:
    report = verify_package(package, trust, MOMENT)
    assert report.ok, [str(one.sentence) for one in report.all_findings]
    assert [one.person.id for one in report.report.signatures] == ["P-01", "P-01", "P-03"]


def test_where_the_plan_wants_different_people_the_same_package_would_not(package: Path, trust) -> None:
    report = verify_package(package, trust, MOMENT).report
    plan = read_plan(model_plan_json(distinct_people=True))
    assert [(one.code, one.subject) for one in _duties(plan, report)] == [("same_person", "checker")]
    assert not list(_duties(replace(plan, distinct_people=False), report))


def test_one_name_under_two_ids_is_shown(package: Path, trust) -> None:
    report = verify_package(package, trust, MOMENT).report
    first, second, third = report.signatures
    second = replace(second, person=replace(second.person, id="P-02"))
    plan = read_plan(model_plan_json(distinct_people=True))
    told = _duties(plan, replace(report, signatures=(first, second, third)))
    assert [(one.code, one.subject, one.grave) for one in told] == [("same_name", "checker", False)]


def test_where_the_plan_wants_different_people_nobody_signs_twice(two_people: None, tmp_path: Path) -> None:
    (tmp_path / "lab").mkdir()
    desk = Modelled(opened(tmp_path / "office"), tmp_path / "lab").until("signing")
    desk.prepare()
    desk.sign("operator")
    with pytest.raises(GateClosed, match="has already signed"):
        desk.sign("checker")
    desk.p.close()


def test_the_warning_that_was_passed_is_recorded_with_who_passed_it(finished: tuple[Office, Path]) -> None:
    with Reader.open(finished[1] / NAME) as reader:
        done = {entry.body["station"]: entry for entry in reader.entries({"station-done"})}
    assert list(done["results"].body["passed"]) == ["10V: below-cmc"]
    assert done["results"].author == WHO
    assert "passed" not in done["arrival"].body


CHANGES = {
    "u": lambda point: point | {"monte_carlo": point["monte_carlo"] | {"u": "1e-07"}},
    "validated": lambda point: point | {"monte_carlo": point["monte_carlo"] | {"validated": "no"}},
    "seed": lambda point: point | {"monte_carlo": point["monte_carlo"] | {"seed": 8}},
    "other generator": lambda point: (
        point | {"monte_carlo": point["monte_carlo"] | {"generator": "PCG64, numpy 0", "u": "1e-07"}}
    ),
    "warning left out": lambda point: {name: value for name, value in point.items() if name != "cautions"},
    "outliers left out": lambda point: {name: value for name, value in point.items() if name != "outliers"},
    "model": lambda point: point | {"model": "S"},
    "value": lambda point: point | {"value": repr(float(point["value"]) + 1e-11)},
    "estimate": lambda point: point | {"mean_of_cycles": repr(float(point["mean_of_cycles"]) + 4e-16)},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_result_that_the_readings_do_not_give_is_refused(
    finished: tuple[Office, Path], package: Path, trust, tmp_path: Path, name: str
) -> None:
    office, folder = finished

    def change(entry: Entry, draft: Draft) -> Draft:
        if entry.kind != "result":
            return untouched(entry, draft)
        body = msgspec.to_builtins(entry.body)
        return replace(draft, body=body | {"points": [CHANGES[name](body["points"][0]), *body["points"][1:]]})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("package.forging.Stage", lenient)
        path = forged(office, folder / NAME, package, tmp_path / "forged", change)
    found = {one.code for one in verify_package(path, trust, MOMENT).all_findings if one.grave}
    assert found == {"result"}


def test_the_numbers_of_another_version_of_the_generator_are_believed_within_the_tolerance(
    finished: tuple[Office, Path], package: Path, trust, tmp_path: Path
) -> None:
    office, folder = finished

    def change(entry: Entry, draft: Draft) -> Draft:
        if entry.kind != "result":
            return draft
        body = msgspec.to_builtins(entry.body)
        points = []
        for point in body["points"]:
            drawn = point["monte_carlo"]
            u = float(drawn["u"]) + 0.5 * float(drawn["tolerance"])
            points.append(point | {"monte_carlo": drawn | {"generator": "PCG64, numpy 0", "u": repr(u)}})
        return replace(draft, body=body | {"points": points})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("package.forging.Stage", lenient)
        path = forged(office, folder / NAME, package, tmp_path / "forged", change)
    assert verify_package(path, trust, MOMENT).ok
