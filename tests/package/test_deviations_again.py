"""A deviation that lets a blocked instrument pass holds in a package only as it was signed, by whom the plan names."""

from pathlib import Path

import msgspec
import pytest
from evaluation.records import small_plan_json
from msgspec.structs import replace
from participation.world import NAME, Desk, Office, open_office

from labclient.instruments import Concern
from labclient.notebook import Draft, Entry, Reader
from labclient.package import open_trust, verify_package
from labclient.package._deviations_again import deviations
from labclient.participation import authorise
from labclient.words import message

from .conftest import MOMENT
from .forging import forged, untouched

CONCERN = Concern("expired", message("The certificate has expired."), "expired:2024-9")
RULE = {"expired": "block", "opened_by": ["approver"]}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return open_office(tmp_path_factory.mktemp("strict"), small_plan_json(instruments=RULE))


@pytest.fixture(scope="module")
def folder(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished participation in which the approver let the meter be used."""
    made = tmp_path_factory.mktemp("passed")
    desk = Desk(office, made)
    authorise(desk.p, "meter", [CONCERN], "approver", office.signer("approver"), "no other is here")
    desk.until("submission")
    desk.p.close()
    return made


def _forged(office: Office, folder: Path, into: Path, change) -> set[str]:
    genuine = next(folder.glob("result_*.asice"))
    path = forged(office, folder / NAME, genuine, into / "forged", change)
    report = verify_package(path, open_trust(office.papers.trust, MOMENT).trust, MOMENT)
    return {str(one.sentence).partition(": ")[2] for one in report.all_findings if one.code == "deviation"}


def _said(**more: object):
    def change(entry: Entry, draft: Draft) -> Draft:
        if entry.kind != "deviation":
            return draft
        body = msgspec.to_builtins(entry.body)
        plain = {key: more.pop(key) for key in ("reason",) if key in more}
        return replace(draft, body=body | plain | {"authorised": body["authorised"] | more})

    return change


def test_what_was_signed_holds(office: Office, folder: Path) -> None:
    trust = open_trust(office.papers.trust, MOMENT).trust
    report = verify_package(next(folder.glob("result_*.asice")), trust, MOMENT)
    assert [one for one in report.all_findings if one.code == "deviation"] == []
    assert report.ok


def test_a_record_that_was_only_written_anew_for_another_notebook_does_not(
    office: Office, folder: Path, tmp_path: Path
) -> None:
    assert _forged(office, folder, tmp_path, untouched) == {"it was signed for another notebook"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"concerns": ["expired:other"]}, "the signature does not belong to what it says"),
        ({"reason": "another reason"}, "the signature does not belong to what it says"),
        ({"role": "checker"}, "the signature does not belong to what it says"),
        ({"signature": "0" * 64}, "its signature is missing or another one"),
        ({"signature": None}, "its signature is missing or another one"),
    ],
)
def test_what_says_other_than_was_signed_is_refused(
    office: Office, folder: Path, tmp_path: Path, more: dict, told: str
) -> None:
    assert _forged(office, folder, tmp_path, _said(**more)) == {told}


def test_one_whom_the_trust_list_does_not_name_has_signed_nothing(office: Office, folder: Path) -> None:
    trust = open_trust(office.papers.trust, MOMENT).trust
    with Reader.open(folder / NAME) as reader:
        plan = msgspec.convert(next(reader.entries({"plan"})).body["document"], type(_plan(office)))
        strangers = replace(trust, people=tuple(one for one in trust.people if "approver" not in one.roles))
        nobody = replace(plan, instruments=replace(plan.instruments, opened_by=()))
        assert [*deviations(reader, plan, trust, "LAB01", MOMENT)] == []
        for found, why in (
            (deviations(reader, plan, strangers, "LAB01", MOMENT), "the signer is not the person it names"),
            (deviations(reader, nobody, trust, "LAB01", MOMENT), "the plan lets nobody in that role sign it"),
            (deviations(reader, plan, trust, "LAB02", MOMENT), "may not sign it"),
        ):
            (one,) = found
            assert one.grave
            assert why in str(one.sentence)


def _plan(_: Office):
    from labclient.plan import read_plan

    return read_plan(small_plan_json(instruments=RULE))
