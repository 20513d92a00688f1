"""Receipts: the pilot's signed word about one package, believed only when it is the pilot's and about this one."""

import shutil
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from package.conftest import MOMENT, finished, package, trust
from participation.world import Desk, office

from labclient.errors import NotVerified
from labclient.participation import take_receipt
from labclient.signing import canonical, file_sha256, write_signed
from labclient.submission import RECEIPT_JSON, Receipt, read_receipt, receipt_json, receive

__all__ = ["finished", "office", "package", "trust"]


@pytest.fixture
def receipt(package, trust, office, tmp_path) -> Path:
    return receive(package, trust, office.papers.pilot, tmp_path, MOMENT)[1]


@pytest.fixture
def desk(office, finished, tmp_path):
    """The participation of the package, waiting for its receipt."""
    (tmp_path / "desk").mkdir()
    made = Desk(office, tmp_path / "desk")
    made.until("submission")
    yield made
    made.p.close()


def signed(path: Path, receipt: Receipt, signer, role: str = "pilot") -> Path:
    members = {RECEIPT_JSON: receipt_json(receipt)}
    write_signed(path, members, role=role, signer=signer, statement="received", moment=MOMENT)
    return path


def test_a_receipt_says_what_was_received_when_and_signed_by_whom(receipt, package, trust, office) -> None:
    taken = read_receipt(receipt, trust, MOMENT)
    said = taken.receipt
    assert said.package_sha256 == file_sha256(package).hex()
    assert (said.comparison, said.laboratory, said.revision) == (trust.comparison, "LAB01", 1)
    assert said.signed_by == ("operator: P-01", "checker: P-02", "approver: P-03")
    assert said.received == "2026-04-02T00:00:00.000000Z"
    assert taken.signer == office.papers.pilot.card.person.name
    assert taken.sha256 == file_sha256(receipt).hex()


def test_receiving_again_gives_the_receipt_already_signed(receipt, package, trust, office, tmp_path) -> None:
    before = receipt.read_bytes()
    later = MOMENT.replace(month=5)
    assert receive(package, trust, office.papers.pilot, tmp_path, later)[1] == receipt
    assert receipt.read_bytes() == before


def test_another_package_of_the_same_name_gets_no_old_receipt(receipt, package, trust, office, tmp_path) -> None:
    said = replace(read_receipt(receipt, trust, MOMENT).receipt, package_sha256="0" * 64)
    receipt.unlink()
    signed(receipt, said, office.papers.pilot)
    with pytest.raises(NotVerified, match="received before"):
        receive(package, trust, office.papers.pilot, tmp_path, MOMENT)


def test_a_package_that_does_not_hold_is_not_received(package, trust, office, tmp_path) -> None:
    spoilt = bytearray(package.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    path = tmp_path / package.name
    path.write_bytes(spoilt)
    with pytest.raises(NotVerified, match="is not received"):
        receive(path, trust, office.papers.pilot, tmp_path, MOMENT)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_only_a_pilot_of_the_list_signs_receipts(package, trust, office, tmp_path) -> None:
    people = tuple(one for one in trust.people if "pilot" not in one.roles)
    for signer, known in ((office.signer("operator"), trust), (office.papers.pilot, replace(trust, people=people))):
        with pytest.raises(NotVerified, match="not in the trust list as pilot"):
            receive(package, known, signer, tmp_path, MOMENT)
    assert list(tmp_path.iterdir()) == []


def test_a_forged_receipt_is_refused(receipt, trust, office, tmp_path) -> None:
    said = read_receipt(receipt, trust, MOMENT).receipt
    by_operator = signed(tmp_path / "a.asice", said, office.signer("operator"), "operator")
    with pytest.raises(NotVerified):
        read_receipt(by_operator, trust, MOMENT)
    people = tuple(one for one in trust.people if "pilot" not in one.roles)
    with pytest.raises(NotVerified, match="not in the trust list as pilot"):
        read_receipt(receipt, replace(trust, people=people), MOMENT)


def test_a_flipped_receipt_is_refused(receipt, trust, tmp_path) -> None:
    genuine = receipt.read_bytes()
    path = tmp_path / "flipped.asice"
    for place in range(0, len(genuine), len(genuine) // 40):
        spoilt = bytearray(genuine)
        spoilt[place] ^= 4
        path.write_bytes(spoilt)
        with pytest.raises(NotVerified):
            read_receipt(path, trust, MOMENT)


@pytest.mark.parametrize(
    "change", [{"format": "labclient-receipt/2"}, {"revision": "1"}, {"package_sha256": "x"}, {"more": 1}]
)
def test_a_shapeless_receipt_is_refused(receipt, trust, office, tmp_path, change) -> None:
    said = msgspec.to_builtins(read_receipt(receipt, trust, MOMENT).receipt) | change
    path = tmp_path / "a.asice"
    write_signed(path, {RECEIPT_JSON: canonical(said)}, role="pilot", signer=office.papers.pilot,
                 statement="received", moment=MOMENT)  # fmt: skip
    with pytest.raises(NotVerified, match="cannot be read"):
        read_receipt(path, trust, MOMENT)


def test_a_receipt_of_another_comparison_is_refused(receipt, trust, office, tmp_path) -> None:
    said = replace(read_receipt(receipt, trust, MOMENT).receipt, comparison="OTHER-2026")
    with pytest.raises(NotVerified, match="another comparison"):
        read_receipt(signed(tmp_path / "a.asice", said, office.papers.pilot), trust, MOMENT)


def test_the_client_takes_the_receipt_of_its_own_package_only(desk, trust, office, tmp_path) -> None:
    own = next(desk.folder.glob("result_*.asice"))
    _, receipt = receive(own, trust, office.papers.pilot, tmp_path, MOMENT)
    said = replace(read_receipt(receipt, trust, MOMENT).receipt, package_sha256="0" * 64)
    with pytest.raises(NotVerified, match="does not belong"):
        take_receipt(desk.p, signed(tmp_path / "other.asice", said, office.papers.pilot))
    assert desk.p.state.receipt is None
    take_receipt(desk.p, receipt)
    assert desk.p.state.receipt is not None
    entry = list(desk.p.record.entries({"receipt"}))[-1]
    assert desk.p.record.payload(entry.seq) == receipt.read_bytes()


def test_the_received_file_is_kept_where_it_was(package, trust, office, tmp_path) -> None:
    copy = tmp_path / package.name
    shutil.copyfile(package, copy)
    receive(copy, trust, office.papers.pilot, tmp_path, MOMENT)
    assert copy.read_bytes() == package.read_bytes()
