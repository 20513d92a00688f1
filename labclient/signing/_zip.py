"""A ZIP file with one form only (APPNOTE 6.3): stored, dated 1980-01-01, no comments, no gaps, nothing before or after.

The writer makes that form; the reader takes the files in their order, makes each header anew from what it read and
demands the same bytes. So every trick played with headers ends at one comparison, and nothing is ever repaired.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from msgspec import Struct

from labclient.errors import NotVerified, StorageTrouble
from labclient.signing._files import CHUNK, replacing, storage
from labclient.signing._names import check_names
from labclient.words import message

MAX_FILES = 1000
_FULL = 0xFFFFFFFF  # a value this large moves to the ZIP64 fields
_DATE = 0x21  # 1980-01-01
_REGULAR_FILE = 0o100644 << 16
_UTF8 = 0x800
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64, _LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")


class Entry(Struct, frozen=True):
    """One file of a container: where its header begins, how many bytes it has, its CRC-32."""

    name: str
    offset: int
    size: int
    crc: int

    @property
    def data_offset(self) -> int:
        """Where its bytes begin."""
        return self.offset + len(header(self))


def write_zip(path: Path, members: Mapping[str, bytes | Path]) -> str:
    """Write the members in their order; the file takes its name when all of it is on disk. Returns its SHA-256.

    Raises NotVerified for a name that the reader would refuse, StorageTrouble when a disk fails or a member changes
    its size meanwhile.
    """
    check_names(members)
    if len(members) > MAX_FILES:
        raise NotVerified(message("The container would have more than {limit} files.", limit=MAX_FILES))
    with replacing(path) as file:
        entries = [_write_member(file, name, member) for name, member in members.items()]
        file.write(directory(entries))
        file.seek(0)
        whole = sha256()
        while chunk := file.read(CHUNK):
            whole.update(chunk)
    return whole.hexdigest()


def scan(file: BinaryIO) -> tuple[Entry, ...]:
    """The entries of an open container, which has exactly the one form; contents are not read yet (see `chunks`).
    Raises NotVerified for anything else."""
    file.seek(0, 2)
    end = file.tell()
    entries: list[Entry] = []
    at = 0
    while (entry := _read_entry(file, at)) is not None:
        at = entry.data_offset + entry.size
        entries.append(entry)
        if at > end or len(entries) > MAX_FILES:
            raise _refused()
    expected = directory(entries)
    file.seek(at)
    if not entries or end - at != len(expected) or file.read(len(expected) + 1) != expected:
        raise _refused()
    check_names(entry.name for entry in entries)
    return tuple(entries)


def chunks(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """The bytes of an entry, piece by piece; raises NotVerified at the end when its CRC-32 does not fit."""
    file.seek(entry.data_offset)
    left, crc = entry.size, 0
    while left:
        chunk = file.read(min(left, CHUNK))
        if not chunk:
            raise _refused()
        crc, left = crc32(chunk, crc), left - len(chunk)
        yield chunk
    if crc != entry.crc:
        raise NotVerified(message("{name} is damaged.", name=entry.name))


def _write_member(file: BinaryIO, name: str, member: bytes | Path) -> Entry:
    offset = file.tell()
    size = len(member) if isinstance(member, bytes) else _size(member)
    file.write(header(Entry(name, offset, size, 0)))
    crc = written = 0
    for chunk in _pieces(member):
        file.write(chunk)
        crc, written = crc32(chunk, crc), written + len(chunk)
    if written != size:
        raise StorageTrouble(message("{name} changed while it was packed.", name=name))
    entry = Entry(name, offset, size, crc)
    file.seek(offset)
    file.write(header(entry))
    file.seek(0, 2)
    return entry


def _pieces(member: bytes | Path) -> Iterator[bytes]:
    if isinstance(member, bytes):
        yield member
        return
    with storage(member), member.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _size(path: Path) -> int:
    with storage(path):
        return path.stat().st_size


def _read_entry(file: BinaryIO, at: int) -> Entry | None:
    """The entry whose header begins at `at`; None when the directory begins there."""
    file.seek(at)
    fixed = file.read(_LOCAL_HEADER.size)
    if fixed[:4] != _LOCAL:
        return None
    if len(fixed) < _LOCAL_HEADER.size:
        raise _refused()
    _, _, _, _, _, _, crc, _, size, name_length, extra_length = _LOCAL_HEADER.unpack(fixed)
    rest = file.read(name_length + extra_length)
    try:
        name = rest[:name_length].decode()
    except UnicodeDecodeError as error:
        raise _refused() from error
    if size == _FULL:
        size = int.from_bytes(rest[name_length + 4 : name_length + 12], "little")
    entry = Entry(name, at, size, crc)
    if fixed + rest != header(entry):
        raise _refused()
    return entry


def header(entry: Entry) -> bytes:
    """The local header of an entry."""
    name = entry.name.encode()
    large = entry.size >= _FULL
    size = _FULL if large else entry.size
    extra = struct.pack("<2H2Q", 1, 16, entry.size, entry.size) if large else b""
    fixed = _LOCAL_HEADER.pack(
        _LOCAL, 45 if large else 20, _flags(name), 0, 0, _DATE, entry.crc, size, size, len(name), len(extra)
    )
    return fixed + name + extra


def _central(entry: Entry) -> bytes:
    name = entry.name.encode()
    large = entry.size >= _FULL
    far = entry.offset >= _FULL
    size, offset = _FULL if large else entry.size, _FULL if far else entry.offset
    wide = [entry.size] * (2 * large) + [entry.offset] * far
    extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    version = 45 if wide else 20
    fixed = struct.pack(
        "<4s6H3I5H2I",
        *(_CENTRAL, version | 3 << 8, version, _flags(name), 0, 0, _DATE, entry.crc, size, size),
        *(len(name), len(extra), 0, 0, 0, _REGULAR_FILE, offset),
    )
    return fixed + name + extra


def directory(entries: Sequence[Entry]) -> bytes:
    """The central directory and end records that follow the last of the entries."""
    offset = entries[-1].data_offset + entries[-1].size if entries else 0
    records = b"".join(_central(entry) for entry in entries)
    count, size = len(entries), len(records)
    wide = b""
    if offset >= _FULL:
        wide = struct.pack("<4sQ2H2I4Q", _END64, 44, 45 | 3 << 8, 45, 0, 0, count, count, size, offset)
        wide += struct.pack("<4sIQI", _LOCATOR64, 0, offset + size, 1)
    end = struct.pack("<4s4H2IH", _END, 0, 0, count, count, size, min(offset, _FULL), 0)
    return records + wide + end


def _flags(name: bytes) -> int:
    return 0 if name.isascii() else _UTF8


def _refused() -> NotVerified:
    return NotVerified(
        message("This is not an intact container: its structure is not the one that labclient writes."),
        message("Ask the sender for the file again, and compare its SHA-256 with theirs."),
    )
