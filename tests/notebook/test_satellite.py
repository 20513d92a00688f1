"""A satellite's entries in the main log: the same but for the numbers of entries that they name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotebookDamaged, NotVerified
from labclient.notebook import Draft, Notebook, Reader, check_lines, copies, log_lines, originals
from labclient.signing import NoteKey

from .samples import AUTHOR, fill

FIRST = 10
NAMED = st.integers(FIRST, 10**6)


@given(
    st.fixed_dictionaries(
        {"run": NAMED, "runs": st.lists(NAMED), "series": st.lists(NAMED), "cycles": st.lists(NAMED)},
        optional={"basis": st.lists(NAMED), "rows": st.integers(0, 99), "cycle": st.integers(1, 9), "text": st.text()},
    ),
    st.integers(FIRST, 10**6),
)
def test_what_names_an_entry_is_shifted_and_nothing_else(body, place: int) -> None:
    (copy,) = copies([Draft(kind="x", body=body, author=AUTHOR)], FIRST, place)
    assert copy.body.keys() == body.keys()
    for name, value in body.items():
        if name in {"rows", "cycle", "text"}:
            assert copy.body[name] == value
        elif isinstance(value, list):
            assert copy.body[name] == [one + place - FIRST for one in value]
        else:
            assert copy.body[name] == value + place - FIRST


@pytest.mark.parametrize("run", [0, "1", None])
def test_an_entry_that_names_one_from_before_the_issue_is_refused(new: Callable[..., Notebook], run) -> None:
    with new() as notebook:
        notebook.append(Draft(kind="note", body={"run": run}, author=AUTHOR))
    with Reader.open(notebook.path) as reader, pytest.raises(NotebookDamaged, match="body of entry 1"):
        originals(reader, 1, 2)


@pytest.fixture
def log(closed: Path) -> tuple[bytes, list[tuple[int, str]]]:
    """The lines of a log, and two heads that it passed through."""
    with Reader.open(closed) as reader:
        return log_lines(reader, reader.size), [(14, reader.head()[1])]


def test_the_lines_are_those_of_an_export(log, new: Callable[..., Notebook], key: NoteKey) -> None:
    lines = check_lines(*log)
    assert b"".join(line + b"\n" for line in lines) == log[0]
    with new("growing.labnote") as notebook:
        notebook.append(Draft(kind="note", body={"text": "a"}, author=AUTHOR))
        with Reader.open(notebook.path) as reader:
            issued = reader.head()
            fill(notebook, key)
            assert len(check_lines(log_lines(reader, reader.size), [issued, reader.head()])) == reader.size


@pytest.mark.parametrize(
    "change",
    [
        lambda log, heads: (log[:-1], heads),
        lambda log, heads: (log + b"x", heads),
        lambda log, heads: (log[: log.rindex(b"\n", 0, -1) + 1], heads),
        lambda log, heads: (log.replace(AUTHOR.encode(), b"Operator B", 1), heads),
        lambda log, heads: (log, [(3, "0" * 64), *heads]),
        lambda log, heads: (log, [(0, "0" * 64), *heads]),
        lambda log, heads: (log, [(99, heads[0][1]), *heads]),
        lambda _, heads: (b"", heads),
    ],
    ids=["last line cut", "more", "a line less", "changed", "another issue", "no issue", "issued longer", "nothing"],
)
def test_lines_that_do_not_pass_through_their_heads_are_refused(log, change) -> None:
    with pytest.raises(NotVerified, match="does not go on"):
        check_lines(*change(*log))
