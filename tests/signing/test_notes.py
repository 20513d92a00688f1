from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotVerified
from labclient.signing import (
    Checkpoint,
    NoteKey,
    checkpoint_code,
    phone_code,
    read_checkpoint,
    read_phone_code,
    sign_checkpoint,
    unproven_checkpoint,
)

ORIGIN = "labclient/DCV-10/LAB07"
ROOT = bytes(range(32))
KEY = NoteKey.from_private("LAB07", bytes(32))
NOTE = sign_checkpoint(KEY, ORIGIN, 42, ROOT)


def test_a_checkpoint_is_five_lines_of_text() -> None:
    assert NOTE.split("\n")[:4] == [ORIGIN, "42", b64encode(ROOT).decode(), ""]
    assert NOTE.split("\n")[4].startswith("— LAB07 ")
    assert NOTE.count("\n") == 5


def test_a_checkpoint_says_what_was_signed() -> None:
    assert read_checkpoint(NOTE, KEY.public) == Checkpoint(ORIGIN, 42, ROOT)


def test_key_id_and_signature_are_those_of_the_format() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    key_id = sha256(b"LAB07\n\x01" + key.public_bytes_raw()).digest()[:4]
    coded = b64encode(b"\x01" + key.public_bytes_raw()).decode()
    assert KEY.public == f"LAB07+{key_id.hex()}+{coded}"
    text, _, line = NOTE.partition("\n\n")
    signature = b64decode(line.split(" ")[2])
    assert signature[:4] == key_id
    key.verify(signature[4:], (text + "\n").encode())


def test_a_key_comes_back_from_its_bytes() -> None:
    key = NoteKey.generate("LAB07")
    again = NoteKey.from_private("LAB07", key.private)
    assert again.public == key.public
    assert read_checkpoint(sign_checkpoint(again, ORIGIN, 0, ROOT), key.public).size == 0


def test_a_countersignature_may_follow() -> None:
    pilot = NoteKey.generate("PILOT")
    text = NOTE.partition("\n\n")[0] + "\n"
    both = NOTE + pilot.sign(text)
    assert read_checkpoint(both, KEY.public) == read_checkpoint(both, pilot.public)


def test_another_key_of_the_same_name_has_not_signed() -> None:
    with pytest.raises(NotVerified, match="not signed by LAB07"):
        read_checkpoint(NOTE, NoteKey.generate("LAB07").public)


@pytest.mark.parametrize("position", range(len(NOTE)))
def test_any_changed_character_is_refused(position: int) -> None:
    changed = NOTE[:position] + chr(ord(NOTE[position]) ^ 1) + NOTE[position + 1 :]
    with pytest.raises(NotVerified):
        read_checkpoint(changed, KEY.public)


@pytest.mark.parametrize("size", ["042", "-1", "４２", "", "1e3"])
def test_a_signed_text_of_another_form_is_no_checkpoint(size: str) -> None:
    text = f"{ORIGIN}\n{size}\n{b64encode(ROOT).decode()}\n"
    with pytest.raises(NotVerified):
        read_checkpoint(f"{text}\n{KEY.sign(text)}", KEY.public)


@pytest.mark.parametrize("public", ["", "LAB07", "LAB07+00000000+AAAA", KEY.public.replace("LAB07", "LAB08")])
def test_what_is_no_key_verifies_nothing(public: str) -> None:
    with pytest.raises(NotVerified):
        read_checkpoint(NOTE, public)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(NotVerified):
        read_checkpoint(text, KEY.public)


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_key_s_name_is_one_word(name: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        NoteKey.generate(name)


def test_without_the_key_a_note_still_says_something_that_nobody_has_proven() -> None:
    assert unproven_checkpoint(NOTE) == Checkpoint(ORIGIN, 42, ROOT)
    with pytest.raises(NotVerified):
        unproven_checkpoint(NOTE.partition("\n\n")[0])


def test_the_spoken_code_is_that_of_the_three_lines_whoever_signed_them() -> None:
    text = f"{ORIGIN}\n42\n{b64encode(ROOT).decode()}\n"
    expected = phone_code(sha256(b"labclient-checkpoint-code-v1\n" + text.encode()).digest())
    code = checkpoint_code(read_checkpoint(NOTE, KEY.public))
    assert code == expected == read_phone_code(code.lower().replace("-", " "))
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 4, 1]


def test_another_checkpoint_has_another_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labclient.signing._seal._CODE_COST", 1 << 10)
    heads = [Checkpoint(ORIGIN, 42, ROOT), Checkpoint(ORIGIN, 43, ROOT), Checkpoint(f"{ORIGIN}x", 42, ROOT),
             Checkpoint(ORIGIN, 42, ROOT[::-1])]  # fmt: skip
    assert len(set(map(checkpoint_code, heads))) == len(heads)
