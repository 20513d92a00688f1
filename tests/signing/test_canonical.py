import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotVerified
from labclient.signing import canonical, parse_strict

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


def test_one_form_whatever_the_order() -> None:
    assert canonical({"b": "10.0000", "a": [1, None]}) == canonical({"a": [1, None], "b": "10.0000"})
    assert canonical({"b": "伏特", "a": 1.0}) == '{"a":1,"b":"伏特"}'.encode()


@given(values)
def test_what_is_written_is_read_back(value: object) -> None:
    assert parse_strict(canonical(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"x":{"a":1,"\\u0061":2}}',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e999",
        "[" * 65 + "]" * 65,
        '{"a":' * 65 + "1" + "}" * 65,
        "9" * 5000,
        '"\\ud800"',
        '{"\\udc00":1}',
        "",
        "{",
        "[1,]",
        "{'a':1}",
        "\ufeff{}",
        '"a\nb"',
        "1 2",
    ],
)
def test_doubtful_json_is_refused(text: str) -> None:
    with pytest.raises(NotVerified):
        parse_strict(text.encode())


def test_brackets_inside_strings_are_not_depth() -> None:
    assert parse_strict(json.dumps("[" * 500 + '\\"').encode()) == "[" * 500 + '\\"'


@pytest.mark.parametrize("data", [b"\xff", '"é"'.encode("latin-1"), "{}".encode("utf-16")])
def test_anything_but_utf8_is_refused(data: bytes) -> None:
    with pytest.raises(NotVerified):
        parse_strict(data)


def test_too_much_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(NotVerified, match="101 bytes"):
        parse_strict(b"x" * 101, max_bytes=100)
    assert parse_strict(b"[[1]]", max_depth=2) == [[1]]
    with pytest.raises(NotVerified, match="deeper"):
        parse_strict(b"[[[1]]]", max_depth=2)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parse_strict(data)
    except NotVerified:
        return
    json.loads(data)


@given(st.text(alphabet='[]{}",:\\ud8019eE-+.ntf ', max_size=60))
def test_any_almost_json_is_read_or_refused(text: str) -> None:
    try:
        parse_strict(text.encode())
    except NotVerified:
        return
    json.loads(text)
