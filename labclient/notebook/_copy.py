"""A second copy of a notebook in another place, kept up to date while the notebook is written.

The copy is a notebook itself: the same entries, the same head. It grows by the entries that it lacks, a piece in one
transaction, each entry verified before it is written, so a stick pulled at any moment holds a valid beginning of the
notebook. Between pieces nothing of it is open, and it is write-protected: whoever went on in it would fork the log.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import takewhile
from pathlib import Path
from stat import S_IMODE, S_IWGRP, S_IWOTH, S_IWUSR

from msgspec import Struct

from labclient.errors import NotebookDamaged, NotVerified, StorageTrouble, Trouble, WrongUse
from labclient.notebook import _file
from labclient.notebook._check import check
from labclient.notebook._entry import decode, holds
from labclient.notebook._lock import WriterLock
from labclient.signing import Tree, storage
from labclient.words import message

_READ = 1 << 20  # bytes that one read transaction takes: so long, at most, a commit of the recorder waits
_LINES = 1000
_PIECE = 16 << 20
_WRITING = S_IWUSR | S_IWGRP | S_IWOTH
_Row = tuple[int, bytes, bytes | None, bytes | None]


class Copied(Struct, frozen=True):
    """How many entries the copy has, and how many the notebook had when asked."""

    entries: int
    size: int

    @property
    def up_to_date(self) -> bool:
        return self.entries == self.size


class SecondCopy:
    """The copy of the notebook `source` in `folder`, of the same name. For one thread, not that of a recorder."""

    def __init__(self, source: Path, folder: Path) -> None:
        """Raises `WrongUse` for the notebook's own folder."""
        self.source = source
        self.path = folder / source.name
        self._tree: Tree | None = None  # of the copy, once it was verified
        self._proven = Tree()  # of the source's lines, as far as its head has proven them
        with storage(folder):
            if folder.exists() and folder.samefile(source.absolute().parent):
                raise WrongUse(
                    message("{folder} holds the notebook itself.", folder=str(folder)),
                    message("Choose a folder on a stick or a share."),
                )

    def begin(self) -> None:
        """Make the copy, of the first entry only, unless there is a file of its name; `advance` does the rest.
        Raises as `Reader.open`, and `StorageTrouble`."""
        if self.path.exists():
            return
        self._check_folder()
        with self._reading() as source:
            first = _rows(self.source, source, 0, 1)
        part = self.path.with_name(self.path.name + ".part")
        with storage(part):
            for left in (part, part.with_name(part.name + "-journal")):
                left.unlink(missing_ok=True)
        connection = _file.create(part)
        try:
            with _file.telling(part):
                connection.execute("BEGIN IMMEDIATE")
                _write(connection, Tree(), first)
                connection.execute("COMMIT")
        finally:
            connection.close()
        with storage(self.path):
            part.rename(self.path)
        _protect(self.path)

    def advance(self) -> Copied:
        """Copy what the copy lacks, at most one piece (16 MB, or one larger commit).

        A copy not yet known, or changed meanwhile, is verified first: its own content, and that it begins the notebook.
        Raises `StorageTrouble` while it is missing or its place fails, `NotebookLocked` while somebody writes in it,
        `NotVerified` when it is of another notebook or was written by somebody else, `NotebookDamaged` when notebook or
        copy do not verify, and as `Reader.open`. Whatever is raised, the copy is what it was.
        """
        try:
            with storage(self.path), self._reading() as source:
                return self._advanced(source)
        except Trouble:
            self._tree = None
            raise

    def _advanced(self, source: sqlite3.Connection) -> Copied:
        head = _head(self.source, source)
        if not self.path.is_file():
            raise self._missing()
        if self._tree is not None and _same(self._tree, head):
            return Copied(head.size, head.size)
        with _writing(self.path) as copy:
            kept = _head(self.path, copy)
            if self._tree is None or not _same(self._tree, kept) or kept.size > head.size:
                self._tree = self._verified(source, kept, head)
            if self._tree.size >= self._proven.size:
                self._proven = self._proof(source, self._tree, head)
            self._tree = self._grown(source, copy, self._tree)
        return Copied(self._tree.size, head.size)

    def _verified(self, source: sqlite3.Connection, kept: Tree, head: Tree) -> Tree:
        """The tree of the copy, if it verifies and the notebook begins with it."""
        for finding in check(self.path).findings:
            raise NotebookDamaged(
                message("The second copy {path} is damaged: {cause}", path=str(self.path), cause=finding.sentence),
                message("Keep it for what it still holds, and choose another folder for a new copy."),
            )
        if kept.size > head.size or not _same(self._extended(source, Tree(), kept.size), kept):
            raise NotVerified(
                message("{path} is not the beginning of this notebook.", path=str(self.path)),
                message("It is another notebook of that name, or somebody went on in the copy. It is left as it is: "
                        "choose another folder."),
            )  # fmt: skip
        self._proven = Tree()
        return kept

    def _proof(self, source: sqlite3.Connection, known: Tree, head: Tree) -> Tree:
        """The tree of all lines of the notebook, if it is that of its head."""
        tree = self._extended(source, known, head.size)
        if not _same(tree, head):
            raise NotebookDamaged(
                message("{path} does not verify: its last entries do not fit its head.", path=str(self.source)),
                _file.STEP,
            )
        return tree

    def _extended(self, source: sqlite3.Connection, known: Tree, stop: int) -> Tree:
        """The tree `known` with the notebook's lines up to `stop`."""
        tree = Tree(known.size, known.frontier)
        while (low := tree.size) < stop:
            with _file.telling(self.source):
                lines = source.execute(
                    "SELECT entry FROM log WHERE seq >= ? AND seq < ? ORDER BY seq", (low, min(low + _LINES, stop))
                ).fetchall()
            for (line,) in lines:
                tree.append(line)
            if tree.size != min(low + _LINES, stop):
                raise _missing_at(self.source, low)
        return tree

    def _grown(self, source: sqlite3.Connection, copy: sqlite3.Connection, known: Tree) -> Tree:
        """The tree of the copy after a piece was written. A piece ends where a commit of the notebook does: what was
        entered together, as a satellite taken in, is never there in part."""
        tree, length, commit = Tree(known.size, known.frontier), 0, ("", 0)
        with _file.telling(self.path):
            copy.execute("BEGIN IMMEDIATE")
            try:
                while tree.size < self._proven.size:
                    rows = _rows(self.source, source, tree.size, self._proven.size)
                    if length >= _PIECE:
                        rows = list(takewhile(partial(_came_in, commit), rows))
                    if not rows:
                        break
                    _write(copy, tree, rows)
                    length += sum(map(_length, rows))
                    commit = _commit(rows[-1])
                if tree.size == self._proven.size and not _same(tree, self._proven):
                    raise _missing_at(self.source, known.size)
                copy.execute("COMMIT")
            except BaseException:
                if copy.in_transaction:
                    copy.execute("ROLLBACK")
                raise
        return tree

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        connection = _file.connect(self.source)
        try:
            connection.execute("PRAGMA query_only = ON")
            yield connection
        finally:
            connection.close()

    def _check_folder(self) -> None:
        if not self.path.parent.is_dir():
            raise StorageTrouble(
                message("There is no folder {folder}.", folder=str(self.path.parent)),
                message("Put the stick in, or connect the share, and try again."),
            )

    def _missing(self) -> StorageTrouble:
        return StorageTrouble(
            message("The second copy {path} is missing.", path=str(self.path)),
            message("Put the stick or the share back: the copy goes on where it was. For a new copy, choose its folder "
                    "again."),
        )  # fmt: skip


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """The copy, open for writing as long as somebody has it so; what a crash left unfinished is rolled back. Where it
    is refused, its protection is left as it was, too."""
    lock = WriterLock(path)
    try:
        mode = S_IMODE(path.stat().st_mode)
        path.chmod(mode | S_IWUSR)
        try:
            connection = _file.connect(path)
            try:
                yield connection
            finally:
                connection.close()
        except BaseException:
            with suppress(OSError):
                path.chmod(mode)
            raise
        _protect(path)
    finally:
        lock.release()


def _protect(path: Path) -> None:
    with suppress(OSError):  # a share may know no such thing
        path.chmod(S_IMODE(path.stat().st_mode) & ~_WRITING)


def _head(path: Path, connection: sqlite3.Connection) -> Tree:
    with _file.telling(path):
        return _file.read_tree(connection)


def _rows(path: Path, source: sqlite3.Connection, start: int, stop: int) -> list[_Row]:
    """The next rows, at least one, together about `_READ` bytes, with what lies beside each line verified."""
    rows: list[_Row] = []
    with _file.telling(path):
        cursor = source.execute(
            "SELECT seq, entry, payload, vals FROM log WHERE seq >= ? AND seq < ? ORDER BY seq", (start, stop)
        )
        length = 0
        for row in cursor:
            rows.append(row)
            length += _length(row)
            if length >= _READ:
                break
        cursor.close()
    if not rows:
        raise _missing_at(path, start)
    for place, (seq, line, payload, vals) in enumerate(rows, start):
        entry = decode(line)
        if seq != place or entry.seq != place:
            raise _missing_at(path, place)
        if not holds(entry.payload, payload) or not holds(entry.values, vals):
            raise NotebookDamaged(
                message("{path}: what lies beside entry {seq} is not what was written.", path=str(path), seq=seq),
                _file.STEP,
            )
    return rows


def _write(copy: sqlite3.Connection, tree: Tree, rows: list[_Row]) -> None:
    """Write `rows` into the copy whose tree is `tree`, which grows with it."""
    copy.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", rows)
    for _, line, _, _ in rows:
        tree.append(line)
    copy.execute("UPDATE head SET size = ?, root = ?, frontier = ?", (tree.size, tree.root(), tree.frontier))


def _length(row: _Row) -> int:
    return sum(len(cell) for cell in row[1:] if isinstance(cell, bytes))


def _commit(row: _Row) -> tuple[str, int]:
    """The moment of the commit that an entry came in."""
    entry = decode(row[1])
    return entry.t, entry.mono_ns


def _came_in(commit: tuple[str, int], row: _Row) -> bool:
    return _commit(row) == commit


def _same(one: Tree, other: Tree) -> bool:
    return one.size == other.size and one.frontier == other.frontier


def _missing_at(path: Path, seq: int) -> NotebookDamaged:
    return NotebookDamaged(
        message("{path}: entries are missing at {seq} or after.", path=str(path), seq=seq), _file.STEP
    )
