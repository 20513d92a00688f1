"""The state is nothing but a fold: in pieces, at once, or read again, it is the same."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labclient.notebook import Entry, Reader
from labclient.participation import Participation, State, first_state, fold, missing, read_state

from .world import Desk, Office


@pytest.fixture(scope="module")
def story(office: Office, tmp_path_factory) -> tuple[State, list[Entry]]:
    """The first state and all entries of a participation up to its submission."""
    desk = Desk(office, tmp_path_factory.mktemp("story"))
    desk.decide(desk.enter("arrival", visual="damaged"))
    desk.until("submission")
    desk.p.close()
    with Reader.open(desk.p.path) as reader:
        return first_state(reader), list(reader.entries())


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_folded_in_pieces_is_folded_at_once(story, data) -> None:
    begin, entries = story
    cuts = sorted(data.draw(st.lists(st.integers(0, len(entries)), max_size=6)))
    state = begin
    for low, high in zip([0, *cuts], [*cuts, len(entries)], strict=True):
        state = fold(state, entries[low:high])
    assert state == fold(begin, entries)
    assert state.size == len(entries)


def test_a_fold_changes_nothing_it_was_given(story) -> None:
    begin, entries = story
    before = msgspec.json.encode(begin)
    for stop in range(0, len(entries), 7):
        half = fold(begin, entries[:stop])
        kept = msgspec.structs.asdict(half) | {"harm": dict(half.harm), "runs": dict(half.runs)}
        fold(half, entries[stop:])
        assert msgspec.structs.asdict(half) == kept
    assert msgspec.json.encode(begin) == before


def test_the_gates_follow_from_the_state_alone(story) -> None:
    begin, entries = story
    state = fold(begin, entries)
    assert state.station == "submission"
    assert missing(state, "submission") == missing(fold(begin, entries), "submission")


def test_an_open_participation_and_a_reader_see_the_same(office, tmp_path) -> None:
    desk = Desk(office, tmp_path).until("departure")
    seen = desk.p.state
    desk.p.close()
    with Reader.open(desk.p.path) as reader:
        assert read_state(reader) == seen
    with Participation.open(desk.p.path, clock=desk.clock, home=office.home) as again:
        assert again.state == seen
