"""Trust lists kept on this PC: those whose root a person has confirmed, one file a comparison and version."""

from datetime import datetime
from pathlib import Path

from labclient.errors import NotVerified, Trouble, WrongUse
from labclient.home import Home
from labclient.package._origin import Trusted, open_trust
from labclient.signing import file_sha256, read_small, write_whole
from labclient.words import message

_MAX_BYTES = 16_000_000


def keep_trust(home: Home, trusted: Trusted, file: Path) -> Path:
    """Keep the confirmed trust list `file` on this PC. Raises `WrongUse` when another list of the same comparison and
    version was kept before, `NotVerified` when the file changed since it was opened."""
    path = kept_file(home, trusted)
    if file_sha256(file).hex() != trusted.sha256:
        raise NotVerified(message("{file} changed while it was read.", file=file.name))
    if not path.exists():
        write_whole(path, read_small(file, _MAX_BYTES))
    elif file_sha256(path).hex() != trusted.sha256:
        raise WrongUse(
            message("Another trust list of this comparison and version is kept on this PC: {path}", path=str(path)),
            message("Ask the pilot laboratory which one holds, and remove the other file."),
        )
    return path


def kept_file(home: Home, trusted: Trusted) -> Path:
    """Where a trust list is kept on this PC."""
    return home.trust / f"{trusted.trust.comparison}-{trusted.trust.version}.asice"


def accepted_trust(home: Home, comparison: str, moment: datetime) -> Trusted:
    """The newest trust list of the comparison that was accepted on this PC, verified again. Raises `NotVerified`."""
    found: list[Trusted] = []
    trouble: Trouble | None = None
    for path in sorted(home.trust.glob("*.asice")):
        try:
            found.append(open_trust(path, moment))
        except Trouble as one:  # a list of another comparison that has run out is no hindrance
            trouble = one
    ours = [one for one in found if one.trust.comparison == comparison]
    if not ours:
        raise NotVerified(
            message("No trust list of the comparison “{comparison}” is accepted on this PC.", comparison=comparison),
            trouble.sentence if trouble else message("Begin a notebook with the pilot's trust list: this PC keeps it."),
        )
    return max(ours, key=lambda one: one.trust.version)
