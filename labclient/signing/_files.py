"""Files written whole or not at all, and read with a limit."""

import os
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from labclient.errors import NotVerified, StorageTrouble
from labclient.words import message

CHUNK = 1 << 20


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file to write that takes the name `path` only when all of it is on disk; after a failure nothing of it is left.
    Raises StorageTrouble when the disk fails."""
    part = path.with_name(path.name + ".part")
    with storage(path):
        try:
            with os.fdopen(
                os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode), "w+b"
            ) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a small file as `replacing` does."""
    with replacing(path, mode) as file:
        file.write(data)


def read_small(path: Path, limit: int) -> bytes:
    """All bytes of a file that must not have more than `limit`; raises NotVerified for more, StorageTrouble when it
    cannot be read."""
    with storage(path), path.open("rb") as file:
        data = b"" if (too_large := os.fstat(file.fileno()).st_size > limit) else file.read(limit + 1)
        if too_large or len(data) > limit:
            raise NotVerified(
                message("{name} is larger than {limit} bytes.", name=path.name, limit=limit),
                message("Look whether it is the file that was meant."),
            )
    return data


def as_utf8(data: bytes) -> bytes:
    """A text that a person saved, in UTF-8: the byte order mark that editors and shells of Windows put before it is
    taken away, and UTF-16 that such a mark announces is read."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError:  # whoever reads it says that it is no text
            return data
    return data.removeprefix(BOM_UTF8)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable, where the system lets a folder be synced."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Say a failure of the disk as StorageTrouble."""
    try:
        yield
    except FileNotFoundError as error:
        raise StorageTrouble(
            message("There is no {path}.", path=path if path.parent.is_dir() else path.parent),
            message("Look at its name; put the stick or folder back where it was."),
        ) from error
    except OSError as error:
        raise StorageTrouble(
            message("{path} cannot be read or written: {reason}", path=path, reason=error.strerror or error),
            message("Check the disk, the stick or the folder's permissions, and try again."),
        ) from error
