"""A satellite in the main notebook: another file of the same participation, taken in whole and once.

    satellite-issued   satellite (its notebook id), entries, root: the head with which it was issued
    satellite          satellite, entries, root: the head with which it was taken in; the payload is its lines

Behind a "satellite" entry stands every entry that came after the issue, in one commit: entry i of the satellite is
entry i + shift of the main log, the first of them right behind the "satellite" entry. Author, station, kind, payload
and values are those of the original; the body too, but for the numbers of entries that it names, which are shifted.
So a reading is found by (notebook, run, index) in either file, and its bytes are the same in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from labclient.errors import NotebookDamaged, NotVerified
from labclient.notebook._entry import Draft, Entry, decode
from labclient.notebook._reader import Reader
from labclient.signing import Tree
from labclient.words import Message, message

Head = tuple[int, str]  # number of entries, root of their tree in hexadecimal
_NAMING = frozenset({"run", "runs", "series", "cycles", "basis"})  # the fields of bodies that name entries


def log_lines(reader: Reader, stop: int) -> bytes:
    """The first `stop` lines of a log, as an export writes them."""
    return b"".join(entry.line + b"\n" for entry in reader.entries(None, 0, stop))


def check_lines(log: bytes, heads: Sequence[Head]) -> list[bytes]:
    """The lines of `log`, one an entry. Raises `NotVerified` unless their tree passed through each of `heads` and ends
    at the last."""
    *lines, rest = log.split(b"\n")
    tree, roots = Tree(), {}
    wanted = {size for size, _ in heads}
    for line in lines:
        tree.append(line)
        if tree.size in wanted:
            roots[tree.size] = tree.root().hex()
    if rest or tree.size != heads[-1][0] or any(roots.get(size) != root for size, root in heads):
        raise NotVerified(
            message("The satellite does not go on from what was issued."),
            message("Look for the file that was issued: another, or a changed one, is never taken in."),
        )
    return lines


def originals(satellite: Reader, first: int, stop: int) -> tuple[Draft, ...]:
    """The satellite's entries from `first` to before `stop`. Raises `NotebookDamaged` for one that names an entry from
    before `first`."""
    found = []
    for entry in satellite.entries(None, first, stop):
        try:
            _shifted(entry.body, first, 0)
        except ValueError as error:
            raise NotebookDamaged(
                message("The body of entry {seq} does not say what it must.", seq=entry.seq)
            ) from error
        found.append(
            Draft(
                kind=entry.kind,
                body=entry.body,
                author=entry.author,
                station=entry.station,
                payload=satellite.payload(entry.seq) if entry.payload else None,
                values=satellite.values(entry.seq) if entry.values else None,
            )
        )
    return tuple(found)


def copies(drafts: Iterable[Draft], first: int, place: int) -> tuple[Draft, ...]:
    """The originals, the first of which was entry `first`, as they are written at `place` and behind it."""
    return tuple(replace(draft, body=_shifted(draft.body, first, place - first)) for draft in drafts)


class Satellites:
    """Follows a log of `size` entries past the satellites in it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._issued: dict[str, Head] = {}
        self._lines: list[bytes] = []
        self._first = self._shift = self._stop = 0

    def wrong(self, entry: Entry, payload: bytes | None) -> Message | None:
        """What is wrong with the log's next entry, if it is of a satellite. Raises `NotVerified`, and KeyError,
        TypeError or ValueError for a body that is none of its kind."""
        if entry.seq < self._stop:
            original = decode(self._lines[entry.seq - self._shift])
            expected = replace(original, body=_shifted(original.body, self._first, self._shift))
            if _said(entry) != _said(expected):
                return message("Entry {seq} is not the one of its satellite.", seq=entry.seq)
        elif entry.kind == "satellite-issued":
            self._issued[entry.body["satellite"]] = entry.body["entries"], entry.body["root"]
        elif entry.kind == "satellite":
            issued = self._issued.pop(entry.body["satellite"], None)
            if issued is None:
                return message("Entry {seq} takes in a satellite that was not issued, or a second time.", seq=entry.seq)
            self._lines = check_lines(payload or b"", [issued, (entry.body["entries"], entry.body["root"])])
            self._first, self._shift = issued[0], entry.seq + 1 - issued[0]
            self._stop = self._shift + len(self._lines)
            if self._stop > self._size:
                return message("The satellite of entry {seq} was not taken in whole.", seq=entry.seq)
        return None


def _shifted(body: Mapping[str, Any], first: int, shift: int) -> dict[str, Any]:
    """The body with every number of an entry shifted."""

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(one) for one in value]
        if not isinstance(value, int) or value < first:
            raise ValueError(value)
        return value + shift

    return {name: moved(value) if name in _NAMING else value for name, value in body.items()}


def _said(entry: Entry) -> tuple[Any, ...]:
    """All of an entry but its place and time."""
    return entry.author, entry.station, entry.kind, entry.version, entry.body, entry.payload, entry.values
