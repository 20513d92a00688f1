"""The filed report: what it says, in both languages, and who signed it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labclient import metrology
from labclient.errors import GateClosed
from labclient.home import shipped
from labclient.signing import (
    Identity,
    Person,
    Trust,
    install_certificate,
    issue,
    load_identity,
    new_authority,
    new_identity,
    read_container,
    verify,
)
from labclient.validation import Outcome, _report, digits, outcome_as_json, shipped_cases, validate, write_report

NOW = datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
GUM = [one for one in shipped_cases() if one.id == "gum"]
PASSPHRASE = "practice only"
COST = 1 << 14


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return validate(NOW, GUM)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    person = Person("root", "Authority", "PILOT")
    begins, ends = NOW - timedelta(days=1), NOW + timedelta(days=9)
    folder = tmp_path_factory.mktemp("root")
    return new_authority(folder, person, PASSPHRASE, begins=begins, ends=ends, cost=COST)


def signer(root: Identity, folder: Path, *roles: str) -> Identity:
    request = new_identity(folder, Person("P-01", "Operator A", "LAB01", roles), PASSPHRASE, COST)
    certificate = issue(root, request, roles, begins=NOW - timedelta(hours=1), ends=NOW + timedelta(days=1))
    install_certificate(folder, certificate)
    return load_identity(folder, PASSPHRASE)


def test_the_report_names_program_pc_parts_and_date(outcome: Outcome, tmp_path: Path) -> None:
    written = write_report(outcome, tmp_path / "new" / "folder")
    assert written.signed is None
    assert written.pdf.read_bytes().startswith(b"%PDF-")
    said = json.loads(written.json.read_bytes())
    assert said["format"] == "labclient-validation-1"
    assert (said["ok"], said["made"]) == (True, "2026-03-02T08:05:00.000000Z")
    assert {"program", "pc", "system", "processor", "python", "numpy", "scipy"} == set(said["computed_by"])
    assert all(said["computed_by"].values())
    assert all(isinstance(row[name], str) for row in said["rows"] for name in ("certified", "ours", "lre", "bar"))


def test_a_whole_validation_names_the_reference_data() -> None:
    assert re.fullmatch("[0-9a-f]{64}", validate(NOW).cases_sha256)


def test_a_signed_report_verifies_and_holds_both_files(outcome: Outcome, root: Identity, tmp_path: Path) -> None:
    written = write_report(outcome, tmp_path, signer(root, tmp_path / "key", "operator"))
    assert written.signed is not None
    report = verify(written.signed, Trust((root.certificate,)), ("operator",), NOW)
    assert report.ok, report.findings
    assert [one.person.name for one in report.signatures] == ["Operator A"]
    assert "every quantity reaches its bar" in report.signatures[0].statement
    with read_container(written.signed) as container:
        for path in (written.pdf, written.json):
            assert container.read(path.name, 1 << 24) == path.read_bytes()


def test_a_failed_validation_is_signed_as_failed(
    root: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrology, "coverage_factor", lambda *_: 2.0)
    failed = validate(NOW, GUM)
    written = write_report(failed, tmp_path, signer(root, tmp_path / "key", "checker"))
    assert written.signed is not None
    report = verify(written.signed, Trust((root.certificate,)), ("checker",), NOW)
    assert "not every quantity" in report.signatures[0].statement
    assert outcome_as_json(failed)["ok"] is False


def test_who_has_no_role_signs_nothing_and_nothing_is_left(outcome: Outcome, root: Identity, tmp_path: Path) -> None:
    with pytest.raises(GateClosed, match="no role"):
        write_report(outcome, tmp_path / "out", signer(root, tmp_path / "key"))
    assert not (tmp_path / "out").exists()


def test_the_same_outcome_gives_the_same_pdf(outcome: Outcome, tmp_path: Path) -> None:
    first, second = (write_report(outcome, tmp_path / name).pdf.read_bytes() for name in "ab")
    assert first == second


def test_the_template_uses_every_word_and_no_other() -> None:
    template = shipped("resources", "report", "validation.typ").read_text(encoding="utf-8")
    assert set(re.findall(r"\bw\.([a-z_0-9]+)", template)) == set(_report._WORDS)


def test_missed_quantities_stand_first(outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _report._contents(outcome, None)["missed"] == []
    monkeypatch.setattr(metrology, "coverage_factor", lambda *_: 2.0)
    failed = validate(NOW, GUM)
    shown = _report._contents(failed, None)
    assert [row["case"] for row in shown["missed"]] == [row.case for row in failed.missed]
    assert shown["ok"] is False
    assert shown["sets"][0]["margin"].startswith("−")


def test_digits_are_cut_never_rounded_up_to_a_bar() -> None:
    assert [digits(one) for one in (None, 11.999, 12.0, 2.15)] == ["", "11.99", "12.00", "2.15"]
