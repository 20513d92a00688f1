"""The one writer of a notebook."""

import secrets
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import labclient
from labclient.clock import Clock
from labclient.errors import NotebookDamaged, NotebookTrouble, NotVerified, Trouble
from labclient.notebook import _file
from labclient.notebook._entry import BODY_VERSION, Draft, Entry, check_draft, decode, encode, holds, understood
from labclient.notebook._lock import WriterLock
from labclient.signing import NoteKey, Tree, root_of, sign_checkpoint
from labclient.words import message

PROGRAM = "labclient"
_TAIL = 1 << 14
_HASH = 32
_OWN_FORM = b',"version":%d}' % BODY_VERSION


class Notebook:
    """An open notebook that can be written. One owner at a time; readers open the file for themselves."""

    def __init__(self, path: Path, clock: Clock, lock: WriterLock, connection: sqlite3.Connection) -> None:
        """Not called directly: use `create` or `open`."""
        self.path = path
        self.clock = clock
        self._lock = lock
        self._connection: sqlite3.Connection | None = connection
        self._tree = Tree()
        self._origin: Entry | None = None

    @classmethod
    def create(cls, path: Path, *, clock: Clock, author: str, key: NoteKey, body: Mapping[str, Any]) -> Self:
        """A new notebook with entry 0, kind "origin": a random notebook id, the clock, the public half of `key`, the
        program and `body` (under "about"). Raises `WrongUse` when the file exists, `StorageTrouble`."""
        draft = Draft(
            kind="origin",
            author=author,
            body={
                "notebook": secrets.token_hex(16),
                "clock": {"name": clock.name, "simulated": clock.simulated},
                "key": key.public,
                "program": {"name": PROGRAM, "version": labclient.__version__},
                "about": body,
            },
        )
        check_draft(draft)
        lock = WriterLock(path)
        try:
            notebook = cls(path, clock, lock, _file.create(path))
        except BaseException:
            lock.release()
            raise
        try:
            notebook._persist_journal()
            (notebook._origin,) = notebook.append(draft)
        except BaseException:
            notebook.close()
            path.unlink()
            raise
        return notebook

    @classmethod
    def open(cls, path: Path, *, clock: Clock) -> Self:
        """The notebook at `path`, after an unfinished commit was rolled back and its end was verified against its head.

        Raises `WrongUse` (no such file), `NotebookLocked` (naming who has it open), `NotebookDamaged`,
        `NotebookTrouble` (newer format or entries, a simulated clock in a real notebook), `StorageTrouble`.
        """
        if not path.is_file():
            _file.connect(path)
        _file.check_writable(path)
        lock = WriterLock(path)
        try:
            notebook = cls(path, clock, lock, _file.connect(path))
        except BaseException:
            lock.release()
            raise
        try:
            with _file.telling(path):
                notebook._persist_journal()
                notebook._resume()
        except BaseException:
            notebook.close()
            raise
        return notebook

    @property
    def size(self) -> int:
        """Entries that are durable."""
        return self._tree.size

    @property
    def origin(self) -> Entry:
        """Entry 0."""
        if self._origin is None:
            raise NotebookDamaged(message("{path} has no first entry.", path=str(self.path)))
        return self._origin

    @property
    def name(self) -> str:
        """The name of this log in its checkpoints, with its random id."""
        return log_name(self.origin)

    def append(self, *drafts: Draft) -> tuple[Entry, ...]:
        """Write `drafts` in one transaction; they are on the disk when this returns.

        Raises `WrongUse` for a draft that cannot be written (then nothing was), `StorageTrouble` when the disk fails,
        `NotebookTrouble` when the notebook is closed or another program changed it.
        """
        for draft in drafts:
            check_draft(draft)
        connection = self._opened()
        tree = Tree(self._tree.size, self._tree.frontier)
        utc, mono_ns = self.clock.utc(), self.clock.monotonic_ns()
        entries, rows = [], []
        for draft in drafts:
            entry, vals = encode(draft, tree.size, utc, mono_ns)
            tree.append(entry.line)
            entries.append(entry)
            rows.append((entry.seq, entry.line, draft.payload, vals))
        with _file.telling(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._write(connection, rows, tree)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        self._tree = tree
        return tuple(entries)

    def checkpoint(self, key: NoteKey) -> str:
        """Sign the head over all entries so far, enter it (kind "checkpoint", body {"note"}) and return the note.

        Raises `NotVerified` when `key` is not the one that entry 0 names.
        """
        self.check_key(key)
        note = sign_checkpoint(key, self.name, self._tree.size, self._tree.root())
        self.append(Draft(kind="checkpoint", body={"note": note}, author=PROGRAM))
        return note

    def check_key(self, key: NoteKey) -> None:
        """Raises `NotVerified` unless `key` is the one that entry 0 names."""
        if key.public != self.origin.body["key"]:
            raise NotVerified(
                message("This key is not the key of the notebook."), message("Take the key made with the notebook.")
            )

    def close(self) -> None:
        """Close the file and give it free; afterwards it is one file, without journal or lock."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            with _file.telling(self.path):
                connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(
        self, connection: sqlite3.Connection, rows: list[tuple[int, bytes, bytes | None, bytes | None]], tree: Tree
    ) -> None:
        size, root = connection.execute("SELECT size, root FROM head WHERE one = 1").fetchone()
        if size != self._tree.size or root != self._tree.root():
            raise NotebookTrouble(
                message("{path} was changed by another program.", path=str(self.path)),
                message("Close it, check it and open it again."),
            )
        connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?)", rows)
        connection.execute("UPDATE head SET size = ?, root = ?, frontier = ?", (tree.size, tree.root(), tree.frontier))

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise NotebookTrouble(message("{path} is closed.", path=str(self.path)))
        return self._connection

    def _persist_journal(self) -> None:
        self._opened().execute("PRAGMA journal_mode = PERSIST")

    def _resume(self) -> None:
        connection = self._opened()
        tree = _file.read_tree(connection)
        (last,) = connection.execute("SELECT max(seq) FROM log").fetchone()
        if tree.size == 0 or last != tree.size - 1:
            raise _damaged(self.path)
        _check_tail(self.path, connection, tree)
        (line,) = connection.execute("SELECT entry FROM log WHERE seq = 0").fetchone() or (b"",)
        self._origin = decode(line)
        self._tree = tree
        if not is_simulated(self._origin) and self.clock.simulated:
            raise NotebookTrouble(
                message("{path} is real; a simulated clock may not write in it.", path=str(self.path))
            )


def log_name(origin: Entry) -> str:
    """The name of a log in its checkpoints, from its entry 0."""
    return f"{PROGRAM}/notebook/{origin.body['notebook']}"


def is_simulated(origin: Entry) -> bool:
    """Whether a notebook was begun with a simulated clock; raises `NotebookDamaged` when entry 0 does not say all it
    must."""
    try:
        simulated = origin.body["clock"]["simulated"]
        if origin.kind == "origin" and isinstance(simulated, bool) and log_name(origin) and str(origin.body["key"]):
            return simulated
    except (KeyError, TypeError):
        pass
    raise NotebookDamaged(message("The first entry does not say what a notebook's first entry must."))


def _check_tail(path: Path, connection: sqlite3.Connection, tree: Tree) -> None:
    """Verify the last entries, as far as whole subtrees of the head cover at most `_TAIL` of them, and the last
    entry's payload and values."""
    stop, kept = tree.size, tree.frontier
    while stop > 0:
        count = stop & -stop
        if tree.size - stop + count > _TAIL:
            break
        lines = connection.execute(
            "SELECT entry FROM log WHERE seq >= ? AND seq < ? ORDER BY seq", (stop - count, stop)
        )
        if root_of(_known(line) for (line,) in lines) != kept[-_HASH:]:
            raise _damaged(path)
        stop, kept = stop - count, kept[:-_HASH]
    line, payload, vals = connection.execute(
        "SELECT entry, payload, vals FROM log ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    try:
        entry = decode(line)
    except Trouble as error:
        raise _damaged(path) from error
    if entry.seq != tree.size - 1 or not holds(entry.payload, payload) or not holds(entry.values, vals):
        raise _damaged(path)


def _known(line: bytes) -> bytes:
    """A line, unless its entry has a newer form: what is not understood is not continued."""
    if not line.endswith(_OWN_FORM):
        understood(decode(line))
    return line


def _damaged(path: Path) -> NotebookDamaged:
    return NotebookDamaged(
        message("{path} does not verify: its last entries do not fit its head.", path=str(path)),
        _file.STEP,
    )
