"""Which of our signed files one is, by what lies in it: they all end in .asice."""

from pathlib import Path
from typing import Final

from labclient.errors import NotVerified
from labclient.signing import Container
from labclient.words import Message, message

_KINDS: Final[dict[str, Message]] = {
    "package.json": message("a result package"),
    "commitment.json": message("a sealed package"),
    "receipt.json": message("a receipt"),
    "released.json": message("a released report"),
    "trust.json": message("a trust list"),
    "plan.json": message("a plan"),
}
_OTHER: Final = message("another signed file")


def check_kind(container: Container, path: Path, *members: str) -> None:
    """Raises `NotVerified` unless the container holds one of these members, the first of which names what is wanted."""
    if any(name in container.entries for name in members):
        return
    found = next((told for name, told in _KINDS.items() if name in container.entries), _OTHER)
    raise NotVerified(
        message("{file} is {found}, not {wanted}.", file=path.name, found=found, wanted=_KINDS[members[0]]),
        message("Choose the right file."),
    )
