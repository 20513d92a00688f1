import io
import struct
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labclient.errors import NotVerified, StorageTrouble
from labclient.signing import _zip, check_names
from labclient.signing._zip import Entry, chunks, scan, write_zip

MEMBERS: dict[str, bytes | Path] = {"mimetype": b"application/x", "数据/a.csv": b"1,2\r\n" * 50, "empty": b""}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("zip") / "good.zip"
    write_zip(path, MEMBERS)
    return path.read_bytes()


def read(data: bytes) -> dict[str, bytes]:
    file = io.BytesIO(data)
    return {entry.name: b"".join(chunks(file, entry)) for entry in scan(file)}


def test_what_is_written_is_read_and_others_read_it_too(good: bytes, tmp_path: Path) -> None:
    assert read(good) == MEMBERS
    with zipfile.ZipFile(io.BytesIO(good)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == MEMBERS
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in other.infolist())
    (tmp_path / "good.zip").write_bytes(good)
    assert subprocess.run(["unzip", "-tq", tmp_path / "good.zip"], capture_output=True, check=False).returncode == 0


def test_the_same_members_give_the_same_bytes(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(MEMBERS["数据/a.csv"])  # type: ignore[arg-type]
    digest = write_zip(tmp_path / "again.zip", {**MEMBERS, "数据/a.csv": tmp_path / "a.csv"})
    assert (tmp_path / "again.zip").read_bytes() == good
    assert digest == sha256(good).hexdigest()


def test_a_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble):
        write_zip(tmp_path / "x.zip", {"a": b"1", "b": tmp_path / "missing"})
    assert list(tmp_path.iterdir()) == []


def test_a_failed_writing_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"old")
    with pytest.raises(NotVerified):
        write_zip(tmp_path / "x.zip", {"../a": b"1"})
    assert (tmp_path / "x.zip").read_bytes() == b"old"


def test_large_files_use_the_wide_fields_only_then(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # 4 GiB in small: the reader and writer share the limit, and the wide fields must read back
    entry = Entry("big", 0, 2**32, 1)
    assert struct.unpack_from("<H", _zip.header(entry), 4) == (45,)
    assert _zip.header(entry)[-16:] == struct.pack("<2Q", 2**32, 2**32)
    narrow = Entry("big", 0, 2**32 - 2, 1)
    assert struct.unpack_from("<H", _zip.header(narrow), 4) == (20,)
    end = _zip.directory([Entry("big", 2**32, 2**32, 1)])
    assert b"PK\x06\x06" in end
    assert b"PK\x06\x07" in end


@pytest.mark.parametrize("junk", [b"\0", b"PK\x05\x06" + b"\0" * 18, b"junk" * 100])
def test_nothing_may_stand_before_or_after_or_between(good: bytes, junk: bytes) -> None:
    directory = good.index(b"PK\x01\x02")
    for changed in (junk + good, good + junk, good[:directory] + junk + good[directory:]):
        with pytest.raises(NotVerified):
            read(changed)


def test_every_cut_is_refused(good: bytes) -> None:
    for length in range(len(good)):
        with pytest.raises(NotVerified):
            read(good[:length])


def test_every_flipped_byte_is_refused(good: bytes) -> None:
    random = Random(3)
    for position in range(len(good)):
        changed = bytearray(good)
        changed[position] ^= 1 << random.randrange(8)
        with pytest.raises(NotVerified):
            read(bytes(changed))


def foreign(build, **options: object) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **options) as archive:  # type: ignore[call-overload]
        build(archive)
    return target.getvalue()


def member(name: str, **fields: object) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o100644 << 16
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def test_another_writer_s_plain_form_may_be_the_same_form() -> None:
    assert read(foreign(lambda archive: archive.writestr(member("a"), b"x"))) == {"a": b"x"}


@pytest.mark.parametrize(
    "fields",
    [
        {"compress_type": zipfile.ZIP_DEFLATED},
        {"date_time": (2026, 11, 1, 0, 0, 0)},
        {"comment": b"c"},
        {"extra": struct.pack("<2H", 0x5455, 0)},
        {"external_attr": 0o120777 << 16},
        {"create_system": 0},
    ],
)
def test_other_forms_of_an_entry_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(NotVerified):
        read(foreign(lambda archive: archive.writestr(member("a", **fields), b"x")))


def test_a_comment_a_folder_or_a_bomb_is_refused() -> None:
    def commented(archive: zipfile.ZipFile) -> None:
        archive.writestr(member("a"), b"x")
        archive.comment = b"c"

    with pytest.raises(NotVerified):
        read(foreign(commented))
    with pytest.raises(NotVerified):
        read(foreign(lambda archive: archive.writestr(member("a/"), b"")))
    with pytest.raises(NotVerified):
        read(foreign(lambda archive: archive.writestr("bomb", bytes(10**6)), compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(NotVerified):
        read(foreign(lambda archive: None))


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    many: dict[str, bytes | Path] = {f"f{number}": b"" for number in range(1001)}
    with pytest.raises(NotVerified, match="1000"):
        write_zip(tmp_path / "x.zip", many)
    with pytest.raises(NotVerified):
        read(foreign(lambda archive: [archive.writestr(member(name), b"") for name in many]))


def pack(*names: str) -> bytes:
    """A container in the one form, whatever the names: what a hostile writer would make."""
    entries, body = [], b""
    for name in names:
        entry = Entry(name, len(body), 0, 0)
        entries.append(entry)
        body += _zip.header(entry)
    return body + _zip.directory(entries)


@pytest.mark.parametrize(
    "names",
    [
        ("../a",),
        ("a/../b",),
        ("/a",),
        ("a//b",),
        ("./a",),
        ("a\\b",),
        ("C:a",),
        ("a:stream",),
        ("nul",),
        ("data/COM1.txt",),
        ("ＣＯＮ.txt",),
        ("a.",),
        ("a ",),
        (" a",),
        ("a/",),
        ("a\0b",),
        ("a\nb",),
        ("a\u202ecsv.exe",),
        ("a\u200bb",),
        ("e\u0301.csv",),
        ("x" * 201,),
        ("",),
        ("a", "a"),
        ("a", "A"),
        ("a", "ａ"),
        ("straße", "strasse"),
        ("a", "a/b"),
        ("A/b", "a"),
    ],
)
def test_names_that_could_mean_something_else_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(NotVerified):
        read(pack(*names))
    with pytest.raises(NotVerified):
        check_names(names)


def test_proper_names_pass() -> None:
    assert list(read(pack("mimetype", "数据/读数 1.csv", "a.b/c-d_e (1).json", "console.txt"))) != []


def test_overlapping_entries_are_refused() -> None:
    inner = _zip.header(Entry("b", 31, 0, 0))
    outer = Entry("a", 0, len(inner), 0)
    body = _zip.header(outer) + inner
    with pytest.raises(NotVerified):
        read(body + _zip.directory([outer, Entry("b", 31, 0, 0)]))


def test_a_size_beyond_the_file_is_refused_without_reading_it() -> None:
    for size in (2**31, 2**32 + 5, 2**63):
        huge = Entry("a", 0, size, 0)
        with pytest.raises(NotVerified):
            read(_zip.header(huge) + _zip.directory([huge]))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0"):
        with pytest.raises(NotVerified):
            read(prefix + data)


@given(st.data())
def test_any_mutilation_is_refused(good: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(start, min(len(good), start + 60)))
    changed = good[:start] + data.draw(st.binary(max_size=60)) + good[end:]
    if changed != good:
        with pytest.raises(NotVerified):
            read(changed)


def test_a_member_that_changes_size_while_packed_is_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    monkeypatch.setattr(_zip, "_size", lambda path: 4)
    with pytest.raises(StorageTrouble, match="changed"):
        write_zip(tmp_path / "x.zip", {"a": tmp_path / "a"})
    assert not (tmp_path / "x.zip").exists()
