"""The file: one SQLite table of entries, one row for the head of their tree.

While a connection is open nobody may open the same file by other means in this process: on POSIX, closing any
descriptor of a file drops the process's locks on it, SQLite's among them.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labclient.errors import NotebookDamaged, NotebookLocked, NotebookTrouble, StorageTrouble, Trouble, WrongUse
from labclient.notebook._pages import PAGE
from labclient.signing import Tree
from labclient.words import message

SUFFIX = ".labnote"
FORMAT = 1
BUSY_S = 20.0
STEP = message("Check it: the check names each entry that fails. Everything readable can still be exported.")
_APPLICATION = 0x4C424E54  # "LBNT"
SCHEMA = (
    "CREATE TABLE log(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, payload BLOB, vals BLOB) STRICT",
    "CREATE TABLE head(one INTEGER PRIMARY KEY CHECK (one = 1),"
    " size INTEGER NOT NULL, root BLOB NOT NULL, frontier BLOB NOT NULL) STRICT",
    "CREATE TRIGGER log_keeps BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END",
    "CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END",
    "CREATE TRIGGER head_stays BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the head is never deleted'); END",
)


def create(path: Path) -> sqlite3.Connection:
    """A connection to a new, empty notebook file; refuses a file that exists."""
    try:
        path.open("xb").close()
    except FileExistsError as error:
        raise WrongUse(
            message("{path} exists already.", path=str(path)), message("Choose another name or open it.")
        ) from error
    except OSError as error:
        raise StorageTrouble(message("{path} cannot be written: {cause}", path=str(path), cause=str(error))) from error
    with telling(path):
        connection = _connect(path)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE}")
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            for statement in SCHEMA:
                connection.execute(statement)
            tree = Tree()
            connection.execute("INSERT INTO head VALUES (1, 0, ?, ?)", (tree.root(), tree.frontier))
        except BaseException:
            connection.close()
            raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection to an existing notebook; SQLite rolls back what a crash left unfinished.

    Raises `WrongUse` when there is no such file, `NotebookTrouble` for a newer format, `NotebookDamaged` for anything
    that is not a sound notebook, `StorageTrouble` when the disk fails.
    """
    if not path.is_file():
        raise WrongUse(
            message("There is no notebook {path}.", path=str(path)), message("Look at its name, and at the folder.")
        )
    with telling(path):
        connection = _connect(path)
        try:
            _check_format(path, connection)
        except BaseException:
            connection.close()
            raise
    return connection


def read_tree(connection: sqlite3.Connection) -> Tree:
    """The tree as the head row keeps it; raises `NotebookDamaged` when the row contradicts itself."""
    return tree_of(connection.execute("SELECT size, root, frontier FROM head WHERE one = 1").fetchone())


def tree_of(row: Any) -> Tree:
    """The tree that the cells of the head row make; raises `NotebookDamaged` when they contradict each other."""
    try:
        size, root, frontier = row
        tree = Tree(size, bytes(memoryview(frontier)))
        sound = tree.root() == root
    except (Trouble, TypeError, AttributeError) as error:
        raise NotebookDamaged(message("The head of the notebook cannot be read."), STEP) from error
    if not sound:
        raise NotebookDamaged(message("The head of the notebook contradicts itself."), STEP)
    return tree


def check_writable(path: Path) -> None:
    """Raises `StorageTrouble` where the file may not be written: SQLite opens it all the same, and says so too late."""
    if path.exists() and not os.access(path, os.W_OK):
        raise StorageTrouble(
            message("{path} may not be written.", path=str(path)),
            message("Allow it, or copy the notebook to where you may write. Reading, checking and exporting work."),
        )


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Say what SQLite found wrong in the words of the exception tree."""
    try:
        yield
    except sqlite3.Error as error:
        raise _trouble(path, error) from error
    except (MemoryError, UnicodeDecodeError) as error:  # a damaged length or text inside SQLite's own tables
        raise NotebookDamaged(message("{path} is damaged: {cause}", path=str(path), cause=repr(error)), STEP) from error


def _connect(path: Path) -> sqlite3.Connection:
    place = path.absolute().as_posix()
    uri = f"file://{'' if place.startswith('/') else '/'}{quote(place)}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = FULL", "fullfsync = ON"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _check_format(path: Path, connection: sqlite3.Connection) -> None:
    def pragma(name: str) -> object:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]

    if pragma("application_id") != _APPLICATION:
        raise _not_a_notebook(path)
    version = pragma("user_version")
    if isinstance(version, int) and version > FORMAT:
        raise NotebookTrouble(
            message("{path} was written by a newer labclient (format {version}).", path=str(path), version=version),
            message("Open it with that version; nothing was changed."),
        )
    found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema")}
    if version != FORMAT or found != set(SCHEMA) or pragma("journal_mode") == "wal" or pragma("encoding") != "UTF-8":
        raise NotebookDamaged(message("{path} does not have the form of a notebook.", path=str(path)), STEP)


def _not_a_notebook(path: Path) -> NotebookDamaged:
    return NotebookDamaged(
        message("{path} is not a notebook, or its beginning is destroyed.", path=str(path)),
        message("Choose the file *.labnote of the participation. If this is it, take its second copy."),
    )


def _trouble(path: Path, error: sqlite3.Error) -> Trouble:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    place = str(path)
    if code in {sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY}:
        return NotebookTrouble(
            message(
                "{path} was interrupted while writing and must be opened once where it can be written.", path=place
            ),
            message("Copy it, together with the file of the same name ending in -journal, to a writable folder."),
        )
    if not path.exists():
        return StorageTrouble(
            message("{path} is no longer where it was opened.", path=place),
            message("Put the stick or folder back, then open the notebook again."),
        )
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return NotebookLocked(message("{path} is held by another program.", path=place))
        case sqlite3.SQLITE_FULL:
            return StorageTrouble(
                message("The disk that holds {path} is full.", path=place),
                message("Make room there; what was recorded before is safe."),
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StorageTrouble(
                message("{path} cannot be read or written: {cause}", path=place, cause=str(error)),
                message("Check the disk, its free space and the permission to write there."),
            )
    damaged = NotebookDamaged(message("{path} is damaged: {cause}", path=place, cause=str(error)), STEP)
    return _not_a_notebook(path) if code == sqlite3.SQLITE_NOTADB else damaged
