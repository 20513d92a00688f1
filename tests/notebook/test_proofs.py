"""What can be proven about a notebook to somebody who does not have it."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotVerified, WrongUse
from labclient.notebook import (
    ConsistencyProof,
    Draft,
    InclusionProof,
    Notebook,
    Reader,
    blocks,
    checkpoints_in,
    proof_bytes,
    prove_consistency,
    prove_entry,
    prove_present,
    prove_reading,
    read_proof,
    run_values,
    verify_proof,
)
from labclient.signing import NoteKey, sign_checkpoint
from notebook.samples import AUTHOR, CLOCK, fill, tamper

New = Callable[..., Notebook]
FIRST, NEWEST = 1, 13  # the entries that are the sample's two checkpoints; each signs those before it


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, key: NoteKey) -> Path:
    """The filled notebook; nobody changes it."""
    path = tmp_path_factory.mktemp("sample") / "a.labnote"
    with Notebook.create(path, clock=CLOCK, author=AUTHOR, key=key, body={}) as notebook:
        fill(notebook, key)
    return path


def notes(path: Path) -> list[str]:
    return [note for note, _ in checkpoints_in(path)]


def lines(path: Path) -> list[bytes]:
    with Reader.open(path) as reader:
        return [entry.line for entry in reader.entries()]


def recomputed(line: str, index: int, size: int, path: list[str]) -> str:
    """The root that an audit path leads to, by the recursion of RFC 6962 §2.1.1 turned round (independent of the
    program): the last hash of a path is beside the root's own child."""
    if size == 1:
        assert not path
        return sha256(b"\0" + line.encode()).hexdigest()
    *below, beside = path
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        own, other = recomputed(line, index, split, below), beside
        return sha256(b"\1" + bytes.fromhex(own) + bytes.fromhex(other)).hexdigest()
    own, other = recomputed(line, index - split, size - split, below), beside
    return sha256(b"\1" + bytes.fromhex(other) + bytes.fromhex(own)).hexdigest()


@pytest.mark.parametrize("seq", range(NEWEST))
def test_every_entry_is_proven_and_a_stranger_finds_the_signed_root(sample: Path, seq: int) -> None:
    data = proof_bytes(prove_entry(sample, seq))
    proven = verify_proof(read_proof(data))
    assert proven.entry is not None
    assert (proven.entry.line, proven.held, proven.simulated) == (lines(sample)[seq], False, True)
    plain = json.loads(data)
    _, size, root = plain["checkpoint"].split("\n")[:3]
    for leaf, place in ((plain["entry"], seq), (plain["origin"], 0)):
        assert recomputed(leaf["line"], place, int(size), leaf["path"]) == base64.b64decode(root).hex()


def test_a_reading_is_proven_with_the_text_unit_and_meaning_that_were_recorded(sample: Path) -> None:
    with Reader.open(sample) as reader:
        recorded = run_values(reader, 2)
        texts = [row.split(",") for block in blocks(reader, 2)
                 for row in reader.payload(block.seq).decode().splitlines()]  # fmt: skip
    assert len(texts) == 225
    for index in (0, 3, 19, 20, 24, 25, 224):
        reading = verify_proof(read_proof(proof_bytes(prove_reading(sample, 2, index)))).reading
        assert reading is not None
        assert [str(reading.index), str(reading.t_ns), *reading.statuses, *reading.texts] == texts[index][:4]
        assert reading.t_ns == recorded.t_ns[index]
        assert (reading.statuses == ("ok",)) == (float(reading.texts[0]) == recorded.values[index, 0])
        assert (reading.channels[0].unit, reading.run.seq) == ("V", 2)
        assert reading.series.body["role"] == ("S" if index < 25 else "X")


def test_a_checkpoint_that_was_held_is_the_one_the_proof_must_be_about(sample: Path) -> None:
    first, newest = notes(sample)
    assert verify_proof(prove_entry(sample, 0, first), first).held
    assert verify_proof(prove_entry(sample, 0, newest), newest).held
    with pytest.raises(NotVerified, match="not about the checkpoint held"):
        verify_proof(prove_entry(sample, 0, newest), first)
    with pytest.raises(WrongUse, match="covers 1 entries; entry 5 came later"):
        prove_entry(sample, 5, first)


def test_an_entry_that_no_checkpoint_covers_yet_cannot_be_proven(sample: Path) -> None:
    with pytest.raises(WrongUse, match="No checkpoint covers"):
        prove_entry(sample, NEWEST)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (lambda path: prove_entry(path, 14), "no entry 14"),
        (lambda path: prove_entry(path, -1), "no entry -1"),
        (lambda path: prove_reading(path, 3, 0), "does not begin a run"),
        (lambda path: prove_reading(path, 2, 225), "no reply 225"),
        (lambda path: prove_reading(path, 99, 0), "no entry 99"),
    ],
)
def test_what_is_not_there_is_wrong_use(sample: Path, wanted: Callable[[Path], object], told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        wanted(sample)


def test_an_older_checkpoint_is_continued_by_a_newer_one_and_by_the_present(sample: Path) -> None:
    first, newest = notes(sample)
    proof = read_proof(proof_bytes(prove_consistency(sample, first, newest)))
    assert isinstance(proof, ConsistencyProof)
    for held in (None, first, newest):
        proven = verify_proof(proof, held)
        assert proven.older is not None
        assert (proven.older.size, proven.checkpoint.size, proven.held) == (FIRST, NEWEST, held is not None)
    now = prove_present(sample, first)
    assert now.older == proven.older
    assert now.checkpoint.size == NEWEST + 1
    assert prove_present(sample, newest).older == proven.checkpoint
    assert verify_proof(prove_consistency(sample, newest, newest)).older == proven.checkpoint
    with pytest.raises(WrongUse, match="is the newer one"):
        prove_consistency(sample, newest, first)


@pytest.mark.parametrize("after", range(4))
def test_a_rewritten_past_no_longer_fits_the_checkpoint_that_was_held(new: New, key: NoteKey, after: int) -> None:
    with new("honest.labnote") as notebook:
        notebook.append(Draft(kind="note", body={"text": "9.99"}, author=AUTHOR))
        held = notebook.checkpoint(key)
        notebook.append(*[Draft(kind="note", body={"text": "later"}, author=AUTHOR)] * after)
    forged = notebook.path
    tamper(forged, "UPDATE log SET entry = CAST(replace(entry, '9.99', '9.98') AS BLOB) WHERE seq = 1")
    for wanted in (
        lambda: prove_present(forged, held),
        lambda: prove_consistency(forged, held, held),
        lambda: prove_entry(forged, 1, held),
        lambda: prove_entry(forged, 1),
    ):
        with pytest.raises(NotVerified):
            wanted()


def test_a_log_cut_short_and_another_notebook_do_not_fit_either(sample: Path, new: New, key: NoteKey) -> None:
    first, _ = notes(sample)
    with new("other.labnote") as other:
        own = other.checkpoint(key)
        longer = sign_checkpoint(key, other.name, 7, b"x" * 32)
    with pytest.raises(NotVerified, match="another notebook"):
        prove_present(other.path, first)
    with pytest.raises(NotVerified, match="another notebook"):
        verify_proof(prove_entry(other.path, 0), first)
    with pytest.raises(NotVerified, match="more entries than are here"):
        prove_present(other.path, longer)
    stranger = sign_checkpoint(NoteKey.generate("lab-07"), other.name, 1, b"x" * 32)
    for forged in (stranger, "", "text", own.replace("\n1\n", "\n2\n")):
        with pytest.raises(NotVerified):
            prove_present(other.path, forged)


def test_nobody_without_the_key_makes_a_proof_for_another_head(sample: Path) -> None:
    proof = prove_entry(sample, 3)
    stranger = NoteKey.generate("lab-07")
    origin, size = proof.checkpoint.split("\n")[:2]
    with pytest.raises(NotVerified, match="not signed"):
        verify_proof(InclusionProof(proof.format, sign_checkpoint(stranger, origin, int(size), b"x" * 32),
                                    proof.origin, proof.entry))  # fmt: skip


@pytest.fixture(scope="module")
def kinds(sample: Path) -> dict[str, bytes]:
    first, newest = notes(sample)
    return {
        "entry": proof_bytes(prove_entry(sample, 10)),
        "reading": proof_bytes(prove_reading(sample, 2, 21)),
        "consistency": proof_bytes(prove_consistency(sample, first, newest)),
    }


@pytest.mark.parametrize("kind", ["entry", "reading", "consistency"])
@given(data=st.data())
def test_a_changed_byte_of_a_proof_is_refused_or_changes_nothing_it_says(
    kinds: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    whole = kinds[kind]
    place, mask = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    changed = whole[:place] + bytes([whole[place] ^ mask]) + whole[place + 1 :]
    sound = verify_proof(read_proof(whole))
    try:
        shown = verify_proof(read_proof(changed))
    except NotVerified:
        return
    if kind == "reading" and shown.reading and sound.reading and shown.reading.index != sound.reading.index:
        assert shown.reading.run == sound.reading.run  # it shows another reply of the same proven block
        assert shown.entry == sound.entry
    else:
        assert shown == sound


def swapped(plain: Any, *way: Any) -> bytes:
    """A proof with what lies at the end of the way replaced by its last member."""
    *names, last, value = way
    part = plain
    for name in names:
        part = part[name]
    part[last] = value
    return json.dumps(plain).encode()


def test_entries_that_do_not_belong_together_show_no_reading(kinds: dict[str, bytes], sample: Path) -> None:
    reading, entry = json.loads(kinds["reading"]), json.loads(kinds["entry"])
    block, run, series = reading["entry"], reading["reading"]["run"], reading["reading"]["series"]
    other = json.loads(proof_bytes(prove_reading(sample, 2, 30)))["reading"]["series"]
    again = json.loads(proof_bytes(prove_entry(sample, 10)))["entry"]
    for way in (
        ("reading", "run", again),
        ("reading", "run", series),
        ("reading", "series", other),
        ("reading", "series", run),
        ("reading", "index", 25),
        ("reading", "index", 19),
        ("reading", "rows", reading["reading"]["rows"].replace("1.0000021", "1.0000022")),
        ("reading", "rows", ""),
        ("entry", entry["entry"]),
        ("origin", block),
    ):
        with pytest.raises(NotVerified):
            verify_proof(read_proof(swapped(json.loads(kinds["reading"]), *way)))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'"x"', b"\xff", b'{"format": "labclient-consistency/1"}', b"{" * 100,
             b'{"format": "labclient-inclusion/2"}', b'{"format": "labclient-inclusion/1", "format": "x"}']
)  # fmt: skip
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(NotVerified):
        read_proof(data)


@pytest.mark.parametrize("line", ["", "{}", "[]", "x", '{"seq":0}'])
def test_a_line_that_is_no_entry_is_the_fault_of_the_proof(kinds: dict[str, bytes], line: str) -> None:
    for name in ("origin", "entry"):
        with pytest.raises(NotVerified):
            verify_proof(read_proof(swapped(json.loads(kinds["entry"]), name, "line", line)))
