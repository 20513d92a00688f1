"""What people may enter: whole bodies of their own kinds; what the program alone does stays its own."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, get_args

import msgspec
import pytest
from evaluation.records import ENTRIES, WHO
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import EntryInvalid, WrongUse
from labclient.participation import FIELD_NAMES, KINDS, body_of
from labclient.words import LANGUAGES

PEOPLES = {"standard", "arrival", "decision", "note", "deviation", "exclusion", "budget", "departure", "handed-over"}
OWN = set(KINDS) - PEOPLES  # what is not named here is the program's


@pytest.mark.parametrize("kind", [*sorted(OWN), "run-start", "block", "checkpoint", "origin", "nonsense", ""])
def test_people_cannot_enter_what_the_program_does(desk, kind) -> None:
    size = desk.p.recorder.committed
    with pytest.raises(WrongUse, match="cannot be entered"):
        desk.p.enter(kind, {}, WHO)
    assert desk.p.recorder.committed == size


@pytest.mark.parametrize("kind", sorted(PEOPLES))
def test_what_people_state_they_can_enter(desk, kind) -> None:
    with pytest.raises(EntryInvalid, match="is missing"):  # no word that it is not theirs
        desk.p.enter(kind, {}, WHO)


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
        ("exclusion", {"cycles": [1], "reason": " \u3000"}),
        ("deviation", {"text": "a", "reason": "\t"}),
        ("exclusion", {"cycles": [-1], "reason": "x"}),
        ("decision", {"about": 1, "decision": "perhaps", "given_by": "Pilot D", "document": "1"}),
        ("standard", ENTRIES["standard"] | {"values": [{"point": "10V", "value": 10.0}]}),
        ("budget", {"rows": []}),
    ],
)
def test_an_incomplete_or_shapeless_body_is_refused_and_nothing_is_recorded(desk, kind, body) -> None:
    size = desk.p.recorder.committed
    with pytest.raises(WrongUse, match=r"is missing|not “|is no field"):
        desk.p.enter(kind, body, WHO)
    assert desk.p.recorder.committed == size


@pytest.mark.parametrize(
    ("kind", "body", "path", "sentence", "step"),
    [
        ("arrival", {"received": ""}, ("received",),
         "Received (date, time) is missing: a date and time with the offset from UTC, such as "
         "2026-03-02T08:05:00+08:00.", "received"),
        ("arrival", {"received": "yesterday"}, ("received",),
         "Received (date, time): a date and time with the offset from UTC, such as 2026-03-02T08:05:00+08:00, "
         "not “yesterday”.", "received"),
        ("arrival", {"parts": [{"name": "case", "present": True}, {"name": "", "present": True}]}, ("parts", 1, "name"),
         "Parts, row 2, Name is missing: a text of at most 500 characters.", "parts[1].name"),
        ("arrival", {"shock_indicator": None}, ("shock_indicator",),
         "Shock indicator is missing: one of none, intact, tripped.", "shock_indicator"),
        ("arrival", {"visual": "fine"}, ("visual",),
         "Visual inspection: one of undamaged, damaged, not “fine”.", "visual"),
        ("arrival", {"colour": "red"}, ("colour",), "“colour” is no field of this entry.", "colour"),
        ("arrival", {"parts": "case"}, ("parts",), "Parts: a list, not “case”.", "parts"),
        ("arrival", {"parts": ["case"]}, ("parts", 0),
         "Parts, row 1: a JSON object with its fields, not “case”.", "parts[0]"),
        ("standard", {"values": [{"point": "10V", "value": "10,5", "unit": "V", "U": "1", "k": "2"}]},
         ("values", 0, "value"),
         "Certified values, row 1, Value: a number such as 10.0001 with a decimal point and no thousands mark, "
         "not “10,5”.", "values[0].value"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_as_the_screen_does_and_what_it_wants(desk, kind, body, path, sentence, step) -> None:
    with pytest.raises(EntryInvalid) as refused:
        desk.p.enter(kind, ENTRIES[kind] | body, WHO)
    assert refused.value.path == path
    assert refused.value.tell("en") == f"{sentence}\n→ Its place in the entry: {step}"


def test_something_else_than_an_entry_is_told_as_such() -> None:
    with pytest.raises(EntryInvalid, match=r"An entry is a JSON object with its fields\.") as refused:
        body_of("note", ["a"])  # type: ignore[arg-type]
    assert refused.value.path == ()


@given(st.sampled_from(sorted(PEOPLES)), st.data())
def test_whatever_is_typed_is_an_entry_or_a_sentence_about_one_field(kind, data) -> None:
    rubbish = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(max_size=2), max_size=2)
    whole = ENTRIES.get(kind, {"text": "a", "reason": "b", "about": 1, "decision": "stop", "cycles": [1]})
    names = st.sampled_from([*whole, "more"])
    body = dict(whole) | data.draw(st.dictionaries(names, rubbish, max_size=2))
    refused = _refused(kind, body)
    if refused is not None:
        assert refused.path
        assert all("regex" not in refused.tell(language) for language in LANGUAGES)


def _refused(kind: str, body: Any) -> EntryInvalid | None:
    try:
        body_of(kind, body)
    except EntryInvalid as error:
        return error
    return None


def test_every_field_that_a_person_fills_in_has_a_name() -> None:
    def fields(kind: Any) -> Iterator[str]:
        for field in msgspec.structs.fields(kind):
            yield field.name
            for inner in get_args(field.type):
                if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                    yield from fields(inner)

    asked = {name for kind in PEOPLES | {"attachment"} for name in fields(KINDS[kind])}
    assert asked - set(FIELD_NAMES) == set()


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2026-03-02T08:05:00+08:00", True),
        ("2026-03-02T08:05Z", True),
        ("2026-03-02T08:05:00.25-03:30", True),
        ("2026-03-02T08:05:00", False),  # a time of no place
        ("2026-03-02 08:05:00+08:00", False),
        ("2026-13-02T08:05:00Z", False),
        ("2026-03-02T24:05:00Z", False),
        ("２０２６-03-02T08:05:00Z", False),
        ("2026-03-02T08:05:00Z\n", False),
    ],
)
def test_a_moment_is_whole_or_refused(text, good) -> None:
    context = nullcontext() if good else pytest.raises(EntryInvalid)
    with context:
        body_of("arrival", ENTRIES["arrival"] | {"received": text})


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
