"""The pilot's verbs `drift` and `agreement`: visits from notebooks and packages, results from packages alone."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from evaluation.records import small_plan_json
from participation.world import NAME, Desk, Office, open_office

from labclient.cli import _agreement, _drift, main
from labclient.demo import _papers
from labclient.home import Home
from labclient.package import keep_trust, open_trust
from labclient.signing import Person


class After(datetime):
    """A day after all reports were due."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 5, 1, 12, tzinfo=UTC)


class Before(After):
    """A day in the circulation."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 4, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose pilot laboratory is the one that measures: LAB01."""
    folder = tmp_path_factory.mktemp("pilot")
    plan = json.loads(small_plan_json())
    plan["pilot"] = plan["participants"][0]["laboratory"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_papers, "_PILOT", Person("P-90", "Pilot D", "LAB01", ("pilot",)))
        return open_office(folder, json.dumps(plan).encode())


@pytest.fixture(scope="session")
def participant(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("participant"), small_plan_json())


@pytest.fixture(scope="session")
def finished(pilot: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(pilot, tmp_path_factory.mktemp("visit"))


@pytest.fixture(scope="session")
def foreign(participant: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(participant, tmp_path_factory.mktemp("foreign"))


def played(office: Office, folder: Path) -> Path:
    desk = Desk(office, folder).until("submission")
    desk.p.close()
    return folder


def package_in(folder: Path) -> Path:
    return next(folder.glob("result_*.asice"))


@pytest.fixture(autouse=True)
def office_of_the_pilot(pilot: Office, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PC that has accepted the pilot's list, on a day after all reports."""
    monkeypatch.setattr(_drift, "datetime", After)
    monkeypatch.setattr(_agreement, "datetime", After)
    keep_trust(home, open_trust(pilot.papers.trust, After.now()), pilot.papers.trust)


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> str:
    assert main([str(one) for one in arguments]) == code
    told = capsys.readouterr()
    return told.out + told.err


def test_a_visit_is_read_from_the_notebook_and_from_the_package_alike(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = json.loads(said(capsys, 0, "drift", finished / NAME, "--json"))
    other = json.loads(said(capsys, 0, "drift", package_in(finished), "--json"))
    assert one["points"] == other["points"]
    point = one["points"][0]
    (visit,) = point["visits"]
    u, part, common = (float(visit[name]) for name in ("u", "u_visit", "u_common"))
    assert u**2 == pytest.approx(part**2 + common**2)
    assert 0 < part < u
    assert [lab["laboratory"] for lab in point["laboratories"]] == ["LAB02", "LAB03"]
    assert {type(lab["u_TS"]) for lab in point["laboratories"]} == {str}


def test_the_visits_of_another_laboratory_are_refused(
    foreign: Path, participant: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, 2, "drift", foreign / NAME)
    assert "LAB01: a visit is the pilot laboratory's own measurement" in told
    assert "PILOT only" in told


def test_a_changed_package_is_refused(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.asice"
    data = bytearray(package_in(finished).read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(data)
    assert "damaged" in said(capsys, 1, "drift", broken)


@pytest.mark.parametrize("verb", ["drift", "agreement"])
def test_a_package_that_does_not_verify_is_refused(
    finished: Path, foreign: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    more = ("--drift", finished / NAME) if verb == "agreement" else ()
    told = said(capsys, 1, verb, package_in(foreign), *more)
    assert "is refused" in told
    assert "labclient verify" in told


def test_it_is_told_in_sentences(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, 0, "drift", finished / NAME, "--u-lab", "1 µV")
    assert told.startswith("DEMO-DCV-2026, LAB01; visits: 1")
    assert "One visit says nothing of the drift" in told
    assert "LAB02, 2026-03-22" in told
    assert "LAB02: preliminary, beyond the visits" in told


@pytest.mark.parametrize("u", ["1", "µV", "0 V", "-1 V", "1 furlong"])
def test_an_uncertainty_without_number_or_unit_is_refused(
    finished: Path, capsys: pytest.CaptureFixture[str], u: str
) -> None:
    assert "--u-lab" in said(capsys, 2, "drift", finished / NAME, f"--u-lab={u}")


def test_a_step_needs_its_dates(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "belong together" in said(capsys, 2, "drift", finished / NAME, "--form", "step")
    assert "is not a date" in said(capsys, 2, "drift", finished / NAME, "--form", "step", "--step", "x", "y")


def test_agreement_compares_what_verified_packages_say(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(said(capsys, 0, "agreement", package_in(finished), "--drift", finished / NAME, "--json"))
    assert answer["missing"] == ["LAB02", "LAB03"]
    assert answer["released"] is None
    row = answer["points"][0]["laboratories"][0]
    assert row["verdict"] == "satisfactory"
    assert float(row["En"]["score"]) == pytest.approx(0.0, abs=1e-9)
    assert "U_TS" in row["En"]["formula"]


def test_agreement_is_told_with_who_is_not_there(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, 0, "agreement", package_in(finished), "--drift", finished / NAME)
    assert "Not there: LAB02, LAB03" in told
    assert "En = 0.00" in told
    assert "satisfactory" in told


def test_before_the_last_report_is_due_it_is_refused_unless_released_with_a_reason(
    finished: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_drift, "datetime", Before)
    monkeypatch.setattr(_agreement, "datetime", Before)
    what = ("agreement", package_in(finished), "--drift", finished / NAME)
    refused = said(capsys, 1, *what)
    assert "Reports are due until 2026-04-24" in refused
    assert "En" not in refused
    answer = json.loads(said(capsys, 0, *what, "--released", "all reports are in", "--json"))
    assert answer["released"] == "all reports are in"


def test_a_notebook_is_no_result(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, 2, "agreement", finished / NAME, "--drift", finished / NAME)
    assert "only packages that a laboratory has signed are compared" in told


def test_a_damaged_notebook_is_no_visit(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.labnote"
    shutil.copyfile(finished / NAME, broken)
    data = bytearray(broken.read_bytes())
    at = data.index(b'"kind":"cycle"') + 9
    data[at] ^= 1
    broken.write_bytes(data)
    assert "labclient check" in said(capsys, 3, "drift", broken)
