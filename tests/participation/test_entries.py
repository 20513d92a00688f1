"""What people may enter: whole bodies of their own kinds; what the program alone does stays its own."""

import pytest
from evaluation.records import ENTRIES, WHO

from labclient.errors import WrongUse
from labclient.participation import KINDS

OWN = {"plan", "trust", "check", "result", "cycle", "staged", "signed-off", "packaged", "submitted", "receipt",
       "station-done", "attachment"}  # fmt: skip


@pytest.mark.parametrize("kind", [*sorted(OWN), "run-start", "block", "checkpoint", "origin", "nonsense", ""])
def test_people_cannot_enter_what_the_program_does(desk, kind) -> None:
    size = desk.p.recorder.committed
    with pytest.raises(WrongUse, match="cannot be entered"):
        desk.p.enter(kind, {}, WHO)
    assert desk.p.recorder.committed == size


def test_every_kind_is_either_peoples_or_the_programs() -> None:
    assert set(KINDS) - OWN == {"standard", "arrival", "decision", "note", "deviation", "exclusion", "budget",
                                "departure", "handed-over"}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("note", {}),
        ("note", {"text": ""}),
        ("note", {"text": "x" * 501}),
        ("note", {"text": "a", "more": 1}),
        ("note", {"text": 7}),
        ("deviation", {"text": "a"}),
        ("arrival", {"received": "now"}),
        ("arrival", ENTRIES["arrival"] | {"visual": "fine"}),
        ("arrival", ENTRIES["arrival"] | {"seals_intact": "yes"}),
        ("exclusion", {"cycles": [], "reason": "x"}),
        ("exclusion", {"cycles": [-1], "reason": "x"}),
        ("decision", {"about": 1, "decision": "perhaps", "given_by": "Pilot D", "document": "1"}),
        ("standard", ENTRIES["standard"] | {"values": [{"point": "10V", "value": 10.0}]}),
        ("budget", {"rows": []}),
    ],
)
def test_an_incomplete_or_shapeless_body_is_refused_and_nothing_is_recorded(desk, kind, body) -> None:
    size = desk.p.recorder.committed
    with pytest.raises(WrongUse, match="not complete"):
        desk.p.enter(kind, body, WHO)
    assert desk.p.recorder.committed == size


def test_an_entry_says_who_when_where_and_what(desk) -> None:
    entry = desk.p.enter("note", {"text": "门已关 / door closed"}, WHO)
    read = desk.p.record.entry(entry.seq)
    assert (read.author, read.station, read.kind, read.body) == (
        WHO,
        "arrival",
        "note",
        {"text": "门已关 / door closed"},
    )
    assert read.t == "2026-03-02T00:00:00.000000Z"


def test_an_attachment_is_kept_to_the_byte(desk, tmp_path) -> None:
    file = tmp_path / "照片.bin"
    file.write_bytes(bytes(range(256)))
    entry = desk.p.attach(file, "document", "application/octet-stream", WHO)
    assert desk.p.record.payload(entry.seq) == bytes(range(256))
    with pytest.raises(WrongUse):
        desk.p.attach(file, "selfie", "image/png", WHO)


def test_a_correction_is_a_new_entry_and_the_old_one_stays(desk) -> None:
    first = desk.enter("standard")
    second = desk.enter("standard", serial="LZ-0043")
    assert desk.p.record.entry(first).body["serial"] == "LZ-0042"
    assert desk.p.state.standard is not None
    assert (desk.p.state.standard.serial, desk.p.record.entry(second).body["serial"]) == ("LZ-0043", "LZ-0043")
