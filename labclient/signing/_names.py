"""Names: which a file in a container may have, those that mean one file, in one place, on every system; and when two
mean one person."""

import unicodedata
from collections.abc import Iterable

from labclient.errors import NotVerified
from labclient.words import message

_LONGEST = 200
_FORBIDDEN = frozenset('\\:*?"<>|')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(10))}


def check_names(names: Iterable[str]) -> None:
    """Raises NotVerified for a name outside the rules, two that look or fold alike, or a file that is also a folder."""
    seen: set[str] = set()
    folders: set[str] = set()
    for name in names:
        _check_name(name)
        folded = fold(name)
        if folded in seen:
            raise NotVerified(message("Two files have the name {name}, or one that looks like it.", name=name))
        seen.add(folded)
        parts = folded.split("/")
        folders.update("/".join(parts[:count]) for count in range(1, len(parts)))
    for name in sorted(seen & folders):
        raise NotVerified(message("{name} is a file and a folder at once.", name=name))


def fold(name: str) -> str:
    """What a name becomes on a system that minds neither case nor width."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def same_person(one: str, other: str) -> bool:
    """Whether two texts name one person, however they are spaced and in whatever letters."""
    return fold("".join(one.split())) == fold("".join(other.split()))


def _check_name(name: str) -> None:
    if not name or len(name.encode(errors="surrogatepass")) > _LONGEST or not unicodedata.is_normalized("NFC", name):
        raise _bad_name(name)
    if any(character in _FORBIDDEN or unicodedata.category(character)[0] == "C" for character in name):
        raise _bad_name(name)
    for part in name.split("/"):
        if part in ("", ".", "..") or part != part.strip() or part.endswith("."):
            raise _bad_name(name)
        if fold(part).partition(".")[0].rstrip() in _DEVICES:
            raise _bad_name(name)


def _bad_name(name: str) -> NotVerified:
    return NotVerified(message("The file name {name} is not allowed.", name=ascii(name[:100])))
