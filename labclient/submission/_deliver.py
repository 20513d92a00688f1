"""Delivery to a folder: a stick, a share. Written, forced to the disk, read back and compared."""

import shutil
from pathlib import Path

from msgspec import Struct

from labclient.errors import NotVerified, WrongUse
from labclient.signing import file_sha256, replacing, storage
from labclient.words import message

_PIECE = 1 << 20


class Delivered(Struct, frozen=True):
    """Where the copy lies, and the SHA-256 it was read back with."""

    path: Path
    sha256: str


def deliver(file: Path, folder: Path) -> Delivered:
    """Copy `file` into `folder`. The same file delivered again is left as it is; another file of the same name is never
    overwritten. Raises `WrongUse`, `StorageTrouble`, `NotVerified` when what was read back differs."""
    if not folder.is_dir():
        raise WrongUse(
            message("{folder} is not a folder.", folder=str(folder)),
            message("Plug in the stick, or name another folder."),
        )
    wanted = file_sha256(file)
    target = folder / file.name
    if target.exists():
        if file_sha256(target) != wanted:
            raise WrongUse(
                message("{path} is another file of the same name; nothing is overwritten.", path=str(target)),
                message("Move it away, or name another folder."),
            )
        return Delivered(target, wanted.hex())
    with storage(file), file.open("rb") as source, replacing(target) as copy:
        shutil.copyfileobj(source, copy, _PIECE)
    if file_sha256(target) != wanted:
        raise NotVerified(
            message("What {path} gives back is not what was written.", path=str(target)),
            message("Do not use this medium; send again by another."),
        )
    return Delivered(target, wanted.hex())
