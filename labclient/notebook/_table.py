"""What lies in a notebook file, place by place, whether it is sound or not."""

from array import array
from pathlib import Path
from typing import Protocol, Self

from msgspec import Struct

from labclient.errors import NotebookDamaged, NotebookTrouble, StorageTrouble, Trouble
from labclient.notebook import _file
from labclient.notebook._entry import decode
from labclient.notebook._lock import WriterLock
from labclient.notebook._pages import Cells, Pages
from labclient.signing import Tree
from labclient.words import Message, message


class Row(Struct, frozen=True):
    """What lies in the file at one place."""

    line: bytes
    payload: bytes | None
    vals: bytes | None


class _Source(Protocol):
    """Where rows come from; what it raises, `_file.telling` says."""

    def survey(self) -> "tuple[array[int], Cells | None]": ...  # the places that have a row, in order, and the head
    def cells(self, seq: int) -> Cells | None: ...
    def close(self) -> None: ...


class Table:
    """The rows of a notebook as SQLite reads them, or page by page where it finds the file's structure damaged.

    `faults` says what is wrong with the file as a whole (code and sentence), `kept` is the tree of its head (None when
    that cannot be read), `size` how many entries there should be, `beyond` the places of rows that should not be.
    """

    def __init__(self, path: Path, source: _Source, faults: list[tuple[str, Message]]) -> None:
        """Not called directly: use `open`."""
        self.faults = faults
        self.kept: Tree | None = None
        self._path = path
        self._source = source
        seqs = array("q")
        try:
            with _file.telling(path):
                seqs, head = source.survey()
            self.kept = _file.tree_of(head)
        except Trouble as trouble:
            faults.append(("head", trouble.sentence))
        self.size = self._own(seqs) if self.kept is None else self.kept.size
        sound = not seqs or (seqs[0] >= 0 and seqs[-1] < self.size)
        self.beyond = () if sound else tuple(seq for seq in seqs if not 0 <= seq < self.size)
        if self.kept is not None and len(seqs) != self.size:
            told = message("{count} entries where the head says {size}.", count=len(seqs), size=self.size)
            faults.append(("count", told))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises as `Reader.open`, but for a damaged file only when no entry can be found in it."""
        try:
            sound = _Sound(path)
        except NotebookDamaged as trouble:
            pages = _pages(path)
            if pages is None:
                raise
            return cls(path, pages, [("file", trouble.sentence)])
        try:
            faults = sound.faults()
            pages = _pages(path) if faults else None
            if pages is not None:
                sound.close()
            return cls(path, pages or sound, faults)
        except BaseException:
            sound.close()
            raise

    def row(self, seq: int) -> Row | Trouble:
        """What lies at a place, or why it cannot be read."""
        try:
            with _file.telling(self._path):
                found = self._source.cells(seq)
        except Trouble as trouble:
            return trouble
        if found is None:
            return NotebookTrouble(message("Entry {seq} is missing.", seq=seq))
        line, payload, vals = found
        if not isinstance(line, bytes) or not isinstance(payload, bytes | None) or not isinstance(vals, bytes | None):
            return NotebookTrouble(message("Entry {seq} is of another kind than was written.", seq=seq))
        return Row(line, payload, vals)

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _own(self, seqs: "array[int]") -> int:
        """How many entries there are where no head says it: up to the last that calls itself by its place."""
        for seq in reversed(seqs):
            row = self.row(seq)
            try:
                if isinstance(row, Row) and decode(row.line).seq == seq:
                    return seq + 1
            except NotebookDamaged:
                continue
        return 0


class _Sound:
    """Rows as SQLite reads them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = _file.connect(path)

    def faults(self) -> list[tuple[str, Message]]:
        """What SQLite itself finds wrong with the file's structure."""
        try:
            with _file.telling(self._path):
                told = [text for (text,) in self._connection.execute("PRAGMA quick_check") if text != "ok"]
        except NotebookDamaged as trouble:
            return [("file", trouble.sentence)]
        return [("file", message("The file is damaged: {cause}", cause=text)) for text in told]

    def survey(self) -> "tuple[array[int], Cells | None]":
        self._connection.execute("BEGIN")  # one state, while it may be written
        try:
            seqs = array("q", (seq for (seq,) in self._connection.execute("SELECT seq FROM log ORDER BY seq")))
            return seqs, self._connection.execute("SELECT size, root, frontier FROM head WHERE one = 1").fetchone()
        finally:
            if self._connection.in_transaction:
                self._connection.execute("COMMIT")  # entries do not change; the writer need not wait for the rest

    def cells(self, seq: int) -> Cells | None:
        found: Cells | None = self._connection.execute(
            "SELECT entry, payload, vals FROM log WHERE seq = ?", (seq,)
        ).fetchone()
        return found

    def close(self) -> None:
        self._connection.close()


def _pages(path: Path) -> Pages | None:
    """The file page by page, when it has any entry and nobody writes in it: closing it would drop the locks that SQLite
    has in this process."""
    try:
        lock = WriterLock(path)
    except StorageTrouble:  # where nobody may write
        return Pages.open(path)
    except NotebookTrouble:
        return None
    try:
        return Pages.open(path)
    finally:
        lock.release()
