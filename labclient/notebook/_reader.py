"""Reading a notebook, while it is written or years later."""

import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from labclient.errors import NotebookDamaged
from labclient.notebook import _file
from labclient.notebook._entry import Entry, columns_of, decode, holds, understood
from labclient.words import message

_BATCH = 1000


class Reader:
    """A reader of the notebook at a path. Any number may read at a time, each used by one thread; a read transaction
    lasts one batch of entries, so the writer never waits long. What is read is verified against its entry."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Not called directly: use `open`."""
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises `WrongUse` (no such file), `NotebookDamaged`, `NotebookTrouble`, `StorageTrouble`."""
        connection = _file.connect(path)
        connection.execute("PRAGMA query_only = ON")
        return cls(path, connection)

    @property
    def size(self) -> int:
        """Entries in the log now."""
        return self.head()[0]

    def head(self) -> tuple[int, str]:
        """Number of entries and root of their tree (hexadecimal), as the file's head says them."""
        with _file.telling(self.path):
            tree = _file.read_tree(self._connection)
        return tree.size, tree.root().hex()

    def entry(self, seq: int) -> Entry:
        """Entry `seq`; raises IndexError when there is none, `NotebookTrouble` for one of a newer form."""
        return understood(decode(self._cell("entry", seq)))

    def entries(self, kinds: Collection[str] | None = None, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
        """The entries from `start` to before `stop` (to the end of now), in order, of these kinds only if given.
        Raises `NotebookTrouble` for one of a newer form."""
        end = self.size if stop is None else min(stop, self.size)
        marks = None if kinds is None else [b'"kind":' + msgspec.json.encode(kind) for kind in kinds]
        for low in range(start, end, _BATCH):
            high = min(low + _BATCH, end)
            with _file.telling(self.path):
                lines = self._connection.execute(
                    "SELECT entry FROM log WHERE seq >= ? AND seq < ? ORDER BY seq", (low, high)
                ).fetchall()
            if len(lines) != high - low:
                raise self._missing(low)
            for (line,) in lines:
                if marks is None or any(mark in line for mark in marks):
                    entry = decode(line)
                    if kinds is None or entry.kind in kinds:
                        yield understood(entry)

    def payload(self, seq: int) -> bytes:
        """The payload of entry `seq`; raises IndexError when it has none."""
        entry = self.entry(seq)
        if entry.payload is None:
            raise IndexError(seq)
        data = self._cell("payload", seq)
        if not holds(entry.payload, data):
            raise self._differs(seq)
        return data

    def values(self, seq: int) -> NDArray[np.float64]:
        """The values of entry `seq`, rows × columns, read-only; raises IndexError when it has none."""
        entry = self.entry(seq)
        if entry.values is None:
            raise IndexError(seq)
        data = self._cell("vals", seq)
        if not holds(entry.values, data):
            raise self._differs(seq)
        return columns_of(entry.values, data)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _cell(self, column: str, seq: int) -> bytes:
        with _file.telling(self.path):
            row = self._connection.execute(f"SELECT {column} FROM log WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            if 0 <= seq < self.size:
                raise self._missing(seq)
            raise IndexError(seq)
        if not isinstance(row[0], bytes):
            raise self._differs(seq)
        return row[0]

    def _missing(self, seq: int) -> NotebookDamaged:
        return NotebookDamaged(message("{path}: entries are missing at {seq} or after.", path=str(self.path), seq=seq))

    def _differs(self, seq: int) -> NotebookDamaged:
        return NotebookDamaged(
            message("{path}: what lies beside entry {seq} is not what was written.", path=str(self.path), seq=seq)
        )
