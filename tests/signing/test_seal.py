from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotVerified, PassphraseWrong, StorageTrouble, WrongUse
from labclient.signing import (
    SealKey,
    canonical,
    commitment,
    load_seal_key,
    new_salt,
    new_seal_key,
    open_seal,
    phone_code,
    read_phone_code,
    save_seal_key,
    seal,
)

CONTENT = b"0123456789abcdef" * 20_000
PILOT, ESCROW, STRANGER = new_seal_key(), new_seal_key(), new_seal_key()


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    (tmp_path / "plain").write_bytes(CONTENT)
    seal(tmp_path / "plain", tmp_path / "payload.age", [PILOT.recipient, ESCROW.recipient])
    return tmp_path / "payload.age"


@pytest.mark.parametrize("key", [PILOT, ESCROW])
def test_each_recipient_alone_can_open(sealed: Path, tmp_path: Path, key: SealKey) -> None:
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1\n")
    open_seal(sealed, tmp_path / "opened", key)
    assert (tmp_path / "opened").read_bytes() == CONTENT


def test_nobody_else_can(sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(NotVerified):
        open_seal(sealed, tmp_path / "opened", STRANGER)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["payload.age", "plain"]


@pytest.mark.parametrize("position", [0, 30, 100, 100_000, 250_000, -1])
def test_a_changed_seal_leaves_no_part_of_its_content(sealed: Path, tmp_path: Path, position: int) -> None:
    data = bytearray(sealed.read_bytes())
    data[position] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(NotVerified):
        open_seal(sealed, tmp_path / "opened", PILOT)
    sealed.write_bytes(data[: len(data) // 2])
    with pytest.raises(NotVerified):
        open_seal(sealed, tmp_path / "opened", PILOT)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["payload.age", "plain"]


def test_sealing_to_nobody_or_to_nonsense_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(CONTENT)
    for recipients in ([], ["age1nonsense"], [PILOT.recipient, ""]):
        with pytest.raises(WrongUse):
            seal(tmp_path / "plain", tmp_path / "payload.age", recipients)
    with pytest.raises(StorageTrouble):
        seal(tmp_path / "missing", tmp_path / "payload.age", [PILOT.recipient])
    assert not (tmp_path / "payload.age").exists()


def test_a_seal_key_is_kept_behind_a_passphrase(tmp_path: Path) -> None:
    save_seal_key(tmp_path / "key.age", PILOT, "一句足够长的口令")
    assert PILOT.secret.encode() not in (tmp_path / "key.age").read_bytes()
    assert load_seal_key(tmp_path / "key.age", "一句足够长的口令") == PILOT
    assert PILOT.secret not in repr(PILOT)
    with pytest.raises(PassphraseWrong):
        load_seal_key(tmp_path / "key.age", "另一句")


def test_a_commitment_is_the_hash_that_the_file_formats_state() -> None:
    salt = new_salt()
    bound = {"comparison": "DCV-10", "lab": "LAB07", "salt": salt.hex(), "package_sha256": "ab" * 32}
    assert commitment("DCV-10", "LAB07", salt, "ab" * 32) == sha256(b"cmp-commit-v1\0" + canonical(bound)).digest()
    assert commitment("DCV-10", "LAB08", salt, "ab" * 32) != commitment("DCV-10", "LAB07", salt, "ab" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        commitment("DCV-10", "LAB07", b"", "ab" * 32)


def test_a_code_is_read_back_however_it_is_spoken() -> None:
    code = phone_code(bytes(32))
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4, 4, 1]
    spoken = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_phone_code(spoken) == read_phone_code(code.replace("-", "")) == code
    assert phone_code(bytes(31) + b"\1") != code


def test_every_misheard_symbol_and_swapped_pair_is_noticed() -> None:
    code = phone_code(b"x" * 32).replace("-", "")
    for position, symbol in enumerate(code):
        heard = "7" if symbol != "7" else "9"
        with pytest.raises(NotVerified):
            read_phone_code(code[:position] + heard + code[position + 1 :])
    swaps = [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(19) if code[at] != code[at + 1]]
    assert len(swaps) > 10
    for swapped in swaps:
        with pytest.raises(NotVerified):
            read_phone_code(swapped)


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        code = read_phone_code(text)
    except NotVerified:
        return
    assert read_phone_code(code) == code


def test_a_full_disk_is_not_called_a_changed_seal(
    sealed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyrage.decrypt_io", full)
    with pytest.raises(StorageTrouble, match="No space"):
        open_seal(sealed, tmp_path / "opened", PILOT)
    assert not (tmp_path / "opened").exists()
