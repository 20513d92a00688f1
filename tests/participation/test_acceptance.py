"""Accepting a plan: signed by the pilot or openly transcribed, of this comparison, by methods that are known here."""

import json
from pathlib import Path

import msgspec
import pytest
from evaluation.records import BEGINS, WHO, StillClock, changed, small_plan_json
from msgspec.structs import replace

from labclient.demo._papers import LABORATORY, PASSPHRASE
from labclient.errors import GateClosed, NotVerified, PlanInvalid, StorageTrouble, WrongUse
from labclient.package import PLAN_JSON, TRUST_JSON, open_trust, verify_package
from labclient.participation import Participation, confirm_root
from labclient.plan import read_plan
from labclient.signing import (
    Person,
    canonical,
    install_certificate,
    issue,
    load_identity,
    new_authority,
    new_identity,
    write_signed,
)
from labclient.words import message

from .world import Desk, Office

TRANSCRIPTION = {
    "document": "plan.pdf", "document_sha256": "0" * 64, "transcribed_by": "Operator A", "confirmed_by": "Checker B",
}  # fmt: skip


def create(office: Office, folder: Path, **other) -> Participation:
    given = {
        "plan": office.papers.plan,
        "trust": office.papers.trust,
        "confirmed_root": office.papers.root,
        "laboratory": LABORATORY,
        "who": WHO,
        "clock": StillClock(),
        "home": office.home,
    }
    return Participation.create(folder / "a.labnote", **given | other)


def refused(office: Office, folder: Path, trouble: type[Exception], match: str, **other) -> None:
    """Nothing is left behind by what is refused."""
    with pytest.raises(trouble, match=match):
        create(office, folder, **other)
    assert not (folder / "a.labnote").exists()


def signed(office: Office, path: Path, plan: bytes, **how) -> Path:
    given = {"role": "pilot", "signer": office.papers.pilot, "statement": "issued", "moment": BEGINS} | how
    write_signed(path, {PLAN_JSON: plan}, **given)
    return path


def listed(office: Office, path: Path, **other) -> Path:
    """The pilot's trust list with other fields, signed by the pilot."""
    trust = replace(open_trust(office.papers.trust, BEGINS).trust, **other)
    members = {TRUST_JSON: canonical(msgspec.to_builtins(trust))}
    write_signed(path, members, role="pilot", signer=office.papers.pilot, statement="issued", moment=BEGINS)
    return path


def test_a_signed_plan_is_accepted_with_its_signer(office, tmp_path) -> None:
    with create(office, tmp_path) as p:
        accepted = p.state.accepted
        assert (accepted.origin, accepted.signer) == ("signed", office.papers.pilot.card.fingerprint)
        assert p.record.payload(p.state.accepted_at) == office.papers.plan.read_bytes()
        assert p.state.trust is not None
        assert p.record.payload(p.state.trust_at) == office.papers.trust.read_bytes()
        assert p.state.simulated


@pytest.mark.parametrize("root", [None, "", " "])
def test_an_unconfirmed_root_is_refused(office, tmp_path, root) -> None:
    refused(office, tmp_path, NotVerified, "has not been confirmed", confirmed_root=root)


def test_a_wrong_fingerprint_raises_an_alarm_and_never_tells_the_expected_one(office, tmp_path) -> None:
    trusted = open_trust(office.papers.trust, BEGINS)
    with pytest.raises(NotVerified, match="ALARM") as wrong:
        confirm_root(trusted, "0" * 64)
    with pytest.raises(WrongUse, match="has 64 characters; 12 were given") as short:
        confirm_root(trusted, trusted.root[:12])
    assert not any(trusted.root in one.value.tell() for one in (wrong, short))
    confirm_root(trusted, " ".join(trusted.root.upper()[at : at + 4] for at in range(0, 64, 4)))


def test_an_unsigned_plan_never_counts_as_signed(office, tmp_path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(small_plan_json())
    refused(office, tmp_path, NotVerified, "neither signed", plan=path)


def test_a_signature_without_a_trust_list_proves_nothing(office, tmp_path) -> None:
    refused(office, tmp_path, NotVerified, "without the pilot's trust list", trust=None, confirmed_root=None)


def test_a_plan_that_another_signed_is_refused(office, tmp_path) -> None:
    with pytest.raises(GateClosed):
        signed(office, tmp_path / "x.asice", small_plan_json(), signer=office.signer("operator"))
    path = signed(office, tmp_path / "p.asice", small_plan_json(), signer=office.signer("operator"), role="operator")
    refused(office, tmp_path, NotVerified, "is refused", plan=path)


def test_a_pilot_whom_the_list_does_not_name_is_refused(office, tmp_path) -> None:
    people = tuple(one for one in open_trust(office.papers.trust, BEGINS).trust.people if "pilot" not in one.roles)
    trust = listed(office, tmp_path / "t.asice", people=people)
    refused(office, tmp_path, NotVerified, "not in the trust list as pilot", trust=trust)


def test_a_pilot_of_another_laboratory_is_refused(office, tmp_path) -> None:
    people = tuple(
        replace(one, laboratory="LAB02") if "pilot" in one.roles else one
        for one in open_trust(office.papers.trust, BEGINS).trust.people
    )
    trust = listed(office, tmp_path / "t.asice", people=people)
    refused(office, tmp_path, NotVerified, "not in the trust list as pilot", trust=trust)


def test_a_signer_of_a_root_of_their_own_is_refused(office, tmp_path) -> None:
    ends = BEGINS.replace(year=2030)
    own = new_authority(tmp_path / "ca", Person("X", "X", "X"), PASSPHRASE, begins=BEGINS, ends=ends, cost=2)
    request = new_identity(tmp_path / "id", Person("P-90", "Pilot D", "PILOT"), PASSPHRASE, cost=2)
    install_certificate(tmp_path / "id", issue(own, request, ("pilot",), begins=BEGINS, ends=ends))
    other = load_identity(tmp_path / "id", PASSPHRASE)
    path = signed(office, tmp_path / "p.asice", small_plan_json(), signer=other)
    refused(office, tmp_path, NotVerified, "does not lead to a trusted root", plan=path)


def test_a_changed_plan_is_refused(office, tmp_path) -> None:
    path = tmp_path / "p.asice"
    path.write_bytes(office.papers.plan.read_bytes().replace(b'"readings": 16', b'"readings": 17'))
    assert path.read_bytes() != office.papers.plan.read_bytes()
    refused(office, tmp_path, NotVerified, "plan.json", plan=path)


def test_plan_and_list_of_different_comparisons_are_refused(office, tmp_path) -> None:
    path = signed(office, tmp_path / "p.asice", small_plan_json(id="OTHER-2026"))
    refused(office, tmp_path, NotVerified, "different comparisons", plan=path)


def test_a_laboratory_that_takes_no_part_is_refused(office, tmp_path) -> None:
    refused(office, tmp_path, WrongUse, "LAB01, LAB02, LAB03", laboratory="LAB99")


def test_a_plan_by_an_unknown_method_is_refused_before_work_begins(office, tmp_path) -> None:
    path = signed(office, tmp_path / "p.asice", small_plan_json(**changed(method="abba-future/7")))
    refused(office, tmp_path, GateClosed, "abba-future/7", plan=path)


def test_a_disk_that_fails_at_the_beginning_leaves_nothing_behind(office, tmp_path, monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageTrouble(message("the disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr("labclient.participation._facade.write_whole", fail)
        refused(office, tmp_path, StorageTrouble, "full")
    create(office, tmp_path).close()


def test_a_notebook_is_never_overwritten(office, tmp_path) -> None:
    create(office, tmp_path).close()
    before = (tmp_path / "a.labnote").read_bytes()
    with pytest.raises(WrongUse):
        create(office, tmp_path)
    assert (tmp_path / "a.labnote").read_bytes() == before


def transcribed(folder: Path, **other) -> Path:
    path = folder / "plan.json"
    path.write_bytes(small_plan_json(transcription=TRANSCRIPTION, **other))
    return path


def test_a_transcribed_plan_is_accepted_and_marked(office, tmp_path) -> None:
    with create(office, tmp_path, plan=transcribed(tmp_path), trust=None, confirmed_root=None) as p:
        assert (p.state.accepted.origin, p.state.accepted.signer, p.state.trust) == ("transcribed", None, None)
        assert p.state.plan.transcription is not None
        assert p.state.plan.transcription.confirmed_by == "Checker B"


def test_a_transcribed_plan_of_another_comparison_than_the_list_is_refused(office, tmp_path) -> None:
    refused(office, tmp_path, NotVerified, "different comparisons", plan=transcribed(tmp_path, id="OTHER-2026"))


def test_a_transcribed_plan_goes_all_the_way_and_says_so(office, tmp_path) -> None:
    own = Office(tmp_path, office.home, replace(office.papers, plan=transcribed(tmp_path)), office.people, keeps=False)
    desk = Desk(own, tmp_path).until("submission")
    report = verify_package(
        next(tmp_path.glob("*.asice")), open_trust(office.papers.trust, BEGINS).trust, desk.clock.utc()
    )
    desk.p.close()
    assert report.ok
    assert report.info is not None
    assert report.info.plan_origin == "transcribed"
    assert "transcribed" in [one.code for one in report.all_findings]


def warm_up(**fields) -> dict:
    return {"warm_up": json.loads(small_plan_json())["warm_up"] | fields}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(days=1, independent_level="day"), "at least two cycles"),
        (changed(steps=[{"role": r, "direction": d} for d in "+-" for r in "SX"]), "S is not reversed at once"),
        (changed(steps=[{"role": r, "direction": d} for r in "SX" for d in "++--"]), "S is not reversed at once"),
        (warm_up(interval={"value": "11", "unit": "s"}), "twelve readings"),
        (warm_up(longest={"value": "3", "unit": "min"}), "shorter than two windows"),
        ({"stability": json.loads(small_plan_json())["stability"] | {"readings": 15}}, "at least 16"),
    ],
)
def test_a_plan_that_no_record_could_fulfil_is_refused_at_once(change, said) -> None:
    with pytest.raises(PlanInvalid, match=said):
        read_plan(small_plan_json(**change))
