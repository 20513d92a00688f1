"""Replies as CSV rows and as columns."""

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotebookDamaged
from labclient.notebook import block, raw_bytes, raw_cell
from labclient.notebook._blocks import columns, header
from labclient.notebook._entry import Entry, encode
from labclient.notebook._plain import parse_plain
from labclient.notebook._rows import _first_differing, differing_row, read_rows


def entry_of(draft: object) -> Entry:
    return encode(draft, 9, datetime(2026, 3, 1, tzinfo=UTC), 1)[0]


@given(st.binary(max_size=40))
def test_raw_bytes_come_back_from_a_printable_cell(raw: bytes) -> None:
    cell = raw_cell(raw)
    assert cell.isprintable()
    assert cell.isascii()
    assert not cell.startswith(("=", "@"))
    assert cell
    assert raw_bytes(cell) == raw


@pytest.mark.parametrize(
    ("raw", "cell"),
    [
        (b"+1.0\r\n", "+1.0\\x0d\\x0a"),
        (b"a\\b", "a\\\\b"),
        (b"", "\\empty"),
        (b"=1+1", "\\x3d1+1"),
        (b"\xb0C", "\\xb0C"),
    ],
)
def test_raw_cells_are_written_as_documented(raw: bytes, cell: str) -> None:
    assert raw_cell(raw) == cell


TEXT = st.text(st.characters(codec="latin-1") | st.sampled_from('",;'), max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False).map(repr)
REPLY = st.one_of(
    st.tuples(st.just("ok"), NUMBER, st.none()),
    st.tuples(st.just("ok"), NUMBER, st.binary(max_size=20)),
    st.tuples(st.sampled_from(["overload", "busy"]), TEXT, st.binary(max_size=20)),
)


@given(st.lists(REPLY, min_size=1, max_size=30), st.integers(0, 2**40), st.integers(0, 2**62))
def test_replies_come_back_from_payload_and_values(
    replies: list[tuple[str, str, bytes | None]], first: int, start: int
) -> None:
    times = [start + i * i * 1000 for i in range(len(replies))]
    status, texts, raws = (list(column) for column in zip(*replies, strict=True))
    raws = [text.encode("latin-1") + b"\n" if raw is None else raw for text, raw in zip(texts, raws, strict=True)]
    numbers = [float(text) if word == "ok" else np.nan for word, text in zip(status, texts, strict=True)]
    draft = block(
        7, 8, first,
        t_ns=times, status=status, texts=[texts], raws=raws, values=np.array(numbers).reshape(-1, 1),
        terminator=b"\n", author="Operator A",
    )  # fmt: skip
    assert draft.values is not None
    assert draft.payload is not None
    found = columns(entry_of(draft), draft.values)
    assert found.index.tolist() == list(range(first, first + len(replies)))
    assert found.t_ns.tolist() == times
    assert [found.statuses[code] for code in found.status] == status
    np.testing.assert_array_equal(found.values[:, 0], numbers)
    rows = list(csv.reader(io.StringIO(draft.payload.decode(), newline=""), strict=True))
    assert [row[3] for row in rows] == texts
    kept = [raw_bytes(row[4]) if row[4] else row[3].encode("latin-1") + b"\n" for row in rows]
    assert kept == raws
    assert differing_row(found, draft.payload) is None
    np.testing.assert_array_equal(read_rows(entry_of(draft), draft.payload), draft.values)


def test_several_channels_have_a_status_each() -> None:
    draft = block(
        1, 2, 0,
        t_ns=[5, 6], status=["ok;error", "ok"], texts=[["1013.2", "1013.3"], ["***", "21.5"]],
        raws=[b"1013.2 ***\r\n", b"1013.3 21.5\r\n"], values=np.array([[1013.2, np.nan], [1013.3, 21.5]]),
        terminator=b"\r\n", author="Operator A",
    )  # fmt: skip
    assert draft.payload == (
        b"0,5,ok;error,1013.2,***,1013.2 ***\\x0d\\x0a\r\n1,6,ok,1013.3,21.5,1013.3 21.5\\x0d\\x0a\r\n"
    )
    assert draft.values is not None
    found = columns(entry_of(draft), draft.values)
    np.testing.assert_array_equal(found.values, [[1013.2, np.nan], [1013.3, 21.5]])
    assert differing_row(found, draft.payload) is None
    assert header(["p", 't,"x"']) == b'index,t_ns,status,p,"t,""x""",raw\r\n'


PLAIN = block(
    1, 2, 40,
    t_ns=[5, 6, 9], status=["ok", "busy", "ok"], texts=[["1.5", "", "-2.5E-3"], ["7", "9", "0"]],
    raws=[b"1.5 7", b"busy", b"-2.5E-3 0"], values=np.array([[1.5, 7.0], [np.nan, np.nan], [-2.5e-3, 0.0]]),
    terminator=b"", author="Operator A",
)  # fmt: skip
LINES = PLAIN.payload
assert LINES is not None


@given(st.integers(0, len(LINES) - 1), st.integers(0, 2), st.text('0159.,\r\n+-eE_" okbusy\t٣', max_size=3))
def test_changed_rows_are_seen_the_same_column_by_column_as_one_by_one(at: int, gone: int, put: str) -> None:
    found = columns(entry_of(PLAIN), PLAIN.values)
    changed = LINES[:at] + put.encode() + LINES[at + gone :]
    differing = _first_differing(found, changed)
    assert differing_row(found, changed) == differing
    try:
        table = read_rows(entry_of(PLAIN), changed)
    except NotebookDamaged:
        return
    if differing is not None:
        assert table.tobytes() != PLAIN.values.tobytes()


@given(
    st.lists(st.tuples(st.sampled_from(["ok", "busy"]), NUMBER, NUMBER), min_size=1, max_size=20),
    st.integers(0, 10**12),
    st.integers(0, 10**17),
)
def test_plain_rows_take_the_quick_way(replies: list[tuple[str, str, str]], first: int, start: int) -> None:
    status, *texts = (list(column) for column in zip(*replies, strict=True))
    values = np.array([[float(a), float(b)] if word == "ok" else [np.nan] * 2 for word, a, b in replies])
    times = [start + i**5 for i in range(len(replies))]
    draft = block(
        1, 2, first, t_ns=times, status=status, texts=texts, raws=[b"1 2"] * len(replies), values=values,
        terminator=b"", author="Operator A",
    )  # fmt: skip
    found = columns(entry_of(draft), draft.values)
    said = parse_plain(draft.payload, first, found.statuses)
    for name in ("index", "t_ns", "status", "values"):
        assert getattr(said, name).tobytes() == np.ascontiguousarray(getattr(found, name)).tobytes()


@pytest.mark.parametrize(
    "rows",
    [
        b"",
        b"40,5,ok,1.5,7,\r\n",
        LINES.replace(b"41,6", b"42,6"),
        LINES.replace(b"40,5", b"40,+5"),
        LINES.replace(b",7,", b",7_0,"),
        LINES.replace(b",7,", b",nan,"),
        LINES.replace(b",7,", b",1e00007,"),
        LINES.replace(b"busy,", b"lazy,"),
        LINES.replace(b",7,", b","),
        LINES.replace(b",7,", b",,"),
        LINES.replace(b",ok,1.5", b"\r\nok,1.5"),
        LINES + LINES[-1:],
        LINES[2:],
        b"\xff" + LINES,
    ],
)
def test_rows_of_another_form_are_no_block(rows: bytes) -> None:
    with pytest.raises(NotebookDamaged):
        read_rows(entry_of(PLAIN), rows)


NAN = float("nan")


@pytest.mark.parametrize(
    ("status", "texts", "raws", "values"),
    [
        (["overload"], [["9.9E37"]], [b""], [[1.0]]),
        (["ok;error"], [["1"]], [b""], [[1.0]]),
        (["ok;error"], [["1"], ["2"]], [b""], [[1.0, 2.0]]),
        (["ok", "busy"], [["1", ""]], [b"", b""], [[1.0], [1.0]]),
        (["ok"], [["1"]], [b""], [[1.0], [2.0]]),
        (["ok", "ok"], [["1"]], [b""], [[1.0]]),
        (["ok"], [["1"]], [b"", b""], [[1.0]]),
        (["ok"], [["1"], ["2"]], None, [[1.0, 2.0]]),
        (["error"], [["\u4e2d"]], None, [[NAN]]),
        (["error"], [["\ud800"]], [b""], [[NAN]]),
        ([], [[]], [], np.empty((0, 1)).tolist()),
        ([str(i) for i in range(300)], [[""] * 300], [b""] * 300, [[NAN]] * 300),
    ],
)
def test_a_source_that_hands_over_nonsense_has_a_bug(
    status: list[str], texts: list[list[str]], raws: list[bytes] | None, values: list[list[float]]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        block(
            1, 2, 0, t_ns=[5] * len(texts[0]), status=status, texts=texts, raws=raws, values=np.array(values),
            terminator=b"\n", author="",
        )  # fmt: skip
