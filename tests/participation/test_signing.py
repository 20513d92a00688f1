"""The end of a revision: signed by the right people over the record as it is, packed once, never edited."""

import shutil

import msgspec
import pytest
from evaluation.records import BEGINS, ENTRIES, WHO

from labclient.errors import GateClosed, NotVerified, WrongUse
from labclient.package import open_trust
from labclient.participation import pack, prepare, sign, submit, take_receipt
from labclient.submission import receive

from .world import Desk


@pytest.fixture
def ready(desk: Desk) -> Desk:
    return desk.until("signing")


@pytest.fixture
def trust(office):
    return open_trust(office.papers.trust, BEGINS).trust


def restage(desk: Desk) -> None:
    desk.p.compute_result(WHO)
    desk.prepare()
    desk.sign()
    desk.pack()
    desk.p.finish("signing", WHO)


def test_three_people_sign_in_their_order_and_the_package_is_written(ready) -> None:
    ready.prepare()
    ready.sign()
    path = ready.pack()
    ready.p.finish("signing", WHO)
    state = ready.p.state
    assert [one.role for one in state.signed] == ["operator", "checker", "approver"]
    assert [one.person for one in state.signed] == ["P-01", "P-02", "P-03"]
    assert state.packaged is not None
    assert (state.packaged.file, state.packaged.bytes) == (path.name, path.stat().st_size)


def test_nobody_signs_out_of_turn_or_twice(ready) -> None:
    ready.prepare()
    with pytest.raises(GateClosed):
        ready.sign("checker")
    ready.sign("operator")
    with pytest.raises(GateClosed):
        ready.sign("operator")
    assert len(ready.p.state.signed) == 1


def test_the_same_person_never_signs_in_a_second_role(ready, office) -> None:
    ready.prepare()
    ready.sign("operator")
    with pytest.raises(GateClosed):
        sign(ready.p, ready.staged, "checker", office.signer("operator"))


def test_a_signer_whom_the_list_does_not_name_in_the_role_is_refused(ready, office) -> None:
    ready.prepare()
    for wrong in (office.signer("checker"), office.papers.pilot):
        with pytest.raises(GateClosed, match="is not in the trust list as operator of LAB01"):
            sign(ready.p, ready.staged, "operator", wrong)
    assert not list((ready.staged / "META-INF").glob("*")) if (ready.staged / "META-INF").exists() else True


def test_no_package_while_a_signature_is_missing(ready) -> None:
    ready.prepare()
    ready.sign("operator", "checker")
    with pytest.raises(GateClosed):
        ready.pack()
    assert not list(ready.folder.glob("*.asice"))


CHANGES = {
    "budget": lambda d: d.enter("budget"),
    "standard": lambda d: d.enter("standard"),
    "exclusion": lambda d: d.p.enter(
        "exclusion", {"cycles": [next(iter(d.p.state.counted.values()))], "reason": "door opened"}, WHO
    ),
    "result": lambda d: d.p.compute_result(WHO),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_staging_discards_what_was_signed(ready, change) -> None:
    ready.prepare()
    ready.sign("operator")
    CHANGES[change](ready)
    for attempt in (lambda: ready.sign("checker"), ready.pack):
        with pytest.raises(GateClosed, match="has not been prepared"):
            attempt()
    if change != "result":
        with pytest.raises(GateClosed, match="older than the record"):
            ready.prepare()
    restage(ready)
    assert len(ready.p.state.signed) == 3


def test_a_change_after_the_last_signature_leaves_no_package(ready) -> None:
    ready.prepare()
    ready.sign()
    ready.enter("budget")
    with pytest.raises(GateClosed, match="has not been prepared"):
        ready.pack()
    assert not list(ready.folder.glob("*.asice"))
    restage(ready)


def test_an_older_staging_cannot_be_signed_any_more(ready) -> None:
    first = ready.prepare()
    ready.prepare()
    with pytest.raises(NotVerified, match="not the revision that was prepared last"):
        sign(ready.p, first, "operator", ready.office.signer("operator"))
    ready.sign()
    with pytest.raises(NotVerified, match="not the revision that was prepared last"):
        pack(ready.p, first, ready.folder)


@pytest.mark.parametrize("name", ["result.json", "report.pdf", "log/entries.jsonl"])
def test_a_staged_file_changed_by_hand_cannot_be_signed(ready, name) -> None:
    ready.prepare()
    ready.sign("operator")
    with (ready.staged / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(NotVerified):
        ready.sign("checker")


def test_a_file_slipped_in_cannot_be_signed(ready) -> None:
    ready.prepare()
    (ready.staged / "extra.txt").write_text("x")
    with pytest.raises(NotVerified):
        ready.sign("operator")


def test_a_finished_revision_is_never_edited(ready) -> None:
    ready.prepare()
    ready.sign()
    ready.pack()
    first = next(iter(ready.p.state.cycles))
    for attempt in (
        lambda: ready.enter("budget"),
        lambda: ready.enter("standard"),
        lambda: ready.p.compute_result(WHO),
        lambda: ready.p.enter("exclusion", {"cycles": [first], "reason": "late"}, WHO),
        ready.prepare,
    ):
        with pytest.raises(GateClosed):
            attempt()
    ready.write.room(60.0)  # somebody watches the air: no matter
    ready.p.finish("signing", WHO)
    assert ready.p.state.station == "submission"


def test_a_package_that_exists_is_not_overwritten(ready) -> None:
    ready.prepare()
    ready.sign()
    path = ready.folder / "result_DEMO-DCV-2026_LAB01_r1.asice"
    path.write_bytes(b"another")
    with pytest.raises(WrongUse, match="exists already"):
        ready.pack()
    assert path.read_bytes() == b"another"


def test_nothing_is_staged_before_its_station_and_nothing_is_left_behind(desk) -> None:
    desk.until("results")
    with pytest.raises(GateClosed):
        prepare(desk.p, desk.folder / "early", WHO)
    assert not (desk.folder / "early").exists()


def test_nothing_is_staged_while_a_run_is_open(ready) -> None:
    run = ready.write.room(60.0, stop=False)
    with pytest.raises(GateClosed, match="still open"):
        ready.prepare()
    ready.p.close_run(run, "closed", WHO)
    restage(ready)


def test_sent_is_not_delivered_and_a_receipt_makes_it_so(ready, trust, office, tmp_path) -> None:
    ready.until("submission") if ready.p.state.station is None else None
    ready.prepare()
    ready.sign()
    path = ready.pack()
    ready.p.finish("signing", WHO)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    delivered = submit(ready.p, path, inbox)
    assert "not confirmed" in str(ready.p.missing()[0])
    _, receipt = receive(delivered.path, trust, office.papers.pilot, inbox, ready.clock.utc())
    take_receipt(ready.p, receipt)
    ready.p.finish("submission", WHO)
    ready.enter("handed-over")
    ready.p.finish("handed-over", WHO)
    assert ready.p.state.station is None
    assert ready.p.missing() == ()
    taken = ready.p.state.receipt
    assert taken is not None
    assert taken.sha256 == delivered.sha256


def test_another_file_is_not_submitted_as_ours(ready, tmp_path) -> None:
    ready.prepare()
    ready.sign()
    path = ready.pack()
    ready.p.finish("signing", WHO)
    other = tmp_path / path.name.replace("r1", "r2")
    shutil.copyfile(path, other)
    with other.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(NotVerified, match="does not belong"):
        submit(ready.p, other, tmp_path)
    assert ready.p.state.submitted is None


def test_the_entries_of_the_example_are_those_of_the_tests() -> None:
    assert msgspec.json.decode(msgspec.json.encode(ENTRIES))["departure"]["visual"] == "undamaged"
