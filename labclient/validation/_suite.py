"""The shipped cases: read, and only believed when they are the very ones that were shipped."""

from hashlib import sha256
from typing import Final

import msgspec

from labclient.errors import NotVerified
from labclient.home import shipped
from labclient.signing import read_small
from labclient.validation._data import CaseSet
from labclient.words import message

SETS: Final = (
    "strd-univariate", "strd-anova", "strd-linear", "sp1065", "gum", "comparison", "constructed", "stability",
    "agreement", "models",
)  # fmt: skip
DIGEST: Final = "ceefa1263c63a28966166bf69410510a6b7aaee7eea452c6dad5956722a68661"
"""SHA-256 over the files of `SETS`, one behind the other: a changed digit on a PC is no longer a certified one."""
_LARGEST: Final = 1 << 20


def shipped_cases() -> tuple[CaseSet, ...]:
    """All cases. Raises `NotVerified` when a file is not what was shipped, `StorageTrouble` when it cannot be read."""
    folder = shipped("resources", "validation")
    files = [read_small(folder / f"{name}.json", _LARGEST) for name in SETS]
    if digest(files) != DIGEST:
        raise NotVerified(
            message("The reference cases in {folder} are not those that were shipped.", folder=str(folder)),
            message("Install labclient again."),
        )
    return tuple(msgspec.json.decode(data, type=CaseSet) for data in files)


def digest(files: list[bytes]) -> str:
    """The name of the reference data, in hexadecimal; the line endings of an installation do not count."""
    return sha256(b"".join(data.replace(b"\r\n", b"\n") for data in files)).hexdigest()
